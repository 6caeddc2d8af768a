"""Travel times by SciPy's Dijkstra, from the rules that the surfaces state: the other path of a verification.

Shares no code with `siting.travel`'s searches: graphs are built here in plain NumPy and access points are
found by looking at every road in reach, one place at a time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, dijkstra

from siting.scenario import FrictionTravel, LayersTravel, RoadTravel
from siting.territory import RoadNetwork, Territory
from siting.territory.relief import relief_on
from siting.travel.road_speeds import conditions_of, link_kmh
from siting.travel.screening import screening_friction
from siting.verify.streets import Streets

TICKS_PER_S = 4096
CLOSED_TO_ACCESS = ("motorway", "motorway_link", "trunk", "trunk_link", "ferry")
SITES_AT_ONCE = 16
"""Searches whose dense results are held together: 16 × 0.6 M nodes are 77 MB for France at 1 km."""


@dataclass(frozen=True)
class TicksGraph:
    """A graph to be searched from the sites: every edge leads away from them, in whole ticks.

    Attributes
    ----------
    edges : csr_array, shape (n_nodes, n_nodes)
    site_node : int64 array, shape (n_sites,)
        Node of each site, -1 for a site that stands nowhere.
    cell_node : int64 array, shape (n_cells of the grid,)
        Node of each cell of the grid, -1 off the land.
    has_access : bool array, same shape
        Something leads to the cell: a leg from a road or a site; on a raster, the cell is no barrier.
    """

    edges: csr_array
    site_node: NDArray[np.int64]
    cell_node: NDArray[np.int64]
    has_access: NDArray[np.bool_]

    def nearest_s(self, site_rows: NDArray[np.integer]) -> NDArray[np.float64]:
        """Seconds, rounded up, from each cell of the grid to the nearest of some sites; inf where none is reached."""
        nodes = self.site_node[site_rows]
        nodes = nodes[nodes >= 0]
        if len(nodes) == 0:
            return np.full(len(self.cell_node), np.inf)
        return self._seconds_at_cells(dijkstra(self.edges, indices=nodes, min_only=True))

    def within_s(
        self, site_rows: NDArray[np.integer], cells: NDArray[np.integer], limit_s: int
    ) -> Iterator[tuple[NDArray[np.intp], NDArray[np.float64]]]:
        """For each site, which of some cells of the grid, all different, are within the limit, and their seconds.

        Looking only at nodes that were reached takes 6 ms a site of France instead of 35.
        """
        place_of_node = np.full(self.edges.shape[0], -1, dtype=np.intp)
        place = np.flatnonzero(self.cell_node[cells] >= 0)
        place_of_node[self.cell_node[cells[place]]] = place
        for ticks in _searches(self.edges, self.site_node[site_rows], limit_s):
            node = np.flatnonzero(ticks <= limit_s * TICKS_PER_S)
            node = node[place_of_node[node] >= 0]
            yield place_of_node[node], np.ceil(ticks[node] / TICKS_PER_S)

    def to_sites_s(self, cells: NDArray[np.integer], limit_s: int) -> Iterator[NDArray[np.float64]]:
        """For each cell of the grid given, seconds to each site; inf beyond the limit."""
        for ticks in _searches(self.edges.T.tocsr(), self.cell_node[cells], limit_s):
            yield np.ceil(np.where(self.site_node >= 0, ticks[self.site_node], np.inf) / TICKS_PER_S)

    def _seconds_at_cells(self, ticks: NDArray[np.float64]) -> NDArray[np.float64]:
        at_cells = np.where(self.cell_node >= 0, ticks[self.cell_node], np.inf)
        return np.asarray(np.ceil(at_cells / TICKS_PER_S))


def ticks_graph(travel: RoadTravel | FrictionTravel | LayersTravel, territory: Territory) -> TicksGraph:
    """The graph of a scenario's way of travelling."""
    if isinstance(travel, RoadTravel):
        assert territory.roads is not None, "a scenario on roads assembles a road network"
        return _road_graph(travel, territory, territory.roads)
    return raster_graph(territory, car_friction(travel, territory))


def car_friction(travel: FrictionTravel | LayersTravel, territory: Territory) -> NDArray[np.float32]:
    """The friction of the layers, or of the screening model by its own rule."""
    if isinstance(travel, LayersTravel):
        assert territory.friction_s_per_m is not None, "a scenario on layers assembles their friction"
        return territory.friction_s_per_m
    return screening_friction(
        territory.persons,
        territory.is_land,
        cell_size_m=territory.grid.cell_size_m,
        relief_m=relief_on(territory.grid),
        density_persons_per_km2=travel.density_persons_per_km2,
        speeds_kmh=travel.speeds_kmh,
        rugged_speed_share=travel.rugged_speed_share,
    )


