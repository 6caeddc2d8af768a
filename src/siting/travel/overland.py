"""OverlandSurface: across a raster and along roads, in any order; for people on foot, and for places far from roads."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from siting.arguments import numbers, whole_number
from siting.errors import DataError, Fault
from siting.grid import Grid
from siting.territory.values import RoadNetwork, Territory
from siting.travel import reach
from siting.travel.access_legs import RoadAccess
from siting.travel.friction import standing
from siting.travel.raster_edges import Edges, raster_edges
from siting.travel.roads import link_seconds
from siting.travel.tick_graph import GraphSearch, TickGraph, nearest_on_graph
from siting.travel.tick_raster import checked_friction
from siting.travel.ticks import nearest_times, rows_at, ticks_to_cross, whole_ticks
from siting.travel.travel_times import TICKS_PER_S, NearestTimes
from siting.travel.workspace import Found

Floats = NDArray[np.float64]

_Kind = TypeVar("_Kind", bound=np.generic)

ACCESS_LINKS = 4
HALF_DIAGONAL = float(np.sqrt(0.5))
"""Of a cell of side 1: what lies farther from its centre is another cell's."""
NOWHERE = np.empty(0)


def overland_edges(
    friction_s_per_m: NDArray[np.floating],
    grid: Grid,
    roads: RoadNetwork,
    link_s: NDArray[np.floating],
    *,
    x_m: Floats = NOWHERE,
    y_m: Floats = NOWHERE,
    access_links: int = ACCESS_LINKS,
    elevation_m: NDArray[np.floating] | None = None,
) -> Edges:
    """A raster and a road graph as one graph, to be crossed in any order.

    Nodes are the cells of the grid, row by row; then the nodes of the roads; then the places given. Edges are

    - the steps between cells (`raster_edges`), and the links, each from ``link_from`` to ``link_to``;
    - from each open cell (its centre) and each place to the roads, and back: by the rule of `RoadSurface`, no farther
      than half the diagonal of a cell, at the friction of the cell. Two of them that join one link meet on it;
    - between each place and the centre of the cell in which it stands, in a straight line at the friction of that
      cell. On a barrier it stands in the nearest of the 8 neighbours that is none; where there is none it is cut off.

    Every edge takes a whole number of ticks of 1/4096 s, each straight line and each share of a link rounded to it.

    Parameters
    ----------
    friction_s_per_m : float array, shape ``grid.shape``
        Off the road; inf = barrier.
    grid : Grid
    roads : RoadNetwork
    link_s : float array, shape (n_links,)
        Seconds that each link takes; inf where it is not taken.
    x_m, y_m : float arrays, shape (n_places,), optional
        Places, in the grid's CRS.
    access_links : int
        Points of the roads by which a cell or a place joins them.
    elevation_m : float array, shape ``grid.shape``, optional
        See `raster_edges`; slope is not looked at along roads.

    Raises
    ------
    DataError
        Where an array has another shape, or holds what `raster_edges` refuses.
    """
    friction = checked_friction(friction_s_per_m).astype(np.float64)
    if friction.shape != grid.shape:
        problem = f"has shape {friction.shape}, the grid has {grid.shape}"
        raise DataError(Fault("travel", 0, 0, "friction_s_per_m", problem, "one figure per cell"))
    seconds = numbers(link_s, where="travel", name="link_s", shape=roads.link_from.shape)
    x_m, y_m = _checked_places(x_m, y_m)
    access_links = whole_number(access_links, where="travel", name="access_links", least=1)
    is_taken = ~np.isinf(seconds)
    links = (
        grid.n_cells + roads.link_from[is_taken].astype(np.int64),
        grid.n_cells + roads.link_to[is_taken].astype(np.int64),
        whole_ticks(seconds[is_taken]),
    )
    tail, head, time_s = raster_edges(friction, cell_size_m=grid.cell_size_m, elevation_m=elevation_m)
    access = RoadAccess(roads, seconds, n_nearest=access_links, max_length_m=grid.cell_size_m * HALF_DIAGONAL)
    parts = [(tail, head, whole_ticks(time_s)), links, *_walks(friction, grid, access, len(roads.node_x_m), x_m, y_m)]
    tail, head, ticks = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    return tail, head, ticks / TICKS_PER_S


