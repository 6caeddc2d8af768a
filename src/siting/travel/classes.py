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
    is_open = np.isfinite(friction)
    levels, index = np.unique(friction[is_open], return_inverse=True)
    levels = levels.astype(np.float64)
    error_share = 0.0
    if len(levels) > MOST_CLASSES:
        levels, index, error_share = _equal_ratios(friction[is_open].astype(np.float64))
    raster: NDArray[np.uint8] | NDArray[np.uint16] = np.zeros(friction.shape, np.uint8)
    if len(levels) > 255:
        raster = np.zeros(friction.shape, np.uint16)
    raster[is_open] = index + 1
    half_s = cell_size_m / 2 * np.array([[1.0], [np.sqrt(2.0)]]) * levels
    half_ticks = np.zeros((2, len(levels) + 1), np.uint32)
    half_ticks[:, 1:] = whole_ticks(half_s)
    if len(levels) and half_ticks[:, 1:].min() == 0:
        problem = f"half a cell of {cell_size_m} m takes less than a tick at {3.6 / levels.min():.0f} km/h"
        raise DataError(Fault("travel", 0, 0, "friction_s_per_m", problem, "larger cells or slower speeds"))
    return FrictionClasses(raster=raster, half_ticks=half_ticks, error_share=error_share)


def _equal_ratios(friction: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.int64], float]:
    low, high = np.log(friction.min()), np.log(friction.max())
    width = (high - low) / MOST_CLASSES
    index = np.minimum((np.log(friction) - low) / width, MOST_CLASSES - 1).astype(np.int64)
    levels = np.exp(low + (np.arange(MOST_CLASSES) + 0.5) * width)
    return levels, index, float(np.expm1(width / 2))
