"""Solve the MCLP: a good plan by exchange, a Lagrangian bound, and branch and bound on what that leaves open."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from siting.allocation import reductions, subgradient
from siting.allocation.cover import CoverSets
from siting.allocation.effort import Effort, Found
from siting.allocation.kernels import exchange, greedy, incidence
from siting.allocation.maximal.relaxation import Node, Relaxation, promising_rows
from siting.allocation.maximal.tree import LeftOut, Tree
from siting.allocation.multipliers import exact
from siting.allocation.problems import Lscp, Mclp
from siting.allocation.reductions import Core
from siting.progress import Progress, Standing

_Ints = TypeVar("_Ints", NDArray[np.int32], NDArray[np.int64])

_FADING = 0.98
_COLUMNS_AT_LEAST = 2_000
_COLUMNS_PER_HOUSE = 6
"""Columns that the improvement sees. Synthetic France, 15 minutes, p = 1,000: 12.0 million pairs become 0.8, a round of
ruin and recreate takes a tenth, and 6 s of it end 0.06 % above what 20 s among all columns end at."""
_ROUNDS_AT_LEAST = 10_000
_ROUNDS_PER_HOUSE = 40
_ROUNDS_AT_MOST = 80_000
_ROUNDS_PER_HOUSE_OF_VALUES = 20
"""For the plan next to the values of the relaxation, which the tree betters: with 10,000 rounds most départements take
two to nine times as long."""
_MOST_CLOSED_AT_ONCE = 8
_ITERATIONS = 1_000
_MOST_PAIRS_TO_RELAX = 1_000_000
_MOST_COLUMNS_TO_RELAX = 1_500
"""Beyond, the subgradient goes first. Region of 3,663 columns at 15 minutes: with 50 houses the relaxation takes 11 s
of CPU, with 200 more than 3 minutes."""


@dataclass(frozen=True)
class _Standing:
    """The best columns so far, what they cover, and what no columns can pass."""

    columns: NDArray[np.int32]
    value: float
    bound: float
    multipliers: NDArray[np.float64]
    is_relaxed: bool = False
    n_priced: int = 0

    def is_done(self, effort: Effort) -> bool:
        """Whether the gap asked for is reached or the time is up."""
        return self.bound - self.value <= effort.gap * self.value + 1e-9 * self.value or effort.left_s == 0

    def better(self, cover: CoverSets, columns: NDArray[np.int32]) -> _Standing:
        """With ``columns`` where they cover more."""
        value = _weight(cover, columns)
        return replace(self, columns=columns, value=value) if value > self.value else self


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
    standing = _begin(core.cover, houses, effort)
    is_small = core.cover.n_pairs <= _MOST_PAIRS_TO_RELAX and core.cover.n_sites <= _MOST_COLUMNS_TO_RELAX
    if is_small and not standing.is_done(effort):
        standing = _relaxed(core.cover, houses, standing, effort)
    use = np.zeros(core.cover.n_sites)
    if not standing.is_relaxed and not standing.is_done(effort):
        standing, use = _bound(core.cover, houses, standing, effort)
    tell(1, standing.value, standing.bound)
    if not standing.is_done(effort):
        standing = _improve(core, houses, standing, use, effort)
    tell(2, standing.value, standing.bound)
    if not standing.is_done(effort):
        standing = _branch(core, houses, standing, effort, partial(tell, 2))
    tell(3, standing.value, standing.bound)
    multipliers = np.zeros(cover.n_cells)
    share = np.divide(free.cover.persons, core.cover.persons[row])
    multipliers[free.cell] = exact(standing.multipliers[row] * share)
    return Found(
        opened=np.union1d(rules.forced, core.site[standing.columns]).astype(np.int32),
        bound=already + standing.bound,
        multipliers=multipliers,
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


def _begin(cover: CoverSets, houses: int, effort: Effort) -> _Standing:
    """Greedy, then exchange until nothing moves."""
    columns = _greedy(cover, houses)
    standing = _Standing(columns, _weight(cover, columns), float(cover.persons.sum()), np.zeros(cover.n_cells))
    if len(columns) < houses or standing.is_done(effort):
        return standing
    return standing.better(cover, _exchanged(cover, columns, effort.share(0.4)))


def _exchanged(cover: CoverSets, columns: NDArray[np.int32], effort: Effort) -> NDArray[np.int32]:
    matrix = _matrix(cover)
    search = exchange.stand_on(matrix, columns, effort.seed)
    has_moved = True
    while has_moved and effort.left_s > 0:
        chosen = np.flatnonzero(search.is_in).astype(np.int32)
        has_moved = sum(exchange.exchange(matrix, search, part) for part in _chunks(chosen, effort)) > 0
    return np.flatnonzero(search.is_in).astype(np.int32)


def _relaxed(cover: CoverSets, houses: int, standing: _Standing, effort: Effort) -> _Standing:
    """Multipliers of the linear relaxation, and the plan next to its values; nothing new where time runs out."""
    rows = promising_rows(cover)
    relaxation = Relaxation(cover, houses, cover.persons, rows)
    root = Node(np.zeros(cover.n_sites, dtype=np.bool_), np.ones(cover.n_sites, dtype=np.bool_))
    relaxed = relaxation.solve(root, np.inf, effort.share(0.4))
    if relaxed is None:
        return standing
    columns = subgradient.largest(relaxed.values, houses).astype(np.int32)
    standing = standing.better(cover, _exchanged(cover, columns, effort))
    bound = min(standing.bound, float(cover.persons.sum()) - relaxed.left_out)
    return replace(standing, bound=bound, multipliers=relaxation.multipliers, is_relaxed=True)


def _bound(cover: CoverSets, houses: int, standing: _Standing, effort: Effort) -> tuple[_Standing, NDArray[np.float64]]:
    """Multipliers by subgradient, from those that share each row among the columns that cover it.

    With the plan next to them, and how often each column was among the ``houses`` largest, the last times most.
    """
    site_start, row = cover.by_site()
    use = np.zeros(cover.n_sites)

    def evaluate(u: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        loads = incidence.sums(site_start, row, u)
        chosen = subgradient.largest(loads, houses)
        use[:] *= _FADING
        use[chosen] += 1.0 - _FADING
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
    most_used = subgradient.largest(use, houses).astype(np.int32)
    standing = replace(standing, bound=min(standing.bound, bound), multipliers=multipliers)
    return standing.better(cover, _exchanged(cover, most_used, effort.share(0.2))), use


def _improve(core: Core, houses: int, standing: _Standing, use: NDArray[np.float64], effort: Effort) -> _Standing:
    """Ruin and recreate for a number of rounds, among the columns most used by the bound."""
    most = min(_MOST_CLOSED_AT_ONCE, houses)
    if len(standing.columns) < houses or most < 2:
        return standing
    few, kept = _most_used(core, houses, standing, use)
    matrix = _matrix(few)
    search = exchange.stand_on(matrix, np.searchsorted(kept, standing.columns).astype(np.int32), effort.seed)
    n_rounds = min(_ROUNDS_AT_LEAST + _ROUNDS_PER_HOUSE * houses, _ROUNDS_AT_MOST)
    n_rounds = _ROUNDS_PER_HOUSE_OF_VALUES * houses if standing.is_relaxed else n_rounds
    for part in _chunks(np.arange(n_rounds), effort.share(0.6)):
        exchange.ruin_and_recreate(matrix, search, len(part), most)
    return standing.better(core.cover, kept[np.flatnonzero(search.is_in)].astype(np.int32))


def _most_used(
    core: Core, houses: int, standing: _Standing, use: NDArray[np.float64]
) -> tuple[CoverSets, NDArray[np.int64]]:
    """The problem with the columns most used and those of the plan alone, and which these are, ascending."""
    is_kept = np.zeros(core.cover.n_sites, dtype=np.bool_)
    is_kept[subgradient.largest(use, max(_COLUMNS_AT_LEAST, _COLUMNS_PER_HOUSE * houses))] = True
    is_kept[standing.columns] = True
    kept = np.flatnonzero(is_kept)
    if is_kept.all():
        return core.cover, kept
    few, _ = reductions.merge_equal_rows(core.restricted(core.cover.covered_by(kept), is_kept))
    return few.cover, kept


def _branch(
    core: Core, houses: int, standing: _Standing, effort: Effort, tell: Callable[[float, float], None]
) -> _Standing:
    """Branch and bound on the columns that the multipliers neither open nor close for good.

    A column outside the ``houses`` largest sums of u whose entry would cost more than the gap is in no
    better plan; one inside whose exit would cost as much is in every better plan.
    """
    must, may = _undecided(core.cover, houses, standing)
    is_row = ~core.cover.covered_by(np.flatnonzero(must))
    total = float(core.cover.persons.sum())
    rest = _reduced(core.restricted(is_row, may), total - standing.value + 1e-9 * total)
    if rest.cover.n_pairs > _MOST_PAIRS_TO_RELAX:
        return standing
    place = np.full(int(core.cell.max(initial=0)) + 1, 0.0)
    place[core.cell] = standing.multipliers
    start = np.flatnonzero(np.isin(rest.site, core.site[standing.columns])).astype(np.int32)
    known = LeftOut(start, total - standing.value, total - standing.bound)
    tree = Tree(rest.cover, houses - int(must.sum()), known, place[rest.cell])
    found = tree.search(effort.gap * standing.value, effort, lambda at: tell(total - at.left_out, total - at.at_least))
    columns = np.flatnonzero(np.isin(core.site, rest.site[found.columns]) | must).astype(np.int32)
    standing = replace(standing.better(core.cover, columns), n_priced=len(core.site) - int(may.sum()))
    return replace(standing, bound=max(standing.value, total - found.at_least))


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
    loads = incidence.sums(*cover.by_site(), u)
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
