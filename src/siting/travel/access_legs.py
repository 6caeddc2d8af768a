"""Access legs: how places get to the nodes of the road network, from those, and to each other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from siting.territory.values import RoadNetwork
from siting.travel.access_points import AccessPoints, Segments, SegmentTree, union
from siting.travel.ticks import ticks_to_cross, whole_ticks

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Legs:
    """Edges between places and nodes (or other places), whichever way they lead.

    Attributes
    ----------
    place, node : int64 arrays, shape (n_legs,)
    ticks : uint32 array, shape (n_legs,)
    """

    place: NDArray[np.int64]
    node: NDArray[np.int64]
    ticks: NDArray[np.uint32]


@dataclass(frozen=True)
class Joins:
    """Where places join the roads, and how long it takes to get there or from there off the road.

    Attributes
    ----------
    points : AccessPoints
    ticks : uint32 array, shape (n_points,)
    """

    points: AccessPoints
    ticks: NDArray[np.uint32]


def main_component(n_nodes: int, link_from: NDArray[np.integer], link_to: NDArray[np.integer]) -> NDArray[np.bool_]:
    """Nodes of the largest strongly connected component; of equal ones, that of the lowest node."""
    links = csr_array((np.ones(len(link_from), np.int8), (link_from, link_to)), shape=(n_nodes, n_nodes))
    label = connected_components(links, directed=True, connection="strong")[1]
    size_of = np.bincount(label)[label]
    return np.asarray(label == label[np.argmax(size_of)])


class RoadAccess:
    """The rule by which places join the roads (see `siting.travel.RoadSurface`)."""

    def __init__(self, roads: RoadNetwork, link_s: Floats, *, n_nearest: int, max_length_m: float) -> None:
        """Access to the links that are driven: those of finite seconds."""
        is_driven = ~np.isinf(link_s)
        on_main = main_component(len(roads.node_x_m), roads.link_from[is_driven], roads.link_to[is_driven])
        segments = Segments.of(roads, link_s)
        is_main = on_main[segments.first] & on_main[segments.second]
        self._segments, self._is_main = segments, is_main
        ends = np.stack([segments.first, segments.second])
        self._main_nodes = np.setdiff1d(ends[:, is_main], ends[:, ~is_main])
        self._all, self._main = (
            SegmentTree(segments, rows) for rows in (np.arange(len(segments)), np.flatnonzero(is_main))
        )
        self._n_nearest = n_nearest
        self._max_length_m = max_length_m

    def joins(self, x_m: Floats, y_m: Floats, off_road_m_per_s: float | Floats) -> Joins:
        """Where places join the roads: the nearest points of all segments, and of those of the main component.

        ``off_road_m_per_s`` is that of every place, or one for each.
        """
        of_all = self._nearest_of(self._all, x_m, y_m, np.arange(len(x_m)))
        is_main = np.isin(of_all.node, self._main_nodes) | ((of_all.segment >= 0) & self._is_main[of_all.segment])
        # the nearest of all that are all of the main component are the nearest of the main component too; a node may
        # be the nearest point of another segment alone
        strays = np.unique(of_all.place[~is_main])
        points = union([of_all, self._nearest_of(self._main, x_m, y_m, strays)])
        m_per_s = np.broadcast_to(off_road_m_per_s, len(x_m))[points.place]
        return Joins(points, ticks_to_cross(points.length_m, m_per_s))

    def departures(self, joins: Joins) -> Legs:
        """From each place to the nodes that it reaches first."""
        return self._to_ends(joins, self._segments.backward_s, self._segments.forward_s)

    def arrivals(self, joins: Joins) -> Legs:
        """From the last nodes before each place to it."""
        return self._to_ends(joins, self._segments.forward_s, self._segments.backward_s)

    def along(self, joins: Joins, other_joins: Joins) -> Legs:
        """From places to others (as ``node``) that join the same segment, along it without passing its ends."""
        points, others = joins.points, other_joins.points
        order = np.argsort(others.segment, kind="stable")
        segment = others.segment[order]
        inside = np.flatnonzero(points.segment >= 0)
        low, high = (np.searchsorted(segment, points.segment[inside], side=side) for side in ("left", "right"))
        one = np.repeat(inside, high - low)
        other = order[np.arange(len(one)) - np.repeat(np.cumsum(high - low) - high, high - low)]
        part = others.share[other] - points.share[one]
        row = points.segment[one]
        way_s = np.where(part > 0, self._segments.forward_s[row], self._segments.backward_s[row])
        is_way = np.isfinite(way_s) | (part == 0)
        one, other, part = one[is_way], other[is_way], part[is_way]
        part_s = np.abs(part) * np.where(part == 0, 0.0, way_s[is_way])
        ticks = joins.ticks[one] + other_joins.ticks[other]
        return _least(Legs(points.place[one], others.place[other], ticks + whole_ticks(part_s)))

    def straight(self, x_m: Floats, y_m: Floats, to_x_m: Floats, to_y_m: Floats, off_road_m_per_s: float) -> Legs:
        """Every straight line, no longer than access may be, from a place to another (as ``node``)."""
        if len(x_m) == 0 or len(to_x_m) == 0:
            return Legs(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.uint32))
        bound_m = self._max_length_m * (1 + 1e-9) + 1e-9
        near = cKDTree(np.column_stack([x_m, y_m])).query_ball_point(
            np.column_stack([to_x_m, to_y_m]), bound_m, return_sorted=True
        )
        other = np.repeat(np.arange(len(near)), [len(places) for places in near])
        place = np.concatenate([np.asarray(places, np.int64) for places in near])
        length_m = np.hypot(to_x_m[other] - x_m[place], to_y_m[other] - y_m[place])
        is_kept = length_m <= self._max_length_m
        return Legs(place[is_kept], other[is_kept], ticks_to_cross(length_m[is_kept], off_road_m_per_s))

    def _to_ends(self, joins: Joins, first_s: Floats, second_s: Floats) -> Legs:
        """Legs between places and the ends of their segments, given how long each whole segment takes that way."""
        points, ticks = joins.points, joins.ticks
        is_inside = points.segment >= 0
        place, node, total = [points.place[~is_inside]], [points.node[~is_inside]], [ticks[~is_inside]]
        segment, share = points.segment[is_inside], points.share[is_inside]
        for end, whole_s, part in (
            (self._segments.first, first_s, share),
            (self._segments.second, second_s, 1 - share),
        ):
            is_way = np.isfinite(whole_s[segment])
            place.append(points.place[is_inside][is_way])
            node.append(end[segment[is_way]])
            total.append(ticks[is_inside][is_way] + whole_ticks(part[is_way] * whole_s[segment[is_way]]))
        return _least(Legs(np.concatenate(place), np.concatenate(node), np.concatenate(total)))

    def _nearest_of(self, tree: SegmentTree, x_m: Floats, y_m: Floats, places: NDArray[np.int64]) -> AccessPoints:
        return tree.nearest(x_m, y_m, places, n_nearest=self._n_nearest, max_length_m=self._max_length_m)


def together(*parts: Legs) -> Legs:
    """Legs of all parts."""
    return Legs(
        np.concatenate([legs.place for legs in parts]),
        np.concatenate([legs.node for legs in parts]),
        np.concatenate([legs.ticks for legs in parts]),
    )


def _least(legs: Legs) -> Legs:
    """Of the legs between the same two, the quickest; by place and node."""
    order = np.lexsort((legs.ticks, legs.node, legs.place))
    place, node = legs.place[order], legs.node[order]
    is_first = np.ones(len(order), np.bool_)
    is_first[1:] = (place[1:] != place[:-1]) | (node[1:] != node[:-1])
    return Legs(place[is_first], node[is_first], legs.ticks[order][is_first])
