"""The screening friction: how fast one gets on where no road data are at hand.

A speed as the crow flies in each cell, from two facts known everywhere: how many people live around, and how
rugged the land is. Roads run where people live: on a plain empty land is crossed fast, in mountains slowly, and
the valley floor, where people are, is the way through. Towns slow everyone.

How far off it is, on known car times under an hour (``python -m scripts.fit_screening``, and docs/decisions/0014):

================  =====  =========  ========  ============================
development half  r      bias, min  MAE, min  30-minute answers that agree
================  =====  =========  ========  ============================
Isère, OSRM       0.952  -1.9       6.1       95.3 % (89.6 % within an hour)
Gironde, METRIC   0.960  +0.6       4.4       96.4 % (94.9 % within an hour)
================  =====  =========  ========  ============================

Straight lines at one speed, 50 to 60 km/h, give r 0.920 and 0.942, MAE 9.0 to 13.0 and 8.6 to 5.1.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

DENSITY_PERSONS_PER_KM2 = (0.0, 50.0, 500.0, 5000.0, 20000.0)
SPEEDS_KMH = (61.0, 61.0, 79.0, 50.0, 25.0)
RUGGED_SPEED_SHARE = 0.5

MEAN_ERROR_MIN = {"Gironde": 4.4, "Isère": 6.1}
"""Mean absolute error of the default speeds, from the table above: stated on every output."""

SMOOTHING_M = 1000.0
"""Standard deviation of the Gaussian that spreads people: a road serves its surroundings, not one cell."""

RUGGED_RELIEF_M = 60.0
"""Relief (`siting.territory.relief`) from which country is rugged through and through."""

EMPTY_PERSONS_PER_KM2, TOWN_PERSONS_PER_KM2 = 50.0, 5000.0
"""Densities up to which relief slows most, and from which it slows no one: streets are as slow anywhere."""

SPEED_STEP_KMH = 0.25
"""Speeds are rounded to this, 1 % at most: 217 frictions from 25 to 79 km/h, so that a cell's class fits in a byte."""


def screening_friction(
    persons: NDArray[np.floating],
    is_land: NDArray[np.bool_],
    *,
    cell_size_m: float,
    relief_m: NDArray[np.floating] | None = None,
    density_persons_per_km2: Sequence[float] = DENSITY_PERSONS_PER_KM2,
    speeds_kmh: Sequence[float] = SPEEDS_KMH,
    rugged_speed_share: float = RUGGED_SPEED_SHARE,
) -> NDArray[np.float32]:
    """Friction of every cell from the people and the relief around it.

    Parameters
    ----------
    persons : float array, shape (n_rows, n_columns)
        Residents of each cell.
    is_land : bool array, same shape
    cell_size_m : float
    relief_m : float array, same shape, optional
        Standard deviation of the altitude around each cell (`siting.territory.relief.relief_on`); without it, all
        country is a plain.
    density_persons_per_km2, speeds_kmh : sequences of float, as long
        Knots, densities ascending: persons per km² of land, smoothed over `SMOOTHING_M`, and the speed on a plain.
        Pace (time per metre) is linear in ``log(1 + density)`` between the knots, constant beyond them.
    rugged_speed_share : float
        Share of that speed left where relief is `RUGGED_RELIEF_M` or more and land is empty (no more than
        `EMPTY_PERSONS_PER_KM2`). It rises to 1 linearly as relief falls to 0, and linearly in ``log(1 + density)`` up
        to `TOWN_PERSONS_PER_KM2`.

    Returns
    -------
    float32 array, same shape
        Seconds to cross one metre; inf (a barrier) off land.
    """
    log_density = np.log1p(density_around(persons, is_land, cell_size_m))
    pace = np.interp(log_density, np.log1p(density_persons_per_km2), 1 / np.asarray(speeds_kmh))
    speed_kmh = speed_share_left(log_density, relief_m, rugged_speed_share) / pace
    speed_kmh = np.maximum(np.round(speed_kmh / SPEED_STEP_KMH), 1) * SPEED_STEP_KMH
    return np.where(is_land, 3.6 / speed_kmh, np.inf).astype(np.float32)


def density_around(
    persons: NDArray[np.floating], is_land: NDArray[np.bool_], cell_size_m: float
) -> NDArray[np.float64]:
    """Persons per km² of land around each cell of land; 0 off land."""
    sigma_cells = SMOOTHING_M / cell_size_m
    people = gaussian_filter(np.where(is_land, persons, 0).astype(np.float64), sigma_cells, mode="constant")
    land_km2 = gaussian_filter(is_land.astype(np.float64), sigma_cells, mode="constant") * (cell_size_m / 1000) ** 2
    density: NDArray[np.float64] = np.divide(people, land_km2, out=np.zeros_like(people), where=is_land)
    return density


def speed_share_left(
    log_density: NDArray[np.float64], relief_m: NDArray[np.floating] | None, rugged_speed_share: float
) -> NDArray[np.float64]:
    """Share of the speed on a plain that relief leaves, per cell (see `screening_friction`)."""
    ruggedness = 0.0 if relief_m is None else np.clip(relief_m / RUGGED_RELIEF_M, 0.0, 1.0)
    empty, town = np.log1p(EMPTY_PERSONS_PER_KM2), np.log1p(TOWN_PERSONS_PER_KM2)
    emptiness = np.clip((town - log_density) / (town - empty), 0.0, 1.0)
    return np.asarray(1 - (1 - rugged_speed_share) * ruggedness * emptiness)
