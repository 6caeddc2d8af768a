"""Covering by sweeping over the columns: which rows at the frontier may be covered, and at what cost.

Columns are decided in a given order. A row is at the frontier from its first column to its last; meanwhile it has a
slot, one bit of a state. A state is what the columns decided so far cover of the frontier.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from siting.allocation.kernels.types import F64, I32, I64, U64

_MORE = 1.2
"""Dominance is looked for when there are that many times as many states as after the last time."""

_FEW = 200.0
"""States that dominance is not worth looking for."""


class Steps(NamedTuple):
    """What happens at each step of a sweep: step k decides column ``column[k]``.

    Its rows are ``slot[start[k] : start[k + 1]]``, with their price and first step (``price``, ``first``); the last
    of them, from ``ending[k]`` on, leave the frontier with it.
    """

    column: I32
    start: I64
    ending: I64
    slot: I64
    price: F64
    first: I64
    n_slots: int


class States(NamedTuple):
    """The states after some steps.

    ``covered``: bit sets of slots, shape (n, words). ``cost``: what was spent, less the prices of covered rows that
    have left. ``extra``: what was spent more than the prices of the rows covered.
    """

    covered: U64
    cost: F64
    extra: F64


@njit(cache=True)
def order_from(
    start: I64, site: I32, site_start: I64, row: I32, price: F64, first: int, looks_ahead: bool
) -> tuple[I32, float]:
    """Columns from those of row ``first`` on, so that little is at the frontier at once; and how wide it was.

    The next row to finish is the one with fewest columns left or, if it ``looks_ahead``, the one whose columns bring
    in least price. Width: the logarithm of Σ exp(the price at the frontier) over the steps, about that of the
    number of states. Rows that hang together with no row before are left out.
    """
    n_rows, n_columns = len(start) - 1, len(site_start) - 1
    left = start[1:] - start[:-1]
    is_done = np.zeros(n_columns, dtype=np.bool_)
    is_seen = np.zeros(n_rows, dtype=np.bool_)
    stamp = np.full(n_rows, -1, dtype=np.int64)
    order = np.empty(n_columns, dtype=np.int32)
    n, n_tried, width, at_frontier, best = 0, 0, -np.inf, 0.0, first
    while best >= 0:
        for j in site[start[best] : start[best + 1]]:
            if is_done[j]:
                continue
            is_done[j] = True
            order[n] = j
            n += 1
            for i in row[site_start[j] : site_start[j + 1]]:
                at_frontier += 0.0 if is_seen[i] else price[i]
                is_seen[i] = True
                left[i] -= 1
                at_frontier -= price[i] if left[i] == 0 else 0.0
            width = np.logaddexp(width, at_frontier)
        best, least = -1, np.inf
        for i in range(n_rows):
            if not is_seen[i] or left[i] == 0:
                continue
            brings = float(left[i])
            if looks_ahead:
                brings = 1e-4 * left[i] - price[i]
                for j in site[start[i] : start[i + 1]]:
                    if is_done[j] or brings >= least:
                        continue
                    for k in row[site_start[j] : site_start[j + 1]]:
                        if not is_seen[k] and stamp[k] != n_tried:
                            stamp[k] = n_tried
                            brings += price[k]
                n_tried += 1
            if brings < least:
                best, least = i, brings
    return order[:n].copy(), width


@njit(cache=True)
def steps_of(start: I64, site_start: I64, row: I32, price: F64, order: I32) -> Steps:
    """The steps of a sweep in that order; slots are used again."""
    n_rows = len(start) - 1
    left = start[1:] - start[:-1]
    slot_of = np.full(n_rows, -1, dtype=np.int64)
    first_of = np.full(n_rows, -1, dtype=np.int64)
    spare = np.empty(n_rows, dtype=np.int64)
    n_spare, n_slots, n = 0, 0, 0
    begin = np.zeros(len(order) + 1, dtype=np.int64)
    ending = np.zeros(len(order), dtype=np.int64)
    slot = np.empty(len(row), dtype=np.int64)
    prices = np.empty(len(row))
    first = np.empty(len(row), dtype=np.int64)
    for k in range(len(order)):
        rows = row[site_start[order[k]] : site_start[order[k] + 1]]
        for i in rows:
            if slot_of[i] < 0:
                first_of[i] = k
                if n_spare > 0:
                    n_spare -= 1
                    slot_of[i] = spare[n_spare]
                else:
                    slot_of[i] = n_slots
                    n_slots += 1
            left[i] -= 1
        for ends in (False, True):
            if ends:
                ending[k] = n
            for i in rows:
                if (left[i] == 0) == ends:
                    slot[n], prices[n], first[n] = slot_of[i], price[i], first_of[i]
                    n += 1
                    if ends:
                        spare[n_spare] = slot_of[i]
                        n_spare += 1
        begin[k + 1] = n
    return Steps(order, begin, ending, slot, prices, first, n_slots)


@njit(cache=True)
def nothing_yet(steps: Steps) -> States:
    """The state before the first step."""
    return States(np.zeros((1, (steps.n_slots + 63) // 64), dtype=np.uint64), np.zeros(1), np.zeros(1))


@njit(cache=True)
def sweep(
    steps: Steps, spend: F64, waste: F64, cap: F64, states: States, begin: int, k: int, end: int, most: int
) -> tuple[States, int, int]:
    """The states after the steps from ``k`` up to ``end``, of a sweep that began with step ``begin``.

    Parameters
    ----------
    spend, waste : float64 arrays, one entry a step
        What its column costs, and what it costs less than the prices of its rows.
    cap : float64 array
        States with more extra than ``cap[k + 1]`` are dropped after step k.
    most : int
        States at once.

    Returns
    -------
    states : States
    k : int
        The step reached: ``end``, or one after which no state or more than ``most`` are left.
    looked_at : int
        States looked at.
    """
    looked_at, after_last = 0, max(float(len(states.cost)), _FEW)
    while k < end and 0 < len(states.cost) <= most:
        states = _decided(steps, spend[k], waste[k], cap[k + 1], states, begin, k)
        k += 1
        looked_at += len(states.cost)
        if len(states.cost) > _MORE * after_last:
            states = _undominated(states)
            after_last = max(float(len(states.cost)), _FEW)
        after_last = min(after_last, max(float(len(states.cost)), _FEW))
    return states, k, looked_at


@njit(cache=True)
def _decided(steps: Steps, spend: float, waste: float, cap: float, states: States, begin: int, k: int) -> States:
    """The states with and without the column of step ``k``; of equal ones the cheapest."""
    n, words = states.covered.shape
    mine, leaving, required = _masks(steps, words, begin, k)
    size = 4
    while size < 4 * n:
        size *= 2
    table = np.full(size, -1, dtype=np.int64)
    found = States(np.empty((2 * n, words), dtype=np.uint64), np.empty(2 * n), np.empty(2 * n))
    n_found = 0
    new = np.empty(words, dtype=np.uint64)
    for s in range(n):
        for opens in (False, True):
            cost, extra = states.cost[s] + waste, states.extra[s] + waste
            if opens:
                gain, adds = _gain(steps, states.covered[s], steps.start[k], steps.start[k + 1])
                cost, extra = cost + spend, extra + spend - gain
                if not adds:
                    continue
            is_able = extra <= cap
            for w in range(words):
                new[w] = states.covered[s, w] | mine[w] if opens else states.covered[s, w]
                is_able &= required[w] & ~new[w] == 0
            if not is_able:
                continue
            for q in range(steps.ending[k], steps.start[k + 1]):
                cost -= steps.price[q] if _has(new, steps.slot[q]) else 0.0
            new &= ~leaving
            place = _place(table, found.covered, new)
            t = table[place]
            if t < 0:
                t = table[place] = n_found
                found.covered[t] = new
                n_found += 1
            elif cost >= found.cost[t]:
                continue
            found.cost[t], found.extra[t] = cost, extra
    return States(found.covered[:n_found].copy(), found.cost[:n_found].copy(), found.extra[:n_found].copy())


@njit(cache=True)
def _masks(steps: Steps, words: int, begin: int, k: int) -> tuple[U64, U64, U64]:
    """Slots of the rows of step ``k``, of those that leave, and of those that must be covered when they do."""
    masks = np.zeros((3, words), dtype=np.uint64)
    for q in range(steps.start[k], steps.start[k + 1]):
        bit = np.uint64(1) << np.uint64(steps.slot[q] & 63)
        masks[0, steps.slot[q] >> 6] |= bit
        if q >= steps.ending[k]:
            masks[1, steps.slot[q] >> 6] |= bit
            if steps.first[q] >= begin:
                masks[2, steps.slot[q] >> 6] |= bit
    return masks[0], masks[1], masks[2]


@njit(cache=True)
def _has(covered: U64, slot: int) -> bool:
    return bool((covered[slot >> 6] >> np.uint64(slot & 63)) & np.uint64(1))


@njit(cache=True)
def _gain(steps: Steps, covered: U64, start: int, end: int) -> tuple[float, bool]:
    """The prices of those rows that are not covered yet, and whether there are any."""
    gain, adds = 0.0, False
    for q in range(start, end):
        if not _has(covered, steps.slot[q]):
            gain += steps.price[q]
            adds = True
    return gain, adds


@njit(cache=True)
def _place(table: I64, covered: U64, new: U64) -> int:
    """Where ``new`` stands in the hash table, or would."""
    mixed = np.uint64(0x9E3779B97F4A7C15)
    for w in range(len(new)):
        mixed = (mixed ^ new[w]) * np.uint64(0xBF58476D1CE4E5B9)
        mixed ^= mixed >> np.uint64(29)
    place = np.int64(mixed & np.uint64(len(table) - 1))
    while table[place] >= 0:
        is_same = True
        for w in range(len(new)):
            is_same &= covered[table[place], w] == new[w]
        if is_same:
            break
        place = (place + 1) & (len(table) - 1)
    return int(place)


@njit(cache=True)
def _undominated(states: States) -> States:
    """The states that no other one, at no more cost, covers as much as; of equal ones the first.

    In the order of cost, then of slots covered, only a state kept before can dominate one. Which of those cover all
    that it does is found 64 at a time, beginning with its rarest slots: 15 times as fast as pair by pair.
    """
    n, words = states.covered.shape
    size = np.zeros(n, dtype=np.int64)
    for s in range(n):
        for w in range(words):
            left = states.covered[s, w]
            while left != 0:
                left &= left - np.uint64(1)
                size[s] += 1
    by_size = np.argsort(-size, kind="mergesort")
    order = by_size[np.argsort(states.cost[by_size], kind="mergesort")]
    with_bit = np.zeros((64 * words, (n + 63) // 64), dtype=np.uint64)
    count = np.zeros(64 * words, dtype=np.int64)
    kept = np.empty(n, dtype=np.int64)
    n_kept = 0
    for s in order:
        bits = _rarest_first(states.covered[s], count)
        is_dominated = len(bits) == 0 and n_kept > 0
        if len(bits) > 0 and count[bits[0]] > 0:
            for w in range((n_kept + 63) >> 6):
                common = with_bit[bits[0], w]
                for b in bits[1:]:
                    if common == 0:
                        break
                    common &= with_bit[b, w]
                is_dominated |= common != 0
                if is_dominated:
                    break
        if not is_dominated:
            for b in bits:
                with_bit[b, n_kept >> 6] |= np.uint64(1) << np.uint64(n_kept & 63)
                count[b] += 1
            kept[n_kept] = s
            n_kept += 1
    kept = np.sort(kept[:n_kept])
    return States(states.covered[kept], states.cost[kept], states.extra[kept])


@njit(cache=True)
def _rarest_first(covered: U64, count: I64) -> I64:
    """The slots covered, the four that fewest of the kept states cover first."""
    bits = np.empty(64 * len(covered), dtype=np.int64)
    n_bits = 0
    for b in range(64 * len(covered)):
        if _has(covered, b):
            bits[n_bits] = b
            n_bits += 1
    for r in range(min(n_bits, 4)):
        rarest = r
        for q in range(r + 1, n_bits):
            if count[bits[q]] < count[bits[rarest]]:
                rarest = q
        bits[r], bits[rarest] = bits[rarest], bits[r]
    return bits[:n_bits]
