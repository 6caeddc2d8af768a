"""The union of day masks over the sites of each cell."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray


@njit(cache=True, nogil=True)
def union_of_masks(
    cell_start: NDArray[np.int64], site: NDArray[np.int32], mask: NDArray[np.uint8]
) -> NDArray[np.uint8]:
    """Union of the masks of each cell's sites, shape (n_cells,)."""
    every = np.uint8(0)
    for one in mask:
        every |= one
    found = np.zeros(len(cell_start) - 1, dtype=np.uint8)
    for cell in range(len(found)):
        union = np.uint8(0)
        for at in range(cell_start[cell], cell_start[cell + 1]):
            union |= mask[site[at]]
            # Nothing more to find: of 33 sites a cell of a national run, two or three are looked at.
            if union == every:
                break
        found[cell] = union
    return found
