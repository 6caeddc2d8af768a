"""What each thing that may be done at a site costs, and how many consultations a year it gives."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from siting.scenario import Scenario
from siting.scenario.capacity import CapacitySettings
from siting.territory import Territory

NEW_KINDS = ("label", "upgrade", "create", "itinerant", "tele")
"""What may open where nothing is open today."""


def may_open(territory: Territory, kind: str) -> NDArray[np.bool_]:
    """Shape (n_sites,): where a kind of house may open: sites of that kind, and candidates free to be of it."""
    return ~territory.sites.is_existing & territory.sites.may_become(kind)


def may_change(territory: Territory) -> NDArray[np.bool_]:
    """Shape (n_sites,): the existing sites that `existing.kept_may` is about; those of the halo stay as they are."""
    return territory.sites.is_existing & territory.sites.in_study_area


def cost_eur(scenario: Scenario, territory: Territory, kind: str) -> NDArray[np.float64]:
    """Shape (n_sites,): what a kind of house costs at each site; the costs of a file come first."""
    sites, by_kind = territory.sites, float(getattr(scenario.costs, f"{kind}_eur"))
    if sites.cost_eur is None:
        return np.full(len(sites), by_kind)
    return np.where(np.isfinite(sites.cost_eur) & (sites.kind == kind), sites.cost_eur, by_kind)


def least_cost_eur(scenario: Scenario, territory: Territory) -> NDArray[np.float64]:
    """Shape (n_sites,): what opening each site costs at least; 0 for existing ones."""
    least = np.full(len(territory.sites), np.inf)
    for kind in NEW_KINDS:
        possible = may_open(territory, kind)
        least[possible] = np.minimum(least, cost_eur(scenario, territory, kind))[possible]
    return np.where(territory.sites.is_existing, 0.0, least)


def consultations_per_year(scenario: Scenario, territory: Territory, kind: str) -> NDArray[np.float64]:
    """Shape (n_sites,): what a kind of house (or ``keep``) gives at each site; 0 for sites outside the study area.

    What a planner's file says of a site comes first: of what stands there today, or of the kind it would be. A scenario
    without capacities has those that the block has by default.
    """
    sites, capacity = territory.sites, scenario.capacity or CapacitySettings()
    existing = np.full(len(sites), float(capacity.existing_per_year))
    if scenario.existing.rule == "gp_practices":
        is_practice = np.char.startswith(sites.id, "practice:")
        practices = territory.communes.gp_practices[sites.commune]
        existing = np.where(is_practice, practices * float(capacity.practice_per_year), existing)
    if kind in ("keep", "label", "upgrade"):
        by_kind = existing
    else:
        by_kind = np.full(len(sites), float(getattr(capacity, f"{kind}_per_year")))
    told = sites.capacity_per_year
    if told is not None:
        is_told = np.isfinite(told) & ((kind in ("keep", "label", "upgrade")) | (sites.kind == kind))
        by_kind = np.where(is_told, told, by_kind)
    if kind == "upgrade":
        by_kind = by_kind + capacity.upgrade_per_year
    return np.where(sites.in_study_area, np.round(by_kind), 0.0)


def consultations_asked(scenario: Scenario, territory: Territory) -> NDArray[np.float64]:
    """Shape (n_demand,): whole consultations a year that the people of each cell ask for."""
    assert scenario.capacity is not None, "asked only of scenarios with capacities"
    return np.round(territory.demand.persons * scenario.capacity.consultations_per_person)


def open_capacity(scenario: Scenario, territory: Territory, opened: NDArray[np.integer]) -> NDArray[np.float64]:
    """Shape (n_sites,): consultations a year of the existing sites as they are and of those opened; 0 of others."""
    sites, capacity = territory.sites, np.zeros(len(territory.sites))
    capacity[sites.is_existing] = consultations_per_year(scenario, territory, "keep")[sites.is_existing]
    for kind in np.unique(sites.kind[opened]).tolist():
        rows = opened[sites.kind[opened] == kind]
        capacity[rows] = consultations_per_year(scenario, territory, kind)[rows]
    return capacity