def _searches(edges: csr_array, sources: NDArray[np.integer], limit_s: int) -> Iterator[NDArray[np.float64]]:
    """Ticks from each source (-1: from nowhere) to every node, within a limit."""
    for first in range(0, len(sources), SITES_AT_ONCE):
        block = sources[first : first + SITES_AT_ONCE]
        found = np.full((len(block), edges.shape[0]), np.inf)
        if (block >= 0).any():
            found[block >= 0] = dijkstra(edges, indices=block[block >= 0], limit=float(limit_s * TICKS_PER_S))
        yield from found


def in_ticks(length_m: Any, m_per_s: float) -> Any:
    return np.rint(length_m / m_per_s * TICKS_PER_S)


def least_edges(
    n_nodes: int, tail: NDArray[np.int64], head: NDArray[np.int64], ticks: NDArray[np.float64]
) -> csr_array:
    """The graph of some edges; of parallel ones, the quickest (a sparse matrix would add them up)."""
    order = np.lexsort((ticks, head, tail))
    tail, head, ticks = tail[order], head[order], ticks[order]
    is_first = np.ones(len(tail), dtype=bool)
    is_first[1:] = (tail[1:] != tail[:-1]) | (head[1:] != head[:-1])
    start = np.searchsorted(tail[is_first], np.arange(n_nodes + 1))
    return csr_array((ticks[is_first], head[is_first], start), shape=(n_nodes, n_nodes))


def _road_graph(travel: RoadTravel, territory: Territory, roads: RoadNetwork) -> TicksGraph:
    """Road nodes, then land cells, then sites."""
    free_kmh = {str(name): kmh for name, kmh in travel.speeds_kmh.items()}
    kmh = link_kmh(territory, free_kmh, travel.speed_factor, conditions_of(travel))
    is_driven = kmh > 0
    tail, head = (ends[is_driven].astype(np.int64) for ends in (roads.link_from, roads.link_to))
    link_s = roads.link_length_m[is_driven] / (kmh[is_driven] / 3.6)
    is_joined = ~np.isin(np.array(roads.classes)[roads.link_class[is_driven]], CLOSED_TO_ACCESS)
    if roads.link_is_off_ground is not None:
        is_joined &= ~roads.link_is_off_ground[is_driven]
    streets = Streets.of(roads, tail[is_joined], head[is_joined], link_s[is_joined])
    is_main = np.isin(np.arange(len(roads.node_x_m)), main_nodes(len(roads.node_x_m), tail, head))
    sites, land = territory.sites, np.flatnonzero(territory.is_land)
    land_x_m, land_y_m = territory.grid.centre_of(land)
    x_m, y_m = np.concatenate([land_x_m, sites.x_m]), np.concatenate([land_y_m, sites.y_m])
    off_road = travel.off_road_kmh / 3.6
    first_place = len(roads.node_x_m)
    first_site = first_place + len(land)
    joins = [
        join
        for place in range(len(x_m))
        for join in streets.joins(place, x_m[place], y_m[place], is_main, travel.access_links, travel.max_access_m)
    ]
    ways = [  # (from, to, ticks)
        (first_place + join.place, end, in_ticks(join.length_m, off_road) + in_ticks(share * whole_s, 1.0))
        if join.place < len(land)
        else (end, first_place + join.place, in_ticks(join.length_m, off_road) + in_ticks(share * whole_s, 1.0))
        for join in joins
        for end, share, whole_s in streets.ways(join, leaves=join.place < len(land))
    ]
    ways += [
        (first_place + one.place, first_place + other.place, ticks)
        for one, other, part_s in streets.meetings(
            [join for join in joins if join.place < len(land)], [join for join in joins if join.place >= len(land)]
        )
        for ticks in [in_ticks(one.length_m, off_road) + in_ticks(other.length_m, off_road) + in_ticks(part_s, 1.0)]
    ]
    site, near_cell, direct_m = _direct(sites.x_m, sites.y_m, land_x_m, land_y_m, travel.max_access_m)
    way_from, way_to = (np.array([way[i] for way in ways], dtype=np.int64) for i in (0, 1))
    # every edge turned round: the searches start at the sites
    edges = least_edges(
        first_site + len(sites),
        np.concatenate([head, way_to, first_site + site]),
        np.concatenate([tail, way_from, first_place + near_cell]),
        np.concatenate([in_ticks(link_s, 1.0), np.array([way[2] for way in ways]), in_ticks(direct_m, off_road)]),
    )
    cell_node = np.full(territory.grid.n_cells, -1, dtype=np.int64)
    cell_node[land] = first_place + np.arange(len(land))
    has_access = np.zeros(territory.grid.n_cells, dtype=bool)
    joined = np.array([join.place for join in joins], dtype=np.int64)
    has_access[land[joined[joined < len(land)]]] = has_access[land[near_cell]] = True
    return TicksGraph(edges, first_site + np.arange(len(sites)), cell_node, has_access)


