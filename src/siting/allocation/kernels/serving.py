"""How far people are from the open sites, and how many of them the capacity of sites serves."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from siting.allocation.kernels.types import F64, I32, I64, Bools


@njit(cache=True)
def two_nearest_s(
    start: I64, site: I32, time_s: NDArray[np.float32], is_open: Bools, otherwise_s: float
) -> tuple[F64, F64]:
    """Times to the nearest and the second nearest open site of each row; rows by ascending time."""
    n_rows = len(start) - 1
    first = np.full(n_rows, otherwise_s)
    second = np.full(n_rows, otherwise_s)
    for i in range(n_rows):
        n = 0
        for k in range(start[i], start[i + 1]):
            if time_s[k] >= otherwise_s or n == 2:
                break
            if is_open[site[k]]:
                if n == 0:
                    first[i] = time_s[k]
                else:
                    second[i] = time_s[k]
                n += 1
    return first, second


@njit(cache=True)
def savings(start: I64, site: I32, time_s: NDArray[np.float32], weight: F64, waits_s: F64, n_sites: int) -> F64:
    """Shape (n_sites,): Σ_i w_i max(0, v_i − t_ij); rows by ascending time."""
    saved = np.zeros(n_sites)
    for i in range(len(start) - 1):
        for k in range(start[i], start[i + 1]):
            if time_s[k] >= waits_s[i]:
                break
            saved[site[k]] += weight[i] * (waits_s[i] - time_s[k])
    return saved


@njit(cache=True)
def nearer(start: I64, site: I32, time_s: NDArray[np.float32], waits_s: F64, opened: F64) -> F64:
    """Shape (n_rows,): how much is open (parts count) nearer than v_i; rows by ascending time."""
    total = np.zeros(len(start) - 1)
    for i in range(len(start) - 1):
        for k in range(start[i], start[i + 1]):
            if time_s[k] >= waits_s[i]:
                break
            total[i] += opened[site[k]]
    return total


@njit(cache=True)
def fill(start: I64, site: I32, order: I64, demand: I64, price: F64, capacity: I64) -> tuple[F64, I64]:
    """What each site earns from the rows of its own, the cheapest first: Σ (1 − u_i) f_ij, and f by pair.

    ``order``: rows by ascending price u.
    """
    room = capacity.copy()
    earned = np.zeros(len(capacity))
    taken = np.zeros(len(site), dtype=np.int64)
    for i in order:
        if price[i] >= 1.0:
            break
        for k in range(start[i], start[i + 1]):
            j = site[k]
            taken[k] = min(room[j], demand[i])
            room[j] -= taken[k]
            earned[j] += (1.0 - price[i]) * taken[k]
    return earned, taken


@njit(cache=True)
def nearest_loads(start: I64, site: I32, time_s: NDArray[np.float32], demand: I64, is_open: Bools) -> I64:
    """Shape (n_sites,): demand of the rows whose nearest open site it is; of equal times the lowest site."""
    loads = np.zeros(len(is_open), dtype=np.int64)
    for i in range(len(start) - 1):
        best, place = np.inf, -1
        for k in range(start[i], start[i + 1]):
            if is_open[site[k]] and (time_s[k] < best or (time_s[k] == best and site[k] < place)):
                best, place = time_s[k], site[k]
        if place >= 0:
            loads[place] += demand[i]
    return loads
