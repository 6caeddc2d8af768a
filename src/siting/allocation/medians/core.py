"""What the free candidates of a p-median problem can still save, and what is left of it once prices have spoken."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from siting.allocation.cell_times import CellTimes
from siting.allocation.kernels import incidence, median

_NEAR_PER_HOUSE = 10
_NEAR_AT_LEAST = 20
"""Pairs of a row that the searches see: ten times as many as it takes, on average, to meet an open site.
Synthetic France, p = 5,000: 25 of 49 million pairs, exchange and subgradient three times faster."""


@dataclass(frozen=True)
class Core:
    """What the free candidates can still save: the near pairs, for the searches, and the way back to them all.

    ``near`` holds the nearest pairs of each row alone; its cap is the time from which pairs are missing.
    ``cap_s`` is the time that each cell has already, ``new_site`` the column of each site, -1 for none.
    """

    near: median.Timed
    site: NDArray[np.int32]
    times: CellTimes
    cap_s: NDArray[np.float64]
    new_site: NDArray[np.int32]

    @classmethod
    def of(cls, times: CellTimes, cap_s: NDArray[np.float64], is_free: NDArray[np.bool_], houses: int) -> Core:
        """The core of ``houses`` to open among the sites that are free, for cells that wait ``cap_s`` without them."""
        site = np.flatnonzero(is_free).astype(np.int32)
        new_site = np.full(times.n_sites, -1, dtype=np.int32)
        new_site[site] = np.arange(len(site), dtype=np.int32)
        most = _NEAR_PER_HOUSE * len(site) // max(houses, 1) + _NEAR_AT_LEAST
        pairs = (times.cell_start, times.site, times.time_s)
        start, column, time_s, near_s = incidence.keep_nearer(*pairs, cap_s, new_site, most)
        by_column = incidence.transpose_times(start, column, time_s, len(site))
        near = median.Timed(start, column, time_s, *by_column, times.persons, near_s)
        return cls(near, site, times, cap_s, new_site)

    def cost(self, columns: NDArray[np.int32]) -> float:
        """Person-seconds of a plan, on all pairs."""
        seconds = np.minimum(self.times.nearest_s(self.site[columns], np.inf), self.cap_s)
        return float((self.times.persons * seconds).sum())

    def pairs_left(self, opened: NDArray[np.int64], free: NDArray[np.int64], longest_s: NDArray[np.float64]) -> Left:
        """The pairs of the columns ``free`` within ``longest_s`` of each row, once the columns ``opened`` are open."""
        cap_s = np.minimum(self.times.nearest_s(self.site[opened], np.inf), self.cap_s)
        place = np.full(self.times.n_sites, -1, dtype=np.int32)
        place[self.site[free]] = np.arange(len(free), dtype=np.int32)
        pairs = (self.times.cell_start, self.times.site, self.times.time_s)
        start, column, time_s, _ = incidence.keep_nearer(*pairs, np.minimum(cap_s, longest_s), place, len(free))
        return Left(start, column, time_s, cap_s)


@dataclass(frozen=True)
class Left:
    """Pairs by row (columns are numbered anew), and the seconds of each row without them."""

    start: NDArray[np.int64]
    column: NDArray[np.int32]
    time_s: NDArray[np.float32]
    cap_s: NDArray[np.float64]
