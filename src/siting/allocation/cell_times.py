"""Travel times by demand cell, the nearest sites first: what p-median and p-center are asked of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from siting.allocation.cover import CoverSets
from siting.allocation.kernels import incidence
from siting.arguments import numbers, row_numbers, whole_numbers
from siting.errors import DataError, Fault

if TYPE_CHECKING:
    from siting.travel.travel_times import TravelTimes


@dataclass(frozen=True)
class CellTimes:
    """Time from each demand cell to each site within the cutoff (compressed sparse rows).

    Attributes
    ----------
    cell_start : int64 array, shape (n_cells + 1,)
    site : int32 array, shape (n_pairs,)
        Rows of the sites table: within a cell by ascending time, equal times by ascending row.
    time_s : float32 array, shape (n_pairs,)
        Seconds, or any distance ≥ 0 that float32 holds exactly.
    persons : float64 array, shape (n_cells,)
    n_sites : int
    """

    cell_start: NDArray[np.int64]
    site: NDArray[np.int32]
    time_s: NDArray[np.float32]
    persons: NDArray[np.float64]
    n_sites: int

    @classmethod
    def from_csr(
        cls,
        cell_start: ArrayLike,
        site: ArrayLike,
        time_s: ArrayLike,
        *,
        n_sites: int,
        persons: ArrayLike | None = None,
    ) -> CellTimes:
        """Times from the bare arrays of any cell × site matrix in CSR form, in any order within a cell.

        They are rounded to float32, 7 digits, and what is found is right for the rounded ones.

        Raises
        ------
        DataError
            When the arrays do not fit each other, a site appears twice in a cell, or a time is negative.
        """
        cover = CoverSets.from_csr(cell_start, site, n_sites=n_sites, persons=persons)
        seconds = numbers(time_s, where="CellTimes", name="time_s").astype(np.float32)
        sites = whole_numbers(site, where="CellTimes", name="site").astype(np.int32)
        if cover.n_pairs != len(sites):
            raise DataError(Fault("CellTimes", 0, 0, "site", "appears twice in one cell"))
        if seconds.shape != sites.shape or not (np.isfinite(seconds).all() and (seconds >= 0).all()):
            raise DataError(Fault("CellTimes", 0, 0, "time_s", "must be finite, ≥ 0, and one per pair"))
        cell = np.repeat(np.arange(cover.n_cells), np.diff(cover.cell_start))
        order = np.lexsort((sites, seconds, cell))
        return cls(cover.cell_start, sites[order], seconds[order], cover.persons, cover.n_sites)

    @classmethod
    def from_dense(cls, time_s: ArrayLike, *, persons: ArrayLike | None = None) -> CellTimes:
        """Times from a whole cell × site matrix, shape (n_cells, n_sites); inf or NaN where there is no way.

        They are rounded to float32, 7 digits, and what is found is right for the rounded ones.

        Raises
        ------
        DataError
            When it is no matrix, the persons do not fit it, or a time is negative.
        """
        dense = numbers(time_s, where="CellTimes", name="time_s").astype(np.float32)
        if dense.ndim != 2:
            raise DataError(Fault("CellTimes", 0, 0, "time_s", f"must be cells × sites, found shape {dense.shape}"))
        is_way = ~np.isnan(dense) & (dense != np.inf)
        start = np.concatenate([[0], np.cumsum(is_way.sum(axis=1))])
        return cls.from_csr(start, np.nonzero(is_way)[1], dense[is_way], n_sites=dense.shape[1], persons=persons)

    @property
    def n_cells(self) -> int:
        """How many demand cells there are."""
        return len(self.cell_start) - 1

    def within(self, standard_s: float) -> CoverSets:
        """Cover sets of a service standard, inclusive."""
        near = incidence.within(self.cell_start, self.site, self.time_s, float(standard_s))
        return CoverSets(*near, self.persons, self.n_sites)

    def nearest_s(self, sites: ArrayLike, otherwise_s: float) -> NDArray[np.float64]:
        """Shape (n_cells,): time to the nearest of ``sites``, ``otherwise_s`` where that is nearer or none."""
        is_open = np.zeros(self.n_sites, dtype=np.bool_)
        is_open[row_numbers(sites, self.n_sites, where="CellTimes", name="sites")] = True
        return incidence.nearest(self.cell_start, self.site, self.time_s, is_open, float(otherwise_s))


def cell_times(times: TravelTimes, *, persons: NDArray[np.float64]) -> CellTimes:
    """The travel times of every cell, the nearest sites first.

    Parameters
    ----------
    times : TravelTimes
    persons : float64 array, shape (times.n_cells,)

    Raises
    ------
    DataError
        When ``persons`` does not fit the cells.
    """
    if len(persons) != times.n_cells:
        problem = f"{len(persons)} values for {times.n_cells} cells"
        raise DataError(Fault("cell_times", 0, 0, "persons", problem, "give one value per demand cell"))
    start, site, time_s = incidence.by_cell_and_time(times.site_start, times.cell, times.time_s, times.n_cells)
    return CellTimes(start, site, time_s, np.asarray(persons, dtype=np.float64), times.n_sites)
