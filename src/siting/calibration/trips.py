"""The quickest way of each known trip on the road network, and what its minutes are made of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from siting.territory.values import RoadNetwork
from siting.travel.access_legs import main_component
from siting.travel.access_points import Segments, SegmentTree

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SOURCES_AT_ONCE = 32
"""Searches whose dense results are held together: 32 × 1 M nodes are 0.4 GB."""


@dataclass(frozen=True)
class Streets:
    """Driven links, those that places join cut there.

    A place joins the nearest point of a link of the largest piece that is connected both ways, in a straight line, as
    on a `siting.travel.RoadSurface` with ``access_links: 1``.

    Attributes
    ----------
    n_nodes : int
        Of the roads, then one for each place that joins inside a link.
    tail, head : int64 arrays, shape (n_arcs,)
        The links, then the parts of links between a place and their ends.
    link : int64 array, shape (n_arcs,)
        The link that each is, or is part of.
    share : float64 array, shape (n_arcs,)
        Of that link; 1 for a whole one.
    place_node : int64 array, shape (n_places,)
        -1 for a place too far from the roads.
    place_segment : int64 array, shape (n_places,)
        The piece of road inside which a place joins; -1 for one at a node.
    leg_m : float64 array, shape (n_places,)
        From the place to the road.
    """

    n_nodes: int
    tail: Ints
    head: Ints
    link: Ints
    share: Floats
    place_node: Ints
    place_segment: Ints
    leg_m: Floats

    @classmethod
    def of(
        cls, roads: RoadNetwork, is_driven: NDArray[np.bool_], x_m: Floats, y_m: Floats, *, max_access_m: float
    ) -> Streets:
        """The driven links of a network, numbered from 0, joined by some places."""
        n_nodes = len(roads.node_x_m)
        tail, head = (ends[is_driven].astype(np.int64) for ends in (roads.link_from, roads.link_to))
        is_main = main_component(n_nodes, tail, head)
        segments = Segments.of(roads, np.where(is_driven, 1.0, np.inf))
        rows = np.flatnonzero(is_main[segments.first] & is_main[segments.second])
        places = np.arange(len(x_m))
        points = SegmentTree(segments, rows).nearest(x_m, y_m, places, n_nearest=1, max_length_m=max_access_m)
        inside = np.flatnonzero(points.segment >= 0)
        new = n_nodes + np.arange(len(inside))
        place_node, place_segment = np.full((2, len(x_m)), -1)
        leg_m = np.full(len(x_m), np.inf)
        place_node[points.place] = points.node
        place_node[points.place[inside]] = new
        place_segment[points.place] = points.segment
        leg_m[points.place] = points.length_m
        first, second = segments.first[points.segment[inside]], segments.second[points.segment[inside]]
        share = points.share[inside]
        parts = [
            _parts(tail, head, n_nodes, first, second, new, share),
            _parts(tail, head, n_nodes, second, first, new, 1 - share),
        ]
        whole = (tail, head, np.arange(len(tail)), np.ones(len(tail)))
        tail, head, link, share = (np.concatenate(columns) for columns in zip(whole, *parts, strict=True))
        return cls(n_nodes + len(inside), tail, head, link, share, place_node, place_segment, leg_m)

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
        key, arc, graph = self._quickest(minutes[self.link] * self.share)
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
                step = arc[np.searchsorted(key, before * self.n_nodes + at)]
                sums[trip] += parts[self.link[step]] * self.share[step, None]
                at = before
        return total, sums

    def _quickest(self, minutes: Floats) -> tuple[Ints, Ints, csr_array]:
        """Of parallel arcs the quickest: its (tail, head) as one ascending key, its row, and the graph of them."""
        key = self.tail * self.n_nodes + self.head
        order = np.lexsort((minutes, key))
        first = np.flatnonzero(np.diff(key[order], prepend=-1))
        arc = order[first]
        key = key[arc]
        ends = np.divmod(key, self.n_nodes)
        graph = csr_array((minutes[arc], ends), shape=(self.n_nodes, self.n_nodes))
        return key, arc, graph


def _parts(
    tail: Ints, head: Ints, n_nodes: int, start: Ints, end: Ints, middle: Ints, share: Floats
) -> tuple[Ints, Ints, Ints, Floats]:
    """Arcs from ``start`` to ``middle``, ``share`` of each link that leads from ``start`` to ``end``, and on to it."""
    order = np.argsort(tail * n_nodes + head, kind="stable")
    key = (tail * n_nodes + head)[order]
    low, high = (np.searchsorted(key, start * n_nodes + end, side=side) for side in ("left", "right"))
    at = np.repeat(np.arange(len(start)), high - low)
    link = order[np.arange(len(at)) - np.repeat(np.cumsum(high - low) - high, high - low)]
    return (
        np.concatenate([start[at], middle[at]]),
        np.concatenate([middle[at], end[at]]),
        np.concatenate([link, link]),
        np.concatenate([share[at], 1 - share[at]]),
    )
