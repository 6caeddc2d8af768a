"""The goals of a scenario as those of a composed problem, over sites or over their options."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from siting.allocation import (
    FewestHouses,
    Goal,
    LeastCost,
    LeastTime,
    MostCovered,
    MostServed,
    Options,
    cell_times,
    waiting,
)
from siting.posing.consultations import consultations_served
from siting.posing.prices import least_cost_eur
from siting.posing.weights import weighted_persons
from siting.scenario import LexicographicGoal, Scenario
from siting.territory import Territory
from siting.travel.travel_times import TravelTimes


def goal_names(scenario: Scenario) -> tuple[str, ...]:
    """The goals of a scenario in order, by the names that a composed problem gives them."""
    goal = scenario.goal
    if isinstance(goal, LexicographicGoal):
        return goal.goals
    return ({"lscp": "fewest_houses", "mclp": "most_covered", "p_median": "least_time"}[goal.model],)


def goal_of_options(name: str, scenario: Scenario, territory: Territory, options: Options) -> Goal:
    """A goal by its name, where sites have options."""
    weights = weighted_persons(scenario, territory)
    match name:
        case "fewest_houses":
            return FewestHouses(options.counts)
        case "least_cost":
            return LeastCost(options.cost)
        case "least_time":
            return LeastTime(waiting(options, penalty_s=scenario.travel.cutoff_s, weights=weights))
        case "most_served":
            return MostServed(consultations_served(scenario, territory, options))
        case _:
            last = options.rows(weights, phase=options.n_phases - 1)
            return MostCovered(last, times=1 if name == "most_covered" else 2)


def plain_goal(
    name: str, scenario: Scenario, territory: Territory, times: TravelTimes, weights: NDArray[np.float64]
) -> Goal:
    """A goal by its name, where a site is open or not; ``weights`` (n_demand,) count in the place of people."""
    match name:
        case "fewest_houses":
            return FewestHouses()
        case "least_cost":
            return LeastCost(least_cost_eur(scenario, territory))
        case "least_time":
            by_cell = cell_times(times, persons=weights)
            return LeastTime(waiting(by_cell, penalty_s=times.cutoff_s))
        case _:
            return MostCovered(weights, times=1 if name == "most_covered" else 2)
