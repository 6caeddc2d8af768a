"""A few rows by themselves: which to take together, and what it costs to cover each set of them.

A set of at most ten or so rows is a whole number, one bit a row; so is what a column covers of them.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from siting.allocation.kernels.types import F64, I32, I64


@njit(cache=True)
def neighbours(
    start: I64, site: I32, site_start: I64, row: I32, value: F64, noise: F64, first: int, most: int, too_alike: float
) -> I64:
    """Up to ``most`` rows around row ``first``: each next one shares most of its columns' value with those before.

    ``noise`` is added to what a row shares. Rows that share ``too_alike`` or more with one taken say the same, and
    are left out.
    """
    n_rows = len(start) - 1
    is_out = np.zeros(n_rows, dtype=np.bool_)
    is_seen = np.zeros(len(site_start) - 1, dtype=np.bool_)
    shared = np.zeros(n_rows)
    taken = np.empty(most, dtype=np.int64)
    taken[0] = first
    for n in range(most):
        last = taken[n]
        is_out[last] = True
        alike = np.zeros(n_rows)
        for k in range(start[last], start[last + 1]):
            j = site[k]
            for q in range(site_start[j], site_start[j + 1]):
                alike[row[q]] += value[j]
                if not is_seen[j]:
                    shared[row[q]] += value[j]
            is_seen[j] = True
        best = -1
        for i in range(n_rows):
            is_out[i] |= alike[i] >= too_alike
            if shared[i] > 0 and not is_out[i] and (best < 0 or shared[i] + noise[i] > shared[best] + noise[best]):
                best = i
        if best < 0 or n + 1 == most:
            return taken[: n + 1]
        taken[n + 1] = best
    return taken


@njit(cache=True)
def least_costs(n_rows: int, masks: I64, price: F64) -> tuple[F64, I64]:
    """For each set of rows the least price of sets ``masks`` that cover it, and the first of these; inf, -1 if none."""
    least = np.full(1 << n_rows, np.inf)
    by = np.full(1 << n_rows, -1, dtype=np.int64)
    least[0] = 0.0
    for rows in range(1, 1 << n_rows):
        lowest = rows & -rows
        for t in range(len(masks)):
            if masks[t] & lowest and least[rows & ~masks[t]] + price[t] < least[rows]:
                least[rows] = least[rows & ~masks[t]] + price[t]
                by[rows] = t
    return least, by


@njit(cache=True)
def cheap_covers(masks: I64, price: F64, least: F64, by: I64, below: float) -> tuple[I64, I32]:
    """For each of ``masks`` the cheapest cover of all rows that uses it, where it costs less than ``below``.

    Returns
    -------
    start : int64 array
    member : int32 array
        Cover k is ``member[start[k] : start[k + 1]]``, positions in ``masks``.
    """
    every = len(least) - 1
    start = np.zeros(len(masks) + 1, dtype=np.int64)
    member = np.empty(len(masks) * 64, dtype=np.int32)
    n_covers, n = 0, 0
    for t in range(len(masks)):
        left = every & ~masks[t]
        if price[t] + least[left] >= below:
            continue
        member[n] = t
        n += 1
        while left:
            member[n] = by[left]
            left &= ~masks[by[left]]
            n += 1
        n_covers += 1
        start[n_covers] = n
    return start[: n_covers + 1].copy(), member[:n].copy()


@njit(cache=True)
def most_added(least: F64, masks: I64) -> F64:
    """For each of ``masks`` the most it can spare: max over sets S of least(S with it) - least(S).

    Along any cover of all rows these add up to least(all) or more, since each step adds at most its own.
    """
    every = len(least) - 1
    most = np.zeros(len(masks))
    for t in range(len(masks)):
        outside = every & ~masks[t]
        rest = outside
        while True:
            most[t] = max(most[t], least[rest | masks[t]] - least[rest])
            if rest == 0:
                break
            rest = (rest - 1) & outside
    return most
