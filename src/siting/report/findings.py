"""Findings: everything a run found, in one frozen value that every writer of the report reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from siting.access import Filling, ModeTimes
from siting.allocation.plan import Plan
from siting.report.figures import CLOSED, EXISTING, NOT_OPENED, OPENED, SiteFigures, site_figures
from siting.scenario import Scenario
from siting.simulation import Forecast
from siting.territory.values import Territory
from siting.travel.travel_times import NearestTimes, TravelTimes


class Measured(Protocol):
    """Who reaches what at one moment or two: what a run found, or a diagnosis."""

    @property
    def scenario(self) -> Scenario: ...
    @property
    def territory(self) -> Territory: ...
    @property
    def moments(self) -> dict[str, NearestTimes]:
        """Of ``"before"`` and, with a plan, ``"after"``: times of each demand cell to the nearest open site."""

    @property
    def moments_everywhere(self) -> dict[str, NearestTimes]:
        """The same for every land cell, arrays of shape ``territory.grid.shape``."""

    @property
    def modes(self) -> tuple[ModeTimes, ...]:
        """The same for those who travel otherwise than by car."""


@dataclass(frozen=True)
class Findings:
    """What a run found.

    Attributes
    ----------
    scenario : Scenario
    territory : Territory
    times : TravelTimes
        Rows are ``territory.sites``, cells the rows of ``territory.demand``; the cutoff is at least the standard.
    plan : Plan
    before, after : NearestTimes, arrays of shape (n_demand,)
        To the sites open today, and to the same with the plan's.
    before_everywhere, after_everywhere : NearestTimes, arrays of shape ``territory.grid.shape``
        The same for every land cell, inhabited or not; ``site`` is a row of ``territory.sites``.
    reason : uint8 array, shape (n_demand,)
        Why no candidate covers a cell, by the codes of `siting.access.REASONS`; 0 where one does.
    summary : dict
        What ``summary.json`` holds.
    forecast : Forecast or None
        The quarters after the plan; None where the scenario asks for none.
    pocket_cells : int32 array, shape (n_demand,), or None
        Cells, or road nodes, of the connected piece of the surface in which each demand cell lies.
    from_outside : mapping of str to bool array, shape (n_demand,)
        By moment: who has an open site outside the study area that is nearer than every one inside.
    modes : tuple of ModeTimes
        The same for those who travel otherwise than by car, in the order of `Scenario.modes`.
    fillings : mapping of str to Filling
        By moment: who goes where and how full sites are; empty where the scenario gives no capacities.
    """

    scenario: Scenario
    territory: Territory
    times: TravelTimes
    plan: Plan
    before: NearestTimes
    after: NearestTimes
    before_everywhere: NearestTimes
    after_everywhere: NearestTimes
    reason: NDArray[np.uint8]
    summary: dict[str, Any]
    forecast: Forecast | None = None
    pocket_cells: NDArray[np.int32] | None = None
    from_outside: Mapping[str, NDArray[np.bool_]] = field(default_factory=dict)
    modes: tuple[ModeTimes, ...] = ()
    fillings: Mapping[str, Filling] = field(default_factory=dict)

    @property
    def moments(self) -> dict[str, NearestTimes]:
        """Times of each demand cell, before and after."""
        return {"before": self.before, "after": self.after}

    @property
    def moments_everywhere(self) -> dict[str, NearestTimes]:
        """Times of every land cell, before and after."""
        return {"before": self.before_everywhere, "after": self.after_everywhere}

    @cached_property
    def site_figures(self) -> SiteFigures:
        """What each site does for people, counted once for all who print it."""
        decision = np.where(self.territory.sites.is_existing, EXISTING, NOT_OPENED).astype(np.int8)
        decision[self.plan.opened] = OPENED
        decision[self.plan.closed] = CLOSED
        return site_figures(
            self.times,
            persons=self.territory.demand.persons,
            decision=decision,
            standard_s=self.scenario.goal.standard_s,
        )
