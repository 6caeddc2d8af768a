"""Solve the LSCP: reductions, local search, a dual bound, and branch and bound where that bound is not met."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from siting.allocation import formulation, reductions
from siting.allocation.covering import relaxing, sweeping
from siting.allocation.covering.cut_relaxation import CutRelaxation
from siting.allocation.covering.local_cuts import Cut
from siting.allocation.covering.settling import settle
from siting.allocation.covering.tree import CoveringTree
from siting.allocation.effort import Effort, Found
from siting.allocation.highs import Outcome, run_highs
from siting.allocation.kernels import greedy, incidence, row_weighting
from siting.allocation.multipliers import covering_bound
from siting.allocation.problems import Lscp
from siting.allocation.reductions import Core
from siting.progress import Progress, Standing

_STEPS_PER_ROW = 40
_CHUNK_STEPS = 200
_MOST_PAIRS_TO_BRANCH = 1_000_000
"""Beyond this, branch and bound gains nothing in ten minutes on a blank map."""

_SHARE_OF_CUTS = 0.4
_MOST_COLUMNS_FOR_TREE = 1_500
"""Parts of a country of 547 × 278 and 1,134 × 588: 1.0 and 1.3 s of CPU in the tree, 8.0 and 10.6 s in HiGHS with the
same cuts. One of 9,399 × 3,785, whose relaxation takes 0.5 s: 202.8 after 34 s in the tree, 204 after 18 s in HiGHS."""

_SHARE_FOR_TREE, _SHARE_FOR_BRANCHING = 0.2, 0.1
"""Of the gap, closed by cuts. Covers without places have few: in `scpd` (0.12) HiGHS takes 12 s of CPU with them, the
tree more than 40; in `scpe` (0.06) HiGHS takes 1.5 s without them and 4.5 s with them, and the tree 10 s."""

_WORTH_ANOTHER_ROUND = 0.9
_DOUBT = 1e-6
"""Of a solver's floats."""

_CLOSE = 1e-9


@dataclass(frozen=True)
class _Part:
    """A connected part of the core, what its columns cost, its best columns and its bounds."""

    core: Core
    cost: NDArray[np.float64]
    columns: NDArray[np.int32]
    multipliers: NDArray[np.float64]
    bound: float
    n_priced: int = 0
    runs: tuple[Outcome, ...] = ()

    @property
    def value(self) -> float:
        """What the best columns cost."""
        return float(self.cost[self.columns].sum())

    @property
    def is_open(self) -> bool:
        return self.value - self.bound > _CLOSE * max(self.value, 1.0)


def search_lscp(problem: Lscp, effort: Effort, progress: Progress, is_asked: NDArray[np.bool_] | None = None) -> Found:
    """Least cost over the whole problem; see `siting.allocation.lscp` for the formulation.

    ``is_asked``: shape (n_cells,), the cells to cover among the coverable; all of them by default.
    """
    cover, rules = problem.cover, problem.rules
    is_open = np.zeros(cover.n_sites, dtype=np.bool_)
    is_open[rules.existing] = is_open[rules.forced] = True
    is_wanted = problem.is_coverable & ~cover.covered_by(np.flatnonzero(is_open))
    if is_asked is not None:
        is_wanted &= is_asked
    free = reductions.free_core(cover, rules.is_candidate(cover.n_sites) & ~is_open, is_wanted)
    parts = reductions.split(reductions.reduce_covering(free, problem.cost, effort))
    solved = []
    for done, core_part in enumerate(parts):
        progress(done, len(parts))
        is_large = core_part.cover.n_pairs > _MOST_PAIRS_TO_BRANCH
        solved.append(_begin(core_part, problem.cost[core_part.site], effort.share(0.7 if is_large else 0.4)))
    still_open = sum(part.is_open for part in solved)
    for number, part in enumerate(solved):
        if part.is_open:
            progress(len(parts) - still_open, len(parts), _standing(problem, solved))
            solved[number] = _finish(part, effort.share(1 / still_open), effort)
            still_open -= 1
    progress(len(parts), len(parts), _standing(problem, solved))
    statistics = reductions.statistics(free, parts, n_priced=sum(part.n_priced for part in solved))
    return replace(_joined(problem, solved, is_asked, effort), reductions=statistics)


def _standing(problem: Lscp, parts: list[_Part]) -> Standing:
    forced = float(problem.cost[problem.rules.forced].sum())
    return Standing.at(forced + sum(part.value for part in parts), forced + sum(part.bound for part in parts))


