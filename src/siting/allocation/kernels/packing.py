"""Which rows to pack into one column of limited capacity: knapsacks, whole and fractional."""

from __future__ import annotations

import numpy as np
from numba import njit

from siting.allocation.kernels.types import F64, I32, I64, Bools


@njit(cache=True)
def best_values(column_start: I64, row: I32, profit: F64, demand: I64, capacity: I64, is_exact: Bools) -> F64:
    """Shape (n_columns,): the most profit that fits into each column.

    ``profit`` goes with ``row``. By dynamic programming over capacity where ``is_exact``, else the last row
    may be cut (Dantzig, 1957), which is never less.
    """
    n_columns = len(column_start) - 1
    values = np.zeros(n_columns)
    most = 0
    for j in range(n_columns):
        most = max(most, capacity[j] if is_exact[j] else 0)
    best = np.zeros(most + 1)
    for j in range(n_columns):
        first, last = column_start[j], column_start[j + 1]
        if is_exact[j]:
            best[: capacity[j] + 1] = 0.0
            for k in range(first, last):
                if profit[k] > 0.0:
                    q = demand[row[k]]
                    for c in range(capacity[j], q - 1, -1):
                        best[c] = max(best[c], best[c - q] + profit[k])
            values[j] = best[capacity[j]]
        else:
            values[j] = _cut(row[first:last], profit[first:last], demand, capacity[j])[0]
    return values


@njit(cache=True)
def packed_parts(
    column_start: I64, row: I32, profit: F64, demand: I64, capacity: I64, is_exact: Bools, columns: I64
) -> F64:
    """Shape (n_pairs,): the part of each pair (0 or 1 where exact) in the best packings of ``columns``."""
    parts = np.zeros(len(row))
    for j in columns:
        first, last = column_start[j], column_start[j + 1]
        rows, gains = row[first:last], profit[first:last]
        if not is_exact[j]:
            parts[first:last] = _cut(rows, gains, demand, capacity[j])[1]
            continue
        taken = _table(rows, gains, demand, capacity[j])[1]
        room = capacity[j]
        for k in range(len(rows) - 1, -1, -1):
            if taken[k, room]:
                parts[first + k] = 1.0
                room -= demand[rows[k]]
    return parts


@njit(cache=True)
def values_with(row: I32, profit: F64, demand: I64, capacity: int) -> F64:
    """The most profit of one column when it must hold each of its rows in turn; -inf where that does not fit."""
    n = len(row)
    before = np.zeros((n + 1, capacity + 1))
    for k in range(n):
        before[k + 1] = before[k]
        _add(before[k + 1], before[k], profit[k], demand[row[k]])
    after = np.zeros(capacity + 1)
    values = np.full(n, -np.inf)
    for k in range(n - 1, -1, -1):
        room = capacity - demand[row[k]]
        if room >= 0:
            best = 0.0
            for c in range(room + 1):
                best = max(best, before[k, c] + after[room - c])
            values[k] = profit[k] + best
        _add(after, after.copy(), profit[k], demand[row[k]])
    return values


@njit(cache=True)
def packings(row: I32, profit: F64, demand: I64, capacity: int, least: float, most: int) -> tuple[I64, I32]:
    """Every packing of one column worth ``least`` or more: where each starts, and its rows; the first ``most``.

    Depth first; a table of what the rows to come are worth at each capacity leaves no branch without a packing.
    """
    n = len(row)
    ahead = np.zeros((n + 1, capacity + 1))
    for k in range(n - 1, -1, -1):
        ahead[k] = ahead[k + 1]
        _add(ahead[k], ahead[k + 1], profit[k], demand[row[k]])
    start, rows, n_rows, n_found = np.zeros(2, dtype=np.int64), np.empty(max(n, 1), dtype=np.int32), 0, 0
    room, worth = np.zeros(n + 1, dtype=np.int64), np.zeros(n + 1)
    tried, is_in = np.zeros(n + 1, dtype=np.int64), np.zeros(n + 1, dtype=np.bool_)
    room[0], k = capacity, 0
    while k >= 0 and n_found < most:
        if k < n and tried[k] < 2:
            tried[k] += 1
            is_in[k] = tried[k] == 1
            left = room[k] - (demand[row[k]] if is_in[k] else 0)
            gained = worth[k] + (profit[k] if is_in[k] else 0.0)
            if left >= 0 and gained + ahead[k + 1, left] >= least:
                k += 1
                room[k], worth[k], tried[k] = left, gained, 0
            continue
        if k == n and worth[n] >= least:
            taken = row[is_in[:n]]
            while n_rows + n > len(rows):
                rows = np.concatenate((rows, np.empty(len(rows), dtype=np.int32)))
            rows[n_rows : n_rows + len(taken)] = taken
            n_rows += len(taken)
            n_found += 1
            if n_found == len(start):
                start = np.concatenate((start, np.zeros(len(start), dtype=np.int64)))
            start[n_found] = n_rows
        k -= 1
    return start[: n_found + 1], rows[:n_rows]


