"""Solve a problem: search, recount with the independent checker, and certify."""

from __future__ import annotations

import math
import threading

import numpy as np
from numpy.typing import NDArray

from siting import checker
from siting.allocation.cell_times import CellTimes
from siting.allocation.composed.centers import ComposedCenter, solve_composed_center
from siting.allocation.composed.problem import Composed
from siting.allocation.composed.search import solve_composed
from siting.allocation.cover import CoverSets
from siting.allocation.covering.search import search_lscp
from siting.allocation.effort import Effort, Found
from siting.allocation.highs import VERSION
from siting.allocation.maximal.search import greedy_sites, search_mclp
from siting.allocation.medians.capacitated import CapacitatedPMedian, search_capacitated_p_median
from siting.allocation.medians.centers import PCenter, search_p_center
from siting.allocation.medians.search import PMedian, search_p_median
from siting.allocation.plan import Certificate, Plan, Sense
from siting.allocation.problems import Lscp, Mclp, Problem, Rules
from siting.arguments import amount, whole_numbers
from siting.errors import OutOfTimeError, SolverError, TooFewHousesError
from siting.progress import Progress, silent


def solve(
    problem: Problem | PMedian | CapacitatedPMedian | PCenter | Composed | ComposedCenter,
    *,
    time_limit_s: float = 60.0,
    gap: float = 0.0,
    seed: int = 0,
    progress: Progress = silent,
    stop: threading.Event | None = None,
) -> Plan:
    """The best plan found, with a proof of how good it is.

    Without clauses there is always a plan: a greedy one at the least. Its status is ``"optimal"`` only when the
    proven bound equals its objective, recounted on the plan itself; else ``"feasible"``, with the gap. One
    version of the solver and one seed always give the same plan unless the time limit cuts the search
    short. Values nearer than a millionth (of a person, a person-second, a unit of cost) and a thousand-millionth of
    the total count as equal: ten person-seconds of ten thousand million. Ties go to the lowest site row; each house
    of an LSCP plan stands where it covers most persons among the sites that could take its place.

    Parameters
    ----------
    problem : Lscp, Mclp, PMedian, CapacitatedPMedian, PCenter, Composed or ComposedCenter
        From `lscp`, `mclp`, `p_median`, `capacitated_p_median`, `p_center`, `compose` or `compose_center`.
    time_limit_s : float
        Seconds of wall clock for the whole search, those in which a first run compiles kernels left out.
    gap : float
        Relative gap at which the search may stop; 0 asks for a proof.
    seed : int
        0 or more.
    progress : Progress
        Called with the parts of the problem done, their number and, while HiGHS branches, a `Standing`.
    stop : threading.Event, optional
        Set it (on Ctrl-C, say) to get the best plan found so far, with its true gap.

    Raises
    ------
    TooFewHousesError
        When no plan satisfies the rules: says which people, which rule and the cheapest relaxation.
    SolverError
        When the time ran out before a plan within ``max_new`` was found or excluded, or HiGHS failed.
    """
    seconds = amount(time_limit_s, where="solve", name="time_limit_s")
    seed = int(whole_numbers(amount(seed, where="solve", name="seed"), where="solve", name="seed"))
    effort = Effort.within(seconds, amount(gap, where="solve", name="gap"), seed, stop)
    if isinstance(problem, Lscp):
        plan = _solve_lscp(problem, effort, progress)
        _check_max_new(problem, plan)
        return plan
    if isinstance(problem, Mclp):
        return _solve_mclp(problem, effort, progress)
    if isinstance(problem, Composed):
        return solve_composed(problem, effort, progress)
    if isinstance(problem, CapacitatedPMedian):
        return _solve_capacitated_p_median(problem, effort, progress)
    if isinstance(problem, PCenter):
        return _solve_p_center(problem, effort, progress)
    if isinstance(problem, ComposedCenter):
        return solve_composed_center(problem, effort, progress)
    return _solve_p_median(problem, effort, progress)


def _solve_lscp(problem: Lscp, effort: Effort, progress: Progress) -> Plan:
    found = search_lscp(problem, effort, progress)
    matrix = _matrix(problem.cover, problem.rules)
    checked = checker.check_lscp(matrix, found.opened, found.multipliers, cost=problem.cost)
    is_whole = bool((problem.cost % 1 == 0).all())
    is_covered = problem.cover.covered_by(_open(problem, found.opened))
    return Plan(found.opened, is_covered, _certificate("lscp", found, checked, is_whole=is_whole), found.multipliers)


def _solve_mclp(problem: Mclp, effort: Effort, progress: Progress) -> Plan:
    found = search_mclp(problem, effort, progress)
    matrix = _matrix(problem.cover, problem.rules)
    checked = checker.check_mclp(matrix, found.opened, found.multipliers, new_houses=problem.new_houses)
    is_whole = bool((problem.cover.persons % 1 == 0).all())
    certificate = _certificate("mclp", found, checked, is_whole=is_whole)
    is_covered = problem.cover.covered_by(_open(problem, found.opened))
    return Plan(found.opened, is_covered, certificate, found.multipliers)


