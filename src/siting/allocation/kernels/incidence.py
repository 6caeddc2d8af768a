"""Cover matrices: built, turned, cut and taken apart."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from siting.allocation.kernels.types import F64, I32, I64, Bools


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
def sums(start: I64, member: I32, value: F64) -> F64:
    """Sum of the values of the members of each row, or of each column."""
    total = np.zeros(len(start) - 1)
    for i in range(len(total)):
        for k in range(start[i], start[i + 1]):
            total[i] += value[member[k]]
    return total


@njit(cache=True)
def loads(start: I64, site: I32, value: F64, n_sites: int) -> F64:
    """`sums` of the columns from the rows: half a gigabyte less on a country than a weight per pair."""
    sums = np.zeros(n_sites)
    for i in range(len(value)):
        if value[i] != 0.0:
            for k in range(start[i], start[i + 1]):
                sums[site[k]] += value[i]
    return sums


@njit(cache=True)
def times_covered(column_start: I64, row: I32, columns: I64, n_rows: int) -> I64:
    """How many of ``columns`` cover each row."""
    count = np.zeros(n_rows, dtype=np.int64)
    for j in columns:
        for k in range(column_start[j], column_start[j + 1]):
            count[row[k]] += 1
    return count


@njit(cache=True)
def by_cell_and_time(
    site_start: I64, cell: I32, time_s: NDArray[np.uint16], n_cells: int
) -> tuple[I64, I32, NDArray[np.float32]]:
    """Pairs of the travel times turned into rows of cells, each by (time, site)."""
    start = np.zeros(n_cells + 1, dtype=np.int64)
    for k in range(len(cell)):
        start[cell[k] + 1] += 1
    start = np.cumsum(start)
    key = np.empty(len(cell), dtype=np.int64)
    fill = start[:-1].copy()
    for s in range(len(site_start) - 1):
        for k in range(site_start[s], site_start[s + 1]):
            key[fill[cell[k]]] = (np.int64(time_s[k]) << 32) | s
            fill[cell[k]] += 1
    site = np.empty(len(cell), dtype=np.int32)
    seconds = np.empty(len(cell), dtype=np.float32)
    for i in range(n_cells):
        key[start[i] : start[i + 1]].sort()
    for k in range(len(key)):
        site[k] = key[k] & 0xFFFFFFFF
        seconds[k] = key[k] >> 32
    return start, site, seconds


@njit(cache=True)
def within(start: I64, site: I32, time_s: NDArray[np.float32], standard_s: float) -> tuple[I64, I32]:
    """The sites of each row up to a time, ascending; they come by time."""
    near_start = np.zeros(len(start), dtype=np.int64)
    for i in range(len(start) - 1):
        last = start[i + 1]
        while last > start[i] and time_s[last - 1] > standard_s:
            last -= 1
        near_start[i + 1] = near_start[i] + last - start[i]
    near = np.empty(near_start[-1], dtype=np.int32)
    for i in range(len(start) - 1):
        n = near_start[i + 1] - near_start[i]
        near[near_start[i] : near_start[i + 1]] = np.sort(site[start[i] : start[i] + n])
    return near_start, near


@njit(cache=True)
def nearest(start: I64, site: I32, time_s: NDArray[np.float32], is_open: Bools, otherwise_s: float) -> F64:
    """Time of each row, sorted by time, to its first open column; ``otherwise_s`` if that is less."""
    seconds = np.full(len(start) - 1, otherwise_s)
    for i in range(len(start) - 1):
        for k in range(start[i], start[i + 1]):
            if is_open[site[k]]:
                seconds[i] = min(seconds[i], time_s[k])
                break
    return seconds


@njit(cache=True)
def keep_nearer(
    start: I64, site: I32, time_s: NDArray[np.float32], cap_s: F64, new_site: I32, most: int
) -> tuple[I64, I32, NDArray[np.float32], F64]:
    """The ``most`` first pairs of each row nearer than its cap, of the columns whose ``new_site`` is ≥ 0.

    Rows are by ascending time. Also returns the time from which pairs are missing: the cap, or the first
    one left out.
    """
    sub_start = np.zeros(len(start), dtype=np.int64)
    whole_s = cap_s.copy()
    for i in range(len(start) - 1):
        n = 0
        for k in range(start[i], start[i + 1]):
            if time_s[k] >= cap_s[i]:
                break
            if new_site[site[k]] >= 0:
                if n == most:
                    whole_s[i] = time_s[k]
                    break
                n += 1
        sub_start[i + 1] = sub_start[i] + n
    sub_site = np.empty(sub_start[-1], dtype=np.int32)
    sub_time = np.empty(sub_start[-1], dtype=np.float32)
    for i in range(len(start) - 1):
        k = start[i]
        for pair in range(sub_start[i], sub_start[i + 1]):
            while new_site[site[k]] < 0:
                k += 1
            sub_site[pair] = new_site[site[k]]
            sub_time[pair] = time_s[k]
            k += 1
    return sub_start, sub_site, sub_time, whole_s


@njit(cache=True)
def transpose_times(
    start: I64, column: I32, time_s: NDArray[np.float32], n_columns: int
) -> tuple[I64, I32, NDArray[np.float32]]:
    """`transpose`, the times carried along."""
    column_start = np.zeros(n_columns + 1, dtype=np.int64)
    for k in range(len(column)):
        column_start[column[k] + 1] += 1
    column_start = np.cumsum(column_start)
    row = np.empty(len(column), dtype=np.int32)
    seconds = np.empty(len(column), dtype=np.float32)
    fill = column_start[:-1].copy()
    for i in range(len(start) - 1):
        for k in range(start[i], start[i + 1]):
            row[fill[column[k]]] = i
            seconds[fill[column[k]]] = time_s[k]
            fill[column[k]] += 1
    return column_start, row, seconds
