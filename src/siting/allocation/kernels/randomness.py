"""One stream of random numbers per search, the same on every machine."""

from __future__ import annotations

import numpy as np
from numba import njit

from siting.allocation.kernels.types import U64


@njit(cache=True)
def below(state: U64, n: int) -> int:
    """A whole number in 0 … n - 1 by splitmix64 (Steele, Lea and Flood, 2014); ``state`` moves on."""
    state[0] += np.uint64(0x9E3779B97F4A7C15)
    z = state[0]
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return int(np.int64((z ^ (z >> np.uint64(31))) >> np.uint64(1)) % n)
