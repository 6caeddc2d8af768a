"""What a plan is checked on: bare arrays of pairs, and the rules on single sites."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

CELLS_AT_ONCE = 65_536
"""Bounds the memory to a few hundred bytes a cell, whatever the size of the country."""


@dataclass(frozen=True)
class CoverMatrix:
    """Which sites cover each cell, as bare arrays (compressed sparse rows), and who may open.

    Attributes
    ----------
    cell_start : int64 array, shape (n_cells + 1,)
    site : int32 array, shape (n_pairs,)
    persons : float64 array, shape (n_cells,)
    n_sites : int
    existing, forced, forbidden : integer arrays of site rows
    """

    cell_start: NDArray[np.int64]
    site: NDArray[np.int32]
    persons: NDArray[np.float64]
    n_sites: int
    existing: NDArray[np.int32]
    forced: NDArray[np.int32]
    forbidden: NDArray[np.int32]

    @property
    def is_candidate(self) -> NDArray[np.bool_]:
        """Shape (n_sites,): sites that a plan may open."""
        allowed = np.ones(self.n_sites, dtype=np.bool_)
        allowed[self.existing] = False
        allowed[self.forbidden] = False
        return allowed

    def covered_by(self, sites: NDArray[np.int32]) -> NDArray[np.bool_]:
        """Shape (n_cells,): cells with one of ``sites`` in their cover set."""
        is_open = np.zeros(self.n_sites, dtype=np.bool_)
        is_open[sites] = True
        is_covered = np.zeros(len(self.cell_start) - 1, dtype=np.bool_)
        some = np.flatnonzero(np.diff(self.cell_start)) if len(sites) else sites
        if len(some):
            is_covered[some] = np.logical_or.reduceat(is_open[self.site], self.cell_start[some])
        return is_covered

    def nearest_s(
        self, time_s: NDArray[np.float32], sites: NDArray[np.int32], otherwise_s: float
    ) -> NDArray[np.float64]:
        """Shape (n_cells,): time to the nearest of ``sites``, ``otherwise_s`` where that is nearer or none."""
        is_open = np.zeros(self.n_sites, dtype=np.bool_)
        is_open[sites] = True
        hits = np.flatnonzero(is_open[self.site])
        cell = np.searchsorted(self.cell_start, hits, side="right") - 1
        nearest = np.full(len(self.cell_start) - 1, float(otherwise_s))
        np.minimum.at(nearest, cell, time_s[hits])
        return nearest

    def loads(self, multipliers: NDArray[np.float64]) -> NDArray[np.float64]:
        """Shape (n_sites,): the sum of the multipliers of the cells that each site covers."""
        total = np.zeros(self.n_sites)
        for first in range(0, len(multipliers), CELLS_AT_ONCE):
            last = min(first + CELLS_AT_ONCE, len(multipliers))
            if not multipliers[first:last].any():
                continue
            counts = np.diff(self.cell_start[first : last + 1])
            sites = self.site[self.cell_start[first] : self.cell_start[last]]
            weights = np.repeat(multipliers[first:last], counts)
            total += np.bincount(sites, weights=weights, minlength=self.n_sites)
        return total


@dataclass(frozen=True)
class Checked:
    """What arithmetic says of a plan.

    Attributes
    ----------
    faults : tuple of str
        The rules that the plan breaks; empty when it keeps them all.
    objective : float
        Recounted.
    bound : float
        No plan does better, proven by the multipliers alone.
    """

    faults: tuple[str, ...]
    objective: float
    bound: float


def broken_rules(matrix: CoverMatrix, opened: NDArray[np.int32]) -> list[str]:
    """The rules on single sites that a plan breaks, in words."""
    faults = []
    if len(np.unique(opened)) != len(opened):
        faults.append("a site is opened twice")
    if not matrix.is_candidate[opened].all():
        faults.append("a site is opened that exists already or is forbidden")
    if not np.isin(matrix.forced, opened).all():
        faults.append("a site that must open is not opened")
    return faults


def among(n: int, rows: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Shape (n,): which rows are among ``rows``."""
    is_among = np.zeros(n, dtype=np.bool_)
    is_among[rows] = True
    return is_among
