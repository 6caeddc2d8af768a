"""Who travels otherwise than by car, counted cell by cell: the other path of `siting.access.persons_in_mode`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from siting.scenario.mode_settings import ModeSettings
from siting.territory.values import Demand


def persons_of_mode(mode: ModeSettings, demand: Demand) -> NDArray[np.float64]:
    """Persons who travel so: those of each cell times the mean share of its ages."""
    whole = demand.persons_by_age.sum(axis=0)
    counted = []
    for persons, ages in zip(demand.persons, demand.persons_by_age, strict=True):
        weights = ages if ages.sum() > 0 else whole if whole.sum() > 0 else np.ones(len(ages))
        counted.append(persons * float(np.average(mode.share_by_age, weights=weights)))
    return np.array(counted)
