"""Local search for columns of limited capacity, each row served whole by one of them.

Insertion, shift, swap and ejection of rows, relocation of columns, and rounds of ruin and recreate accepted
within a threshold of the best (after Dueck, 1993, record-to-record travel).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from siting.allocation.kernels.randomness import below
from siting.allocation.kernels.types import F64, I32, I64, U64, Bools

_MOST_SEEN = 60
"""Rows of a column that one row may push out: all of them in the public instances, a sample in a département."""


class Packing(NamedTuple):
    """The problem: ``cost`` (n_rows, n_columns), inf where too far, ``unserved`` (n_rows,) where nobody serves.

    ``is_fixed``: columns that are open whatever happens.
    """

    cost: F64
    unserved: F64
    demand: I64
    capacity: I64
    is_fixed: Bools


class Standing(NamedTuple):
    """Where a search stands; the kernels update it in place.

    ``column``: that serves each row, -1 where none. ``room``: capacity left. ``head``, ``after``, ``before``:
    the rows of each column as linked lists, -1 at their ends.
    """

    is_open: Bools
    column: I32
    room: I64
    head: I32
    after: I32
    before: I32


@njit(cache=True)
def stand(packing: Packing, columns: I32) -> Standing:
    """On these columns and the fixed ones, every row inserted where it costs least, large ones first."""
    n_rows, n_columns = packing.cost.shape
    search = Standing(
        packing.is_fixed.copy(),
        np.full(n_rows, -1, dtype=np.int32),
        packing.capacity.copy(),
        np.full(n_columns, -1, dtype=np.int32),
        np.full(n_rows, -1, dtype=np.int32),
        np.full(n_rows, -1, dtype=np.int32),
    )
    for j in columns:
        search.is_open[j] = True
    insert(packing, search)
    return search


@njit(cache=True)
def total(packing: Packing, column: I32) -> float:
    """Cost of an assignment."""
    cost = 0.0
    for i in range(len(column)):
        cost += packing.unserved[i] if column[i] < 0 else packing.cost[i, column[i]]
    return cost


@njit(cache=True)
def insert(packing: Packing, search: Standing) -> None:
    """Serve every row that nobody serves, large ones first, where there is room at least cost."""
    waiting = np.flatnonzero(search.column < 0)
    columns = np.flatnonzero(search.is_open)
    for i in waiting[np.argsort(-packing.demand[waiting], kind="mergesort")]:
        best, place = packing.unserved[i], -1
        for place_j in range(len(columns)):
            j = columns[place_j]
            if packing.cost[i, j] < best and search.room[j] >= packing.demand[i]:
                best, place = packing.cost[i, j], place_j
        if place >= 0:
            _put(packing, search, i, columns[place])


@njit(cache=True)
def improve(packing: Packing, search: Standing) -> bool:
    """Shift, swap and eject each row once, and relocate each column; whether anything moved."""
    columns = np.flatnonzero(search.is_open)
    has_moved = False
    for i in range(len(search.column)):
        has_moved |= _move_row(packing, search, i, columns)
    return has_moved | _relocate(packing, search, columns)


@njit(cache=True)
def _move_row(packing: Packing, search: Standing, i: int, columns: I64) -> bool:
    """The best shift of one row to a nearer column, or swap or ejection that makes room for it there."""
    here = search.column[i]
    cost_here = packing.unserved[i] if here < 0 else packing.cost[i, here]
    least, place, other, refuge = -1e-9 * max(cost_here, 1.0), -1, -1, -1
    for j in columns:
        gained = packing.cost[i, j] - cost_here
        if j == here or gained >= least:
            continue
        short = packing.demand[i] - search.room[j]
        if short <= 0:
            least, place, other = gained, j, -1
            continue
        k, n_seen = search.head[j], 0
        while k >= 0 and n_seen < _MOST_SEEN:
            n_seen += 1
            if packing.demand[k] >= short:
                for h in columns:
                    if h == j:
                        continue
                    back = packing.demand[i] if h == here else 0
                    change = gained + packing.cost[k, h] - packing.cost[k, j]
                    if change < least and search.room[h] + back >= packing.demand[k]:
                        least, place, other, refuge = change, j, k, h
            k = search.after[k]
    if place < 0:
        return False
    _take(packing, search, i)
    if other >= 0:
        _take(packing, search, other)
        _put(packing, search, other, refuge)
    _put(packing, search, i, place)
    return True


@njit(cache=True)
def _relocate(packing: Packing, search: Standing, columns: I64) -> bool:
    """Move each open column with all its rows to where they cost least together."""
    has_moved = False
    n_columns = len(search.is_open)
    for j in columns:
        if packing.is_fixed[j] or search.head[j] < 0:
            continue
        load = packing.capacity[j] - search.room[j]
        change = np.zeros(n_columns)
        i = search.head[j]
        while i >= 0:
            change += packing.cost[i] - packing.cost[i, j]
            i = search.after[i]
        best, place = -1e-9, -1
        for h in range(n_columns):
            if not search.is_open[h] and packing.capacity[h] >= load and change[h] < best:
                best, place = change[h], h
        if place >= 0:
            has_moved = True
            search.is_open[j], search.is_open[place] = False, True
            while search.head[j] >= 0:
                i = search.head[j]
                _take(packing, search, i)
                _put(packing, search, i, place)
    return has_moved


@njit(cache=True)
def ruin_and_recreate(
    packing: Packing, search: Standing, best: I32, random: U64, rounds: int, most: int, threshold: float
) -> None:
    """Close up to ``most`` columns near a row, open as many near it, and improve; ``best`` keeps the best rows."""
    record = total(packing, best)
    kept = search.column.copy()
    kept_cost = total(packing, kept)
    for _ in range(rounds):
        _shake(packing, search, random, most)
        insert(packing, search)
        while improve(packing, search):
            pass
        cost = total(packing, search.column)
        if cost < record:
            record = cost
            best[:] = search.column
        if cost <= max(kept_cost, record * (1.0 + threshold)):
            kept[:] = search.column
            kept_cost = cost
        else:
            restore(packing, search, kept)


@njit(cache=True)
def _shake(packing: Packing, search: Standing, random: U64, most: int) -> None:
    """Close some columns among those nearest to a random row, and open others near it."""
    i = below(random, len(search.column))
    order = np.argsort(packing.cost[i], kind="mergesort")
    n = 1 + below(random, most)
    n_closed = 0
    closed = np.zeros(len(order), dtype=np.bool_)
    for j in order:
        if n_closed < n and search.is_open[j] and not packing.is_fixed[j] and below(random, 3) > 0:
            closed[j] = True
            n_closed += 1
    for j in np.flatnonzero(closed):
        search.is_open[j] = False
        while search.head[j] >= 0:
            _take(packing, search, search.head[j])
    reach = min(len(order), max(10, 4 * len(order) // max(search.is_open.sum() + n_closed, 1)))
    n_left = n_closed
    for _ in range(20 * n_closed):
        j = order[below(random, reach)]
        if n_left > 0 and not search.is_open[j] and not closed[j]:
            search.is_open[j] = True
            n_left -= 1
    for j in order:
        if n_left > 0 and not search.is_open[j]:
            search.is_open[j] = True
            n_left -= 1


@njit(cache=True)
def restore(packing: Packing, search: Standing, column: I32) -> None:
    """Go back to an assignment; columns that serve nobody stay open where they are, as long as the number is right."""
    n_open = search.is_open.sum()
    search.is_open[:] = packing.is_fixed
    search.room[:] = packing.capacity
    search.head[:] = -1
    for i in range(len(column)):
        if column[i] >= 0:
            search.is_open[column[i]] = True
            _put(packing, search, i, column[i])
        else:
            search.column[i] = -1
    for j in range(len(search.is_open)):
        if search.is_open.sum() < n_open:
            search.is_open[j] = True


@njit(cache=True)
def _put(packing: Packing, search: Standing, i: int, j: int) -> None:
    search.column[i] = j
    search.room[j] -= packing.demand[i]
    search.before[i] = -1
    search.after[i] = search.head[j]
    if search.head[j] >= 0:
        search.before[search.head[j]] = i
    search.head[j] = i


@njit(cache=True)
def _take(packing: Packing, search: Standing, i: int) -> None:
    j = search.column[i]
    if j < 0:
        return
    search.column[i] = -1
    search.room[j] += packing.demand[i]
    if search.before[i] >= 0:
        search.after[search.before[i]] = search.after[i]
    else:
        search.head[j] = search.after[i]
    if search.after[i] >= 0:
        search.before[search.after[i]] = search.before[i]
