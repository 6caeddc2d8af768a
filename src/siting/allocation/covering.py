"""Solve the LSCP: reductions, local search, a dual bound, and branch and bound where that bound is not met."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from siting.allocation import formulation, reductions
from siting.allocation.cover import CoverSets
from siting.allocation.effort import Effort, Found
from siting.allocation.highs import Outcome, covering_multipliers, run_highs
from siting.allocation.kernels import greedy, row_weighting
from siting.allocation.multipliers import covering_bound
from siting.allocation.problems import Lscp
from siting.allocation.reductions import Core
from siting.allocation.settling import settle
from siting.progress import Progress

_STEPS_PER_ROW = 40
_CHUNK_STEPS = 200
_MOST_PAIRS_TO_BRANCH = 1_000_000
"""Beyond this, branch and bound gains nothing in ten minutes on a blank map."""

_ROWS_OF_A_LARGE_RELAXATION = 20_000
"""Three million pairs of the country, where all 35 million would not fit an interior point."""


@dataclass(frozen=True)
class _Part:
    """A connected part of the core, its best columns and its bounds."""

    core: Core
    columns: NDArray[np.int32]
    multipliers: NDArray[np.float64]
    bound: int
    run: Outcome | None = None

    @property
    def is_open(self) -> bool:
        return self.bound < len(self.columns)


def search_lscp(problem: Lscp, effort: Effort, progress: Progress, is_asked: NDArray[np.bool_] | None = None) -> Found:
    """Fewest houses over the whole problem; see `siting.allocation.lscp` for the formulation.

    ``is_asked``: shape (n_cells,), the cells to cover among the coverable; all of them by default.
    """
    cover, rules = problem.cover, problem.rules
    is_open = np.zeros(cover.n_sites, dtype=np.bool_)
    is_open[rules.existing] = is_open[rules.forced] = True
    is_wanted = problem.is_coverable & ~cover.covered_by(np.flatnonzero(is_open))
    if is_asked is not None:
        is_wanted &= is_asked
    core = reductions.free_core(cover, rules.is_candidate(cover.n_sites) & ~is_open, is_wanted)
    core = reductions.reduce_covering(core, np.ones(cover.n_sites))
    parts = reductions.split(core)
    solved = []
    for done, core_part in enumerate(parts):
        progress(done, len(parts))
        solved.append(_begin(core_part, effort.share(0.4)))
    still_open = sum(part.is_open for part in solved)
    for number, part in enumerate(solved):
        if part.is_open:
            progress(len(parts) - still_open, len(parts))
            solved[number] = _finish(part, effort.share(1 / still_open), effort)
            still_open -= 1
    progress(len(parts), len(parts))
    return _joined(problem, solved, is_asked)


def _begin(core: Core, effort: Effort) -> _Part:
    """A good plan for one part, and multipliers: nine parts in ten of a country need no more."""
    cover = core.cover
    matrix = _matrix(cover)
    columns = greedy.greedy_cover(cover.cell_start, cover.site, matrix.site_start, matrix.row)
    multipliers = greedy.packing(cover.cell_start, cover.site, cover.n_sites).astype(np.float64)
    if multipliers.sum() == len(columns) or effort.left_s == 0:
        return _Part(core, columns, multipliers, covering_bound(cover, multipliers))
    if cover.n_pairs > _MOST_PAIRS_TO_BRANCH:
        return _begin_large(core, columns, multipliers, effort)
    multipliers = _better(cover, multipliers, covering_multipliers(cover, multipliers, effort))
    bound = covering_bound(cover, multipliers)
    columns, _ = _local_search(matrix, columns, bound, effort)
    return _Part(core, columns, multipliers, bound)


def _begin_large(core: Core, columns: NDArray[np.int32], multipliers: NDArray[np.float64], effort: Effort) -> _Part:
    """Local search first: the rows that it has most trouble with carry nearly all of the linear relaxation."""
    cover = core.cover
    columns, weights = _local_search(_matrix(cover), columns, 0, effort.share(0.4))
    heaviest = np.zeros(cover.n_cells, dtype=np.bool_)
    heaviest[np.argsort(-weights, kind="stable")[:_ROWS_OF_A_LARGE_RELAXATION]] = True
    hard = core.restricted(heaviest, np.ones(cover.n_sites, dtype=np.bool_))
    lifted = np.zeros(cover.n_cells)
    lifted[heaviest] = covering_multipliers(hard.cover, multipliers[heaviest], effort)
    multipliers = _better(cover, multipliers, lifted)
    return _Part(core, columns, multipliers, covering_bound(cover, multipliers))


def _local_search(
    matrix: row_weighting.Matrix, columns: NDArray[np.int32], bound: int, effort: Effort
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Fewer columns by row weighting, until the bound is met, the steps are done or the time is up.

    Also returns how often each row stayed uncovered: its weight.
    """
    search = row_weighting.begin(matrix, columns, effort.seed)
    for _ in range(0, _STEPS_PER_ROW * (len(matrix.start) - 1), _CHUNK_STEPS):
        if len(columns) <= bound or effort.left_s == 0:
            break
        columns = row_weighting.improve(matrix, search, columns, _CHUNK_STEPS)
    return columns, search.weight


def _better(cover: CoverSets, first: NDArray[np.float64], second: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of two sets of multipliers the one that proves more."""
    return second if covering_bound(cover, second) >= covering_bound(cover, first) else first


def _matrix(cover: CoverSets) -> row_weighting.Matrix:
    return row_weighting.Matrix(cover.cell_start, cover.site, *cover.by_site(), np.ones(cover.n_sites))


def _finish(part: _Part, share: Effort, whole: Effort) -> _Part:
    """Branch and bound on one part, within its share of the time; more local search where it is too large."""
    cover = part.core.cover
    if (len(part.columns) - part.bound) <= whole.gap * len(part.columns) or share.left_s == 0:
        return part
    if cover.n_pairs > _MOST_PAIRS_TO_BRANCH:
        columns, _ = _local_search(_matrix(cover), part.columns, part.bound, share)
        return replace(part, columns=columns)
    model, x = formulation.lscp_model(cover)
    formulation.set_start(x, part.columns)
    run = run_highs(model, share)
    columns, bound = part.columns, part.bound
    if run.has_values:
        found = formulation.chosen_columns(x)
        is_cover = bool(cover.covered_by(found).all())
        columns = found if is_cover and len(found) < len(columns) else columns
    if math.isfinite(run.bound):
        bound = max(bound, min(math.ceil(run.bound - 1e-6), len(columns)))
    return replace(part, columns=columns, bound=bound, run=run)


def _joined(problem: Lscp, parts: list[_Part], is_asked: NDArray[np.bool_] | None) -> Found:
    """The parts put together, each house settled where it covers most among the places that would do."""
    forced = problem.rules.forced
    opened = np.concatenate([forced, *(part.core.site[part.columns] for part in parts)])
    is_wanted = problem.is_coverable if is_asked is None else problem.is_coverable & is_asked
    multipliers = np.zeros(problem.cover.n_cells)
    for part in parts:
        multipliers[part.core.cell] = part.multipliers
    return Found(
        opened=settle(problem.cover, problem.rules, np.sort(opened).astype(np.int32), is_wanted),
        bound=float(len(forced) + sum(part.bound for part in parts)),
        multipliers=multipliers,
        runs=tuple(part.run for part in parts if part.run is not None),
    )
