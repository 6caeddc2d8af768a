"""Goals: what a composed problem makes as small or as large as it can, each on its own and in any order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
import pulp
from numpy.typing import NDArray

from siting.allocation.building import Building
from siting.allocation.clauses import Recount
from siting.allocation.plan import Sense

GoalName = Literal["fewest_houses", "least_cost", "most_covered", "most_covered_twice"]


class Goal(Protocol):
    """One thing to make as small or as large as can be."""

    @property
    def name(self) -> str:
        """What certificates call it."""

    @property
    def sense(self) -> Sense: ...

    @property
    def is_whole(self) -> bool:
        """Whether its values are whole numbers, so that a bound may be rounded."""

    def expression(self, building: Building) -> pulp.LpAffineExpression:
        """Its value in the integer program."""

    def value(self, plan: Recount) -> float:
        """Its value, recounted on a plan."""


@dataclass(frozen=True, eq=False)
class FewestHouses:
    """Least number of new houses; ``counts`` (n_sites,) says which sites count as one, all by default."""

    counts: NDArray[np.bool_] | None = None
    name: str = "fewest_houses"
    sense: Sense = "min"
    is_whole: bool = True

    def expression(self, building: Building) -> pulp.LpAffineExpression:
        return building.new_houses(None if self.counts is None else np.flatnonzero(self.counts))

    def value(self, plan: Recount) -> float:
        return float(plan.is_new.sum() if self.counts is None else plan.is_new[self.counts].sum())


@dataclass(frozen=True, eq=False)
class LeastCost:
    """Least sum of costs of what is opened; ``cost`` has one value per site."""

    cost: NDArray[np.float64]
    name: str = "least_cost"
    sense: Sense = "min"
    is_whole: bool = False

    def expression(self, building: Building) -> pulp.LpAffineExpression:
        return building.cost(self.cost)

    def value(self, plan: Recount) -> float:
        return float(self.cost[plan.is_new].sum())


@dataclass(frozen=True, eq=False)
class MostCovered:
    """Most persons within the standard of one open site, or of two (``times`` 2: backup cover).

    ``weights``: shape (n_cells,), counted in the place of persons (people over 65, of red zones, without a
    car, of one phase); the persons of the cover sets by default.
    """

    weights: NDArray[np.float64] | None = None
    times: Literal[1, 2] = 1
    sense: Sense = "max"
    is_whole: bool = False

    @property
    def name(self) -> str:
        return "most_covered" if self.times == 1 else "most_covered_twice"

    def expression(self, building: Building) -> pulp.LpAffineExpression:
        return building.covered_persons(np.arange(building.cover.n_cells), self.times, self.weights)

    def value(self, plan: Recount) -> float:
        weights = plan.cover.persons if self.weights is None else self.weights
        return float(weights[plan.times_covered >= self.times].sum())


def named_goal(
    name: GoalName, cost: NDArray[np.float64], counts: NDArray[np.bool_] | None
) -> FewestHouses | LeastCost | MostCovered:
    """The goal of that name, at the costs of a problem."""
    if name == "fewest_houses":
        return FewestHouses(counts)
    if name == "least_cost":
        return LeastCost(cost)
    return MostCovered(times=1 if name == "most_covered" else 2)
