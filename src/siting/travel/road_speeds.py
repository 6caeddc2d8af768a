"""How fast each link of a road network is driven: by its class, its limit, its surface and what surrounds it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates

from siting.grid import Grid
from siting.territory.relief import relief_on
from siting.territory.values import RoadNetwork, Territory
from siting.travel.screening import density_around

if TYPE_CHECKING:
    from siting.scenario import RoadTravel

Floats = NDArray[np.float64]

FERRY = "ferry"
URBAN_PERSONS_PER_KM2 = (300.0, 1500.0)
"""Densities at which a place starts to be urban and is so wholly: those of the urban clusters and urban centres of
the degree of urbanisation (Eurostat and others, 2021), as density around the place."""
MOST_SINUOSITY = 3.0
"""A longer detour between two ends is a loop rather than bends."""
RELIEF_UNIT_M = 100.0


@dataclass(frozen=True)
class RoadConditions:
    """What changes the speed of a class of roads from one link to another. The defaults change nothing.

    Attributes
    ----------
    use_maxspeed : bool
        The legal limit of a link, where known, replaces the speed of its class.
    use_ferries : bool
        Ferries are taken, at the speed that their duration gives.
    unpaved_speed_share : float
        Share of the speed that is left on an unpaved link.
    urban_slowing : float
        Time added in towns, as a share: 0.3 is 30 % longer where it is wholly urban (`URBAN_PERSONS_PER_KM2`).
    bend_slowing : float
        Time added for bends, as a share for each time that a link is longer than the straight line: at 0.5, a link
        1.4 times as long takes 20 % longer.
    relief_slowing : float
        Time added for relief, as a share per 100 m of standard deviation of the altitude within about 5 km.
    """

    use_maxspeed: bool = False
    use_ferries: bool = False
    unpaved_speed_share: float = 1.0
    urban_slowing: float = 0.0
    bend_slowing: float = 0.0
    relief_slowing: float = 0.0


AS_CLASSED = RoadConditions()
"""Every link of a class at the same speed."""


def conditions_of(travel: RoadTravel) -> RoadConditions:
    """The conditions that a scenario's way of travelling asks for."""
    return RoadConditions(**{one.name: getattr(travel, one.name) for one in fields(RoadConditions)})


def link_kmh(
    territory: Territory, speeds_kmh: Mapping[str, float], speed_factor: float, conditions: RoadConditions
) -> Floats:
    """Speed of every link, in km/h; 0 for a link that is not driven.

    ``(limit or speed of the class) × speed_factor × (unpaved_speed_share if unpaved) ÷ (1 + urban_slowing × urban +
    bend_slowing × (sinuosity - 1) + relief_slowing × relief_m / 100)``, all float64. A ferry that says how long it
    takes goes at its own speed.

    Returns
    -------
    float64 array, shape (n_links,)
    """
    roads = territory.roads
    assert roads is not None, "a territory without roads has no links"
    kmh = np.array([speeds_kmh.get(name, 0.0) for name in roads.classes])[roads.link_class]
    if conditions.use_maxspeed and roads.link_maxspeed_kmh is not None:
        limit_kmh = roads.link_maxspeed_kmh.astype(np.float64)
        kmh = np.where(np.isnan(limit_kmh) | (kmh == 0), kmh, limit_kmh)
    kmh = kmh * speed_factor
    if roads.link_is_unpaved is not None:
        kmh = np.where(roads.link_is_unpaved, kmh * conditions.unpaved_speed_share, kmh)
    kmh = kmh / slowing(territory, conditions)
    is_ferry = np.array([name == FERRY for name in roads.classes])[roads.link_class]
    if roads.link_own_kmh is not None:
        own_kmh = roads.link_own_kmh.astype(np.float64)
        kmh = np.where(np.isnan(own_kmh), kmh, own_kmh)
    return np.where(is_ferry & (not conditions.use_ferries), 0.0, kmh)


def slowing(territory: Territory, conditions: RoadConditions) -> Floats:
    """By how much each link takes longer than in open country on a straight, level road: 1 and above."""
    roads = territory.roads
    assert roads is not None, "a territory without roads has no links"
    factor = np.ones(len(roads.link_from))
    if conditions.urban_slowing:
        factor += conditions.urban_slowing * link_urban_share(territory, roads)
    if conditions.bend_slowing:
        factor += conditions.bend_slowing * (link_sinuosity(roads) - 1)
    if conditions.relief_slowing:
        factor += conditions.relief_slowing * link_relief_m(territory.grid, roads) / RELIEF_UNIT_M
    return factor


def link_urban_share(territory: Territory, roads: RoadNetwork) -> Floats:
    """From 0 (open country) to 1 (town) at the middle of each link, linear in the logarithm of the density there."""
    density = density_around(territory.persons, territory.is_land, territory.grid.cell_size_m)
    country, town = np.log(URBAN_PERSONS_PER_KM2)
    share = np.clip((np.log(np.maximum(density, 1.0)) - country) / (town - country), 0.0, 1.0)
    return _at_middles(share, territory.grid, roads)


def link_sinuosity(roads: RoadNetwork) -> Floats:
    """Length of each link over that of the straight line between its ends: from 1 to `MOST_SINUOSITY`."""
    dx = roads.node_x_m[roads.link_to] - roads.node_x_m[roads.link_from]
    dy = roads.node_y_m[roads.link_to] - roads.node_y_m[roads.link_from]
    straight_m = np.hypot(dx, dy)
    ratio = np.divide(roads.link_length_m, straight_m, out=np.full(len(dx), MOST_SINUOSITY), where=straight_m > 0)
    return np.asarray(np.clip(ratio, 1.0, MOST_SINUOSITY))


def link_relief_m(grid: Grid, roads: RoadNetwork) -> Floats:
    """Standard deviation of the altitude around the middle of each link, in metres."""
    return _at_middles(relief_on(grid).astype(np.float64), grid, roads)


def _at_middles(layer: Floats, grid: Grid, roads: RoadNetwork) -> Floats:
    """A layer of the grid at the middle of each link, linear between the centres of cells; beyond the grid its edge."""
    x_m = (roads.node_x_m[roads.link_from] + roads.node_x_m[roads.link_to]) / 2
    y_m = (roads.node_y_m[roads.link_from] + roads.node_y_m[roads.link_to]) / 2
    row = (grid.y_max_m - y_m) / grid.cell_size_m - 0.5
    column = (x_m - grid.x_min_m) / grid.cell_size_m - 0.5
    return np.asarray(map_coordinates(layer, [row, column], order=1, mode="nearest"))
