"""Who travels otherwise than by car, and who counts more: the other path of `persons_in_mode` and of the weights."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from siting.scenario import Scenario
from siting.scenario.mode_settings import ModeSettings
from siting.scenario.rules import AgeWeight, ModeWeight
from siting.territory import Territory
from siting.territory.values import AGE_GROUPS, Demand


def persons_of_mode(mode: ModeSettings, demand: Demand) -> NDArray[np.float64]:
    """Persons who travel so: those of each cell times the mean share of its ages."""
    whole = demand.persons_by_age.sum(axis=0)
    counted = []
    for persons, ages in zip(demand.persons, demand.persons_by_age, strict=True):
        weights = ages if ages.sum() > 0 else whole if whole.sum() > 0 else np.ones(len(ages))
        counted.append(persons * float(np.average(mode.share_by_age, weights=weights)))
    return np.array(counted)


def weighted_persons(scenario: Scenario, territory: Territory) -> NDArray[np.float64]:
    """Per demand cell: its persons, times the weights of the scenario."""
    demand, communes = territory.demand, territory.communes
    if not scenario.weights:  # shares that add up to 1 but for the last bit would spoil whole numbers
        return demand.persons
    counted = demand.persons_by_age.sum(axis=1)
    each = np.divide(demand.persons_by_age.T, counted, out=np.zeros((3, len(demand))), where=counted > 0)
    factor = dict.fromkeys(AGE_GROUPS, 1.0)
    zoned = np.ones(len(demand))
    for weight in scenario.weights:
        if isinstance(weight, AgeWeight):
            factor[weight.group] *= weight.weight
            continue
        if isinstance(weight, ModeWeight):
            travelling = persons_of_mode(scenario.modes[weight.mode], demand)
            others = demand.persons - travelling
            zoned *= np.where(demand.persons > 0, (others + weight.weight * travelling) / demand.persons, 1.0)
            continue
        if weight.red_zones and communes.is_red_zone is not None:
            zoned[communes.is_red_zone[demand.commune]] *= weight.weight
            continue
        given = [("departement", weight.departements), ("epci", weight.epcis), ("code", weight.communes)]
        level, codes = next((level, codes) for level, codes in given if codes is not None)
        zoned[np.isin(getattr(communes, level), codes)[demand.commune]] *= weight.weight
    mean = sum(share * factor[group] for share, group in zip(each, AGE_GROUPS, strict=True))
    weighted: NDArray[np.float64] = demand.persons * np.where(counted > 0, mean, 1.0) * zoned
    return weighted
