"""Compiled loops over cover sets: arrays in, arrays out; numpy and numba alone.

A cover matrix is given by rows (cells): ``start``, ``site``; its transpose by columns (sites):
``site_start``, ``cell``. Ties always go to the lowest row.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

I64 = NDArray[np.int64]
I32 = NDArray[np.int32]
U64 = NDArray[np.uint64]
F64 = NDArray[np.float64]
Bools = NDArray[np.bool_]


@njit(cache=True)
def pairs_within(
    site_start: I64, cell: I32, time_s: NDArray[np.uint16], n_cells: int, standard_s: int
) -> tuple[I64, I32]:
    """Pairs of the travel times within the standard, turned into rows of cells."""
    start = np.zeros(n_cells + 1, dtype=np.int64)
    for k in range(len(cell)):
        if time_s[k] <= standard_s:
            start[cell[k] + 1] += 1
    start = np.cumsum(start)
    site = np.empty(start[-1], dtype=np.int32)
    fill = start[:-1].copy()
    for s in range(len(site_start) - 1):
        for k in range(site_start[s], site_start[s + 1]):
            if time_s[k] <= standard_s:
                site[fill[cell[k]]] = s
                fill[cell[k]] += 1
    return start, site


@njit(cache=True)
def transpose(start: I64, column: I32, n_columns: int) -> tuple[I64, I32]:
    """Rows of a CSR matrix turned into columns; row numbers ascend within a column."""
    column_start = np.zeros(n_columns + 1, dtype=np.int64)
    for k in range(len(column)):
        column_start[column[k] + 1] += 1
    column_start = np.cumsum(column_start)
    row = np.empty(len(column), dtype=np.int32)
    fill = column_start[:-1].copy()
    for i in range(len(start) - 1):
        for k in range(start[i], start[i + 1]):
            row[fill[column[k]]] = i
            fill[column[k]] += 1
    return column_start, row


@njit(cache=True)
def covered(start: I64, site: I32, is_open: Bools) -> Bools:
    """Which rows have an open column."""
    is_covered = np.zeros(len(start) - 1, dtype=np.bool_)
    for i in range(len(start) - 1):
        for k in range(start[i], start[i + 1]):
            if is_open[site[k]]:
                is_covered[i] = True
                break
    return is_covered


@njit(cache=True)
def keep(start: I64, site: I32, is_row_kept: Bools, new_site: I32) -> tuple[I64, I32]:
    """Sub-matrix of the kept rows and of the columns whose ``new_site`` is ≥ 0, renumbered by it."""
    n_rows = 0
    n_pairs = 0
    for i in range(len(start) - 1):
        if is_row_kept[i]:
            n_rows += 1
            for k in range(start[i], start[i + 1]):
                if new_site[site[k]] >= 0:
                    n_pairs += 1
    sub_start = np.zeros(n_rows + 1, dtype=np.int64)
    sub_site = np.empty(n_pairs, dtype=np.int32)
    row = 0
    pair = 0
    for i in range(len(start) - 1):
        if is_row_kept[i]:
            for k in range(start[i], start[i + 1]):
                if new_site[site[k]] >= 0:
                    sub_site[pair] = new_site[site[k]]
                    pair += 1
            row += 1
            sub_start[row] = pair
    return sub_start, sub_site


@njit(cache=True)
def row_hashes(start: I64, site: I32) -> U64:
    """Two 64-bit sums of mixed column numbers per row: equal rows have equal hashes."""
    n_rows = len(start) - 1
    hashes = np.zeros((n_rows, 2), dtype=np.uint64)
    for i in range(n_rows):
        for k in range(start[i], start[i + 1]):
            mixed = _mix(np.uint64(site[k]) + np.uint64(0x9E3779B97F4A7C15))
            hashes[i, 0] += mixed
            hashes[i, 1] += _mix(mixed)
    return hashes


@njit(cache=True)
def _mix(z: np.uint64) -> np.uint64:
    """The finaliser of splitmix64 (Steele, Lea and Flood, 2014)."""
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


@njit(cache=True)
def group_equal_rows(start: I64, site: I32, order: I64, hashes: U64) -> I32:
    """Group of each row: rows of one group are equal pair for pair. ``order`` sorts rows by hash.

    The leader of a group is its lowest row (``order`` is stable). A collision of hashes only opens a
    second group: merging stays exact whatever the hash does.
    """
    n_rows = len(start) - 1
    leader = np.empty(n_rows, dtype=np.int32)
    for position in range(n_rows):
        i = order[position]
        leader[i] = i
        if position == 0:
            continue
        before = order[position - 1]
        if hashes[i, 0] != hashes[before, 0] or hashes[i, 1] != hashes[before, 1]:
            continue
        j = leader[before]
        is_equal = start[i + 1] - start[i] == start[j + 1] - start[j]
        for offset in range(start[i + 1] - start[i]):
            if not is_equal:
                break
            is_equal = site[start[i] + offset] == site[start[j] + offset]
        if is_equal:
            leader[i] = j
    return leader


@njit(cache=True)
def components(start: I64, site: I32, n_sites: int) -> tuple[I32, I32, int]:
    """Component of each row and column of the bipartite graph, numbered by lowest row; -1 if isolated."""
    parent = np.arange(n_sites)
    for i in range(len(start) - 1):
        for k in range(start[i] + 1, start[i + 1]):
            a = _root(parent, site[start[i]])
            b = _root(parent, site[k])
            if a != b:
                parent[max(a, b)] = min(a, b)
    number_of = np.full(n_sites, -1, dtype=np.int32)
    of_row = np.full(len(start) - 1, -1, dtype=np.int32)
    of_site = np.full(n_sites, -1, dtype=np.int32)
    n_components = 0
    for i in range(len(start) - 1):
        if start[i] == start[i + 1]:
            continue
        root = _root(parent, site[start[i]])
        if number_of[root] < 0:
            number_of[root] = n_components
            n_components += 1
        of_row[i] = number_of[root]
        for k in range(start[i], start[i + 1]):
            of_site[site[k]] = of_row[i]
    return of_row, of_site, n_components


@njit(cache=True)
def _root(parent: I64, j: int) -> int:
    while parent[j] != j:
        parent[j] = parent[parent[j]]
        j = parent[j]
    return j


@njit(cache=True)
def greedy_cover(start: I64, site: I32, site_start: I64, row: I32) -> I32:
    """Columns that together cover every non-empty row: the largest gain first, then none that is idle."""
    n_rows = len(start) - 1
    gain = np.diff(site_start)
    times_covered = np.zeros(n_rows, dtype=np.int32)
    chosen = np.empty(len(gain), dtype=np.int32)
    n_chosen = 0
    while len(gain) > 0:
        best = np.argmax(gain)
        if gain[best] == 0:
            break
        chosen[n_chosen] = best
        n_chosen += 1
        for k in range(site_start[best], site_start[best + 1]):
            i = row[k]
            times_covered[i] += 1
            if times_covered[i] == 1:
                for q in range(start[i], start[i + 1]):
                    gain[site[q]] -= 1
    return np.sort(_without_idle(chosen[:n_chosen], times_covered, site_start, row))


@njit(cache=True)
def _without_idle(chosen: I32, times_covered: I32, site_start: I64, row: I32) -> I32:
    """Drop, latest first, the columns whose every row another one covers."""
    is_needed = np.ones(len(chosen), dtype=np.bool_)
    for c in range(len(chosen) - 1, -1, -1):
        j = chosen[c]
        is_idle = True
        for k in range(site_start[j], site_start[j + 1]):
            if times_covered[row[k]] < 2:
                is_idle = False
                break
        if is_idle:
            is_needed[c] = False
            for k in range(site_start[j], site_start[j + 1]):
                times_covered[row[k]] -= 1
    return chosen[is_needed]


@njit(cache=True)
def greedy_gain(
    start: I64, site: I32, site_start: I64, row: I32, weight: F64, is_covered: Bools, n_choices: int
) -> I32:
    """At most ``n_choices`` columns, each the one that adds most weight; stops where none adds any.

    ``is_covered`` (rows) is updated in place.
    """
    n_columns = len(site_start) - 1
    gain = np.zeros(n_columns)
    for j in range(n_columns):
        for k in range(site_start[j], site_start[j + 1]):
            if not is_covered[row[k]]:
                gain[j] += weight[row[k]]
    left = np.zeros(n_columns, dtype=np.int64)
    for j in range(n_columns):
        for k in range(site_start[j], site_start[j + 1]):
            if not is_covered[row[k]] and weight[row[k]] > 0:
                left[j] += 1
    chosen = np.empty(min(n_choices, n_columns), dtype=np.int32)
    n_chosen = 0
    while n_chosen < len(chosen):
        best = np.argmax(gain)
        if left[best] == 0:
            break
        chosen[n_chosen] = best
        n_chosen += 1
        for k in range(site_start[best], site_start[best + 1]):
            i = row[k]
            if is_covered[i]:
                continue
            is_covered[i] = True
            if weight[i] > 0:
                for q in range(start[i], start[i + 1]):
                    gain[site[q]] -= weight[i]
                    left[site[q]] -= 1
                    if left[site[q]] == 0:
                        gain[site[q]] = 0.0
    return np.sort(chosen[:n_chosen])


@njit(cache=True)
def packing(start: I64, site: I32, n_sites: int) -> Bools:
    """Rows of which no two share a column, the shortest rows first: a lower bound on any cover."""
    n_rows = len(start) - 1
    is_taken = np.zeros(n_sites, dtype=np.bool_)
    is_chosen = np.zeros(n_rows, dtype=np.bool_)
    for i in np.argsort(np.diff(start), kind="mergesort"):
        is_free = start[i] < start[i + 1]
        for k in range(start[i], start[i + 1]):
            if is_taken[site[k]]:
                is_free = False
                break
        if is_free:
            is_chosen[i] = True
            for k in range(start[i], start[i + 1]):
                is_taken[site[k]] = True
    return is_chosen
