"""Who goes where and how full each site gets: consultations asked for by cells, given by open sites."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import coo_array, vstack

from siting.errors import SolverError
from siting.travel.travel_times import TravelTimes


@dataclass(frozen=True, eq=False)
class Filling:
    """Consultations a year between cells and open sites.

    Attributes
    ----------
    cell, site : int32 arrays, shape (n_pairs,)
        Rows of the demand and of the sites, by cell and then by site.
    given : float64 array, shape (n_pairs,)
        More than 0: of the cell, given by the site.
    asked : float64 array, shape (n_cells,)
    capacity : float64 array, shape (n_sites,)
        Of the sites that are open; 0 for the others.
    turned_away : float64 array, shape (n_sites,)
        Of those who go to the nearest site even where it is full; 0 where people go where there is room.
    """

    cell: NDArray[np.int32]
    site: NDArray[np.int32]
    given: NDArray[np.float64]
    asked: NDArray[np.float64]
    capacity: NDArray[np.float64]
    turned_away: NDArray[np.float64]

    @property
    def load(self) -> NDArray[np.float64]:
        """Shape (n_sites,): what each site gives."""
        return np.bincount(self.site, self.given, len(self.capacity)).astype(np.float64)

    @property
    def waiting(self) -> NDArray[np.float64]:
        """Shape (n_cells,): what nobody gives."""
        left = self.asked - np.bincount(self.cell, self.given, len(self.asked))
        return np.where(left > 1e-6, left, 0.0)

    @property
    def is_full(self) -> NDArray[np.bool_]:
        """Shape (n_sites,): open sites that have no consultation left to give."""
        return (self.capacity > 0) & (self.load >= self.capacity * (1 - 1e-9))


def fill(
    times: TravelTimes,
    *,
    asked: NDArray[np.float64],
    capacity: NDArray[np.float64],
    is_open: NDArray[np.bool_],
    standard_s: int,
    to_nearest: bool,
) -> Filling:
    """Send the people of each cell to open sites within the standard.

    .. code-block:: text

        f_ij ≥ 0   consultations of cell i given by open site j within the standard
        Σ_j f_ij ≤ q_i    Σ_i f_ij ≤ C_j
        lexicographically   max Σ f_ij,   min Σ t_ij f_ij

    ``to_nearest``: everyone goes to the nearest open site (ties to the lowest row), which gives to each of its cells
    the same share of what is asked.

    Parameters
    ----------
    times : TravelTimes
    asked : whole float64 array, shape (n_cells,)
    capacity : whole float64 array, shape (n_sites,)
    is_open : bool array, shape (n_sites,)
    standard_s : int
    to_nearest : bool

    Raises
    ------
    SolverError
        HiGHS did not solve the linear program.
    """
    site: NDArray[np.int32] = np.repeat(np.arange(times.n_sites, dtype=np.int32), np.diff(times.site_start))
    is_used = is_open[site] & (times.time_s <= standard_s) & (asked[times.cell] > 0)
    cell, site, time_s = times.cell[is_used], site[is_used], times.time_s[is_used]
    order = np.lexsort((site, time_s, cell)) if to_nearest else np.lexsort((site, cell))
    cell, site = cell[order], site[order]
    room = np.where(is_open, capacity, 0.0)
    turned_away = np.zeros(times.n_sites)
    if to_nearest:
        first = np.unique(cell, return_index=True)[1]
        cell, site = cell[first], site[first]
        comes = np.bincount(site, asked[cell], times.n_sites)
        share = np.minimum(1.0, np.divide(room, comes, out=np.ones(times.n_sites), where=comes > 0))
        given, turned_away = asked[cell] * share[site], comes * (1 - share)
    else:
        given = _most_then_nearest(cell, site, time_s[order].astype(np.float64), asked, room)
    is_given = given > 1e-9
    return Filling(cell[is_given], site[is_given], given[is_given], asked, room, turned_away)


def _most_then_nearest(
    cell: NDArray[np.int32],
    site: NDArray[np.int32],
    time_s: NDArray[np.float64],
    asked: NDArray[np.float64],
    room: NDArray[np.float64],
) -> NDArray[np.float64]:
    """A transport problem solved twice; its corners are whole numbers because what is asked and given is."""
    n_pairs = len(cell)
    if not n_pairs:
        return np.zeros(0)
    pair, one = np.arange(n_pairs), np.ones(n_pairs)
    by_cell = coo_array((one, (cell, pair)), shape=(len(asked), n_pairs))
    by_site = coo_array((one, (site, pair)), shape=(len(room), n_pairs))
    rows, limits = vstack([by_cell, by_site]).tocsr(), np.concatenate([asked, room])
    most = linprog(-one, A_ub=rows, b_ub=limits, method="highs")
    if most.x is None:
        raise SolverError(f"linear program of consultations: {most.message}")
    total = np.round(-most.fun)
    nearest = linprog(time_s, A_ub=rows, b_ub=limits, A_eq=one[None, :], b_eq=[total], method="highs-ds")
    if nearest.x is None:
        raise SolverError(f"linear program of consultations: {nearest.message}")
    return np.asarray(np.round(nearest.x), dtype=np.float64)
