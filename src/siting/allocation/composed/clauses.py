"""Clauses: what a planner may ask of a plan beside its goal, each on its own and freely combined.

A clause knows its constraint in the integer program, how to recount itself on a plan, and, where no plan
satisfies all clauses, what would do in its place.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal, Protocol

import numpy as np
import pulp
from numpy.typing import NDArray

from siting.allocation.composed.building import Building
from siting.allocation.cover import CoverSets


@dataclass(frozen=True)
class Recount:
    """A plan as clauses and goals see it: the sites it opens, those open in all, and whom they cover."""

    is_new: NDArray[np.bool_]
    is_open: NDArray[np.bool_]
    cover: CoverSets

    @cached_property
    def times_covered(self) -> NDArray[np.int64]:
        """Shape (n_cells,): open sites within the standard of each cell."""
        return np.diff(np.concatenate([[0], np.cumsum(self.is_open[self.cover.site])])[self.cover.cell_start])

    @property
    def is_covered(self) -> NDArray[np.bool_]:
        """Shape (n_cells,)."""
        return self.times_covered > 0


class Clause(Protocol):
    """One thing asked of a plan."""

    def constrain(self, building: Building) -> None:
        """Add the constraint to the model."""

    def is_kept(self, plan: Recount) -> bool:
        """Whether a plan satisfies it, recounted."""

    def shortfall(self, building: Building) -> pulp.LpAffineExpression:
        """What to minimise to find the least that would have to be granted in its place."""

    def instead(self, shortfall: float) -> str:
        """What would do in its place, in words."""

    def __str__(self) -> str: ...


@dataclass(frozen=True)
class Houses:
    """At most a number of new houses; ``counts`` (n_sites,) says which sites count as one, all by default."""

    at_most: int
    counts: NDArray[np.bool_] | None = None

    def constrain(self, building: Building) -> None:
        building.at_most(self.shortfall(building), self.at_most, building.unused("houses"))

    def is_kept(self, plan: Recount) -> bool:
        return int((plan.is_new if self.counts is None else plan.is_new[self.counts]).sum()) <= self.at_most

    def shortfall(self, building: Building) -> pulp.LpAffineExpression:
        return building.new_houses(None if self.counts is None else np.flatnonzero(self.counts))

    def instead(self, shortfall: float) -> str:
        return f"{round(shortfall)} new houses instead of {self.at_most}"

    def __str__(self) -> str:
        return f"at most {self.at_most} new houses"


@dataclass(frozen=True)
class Budget:
    """At most a sum of costs; ``cost`` has one value per site, so each kind of house may have its own."""

    cost: NDArray[np.float64]
    at_most: float

    def constrain(self, building: Building) -> None:
        building.at_most(building.cost(self.cost), self.at_most, building.unused("budget"))

    def is_kept(self, plan: Recount) -> bool:
        return float(self.cost[plan.is_new].sum()) <= self.at_most * (1 + 1e-9) + 1e-9

    def shortfall(self, building: Building) -> pulp.LpAffineExpression:
        return building.cost(self.cost)

    def instead(self, shortfall: float) -> str:
        return f"a budget of {shortfall:,.0f} instead of {self.at_most:,.0f}"

    def __str__(self) -> str:
        return f"a budget of at most {self.at_most:,.0f}"


@dataclass(frozen=True)
class CoveredShare:
    """At least a share of the persons of each area covered, or covered twice (``times`` 2: backup cover).

    ``area``: shape (n_cells,), a number per cell from 0 (a département, an EPCI), -1 for none; or None
    for the whole country at once.
    """

    at_least_share: float
    area: NDArray[np.int32] | None = None
    times: Literal[1, 2] = 1

    def constrain(self, building: Building) -> None:
        name = building.unused("share")
        for number, cells in self._areas(building.cover.n_cells):
            wanted = self.at_least_share * float(building.cover.persons[cells].sum())
            building.at_least(building.covered_persons(cells, self.times), wanted, f"{name}_{number:04d}")

    def is_kept(self, plan: Recount) -> bool:
        persons, is_covered = plan.cover.persons, plan.times_covered >= self.times
        return all(
            persons[cells][is_covered[cells]].sum() >= self.at_least_share * persons[cells].sum() * (1 - 1e-9) - 1e-9
            for _, cells in self._areas(len(persons))
        )

    def shortfall(self, building: Building) -> pulp.LpAffineExpression:
        """The largest share left out of any area."""
        left_out = building.number("left_out_share")
        for number, cells in self._areas(building.cover.n_cells):
            persons = float(building.cover.persons[cells].sum())
            covered = building.covered_persons(cells, self.times)
            building.at_least(covered + persons * left_out, persons, f"left_out_{number:04d}")
        return pulp.LpAffineExpression({left_out: 1.0})

    def instead(self, shortfall: float) -> str:
        return f"{100 * (1 - shortfall):.1f} % covered instead of {100 * self.at_least_share:.1f} %"

    def _areas(self, n_cells: int) -> list[tuple[int, NDArray[np.int64]]]:
        if self.area is None:
            return [(0, np.arange(n_cells))]
        return [(int(number), np.flatnonzero(self.area == number)) for number in np.unique(self.area) if number >= 0]

    def __str__(self) -> str:
        where = "" if self.area is None else " of each area"
        twice = " twice" if self.times == 2 else ""
        return f"at least {100 * self.at_least_share:.1f} % of the persons{where} covered{twice}"


@dataclass(frozen=True)
class NewPerZone:
    """A floor and a cap on the new houses of each zone.

    ``zone``: shape (n_sites,), a number per site from 0 (a département, an EPCI, a pooling group), -1 for
    none. ``at_least`` and ``at_most``: one value per zone.
    """

    zone: NDArray[np.int32]
    at_least: NDArray[np.int32]
    at_most: NDArray[np.int32]

    def constrain(self, building: Building) -> None:
        floor, cap = building.unused("floor"), building.unused("cap")
        for number in range(len(self.at_least)):
            houses = building.new_houses(np.flatnonzero(self.zone == number))
            building.at_least(houses, float(self.at_least[number]), f"{floor}_{number:04d}")
            building.at_most(houses, float(self.at_most[number]), f"{cap}_{number:04d}")

    def is_kept(self, plan: Recount) -> bool:
        zones = self.zone[plan.is_new & (self.zone >= 0)]
        counts = np.bincount(zones, minlength=len(self.at_least))
        return bool(((counts >= self.at_least) & (counts <= self.at_most)).all())

    def shortfall(self, building: Building) -> pulp.LpAffineExpression:
        """Houses that zones have too few or too many, added up."""
        off = []
        for number in range(len(self.at_least)):
            slack = building.number(f"off_{number:04d}")
            houses = building.new_houses(np.flatnonzero(self.zone == number))
            building.at_least(houses + slack, float(self.at_least[number]), f"near_floor_{number:04d}")
            building.at_most(houses - slack, float(self.at_most[number]), f"near_cap_{number:04d}")
            off.append(slack)
        return pulp.LpAffineExpression(dict.fromkeys(off, 1.0))

    def instead(self, shortfall: float) -> str:
        return f"floors and caps of the zones eased by {round(shortfall)} houses in all"

    def __str__(self) -> str:
        return "the floors and caps of the zones"


@dataclass(frozen=True)
class Apart:
    """Of each pair of sites at most one opens; ``pairs`` has shape (n, 2): those nearer than they may be."""

    pairs: NDArray[np.int32]

    def constrain(self, building: Building) -> None:
        name = building.unused("apart")
        for number, pair in enumerate(self.pairs):
            building.at_most(building.new_houses(pair.astype(np.int64)), 1.0, f"{name}_{number:06d}")

    def is_kept(self, plan: Recount) -> bool:
        return not plan.is_new[self.pairs].all(axis=1).any()

    def shortfall(self, building: Building) -> pulp.LpAffineExpression:
        """How many pairs would stand too near."""
        near = []
        for number, pair in enumerate(self.pairs):
            slack = building.number(f"near_{number:06d}")
            houses = building.new_houses(pair.astype(np.int64))
            building.at_most(houses - slack, 1.0, f"nearly_apart_{number:06d}")
            near.append(slack)
        return pulp.LpAffineExpression(dict.fromkeys(near, 1.0))

    def instead(self, shortfall: float) -> str:
        return f"{round(shortfall)} pairs of houses nearer than the minimum distance"

    def __str__(self) -> str:
        return "the minimum distance between new houses"


@dataclass(frozen=True)
class Differs:
    """At least ``by`` of the houses ``opened`` by another plan stay closed."""

    opened: NDArray[np.int32]
    by: int

    def constrain(self, building: Building) -> None:
        same = building.new_houses(self.opened.astype(np.int64))
        building.at_most(same, len(self.opened) - self.by, building.unused("differs"))

    def is_kept(self, plan: Recount) -> bool:
        return int(plan.is_new[self.opened].sum()) <= len(self.opened) - self.by

    def shortfall(self, building: Building) -> pulp.LpAffineExpression:
        return building.new_houses(self.opened.astype(np.int64))

    def instead(self, shortfall: float) -> str:
        return f"a plan with {round(shortfall)} of the same houses"

    def __str__(self) -> str:
        return f"at least {self.by} houses other than those of another plan"
