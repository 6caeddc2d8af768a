"""Solve the MCLP: a good plan by exchange, a Lagrangian bound, and branch and bound on what that leaves open."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from siting.allocation import formulation, reductions, subgradient
from siting.allocation.cover import CoverSets
from siting.allocation.effort import Effort, Found
from siting.allocation.highs import Outcome, Watch, run_highs
from siting.allocation.kernels import exchange, greedy, incidence
from siting.allocation.multipliers import exact
from siting.allocation.problems import Lscp, Mclp
from siting.allocation.reductions import Core
from siting.progress import Progress, Standing

_Ints = TypeVar("_Ints", NDArray[np.int32], NDArray[np.int64])

_ROUNDS_PER_HOUSE = 15
_ROUNDS_AT_LEAST = 100
_MOST_CLOSED_AT_ONCE = 8
"""Synthetic France, 15 minutes, p = 1,000, 40 s: 59.490 million people with 8, 59.468 with 4, 59.478 with 16."""
_ITERATIONS = 1_000
_MOST_PAIRS_TO_BRANCH = 1_000_000


@dataclass(frozen=True)
class _Standing:
    """The best columns so far, what they cover, and what no columns can pass."""

    columns: NDArray[np.int32]
    value: float
    bound: float
    multipliers: NDArray[np.float64]
    n_priced: int = 0

    def is_done(self, effort: Effort) -> bool:
        """Whether the gap asked for is reached or the time is up."""
        return self.bound - self.value <= effort.gap * self.value + 1e-9 * self.value or effort.left_s == 0


def search_mclp(problem: Mclp, effort: Effort, progress: Progress) -> Found:
    """Most people over the whole problem; see `siting.allocation.mclp` for the formulation."""
    cover, rules = problem.cover, problem.rules
    houses = problem.new_houses - len(rules.forced)
    free = free_core(problem)
    core, row = reductions.merge_equal_rows(free)
    already = float(cover.persons[cover.covered_by(np.union1d(rules.existing, rules.forced))].sum())

    def tell(done: int, value: float, bound: float) -> None:
        progress(done, 3, Standing.at(already + value, already + bound))

    progress(0, 3)
    standing = _improve(core.cover, houses, effort)
    tell(1, standing.value, standing.bound)
    standing = _bound(core.cover, houses, standing, effort)
    tell(2, standing.value, standing.bound)
    run = None
    if not standing.is_done(effort):
        standing, run = _branch(core, houses, standing, effort, partial(tell, 2))
    tell(3, standing.value, standing.bound)
    multipliers = np.zeros(cover.n_cells)
    share = np.divide(free.cover.persons, core.cover.persons[row])
    multipliers[free.cell] = exact(standing.multipliers[row] * share)
    return Found(
        opened=np.union1d(rules.forced, core.site[standing.columns]).astype(np.int32),
        bound=already + standing.bound,
        multipliers=multipliers,
        runs=() if run is None else (run,),
        reductions=reductions.statistics(free, [core], n_priced=standing.n_priced),
    )


def greedy_sites(problem: Mclp) -> NDArray[np.int32]:
    """Sites opened by taking, again and again, the one that adds most persons; forced ones first."""
    core = free_core(problem)
    columns = _greedy(core.cover, problem.new_houses - len(problem.rules.forced))
    return np.union1d(problem.rules.forced, core.site[columns]).astype(np.int32)


def free_core(problem: Mclp | Lscp) -> Core:
    """Candidates that are free, and the cells with people that they but no open site can cover."""
    cover, rules = problem.cover, problem.rules
    is_free = rules.is_candidate(cover.n_sites)
    is_free[rules.forced] = False
    is_wanted = ~cover.covered_by(np.union1d(rules.existing, rules.forced)) & (cover.persons > 0)
    return reductions.free_core(cover, is_free, is_wanted & cover.covered_by(np.flatnonzero(is_free)))


def _greedy(cover: CoverSets, houses: int) -> NDArray[np.int32]:
    nobody = np.zeros(cover.n_cells, dtype=np.bool_)
    return greedy.greedy_gain(cover.cell_start, cover.site, *cover.by_site(), cover.persons, nobody, houses)


def _improve(cover: CoverSets, houses: int, effort: Effort) -> _Standing:
    """Greedy, then exchange until nothing moves, then ruin and recreate for a number of rounds."""
    columns = _greedy(cover, houses)
    total = float(cover.persons.sum())
    standing = _Standing(columns, _weight(cover, columns), total, np.zeros(cover.n_cells))
    if len(columns) < houses or standing.is_done(effort):
        return standing
    matrix = _matrix(cover)
    search = exchange.stand_on(matrix, columns, effort.seed)
    share = effort.share(0.45)
    has_moved = True
    while has_moved and share.left_s > 0:
        chosen = np.flatnonzero(search.is_in).astype(np.int32)
        has_moved = sum(exchange.exchange(matrix, search, part) for part in _chunks(chosen, share)) > 0
    most = min(_MOST_CLOSED_AT_ONCE, houses)
    rounds = np.arange(_ROUNDS_AT_LEAST + _ROUNDS_PER_HOUSE * houses if most > 1 else 0)
    for part in _chunks(rounds, share):
        exchange.ruin_and_recreate(matrix, search, len(part), most)
    columns = np.flatnonzero(search.is_in).astype(np.int32)
    return _Standing(columns, _weight(cover, columns), total, standing.multipliers)


def _bound(cover: CoverSets, houses: int, standing: _Standing, effort: Effort) -> _Standing:
    """Multipliers by subgradient, from those that share each row among the columns that cover it."""
    site_start, row = cover.by_site()

    def evaluate(u: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        loads = incidence.column_sums(site_start, row, u)
        chosen = subgradient.largest(loads, houses)
        bound = float((cover.persons - u).sum() + loads[chosen].sum())
        slope = incidence.times_covered(site_start, row, chosen, cover.n_cells).astype(np.float64) - 1.0
        return bound, slope

    counts = incidence.times_covered(site_start, row, standing.columns.astype(np.int64), cover.n_cells)
    bound, multipliers = subgradient.lower(
        evaluate,
        cover.persons / np.maximum(counts, 1),
        subgradient.Box(cover.persons, np.sqrt(cover.persons)),
        target=standing.value,
        iterations=_ITERATIONS,
        effort=effort.share(0.6),
    )
    return _Standing(standing.columns, standing.value, min(standing.bound, bound), multipliers)


def _branch(
    core: Core, houses: int, standing: _Standing, effort: Effort, tell: Watch
) -> tuple[_Standing, Outcome | None]:
    """Branch and bound on the columns that the multipliers neither open nor close for good.

    A column outside the ``houses`` largest sums of u whose entry would cost more than the gap is in no
    better plan; one inside whose exit would cost as much is in every better plan.
    """
    must, may = _undecided(core.cover, houses, standing)
    is_row = ~core.cover.covered_by(np.flatnonzero(must))
    total = float(core.cover.persons.sum())
    left_out = total - standing.value + 1e-9 * total
    rest = _reduced(core.restricted(is_row, may), left_out)
    if rest.cover.n_pairs > _MOST_PAIRS_TO_BRANCH:
        return standing, None
    is_always = rest.cover.persons > left_out
    model, x = formulation.mclp_model(rest.cover, houses - int(must.sum()), is_always)
    place = {site: j for j, site in enumerate(rest.site.tolist())}
    start = [place[site] for site in core.site[standing.columns].tolist() if site in place]
    formulation.set_start(x, start)
    fixed = float(core.cover.persons.sum() - rest.cover.persons.sum())

    def watch(value: float, bound: float) -> None:
        tell(max(standing.value, fixed + value), min(standing.bound, fixed + bound))

    run = run_highs(model, effort, watch, only_proof=True)
    bound = max(standing.value, min(standing.bound, fixed + run.bound))
    columns = standing.columns
    if run.has_values:
        found = np.isin(core.site, rest.site[formulation.chosen_columns(x)]) | must
        is_better = found.sum() <= houses and _weight(core.cover, np.flatnonzero(found)) > standing.value
        columns = np.flatnonzero(found).astype(np.int32) if is_better else columns
    n_priced = len(core.site) - int(may.sum())
    return _Standing(columns, _weight(core.cover, columns), bound, standing.multipliers, n_priced), run


def _reduced(core: Core, left_out: float) -> Core:
    """Rows merged, dominated columns dropped, and rows that every plan leaving less than ``left_out`` covers.

    Such a plan covers each row of more persons than that, and every row whose columns include all of its columns.
    """
    core, _ = reductions.merge_equal_rows(core)
    while True:
        before = core.cover.n_pairs
        core = reductions.drop_dominated_columns(core, np.ones(core.cover.n_sites))
        core, _ = reductions.merge_equal_rows(core)
        core = reductions.drop_dominated_rows(core, core.cover.persons > left_out)
        if core.cover.n_pairs == before:
            return core


def _undecided(cover: CoverSets, houses: int, standing: _Standing) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Columns in every better plan, and those that may be in one."""
    u = standing.multipliers
    loads = incidence.column_sums(*cover.by_site(), u)
    is_large = np.zeros(cover.n_sites, dtype=np.bool_)
    is_large[subgradient.largest(loads, houses)] = True
    # Their own bound: prices say nothing about another one, such as all the persons there are.
    bound = float((cover.persons - u).sum() + loads[is_large].sum())
    slack = bound - standing.value + 1e-9 * max(standing.value, 1.0)
    lowest_in = loads[is_large].min(initial=np.inf)
    highest_out = loads[~is_large].max(initial=0.0)
    must = is_large & (loads - highest_out > slack) if (~is_large).any() else is_large & False
    return must, ~must & (is_large | (lowest_in - loads <= slack))


def _matrix(cover: CoverSets) -> exchange.Weighted:
    return exchange.Weighted(cover.cell_start, cover.site, *cover.by_site(), cover.persons)


def _chunks(items: _Ints, effort: Effort, size: int = 50) -> Iterator[_Ints]:
    """Slices of ``items`` until the time is up."""
    for first in range(0, len(items), size):
        if effort.left_s == 0:
            break
        yield items[first : first + size]


def _weight(cover: CoverSets, columns: NDArray[np.int32] | NDArray[np.int64]) -> float:
    return float(cover.persons[cover.covered_by(columns)].sum())
