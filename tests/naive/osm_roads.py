"""Driving times on the raw ways of an OpenStreetMap file: every node a node, plain Dijkstra, no preparation."""

from __future__ import annotations

import heapq
from collections import defaultdict
from itertools import pairwise

import osmium
from pyproj import Geod

SPEEDS = {
    "motorway": 125, "motorway_link": 70, "trunk": 105, "trunk_link": 60, "primary": 80, "primary_link": 50,
    "secondary": 70, "secondary_link": 45, "tertiary": 60, "tertiary_link": 40, "unclassified": 50, "residential": 35,
    "living_street": 20, "service": 20, "track": 15,
}  # fmt: skip
KEEP_OUT = {"no", "private", "agricultural", "forestry", "agricultural;forestry", "emergency", "military", "permit"}


def raw_streets(path):
    """{(lon, lat): [((lon, lat), seconds)]} of the ways that a car may take, places in 1e-7 degrees."""
    geod, streets = Geod(ellps="WGS84"), defaultdict(list)
    for way in osmium.FileProcessor(str(path)).with_locations():
        if not isinstance(way, osmium.osm.Way):
            continue
        tags = dict(way.tags)
        kmh = SPEEDS.get({"road": "unclassified"}.get(tags.get("highway"), tags.get("highway")))
        access = tags.get("motorcar") or tags.get("motor_vehicle") or tags.get("vehicle") or tags.get("access")
        if kmh is None or access in KEEP_OUT or tags.get("area") == "yes":
            continue
        along, against = True, True
        if tags.get("highway") == "motorway" or tags.get("junction") in ("roundabout", "circular"):
            against = False
        if "oneway" in tags:
            along = tags["oneway"] not in ("-1", "reverse", "reversible")
            against = tags["oneway"] not in ("yes", "true", "1", "reversible")
        places = [(node.location.x, node.location.y) if node.location.valid() else None for node in way.nodes]
        for one, other in pairwise(places):
            if one is None or other is None or one == other:
                continue
            metres = geod.inv(one[0] / 1e7, one[1] / 1e7, other[0] / 1e7, other[1] / 1e7)[2]
            seconds = metres / (kmh * 0.85 / 3.6)
            for start, end, is_open in ((one, other, along), (other, one, against)):
                if is_open:
                    streets[start].append((end, seconds))
    return streets


def seconds_from(streets, start):
    """{place: seconds} of everything that is reached."""
    best, heap = {}, [(0.0, start)]
    while heap:
        seconds, place = heapq.heappop(heap)
        if place in best:
            continue
        best[place] = seconds
        for there, more in streets[place]:
            if there not in best:
                heapq.heappush(heap, (seconds + more, there))
    return best
