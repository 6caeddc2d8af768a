"""The column with the highest score, when few scores change between two questions.

Columns stand in blocks; a block whose scores have not changed keeps its best. On 34,800 columns that is eight
times faster than looking at all of them.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from siting.allocation.kernels.randomness import below
from siting.allocation.kernels.types import F64, I32, U64, Bools

_SHIFT = 7
_BLINK_ONE_IN = 50


@njit(cache=True)
def tops(n_columns: int) -> tuple[I32, Bools]:
    """The best column of each block of 128, -1 while nobody has looked, and which blocks are to be looked at."""
    n_blocks = (n_columns + (1 << _SHIFT) - 1) >> _SHIFT
    return np.full(n_blocks, -1, dtype=np.int32), np.ones(n_blocks, dtype=np.bool_)


@njit(cache=True)
def touch(is_stale: Bools, j: int) -> None:
    """Say that the score of column ``j`` has changed."""
    is_stale[j >> _SHIFT] = True


@njit(cache=True)
def highest(score: F64, is_in: Bools, top: I32, is_stale: Bools) -> int:
    """The column outside the plan with the highest score, the lowest of equals; -1 if there is none."""
    best = -1
    for b in range(len(top)):
        if is_stale[b]:
            _look(score, is_in, top, is_stale, b)
        j = top[b]
        if j >= 0 and (best < 0 or score[j] > score[best]):
            best = j
    return best


@njit(cache=True)
def highest_seen(score: F64, is_in: Bools, top: I32, is_stale: Bools, random: U64) -> int:
    """`highest`, except that one block in fifty is not seen."""
    best = -1
    for b in range(len(top)):
        if is_stale[b]:
            _look(score, is_in, top, is_stale, b)
        j = top[b]
        if j >= 0 and (best < 0 or (score[j] > score[best] and below(random, _BLINK_ONE_IN) > 0)):
            best = j
    return best


@njit(cache=True)
def _look(score: F64, is_in: Bools, top: I32, is_stale: Bools, b: int) -> None:
    best = -1
    for j in range(b << _SHIFT, min((b + 1) << _SHIFT, len(score))):
        if not is_in[j] and (best < 0 or score[j] > score[best]):
            best = j
    top[b] = best
    is_stale[b] = False
