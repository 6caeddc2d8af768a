"""The screening friction: how fast one gets on where no road data are at hand, from where people live."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

DENSITY_PERSONS_PER_KM2 = (0.0, 50.0, 400.0, 3000.0, 10000.0)
SPEEDS_KMH = (43.0, 48.0, 52.0, 45.0, 25.0)

SMOOTHING_M = 1000.0
"""Standard deviation of the Gaussian that spreads people: a road serves its surroundings, not one cell."""

SPEED_STEP_KMH = 0.25
"""Speeds are rounded to this: at most 255 frictions up to 64 km/h, so that a cell's class fits in a byte."""


def screening_friction(
    persons: NDArray[np.floating],
    is_land: NDArray[np.bool_],
    *,
    cell_size_m: float,
    density_persons_per_km2: Sequence[float] = DENSITY_PERSONS_PER_KM2,
    speeds_kmh: Sequence[float] = SPEEDS_KMH,
) -> NDArray[np.float32]:
    """Friction of every cell from the population density around it.

    The density is that of land, smoothed over `SMOOTHING_M`; the speed follows the knots given, linearly in
    ``log(1 + density)``, and is constant beyond them. Speeds are as the crow flies from cell to cell: they hold
    the bends of roads, and the detours of an 8-neighbour raster.

    Parameters
    ----------
    persons : float array, shape (n_rows, n_columns)
        Residents of each cell.
    is_land : bool array, same shape
    cell_size_m : float
    density_persons_per_km2, speeds_kmh : sequences of float, same length
        Knots, densities ascending.

    Returns
    -------
    float32 array, same shape
        Seconds to cross one metre; inf (a barrier) off land.
    """
    cell_km2 = (cell_size_m / 1000) ** 2
    sigma_cells = SMOOTHING_M / cell_size_m
    people = gaussian_filter(np.where(is_land, persons, 0).astype(np.float64), sigma_cells, mode="constant")
    land_km2 = gaussian_filter(is_land.astype(np.float64), sigma_cells, mode="constant") * cell_km2
    density = np.divide(people, land_km2, out=np.zeros_like(people), where=is_land)
    speed_kmh = np.interp(np.log1p(density), np.log1p(density_persons_per_km2), speeds_kmh)
    speed_kmh = np.maximum(np.round(speed_kmh / SPEED_STEP_KMH), 1) * SPEED_STEP_KMH
    return np.where(is_land, 3.6 / speed_kmh, np.inf).astype(np.float32)
