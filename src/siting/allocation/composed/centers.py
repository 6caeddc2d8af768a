"""The p-center problem under any clauses: is there a plan at a travel time, asked for one time after the other."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pulp
from numpy.typing import ArrayLike, NDArray

from siting.allocation.cell_times import CellTimes
from siting.allocation.composed.building import Building
from siting.allocation.composed.clauses import Clause, Houses
from siting.allocation.composed.everyone import Everyone
from siting.allocation.composed.goals import FewestHouses
from siting.allocation.composed.problem import Composed, recount
from siting.allocation.composed.reasons import conflict
from siting.allocation.composed.starting import without_idle
from siting.allocation.cover import CoverSets
from siting.allocation.covering.search import search_lscp
from siting.allocation.effort import Effort
from siting.allocation.highs import VERSION, Outcome, run_highs
from siting.allocation.medians.centers import is_reached, levels_s
from siting.allocation.plan import Certificate, Plan
from siting.allocation.problems import Lscp, Rules, make_rules
from siting.errors import OutOfTimeError, SolverError
from siting.progress import Progress, Standing, silent


@dataclass(frozen=True)
class ComposedCenter:
    """A p-center problem under clauses. Make one with `compose_center`, whose docstring has the formulation."""

    times: CellTimes
    cover: CoverSets
    rules: Rules
    clauses: tuple[Clause, ...]
    reach: Everyone

    def kept_with(self, reach: Everyone) -> Composed:
        """Everyone reached within a time, the clauses kept, with the fewest houses."""
        return Composed(self.cover, self.rules, (FewestHouses(),), (reach, *self.clauses), np.zeros(0, np.int32))

    def within(self, level_s: float) -> Everyone:
        """Everyone reached within a time."""
        return Everyone(self.reach.cells, self.times.within(level_s))

    def worst_s(self, opened: NDArray[np.int32]) -> float:
        """Seconds of the farthest of those to be reached."""
        seconds = self.times.nearest_s(np.union1d(self.rules.existing, opened), np.inf)
        return float(seconds[self.reach.cells].max(initial=0.0))


def compose_center(
    times: CellTimes,
    cover: CoverSets,
    *,
    clauses: Sequence[Clause] = (),
    existing: ArrayLike = (),
    forced: ArrayLike = (),
    forbidden: ArrayLike = (),
) -> ComposedCenter:
    """Least worst travel time to the nearest house, under any clauses.

    .. code-block:: text

        minimise    T
        subject to  Σ_{j: t_ij ≤ T} x_j ≥ 1     for each inhabited cell i that no existing site reaches within T
                    the constraint of each clause
                    x_j = 1                     for each forced site j
                    x_j ∈ {0, 1}

    Solved by bisection over the times that occur, as `p_center`, with a program for the question whether a plan keeps
    the clauses at a time. The least such time is the answer; that there is no plan at the next lower one, its proof.

    Parameters
    ----------
    times : CellTimes
    cover : CoverSets
        Of the same cells and sites, for the clauses that speak of cover.
    clauses : sequence of Clause
        `Houses`, `Budget`, `CoveredShare`, `NewPerZone`, `Apart`.
    existing, forced, forbidden : rows of the sites table

    Raises
    ------
    DataError
        When the rules contradict each other, or name a site that does not exist.

    References
    ----------
    Minieka (1970), The m-center problem, SIAM Review 12(1), 138-139.
    """
    rules = make_rules("compose_center", times.n_sites, existing, forced, forbidden, "houses", None)
    is_wanted = is_reached(times, rules)
    reach = Everyone(np.flatnonzero(is_wanted), times.within(np.inf))
    return ComposedCenter(times, cover, rules, tuple(clauses), reach)


def solve_composed_center(problem: ComposedCenter, effort: Effort, progress: Progress) -> Plan:
    """The plan of the least time found, without a house that it could do without.

    Raises
    ------
    ConflictError
        No plan keeps the clauses and reaches everyone within the cutoff.
    OutOfTimeError
        None was found in the time allowed, and none is excluded.
    """
    levels = levels_s(problem.times, problem.rules, problem.reach.cells)
    excluded, low, high = -1, 0, len(levels) - 1
    best, size, shortest_s = None, _NO_PROGRAM, effort.left_s
    while low <= high and (best is None or effort.left_s > shortest_s) and effort.left_s > 0:
        middle, left_s = high if best is None else (low + high) // 2, effort.left_s  # is there a plan at all?
        answer = _ask(problem, float(levels[middle]), effort.share(0.4))
        size, shortest_s = answer.run or size, min(shortest_s, left_s - effort.left_s)
        if answer.opened is not None:
            best, high = answer.opened, int(np.searchsorted(levels, problem.worst_s(answer.opened))) - 1
        else:
            excluded, low = middle if answer.is_excluded else excluded, middle + 1
        worst_s = math.inf if best is None else problem.worst_s(best)
        standing = Standing.at(worst_s, float(levels[min(excluded + 1, len(levels) - 1)]))
        progress(len(levels) - 1 - (high - low), len(levels), standing)
    if best is None and excluded == len(levels) - 1:
        raise conflict(problem.kept_with(problem.reach), effort)
    if best is None:
        raise OutOfTimeError("no plan was found in the time allowed, and none is excluded (allow more time)")
    if effort.left_s > shortest_s:
        best = without_idle(problem.kept_with(problem.within(problem.worst_s(best))), best.tolist(), effort)
    return _plan(problem, best, float(levels[excluded + 1]), size)


_MOST_PAIRS, _PAIRS_PER_S = 3_000_000, 300_000
"""Of a program that is asked: the cells that no existing site reaches, each with its sites. Putting together a
million takes 3 s of CPU, during which nobody looks at the clock."""

_NO_PROGRAM = Outcome("limit", False, -math.inf, 0, 0, 0)


@dataclass(frozen=True)
class _Answer:
    """A plan at a time, or that there is none; neither where that was not found out; the program, where one was."""

    opened: NDArray[np.int32] | None = None
    is_excluded: bool = False
    run: Outcome | None = None


def _ask(problem: ComposedCenter, level_s: float, effort: Effort) -> _Answer:
    """Whether some plan keeps the clauses at a time: as set covering without them may tell, else a program."""
    near = problem.times.within(level_s)
    composed = problem.kept_with(Everyone(problem.reach.cells, near))
    lscp = Lscp(near, problem.rules, None, np.ones(problem.times.n_sites))
    is_wanted = np.zeros(problem.times.n_cells, dtype=np.bool_)
    is_wanted[problem.reach.cells] = True
    fewest = search_lscp(lscp, effort.share(0.3), silent, is_wanted)
    if _keeps_all(composed, fewest.opened):
        return _Answer(fewest.opened)
    caps = [one.at_most for one in problem.clauses if isinstance(one, Houses) and one.counts is None]
    if caps and fewest.bound > min(caps) + 1e-6:
        return _Answer(is_excluded=True)
    left = np.diff(near.cell_start)[is_wanted & ~near.covered_by(problem.rules.existing)].sum()
    if left > min(_MOST_PAIRS, _PAIRS_PER_S * effort.left_s):
        return _Answer()
    return _ask_program(composed, effort)


def _ask_program(composed: Composed, effort: Effort) -> _Answer:
    building = Building("center", composed.cover, composed.rules)
    for clause in composed.clauses:
        clause.constrain(building)
    building.model.setObjective(pulp.LpAffineExpression(dict.fromkeys(building.x.values(), 0.0)))
    run = run_highs(building.model, effort)
    if not run.has_values:
        return _Answer(is_excluded=run.ended == "infeasible", run=run)
    opened = building.opened()
    if not _keeps_all(composed, opened):
        raise SolverError("the plan found breaks its own rules: report this")
    return _Answer(opened, run=run)


def _keeps_all(composed: Composed, opened: NDArray[np.int32]) -> bool:
    plan = recount(composed, opened)
    return all(clause.is_kept(plan) for clause in composed.clauses)


def _plan(problem: ComposedCenter, opened: NDArray[np.int32], bound_s: float, run: Outcome) -> Plan:
    worst_s = problem.worst_s(opened)
    certificate = Certificate(
        model="p_center",
        sense="min",
        status="optimal" if bound_s >= worst_s else "feasible",
        objective=worst_s,
        bound=min(bound_s, worst_s),
        gap=max(worst_s - bound_s, 0.0) / max(worst_s, 1.0),
        bound_by="solver",
        solver=VERSION,
        n_rows=run.n_rows,
        n_columns=run.n_columns,
        n_nonzeros=run.n_nonzeros,
    )
    seconds = problem.times.nearest_s(np.union1d(problem.rules.existing, opened), np.inf)
    return Plan(opened, seconds <= worst_s, certificate)
