"""Row-weighting local search for covering every row at least cost.

After Gao, Weise and Li (2015), An efficient local search heuristic with row weighting for the unicost
set covering problem, European Journal of Operational Research 246(3), 750-761.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from siting.allocation.kernels.randomness import below
from siting.allocation.kernels.types import F64, I32, I64, U64, Bools


class Matrix(NamedTuple):
    """A cover matrix both ways, and what each column costs."""

    start: I64
    site: I32
    site_start: I64
    row: I32
    cost: F64


class Search(NamedTuple):
    """Where a search stands: arrays that the kernel updates in place.

    ``score``: for a column in the plan the weight of rows that it alone covers; for any other the weight
    of uncovered rows that it would cover. ``owner``: exclusive or of the plan's columns that cover a
    row, so that a row covered once names its column at no cost.
    """

    is_in: Bools
    may_add: Bools
    score: I64
    stamp: I64
    weight: I64
    times_covered: I32
    owner: I32
    uncovered: I32
    place: I32
    chosen: I32  # the plan's columns, in any order: looking at these alone is 40 times faster on a country
    slot: I32
    spent: F64
    counters: I64  # uncovered rows, steps done, tabu column, columns of the plan
    random: U64


@njit(cache=True)
def begin(matrix: Matrix, columns: I32, seed: int) -> Search:
    """A search that stands on the plan ``columns``."""
    n_rows = len(matrix.start) - 1
    n_columns = len(matrix.site_start) - 1
    search = Search(
        np.zeros(n_columns, dtype=np.bool_),
        np.ones(n_columns, dtype=np.bool_),
        matrix.site_start[1:] - matrix.site_start[:-1],
        np.zeros(n_columns, dtype=np.int64),
        np.ones(n_rows, dtype=np.int64),
        np.zeros(n_rows, dtype=np.int32),
        np.zeros(n_rows, dtype=np.int32),
        np.arange(n_rows).astype(np.int32),
        np.arange(n_rows).astype(np.int32),
        np.zeros(n_columns, dtype=np.int32),
        np.zeros(n_columns, dtype=np.int32),
        np.zeros(1),
        np.array([n_rows, 0, -1, 0], dtype=np.int64),
        np.array([seed], dtype=np.uint64),
    )
    for j in columns:
        _add(matrix, search, j)
    return search


@njit(cache=True)
def improve(matrix: Matrix, search: Search, best: I32, n_steps: int) -> I32:
    """Walk ``n_steps`` steps; returns the cheapest cover met, or ``best`` if none is cheaper.

    A step closes one column and opens others for uncovered rows, as long as the plan stays cheaper than the best.
    """
    best_cost = matrix.cost[best].sum()
    for _ in range(n_steps):
        while search.counters[0] == 0:
            columns = np.flatnonzero(search.is_in).astype(np.int32)
            cost = matrix.cost[columns].sum()
            if cost < best_cost:
                best, best_cost = columns, cost
            if len(columns) == 0:
                return best
            _remove(matrix, search, _cheapest_loss(matrix, search))
        search.counters[1] += 1
        if search.counters[3] > 0:
            j = _cheapest_loss(matrix, search)
            _remove(matrix, search, j)
            search.may_add[j] = False
            search.stamp[j] = search.counters[1]
        while search.counters[0] > 0:
            i = search.uncovered[below(search.random, search.counters[0])]
            j = _best_gain(matrix, search, i)
            if search.spent[0] + matrix.cost[j] >= best_cost * (1.0 - 1e-12):
                break
            _add(matrix, search, j)
            search.stamp[j] = search.counters[1]
            search.counters[2] = j
        _weigh(matrix, search)
    return best


@njit(cache=True)
def _cheapest_loss(matrix: Matrix, search: Search) -> int:
    """The plan's column whose rows lost weigh least for its cost, the oldest of equals, the lowest of these; never
    the last added unless it is alone."""
    best = -1
    best_loss = np.inf
    for c in range(search.counters[3]):
        j = search.chosen[c]
        loss = search.score[j] / matrix.cost[j]
        if j == search.counters[2] or loss > best_loss:
            continue
        if loss < best_loss or (search.stamp[j], j) < (search.stamp[best], best):
            best, best_loss = j, loss
    return best if best >= 0 else search.counters[2]


@njit(cache=True)
def _best_gain(matrix: Matrix, search: Search, i: int) -> int:
    """The column of row ``i`` that covers most weight for its cost, not one just removed if another exists."""
    best = -1
    best_gain = -1.0
    for q in range(matrix.start[i], matrix.start[i + 1]):
        j = matrix.site[q]
        gain = search.score[j] / matrix.cost[j] if search.may_add[j] else 0.0
        if best < 0 or gain > best_gain or (gain == best_gain and search.stamp[j] < search.stamp[best]):
            best, best_gain = j, gain
    return best


@njit(cache=True)
def _add(matrix: Matrix, search: Search, j: int) -> None:
    search.is_in[j] = True
    search.spent[0] += matrix.cost[j]
    search.chosen[search.counters[3]] = j
    search.slot[j] = search.counters[3]
    search.counters[3] += 1
    search.score[j] = 0
    for k in range(matrix.site_start[j], matrix.site_start[j + 1]):
        i = matrix.row[k]
        search.times_covered[i] += 1
        search.owner[i] ^= j
        if search.times_covered[i] == 1:
            _mark_covered(search, i)
            for q in range(matrix.start[i], matrix.start[i + 1]):
                search.score[matrix.site[q]] -= search.weight[i]
                search.may_add[matrix.site[q]] = True
            search.score[j] += 2 * search.weight[i]
        elif search.times_covered[i] == 2:
            search.score[search.owner[i] ^ j] -= search.weight[i]


@njit(cache=True)
def _remove(matrix: Matrix, search: Search, j: int) -> None:
    search.is_in[j] = False
    search.spent[0] -= matrix.cost[j]
    search.counters[3] -= 1
    search.chosen[search.slot[j]] = search.chosen[search.counters[3]]
    search.slot[search.chosen[search.counters[3]]] = search.slot[j]
    search.score[j] = 0
    for k in range(matrix.site_start[j], matrix.site_start[j + 1]):
        i = matrix.row[k]
        search.times_covered[i] -= 1
        search.owner[i] ^= j
        if search.times_covered[i] == 0:
            _mark_uncovered(search, i)
            for q in range(matrix.start[i], matrix.start[i + 1]):
                search.score[matrix.site[q]] += search.weight[i]
                search.may_add[matrix.site[q]] = True
        elif search.times_covered[i] == 1:
            search.score[search.owner[i]] += search.weight[i]


@njit(cache=True)
def _weigh(matrix: Matrix, search: Search) -> None:
    """Rows still uncovered weigh one more from now on."""
    for u in range(search.counters[0]):
        i = search.uncovered[u]
        search.weight[i] += 1
        for q in range(matrix.start[i], matrix.start[i + 1]):
            search.score[matrix.site[q]] += 1


@njit(cache=True)
def _mark_covered(search: Search, i: int) -> None:
    search.counters[0] -= 1
    last = search.uncovered[search.counters[0]]
    hole = search.place[i]
    search.uncovered[hole] = last
    search.place[last] = hole


@njit(cache=True)
def _mark_uncovered(search: Search, i: int) -> None:
    search.uncovered[search.counters[0]] = i
    search.place[i] = search.counters[0]
    search.counters[0] += 1