def main_nodes(n_nodes: int, tail: NDArray[np.int64], head: NDArray[np.int64]) -> NDArray[np.int64]:
    links = csr_array((np.ones(len(tail)), (tail, head)), shape=(n_nodes, n_nodes))
    label = connected_components(links, connection="strong")[1]
    size = np.bincount(label)[label]
    return np.flatnonzero(label == label[np.argmax(size)])


def _direct(
    site_x_m: NDArray[np.float64],
    site_y_m: NDArray[np.float64],
    x_m: NDArray[np.float64],
    y_m: NDArray[np.float64],
    max_m: float,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """(site, cell, length) of every straight line from a site to a cell within ``max_m``."""
    found = [
        (site, near, length_m[near])
        for site in range(len(site_x_m))
        for length_m in [np.hypot(site_x_m[site] - x_m, site_y_m[site] - y_m)]
        for near in [np.flatnonzero(length_m <= max_m)]
    ]
    site_of = np.repeat([site for site, _, _ in found], [len(near) for _, near, _ in found]).astype(np.int64)
    cell = np.concatenate([near for _, near, _ in found]).astype(np.int64)
    return site_of, cell, np.concatenate([length_m for _, _, length_m in found])


def raster_graph(territory: Territory, friction_s_per_m: NDArray[np.floating]) -> TicksGraph:
    """One node per cell of the grid; steps between neighbours that are no barriers."""
    grid = territory.grid
    friction = np.pad(np.asarray(friction_s_per_m, dtype=np.float64), 1, constant_values=np.inf)
    is_open = np.isfinite(friction)
    half = {
        False: np.rint(np.where(is_open, friction, 0) * (grid.cell_size_m / 2) * TICKS_PER_S),
        True: np.rint(np.where(is_open, friction, 0) * (grid.cell_size_m / 2 * np.sqrt(2.0)) * TICKS_PER_S),
    }
    node = np.full(friction.shape, -1, dtype=np.int64)
    node[1:-1, 1:-1] = np.arange(grid.n_cells).reshape(grid.shape)
    inner = (slice(1, -1), slice(1, -1))

    def shifted(layer: NDArray[Any], down: int, right: int) -> NDArray[Any]:
        return layer[1 + down : layer.shape[0] - 1 + down, 1 + right : layer.shape[1] - 1 + right]

    tails, heads, ticks = [], [], []
    for down, right in ((-1, -1), (-1, 0), (-1, 1), (0, -1), (0, 1), (1, -1), (1, 0), (1, 1)):
        is_diagonal = down != 0 and right != 0
        is_step = is_open[inner] & shifted(is_open, down, right)
        if is_diagonal:
            is_step = is_step & (shifted(is_open, down, 0) | shifted(is_open, 0, right))
        tails.append(node[inner][is_step])
        heads.append(shifted(node, down, right)[is_step])
        ticks.append(half[is_diagonal][inner][is_step] + shifted(half[is_diagonal], down, right)[is_step])
    edges = least_edges(grid.n_cells, np.concatenate(tails), np.concatenate(heads), np.concatenate(ticks))
    is_open_cell = is_open[inner].ravel()
    cell_node = np.where(is_open_cell, np.arange(grid.n_cells), -1)
    return TicksGraph(edges, standing_cells(territory, is_open_cell), cell_node, is_open_cell)


def standing_cells(territory: Territory, is_open: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Cell in which each site stands: its own if open, else the nearest open neighbour (ties: the lowest), else -1."""
    grid, sites = territory.grid, territory.sites
    stands = []
    for x_m, y_m in zip(sites.x_m, sites.y_m, strict=True):
        cell = int(grid.cell_at(x_m, y_m))
        if cell >= 0 and not is_open[cell]:
            row, column = divmod(cell, grid.n_columns)
            around = [
                r * grid.n_columns + c
                for r in range(max(row - 1, 0), min(row + 2, grid.n_rows))
                for c in range(max(column - 1, 0), min(column + 2, grid.n_columns))
                if is_open[r * grid.n_columns + c]
            ]
            distance_m = [float(np.hypot(*(np.subtract(grid.centre_of(a), (x_m, y_m))))) for a in around]
            cell = min(zip(distance_m, around, strict=True))[1] if around else -1
        stands.append(cell)
    return np.array(stands, dtype=np.int64)
