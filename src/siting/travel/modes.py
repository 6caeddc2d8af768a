"""How people get about without a car: the surface that each way of travelling is searched on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from siting.errors import DataError, Fault
from siting.territory.values import Territory
from siting.travel.access_points import EXPRESS_CLASSES
from siting.travel.friction import FrictionSurface
from siting.travel.overland import OverlandSurface
from siting.travel.road_speeds import FERRY, conditions_of, link_kmh
from siting.travel.times import car_friction

if TYPE_CHECKING:
    from siting.scenario.layers_travel import LayersTravel
    from siting.scenario.mode_settings import ModeSettings
    from siting.scenario.travel_settings import FrictionTravel, RoadTravel

DETOUR = 1.3
"""How much longer a way is than the straight line, where there are no roads to tell: an assumption."""


def build_mode_surface(
    territory: Territory, travel: RoadTravel | FrictionTravel | LayersTravel, mode: ModeSettings
) -> OverlandSurface | FrictionSurface:
    """What one travels on in another way than by car.

    On roads, an `OverlandSurface`: along each road at the speed of a car or at ``mode.speed_kmh``, whichever is less,
    and across the land at ``mode.off_road_kmh``; on foot both ways along one-way streets, and never along
    `EXPRESS_CLASSES`. Ferries keep their speed. On friction, the car's raster with no cell faster than
    ``mode.speed_kmh / DETOUR`` as the crow flies.

    Parameters
    ----------
    territory : Territory
    travel : RoadTravel, FrictionTravel or LayersTravel
        How a car travels.
    mode : ModeSettings
        ``walking`` or ``no_car`` of a scenario.
    """
    if travel.surface == "roads":
        return OverlandSurface.build(
            territory,
            link_kmh=_link_kmh(territory, travel, mode),
            off_road_kmh=mode.off_road_kmh,
            one_way=not mode.on_foot,
            access_links=travel.access_links,
        )
    slowest = np.float32(DETOUR * 3.6 / mode.speed_kmh)
    return FrictionSurface.build(territory, np.maximum(car_friction(territory, travel), slowest))


def _link_kmh(territory: Territory, travel: RoadTravel, mode: ModeSettings) -> NDArray[np.float64]:
    """Speed on each link: the car's up to that of the mode; ferries at theirs; no express road on foot."""
    roads = territory.roads
    if roads is None:
        raise DataError(Fault("territory", 0, 0, "roads", "there are none", "travel on a friction surface"))
    speeds_kmh = {str(name): kmh for name, kmh in travel.speeds_kmh.items()}
    car_kmh = link_kmh(territory, speeds_kmh, travel.speed_factor, conditions_of(travel))
    is_ferry, is_express = (np.isin(roads.classes, names)[roads.link_class] for names in ([FERRY], EXPRESS_CLASSES))
    kmh = np.where(is_ferry, car_kmh, np.minimum(car_kmh, mode.speed_kmh))
    return np.where(is_express & mode.on_foot, 0.0, kmh)
