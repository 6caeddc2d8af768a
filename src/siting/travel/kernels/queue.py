"""The one helper both searches share: room for more in a bucket."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray


@njit(cache=True, nogil=True)
def roomier(queue: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """``queue`` (a row per bucket) with room for twice as many entries in each bucket."""
    n_slots, capacity = queue.shape
    wide = np.empty((n_slots, 2 * capacity), queue.dtype)
    wide[:, :capacity] = queue
    return wide