def _solve_p_median(problem: PMedian, effort: Effort, progress: Progress) -> Plan:
    found = search_p_median(problem, effort, progress)
    times = problem.times
    checked = checker.check_p_median(
        _matrix(times, problem.rules),
        times.time_s,
        found.opened,
        found.multipliers,
        new_houses=problem.new_houses,
        penalty_s=problem.penalty_s,
    )
    weights = (times.persons, times.time_s, np.array([problem.penalty_s]))
    is_whole = all(bool((values % 1 == 0).all()) for values in weights)
    certificate = _certificate("p_median", found, checked, is_whole=is_whole)
    seconds = times.nearest_s(_open(problem, found.opened), np.inf)
    return Plan(found.opened, seconds <= problem.penalty_s, certificate, found.multipliers)


def _solve_capacitated_p_median(problem: CapacitatedPMedian, effort: Effort, progress: Progress) -> Plan:
    found, served_by = search_capacitated_p_median(problem, effort, progress)
    times = problem.times
    checked = checker.check_capacitated_p_median(
        _matrix(times, problem.rules),
        times.time_s,
        found.opened,
        served_by,
        found.multipliers,
        demand=problem.demand,
        capacity=problem.capacity,
        new_houses=problem.new_houses,
        penalty_s=problem.penalty_s,
    )
    weights = (times.persons, times.time_s, np.array([problem.penalty_s or 0.0]))
    is_whole = all(bool((values % 1 == 0).all()) for values in weights)
    certificate = _certificate("capacitated_p_median", found, checked, is_whole=is_whole)
    return Plan(found.opened, served_by >= 0, certificate, found.multipliers, served_by=served_by)


def _solve_p_center(problem: PCenter, effort: Effort, progress: Progress) -> Plan:
    found = search_p_center(problem, effort, progress)
    times = problem.times
    checked = checker.check_p_center(
        _matrix(times, problem.rules),
        times.time_s,
        found.opened,
        found.multipliers,
        new_houses=problem.new_houses,
    )
    certificate = _certificate("p_center", found, checked, is_whole=False)
    is_covered = times.nearest_s(_open(problem, found.opened), np.inf) <= checked.objective
    return Plan(found.opened, is_covered, certificate, found.multipliers)


def _matrix(cover: CoverSets | CellTimes, rules: Rules) -> checker.CoverMatrix:
    pairs = (cover.cell_start, cover.site, cover.persons, cover.n_sites)
    return checker.CoverMatrix(*pairs, rules.existing, rules.forced, rules.forbidden)


def _check_max_new(problem: Lscp, plan: Plan) -> None:
    """Refuse a plan of too many houses, saying whether fewer are impossible or only not found."""
    limit = problem.max_new
    if limit is None or plan.objective <= limit:
        return
    if plan.bound <= limit:
        raise OutOfTimeError(
            f"no plan of at most {limit} new houses was found in the time allowed, and none is excluded: "
            f"at least {plan.bound:.0f} are needed and {plan.objective:.0f} suffice "
            f"(allow more time, or {plan.objective:.0f} houses)"
        )
    best = greedy_sites(Mclp(problem.cover, problem.rules, limit))
    persons = problem.cover.persons
    left_out = persons[problem.is_coverable & ~problem.cover.covered_by(_open(problem, best))].sum()
    raise TooFewHousesError(
        new_houses=limit,
        at_least=math.ceil(plan.bound),
        enough=round(plan.objective),
        persons_coverable=float(persons[problem.is_coverable].sum()),
        persons_left_out=float(left_out),
    )


def _open(problem: Problem | PMedian | PCenter, opened: NDArray[np.int32]) -> NDArray[np.int32]:
    return np.union1d(problem.rules.existing, opened)


_ROUNDING = 1e-7
"""Multipliers are rounded before arithmetic checks them: a person in a country, not worth a solver's word."""


def _certificate(model: str, found: Found, checked: checker.Checked, *, is_whole: bool) -> Certificate:
    """How good the plan is, once the checker has recounted it on the whole problem."""
    if checked.faults:
        raise SolverError(f"the plan found breaks its own rules ({'; '.join(checked.faults)}): report this")
    sense: Sense = "max" if model == "mclp" else "min"
    by_solver = _tight(found.bound, checked.objective, sense, is_whole)
    by_arithmetic = _tight(checked.bound, checked.objective, sense, False)
    bound = max(by_solver, by_arithmetic) if sense == "min" else min(by_solver, by_arithmetic)
    if bound != checked.objective and abs(bound - by_arithmetic) <= _ROUNDING * abs(bound):
        bound = by_arithmetic
    return Certificate(
        model=model,
        sense=sense,
        status="optimal" if bound == checked.objective else "feasible",
        objective=checked.objective,
        bound=bound,
        gap=abs(checked.objective - bound) / max(abs(checked.objective), 1.0),
        bound_by="arithmetic" if bound == by_arithmetic else "solver",
        solver=VERSION,
        n_rows=sum(run.n_rows for run in found.runs),
        n_columns=sum(run.n_columns for run in found.runs),
        n_nonzeros=sum(run.n_nonzeros for run in found.runs),
        arithmetic_bound=by_arithmetic,
        reductions=found.reductions,
    )


def _tight(bound: float, objective: float, sense: Sense, is_whole: bool) -> float:
    """The bound without the noise of floats: whole where the objective must be, never past it."""
    noise = 1e-6 + 1e-9 * abs(bound)
    if (objective - bound if sense == "min" else bound - objective) <= noise:
        return objective
    if is_whole:
        bound = math.ceil(bound - noise) if sense == "min" else math.floor(bound + noise)
    is_met = bound >= objective if sense == "min" else bound <= objective
    return objective if is_met else float(bound)
