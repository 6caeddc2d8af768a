"""Road nodes, demand cells and sites as one directed graph, of which cells and sites are the leaves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from siting.travel.access_legs import Legs
from siting.travel.chains import contract_chains
from siting.travel.space import space_order
from siting.travel.tick_graph import TickGraph

Links = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.uint32]]
"""(tail, head, ticks), each of shape (n_links,)."""


@dataclass(frozen=True)
class LeafGraph:
    """A graph whose first nodes are roads, the next demand cells and the last sites."""

    graph: TickGraph
    n_road_nodes: int
    n_cells: int

    @property
    def first_site(self) -> int:
        """Node of site 0."""
        return self.n_road_nodes + self.n_cells


@dataclass(frozen=True)
class Leaves:
    """What hangs on a road network: the departures of cells, the arrivals at sites, and the ways between the two."""

    of_cells: Legs
    of_sites: Legs
    direct: Legs
    n_cells: int
    n_sites: int

    def on(self, links: Links, number: NDArray[np.int64]) -> LeafGraph:
        """The graph searched from the sites; ``number`` of each road node, -1 for those left out."""
        n_road_nodes = int(number.max(initial=-1)) + 1
        first_site = n_road_nodes + self.n_cells
        edges = (
            (number[links[0]], number[links[1]], links[2]),
            (number[self.of_cells.node], n_road_nodes + self.of_cells.place, self.of_cells.ticks),
            (first_site + self.of_sites.place, number[self.of_sites.node], self.of_sites.ticks),
            (first_site + self.direct.node, n_road_nodes + self.direct.place, self.direct.ticks),
        )
        tail, head, ticks = (np.concatenate([edge[part] for edge in edges]) for part in range(3))
        graph = TickGraph.from_edges(first_site + self.n_sites, tail, head, ticks)
        return LeafGraph(graph=graph, n_road_nodes=n_road_nodes, n_cells=self.n_cells)

    def on_junctions(self, links: Links, node_x_m: NDArray[np.float64], node_y_m: NDArray[np.float64]) -> LeafGraph:
        """The same without the nodes that are only passed through, the others numbered along a Z-order curve."""
        is_kept = np.zeros(len(node_x_m), np.bool_)
        is_kept[self.of_cells.node] = is_kept[self.of_sites.node] = True
        fewer = contract_chains(len(node_x_m), *links, is_kept)
        is_kept[fewer[0]] = is_kept[fewer[1]] = True
        kept = np.flatnonzero(is_kept)
        number = np.full(len(node_x_m), -1, np.int64)
        number[kept[space_order(node_x_m[kept], node_y_m[kept])]] = np.arange(len(kept))
        return self.on(fewer, number)
