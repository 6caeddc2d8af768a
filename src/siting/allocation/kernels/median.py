"""Exchange for the least sum of weighted times: each row knows its two nearest columns of the plan.

After Whitaker (1983), A fast algorithm for the greedy interchange for large-scale clustering and median
location problems, INFOR 21(2), with gains and losses kept up to date as in Resende and Werneck (2007).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from siting.allocation.kernels import peaks
from siting.allocation.kernels.randomness import below
from siting.allocation.kernels.types import F64, I32, I64, U64, Bools


class Timed(NamedTuple):
    """Times both ways (rows by ascending time), weights, and the time of a row that no column serves."""

    start: I64
    site: I32
    time_s: NDArray[np.float32]
    site_start: I64
    row: I32
    row_time_s: NDArray[np.float32]
    weight: F64
    cap_s: F64


class Standing(NamedTuple):
    """Where a search stands: arrays that the kernels update in place.

    ``gain``: weighted seconds that a column would save (0 for the plan's own); ``loss``: that its
    removal would cost. ``first``, ``second``: nearest columns of the plan per row, -1 where none. ``top``,
    ``is_stale``: the best gain, block by block; see `peaks`.
    """

    is_in: Bools
    gain: F64
    loss: F64
    first: I32
    second: I32
    first_s: F64
    second_s: F64
    top: I32
    is_stale: Bools


@njit(cache=True)
def stand(timed: Timed) -> Standing:
    """A search that stands on the empty plan."""
    n_rows = len(timed.start) - 1
    n_columns = len(timed.site_start) - 1
    gain = np.zeros(n_columns)
    for i in range(n_rows):
        for k in range(timed.start[i], timed.start[i + 1]):
            gain[timed.site[k]] += timed.weight[i] * (timed.cap_s[i] - timed.time_s[k])
    return Standing(
        np.zeros(n_columns, dtype=np.bool_),
        gain,
        np.zeros(n_columns),
        np.full(n_rows, -1, dtype=np.int32),
        np.full(n_rows, -1, dtype=np.int32),
        timed.cap_s.copy(),
        timed.cap_s.copy(),
        *peaks.tops(n_columns),
    )


@njit(cache=True)
def extend(timed: Timed, standing: Standing, n: int) -> int:
    """Open up to ``n`` more columns, each the one that saves most; returns how many."""
    for opened in range(n):
        best = _best(standing)
        if best < 0 or standing.gain[best] <= 0.0:
            return opened
        _add(timed, standing, best)
    return n


@njit(cache=True)
def exchange(timed: Timed, standing: Standing, columns: I32) -> int:
    """Move each of ``columns`` to where it saves most; returns how many moved."""
    n_moved = 0
    for j in columns:
        if not standing.is_in[j]:
            continue
        _remove(timed, standing, j)
        k = _best(standing)
        is_better = k >= 0 and standing.gain[k] > standing.gain[j] * (1.0 + 1e-9) + 1e-9
        _add(timed, standing, k if is_better else j)
        n_moved += is_better
    return n_moved


@njit(cache=True)
def ruin_and_recreate(timed: Timed, standing: Standing, random: U64, n_rounds: int, most: int) -> float:
    """Close the 2 to ``most`` columns nearest to a random row and open as many again; returns the seconds saved.

    A round that ends worse is undone. Exchange alone stays 1 % above the optimum on a plane of 700 points.
    The row is one near a random column of the plan: of all rows, most are where people, and columns, are few.
    """
    saved = 0.0
    removed = np.empty(most, dtype=np.int32)
    added = np.empty(most, dtype=np.int32)
    for _ in range(n_rounds):
        n = _nearest_open(
            timed, standing, _row_near_plan(timed, standing, random), removed[: 2 + below(random, most - 1)]
        )
        change = 0.0
        for a in range(n):
            change -= standing.loss[removed[a]]
            _remove(timed, standing, removed[a])
        for a in range(n):
            added[a] = _best_seen(standing, random)
            change += standing.gain[added[a]]
            _add(timed, standing, added[a])
        for a in range(n):
            change -= standing.loss[added[a]]
            _remove(timed, standing, added[a])
            added[a] = _best(standing)
            change += standing.gain[added[a]]
            _add(timed, standing, added[a])
        if change >= 0.0:
            saved += change
            continue
        for a in range(n):
            _remove(timed, standing, added[a])
        for a in range(n):
            _add(timed, standing, removed[a])
    return saved


@njit(cache=True)
def _row_near_plan(timed: Timed, standing: Standing, random: U64) -> int:
    """A random row of a random column of the plan; any row where none is met."""
    for _ in range(20 * len(standing.is_in)):
        j = below(random, len(standing.is_in))
        n_rows = timed.site_start[j + 1] - timed.site_start[j]
        if standing.is_in[j] and n_rows > 0:
            return int(timed.row[timed.site_start[j] + below(random, n_rows)])
    return below(random, len(timed.cap_s))


@njit(cache=True)
def _nearest_open(timed: Timed, standing: Standing, i: int, found: I32) -> int:
    """The columns of the plan nearest to row ``i``, as many as ``found`` holds; returns how many there are."""
    n = 0
    for k in range(timed.start[i], timed.start[i + 1]):
        if n == len(found):
            break
        if standing.is_in[timed.site[k]]:
            found[n] = timed.site[k]
            n += 1
    return n


@njit(cache=True)
def _best(standing: Standing) -> int:
    return peaks.highest(standing.gain, standing.is_in, standing.top, standing.is_stale)


@njit(cache=True)
def _best_seen(standing: Standing, random: U64) -> int:
    return peaks.highest_seen(standing.gain, standing.is_in, standing.top, standing.is_stale, random)


@njit(cache=True)
def _add(timed: Timed, standing: Standing, j: int) -> None:
    standing.is_in[j] = True
    peaks.touch(standing.is_stale, j)
    standing.loss[j] = 0.0
    for k in range(timed.site_start[j], timed.site_start[j + 1]):
        i = timed.row[k]
        seconds = np.float64(timed.row_time_s[k])
        if seconds < standing.first_s[i]:
            if standing.first[i] >= 0:
                slack = standing.second_s[i] - standing.first_s[i]
                standing.loss[standing.first[i]] -= timed.weight[i] * slack
            standing.loss[j] += timed.weight[i] * (standing.first_s[i] - seconds)
            _shift_gains(timed, standing, i, standing.first_s[i], seconds)
            standing.second[i] = standing.first[i]
            standing.second_s[i] = standing.first_s[i]
            standing.first[i] = j
            standing.first_s[i] = seconds
        elif seconds < standing.second_s[i]:
            standing.loss[standing.first[i]] -= timed.weight[i] * (standing.second_s[i] - seconds)
            standing.second[i] = j
            standing.second_s[i] = seconds


@njit(cache=True)
def _remove(timed: Timed, standing: Standing, j: int) -> None:
    standing.is_in[j] = False
    peaks.touch(standing.is_stale, j)
    for k in range(timed.site_start[j], timed.site_start[j + 1]):
        i = timed.row[k]
        if standing.first[i] == j:
            _shift_gains(timed, standing, i, standing.first_s[i], standing.second_s[i])
            standing.first[i] = standing.second[i]
            standing.first_s[i] = standing.second_s[i]
            _find_second(timed, standing, i)
            if standing.first[i] >= 0:
                slack = standing.second_s[i] - standing.first_s[i]
                standing.loss[standing.first[i]] += timed.weight[i] * slack
        elif standing.second[i] == j:
            before = standing.second_s[i]
            _find_second(timed, standing, i)
            standing.loss[standing.first[i]] += timed.weight[i] * (standing.second_s[i] - before)
    standing.loss[j] = 0.0


@njit(cache=True)
def _find_second(timed: Timed, standing: Standing, i: int) -> None:
    standing.second[i] = -1
    standing.second_s[i] = timed.cap_s[i]
    for q in range(timed.start[i], timed.start[i + 1]):
        j = timed.site[q]
        if standing.is_in[j] and j != standing.first[i]:
            standing.second[i] = j
            standing.second_s[i] = timed.time_s[q]
            break


@njit(cache=True)
def _shift_gains(timed: Timed, standing: Standing, i: int, before_s: float, after_s: float) -> None:
    """What each column would save on row ``i``, now that its time has gone from before to after."""
    for q in range(timed.start[i], timed.start[i + 1]):
        seconds = np.float64(timed.time_s[q])
        if seconds >= before_s and seconds >= after_s:
            break
        change = max(after_s - seconds, 0.0) - max(before_s - seconds, 0.0)
        standing.gain[timed.site[q]] += timed.weight[i] * change
        peaks.touch(standing.is_stale, timed.site[q])


@njit(cache=True)
def open_columns(timed: Timed, standing: Standing, columns: I32) -> None:
    """Open ``columns``, which are closed."""
    for j in columns:
        _add(timed, standing, j)


@njit(cache=True)
def rows_to_open(timed: Timed, is_open: Bools, most: int) -> tuple[I64, I32, NDArray[np.float32], F64]:
    """The pairs of each row up to its open column number ``most``, and the time from which pairs are missing."""
    n_rows = len(timed.start) - 1
    start = np.zeros(n_rows + 1, dtype=np.int64)
    whole_s = timed.cap_s.copy()
    for i in range(n_rows):
        n_met = 0
        last = timed.start[i + 1]
        for k in range(timed.start[i], timed.start[i + 1]):
            if n_met == most:
                whole_s[i] = timed.time_s[k]
                last = k
                break
            n_met += is_open[timed.site[k]]
        start[i + 1] = start[i] + last - timed.start[i]
    site = np.empty(start[-1], dtype=np.int32)
    time_s = np.empty(start[-1], dtype=np.float32)
    for i in range(n_rows):
        n = start[i + 1] - start[i]
        site[start[i] : start[i + 1]] = timed.site[timed.start[i] : timed.start[i] + n]
        time_s[start[i] : start[i + 1]] = timed.time_s[timed.start[i] : timed.start[i] + n]
    return start, site, time_s, whole_s


@njit(cache=True)
def column_savings(timed: Timed, v_s: F64) -> F64:
    """Σ w max(0, v − time) of each column: what it would save on rows that wait v seconds.

    By rows, which stop at v: at p = 5,000 that reads a twentieth of the pairs.
    """
    savings = np.zeros(len(timed.site_start) - 1)
    for i in range(len(v_s)):
        for k in range(timed.start[i], timed.start[i + 1]):
            if timed.time_s[k] >= v_s[i]:
                break
            savings[timed.site[k]] += timed.weight[i] * (v_s[i] - timed.time_s[k])
    return savings


@njit(cache=True)
def times_saved(timed: Timed, columns: I64, v_s: F64) -> F64:
    """How many of ``columns`` are nearer to each row than v seconds."""
    is_open = np.zeros(len(timed.site_start) - 1, dtype=np.bool_)
    is_open[columns] = True
    count = np.zeros(len(v_s))
    for i in range(len(v_s)):
        for k in range(timed.start[i], timed.start[i + 1]):
            if timed.time_s[k] >= v_s[i]:
                break
            count[i] += is_open[timed.site[k]]
    return count


@njit(cache=True)
def two_nearest(timed: Timed, columns: I32) -> tuple[F64, F64]:
    """Seconds of each row to the nearest of ``columns`` and to the second nearest, at most its cap."""
    is_open = np.zeros(len(timed.site_start) - 1, dtype=np.bool_)
    is_open[columns] = True
    first_s = timed.cap_s.copy()
    second_s = timed.cap_s.copy()
    for i in range(len(first_s)):
        n_met = 0
        for k in range(timed.start[i], timed.start[i + 1]):
            if is_open[timed.site[k]]:
                if n_met == 1:
                    second_s[i] = timed.time_s[k]
                    break
                first_s[i] = timed.time_s[k]
                n_met = 1
    return first_s, second_s
