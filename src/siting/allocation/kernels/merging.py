"""Rows that are equal, found by hash and compared in full."""

from __future__ import annotations

import numpy as np
from numba import njit

from siting.allocation.kernels.types import I32, I64, U64


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
