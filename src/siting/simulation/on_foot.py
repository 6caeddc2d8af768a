"""Times on foot, in a straight line with its detours: how people without a car go where no ride takes them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from siting.travel.travel_times import TravelTimes

WALKING_KMH = 4.5
"""[assumption]"""
DETOUR = 1.3
"""A way on foot over its straight line [assumption]; rivers, cliffs and the sea are not seen."""


def times_on_foot(
    cell_x_m: NDArray[np.float64],
    cell_y_m: NDArray[np.float64],
    site_x_m: NDArray[np.float64],
    site_y_m: NDArray[np.float64],
    *,
    cutoff_s: int,
) -> TravelTimes:
    """Time on foot from the centre of each cell to each site, where it is within the cutoff.

    Parameters
    ----------
    cell_x_m, cell_y_m : float64 arrays, shape (n_cells,)
    site_x_m, site_y_m : float64 arrays, shape (n_sites,)
    cutoff_s : int
        Inclusive; at most 65,535.
    """
    s_per_m = 3.6 / WALKING_KMH * DETOUR
    cells = cKDTree(np.column_stack([cell_x_m, cell_y_m]))
    sites = np.column_stack([site_x_m, site_y_m])
    near = cells.query_ball_point(sites, r=cutoff_s / s_per_m * (1 + 1e-9), return_sorted=True)
    site_start = np.append(0, np.cumsum([len(found) for found in near])).astype(np.int64)
    cell = np.concatenate([np.empty(0, np.int64), *(np.array(found, np.int64) for found in near)])
    site = np.repeat(np.arange(len(sites)), np.diff(site_start))
    length_m = np.hypot(np.asarray(cell_x_m)[cell] - sites[site, 0], np.asarray(cell_y_m)[cell] - sites[site, 1])
    time_s = np.ceil(length_m * s_per_m - 1e-6).astype(np.uint16)
    return TravelTimes(site_start, cell.astype(np.int32), time_s, len(cell_x_m), cutoff_s)