def _checked_places(x_m: Floats, y_m: Floats) -> tuple[Floats, Floats]:
    x_m = numbers(x_m, where="travel", name="x_m")
    y_m = numbers(y_m, where="travel", name="y_m", shape=x_m.shape)
    if x_m.ndim != 1 or not np.isfinite(x_m + y_m).all():
        raise DataError(Fault("travel", 0, 0, "x_m, y_m", "are no list of places", "finite, (n_places,) each"))
    return x_m, y_m


def _walks(
    friction: Floats, grid: Grid, access: RoadAccess, n_nodes: int, x_m: Floats, y_m: Floats
) -> list[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.uint32]]]:
    """(tail, head, ticks) between cells, places and roads, and between places and their cells."""
    is_open = np.isfinite(friction)
    cells = np.flatnonzero(is_open)
    stands = standing(grid, is_open, grid.cell_at(x_m, y_m), x_m, y_m)
    kept = np.flatnonzero(stands >= 0)
    x_m, y_m, stands, places = x_m[kept], y_m[kept], stands[kept], grid.n_cells + n_nodes + kept
    cell_x_m, cell_y_m = grid.centre_of(cells)
    m_per_s = 1 / friction.ravel()[np.concatenate([cells, stands])]
    joins = access.joins(np.concatenate([cell_x_m, x_m]), np.concatenate([cell_y_m, y_m]), m_per_s)
    leaving, arriving, meeting = access.departures(joins), access.arrivals(joins), access.along(joins, joins)
    centre_x_m, centre_y_m = grid.centre_of(stands)
    to_centre = ticks_to_cross(np.hypot(centre_x_m - x_m, centre_y_m - y_m), m_per_s[len(cells) :])
    number = np.concatenate([cells, places])
    return [
        (number[leaving.place], grid.n_cells + leaving.node, leaving.ticks),
        (grid.n_cells + arriving.node, number[arriving.place], arriving.ticks),
        (number[meeting.place], number[meeting.node], meeting.ticks),
        (places, stands, to_centre),
        (stands, places, to_centre),
    ]


