"""Ways of travelling beside the car: who travels so, and how far they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from siting.access.coverage import mean_min, percentile_min, persons_within
from siting.territory.values import Demand, Territory
from siting.travel import build_mode_surface, nearest
from siting.travel.travel_times import NearestTimes

if TYPE_CHECKING:
    from siting.scenario.layers_travel import LayersTravel
    from siting.scenario.mode_settings import ModeSettings
    from siting.scenario.travel_settings import FrictionTravel, RoadTravel


@dataclass(frozen=True)
class ModeTimes:
    """How far those are who travel in one way.

    Attributes
    ----------
    name : str
        ``"walking"`` or ``"no_car"``: the key of its section in a scenario.
    persons : float64 array, shape (n_demand,)
        Who travels so; they are among the residents of each cell, and the persons of several modes may be the same.
    moments : mapping of str to NearestTimes, arrays of shape (n_demand,)
        To the sites open ``"before"`` and, with a plan, ``"after"``.
    """

    name: str
    persons: NDArray[np.float64]
    moments: Mapping[str, NearestTimes]


def measure_modes(
    territory: Territory,
    travel: RoadTravel | FrictionTravel | LayersTravel,
    modes: Mapping[str, ModeSettings],
    open_sites: Mapping[str, NDArray[np.integer]],
) -> tuple[ModeTimes, ...]:
    """How far those are who travel in each of some modes, on the territory and the roads of the car.

    Parameters
    ----------
    territory : Territory
    travel : RoadTravel, FrictionTravel or LayersTravel
        How a car travels.
    modes : mapping of str to ModeSettings
        `Scenario.modes`.
    open_sites : mapping of str to int array
        Rows of the sites open at each moment.
    """
    found = []
    for name, mode in modes.items():
        surface = build_mode_surface(territory, travel, mode)
        moments = {when: nearest(surface, rows) for when, rows in open_sites.items()}
        found.append(ModeTimes(name, persons_in_mode(territory.demand, mode.share_by_age), moments))
    return tuple(found)


def persons_in_mode(demand: Demand, share_by_age: Sequence[float]) -> NDArray[np.float64]:
    """Persons of each demand cell who travel in some way; weights for a plan that is made for them.

    Parameters
    ----------
    demand : Demand
    share_by_age : sequence of float, length n_ages
        Share of each age group (`siting.territory.AGE_GROUPS`) who do.

    Returns
    -------
    float64 array, shape (n_demand,)
        The persons of the cell × the mean share of its age groups. Where the census hides the ages of a cell, those of
        the whole territory are taken, and equal groups where none are known.
    """
    by_age = demand.persons_by_age
    overall = by_age.sum(axis=0) if by_age.sum() > 0 else np.ones(by_age.shape[1])
    ages = np.where(by_age.sum(axis=1, keepdims=True) > 0, by_age, overall)
    return np.asarray(demand.persons * (ages @ np.asarray(share_by_age, np.float64)) / ages.sum(axis=1))


def mode_figures(
    mode: ModeTimes, *, car: Mapping[str, NearestTimes], persons: NDArray[np.float64], standard_s: float
) -> dict[str, Any]:
    """What ``summary.json`` tells of a mode, under its name in ``modes``.

    ``persons`` who travel so and, before and after: how many of them are ``covered``, how many would be in a car
    (``covered_by_car``), and ``everyone_covered``: all residents, these people in their way and the others by car.

    Parameters
    ----------
    mode : ModeTimes
    car : mapping of str to NearestTimes
        The same moments by car.
    persons : float64 array, shape (n_demand,)
        All residents.
    standard_s : float
    """
    total, everyone = float(mode.persons.sum()), float(persons.sum())
    figures: dict[str, Any] = {"persons": total}
    for when, near in mode.moments.items():
        car_s, others = car[when].time_s, persons - mode.persons
        covered = persons_within(near.time_s, mode.persons, standard_s=standard_s)
        figures[f"covered_{when}"] = _part(covered, total)
        figures[f"covered_by_car_{when}"] = _part(persons_within(car_s, mode.persons, standard_s=standard_s), total)
        together = covered + persons_within(car_s, others, standard_s=standard_s)
        figures[f"everyone_covered_{when}"] = _part(together, everyone)
        figures[f"mean_minutes_{when}"] = mean_min(near.time_s, mode.persons)
        figures[f"p99_minutes_{when}"] = percentile_min(near.time_s, mode.persons, share=0.99)
        figures[f"max_minutes_{when}"] = percentile_min(near.time_s, mode.persons, share=1.0)
        figures[f"persons_reaching_no_site_{when}"] = float(mode.persons[np.isinf(near.time_s)].sum())
    return figures


def _part(persons: float, total: float) -> dict[str, float]:
    return {"persons": persons, "share": persons / total if total else 0.0}
