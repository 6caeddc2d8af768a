"""A raster of land and roads as one graph for SciPy: the other path of `siting.travel.OverlandSurface`."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array

from siting.scenario import FrictionTravel, LayersTravel, RoadTravel
from siting.scenario.mode_settings import ModeSettings
from siting.territory import RoadNetwork, Territory
from siting.travel.road_speeds import conditions_of, link_kmh
from siting.verify.scipy_times import (
    CLOSED_TO_ACCESS,
    TICKS_PER_S,
    TicksGraph,
    car_friction,
    in_ticks,
    least_edges,
    main_nodes,
    raster_graph,
    standing_cells,
)
from siting.verify.streets import Streets

Edge = tuple[int, int, float]
DETOUR = 1.3


def mode_graph(
    travel: RoadTravel | FrictionTravel | LayersTravel, mode: ModeSettings, territory: Territory
) -> TicksGraph:
    """The graph of a way of travelling beside the car."""
    if not isinstance(travel, RoadTravel):
        slowest = np.float32(DETOUR * 3.6 / mode.speed_kmh)
        return raster_graph(territory, np.maximum(car_friction(travel, territory), slowest))
    assert territory.roads is not None, "a scenario on roads assembles a road network"
    roads, express = territory.roads, ("motorway", "motorway_link", "trunk", "trunk_link")
    free_kmh = {str(name): kmh for name, kmh in travel.speeds_kmh.items()}
    car_kmh = link_kmh(territory, free_kmh, travel.speed_factor, conditions_of(travel))
    kmh = [
        0.0 if mode.on_foot and name in express else car if name == "ferry" else min(car, mode.speed_kmh)
        for name, car in zip((roads.classes[kind] for kind in roads.link_class), car_kmh.tolist(), strict=True)
    ]
    return overland_graph(territory, roads, kmh, mode, most=travel.access_links)


def overland_graph(
    territory: Territory, roads: RoadNetwork, kmh: list[float], mode: ModeSettings, *, most: int
) -> TicksGraph:
    """Cells of the grid, then road nodes, then sites; every edge turned round."""
    grid, sites, n_nodes = territory.grid, territory.sites, len(roads.node_x_m)
    is_land = territory.is_land.ravel()
    pace = 3.6 / mode.off_road_kmh
    edges = _steps(territory, pace)
    links = _links(roads, kmh, both_ways=mode.on_foot)
    edges += [(grid.n_cells + int(a), grid.n_cells + int(b), float(in_ticks(s, 1.0))) for a, b, s, _ in links]
    land = np.flatnonzero(is_land)
    stands = standing_cells(territory, is_land)
    first_site = grid.n_cells + n_nodes
    places = [(int(cell), float(x_m), float(y_m)) for cell, x_m, y_m in zip(land, *grid.centre_of(land), strict=True)]
    for row in np.flatnonzero(stands >= 0).tolist():
        x_m, y_m = float(sites.x_m[row]), float(sites.y_m[row])
        centre_x_m, centre_y_m = grid.centre_of(stands[row])
        away = float(in_ticks(np.hypot(centre_x_m - x_m, centre_y_m - y_m), 1 / pace))
        places.append((first_site + row, x_m, y_m))
        edges += [(first_site + row, int(stands[row]), away), (int(stands[row]), first_site + row, away)]
    edges += _walks(
        places, roads, links, 1 / pace, max_m=grid.cell_size_m * float(np.sqrt(0.5)), most=most, first_node=grid.n_cells
    )
    tail, head, ticks = (np.array(column) for column in zip(*edges, strict=True)) if edges else (np.empty(0),) * 3
    graph: csr_array = least_edges(first_site + len(sites), head.astype(np.int64), tail.astype(np.int64), ticks)
    return TicksGraph(
        graph,
        np.where(stands >= 0, first_site + np.arange(len(sites)), -1),
        np.where(is_land, np.arange(grid.n_cells), -1),
        is_land,
    )


def _steps(territory: Territory, pace: float) -> list[Edge]:
    """Steps between cells of land; none between two cells that touch at a corner between two others of water."""
    n_rows, n_columns = territory.grid.shape
    is_land, size_m = territory.is_land, territory.grid.cell_size_m
    straight = float(np.rint(size_m * (pace + pace) / 2 * TICKS_PER_S))
    slanted = float(np.rint(size_m * float(np.hypot(1, 1)) * (pace + pace) / 2 * TICKS_PER_S))
    found = []
    for row, column in np.argwhere(is_land).tolist():
        for down in (-1, 0, 1):
            for right in (-1, 0, 1):
                r, c = row + down, column + right
                if (down, right) == (0, 0) or not (0 <= r < n_rows and 0 <= c < n_columns) or not is_land[r, c]:
                    continue
                if down and right and not (is_land[r, column] or is_land[row, c]):
                    continue
                ticks = slanted if down and right else straight
                found.append((row * n_columns + column, r * n_columns + c, ticks))
    return found


def _links(roads: RoadNetwork, kmh: list[float], *, both_ways: bool) -> list[tuple[int, int, float, bool]]:
    """(from, to, seconds, may be joined) of every link that is taken."""
    found = []
    for row, kind in enumerate(roads.link_class.tolist()):
        name = roads.classes[kind]
        if kmh[row] == 0:
            continue
        tail, head = int(roads.link_from[row]), int(roads.link_to[row])
        seconds = float(roads.link_length_m[row]) / (kmh[row] / 3.6)
        is_off_ground = roads.link_is_off_ground is not None and bool(roads.link_is_off_ground[row])
        is_joined = name not in CLOSED_TO_ACCESS and not is_off_ground
        found.append((tail, head, seconds, is_joined))
        if both_ways:
            found.append((head, tail, seconds, is_joined))
    return found


def _walks(
    places: list[tuple[int, float, float]],
    roads: RoadNetwork,
    links: list[tuple[int, int, float, bool]],
    m_per_s: float,
    *,
    max_m: float,
    most: int,
    first_node: int,
) -> list[Edge]:
    """From places to the roads and back, and between places that join one street."""
    tail, head = (np.array([link[i] for link in links], dtype=np.int64) for i in (0, 1))
    joined = np.array([link[3] for link in links], dtype=bool)
    link_s = np.array([link[2] for link in links], dtype=np.float64)
    streets = Streets.of(roads, tail[joined], head[joined], link_s[joined])
    is_main = np.isin(np.arange(len(roads.node_x_m)), main_nodes(len(roads.node_x_m), tail, head))
    joins = [
        join for row, (_, x_m, y_m) in enumerate(places) for join in streets.joins(row, x_m, y_m, is_main, most, max_m)
    ]
    found = []
    for join in joins:
        name, away = places[join.place][0], float(in_ticks(join.length_m, m_per_s))
        for node, share, whole_s in streets.ways(join, leaves=True):
            found.append((name, first_node + node, away + float(in_ticks(share * whole_s, 1.0))))
        for node, share, whole_s in streets.ways(join, leaves=False):
            found.append((first_node + node, name, away + float(in_ticks(share * whole_s, 1.0))))
    for one, other, part_s in streets.meetings(joins, joins):
        ticks = in_ticks(one.length_m, m_per_s) + in_ticks(other.length_m, m_per_s) + in_ticks(part_s, 1.0)
        found.append((places[one.place][0], places[other.place][0], float(ticks)))
    return found
