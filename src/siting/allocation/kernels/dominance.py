"""Rows and columns that another one makes superfluous."""

from __future__ import annotations

import numpy as np
from numba import njit

from siting.allocation.kernels.types import F64, I32, I64, U64, Bools


@njit(cache=True)
def signatures(start: I64, item: I32) -> U64:
    """A 64-bit set of each list's items, hashed: a subset's bits are a subset (a filter, not a proof)."""
    bits = np.zeros(len(start) - 1, dtype=np.uint64)
    for i in range(len(start) - 1):
        for k in range(start[i], start[i + 1]):
            spread = (np.uint64(item[k]) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(58)
            bits[i] |= np.uint64(1) << spread
    return bits


@njit(cache=True)
def dominated_columns(start: I64, site: I32, site_start: I64, row: I32, cost: F64, bits: U64) -> I32:
    """For each column the one that covers all its rows and more at no more cost; -1 where none does.

    Of equal columns the lowest is kept. A column without rows is its own dominator: nobody needs it.
    """
    n_columns = len(site_start) - 1
    by = np.full(n_columns, -1, dtype=np.int32)
    for j in range(n_columns):
        if site_start[j] == site_start[j + 1]:
            by[j] = j
            continue
        rarest = row[site_start[j]]
        for q in range(site_start[j], site_start[j + 1]):
            i = row[q]
            if start[i + 1] - start[i] < start[rarest + 1] - start[rarest]:
                rarest = i
        size = site_start[j + 1] - site_start[j]
        for q in range(start[rarest], start[rarest + 1]):
            k = site[q]
            other = site_start[k + 1] - site_start[k]
            if k == j or by[k] >= 0 or other < size or cost[k] > cost[j] or bits[j] & ~bits[k]:
                continue
            if other == size and cost[k] == cost[j] and k > j:
                continue
            if _is_subset(row, site_start[j], site_start[j + 1], site_start[k], site_start[k + 1]):
                by[j] = k
                break
    return by


@njit(cache=True)
def dominated_rows(start: I64, site: I32, site_start: I64, row: I32, bits: U64, is_must: Bools) -> I32:
    """For each row one of the rows ``is_must`` whose columns are among its own; or -1.

    It is covered whenever that one is. Of equal rows the lowest is kept.
    """
    n_rows = len(start) - 1
    by = np.full(n_rows, -1, dtype=np.int32)
    for k in range(n_rows):
        size = start[k + 1] - start[k]
        if by[k] >= 0 or size == 0 or not is_must[k]:
            continue
        rarest = site[start[k]]
        for q in range(start[k], start[k + 1]):
            j = site[q]
            if site_start[j + 1] - site_start[j] < site_start[rarest + 1] - site_start[rarest]:
                rarest = j
        for q in range(site_start[rarest], site_start[rarest + 1]):
            i = row[q]
            other = start[i + 1] - start[i]
            if i == k or by[i] >= 0 or other < size or (other == size and i < k and is_must[i]) or bits[k] & ~bits[i]:
                continue
            if _is_subset(site, start[k], start[k + 1], start[i], start[i + 1]):
                by[i] = k
    return by


@njit(cache=True)
def _is_subset(item: I32, a: int, a_end: int, b: int, b_end: int) -> bool:
    """Whether the ascending items a … a_end are all among the ascending items b … b_end."""
    while a < a_end:
        while b < b_end and item[b] < item[a]:
            b += 1
        if b_end - b < a_end - a or item[b] != item[a]:
            return False
        a += 1
        b += 1
    return True