def _begin(core: Core, cost: NDArray[np.float64], effort: Effort) -> _Part:
    """A good plan for one part, and multipliers: nine parts in ten of a country need no more."""
    cover = core.cover
    matrix = row_weighting.Matrix(cover.cell_start, cover.site, *cover.by_site(), cost)
    columns = greedy.greedy_cover(*matrix)
    multipliers = np.zeros(cover.n_cells)
    for i in np.flatnonzero(greedy.packing(cover.cell_start, cover.site, cover.n_sites)).tolist():
        multipliers[i] = cost[cover.site[cover.cell_start[i] : cover.cell_start[i + 1]]].min()
    part = _Part(core, cost, columns, multipliers, covering_bound(cover, multipliers, cost))
    if not part.is_open or effort.left_s == 0:
        return part
    if cover.n_pairs > _MOST_PAIRS_TO_BRANCH:
        columns, weights = _local_search(part, effort.share(0.25))
        part = replace(part, columns=columns)
        return _bounded(part, relaxing.by_hardest_rows(cover, cost, multipliers, weights, effort))
    part = _bounded(part, relaxing.multipliers(cover, cost, multipliers, effort))
    columns, _ = _local_search(part, effort)
    return replace(part, columns=columns)


def _bounded(part: _Part, multipliers: NDArray[np.float64]) -> _Part:
    """The part with the multipliers that prove more, its own or these."""
    bound = covering_bound(part.core.cover, multipliers, part.cost)
    return replace(part, multipliers=multipliers, bound=bound) if bound >= part.bound else part


def _local_search(part: _Part, effort: Effort) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Cheaper columns by row weighting, until the bound is met, the steps are done or the time is up.

    Also returns how often each row stayed uncovered: its weight.
    """
    cover = part.core.cover
    matrix = row_weighting.Matrix(cover.cell_start, cover.site, *cover.by_site(), part.cost)
    search = row_weighting.begin(matrix, part.columns, effort.seed)
    for _ in range(0, _STEPS_PER_ROW * cover.n_cells, _CHUNK_STEPS):
        if not part.is_open or effort.left_s == 0:
            break
        part = replace(part, columns=row_weighting.improve(matrix, search, part.columns, _CHUNK_STEPS))
    return part.columns, search.weight


def _finish(part: _Part, share: Effort, whole: Effort) -> _Part:
    """Prices, then branch and bound on what they leave; more local search where a part is too large."""
    if part.value - part.bound <= whole.gap * part.value or share.left_s == 0:
        return part
    if part.core.cover.n_pairs > _MOST_PAIRS_TO_BRANCH:
        columns, _ = _local_search(part, share)
        return replace(part, columns=columns)
    return _close(part, share)


def _close(part: _Part, effort: Effort) -> _Part:
    """Prices, sweeps, local cuts, the prices of these, and branch and bound on what is open then."""
    must, may = _undecided(part)
    if must.any() or not may.all():
        return _close_rest(part, must, may, effort)
    part = _swept(part, effort)
    if not part.is_open or effort.left_s == 0:
        return part
    cover = part.core.cover
    relaxation = CutRelaxation(cover, part.cost, part.multipliers > 0, effort.seed)
    tight = relaxation.tightened(part.value, effort.share(_SHARE_OF_CUTS))
    if tight is None:
        return part
    part = _proven(part, tight.value)
    if not part.is_open or effort.left_s == 0:
        return part
    slack = part.value - _step(part) - tight.value + _DOUBT
    must, may = tight.added < -slack, np.abs(tight.added) <= slack
    if may.mean() < _WORTH_ANOTHER_ROUND:
        return _close_rest(part, must, may, effort)
    closed_share = (tight.value - relaxation.first_value) / (part.value - relaxation.first_value)
    if cover.n_sites > _MOST_COLUMNS_FOR_TREE or closed_share < _SHARE_FOR_TREE:
        return _branch(part, relaxation.held(tight.x) if closed_share >= _SHARE_FOR_BRANCHING else [], effort)
    tree = CoveringTree(cover, part.cost, relaxation, part.columns)
    bound = tree.search(tight, effort)
    return _proven(replace(part, columns=tree.columns), bound)


def _swept(part: _Part, effort: Effort) -> _Part:
    """The part with the bound that sweeping over its columns proves."""
    is_whole = _step(part) > 0
    below = part.value - _step(part) + _CLOSE * part.value if is_whole else part.value * (1.0 - _CLOSE)
    bound = sweeping.swept(part.core.cover, part.cost, part.multipliers, below, effort)
    return _proven(part, bound) if math.isfinite(bound) else replace(part, bound=part.value)


def _undecided(part: _Part) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Columns that every cheaper plan opens, and those that one may open, by their reduced cost.

    With multipliers u, opening column j costs c_j − Σ u more than the bound where that is positive, and
    leaving it costs as much where it is negative.
    """
    cover = part.core.cover
    reduced = part.cost - incidence.loads(cover.cell_start, cover.site, part.multipliers, cover.n_sites)
    at_least = part.multipliers.sum() + np.minimum(reduced, 0.0).sum()
    slack = part.value - _step(part) - at_least + _CLOSE * max(part.value, 1.0)
    must = -reduced > slack
    return must, ~must & (reduced <= slack)


