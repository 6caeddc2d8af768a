"""Consultations: asked for by people, given by sites; as a goal of a problem, and counted on a plan."""

from __future__ import annotations

import numpy as np

from siting.access import Filling, fill
from siting.allocation import Options, Plan, Served, served
from siting.posing.prices import consultations_asked, open_capacity
from siting.posing.single_source import filling_of
from siting.scenario import Scenario
from siting.territory import Territory
from siting.travel.travel_times import TravelTimes


def consultations_served(scenario: Scenario, territory: Territory, options: Options) -> Served:
    """Consultations given within the standard; sites outside the study area give theirs to others."""
    assert scenario.capacity is not None
    to_nearest = scenario.capacity.people_go == "nearest"
    found = served(options, demand=consultations_asked(scenario, territory), to_nearest=to_nearest)
    is_inside = territory.sites.in_study_area[options.site[found.site]]
    row = np.repeat(np.arange(len(found.start) - 1), np.diff(found.start))[is_inside]
    start = np.searchsorted(row, np.arange(len(found.start))).astype(np.int64)
    return Served(start, found.site[is_inside], found.time_s[is_inside], found.demand, found.capacity, to_nearest)


def fillings(scenario: Scenario, territory: Territory, times: TravelTimes, plan: Plan) -> dict[str, Filling]:
    """Who goes where and how full sites are, ``"before"`` and ``"after"`` a plan; empty without capacities."""
    if scenario.capacity is None:
        return {}
    if plan.served_by is not None:
        return {"before": _at_most_before(scenario, territory, times), "after": filling_of(scenario, territory, plan)}
    sites = territory.sites
    before = open_capacity(scenario, territory, np.zeros(0, dtype=np.int32))
    after = open_capacity(scenario, territory, plan.opened) if plan.decisions is None else plan.decisions.capacity
    moments = {"before": (sites.is_existing, before), "after": (plan.is_open(sites.is_existing), after)}
    return {
        when: fill(
            times,
            asked=consultations_asked(scenario, territory),
            capacity=capacity,
            is_open=is_open & sites.in_study_area,
            standard_s=scenario.goal.standard_s,
            to_nearest=scenario.capacity.people_go == "nearest",
        )
        for when, (is_open, capacity) in moments.items()
    }


def _at_most_before(scenario: Scenario, territory: Territory, times: TravelTimes) -> Filling:
    """What the existing sites could give today at most, were cells shared out among them, as far as the cutoff."""
    sites = territory.sites
    return fill(
        times,
        asked=consultations_asked(scenario, territory),
        capacity=open_capacity(scenario, territory, np.zeros(0, dtype=np.int32)),
        is_open=sites.is_existing & sites.in_study_area,
        standard_s=times.cutoff_s,
        to_nearest=False,
    )
