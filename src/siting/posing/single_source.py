"""The capacitated p-median of a scenario: each cell goes whole to one site, which has room for it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from siting.access import Filling
from siting.allocation import CapacitatedPMedian, Plan, capacitated_p_median, cell_times
from siting.errors import DataError
from siting.posing.prices import consultations_asked, open_capacity
from siting.scenario import Scenario
from siting.scenario.goal import CapacitatedPMedianGoal
from siting.territory import Territory
from siting.travel.travel_times import TravelTimes

MOST_PLACES = 10_000_000
"""Cells times sites: the search holds whole matrices of them, 80 MB each."""


def single_source(
    scenario: Scenario,
    territory: Territory,
    times: TravelTimes,
    weights: NDArray[np.float64],
    *,
    existing: NDArray[np.integer],
    forced: NDArray[np.integer],
    forbidden: NDArray[np.integer],
) -> CapacitatedPMedian:
    """The problem: consultations asked for and given, whoever is served by nobody counting as at the cutoff.

    Raises
    ------
    DataError
        There are more than `MOST_PLACES` cells times sites.
    """
    goal = scenario.goal
    assert isinstance(goal, CapacitatedPMedianGoal)
    _refuse_too_large(scenario, len(territory.demand), len(territory.sites))
    return capacitated_p_median(
        cell_times(times, persons=weights),
        new_houses=goal.new_houses,
        demand=consultations_asked(scenario, territory),
        capacity=site_capacity(scenario, territory),
        penalty_s=times.cutoff_s,
        existing=existing,
        forced=forced,
        forbidden=forbidden,
    )


def site_capacity(scenario: Scenario, territory: Territory) -> NDArray[np.float64]:
    """Shape (n_sites,): consultations a year of the existing sites, and of each candidate were it open."""
    return open_capacity(scenario, territory, np.flatnonzero(~territory.sites.is_existing).astype(np.int32))


def filling_of(scenario: Scenario, territory: Territory, plan: Plan) -> Filling:
    """Who goes where, as the plan says: every cell that a site serves, whole."""
    assert plan.served_by is not None
    asked, sites = consultations_asked(scenario, territory), territory.sites
    cell = np.flatnonzero((plan.served_by >= 0) & (asked > 0)).astype(np.int32)
    is_open = plan.is_open(sites.is_existing) & sites.in_study_area
    capacity = np.where(is_open, site_capacity(scenario, territory), 0.0)
    return Filling(cell, plan.served_by[cell], asked[cell], asked, capacity, np.zeros(len(sites)))


def _refuse_too_large(scenario: Scenario, n_cells: int, n_sites: int) -> None:
    if n_cells * n_sites <= MOST_PLACES:
        return
    words = (
        (
            f"{n_cells:,} cells and {n_sites:,} sites are more than this goal can be sought for",
            "a smaller area, larger cells (grid.cell_size_m), fewer candidates, or model: lexicographic with "
            "most_served",
        )
        if scenario.language == "en"
        else (
            f"{n_cells} mailles et {n_sites} lieux : trop pour ce but",
            "un territoire plus petit, des mailles plus grandes (grid.cell_size_m), moins de candidats, ou model: "
            "lexicographic avec most_served",
        )
    )
    raise DataError(scenario.fault("goal.model", *words))
