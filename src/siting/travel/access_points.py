"""Where places join the roads: the nearest points of the links around them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from siting.territory.values import RoadNetwork

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]

EXPRESS_CLASSES = ("motorway", "motorway_link", "trunk", "trunk_link")
"""Classes closed to people on foot."""
CLOSED_CLASSES = (*EXPRESS_CLASSES, "ferry")
"""Classes that are driven but not joined from the land beside them: fences and slopes keep people off, and whoever
lives by such a road has another. Their nodes are joined where another road meets them."""

FIRST_RADIUS_M = 300.0
"""How far a place first looks for roads, doubled while it finds too few: 60 ms for the places of Corsica."""


@dataclass(frozen=True)
class Segments:
    """The straight lines between two nodes along which places may join the roads; each once, both ways together.

    Attributes
    ----------
    first, second : int64 arrays, shape (n,)
        Node rows, ``first <= second``, ascending.
    x_m, y_m : float64 arrays, shape (n_nodes,)
        Of all nodes.
    forward_s, backward_s : float64 arrays, shape (n,)
        Seconds from ``first`` to ``second`` and back by the quickest of its links; inf where none leads so.
    """

    first: Rows
    second: Rows
    x_m: Floats
    y_m: Floats
    forward_s: Floats
    backward_s: Floats

    @classmethod
    def of(cls, roads: RoadNetwork, link_s: Floats) -> Segments:
        """Of the links that may be joined: driven (finite seconds), on the ground, and of no `CLOSED_CLASSES`."""
        is_open = np.isfinite(link_s) & ~np.isin(np.array(roads.classes), CLOSED_CLASSES)[roads.link_class]
        if roads.link_is_off_ground is not None:
            is_open &= ~roads.link_is_off_ground
        tail, head = (ends[is_open].astype(np.int64) for ends in (roads.link_from, roads.link_to))
        pair = np.minimum(tail, head) << 32 | np.maximum(tail, head)
        pairs, row = np.unique(pair, return_inverse=True)
        forward_s, backward_s = np.full(len(pairs), np.inf), np.full(len(pairs), np.inf)
        is_forward = tail <= head
        np.minimum.at(forward_s, row[is_forward], link_s[is_open][is_forward])
        np.minimum.at(backward_s, row[~is_forward], link_s[is_open][~is_forward])
        first, second = pairs >> 32, pairs & (2**32 - 1)
        return cls(first, second, roads.node_x_m, roads.node_y_m, forward_s, backward_s)

    def __len__(self) -> int:
        return len(self.first)


@dataclass(frozen=True)
class AccessPoints:
    """Points of the roads, each with the place that joins them there.

    Attributes
    ----------
    place : int64 array, shape (n,)
        Ascending.
    node : int64 array, shape (n,)
        The node that the point is; -1 for a point inside a segment.
    segment : int64 array, shape (n,)
        The segment in which the point lies; -1 for a node.
    share : float64 array, shape (n,)
        How far along the segment, from 0 at ``first`` to 1 at ``second``; 0 for a node.
    length_m : float64 array, shape (n,)
        Straight, from the place to the point.
    """

    place: Rows
    node: Rows
    segment: Rows
    share: Floats
    length_m: Floats

    def taken(self, rows: NDArray[np.integer] | NDArray[np.bool_]) -> AccessPoints:
        """Some of the points, in the order given."""
        return AccessPoints(
            self.place[rows], self.node[rows], self.segment[rows], self.share[rows], self.length_m[rows]
        )

    @property
    def key(self) -> Rows:
        """A number of the point that tells it from every other of the same place: nodes first, then segments."""
        return np.where(self.node >= 0, self.node, self.segment + 2**32)


def union(parts: Sequence[AccessPoints]) -> AccessPoints:
    """Points of all parts, each once by place and point."""
    columns = zip(*((p.place, p.node, p.segment, p.share, p.length_m) for p in parts), strict=True)
    together = AccessPoints(*(np.concatenate(column) for column in columns))
    return together.taken(_first_of_each(np.lexsort((together.key, together.place)), together))


class SegmentTree:
    """Some of the segments, laid so that the nearest are found without looking at the others."""

    def __init__(self, segments: Segments, rows: Rows) -> None:
        self._segments, self._rows = segments, rows
        ends = np.stack([segments.first[rows], segments.second[rows]], axis=1)
        lines = shapely.linestrings(np.stack([segments.x_m[ends], segments.y_m[ends]], axis=2))
        self._tree = shapely.STRtree(lines)

    def nearest(self, x_m: Floats, y_m: Floats, places: Rows, *, n_nearest: int, max_length_m: float) -> AccessPoints:
        """For each of some places, the first ``n_nearest`` different points by (straight length, node or segment).

        Each segment has one point: the nearest to the place. Segments that share a node share the point there.
        """
        found = [_points(self._segments, x_m, y_m, np.empty(0, np.int64), np.empty(0, np.int64))]
        left, radius_m = places, min(FIRST_RADIUS_M, max_length_m)
        while len(left):
            near = self._within(x_m, y_m, left, radius_m)
            n_of_place = np.bincount(near.place, minlength=len(x_m))[left]
            is_done = (n_of_place >= n_nearest) | (radius_m >= max_length_m)
            first_of_place = np.searchsorted(near.place, near.place)
            is_taken = np.isin(near.place, left[is_done]) & (np.arange(len(near.place)) - first_of_place < n_nearest)
            found.append(near.taken(is_taken))
            left, radius_m = left[~is_done], min(2 * radius_m, max_length_m)
        return union(found)

    def _within(self, x_m: Floats, y_m: Floats, places: Rows, radius_m: float) -> AccessPoints:
        """Every point within a radius of some places, by (place, length, node or segment)."""
        # the tree rounds in its own way: it is asked a little farther, and the exact length then decides
        asked_m = radius_m * (1 + 1e-9) + 1e-9
        points = shapely.points(x_m[places], y_m[places])
        place, segment = self._tree.query(points, predicate="dwithin", distance=asked_m)
        near = _points(self._segments, x_m, y_m, places[place], self._rows[segment])
        near = near.taken(near.length_m <= radius_m)
        return near.taken(_first_of_each(np.lexsort((near.key, near.length_m, near.place)), near))


def _points(segments: Segments, x_m: Floats, y_m: Floats, place: Rows, segment: Rows) -> AccessPoints:
    """The point of each segment nearest to its place: the foot of the perpendicular, or an end."""
    first, second = segments.first[segment], segments.second[segment]
    begin_x_m, begin_y_m = segments.x_m[first], segments.y_m[first]
    along_x_m, along_y_m = segments.x_m[second] - begin_x_m, segments.y_m[second] - begin_y_m
    from_x_m, from_y_m = x_m[place] - begin_x_m, y_m[place] - begin_y_m
    square = along_x_m * along_x_m + along_y_m * along_y_m
    projected = from_x_m * along_x_m + from_y_m * along_y_m
    share = np.divide(projected, square, out=np.zeros(len(place)), where=square > 0)
    is_first, is_second = share <= 0, share >= 1
    node = np.where(is_first, first, np.where(is_second, second, -1))
    foot_x_m = np.where(node >= 0, segments.x_m[node], begin_x_m + share * along_x_m)
    foot_y_m = np.where(node >= 0, segments.y_m[node], begin_y_m + share * along_y_m)
    return AccessPoints(
        place=place,
        node=node,
        segment=np.where(node >= 0, -1, segment),
        share=np.where(node >= 0, 0.0, share),
        length_m=np.hypot(foot_x_m - x_m[place], foot_y_m - y_m[place]),
    )


def _first_of_each(order: NDArray[np.intp], points: AccessPoints) -> NDArray[np.intp]:
    """Rows in that order, without those that repeat the place and point of the row before."""
    place, key = points.place[order], points.key[order]
    is_new = np.ones(len(order), np.bool_)
    is_new[1:] = (place[1:] != place[:-1]) | (key[1:] != key[:-1])
    return order[is_new]
