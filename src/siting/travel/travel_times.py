"""TravelTimes: the sparse OD matrix that both ways of travelling give."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

TICKS_PER_S = 4096
"""Kernels add whole ticks of 1/4096 s: sums are exact, in any order, on any machine."""


@dataclass(frozen=True)
class TravelTimes:
    """Time from each demand cell to each site, where it is within the cutoff (compressed sparse rows).

    Attributes
    ----------
    site_start : int64 array, shape (n_sites + 1,)
        The pairs of site ``s`` are ``site_start[s] : site_start[s + 1]``.
    cell : int32 array, shape (n_pairs,)
        Row of the demand table, ascending within a site.
    time_s : uint16 array, shape (n_pairs,)
        Whole seconds, **rounded up**, so that "≤ 30 minutes" is never said of 30:00.2.
    n_cells : int
        Rows of the demand table.
    cutoff_s : int
        Inclusive; a pair that is absent is farther than this.
    """

    site_start: NDArray[np.int64]
    cell: NDArray[np.int32]
    time_s: NDArray[np.uint16]
    n_cells: int
    cutoff_s: int

    @property
    def n_sites(self) -> int:
        """How many sites there are, the ones that reach nothing included."""
        return len(self.site_start) - 1

    @property
    def n_pairs(self) -> int:
        """How many pairs are within the cutoff."""
        return len(self.cell)


@dataclass(frozen=True)
class NearestTimes:
    """Time from each place to the nearest of some sites, and which one that is.

    Attributes
    ----------
    time_s : float32 array
        Seconds, rounded up to a whole one; inf where no site is within the cutoff.
    site : int32 array, same shape
        Row of the sites given; -1 where none. Ties go to the lowest row.
    """

    time_s: NDArray[np.float32]
    site: NDArray[np.int32]
