"""Better plans of a fixed number of columns for the most weight covered: exchange, and ruin and recreate.

The ruin is spatial and the recreation greedy with rare blinks, after Christiaens and Vanden Berghe
(2020), Slack induction by string removals for vehicle routing problems, Transportation Science 54(2).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from siting.allocation.kernels import peaks
from siting.allocation.kernels.randomness import below
from siting.allocation.kernels.types import F64, I32, I64, U64, Bools


class Weighted(NamedTuple):
    """A cover matrix both ways, and what each row weighs."""

    start: I64
    site: I32
    site_start: I64
    row: I32
    weight: F64


class Standing(NamedTuple):
    """Where a search stands: arrays that the kernels update in place.

    ``score``: for a column in the plan the weight that it alone covers; for any other the weight that it
    would add. ``owner``: exclusive or of the plan's columns that cover a row. ``top``, ``is_stale``: the best
    score, block by block; see `peaks`.
    """

    is_in: Bools
    score: F64
    times_covered: I32
    owner: I32
    random: U64
    top: I32
    is_stale: Bools


@njit(cache=True)
def stand_on(matrix: Weighted, columns: I32, seed: int) -> Standing:
    """A search that stands on the plan ``columns``."""
    n_rows = len(matrix.start) - 1
    n_columns = len(matrix.site_start) - 1
    score = np.zeros(n_columns)
    for j in range(n_columns):
        for k in range(matrix.site_start[j], matrix.site_start[j + 1]):
            score[j] += matrix.weight[matrix.row[k]]
    standing = Standing(
        np.zeros(n_columns, dtype=np.bool_),
        score,
        np.zeros(n_rows, dtype=np.int32),
        np.zeros(n_rows, dtype=np.int32),
        np.array([seed], dtype=np.uint64),
        *peaks.tops(n_columns),
    )
    for j in columns:
        _add(matrix, standing, j)
    return standing


@njit(cache=True)
def exchange(matrix: Weighted, standing: Standing, columns: I32) -> int:
    """Move each of ``columns`` to where it covers most; returns how many moved."""
    n_moved = 0
    for j in columns:
        if not standing.is_in[j]:
            continue
        _remove(matrix, standing, j)
        k = _best(standing)
        is_better = standing.score[k] > standing.score[j] * (1.0 + 1e-12)
        _add(matrix, standing, k if is_better else j)
        n_moved += is_better
    return n_moved


@njit(cache=True)
def ruin_and_recreate(matrix: Weighted, standing: Standing, n_rounds: int, most: int) -> float:
    """Close 2 to ``most`` neighbouring columns and open as many again; returns the weight gained.

    A round that ends worse is undone.
    """
    gained = 0.0
    removed = np.empty(most, dtype=np.int32)
    added = np.empty(most, dtype=np.int32)
    for _ in range(n_rounds):
        size = 2 + below(standing.random, most - 1)
        n, lost = _ruin(matrix, standing, removed[:size])
        won = 0.0
        for a in range(n):
            added[a] = _best_seen(standing)
            won += standing.score[added[a]]
            _add(matrix, standing, added[a])
        for a in range(n):
            won -= standing.score[added[a]]
            _remove(matrix, standing, added[a])
            added[a] = _best(standing)
            won += standing.score[added[a]]
            _add(matrix, standing, added[a])
        if won >= lost:
            gained += won - lost
            continue
        for a in range(n):
            _remove(matrix, standing, added[a])
        for a in range(n):
            _add(matrix, standing, removed[a])
    return gained


@njit(cache=True)
def _ruin(matrix: Weighted, standing: Standing, removed: I32) -> tuple[int, float]:
    """Remove up to ``len(removed)`` columns around a random column of the plan: how many, and the weight lost."""
    n = 0
    lost = 0.0
    centre = _row_of_plan(matrix, standing)
    for _ in range(20 * len(removed)):
        if n == len(removed):
            break
        i = _stroll(matrix, standing, centre)
        if standing.times_covered[i] == 0:
            continue
        skip = below(standing.random, standing.times_covered[i])
        for q in range(matrix.start[i], matrix.start[i + 1]):
            j = matrix.site[q]
            if standing.is_in[j]:
                if skip == 0:
                    lost += standing.score[j]
                    _remove(matrix, standing, j)
                    removed[n] = j
                    n += 1
                    break
                skip -= 1
    return n, lost


@njit(cache=True)
def _row_of_plan(matrix: Weighted, standing: Standing) -> int:
    """A random row of a random column of the plan; any row where none is met: most are where columns are few."""
    for _ in range(20 * len(standing.is_in)):
        j = below(standing.random, len(standing.is_in))
        n_rows = matrix.site_start[j + 1] - matrix.site_start[j]
        if standing.is_in[j] and n_rows > 0:
            return int(matrix.row[matrix.site_start[j] + below(standing.random, n_rows)])
    return below(standing.random, len(matrix.start) - 1)


@njit(cache=True)
def _stroll(matrix: Weighted, standing: Standing, i: int) -> int:
    """A row one or two columns away from row ``i``."""
    for _ in range(1 + below(standing.random, 2)):
        j = matrix.site[matrix.start[i] + below(standing.random, matrix.start[i + 1] - matrix.start[i])]
        size = matrix.site_start[j + 1] - matrix.site_start[j]
        i = matrix.row[matrix.site_start[j] + below(standing.random, size)]
    return i


@njit(cache=True)
def _best(standing: Standing) -> int:
    return peaks.highest(standing.score, standing.is_in, standing.top, standing.is_stale)


@njit(cache=True)
def _best_seen(standing: Standing) -> int:
    return peaks.highest_seen(standing.score, standing.is_in, standing.top, standing.is_stale, standing.random)


@njit(cache=True)
def _add(matrix: Weighted, standing: Standing, j: int) -> None:
    standing.is_in[j] = True
    peaks.touch(standing.is_stale, j)
    standing.score[j] = 0.0
    for k in range(matrix.site_start[j], matrix.site_start[j + 1]):
        i = matrix.row[k]
        standing.times_covered[i] += 1
        standing.owner[i] ^= j
        if standing.times_covered[i] == 1:
            standing.score[j] += matrix.weight[i]
            for q in range(matrix.start[i], matrix.start[i + 1]):
                if matrix.site[q] != j:
                    standing.score[matrix.site[q]] -= matrix.weight[i]
                    peaks.touch(standing.is_stale, matrix.site[q])
        elif standing.times_covered[i] == 2:
            standing.score[standing.owner[i] ^ j] -= matrix.weight[i]


@njit(cache=True)
def _remove(matrix: Weighted, standing: Standing, j: int) -> None:
    standing.is_in[j] = False
    peaks.touch(standing.is_stale, j)
    standing.score[j] = 0.0
    for k in range(matrix.site_start[j], matrix.site_start[j + 1]):
        i = matrix.row[k]
        standing.times_covered[i] -= 1
        standing.owner[i] ^= j
        if standing.times_covered[i] == 0:
            standing.score[j] += matrix.weight[i]
            for q in range(matrix.start[i], matrix.start[i + 1]):
                if matrix.site[q] != j:
                    standing.score[matrix.site[q]] += matrix.weight[i]
                    peaks.touch(standing.is_stale, matrix.site[q])
        elif standing.times_covered[i] == 1:
            standing.score[standing.owner[i]] += matrix.weight[i]
