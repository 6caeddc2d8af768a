"""Who reaches what before and after a plan."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from siting.access import served_from_outside, uncoverable_reason
from siting.allocation import Plan
from siting.posing import Posed
from siting.territory import Territory
from siting.travel import FrictionSurface, RoadSurface, nearest, nearest_everywhere
from siting.travel.travel_times import NearestTimes


@dataclass(frozen=True)
class PlanAccess:
    """Times to the nearest open site, at the moments ``"before"`` and ``"after"`` of a plan.

    Attributes
    ----------
    open_sites : dict of str to int array
        Rows of ``territory.sites`` that are open, by moment.
    near : dict of str to NearestTimes, arrays of shape (n_demand,)
    everywhere : dict of str to NearestTimes, arrays of shape ``territory.grid.shape``
        The same for every land cell, inhabited or not.
    from_outside : dict of str to bool array, shape (n_demand,)
        Who has an open site outside the study area that is nearer than every one inside.
    reason : uint8 array, shape (n_demand,)
        Why no candidate covers a cell, by the codes of `siting.access.REASONS`; 0 where one does.
    """

    open_sites: dict[str, NDArray[np.int64]]
    near: dict[str, NearestTimes]
    everywhere: dict[str, NearestTimes]
    from_outside: dict[str, NDArray[np.bool_]]
    reason: NDArray[np.uint8]


def measure_plan(territory: Territory, surface: RoadSurface | FrictionSurface, posed: Posed, plan: Plan) -> PlanAccess:
    """Measure a plan.

    Parameters
    ----------
    territory : Territory
    surface : RoadSurface or FrictionSurface
        Of that territory.
    posed : Posed
        The problem that the plan answers: what can be covered at all.
    plan : Plan
    """
    is_existing = territory.sites.is_existing
    open_sites = {"before": np.flatnonzero(is_existing), "after": np.flatnonzero(plan.is_open(is_existing))}
    near = {when: nearest(surface, rows) for when, rows in open_sites.items()}
    return PlanAccess(
        open_sites,
        near,
        everywhere={when: nearest_everywhere(surface, rows) for when, rows in open_sites.items()},
        from_outside={when: served_from_outside(surface, rows, near[when]) for when, rows in open_sites.items()},
        reason=uncoverable_reason(
            surface.unreached_reason(np.arange(len(territory.sites))),
            covered_by_any=posed.cover.is_coverable,
            covered_by_allowed=posed.is_coverable,
        ),
    )