@njit(cache=True)
def added(
    start: I64,
    row: I32,
    column: I32,
    cost: F64,
    row_price: F64,
    column_price: F64,
    triple_start: I64,
    triple: I32,
    triple_price: F64,
) -> F64:
    """Shape (n_packings,): what each packing adds to a relaxation; ``triple`` lists the triples that each row is in."""
    n_in = np.zeros(len(triple_price), dtype=np.int64)
    adds = cost.copy()
    for k in range(len(cost)):
        if column[k] >= 0:
            adds[k] += column_price[column[k]]
        for a in range(start[k], start[k + 1]):
            adds[k] -= row_price[row[a]]
            for b in range(triple_start[row[a]], triple_start[row[a] + 1]):
                n_in[triple[b]] += 1
                if n_in[triple[b]] == 2:
                    adds[k] += triple_price[triple[b]]
        for a in range(start[k], start[k + 1]):
            for b in range(triple_start[row[a]], triple_start[row[a] + 1]):
                n_in[triple[b]] = 0
    return adds


@njit(cache=True)
def broken_triples(start: I64, row: I32, part: F64, n_rows: int, by: float) -> tuple[I32, F64]:
    """Triples of rows of which packings with two rows or more have parts that add up to more than 1, and by how much.

    ``start``, ``row``: the rows of each packing, ascending; only breaks of more than ``by`` count.
    """
    together = np.zeros((n_rows, n_rows))
    has = np.zeros((len(part), n_rows), dtype=np.bool_)
    for k in range(len(part)):
        for a in range(start[k], start[k + 1]):
            has[k, row[a]] = True
            for b in range(a + 1, start[k + 1]):
                together[row[a], row[b]] += part[k]
    found, much = [np.int32(0) for _ in range(0)], [0.0 for _ in range(0)]
    for a in range(n_rows):
        for b in range(a + 1, n_rows):
            for c in range(b + 1, n_rows):
                broken = together[a, b] + together[a, c] + together[b, c] - 1.0
                if broken <= by:
                    continue
                for k in range(len(part)):
                    if has[k, a] and has[k, b] and has[k, c]:
                        broken -= 2.0 * part[k]
                if broken > by:
                    found.extend((np.int32(a), np.int32(b), np.int32(c)))
                    much.append(broken)
    return np.array(found, dtype=np.int32).reshape(-1, 3), np.array(much)


@njit(cache=True)
def _add(best: F64, without: F64, profit: float, demand: int) -> None:
    """One more row into a table by capacity, where it pays."""
    if profit > 0.0:
        for c in range(demand, len(best)):
            best[c] = max(without[c], without[c - demand] + profit)


@njit(cache=True)
def _table(row: I32, profit: F64, demand: I64, capacity: int) -> tuple[F64, Bools]:
    """The most profit at each capacity, and whether each row is in it when it comes to it."""
    best = np.zeros(capacity + 1)
    taken = np.zeros((len(row), capacity + 1), dtype=np.bool_)
    for k in range(len(row)):
        if profit[k] <= 0.0:
            continue
        q = demand[row[k]]
        for c in range(capacity, q - 1, -1):
            if best[c - q] + profit[k] > best[c]:
                best[c] = best[c - q] + profit[k]
                taken[k, c] = True
    return best, taken


@njit(cache=True)
def _cut(row: I32, profit: F64, demand: I64, capacity: int) -> tuple[float, F64]:
    """The most profit when the last row may be cut, and the part of each row that is packed."""
    parts = np.zeros(len(row))
    pays = np.flatnonzero(profit > 0.0)
    rate = np.empty(len(pays))
    for place in range(len(pays)):
        rate[place] = profit[pays[place]] / max(demand[row[pays[place]]], 1e-9)
    room = float(capacity)
    value = 0.0
    for place in np.argsort(-rate):
        k = pays[place]
        q = demand[row[k]]
        if room <= 0.0 and q > 0:
            continue
        parts[k] = min(1.0, room / q) if q > 0 else 1.0
        room -= parts[k] * q
        value += parts[k] * profit[k]
    return value, parts
