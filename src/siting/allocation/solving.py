"""Solve a problem: search, recount with the independent checker, and certify."""

from __future__ import annotations

import math
import time

import numpy as np
from numpy.typing import NDArray

from siting import checker
from siting.allocation.covering import search_lscp
from siting.allocation.effort import Effort, Found
from siting.allocation.highs import VERSION
from siting.allocation.maximal import greedy_sites, search_mclp
from siting.allocation.plan import Certificate, Plan, Sense
from siting.allocation.problems import Lscp, Mclp, Problem
from siting.errors import InfeasibleError, SolverError
from siting.progress import Progress, silent


def solve(
    problem: Problem,
    *,
    time_limit_s: float = 60.0,
    gap: float = 0.0,
    seed: int = 0,
    progress: Progress = silent,
) -> Plan:
    """The best plan found, with a proof of how good it is.

    There is always a plan: a greedy one at the least. Its status is ``"optimal"`` only when the proven
    bound equals its objective, recounted on the plan itself; else ``"feasible"``, with the gap. One
    version of the solver and one seed always give the same plan unless the time limit cuts the search
    short; ties go to the lowest site row.

    Parameters
    ----------
    problem : Lscp or Mclp
        From `lscp` or `mclp`.
    time_limit_s : float
        Seconds of wall clock for the whole search.
    gap : float
        Relative gap at which the search may stop; 0 asks for a proof.
    seed : int
    progress : Progress
        Called with the parts of the problem done and their number.

    Raises
    ------
    InfeasibleError
        When no plan satisfies the rules: says which people, which rule and the cheapest relaxation.
    SolverError
        When the time ran out before a plan within ``max_new`` was found or excluded, or HiGHS failed.
    """
    effort = Effort(time.monotonic() + time_limit_s, gap, seed)
    if isinstance(problem, Lscp):
        found = search_lscp(problem, effort, progress)
        plan = _certified(problem, "lscp", "min", found, _check_lscp(problem, found))
        _check_max_new(problem, plan)
        return plan
    found = search_mclp(problem, effort, progress)
    return _certified(problem, "mclp", "max", found, _check_mclp(problem, found))


def _matrix(problem: Problem) -> checker.CoverMatrix:
    cover, rules = problem.cover, problem.rules
    return checker.CoverMatrix(
        cover.cell_start,
        cover.site,
        cover.persons,
        cover.n_sites,
        rules.existing,
        rules.forced,
        rules.forbidden,
    )


def _check_lscp(problem: Lscp, found: Found) -> checker.Checked:
    return checker.check_lscp(_matrix(problem), found.opened, found.multipliers)


def _check_mclp(problem: Mclp, found: Found) -> checker.Checked:
    return checker.check_mclp(_matrix(problem), found.opened, found.multipliers, new_houses=problem.new_houses)


def _check_max_new(problem: Lscp, plan: Plan) -> None:
    """Refuse a plan of too many houses, saying whether fewer are impossible or only not found."""
    limit = problem.max_new
    if limit is None or plan.objective <= limit:
        return
    if plan.bound <= limit:
        raise SolverError(
            f"no plan of at most {limit} new houses was found in the time allowed, and none is excluded: "
            f"at least {plan.bound:.0f} are needed and {plan.objective:.0f} suffice "
            f"(allow more time, or {plan.objective:.0f} houses)"
        )
    best = greedy_sites(Mclp(problem.cover, problem.rules, limit))
    persons = problem.cover.persons
    left_out = persons[problem.is_coverable & ~problem.cover.covered_by(_open(problem, best))].sum()
    raise InfeasibleError(
        f"max_new: {limit} new houses cannot cover the {persons[problem.is_coverable].sum():,.0f} persons "
        f"that some site can cover: at least {plan.bound:.0f} are needed. Cheapest relaxation: "
        f"max_new = {plan.objective:.0f}; or leave out at most {left_out:,.0f} persons with {limit} houses"
    )


def _open(problem: Problem, opened: NDArray[np.int32]) -> NDArray[np.int32]:
    return np.union1d(problem.rules.existing, opened)


def _certified(problem: Problem, model: str, sense: Sense, found: Found, checked: checker.Checked) -> Plan:
    """The plan with its certificate; the checker has recounted it on the whole problem."""
    if checked.faults:
        raise SolverError(f"the plan found breaks its own rules ({'; '.join(checked.faults)}): report this")
    is_whole = sense == "min" or bool((problem.cover.persons % 1 == 0).all())
    by_solver = _tight(found.bound, checked.objective, sense, is_whole)
    by_arithmetic = _tight(checked.bound, checked.objective, sense, False)
    best = max if sense == "min" else min
    bound = best(by_solver, by_arithmetic)
    certificate = Certificate(
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
    )
    is_covered = problem.cover.covered_by(_open(problem, found.opened))
    return Plan(found.opened, is_covered, certificate, found.multipliers)


def _tight(bound: float, objective: float, sense: Sense, is_whole: bool) -> float:
    """The bound without the noise of floats: whole where the objective must be, never past it."""
    noise = 1e-6 + 1e-9 * abs(bound)
    if is_whole:
        bound = math.ceil(bound - noise) if sense == "min" else math.floor(bound + noise)
    is_met = objective - bound <= noise if sense == "min" else bound - objective <= noise
    return objective if is_met else float(bound)
