"""Where to open France Santé care houses: exact travel times, proven plans, honest figures.

- Every layer of a run lies on **one Grid** of square metric cells; a place is a cell.
- Each step is a **function from values to one frozen value**.
- **Seconds and metres inside, minutes and km/h outside**; the unit is part of the name.

The public names are imported when first used, so that ``import siting`` is quick and compiles nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from siting.allocation import CoverSets, Plan, cover_sets, lscp, mclp, solve
    from siting.grid import Grid
    from siting.pipeline import Run, run
    from siting.scenario import Scenario, load
    from siting.territory import Territory, assemble
    from siting.travel import (
        NearestTimes,
        TravelTimes,
        build_surface,
        nearest,
        nearest_everywhere,
        travel_times,
    )
    from siting.verify import verify

_ROOM_OF = {
    "Grid": "siting.grid",
    "Scenario": "siting.scenario",
    "load": "siting.scenario",
    "Territory": "siting.territory",
    "assemble": "siting.territory",
    "NearestTimes": "siting.travel",
    "TravelTimes": "siting.travel",
    "build_surface": "siting.travel",
    "nearest": "siting.travel",
    "nearest_everywhere": "siting.travel",
    "travel_times": "siting.travel",
    "CoverSets": "siting.allocation",
    "Plan": "siting.allocation",
    "cover_sets": "siting.allocation",
    "lscp": "siting.allocation",
    "mclp": "siting.allocation",
    "solve": "siting.allocation",
    "Run": "siting.pipeline",
    "run": "siting.pipeline",
    "verify": "siting.verify",
}

__all__ = [
    "CoverSets",
    "Grid",
    "NearestTimes",
    "Plan",
    "Run",
    "Scenario",
    "Territory",
    "TravelTimes",
    "assemble",
    "build_surface",
    "cover_sets",
    "load",
    "lscp",
    "mclp",
    "nearest",
    "nearest_everywhere",
    "run",
    "solve",
    "travel_times",
    "verify",
]


def __getattr__(name: str) -> Any:
    if name not in _ROOM_OF:
        raise AttributeError(f"module 'siting' has no attribute {name!r}")
    return getattr(import_module(_ROOM_OF[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_ROOM_OF])
