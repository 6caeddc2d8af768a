"""The integer program of a composed problem while it is being put together, in PuLP."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from types import MappingProxyType

import numpy as np
import pulp
from numpy.typing import NDArray

from siting.allocation.composed.cuts import Cut, Measure
from siting.allocation.cover import CoverSets
from siting.allocation.problems import Rules
from siting.allocation.reductions import equal_rows

NO_CUTS: Mapping[Measure, Sequence[Cut]] = MappingProxyType({})


class Building:
    """A PuLP model with one binary per candidate; what clauses and goals speak of is added on demand.

    Parameters
    ----------
    cover : CoverSets
    rules : Rules
        Existing sites count as open wherever cover is counted, and are no variables.
    cuts : mapping of Measure to its cuts
        Those known so far.
    """

    def __init__(
        self, name: str, cover: CoverSets, rules: Rules, cuts: Mapping[Measure, Sequence[Cut]] = NO_CUTS
    ) -> None:
        self.cover = cover
        self.cuts = cuts
        self.estimates: dict[Measure, pulp.LpVariable] = {}
        self.model = pulp.LpProblem(name, pulp.LpMinimize)
        self.candidates = np.flatnonzero(rules.is_candidate(cover.n_sites))
        self.x = {j: self._variable(f"open_{j:06d}", is_whole=True) for j in self.candidates.tolist()}
        for j in rules.forced.tolist():
            self.x[j].lowBound = 1
        self._is_existing = np.zeros(cover.n_sites, dtype=np.bool_)
        self._is_existing[rules.existing] = True
        self._covered: dict[tuple[int, int], pulp.LpVariable] = {}
        self._n_named: dict[str, int] = {}

    def new_houses(self, sites: NDArray[np.int64] | None = None) -> pulp.LpAffineExpression:
        """How many of ``sites`` open (all candidates by default)."""
        rows = self.candidates.tolist() if sites is None else sites.tolist()
        return pulp.LpAffineExpression({self.x[j]: 1.0 for j in rows if j in self.x})

    def cost(self, cost: NDArray[np.float64]) -> pulp.LpAffineExpression:
        """What the new houses cost, at ``cost`` (n_sites,)."""
        return pulp.LpAffineExpression({x: float(cost[j]) for j, x in self.x.items() if cost[j]})

    def covered_persons(
        self, cells: NDArray[np.int64], times: int = 1, weights: NDArray[np.float64] | None = None
    ) -> pulp.LpAffineExpression:
        """Persons (or ``weights``) of ``cells`` with at least ``times`` (1 or 2) open sites within the standard."""
        persons = (self.cover.persons if weights is None else weights)[cells]
        merged = np.bincount(self._like[cells], weights=persons, minlength=self.cover.n_cells)
        expression = pulp.LpAffineExpression()
        for i in np.flatnonzero(merged).tolist():
            weight = float(merged[i])
            sites = self.cover.site[self.cover.cell_start[i] : self.cover.cell_start[i + 1]]
            n_existing = int(self._is_existing[sites].sum())
            new = [self.x[j] for j in sites.tolist() if j in self.x]
            if n_existing >= times:
                expression.constant += weight
            elif n_existing + len(new) >= times:
                expression[self._cover_variable(i, times, n_existing, new)] = weight
        return expression

    def unused(self, name: str) -> str:
        """``name``, numbered from its second use on, so that a clause may be given more than once."""
        self._n_named[name] = self._n_named.get(name, 0) + 1
        return name if self._n_named[name] == 1 else f"{name}_{self._n_named[name]}"

    @cached_property
    def _like(self) -> NDArray[np.int32]:
        """Shape (n_cells,): the first cell with the same cover set; they are covered together or not at all."""
        return equal_rows(self.cover)

    @property
    def is_existing(self) -> NDArray[np.bool_]:
        """Shape (n_sites,): open today."""
        return self._is_existing

    def estimate(self, measure: Measure) -> pulp.LpAffineExpression:
        """A measure from below: as much as its cuts know."""
        if measure not in self.estimates:
            number = len(self.estimates)
            self.estimates[measure] = self.model.add_variable(f"measure_{number}", measure.least)
            for k, cut in enumerate(self.cuts.get(measure, ())):
                open_already = float(cut.slope[self._is_existing].sum())
                terms = {x: -float(cut.slope[j]) for j, x in self.x.items() if cut.slope[j]}
                terms[self.estimates[measure]] = 1.0
                wanted = cut.constant + open_already
                self.at_least(pulp.LpAffineExpression(terms), wanted, f"measure_{number}_cut_{k:04d}")
        return pulp.LpAffineExpression({self.estimates[measure]: 1.0})

    @property
    def speaks_of_cover(self) -> bool:
        """Whether anything asked so far depends on who is covered."""
        return bool(self._covered)

    def start(self, opened: NDArray[np.int32]) -> None:
        """Give HiGHS a plan to start from."""
        is_opened = set(opened.tolist())
        for j, x in self.x.items():
            x.setInitialValue(int(j in is_opened))

    def opened(self) -> NDArray[np.int32]:
        """The sites that HiGHS opened, its 0.9999999 rounded; of those that nothing speaks of, the forced ones."""
        values = {j: x.lowBound if x.varValue is None else x.varValue for j, x in self.x.items()}
        return np.array([j for j, value in values.items() if value > 0.5], dtype=np.int32)

    def promised(self) -> dict[Measure, float]:
        """What HiGHS takes each measure for."""
        return {measure: float(variable.varValue or 0.0) for measure, variable in self.estimates.items()}

    def at_least(self, expression: pulp.LpAffineExpression, value: float, name: str) -> None:
        """Constrain ``expression`` ≥ ``value``."""
        self._constrain(expression, pulp.LpConstraintGE, value, name)

    def at_most(self, expression: pulp.LpAffineExpression, value: float, name: str) -> None:
        """Constrain ``expression`` ≤ ``value``."""
        self._constrain(expression, pulp.LpConstraintLE, value, name)

    def number(self, name: str) -> pulp.LpVariable:
        """A new variable ≥ 0."""
        return self.model.add_variable(name, 0)

    def _cover_variable(self, i: int, times: int, n_existing: int, new: list[pulp.LpVariable]) -> pulp.LpVariable:
        """Whether cell i is covered ``times``: 0 … 1, no more than its sites allow.

        Covered twice needs a binary of its own: half of two would pass the sum for a half.
        """
        if (i, times) not in self._covered:
            y = self._variable(f"covered_{times}_{i:06d}", is_whole=times > 1)
            self._covered[i, times] = y
            terms = dict.fromkeys(new, 1.0)
            terms[y] = -float(times - n_existing)
            self._constrain(pulp.LpAffineExpression(terms), pulp.LpConstraintGE, 0.0, f"cover_{times}_{i:06d}")
        return self._covered[i, times]

    def _variable(self, name: str, *, is_whole: bool) -> pulp.LpVariable:
        return self.model.add_variable(name, 0, 1, pulp.LpInteger if is_whole else pulp.LpContinuous)

    def _constrain(self, expression: pulp.LpAffineExpression, sense: int, value: float, name: str) -> None:
        if len(expression) == 0:
            slack = expression.constant - value
            if slack * sense >= 0:
                return
            # PuLP drops a constraint without variables: a false one is put on a variable fixed at 0.
            expression = pulp.LpAffineExpression({self.model.add_variable(f"no_{name}", 0, 0): 1.0})
            sense, value = pulp.LpConstraintGE, 1.0
        self.model.addConstraint(pulp.LpConstraint(expression, sense, name, value))
