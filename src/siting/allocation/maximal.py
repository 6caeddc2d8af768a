"""Solve the MCLP: reductions, a good plan, a Lagrangian bound, and branch and bound on what is left."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from siting.allocation import formulation, reductions
from siting.allocation.cover import CoverSets
from siting.allocation.effort import Effort, Found
from siting.allocation.highs import Outcome, run_highs
from siting.allocation.kernels import greedy
from siting.allocation.problems import Lscp, Mclp
from siting.allocation.reductions import Core
from siting.progress import Progress


def search_mclp(problem: Mclp, effort: Effort, progress: Progress) -> Found:
    """Most people over the whole problem; see `siting.allocation.mclp` for the formulation."""
    progress(0, 1)
    cover, rules = problem.cover, problem.rules
    core = reductions.merge_equal_rows(free_core(problem))
    columns, bound, runs = _max_cover(core, problem.new_houses - len(rules.forced), effort)
    already = cover.covered_by(np.union1d(rules.existing, rules.forced))
    progress(1, 1)
    return Found(
        opened=np.union1d(rules.forced, core.site[columns]).astype(np.int32),
        bound=float(cover.persons[already].sum()) + bound,
        multipliers=np.zeros(cover.n_cells),
        runs=runs,
    )


def greedy_sites(problem: Mclp) -> NDArray[np.int32]:
    """Sites opened by taking, again and again, the one that adds most persons; forced ones first."""
    core = free_core(problem)
    columns = _greedy(core, problem.new_houses - len(problem.rules.forced))
    return np.union1d(problem.rules.forced, core.site[columns]).astype(np.int32)


def free_core(problem: Mclp | Lscp) -> Core:
    """Candidates that are free, and the cells with people that neither existing nor forced sites cover."""
    cover, rules = problem.cover, problem.rules
    is_free = rules.is_candidate(cover.n_sites)
    is_free[rules.forced] = False
    is_wanted = ~cover.covered_by(np.union1d(rules.existing, rules.forced)) & (cover.persons > 0)
    return reductions.free_core(cover, is_free, is_wanted & cover.covered_by(np.flatnonzero(is_free)))


def _greedy(core: Core, houses: int) -> NDArray[np.int32]:
    cover = core.cover
    is_covered = np.zeros(cover.n_cells, dtype=np.bool_)
    return greedy.greedy_gain(cover.cell_start, cover.site, *cover.by_site(), cover.persons, is_covered, houses)


def _max_cover(core: Core, houses: int, effort: Effort) -> tuple[NDArray[np.int32], float, tuple[Outcome, ...]]:
    """Most weight with ``houses`` columns: (columns, upper bound, runs of the solver)."""
    cover = core.cover
    columns = _greedy(core, houses)
    gains = np.bincount(cover.site, weights=np.repeat(cover.persons, np.diff(cover.cell_start)))
    bound = min(float(cover.persons.sum()), float(np.sort(gains)[::-1][:houses].sum()))
    value = _weight(cover, columns)
    if value >= bound or effort.left_s == 0:
        return columns, bound, ()
    model, x = formulation.mclp_model(cover, houses)
    formulation.set_start(x, columns)
    run = run_highs(model, time_limit_s=effort.left_s, gap=effort.gap, seed=effort.seed)
    if run.has_values:
        found = formulation.chosen_columns(x)
        columns = found if len(found) <= houses and _weight(cover, found) >= value else columns
    return columns, min(bound, run.bound), (run,)


def _weight(cover: CoverSets, columns: NDArray[np.int32]) -> float:
    return float(cover.persons[cover.covered_by(columns)].sum())
