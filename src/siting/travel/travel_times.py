"""TravelTimes: the sparse OD matrix that both ways of travelling give."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from siting.display import draw_shares, new_axes, table_html

if TYPE_CHECKING:
    from matplotlib.axes import Axes

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

    def nth_nearest_s(self, n: int) -> NDArray[np.float32]:
        """Seconds from each cell to its n-th nearest site (1: the nearest); inf where fewer are within the cutoff.

        Returns
        -------
        float32 array, shape (n_cells,)
        """
        order = np.lexsort((self.time_s, self.cell))
        n_pairs = np.bincount(self.cell, minlength=self.n_cells)
        start = np.cumsum(n_pairs) - n_pairs
        has_it = n_pairs >= n
        nth = np.full(self.n_cells, np.inf, dtype=np.float32)
        nth[has_it] = self.time_s[order[start[has_it] + n - 1]]
        return nth

    def plot(self, persons: ArrayLike | None = None, *, choices: int = 3, axes: Axes | None = None) -> Axes:
        """Draw the share of the cells, or of their persons, that have 1, 2 … ``choices`` sites within so many minutes.

        Parameters
        ----------
        persons : float array, shape (n_cells,), optional
            Every cell counts the same without it.
        choices : int
        axes : matplotlib Axes, optional
            New ones by default.
        """
        axes = axes or new_axes()
        weights = np.ones(self.n_cells) if persons is None else persons
        for n in range(1, choices + 1):
            draw_shares(self.nth_nearest_s(n), weights, label=f"{n} site" + "s" * (n > 1), axes=axes)
        what = "cells" if persons is None else "persons"
        axes.set(xlabel="minutes", ylabel=f"share of the {what}", xlim=(0, self.cutoff_s / 60), ylim=(0, 1.02))
        axes.legend(title="within reach")
        return axes

    def _repr_html_(self) -> str:
        reached = len(np.unique(self.cell))
        megabytes = (self.site_start.nbytes + self.cell.nbytes + self.time_s.nbytes) / 1e6
        return table_html(
            "TravelTimes",
            {
                "sites": f"{self.n_sites:,}",
                "cells": f"{self.n_cells:,}, of which {reached:,} within the cutoff of some site",
                "cutoff": f"{self.cutoff_s / 60:g} min",
                "pairs": f"{self.n_pairs:,} ({megabytes:,.1f} MB)",
            },
        )


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
