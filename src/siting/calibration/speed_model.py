"""The few figures that are fitted, and the minutes that they give to each link."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from siting.scenario import RoadTravel
from siting.scenario.travel_settings import HIGHEST_LIMIT_KMH
from siting.territory.values import Territory
from siting.travel.road_speeds import (
    FERRY,
    RELIEF_UNIT_M,
    RoadConditions,
    conditions_of,
    link_kmh,
    link_relief_m,
    link_sinuosity,
    link_urban_share,
)

Floats = NDArray[np.float64]

GROUPS = {
    "motorway": 0, "motorway_link": 0, "trunk": 0, "trunk_link": 0,
    "primary": 1, "primary_link": 1, "secondary": 1, "secondary_link": 1,
    "tertiary": 2, "tertiary_link": 2, "unclassified": 2,
    "residential": 3, "living_street": 3, "service": 3, "track": 3,
}  # fmt: skip
"""Classes whose speeds are multiplied together: too few trips drive each alone."""
N_GROUPS = 4

CONTEXTS = ("urban_slowing", "bend_slowing", "relief_slowing")
SLOWEST_PACE, QUICKEST_PACE = 2.5, 0.5
MOST_SLOWING = 3.0
HIGHEST_FACTOR = 1.2
"""Of ``travel.speed_factor``."""


@dataclass(frozen=True)
class SpeedModel:
    """What a link's minutes are made of.

    ``minutes = base × pace[group] × (1 + Σ slowing × context)``, to which ferries add what they take.

    Attributes
    ----------
    base_min : float64 array, shape (n_links,)
        At the speeds of the scenario, on a straight, level road in open country; 0 for a ferry.
    fixed_min : float64 array, shape (n_links,)
        What is not fitted: ferries.
    group : int64 array, shape (n_links,)
    context : float64 array, shape (n_links, 3)
        Urban share, sinuosity - 1, relief in hundreds of metres.
    n_groups : int
        4; 1 where limits are used, since a limit is not the speed of a class.
    """

    base_min: Floats
    fixed_min: Floats
    group: NDArray[np.int64]
    context: Floats
    n_groups: int

    def minutes(self, figures: Floats) -> Floats:
        """Minutes of each link under ``figures``: a pace per group, then a slowing per context."""
        pace, slowing = figures[: self.n_groups], figures[self.n_groups :]
        return self.fixed_min + self.base_min * pace[self.group] * (1 + self.context @ slowing)

    @property
    def parts(self) -> Floats:
        """What a trip's minutes are linear in, by link: fixed, then for each group its base and base × contexts."""
        columns = [self.fixed_min]
        for group in range(self.n_groups):
            base = np.where(self.group == group, self.base_min, 0.0)
            columns += [base, *(base[:, None] * self.context).T]
        return np.column_stack(columns)

    def of_trips(self, sums: Floats, figures: Floats) -> Floats:
        """Minutes of trips whose `parts` add up to ``sums``, on the same ways under other figures."""
        pace, slowing = figures[: self.n_groups], figures[self.n_groups :]
        by_group = sums[:, 1:].reshape(len(sums), self.n_groups, 1 + len(CONTEXTS))
        return np.asarray(sums[:, 0] + (by_group @ np.concatenate([[1.0], slowing])) @ pace)

    def first_figures(self, travel: RoadTravel) -> Floats:
        """Those of the scenario."""
        return np.array([1.0] * self.n_groups + [getattr(travel, name) for name in CONTEXTS])

    def bounds(self, travel: RoadTravel) -> tuple[Floats, Floats]:
        """Least and most of each figure: no class may become faster than the highest legal limit."""
        fastest_kmh = np.zeros(self.n_groups)
        for name, kmh in travel.speeds_kmh.items():
            group = min(GROUPS.get(name, 0), self.n_groups - 1)
            fastest_kmh[group] = max(fastest_kmh[group], kmh if name in GROUPS else 0)
        quickest = fastest_kmh / HIGHEST_LIMIT_KMH if self.n_groups > 1 else [travel.speed_factor / HIGHEST_FACTOR]
        low = np.concatenate([np.maximum(quickest, QUICKEST_PACE), np.zeros(len(CONTEXTS))])
        return low, np.array([SLOWEST_PACE] * self.n_groups + [MOST_SLOWING] * len(CONTEXTS))


def speed_model(territory: Territory, travel: RoadTravel) -> tuple[SpeedModel, NDArray[np.bool_]]:
    """The model of a scenario's roads, and which links are driven (the model has those alone)."""
    roads = territory.roads
    assert roads is not None, "a scenario on roads assembles a road network"
    asked = conditions_of(travel)
    plain = RoadConditions(asked.use_maxspeed, asked.use_ferries, asked.unpaved_speed_share)
    free_kmh = {str(name): kmh for name, kmh in travel.speeds_kmh.items()}
    kmh = link_kmh(territory, free_kmh, travel.speed_factor, plain)
    is_driven = kmh > 0
    minutes = roads.link_length_m[is_driven] / 1000 / kmh[is_driven] * 60
    name = np.array(roads.classes)[roads.link_class[is_driven]]
    is_ferry = name == FERRY
    context = np.column_stack(
        [
            link_urban_share(territory, roads),
            link_sinuosity(roads) - 1,
            link_relief_m(territory.grid, roads) / RELIEF_UNIT_M,
        ]
    )[is_driven]
    n_groups = 1 if asked.use_maxspeed else N_GROUPS
    group = np.array([GROUPS.get(one, N_GROUPS - 1) for one in roads.classes])[roads.link_class[is_driven]]
    model = SpeedModel(
        base_min=np.where(is_ferry, 0.0, minutes),
        fixed_min=np.where(is_ferry, minutes, 0.0),
        group=np.minimum(group, n_groups - 1).astype(np.int64),
        context=context,
        n_groups=n_groups,
    )
    return model, is_driven


def settings_of(figures: Floats, travel: RoadTravel) -> dict[str, object]:
    """The keys of ``travel:`` that give these figures, rounded as they are written."""
    n_groups = len(figures) - len(CONTEXTS)
    slowing = {name: round(float(one), 2) for name, one in zip(CONTEXTS, figures[n_groups:], strict=True)}
    if n_groups == 1:
        return {
            "speed_factor": round(float(np.clip(travel.speed_factor / figures[0], 0.3, HIGHEST_FACTOR)), 3),
            **slowing,
        }
    speeds_kmh = {
        str(name): round(float(max(kmh / figures[GROUPS[name]], 1)), 1) if name in GROUPS else kmh
        for name, kmh in travel.speeds_kmh.items()
    }
    return {"speed_factor": travel.speed_factor, "speeds_kmh": speeds_kmh, **slowing}
