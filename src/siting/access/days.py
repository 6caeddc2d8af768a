"""Days of the week: which sites are within the standard of each cell, and on which days one of them is open.

A day mask is 7 bits, the lowest one Monday; the days on which somebody is reached are the union of the masks of the
sites within the standard.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from siting.access.kernels.days import union_of_masks
from siting.travel.travel_times import TravelTimes

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""The bits of a day mask, from the lowest."""


@dataclass(frozen=True)
class Within:
    """The sites within a standard of each cell.

    Attributes
    ----------
    cell_start : int64 array, shape (n_cells + 1,)
        The sites of cell ``i`` are ``site[cell_start[i] : cell_start[i + 1]]``.
    site : int32 array, shape (n_pairs,)
        Ascending within a cell.
    """

    cell_start: NDArray[np.int64]
    site: NDArray[np.int32]

    @property
    def n_cells(self) -> int:
        return len(self.cell_start) - 1

    def open_days(self, mask: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Days on which at least one site is open, as a mask, shape (n_cells,).

        Parameters
        ----------
        mask : uint8 array, shape (n_sites,)
            Opening days of each site; 0 where it is closed.
        """
        return union_of_masks(self.cell_start, self.site, np.ascontiguousarray(mask, np.uint8))


def within_standard(times: TravelTimes, *, standard_s: float) -> Within:
    """The sites whose time is at most the standard (inclusive), by cell."""
    kept = times.time_s <= standard_s
    per_site = np.add.reduceat(np.append(kept, False), times.site_start[:-1], dtype=np.int64)
    per_site[np.diff(times.site_start) == 0] = 0
    start = np.append(0, np.cumsum(per_site))
    by_site = sparse.csr_array(
        (np.ones(int(start[-1]), np.bool_), times.cell[kept], start), shape=(times.n_sites, times.n_cells)
    )
    by_cell = by_site.tocsc()
    return Within(by_cell.indptr.astype(np.int64), by_cell.indices.astype(np.int32))


def day_mask(days: Sequence[int]) -> int:
    """The mask of some days, 0 for Monday to 6."""
    return sum(1 << day for day in set(days))


def spread_days(n: int) -> int:
    """The mask of ``n`` days a week, apart from each other where there are few: Tuesday and Thursday for two."""
    return day_mask(((), (1,), (1, 3), (0, 2, 4), (0, 1, 3, 4), range(5), range(6), range(7))[n])


def n_days(mask: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """How many days each mask holds."""
    return np.bitwise_count(mask)
