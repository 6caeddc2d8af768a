"""Greedy plans, and the bound that costs nothing."""

from __future__ import annotations

import numpy as np
from numba import njit

from siting.allocation.kernels.types import F64, I32, I64, Bools


@njit(cache=True)
def greedy_cover(start: I64, site: I32, site_start: I64, row: I32, cost: F64) -> I32:
    """Columns that together cover every non-empty row: most rows for their cost first, then none that is idle."""
    n_rows = len(start) - 1
    gain = site_start[1:] - site_start[:-1]
    worth = gain / cost
    times_covered = np.zeros(n_rows, dtype=np.int32)
    chosen = np.empty(len(gain), dtype=np.int32)
    n_chosen = 0
    while len(gain) > 0:
        best = np.argmax(worth)
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
                    worth[site[q]] = gain[site[q]] / cost[site[q]]
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
    for i in np.argsort(start[1:] - start[:-1], kind="mergesort"):
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
