"""Tiny territories for the travel tests: from an ASCII raster, or from nodes and links."""

from __future__ import annotations

import numpy as np

from siting.grid import Grid
from siting.territory.values import Communes, Demand, RoadNetwork, Sites, Territory


def territory(grid, *, demand_cell, site_xy, roads=None, is_land=None, land_mass=None) -> Territory:
    """A territory of one commune, with a person in each demand cell."""
    n_cells, n_sites = len(demand_cell), len(site_xy)
    nothing = np.array([""])
    site_xy = np.asarray(site_xy, np.float64).reshape(-1, 2)
    is_land = np.ones(grid.shape, np.bool_) if is_land is None else is_land
    return Territory(
        grid=grid,
        communes=Communes(
            nothing, nothing, nothing, nothing, nothing, np.ones(1, np.int64), np.zeros(1), np.zeros(1),
            np.zeros(1, np.int64), np.zeros(1, np.int64), np.ones(1, np.bool_),
        ),
        demand=Demand(
            cell=np.asarray(demand_cell, np.int64),
            persons=np.ones(n_cells),
            persons_by_age=np.ones((n_cells, 3)),
            commune=np.zeros(n_cells, np.int32),
            land_mass=np.zeros(n_cells, np.int32) if land_mass is None else np.asarray(land_mass, np.int32),
        ),
        sites=Sites(
            id=np.array([f"s{row:04}" for row in range(n_sites)], dtype=np.str_),
            name=np.array([""] * n_sites, dtype=np.str_),
            kind=np.array(["create"] * n_sites, dtype=np.str_),
            commune=np.zeros(n_sites, np.int32),
            x_m=site_xy[:, 0],
            y_m=site_xy[:, 1],
            is_existing=np.zeros(n_sites, np.bool_),
            in_study_area=np.ones(n_sites, np.bool_),
        ),
        persons=is_land.astype(np.float32),
        is_land=is_land,
        commune_of_cell=np.where(is_land, 0, -1).astype(np.int32),
        in_study_area=is_land,
        roads=roads,
        sources=(),
        notes=(),
    )  # fmt: skip


def raster_world(friction, *, site_cell, cell_size_m=100.0, demand_cell=None, land_mass=None) -> Territory:
    """A territory on a friction raster; every open cell is a demand cell unless they are given."""
    n_rows, n_columns = friction.shape
    grid = Grid("EPSG:3035", 0.0, n_rows * cell_size_m, cell_size_m, n_rows, n_columns)
    is_open = np.isfinite(friction)
    x_m, y_m = grid.centre_of(np.asarray(site_cell, np.int64))
    return territory(
        grid,
        demand_cell=np.flatnonzero(is_open) if demand_cell is None else demand_cell,
        site_xy=np.column_stack([x_m, y_m]),
        is_land=is_open,
        land_mass=land_mass,
    )


def ascii_friction(drawing: str, friction_of: dict[str, float]) -> np.ndarray:
    """Friction raster of a drawing, one character a cell; ``#`` is a barrier."""
    rows = drawing.strip().split()
    return np.array([[friction_of.get(mark, np.inf) for mark in row] for row in rows])


def road_network(
    node_xy, links, classes=("primary", "residential", "motorway", "footway", "trunk_link"), off_ground=None
) -> RoadNetwork:
    """Roads of (from, to, length_m, class name) links; ``off_ground`` are the rows of bridges and tunnels."""
    node_xy = np.asarray(node_xy, np.float64).reshape(-1, 2)
    return RoadNetwork(
        node_x_m=node_xy[:, 0],
        node_y_m=node_xy[:, 1],
        link_from=np.array([link[0] for link in links], np.int32),
        link_to=np.array([link[1] for link in links], np.int32),
        link_length_m=np.array([link[2] for link in links], np.float64),
        link_class=np.array([classes.index(link[3]) for link in links], np.uint8),
        classes=classes,
        source="drawn for a test",
        link_is_off_ground=None if off_ground is None else np.isin(np.arange(len(links)), off_ground),
    )


def both_ways(tail, head, length_m, kind="primary"):
    """A street open both ways: two links."""
    return [(tail, head, length_m, kind), (head, tail, length_m, kind)]
