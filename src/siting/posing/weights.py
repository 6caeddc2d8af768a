"""Weights: people who count more than others in the goal."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from siting.access import persons_in_mode
from siting.posing.zones import named_zone
from siting.scenario import Scenario
from siting.scenario.rules import AgeWeight, ModeWeight
from siting.territory import Territory
from siting.territory.values import AGE_GROUPS


def weighted_persons(scenario: Scenario, territory: Territory) -> NDArray[np.float64]:
    """Shape (n_demand,): persons of each cell, each times the weights of the groups and zones it belongs to.

    The census protects each age group separately, so the groups of a cell need not add up to its persons: their
    shares are taken, and a cell without any counts by its persons. Of those who travel in some way, a cell has its
    share (`siting.access.persons_in_mode`).
    """
    demand = territory.demand
    if not scenario.weights:
        return demand.persons
    by_age = np.ones(len(AGE_GROUPS))
    by_place = np.ones(len(demand))
    for weight in scenario.weights:
        if isinstance(weight, AgeWeight):
            by_age[AGE_GROUPS.index(weight.group)] *= weight.weight
        elif isinstance(weight, ModeWeight):
            travelling = persons_in_mode(demand, scenario.modes[weight.mode].share_by_age)
            share = np.divide(travelling, demand.persons, out=np.zeros(len(demand)), where=demand.persons > 0)
            by_place *= 1 + (weight.weight - 1) * share
        else:
            by_place[named_zone(territory, weight).of_cells(territory) >= 0] *= weight.weight
    counted = demand.persons_by_age.sum(axis=1)
    mean = np.divide(demand.persons_by_age @ by_age, counted, out=np.ones(len(demand)), where=counted > 0)
    weighted: NDArray[np.float64] = demand.persons * mean * by_place
    return weighted
