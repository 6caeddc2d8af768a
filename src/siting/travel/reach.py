"""Why a demand cell is reached by no site at all, however long the trip."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

REACHED = 0
"""Some site can be reached."""
NO_ROAD = 1
"""No usable road within reach of the cell (on a raster: the cell and its neighbours are barriers)."""
ISLAND = 2
"""No site can be reached from anywhere on the cell's land mass, which is not the mainland."""
CUT_OFF = 3
"""The cell has its road, but that road leads to no site: a pocket of the network."""

NAMES = ("reached", "no_road", "island", "cut_off")
"""Names of the codes, each at its number."""


def reason(
    is_reached: NDArray[np.bool_], has_access: NDArray[np.bool_], land_mass: NDArray[np.int32]
) -> NDArray[np.uint8]:
    """Reach code per demand cell.

    Parameters
    ----------
    is_reached : bool array, shape (n_cells,)
        Some site is reached, without a cutoff.
    has_access : bool array, shape (n_cells,)
        The cell is joined to the network (or lies on no barrier).
    land_mass : int32 array, shape (n_cells,)
        0 is the mainland.

    Notes
    -----
    The first that holds: reached; island (land mass other than 0 of which no cell is reached); no road; cut off.
    """
    is_island = (land_mass != 0) & ~np.isin(land_mass, land_mass[is_reached])
    code = np.where(has_access, CUT_OFF, NO_ROAD)
    code = np.where(is_island, ISLAND, code)
    return np.where(is_reached, REACHED, code).astype(np.uint8)
