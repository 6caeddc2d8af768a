"""The road network of a run, on its Grid's CRS."""

from __future__ import annotations

import numpy as np
from pyproj import Transformer

from siting.grid import Grid
from siting.scenario import RoadTravel, Scenario
from siting.territory import embedded
from siting.territory.values import RoadNetwork

CLOSED_TO_CARS = ("no", "private")


def road_network(scenario: Scenario, grid: Grid) -> RoadNetwork | None:
    """The embedded network that the scenario names, or None where it travels on a friction raster.

    Links whose ``access`` is in `CLOSED_TO_CARS` are left out; all nodes stay.
    """
    if not isinstance(scenario.travel, RoadTravel):
        return None
    name = scenario.travel.network
    nodes, links = embedded.read_roads(name)
    x_m, y_m = Transformer.from_crs("EPSG:2154", grid.crs, always_xy=True).transform(nodes["x_l93_m"], nodes["y_l93_m"])
    links = links[~links["access"].isin(CLOSED_TO_CARS)]
    highway = links["highway"].astype("category")
    return RoadNetwork(
        node_x_m=np.asarray(x_m, dtype=np.float64),
        node_y_m=np.asarray(y_m, dtype=np.float64),
        link_from=links["from_node"].to_numpy(np.int32),
        link_to=links["to_node"].to_numpy(np.int32),
        link_length_m=links["length_m"].to_numpy(np.float64),
        link_class=highway.cat.codes.to_numpy(np.uint8),
        classes=tuple(highway.cat.categories),
        source=embedded.attribution(f"{name}_roads"),
    )