@dataclass(frozen=True)
class OverlandSurface:
    """A raster of land and the roads as one graph, crossed in any order: `overland_edges` says how they are joined.

    - A cell of land takes ``3.6 / off_road_kmh`` s/m; everything else is a barrier.
    - A link takes ``length_m / (link_kmh / 3.6)`` seconds; one of speed 0 is not taken.
    - The travel time is the least sum of ticks from the centre of a cell **towards the site**, rounded up to a whole
      second. Unlike a `RoadSurface`, cells and sites are passed through.

    Attributes
    ----------
    graph : TickGraph
        Every edge turned round: cells of the grid, road nodes, sites.
    """

    territory: Territory
    graph: TickGraph

    @classmethod
    def build(
        cls,
        territory: Territory,
        *,
        link_kmh: Floats,
        off_road_kmh: float,
        one_way: bool,
        access_links: int = ACCESS_LINKS,
    ) -> OverlandSurface:
        """The surface of the territory's land, roads and sites.

        Parameters
        ----------
        link_kmh : float64 array, shape (n_links,)
            Speed on each link; 0 = not taken.
        off_road_kmh : float
            Speed on land off the roads.
        one_way : bool
            False: every link is taken both ways.
        access_links : int

        Raises
        ------
        DataError
            Where the territory has no roads.
        """
        roads = territory.roads
        if roads is None:
            raise DataError(Fault("territory", 0, 0, "roads", "there are none", "travel on a friction surface"))
        if not one_way:
            roads, link_kmh = both_ways(roads), np.tile(link_kmh, 2)
        friction = np.where(territory.is_land, 3.6 / off_road_kmh, np.inf)
        tail, head, time_s = overland_edges(
            friction,
            territory.grid,
            roads,
            link_seconds(roads, link_kmh),
            x_m=territory.sites.x_m,
            y_m=territory.sites.y_m,
            access_links=access_links,
        )
        n_nodes = territory.grid.n_cells + len(roads.node_x_m) + len(territory.sites)
        return cls(territory, TickGraph.from_edges(n_nodes, head, tail, whole_ticks(time_s)))

    def searcher(self, cutoff_s: int) -> OverlandSearch:
        """A workspace for searches within ``cutoff_s``; one per thread."""
        return OverlandSearch(self, cutoff_s)

    def nearest(self, site_rows: NDArray[np.integer]) -> NearestTimes:
        """See `siting.travel.nearest`."""
        everywhere = self.nearest_everywhere(site_rows)
        cells = self.territory.demand.cell
        return NearestTimes(time_s=everywhere.time_s.ravel()[cells], site=everywhere.site.ravel()[cells])

    def nearest_everywhere(self, site_rows: NDArray[np.integer]) -> NearestTimes:
        """See `siting.travel.nearest_everywhere`."""
        grid, rows = self.territory.grid, np.unique(site_rows)
        ticks, position = nearest_on_graph(self.graph, self.first_site + rows)
        cells = slice(grid.n_cells)
        site = rows_at(position[cells], rows)
        return nearest_times(ticks[cells].reshape(grid.shape), site.reshape(grid.shape))

    def unreached_reason(self, site_rows: NDArray[np.integer]) -> NDArray[np.uint8]:
        """Reach code (`siting.travel.reach`) of every demand cell, as uint8."""
        is_reached = self.nearest(site_rows).site >= 0
        is_land = self.territory.is_land.ravel()[self.territory.demand.cell]
        return reach.reason(is_reached, is_land, self.territory.demand.land_mass)

    def pocket_sizes(self) -> NDArray[np.int32]:
        """Nodes of the connected piece of the graph in which each demand cell lies, whatever the direction."""
        n_nodes = self.graph.n_nodes
        ends = (self.graph.tail, self.graph.head)
        edges = csr_array((np.ones(len(ends[0]), np.int8), ends), shape=(n_nodes, n_nodes))
        label = connected_components(edges, directed=False)[1]
        size_of = np.bincount(label).astype(np.int32)
        return np.asarray(size_of[label[self.territory.demand.cell]])

    @property
    def first_site(self) -> int:
        """Node of site 0."""
        return self.graph.n_nodes - len(self.territory.sites)


class OverlandSearch:
    """Bounded searches on an `OverlandSurface`."""

    def __init__(self, surface: OverlandSurface, cutoff_s: int) -> None:
        grid, demand = surface.territory.grid, surface.territory.demand
        self._first_site = surface.first_site
        self._search = GraphSearch(surface.graph, cutoff_s, wanted=range(grid.n_cells))
        self._row_of_cell = np.full(grid.n_cells, -1, np.int32)
        self._row_of_cell[demand.cell] = np.arange(len(demand))

    def within(self, site_rows: NDArray[np.integer]) -> Found:
        """The demand cells within the cutoff of each of some sites."""
        found = self._search.within(self._first_site + np.asarray(site_rows))
        row, site = self._row_of_cell[found.place], np.repeat(np.arange(len(found.counts)), found.counts)
        is_demand = row >= 0
        counts = np.bincount(site[is_demand], minlength=len(found.counts))
        return Found(counts, row[is_demand], found.times[is_demand])


def both_ways(roads: RoadNetwork) -> RoadNetwork:
    """The same roads, each link also taken back."""
    return replace(
        roads,
        link_from=np.concatenate([roads.link_from, roads.link_to]),
        link_to=np.concatenate([roads.link_to, roads.link_from]),
        link_length_m=np.tile(roads.link_length_m, 2),
        link_class=np.tile(roads.link_class, 2),
        link_maxspeed_kmh=_twice(roads.link_maxspeed_kmh),
        link_own_kmh=_twice(roads.link_own_kmh),
        link_is_unpaved=_twice(roads.link_is_unpaved),
        link_is_off_ground=_twice(roads.link_is_off_ground),
    )


def _twice(values: NDArray[_Kind] | None) -> NDArray[_Kind] | None:
    return None if values is None else np.tile(values, 2)
