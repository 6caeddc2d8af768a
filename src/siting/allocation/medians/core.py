"""What the free candidates of a p-median problem can still save, and what is left of it once prices have spoken."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from siting.allocation.cell_times import CellTimes
from siting.allocation.kernels import incidence, median


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
