"""Goals: what a composed problem makes as small or as large as it can, each on its own and in any order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
import pulp
from numpy.typing import NDArray

from siting.allocation.composed.building import Building
from siting.allocation.composed.clauses import Recount
from siting.allocation.composed.measures import Served, Waiting
from siting.allocation.cover import CoverSets
from siting.allocation.plan import Sense

GoalName = Literal["fewest_houses", "least_cost", "most_covered", "most_covered_twice"]


class Goal(Protocol):
    """One thing to make as small or as large as can be."""

    @property
    def name(self) -> str:
        """What certificates call it."""

    @property
    def sense(self) -> Sense: ...

    def is_whole(self, cover: CoverSets, /) -> bool:
        """Whether its values are whole numbers, so that a bound may be rounded."""

    def expression(self, building: Building) -> pulp.LpAffineExpression:
        """Its value in the integer program."""

    def value(self, plan: Recount) -> float:
        """Its value, recounted on a plan."""

    def best(self, cover: CoverSets) -> float:
        """No plan does better, whatever the clauses."""

    @property
    def is_frugal(self) -> bool:
        """Whether it asks to open little."""

    def gains(self, plan: Recount) -> NDArray[np.float64]:
        """Shape (n_sites,): roughly what each further site brings, or covers where that is asked for by clauses."""


@dataclass(frozen=True, eq=False)
class FewestHouses:
    """Least number of new houses; ``counts`` (n_sites,) says which sites count as one, all by default."""

    counts: NDArray[np.bool_] | None = None
    name: str = "fewest_houses"
    sense: Sense = "min"
    is_frugal: bool = True

    def is_whole(self, _cover: CoverSets, /) -> bool:
        return True

    def expression(self, building: Building) -> pulp.LpAffineExpression:
        return building.new_houses(None if self.counts is None else np.flatnonzero(self.counts))

    def value(self, plan: Recount) -> float:
        return float(plan.is_new.sum() if self.counts is None else plan.is_new[self.counts].sum())

    def best(self, _cover: CoverSets) -> float:
        return 0.0

    def gains(self, plan: Recount) -> NDArray[np.float64]:
        return _newly_covered(plan, plan.cover.persons, 1)


@dataclass(frozen=True, eq=False)
class LeastCost:
    """Least sum of costs of what is opened; ``cost`` has one value per site."""

    cost: NDArray[np.float64]
    name: str = "least_cost"
    sense: Sense = "min"
    is_frugal: bool = True

    def is_whole(self, _cover: CoverSets, /) -> bool:
        return bool((self.cost % 1 == 0).all())

    def expression(self, building: Building) -> pulp.LpAffineExpression:
        return building.cost(self.cost)

    def value(self, plan: Recount) -> float:
        return float(self.cost[plan.is_new].sum())

    def best(self, _cover: CoverSets) -> float:
        return float(np.minimum(self.cost, 0.0).sum())

    def gains(self, plan: Recount) -> NDArray[np.float64]:
        return _newly_covered(plan, plan.cover.persons, 1) / np.maximum(self.cost, 1e-9)


@dataclass(frozen=True, eq=False)
class MostCovered:
    """Most persons within the standard of one open site, or of two (``times`` 2: backup cover).

    ``weights``: shape (n_cells,), counted in the place of persons (people over 65, of red zones, without a
    car, of one phase); the persons of the cover sets by default.
    """

    weights: NDArray[np.float64] | None = None
    times: Literal[1, 2] = 1
    sense: Sense = "max"
    is_frugal: bool = False

    @property
    def name(self) -> str:
        return "most_covered" if self.times == 1 else "most_covered_twice"

    def is_whole(self, cover: CoverSets, /) -> bool:
        return bool(((cover.persons if self.weights is None else self.weights) % 1 == 0).all())

    def expression(self, building: Building) -> pulp.LpAffineExpression:
        return building.covered_persons(np.arange(building.cover.n_cells), self.times, self.weights)

    def value(self, plan: Recount) -> float:
        weights = plan.cover.persons if self.weights is None else self.weights
        return float(weights[plan.times_covered >= self.times].sum())

    def best(self, cover: CoverSets) -> float:
        return float((cover.persons if self.weights is None else self.weights).sum())

    def gains(self, plan: Recount) -> NDArray[np.float64]:
        return _newly_covered(plan, plan.cover.persons if self.weights is None else self.weights, self.times)


@dataclass(frozen=True, eq=False)
class LeastTime:
    """Least person-seconds to the nearest open site; divided by the persons it is the mean time."""

    measure: Waiting
    name: str = "least_time"
    sense: Sense = "min"
    is_frugal: bool = False

    def is_whole(self, _cover: CoverSets, /) -> bool:
        return self.measure.is_whole

    def expression(self, building: Building) -> pulp.LpAffineExpression:
        return building.estimate(self.measure)

    def value(self, plan: Recount) -> float:
        return self.measure.value(plan.is_open)

    def best(self, _cover: CoverSets) -> float:
        return self.measure.least

    def gains(self, plan: Recount) -> NDArray[np.float64]:
        return -self.measure.cut(self.measure.multipliers(plan.is_open)).slope


@dataclass(frozen=True, eq=False)
class MostServed:
    """Most demand served within the standard and within the capacity of sites (capacitated cover)."""

    measure: Served
    name: str = "most_served"
    sense: Sense = "max"
    is_frugal: bool = False

    def is_whole(self, _cover: CoverSets, /) -> bool:
        return True

    def expression(self, building: Building) -> pulp.LpAffineExpression:
        return -building.estimate(self.measure)

    def value(self, plan: Recount) -> float:
        return -self.measure.value(plan.is_open)

    def best(self, _cover: CoverSets) -> float:
        return -self.measure.least

    def gains(self, plan: Recount) -> NDArray[np.float64]:
        return -self.measure.cut(self.measure.multipliers(plan.is_open)).slope


def named_goal(
    name: GoalName, cost: NDArray[np.float64], counts: NDArray[np.bool_] | None
) -> FewestHouses | LeastCost | MostCovered:
    """The goal of that name, at the costs of a problem."""
    if name == "fewest_houses":
        return FewestHouses(counts)
    if name == "least_cost":
        return LeastCost(cost)
    return MostCovered(times=1 if name == "most_covered" else 2)


def _newly_covered(plan: Recount, weights: NDArray[np.float64], times: int) -> NDArray[np.float64]:
    """Shape (n_sites,): weight of the cells that each site covers and that are not covered ``times`` yet."""
    cover = plan.cover
    left = np.repeat(np.where(plan.times_covered < times, weights, 0.0), np.diff(cover.cell_start))
    return np.bincount(cover.site, weights=left, minlength=cover.n_sites).astype(np.float64)
