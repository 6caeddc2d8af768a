"""Clauses on options: one kind at each site, and what opens stays open."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pulp
from numpy.typing import NDArray

from siting.allocation.composed.building import Building
from siting.allocation.composed.clauses import Recount


@dataclass(frozen=True)
class OnePerSite:
    """At most one option of each group, exactly one where ``is_exact`` (n_groups,); -1: no group."""

    group: NDArray[np.int32]
    is_exact: NDArray[np.bool_]

    def constrain(self, building: Building) -> None:
        for number in range(len(self.is_exact)):
            options = building.new_houses(np.flatnonzero(self.group == number))
            if self.is_exact[number]:
                building.at_least(options, 1.0, f"some_option_{number:06d}")
            if len(options) > 1:
                building.at_most(options, 1.0, f"one_option_{number:06d}")

    def is_kept(self, plan: Recount) -> bool:
        taken = self.group[plan.is_new & (self.group >= 0)]
        counts = np.bincount(taken, minlength=len(self.is_exact))
        return bool(((counts <= 1) & (counts >= self.is_exact)).all())

    def shortfall(self, building: Building) -> pulp.LpAffineExpression:
        """Options that sites have too few or too many, added up."""
        off = []
        for number in range(len(self.is_exact)):
            slack = building.number(f"off_option_{number:06d}")
            options = building.new_houses(np.flatnonzero(self.group == number))
            building.at_least(options + slack, float(self.is_exact[number]), f"near_some_option_{number:06d}")
            building.at_most(options - slack, 1.0, f"near_one_option_{number:06d}")
            off.append(slack)
        return pulp.LpAffineExpression(dict.fromkeys(off, 1.0))

    def instead(self, shortfall: float) -> str:
        return f"{round(shortfall)} sites with another number of kinds than one"

    def __str__(self) -> str:
        return "one kind at each site"


@dataclass(frozen=True)
class StaysOpen:
    """What opens stays open: option ``pairs[:, 0]`` only with option ``pairs[:, 1]``, its own a phase later."""

    pairs: NDArray[np.int32]

    def constrain(self, building: Building) -> None:
        for number, (early, late) in enumerate(self.pairs.tolist()):
            building.at_most(_open(building, early) - _open(building, late), 0.0, f"stays_open_{number:06d}")

    def is_kept(self, plan: Recount) -> bool:
        return not (plan.is_new[self.pairs[:, 0]] & ~plan.is_new[self.pairs[:, 1]]).any()

    def shortfall(self, building: Building) -> pulp.LpAffineExpression:
        """How many options would close again."""
        closed = []
        for number, (early, late) in enumerate(self.pairs.tolist()):
            slack = building.number(f"closes_{number:06d}")
            building.at_most(_open(building, early) - _open(building, late) - slack, 0.0, f"nearly_open_{number:06d}")
            closed.append(slack)
        return pulp.LpAffineExpression(dict.fromkeys(closed, 1.0))

    def instead(self, shortfall: float) -> str:
        return f"{round(shortfall)} houses that close again after a phase"

    def __str__(self) -> str:
        return "what opens stays open"


def _open(building: Building, option: int) -> pulp.LpAffineExpression:
    return building.new_houses(np.array([option], dtype=np.int64))
