"""How long it takes: surfaces to travel on, and times towards the sites.

Three ideas carry this room:

- Time is whole ticks of 1/4096 s, added exactly and rounded up to seconds once, at the end.
- Searches start at the sites on a graph turned round, so a time is always **towards the site**.
- Each compiled kernel has a naive twin in the tests, and gives what the twin gives, tick for tick.
"""

from siting.travel.friction import FrictionSurface
from siting.travel.modes import build_mode_surface
from siting.travel.overland import OverlandSurface
from siting.travel.roads import RoadSurface
from siting.travel.times import build_surface, each_site, nearest, nearest_everywhere, travel_times
from siting.travel.travel_times import NearestTimes, TravelTimes

__all__ = [
    "FrictionSurface",
    "NearestTimes",
    "OverlandSurface",
    "RoadSurface",
    "TravelTimes",
    "build_mode_surface",
    "build_surface",
    "each_site",
    "nearest",
    "nearest_everywhere",
    "travel_times",
]
