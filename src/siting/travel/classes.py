"""Frictions as classes: one byte a cell (two where there are many), and small tables of ticks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from siting.errors import DataError, Fault
from siting.travel.ticks import whole_ticks

MOST_CLASSES = 65_535
FASTEST_KMH = 300


@dataclass(frozen=True)
class FrictionClasses:
    """A raster of friction classes.

    Attributes
    ----------
    raster : uint8 or uint16 array, shape (n_rows, n_columns)
        Class of each cell; 0 = barrier.
    half_ticks : uint32 array, shape (2, n_classes)
        Ticks to cross half a cell of each class, straight (row 0) and diagonally (row 1); column 0 is not used.
    error_share : float
        Bound on the relative error of a friction taken for its class; 0 when each has its own.
    """

    raster: NDArray[np.uint8] | NDArray[np.uint16]
    half_ticks: NDArray[np.uint32]
    error_share: float

    @property
    def longest_step(self) -> int:
        """Ticks of the slowest step."""
        return 2 * int(self.half_ticks[:, 1:].max(initial=0))

    @property
    def shortest_step(self) -> int:
        """Ticks of the fastest step."""
        return 2 * int(self.half_ticks[:, 1:].min(initial=2**31))


def classify(friction_s_per_m: NDArray[np.floating], *, cell_size_m: float) -> FrictionClasses:
    """Classes of a friction raster: one for each different friction, up to 65,535 of them.

    Where there are more, classes divide the range of frictions into 65,535 equal ratios, and a cell takes the
    middle of its class: a relative error of at most ``sqrt(fastest-to-slowest ratio) ** (1 / 65,535) - 1``, which
    for 5 to 130 km/h is 0.003 %, or 0.05 s in half an hour.

    Raises
    ------
    DataError
        Where a friction is below that of 300 km/h, or is NaN: how many cells, and the first.
    """
    friction = np.asarray(friction_s_per_m)
    is_wrong = ~(friction >= np.float32(3.6 / FASTEST_KMH))
    if is_wrong.any():
        row, column = (int(i[0]) for i in np.nonzero(is_wrong))
        problem = (
            f"{int(is_wrong.sum())} cells are 0, negative, NaN or faster than {FASTEST_KMH} km/h, "
            f"the first at row {row}, column {column}"
        )
        raise DataError(Fault("travel", 0, 0, "friction_s_per_m", problem, "seconds per metre; inf = barrier"))
    levels, error_share = _levels(friction)
    raster: NDArray[np.uint8] | NDArray[np.uint16] = np.zeros(friction.shape, np.uint8)
    if len(levels) > 255:
        raster = np.zeros(friction.shape, np.uint16)
    bounds = levels if error_share == 0 else np.sqrt(levels[1:] * levels[:-1])
    for rows in _bands(friction):
        band = friction[rows]
        kind = np.searchsorted(bounds, band, side="left" if error_share == 0 else "right") + 1
        raster[rows] = np.where(np.isfinite(band), kind, 0)
    half_s = cell_size_m / 2 * np.array([[1.0], [np.sqrt(2.0)]]) * levels
    half_ticks = np.zeros((2, len(levels) + 1), np.uint32)
    half_ticks[:, 1:] = whole_ticks(half_s)
    if len(levels) and half_ticks[:, 1:].min() == 0:
        problem = f"half a cell of {cell_size_m} m takes less than a tick at {3.6 / levels.min():.0f} km/h"
        raise DataError(Fault("travel", 0, 0, "friction_s_per_m", problem, "larger cells or slower speeds"))
    return FrictionClasses(raster=raster, half_ticks=half_ticks, error_share=error_share)


def _levels(friction: NDArray[np.floating]) -> tuple[NDArray[np.float64], float]:
    """The friction of each class, ascending, and the largest relative error of taking it."""
    levels = np.empty(0, np.float64)
    for rows in _bands(friction):
        band = friction[rows]
        levels = np.union1d(levels, band[np.isfinite(band)].astype(np.float64))
        if len(levels) > MOST_CLASSES:
            return _equal_ratios(friction)
    return levels, 0.0


def _equal_ratios(friction: NDArray[np.floating]) -> tuple[NDArray[np.float64], float]:
    is_open = np.isfinite(friction)
    low = np.log(float(friction.min(where=is_open, initial=np.inf)))
    high = np.log(float(friction.max(where=is_open, initial=0.0)))
    width = (high - low) / MOST_CLASSES
    return np.exp(low + (np.arange(MOST_CLASSES) + 0.5) * width), float(np.expm1(width / 2))


def _bands(friction: NDArray[np.floating]) -> list[slice]:
    """Rows taken together, about a million cells: what is built for them stays small."""
    n_together = max(1_000_000 // max(friction.shape[1], 1), 1)
    return [slice(first, first + n_together) for first in range(0, friction.shape[0], n_together)]
