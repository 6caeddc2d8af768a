"""Time as whole ticks of 1/4096 s: the one place that rounds."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from siting.errors import DataError, Fault
from siting.travel.travel_times import TICKS_PER_S, NearestTimes

LONGEST_EDGE = 2**31
"""Ticks that one edge may last (6 days): what is left of 32 bits is then room for a trip."""


def ticks_to_cross(length_m: ArrayLike, speed_m_per_s: ArrayLike) -> NDArray[np.uint32]:
    """``round half even (length_m / speed_m_per_s × 4096)``, in float64, as uint32.

    A speed in km/h becomes m/s by ``kmh / 3.6``.

    Raises
    ------
    DataError
        Where that is negative, not a number, or lasts more than 6 days.
    """
    seconds = np.asarray(length_m, np.float64) / np.asarray(speed_m_per_s, np.float64)
    return whole_ticks(seconds)


def whole_ticks(seconds: NDArray[np.float64]) -> NDArray[np.uint32]:
    """``round half even (seconds × 4096)`` as uint32; see `ticks_to_cross`."""
    ticks = np.rint(seconds * TICKS_PER_S)
    is_wrong = ~((ticks >= 0) & (ticks < LONGEST_EDGE))
    if is_wrong.any():
        first = int(np.flatnonzero(is_wrong)[0])
        problem = f"{int(is_wrong.sum())} edges last less than 0 s or more than 6 days, the first is row {first}"
        raise DataError(Fault("edges", 0, 0, "", problem, "lengths in metres, positive speeds in km/h"))
    return ticks.astype(np.uint32)


def whole_seconds(ticks: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Seconds, rounded up: 1 tick is 1 s, 4096 ticks are 1 s, 4097 are 2 s."""
    return (ticks >> np.uint32(12)) + ((ticks & np.uint32(TICKS_PER_S - 1)) > 0).astype(np.uint32)


def nearest_times(ticks: NDArray[np.uint32], site: NDArray[np.integer]) -> NearestTimes:
    """Whole seconds to the nearest of several, inf where ``site`` is -1, and which that is."""
    time_s = whole_seconds(ticks).astype(np.float32)
    np.copyto(time_s, np.float32(np.inf), where=site < 0)
    return NearestTimes(time_s=time_s, site=site.astype(np.int32, copy=False))


def rows_at(position: NDArray[np.integer], rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """The rows at some positions of a list of them, which may be empty; -1 where the position is -1."""
    return np.asarray(np.append(rows, -1)[position])
