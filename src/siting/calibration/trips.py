"""The quickest way of each known trip on the road network, and what its minutes are made of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, dijkstra
from scipy.spatial import cKDTree

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SOURCES_AT_ONCE = 32
"""Searches whose dense results are held together: 32 × 1 M nodes are 0.4 GB."""


@dataclass(frozen=True)
class Streets:
    """Driven links, in the largest piece that is connected both ways.

    Attributes
    ----------
    x_m, y_m : float64 arrays, shape (n_nodes,)
    tail, head : int64 arrays, shape (n_links,)
    is_joined : bool array, shape (n_nodes,)
        Nodes of the main piece at which a place may join.
    """

    x_m: Floats
    y_m: Floats
    tail: Ints
    head: Ints
    is_joined: NDArray[np.bool_]

    @classmethod
    def of(cls, x_m: Floats, y_m: Floats, tail: Ints, head: Ints, *, is_joined_link: NDArray[np.bool_]) -> Streets:
        n_nodes = len(x_m)
        graph = csr_array((np.ones(len(tail), np.int8), (tail, head)), shape=(n_nodes, n_nodes))
        label = connected_components(graph, connection="strong")[1]
        is_main = label == np.argmax(np.bincount(label))
        is_end = np.zeros(n_nodes, np.bool_)
        is_end[tail[is_joined_link]] = is_end[head[is_joined_link]] = True
        return cls(x_m, y_m, tail, head, is_main & is_end)

    def nearest_nodes(self, x_m: Floats, y_m: Floats) -> tuple[Ints, Floats]:
        """The nearest node of the main piece to each place, and the metres to it."""
        nodes = np.flatnonzero(self.is_joined)
        metres, row = cKDTree(np.column_stack([self.x_m[nodes], self.y_m[nodes]])).query(np.column_stack([x_m, y_m]))
        return nodes[row], np.asarray(metres, np.float64)

    def along(self, minutes: Floats, start: Ints, end: Ints, parts: Floats) -> tuple[Floats, Floats]:
        """The quickest way of each trip: its minutes, and the sums along it of some quantities of links.

        Parameters
        ----------
        minutes : float64 array, shape (n_links,)
        start, end : int64 arrays, shape (n_trips,)
            Nodes.
        parts : float64 array, shape (n_links, n_parts)

        Returns
        -------
        minutes : float64 array, shape (n_trips,)
        sums : float64 array, shape (n_trips, n_parts)
        """
        key, link, graph = self._quickest(minutes)
        total, sums = np.empty(len(start)), np.zeros((len(start), parts.shape[1]))
        sources = np.unique(start)
        for first in range(0, len(sources), SOURCES_AT_ONCE):
            block = sources[first : first + SOURCES_AT_ONCE]
            time, previous = dijkstra(graph, indices=block, return_predecessors=True)
            trip = np.flatnonzero(np.isin(start, block))
            row, at = np.searchsorted(block, start[trip]), end[trip]
            total[trip] = time[row, at]
            while len(trip):
                before = previous[row, at].astype(np.int64)
                moves = before >= 0
                trip, row, at, before = trip[moves], row[moves], at[moves], before[moves]
                sums[trip] += parts[link[np.searchsorted(key, before * len(self.x_m) + at)]]
                at = before
        return total, sums

    def _quickest(self, minutes: Floats) -> tuple[Ints, Ints, csr_array]:
        """Of parallel links the quickest: its (tail, head) as one ascending key, its row, and the graph of them."""
        n_nodes = len(self.x_m)
        key = self.tail * n_nodes + self.head
        order = np.lexsort((minutes, key))
        first = np.flatnonzero(np.diff(key[order], prepend=-1))
        link = order[first]
        key = key[link]
        graph = csr_array((minutes[link], (key // n_nodes, key % n_nodes)), shape=(n_nodes, n_nodes))
        return key, link, graph
