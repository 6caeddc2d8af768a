"""E2SFCA / APL: consultations a year within reach of each standardised inhabitant.

With supply S_j of site j (consultations a year), demand D_i of cell i (standardised persons), and weight w of a time:

    R_j = S_j / Σ_i w(t_ij) D_i          what a site offers to each of those who may come (step 1)
    A_i = Σ_j w(t_ij) R_j                what an inhabitant of a cell is within reach of (step 2)

so that Σ_i D_i A_i = Σ_j S_j over the sites that somebody reaches: nothing is created, nothing lost.

W. Luo, Y. Qi, An enhanced two-step floating catchment area (E2SFCA) method for measuring spatial accessibility to
primary care physicians, Health & Place 15, 2009; M. Barlet, M. Coldefy, C. Collin, V. Lucas-Gabrielli,
L'accessibilité potentielle localisée (APL), DREES, Études et résultats 795, 2012.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from siting.access.decay import Decay
from siting.errors import DataError, Fault
from siting.travel.travel_times import TravelTimes

RELATIVE_CONSUMPTION = (0.80, 0.85, 1.60)
"""Consultations of a person of each age group of `siting.territory.AGE_GROUPS`, relative to the mean person.

An **assumption**, of mean about 1 over France: no published figure by these three groups comes with the package."""

SITES_PER_BLOCK = 512
"""How many sites are weighed at once by `catchments_by_area`: 512 sites of a national run are some 400,000 pairs."""


@dataclass(frozen=True)
class Accessibility:
    """What inhabitants are within reach of.

    Attributes
    ----------
    per_person : float64 array, shape (n_places,)
        A_i, in units of supply per unit of demand (APL: consultations a year per standardised inhabitant);
        0 where no supply is within reach.
    per_demand : float64 array, shape (n_sites,)
        R_j; 0 for a site that nobody reaches.
    out_of_reach : float
        Supply of the sites that nobody reaches.
    """

    per_person: NDArray[np.float64]
    per_demand: NDArray[np.float64]
    out_of_reach: float


@dataclass(frozen=True)
class AreaCatchments:
    """Who may come to each site, added up by area: exact, since both steps are linear in the cells of an area.

    Attributes
    ----------
    weighted_demand : sparse array, shape (n_sites, n_areas)
        Σ over the cells i of the area of w(t_ij) D_i.
    demand : float64 array, shape (n_areas,)
        Σ D_i, reached or not.
    """

    weighted_demand: sparse.csr_array
    demand: NDArray[np.float64]

    def access_to_each(self, supplies: NDArray[np.float64], *, growth: NDArray[np.float64]) -> NDArray[np.float64]:
        """Mean access of each area to several supplies at once, shape (n_areas, n_supplies); see `access`.

        Parameters
        ----------
        supplies : float64 array, shape (n_sites, n_supplies)
        growth : float64 array, shape (n_areas,)
        """
        reached = self.weighted_demand @ growth
        per_demand = np.divide(supplies.T, reached, out=np.zeros(supplies.T.shape), where=reached > 0).T
        received = self.weighted_demand.T @ np.ascontiguousarray(per_demand)
        has_demand = self.demand > 0
        return np.asarray(np.divide(received.T, self.demand, out=np.zeros(received.T.shape), where=has_demand).T)

    def access(self, supply: NDArray[np.float64], *, growth: NDArray[np.float64] | None = None) -> Accessibility:
        """Mean access of each area (weighted by demand) to a supply.

        Parameters
        ----------
        supply : float64 array, shape (n_sites,)
            Consultations a year.
        growth : float64 array, shape (n_areas,), optional
            Demand of each area as a multiple of ``demand``; 1 by default.
        """
        factor = np.ones(len(self.demand)) if growth is None else growth
        per_demand, out_of_reach = _shared_out(supply, self.weighted_demand @ factor)
        received = self.weighted_demand.T @ per_demand
        per_person = np.divide(received, self.demand, out=np.zeros_like(received), where=self.demand > 0)
        return Accessibility(per_person, per_demand, out_of_reach)


def standardised_demand(
    persons_by_age: NDArray[np.float64], relative_consumption: tuple[float, ...] = RELATIVE_CONSUMPTION
) -> NDArray[np.float64]:
    """Persons counted by what their age consumes: ``Σ_a persons_a × consumption_a``.

    Parameters
    ----------
    persons_by_age : float64 array, shape (n_cells, n_ages)
    relative_consumption : tuple of float, length n_ages
        Relative to the mean person of the country.
    """
    return np.asarray(persons_by_age @ np.array(relative_consumption, np.float64))


def supply_below_age(
    consultations: NDArray[np.float64], age_from: NDArray[np.float64], *, age_bound: float
) -> NDArray[np.float64]:
    """Supply of each site that the index counts: that of the doctors younger than ``age_bound`` (years).

    Parameters
    ----------
    consultations : float64 array, shape (n_sites, n_ages)
        Consultations a year by age class of the doctors.
    age_from : float64 array, shape (n_ages,)
        Where each class begins, in years; a class that begins at the bound or later is left out.
    """
    return np.asarray(consultations[:, np.asarray(age_from) < age_bound].sum(axis=1))


def e2sfca(
    times: TravelTimes, *, supply: NDArray[np.float64], demand: NDArray[np.float64], decay: Decay
) -> Accessibility:
    """Access of each demand cell to a supply.

    Parameters
    ----------
    times : TravelTimes
    supply : float64 array, shape (n_sites,)
        Consultations a year.
    demand : float64 array, shape (n_cells,)
        Standardised persons (`standardised_demand`).
    decay : Decay

    Raises
    ------
    DataError
        The decay reaches beyond the cutoff of the times, or a shape is wrong.
    """
    _check_shapes(times, decay, supply=(supply, times.n_sites), demand=(demand, times.n_cells))
    weight = sparse.csr_array((decay(times.time_s), times.cell, times.site_start), shape=(times.n_sites, times.n_cells))
    per_demand, out_of_reach = _shared_out(supply, weight @ demand)
    return Accessibility(np.asarray(weight.T @ per_demand), per_demand, out_of_reach)


def catchments_by_area(
    times: TravelTimes, *, demand: NDArray[np.float64], area: NDArray[np.int32], n_areas: int, decay: Decay
) -> AreaCatchments:
    """The catchments of all sites, cells added up by area; asked for access as often as supply changes.

    Parameters
    ----------
    times, demand, decay : see `e2sfca`
    area : int32 array, shape (n_cells,)
        Row of the area (a commune) of each cell.
    n_areas : int

    Raises
    ------
    DataError
        See `e2sfca`.
    """
    _check_shapes(times, decay, area=(area, times.n_cells), demand=(demand, times.n_cells))
    blocks = [
        _block_by_area(times, range(first, min(first + SITES_PER_BLOCK, times.n_sites)), demand, area, n_areas, decay)
        for first in range(0, times.n_sites, SITES_PER_BLOCK)
    ]
    empty = sparse.csr_array((0, n_areas), dtype=np.float64)
    return AreaCatchments(
        weighted_demand=sparse.csr_array(sparse.vstack([empty, *blocks], format="csr")),
        demand=np.bincount(area, demand, n_areas).astype(np.float64),
    )


def _block_by_area(
    times: TravelTimes,
    sites: range,
    demand: NDArray[np.float64],
    area: NDArray[np.int32],
    n_areas: int,
    decay: Decay,
) -> sparse.csr_array:
    start = times.site_start[sites.start : sites.stop + 1]
    pairs = slice(int(start[0]), int(start[-1]))
    cell = times.cell[pairs]
    value = decay(times.time_s[pairs]) * demand[cell]
    row = np.repeat(np.arange(len(sites)), np.diff(start))
    kept = value > 0
    return sparse.coo_array((value[kept], (row[kept], area[cell[kept]])), shape=(len(sites), n_areas)).tocsr()


def _shared_out(supply: NDArray[np.float64], weighted_demand: NDArray[np.float64]) -> tuple[NDArray[np.float64], float]:
    """Supply per unit of weighted demand, 0 where there is none; and the supply that nobody reaches."""
    is_reached = weighted_demand > 0
    per_demand = np.divide(supply, weighted_demand, out=np.zeros(len(weighted_demand)), where=is_reached)
    return per_demand, float(supply[~is_reached].sum())


def _check_shapes(times: TravelTimes, decay: Decay, **arrays: tuple[NDArray[np.generic], int]) -> None:
    faults = [
        Fault("access", 0, 0, name, f"has shape {array.shape}", f"one figure each: ({length},)")
        for name, (array, length) in arrays.items()
        if array.shape != (length,)
    ]
    if decay.reach_s > times.cutoff_s:
        problem = f"reaches {decay.reach_s:g} s, the travel times stop at {times.cutoff_s} s"
        faults.append(Fault("access", 0, 0, "decay", problem, f"compute times with cutoff_s = {decay.reach_s:g}"))
    if faults:
        raise DataError(faults)
