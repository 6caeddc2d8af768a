"""The steps between the cells of a raster, as the edges of a graph."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from siting.arguments import amount, numbers
from siting.errors import DataError, Fault
from siting.travel.tick_raster import checked_friction

Edges = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]
"""(tail, head, time_s), each of shape (n_edges,)."""

STEPS = ((-1, -1), (-1, 0), (-1, 1), (0, -1), (0, 1), (1, -1), (1, 0), (1, 1))
"""Rows down and columns to the right of each neighbour, by the number of its cell."""
TOBLER_STEEPNESS, TOBLER_BEST_SLOPE = 3.5, -0.05


def raster_edges(
    friction_s_per_m: NDArray[np.floating],
    *,
    cell_size_m: float,
    elevation_m: NDArray[np.floating] | None = None,
) -> Edges:
    """Edges between the cells of a raster; with elevations, slower uphill and down steep slopes.

    Cells are numbered row by row. A step costs length × mean friction, as on a `FrictionSurface` (and is not made
    between two barriers that touch at their corners). With elevations the friction is that of flat ground, and a
    step takes ``exp(3.5 |slope + 0.05|) / exp(3.5 × 0.05)`` times as long, slope being rise over horizontal length
    in the direction of the step: W. Tobler, Three presentations on geographical analysis and modeling, NCGIA
    Technical Report 93-1, 1993. So the time from a to b differs from that from b to a.

    Parameters
    ----------
    friction_s_per_m : float array, shape (n_rows, n_columns)
        inf = barrier.
    cell_size_m : float
    elevation_m : float array of the same shape, optional
        Metres; anything at barriers.

    Returns
    -------
    tail, head : int64 arrays, shape (n_edges,)
    time_s : float64 array, same shape

    Raises
    ------
    DataError
        Where a friction is NaN, 0, negative or below that of 300 km/h, or an open cell has no altitude.
    """
    friction = checked_friction(friction_s_per_m).astype(np.float64)
    cell_size_m = amount(cell_size_m, where="travel", name="cell_size_m", positive=True)
    is_open = np.isfinite(friction)
    altitude_m = None if elevation_m is None else _checked_altitude(elevation_m, is_open)
    cell = np.arange(friction.size).reshape(friction.shape)
    tails, heads, times = [], [], []
    for down, right in STEPS:
        here, there = _shifted(friction.shape, down, right)
        is_step = is_open[here] & is_open[there]
        if down and right:
            is_step &= is_open[there[0], here[1]] | is_open[here[0], there[1]]
        length_m = cell_size_m * float(np.hypot(down, right))
        time_s = length_m * (friction[here][is_step] + friction[there][is_step]) / 2
        if altitude_m is not None:
            slope = (altitude_m[there][is_step] - altitude_m[here][is_step]) / length_m
            time_s *= np.exp(TOBLER_STEEPNESS * (np.abs(slope - TOBLER_BEST_SLOPE) - abs(TOBLER_BEST_SLOPE)))
        tails.append(cell[here][is_step])
        heads.append(cell[there][is_step])
        times.append(time_s)
    return np.concatenate(tails), np.concatenate(heads), np.concatenate(times)


def _checked_altitude(elevation_m: NDArray[np.floating], is_open: NDArray[np.bool_]) -> NDArray[np.float64]:
    altitude_m = numbers(elevation_m, where="travel", name="elevation_m", shape=is_open.shape)
    is_wrong = is_open & ~np.isfinite(altitude_m)
    if is_wrong.any():
        row, column = (int(at[0]) for at in np.nonzero(is_wrong))
        problem = f"{int(is_wrong.sum())} open cells have no altitude, the first at row {row}, column {column}"
        raise DataError(Fault("travel", 0, 0, "elevation_m", problem, "metres; anything at barriers"))
    return altitude_m


def _shifted(shape: tuple[int, ...], down: int, right: int) -> tuple[tuple[slice, slice], tuple[slice, slice]]:
    """Slices of the cells that have a neighbour in that direction, and of those neighbours."""
    here = tuple(slice(max(0, -step), n - max(0, step)) for step, n in zip((down, right), shape, strict=True))
    there = tuple(slice(max(0, step), n - max(0, -step)) for step, n in zip((down, right), shape, strict=True))
    return (here[0], here[1]), (there[0], there[1])
