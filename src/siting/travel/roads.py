"""RoadSurface: travel on the road graph, by its true lengths, with access off the road at both ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from siting.errors import DataError, Fault
from siting.territory.values import RoadNetwork, Territory
from siting.travel import reach
from siting.travel.access_legs import RoadAccess, together
from siting.travel.leaf_graph import LeafGraph, Leaves
from siting.travel.road_speeds import AS_CLASSED, RoadConditions, link_kmh
from siting.travel.tick_graph import GraphSearch, nearest_on_graph
from siting.travel.ticks import nearest_times, rows_at, whole_ticks
from siting.travel.travel_times import NearestTimes
from siting.travel.workspace import Found


@dataclass(frozen=True)
class RoadSurface:
    """Roads, demand cells and sites as one directed graph; cells and sites are its leaves.

    The rules, exactly. All arithmetic is float64; ticks are ``round half even (seconds × 4096)``.

    - A link is driven from ``link_from`` to ``link_to`` in ``length_m / (kmh / 3.6)`` seconds at its speed
      (`siting.travel.road_speeds.link_kmh`; without conditions ``speeds_kmh[class] × speed_factor``); a link whose
      class has no speed is not driven. Turns cost nothing. Links meet at their nodes only, so a bridge never joins
      the road under it.
    - A *segment* is the straight line between two nodes that a driven link joins, either way, if the link is on
      the ground (``link_is_off_ground``) and of no `CLOSED_CLASSES`: a network that keeps its bends has a node at
      each. The point of a segment nearest to a place is the foot of the perpendicular, at the share
      ``(p - first)·(second - first) / |second - first|²`` of it, or one of its ends.
    - A place (the centre of a demand cell, the point of a site) is joined in a straight line, at
      ``off_road_kmh / 3.6`` m/s, to the first ``access_links`` different such points by (straight length; ends by
      node row, then feet by segment), those farther than ``max_access_m`` left out; and by the same count and limit
      to the points of segments with both ends in the *main component*, so that a small pocket of roads beside a
      place does not hide the network. Straight length is ``hypot(dx, dy)``.
    - From a foot one goes on along the segment's quickest link each way that is driven, for the share that is left
      of its seconds: bends are spread evenly over a link. Two places that join one segment meet on it.
    - The main component is the largest strongly connected one of the driven links, by nodes (of equal ones, that of
      the lowest node row).
    - A cell and a site no farther apart than ``max_access_m`` are also joined to each other, in a straight line.
    - Nothing passes *through* a cell or a site. Straight lines do not see water.
    - Ticks are those of each straight line, of each share of a link and of each link, added up. The travel time is
      the least sum from the cell **towards the site**, rounded up to a whole second.

    Attributes
    ----------
    towards : LeafGraph
        Every edge turned round, to be searched from the sites.
    junctions : LeafGraph
        The same without the nodes that are only passed through, neighbours numbered together: what the times of
        many sites are searched on.
    access : RoadAccess
        The rule by which places join the roads.
    off_road_m_per_s : float
    """

    territory: Territory
    towards: LeafGraph
    junctions: LeafGraph
    access: RoadAccess
    off_road_m_per_s: float

    @classmethod
    def build(
        cls,
        territory: Territory,
        *,
        speeds_kmh: Mapping[str, float],
        speed_factor: float,
        conditions: RoadConditions = AS_CLASSED,
        off_road_kmh: float,
        access_links: int,
        max_access_m: float,
    ) -> RoadSurface:
        """The surface of ``territory.roads``, its demand cells and its sites.

        Parameters
        ----------
        speeds_kmh : mapping
            Speed by ``highway`` class.
        speed_factor : float
            Multiplies every speed on roads.
        conditions : RoadConditions
            What changes the speed from one link of a class to another.
        off_road_kmh : float
            Speed of access legs.
        access_links : int
            Points of links that a place is joined to.
        max_access_m : float
            Longest straight line off the road.

        Raises
        ------
        DataError
            Where the territory has no roads, or no class of them has a speed.
        """
        roads = territory.roads
        if roads is None:
            raise DataError(Fault("territory", 0, 0, "roads", "there are none", "travel on a friction surface"))
        link_s = link_seconds(roads, link_kmh(territory, speeds_kmh, speed_factor, conditions))
        is_driven = ~np.isinf(link_s)
        if not is_driven.any():
            problem = f"no road class has a speed: {', '.join(roads.classes)}"
            raise DataError(Fault("travel", 0, 0, "speeds_kmh", problem, "give the classes of this network"))
        ticks = whole_ticks(link_s[is_driven])
        link_from, link_to = (ends[is_driven].astype(np.int64) for ends in (roads.link_from, roads.link_to))
        n_road_nodes = len(roads.node_x_m)
        access = RoadAccess(roads, link_s, n_nearest=access_links, max_length_m=max_access_m)
        off_road = off_road_kmh / 3.6
        cell_x_m, cell_y_m = territory.grid.centre_of(territory.demand.cell)
        sites = territory.sites
        cells, ends = access.joins(cell_x_m, cell_y_m, off_road), access.joins(sites.x_m, sites.y_m, off_road)
        leaves = Leaves(
            of_cells=access.departures(cells),
            of_sites=access.arrivals(ends),
            direct=together(
                access.straight(cell_x_m, cell_y_m, sites.x_m, sites.y_m, off_road), access.along(cells, ends)
            ),
            n_cells=len(territory.demand),
            n_sites=len(sites),
        )
        links = (link_to, link_from, ticks)
        return cls(
            territory=territory,
            towards=leaves.on(links, np.arange(n_road_nodes)),
            junctions=leaves.on_junctions(links, roads.node_x_m, roads.node_y_m),
            access=access,
            off_road_m_per_s=off_road,
        )

    def searcher(self, cutoff_s: int) -> RoadSearch:
        """A workspace for searches within ``cutoff_s``; one per thread."""
        return RoadSearch(self, cutoff_s)

    def nearest(self, site_rows: NDArray[np.integer]) -> NearestTimes:
        """See `siting.travel.nearest`."""
        ticks, site = self._nearest_nodes(site_rows)
        first = self.towards.n_road_nodes
        cells = slice(first, first + self.towards.n_cells)
        return nearest_times(ticks[cells], site[cells])

    def nearest_everywhere(self, site_rows: NDArray[np.integer]) -> NearestTimes:
        """See `siting.travel.nearest_everywhere`. Every land cell follows the rule of the demand cells."""
        territory, rows, access = self.territory, np.unique(site_rows), self.access
        land = np.flatnonzero(territory.is_land)
        x_m, y_m = territory.grid.centre_of(land)
        site_x_m, site_y_m = territory.sites.x_m[rows], territory.sites.y_m[rows]
        off_road = self.off_road_m_per_s
        places, ends = access.joins(x_m, y_m, off_road), access.joins(site_x_m, site_y_m, off_road)
        legs = access.departures(places)
        direct = together(access.straight(x_m, y_m, site_x_m, site_y_m, off_road), access.along(places, ends))
        ticks, site = self._nearest_nodes(rows)
        is_reached = site[legs.node] >= 0
        by_road = ticks[legs.node].astype(np.uint64) + legs.ticks
        road_key = (by_road << np.uint64(32) | site[legs.node].astype(np.uint64))[is_reached]
        direct_key = direct.ticks.astype(np.uint64) << np.uint64(32) | rows[direct.node].astype(np.uint64)
        key = np.full(territory.grid.n_cells, 2**64 - 1, np.uint64)
        np.minimum.at(key, land[legs.place[is_reached]], road_key)
        np.minimum.at(key, land[direct.place], direct_key)
        is_near = key != np.uint64(2**64 - 1)
        site_of = np.where(is_near, (key & np.uint64(2**32 - 1)).astype(np.int64), -1)
        shape = territory.grid.shape
        return nearest_times((key >> np.uint64(32)).astype(np.uint32).reshape(shape), site_of.reshape(shape))

    def unreached_reason(self, site_rows: NDArray[np.integer]) -> NDArray[np.uint8]:
        """Reach code (`siting.travel.reach`) of every demand cell, as uint8."""
        has_access = np.zeros(self.towards.n_cells, np.bool_)
        leaves = self.towards.graph.head - self.towards.n_road_nodes
        has_access[leaves[leaves >= 0]] = True
        is_reached = self.nearest(site_rows).site >= 0
        return reach.reason(is_reached, has_access, self.territory.demand.land_mass)

    def pocket_sizes(self) -> NDArray[np.int32]:
        """Road nodes of the largest connected piece of road that each demand cell is joined to; 0 if to none.

        Pieces are connected without regard to direction: a one-way trap belongs to the piece that leads into it.
        """
        n_road_nodes = self.towards.n_road_nodes
        tail, head = self.towards.graph.tail, self.towards.graph.head
        is_road = (tail < n_road_nodes) & (head < n_road_nodes)
        ends = (tail[is_road], head[is_road])
        links = csr_array((np.ones(len(ends[0]), np.int8), ends), shape=(n_road_nodes, n_road_nodes))
        label = connected_components(links, directed=False)[1]
        size_of = np.bincount(label, minlength=1)[label]
        cell = head - n_road_nodes
        is_leg = (tail < n_road_nodes) & (cell >= 0)
        sizes = np.zeros(self.towards.n_cells, np.int32)
        np.maximum.at(sizes, cell[is_leg], size_of[tail[is_leg]].astype(np.int32))
        return sizes

    def _nearest_nodes(self, site_rows: NDArray[np.integer]) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
        rows = np.unique(site_rows)
        ticks, position = nearest_on_graph(self.towards.graph, self.towards.first_site + rows)
        return ticks, rows_at(position, rows)


class RoadSearch:
    """Bounded searches on a `RoadSurface`."""

    def __init__(self, surface: RoadSurface, cutoff_s: int) -> None:
        junctions = surface.junctions
        self._first_site = junctions.first_site
        self._search = GraphSearch(
            junctions.graph, cutoff_s, wanted=range(junctions.n_road_nodes, junctions.first_site)
        )

    def within(self, site_rows: NDArray[np.integer]) -> Found:
        """The demand cells within the cutoff of each of some sites."""
        return self._search.within(self._first_site + np.asarray(site_rows))


def link_seconds(roads: RoadNetwork, kmh: NDArray[np.float64]) -> NDArray[np.float64]:
    """Seconds that each link takes; inf where it is not driven."""
    is_driven = kmh > 0
    m_per_s = np.where(is_driven, kmh / 3.6, 1.0)
    return np.where(is_driven, roads.link_length_m / m_per_s, np.inf)
