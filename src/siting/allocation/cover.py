"""Cover sets: for each demand cell, the sites within the service standard."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from siting.allocation.kernels import incidence
from siting.arguments import numbers, row_numbers, whole_numbers
from siting.errors import DataError, Fault

if TYPE_CHECKING:
    from siting.travel.travel_times import TravelTimes


@dataclass(frozen=True)
class CoverSets:
    """Which sites cover each demand cell (compressed sparse rows).

    Attributes
    ----------
    cell_start : int64 array, shape (n_cells + 1,)
        The sites of cell ``i`` are ``site[cell_start[i] : cell_start[i + 1]]``.
    site : int32 array, shape (n_pairs,)
        Rows of the sites table, ascending within a cell, none twice.
    persons : float64 array, shape (n_cells,)
        Residents of each cell, or any weight ≥ 0.
    n_sites : int
        Sites are rows 0 … n_sites - 1, the ones that cover nothing included.
    """

    cell_start: NDArray[np.int64]
    site: NDArray[np.int32]
    persons: NDArray[np.float64]
    n_sites: int

    @classmethod
    def from_csr(
        cls, cell_start: ArrayLike, site: ArrayLike, *, n_sites: int, persons: ArrayLike | None = None
    ) -> CoverSets:
        """Cover sets from the bare arrays of any cell × site cover matrix in CSR form.

        Parameters
        ----------
        cell_start : integers, shape (n_cells + 1,)
        site : integers in 0 … n_sites - 1, shape (n_pairs,)
            In any order within a cell; repeated ones count once.
        n_sites : int
        persons : numbers ≥ 0, shape (n_cells,), optional
            One each when absent.

        Raises
        ------
        DataError
            When the arrays do not fit each other.
        """
        start = whole_numbers(cell_start, where="CoverSets", name="cell_start")
        pairs = whole_numbers(site, where="CoverSets", name="site")
        n_sites = int(whole_numbers(n_sites, where="CoverSets", name="n_sites"))
        n_cells = max(len(start) - 1, 0)
        weights = np.ones(n_cells) if persons is None else numbers(persons, where="CoverSets", name="persons")
        _check_csr(start, pairs, weights, n_sites)
        cell = np.repeat(np.arange(n_cells, dtype=np.int64), np.diff(start))
        keys = np.unique(cell * max(n_sites, 1) + pairs)
        tidy_start = np.searchsorted(keys, np.arange(n_cells + 1, dtype=np.int64) * max(n_sites, 1))
        return cls(
            cell_start=tidy_start.astype(np.int64),
            site=(keys % max(n_sites, 1)).astype(np.int32),
            persons=weights,
            n_sites=int(n_sites),
        )

    @property
    def n_cells(self) -> int:
        """How many demand cells there are, the ones that no site covers included."""
        return len(self.cell_start) - 1

    @property
    def n_pairs(self) -> int:
        """How many (cell, site) pairs are within the standard."""
        return len(self.site)

    @property
    def is_coverable(self) -> NDArray[np.bool_]:
        """Shape (n_cells,): False where the cover set is empty, so that nobody can cover the cell."""
        return np.diff(self.cell_start) > 0

    def covered_by(self, sites: ArrayLike) -> NDArray[np.bool_]:
        """Shape (n_cells,): which cells have at least one of ``sites`` (rows) in their cover set."""
        is_open = np.zeros(self.n_sites, dtype=np.bool_)
        is_open[row_numbers(sites, self.n_sites, where="CoverSets", name="sites")] = True
        return incidence.covered(self.cell_start, self.site, is_open)

    def by_site(self) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        """The same pairs by site: ``site_start`` (n_sites + 1,) and ``cell`` (n_pairs,), ascending."""
        return self._by_site

    @cached_property
    def _by_site(self) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        """Kept: a search of the country asks four times, 0.3 s each."""
        return incidence.transpose(self.cell_start, self.site, self.n_sites)


def cover_sets(times: TravelTimes, *, standard_s: int, persons: NDArray[np.float64]) -> CoverSets:
    """Sites within the service standard of each demand cell.

    Parameters
    ----------
    times : TravelTimes
    standard_s : int
        Service standard in seconds, inclusive; at most the cutoff of ``times``.
    persons : float64 array, shape (times.n_cells,)

    Returns
    -------
    CoverSets

    Raises
    ------
    DataError
        When the standard is beyond the cutoff, or ``persons`` does not fit the cells.
    """
    faults = []
    if standard_s > times.cutoff_s:
        problem = f"{standard_s} s is beyond the cutoff of the travel times, {times.cutoff_s} s"
        faults.append(Fault("cover_sets", 0, 0, "standard_s", problem, "compute times with a longer cutoff"))
    if len(persons) != times.n_cells:
        problem = f"{len(persons)} values for {times.n_cells} cells"
        faults.append(Fault("cover_sets", 0, 0, "persons", problem, "give one value per demand cell"))
    if faults:
        raise DataError(faults)
    cell_start, site = incidence.pairs_within(
        times.site_start, times.cell, times.time_s, times.n_cells, int(standard_s)
    )
    return CoverSets(cell_start, site, np.asarray(persons, dtype=np.float64), times.n_sites)


def _check_csr(start: NDArray[np.int64], site: NDArray[np.int64], weights: NDArray[np.float64], n_sites: int) -> None:
    faults = [("n_sites", f"must be 0 or more, found {n_sites}")] if n_sites < 0 else []
    if start.ndim != 1 or len(start) < 1 or start[0] != 0 or (np.diff(start) < 0).any():
        faults.append(("cell_start", "must begin at 0 and never fall"))
    elif start[-1] != len(site):
        faults.append(("cell_start", f"ends at {start[-1]}, but there are {len(site)} pairs"))
    if site.ndim != 1:
        faults.append(("site", f"has {site.ndim} dimensions, wanted 1"))
    elif len(site) and (site.min() < 0 or site.max() >= n_sites):
        faults.append(("site", f"must lie in 0 … {n_sites - 1}, found {site.min()} … {site.max()}"))
    if weights.shape != (max(len(start) - 1, 0),):
        faults.append(("persons", f"shape {weights.shape}, wanted ({max(len(start) - 1, 0)},)"))
    elif not (np.isfinite(weights).all() and (weights >= 0).all()):
        faults.append(("persons", "must be finite and ≥ 0"))
    if faults:
        raise DataError(Fault("CoverSets", 0, 0, field, problem) for field, problem in faults)