def _step(part: _Part) -> float:
    """How much less than the best one known a cheaper plan costs at the least."""
    return 1.0 if (part.cost % 1 == 0).all() else 0.0


def _close_rest(part: _Part, must: NDArray[np.bool_], may: NDArray[np.bool_], effort: Effort) -> _Part:
    """The part once prices have opened the columns ``must`` and left ``may`` in doubt, which may fall apart.

    What is left holds every plan cheaper than the best one known, so that its bound is the part's, unless
    it is above that plan.
    """
    cover, n_priced = part.core.cover, int((~may).sum())
    is_row = ~cover.covered_by(np.flatnonzero(must))
    rest = part.core.restricted(is_row, may)
    if not rest.cover.is_coverable.all():
        return replace(part, bound=part.value, n_priced=n_priced)
    cost_of_site = np.zeros(int(part.core.site.max()) + 1)
    cost_of_site[part.core.site] = part.cost
    pieces = []
    for core in reductions.split(reductions.reduce_covering(rest, cost_of_site, effort)):
        piece = _begin(core, cost_of_site[core.site], effort.share(0.4))
        pieces.append(_close(piece, effort) if piece.is_open and effort.left_s > 0 else piece)
    fixed = float(part.cost[must].sum())
    bound = fixed + sum(piece.bound for piece in pieces)
    sites = np.concatenate([part.core.site[must], *(piece.core.site[piece.columns] for piece in pieces)])
    columns = np.flatnonzero(np.isin(part.core.site, sites)).astype(np.int32)
    better = replace(part, columns=columns)
    part = better if better.value < part.value else part
    bound = min(max(part.bound, bound), part.value)
    n_priced += sum(piece.n_priced for piece in pieces)
    return replace(part, bound=bound, n_priced=n_priced, runs=tuple(run for piece in pieces for run in piece.runs))


def _branch(part: _Part, cuts: list[Cut], effort: Effort) -> _Part:
    """Branch and bound by HiGHS, from the best columns known."""
    cover = part.core.cover
    model, x = formulation.lscp_model(cover, part.cost, cuts)
    formulation.set_start(x, part.columns)
    run = run_highs(model, effort, only_proof=True)
    if run.has_values:
        found = formulation.chosen_columns(x)
        if cover.covered_by(found).all() and part.cost[found].sum() < part.value:
            part = replace(part, columns=found)
    return replace(_proven(part, run.bound), runs=(run,))


def _proven(part: _Part, bound: float) -> _Part:
    """The part once a solver has proven that no plan costs less than ``bound``."""
    if not math.isfinite(bound):
        return part
    whole = math.ceil(bound - _DOUBT) if (part.cost % 1 == 0).all() else bound
    return replace(part, bound=max(part.bound, min(whole, part.value)))


def _joined(problem: Lscp, parts: list[_Part], is_asked: NDArray[np.bool_] | None, effort: Effort) -> Found:
    """The parts put together, each house settled, in time, where it covers most among the places that would do."""
    forced = problem.rules.forced
    opened = np.sort(np.concatenate([forced, *(part.core.site[part.columns] for part in parts)])).astype(np.int32)
    is_wanted = problem.is_coverable if is_asked is None else problem.is_coverable & is_asked
    multipliers = np.zeros(problem.cover.n_cells)
    for part in parts:
        multipliers[part.core.cell] = part.multipliers
    return Found(
        opened=settle(problem, opened, is_wanted) if effort.left_s > 0 else opened,
        bound=float(problem.cost[forced].sum() + sum(part.bound for part in parts)),
        multipliers=multipliers,
        runs=tuple(run for part in parts for run in part.runs),
    )
