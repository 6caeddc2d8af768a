"""Solve a problem: reductions, a start, HiGHS on what is left, and an honest certificate."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from siting.allocation import formulation, kernels, reductions
from siting.allocation.cover import CoverSets
from siting.allocation.highs import VERSION, Outcome, run_highs
from siting.allocation.plan import Certificate, Plan
from siting.allocation.problems import Lscp, Mclp, Problem
from siting.errors import InfeasibleError, SolverError
from siting.progress import Progress, silent

_NO_RUN = Outcome("limit", False, math.nan, 0, 0, 0)


@dataclass(frozen=True)
class Effort:
    """How hard to try: seconds until the deadline, relative gap at which to stop, seed."""

    deadline_s: float
    gap: float
    seed: int

    @property
    def left_s(self) -> float:
        """Seconds left, 0 at the least."""
        return max(self.deadline_s - time.monotonic(), 0.0)


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
    bound equals its objective, recounted on the plan itself; else ``"feasible"``, with the gap. Among
    plans of equal objective the search settles ties towards the lowest site row, so that one version of
    the solver and one seed always give the same plan unless the time limit cuts the search short.

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
        return _solve_lscp(problem, effort, progress)
    return _solve_mclp(problem, effort, progress)


def _solve_lscp(problem: Lscp, effort: Effort, progress: Progress) -> Plan:
    cover, rules = problem.cover, problem.rules
    is_open = np.zeros(cover.n_sites, dtype=np.bool_)
    is_open[rules.existing] = is_open[rules.forced] = True
    is_wanted = problem.is_coverable & ~cover.covered_by(np.flatnonzero(is_open))
    core = reductions.free_core(cover, rules.is_candidate(cover.n_sites) & ~is_open, is_wanted)
    parts = reductions.split(reductions.merge_equal_rows(core))
    opened, bound, runs = [rules.forced], float(len(rules.forced)), []
    for done, part in enumerate(parts):
        progress(done, len(parts))
        columns, part_bound, run = _cover_part(part.cover, effort)
        opened.append(part.site[columns])
        bound += part_bound
        runs.append(run)
    progress(len(parts), len(parts))
    sites = np.sort(np.concatenate(opened)).astype(np.int32)
    plan = _plan(problem, "lscp", "min", sites, float(len(sites)), bound, runs)
    _recount(problem, plan)
    _check_max_new(problem, plan)
    return plan


def _cover_part(cover: CoverSets, effort: Effort) -> tuple[NDArray[np.int32], float, Outcome]:
    """Fewest columns over one connected part: (columns, lower bound, run of the solver)."""
    columns = kernels.greedy_cover(cover.cell_start, cover.site, *cover.by_site())
    bound = int(kernels.packing(cover.cell_start, cover.site, cover.n_sites).sum())
    if bound == len(columns) or effort.left_s == 0:
        return columns, float(bound), _NO_RUN
    model, x = formulation.lscp_model(cover)
    formulation.set_start(x, columns)
    run = run_highs(model, time_limit_s=effort.left_s, gap=effort.gap, seed=effort.seed)
    if run.has_values:
        found = formulation.chosen_columns(x)
        is_cover = bool(cover.covered_by(found).all())
        columns = found if is_cover and len(found) <= len(columns) else columns
    if math.isfinite(run.bound):
        bound = max(bound, math.ceil(run.bound - 1e-6))
    return columns, float(min(bound, len(columns))), run


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
    best = _greedy(Mclp(problem.cover, problem.rules, limit))
    persons = problem.cover.persons
    left_out = persons[problem.is_coverable & ~problem.cover.covered_by(_open(problem, best))].sum()
    raise InfeasibleError(
        f"max_new: {limit} new houses cannot cover the {persons[problem.is_coverable].sum():,.0f} persons "
        f"that some site can cover: at least {plan.bound:.0f} are needed. Cheapest relaxation: "
        f"max_new = {plan.objective:.0f}; or leave out at most {left_out:,.0f} persons with {limit} houses"
    )


def _solve_mclp(problem: Mclp, effort: Effort, progress: Progress) -> Plan:
    cover, rules = problem.cover, problem.rules
    progress(0, 1)
    start = _greedy(problem)
    is_open = np.zeros(cover.n_sites, dtype=np.bool_)
    is_open[rules.existing] = is_open[rules.forced] = True
    is_covered = cover.covered_by(np.flatnonzero(is_open))
    base = float(cover.persons[is_covered].sum())
    is_wanted = problem.is_coverable & ~is_covered & (cover.persons > 0)
    core = reductions.free_core(cover, rules.is_candidate(cover.n_sites) & ~is_open, is_wanted)
    core = reductions.merge_equal_rows(core)
    columns, bound, run = _max_cover(core, problem.new_houses - len(rules.forced), start, effort)
    sites = np.union1d(rules.forced, core.site[columns]).astype(np.int32)
    objective = float(cover.persons[cover.covered_by(_open(problem, sites))].sum())
    plan = _plan(problem, "mclp", "max", sites, objective, base + bound, [run])
    _recount(problem, plan)
    progress(1, 1)
    return plan


def _max_cover(
    core: reductions.Core, houses: int, start: NDArray[np.int32], effort: Effort
) -> tuple[NDArray[np.int32], float, Outcome]:
    """Most weight with ``houses`` columns: (columns, upper bound, run of the solver)."""
    cover = core.cover
    columns = np.flatnonzero(np.isin(core.site, start)).astype(np.int32)
    gains = np.bincount(cover.site, weights=np.repeat(cover.persons, np.diff(cover.cell_start)))
    bound = min(float(cover.persons.sum()), float(np.sort(gains)[::-1][:houses].sum()))
    value = _weight(cover, columns)
    if value >= bound or effort.left_s == 0:
        return columns, bound, _NO_RUN
    model, x = formulation.mclp_model(cover, houses)
    formulation.set_start(x, columns)
    run = run_highs(model, time_limit_s=effort.left_s, gap=effort.gap, seed=effort.seed)
    if run.has_values:
        found = formulation.chosen_columns(x)
        columns = found if len(found) <= houses and _weight(cover, found) >= value else columns
    return columns, min(bound, run.bound), run


def _greedy(problem: Mclp) -> NDArray[np.int32]:
    """Sites opened by taking, again and again, the one that adds most persons; forced ones first."""
    cover, rules = problem.cover, problem.rules
    is_free = rules.is_candidate(cover.n_sites)
    is_free[rules.forced] = False
    is_covered = cover.covered_by(np.union1d(rules.existing, rules.forced))
    core = reductions.free_core(cover, is_free, ~is_covered)
    columns = kernels.greedy_gain(
        core.cover.cell_start,
        core.cover.site,
        *core.cover.by_site(),
        core.cover.persons,
        np.zeros(core.cover.n_cells, dtype=np.bool_),
        problem.new_houses - len(rules.forced),
    )
    return np.union1d(rules.forced, core.site[columns]).astype(np.int32)


def _weight(cover: CoverSets, columns: NDArray[np.int32]) -> float:
    return float(cover.persons[cover.covered_by(columns)].sum())


def _open(problem: Problem, opened: NDArray[np.int32]) -> NDArray[np.int32]:
    return np.union1d(problem.rules.existing, opened)


def _recount(problem: Problem, plan: Plan) -> None:
    """Check on the whole problem, not on its reduced form, that the plan keeps every rule."""
    rules = problem.rules
    is_candidate = rules.is_candidate(problem.cover.n_sites)
    is_kept = bool(is_candidate[plan.opened].all()) and bool(np.isin(rules.forced, plan.opened).all())
    if isinstance(problem, Lscp):
        is_kept &= bool(plan.is_covered[problem.is_coverable].all())
    else:
        is_kept &= len(plan.opened) <= problem.new_houses
    if not is_kept:
        raise SolverError("the plan found breaks a rule of its own problem; please report this")


def _plan(
    problem: Problem,
    model: str,
    sense: Literal["min", "max"],
    opened: NDArray[np.int32],
    objective: float,
    bound: float,
    runs: list[Outcome],
) -> Plan:
    bound = _tight(bound, objective, sense, bool((problem.cover.persons % 1 == 0).all()))
    did_run = any(run.n_columns for run in runs)
    certificate = Certificate(
        model=model,
        sense=sense,
        status="optimal" if bound == objective else "feasible",
        objective=objective,
        bound=bound,
        gap=abs(objective - bound) / max(abs(objective), 1.0),
        bound_by="solver" if did_run else "arithmetic",
        solver=VERSION,
        n_rows=sum(run.n_rows for run in runs),
        n_columns=sum(run.n_columns for run in runs),
        n_nonzeros=sum(run.n_nonzeros for run in runs),
    )
    is_covered = problem.cover.covered_by(_open(problem, opened))
    return Plan(opened=opened, is_covered=is_covered, certificate=certificate)


def _tight(bound: float, objective: float, sense: str, is_whole: bool) -> float:
    """The bound without the solver's float noise: whole where the objective must be, never past it."""
    noise = 1e-6 + 1e-9 * abs(bound)
    if is_whole or sense == "min":
        bound = math.ceil(bound - noise) if sense == "min" else math.floor(bound + noise)
    is_met = objective - bound <= noise if sense == "min" else bound - objective <= noise
    return objective if is_met else float(bound)
