"""Roads drawn as lines, whatever file they come from, and the graph of their pieces between crossings."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from pyproj import Geod

from siting.territory.prepared_roads import PreparedRoads

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FARTHEST_OFF_M = 30.0
"""A piece of road leaves the straight line between its ends by no more than this: a bend beyond it becomes a node, so
that places join the road where it runs."""
SEGMENTS_AT_ONCE = 500_000
FASTEST_FERRY_KMH = 100.0
EARTH_RADIUS_M = 6_371_000.0


@dataclass(frozen=True)
class RoadLines:
    """Lines over points; they meet where they share a point, and nowhere else.

    Attributes
    ----------
    point_lon, point_lat : float64 arrays, shape (n_points,)
        Degrees (EPSG:4326); NaN for a point that the file names but does not hold.
    point : int64 array, shape (n_vertices,)
        Point of each vertex, line after line.
    line : int32 array, shape (n_vertices,)
        Line of each vertex, ascending.
    road_class : uint8 array, shape (n_lines,)
        Row of ``classes``.
    is_open : bool array, shape (n_lines, 2)
        Along the line and against it.
    maxspeed_kmh : float32 array, shape (n_lines, 2)
        NaN where not given.
    duration_min : float32 array, shape (n_lines,)
        Of a ferry from end to end; NaN elsewhere.
    is_unpaved, is_off_ground : bool arrays, shape (n_lines,)
    classes : tuple of str
    """

    point_lon: Floats
    point_lat: Floats
    point: Ints
    line: NDArray[np.int32]
    road_class: NDArray[np.uint8]
    is_open: NDArray[np.bool_]
    maxspeed_kmh: NDArray[np.float32]
    duration_min: NDArray[np.float32]
    is_unpaved: NDArray[np.bool_]
    is_off_ground: NDArray[np.bool_]
    classes: tuple[str, ...]


@dataclass(frozen=True)
class _Segments:
    """Straight steps between two points of a line, in the order of the lines; ``piece`` ascends."""

    tail: Ints
    head: Ints
    line: NDArray[np.int32]
    length_m: Floats
    piece: Ints


def graph_of(lines: RoadLines, *, source: str, about: dict[str, str]) -> PreparedRoads:
    """The directed graph of some lines.

    Nodes are the ends of lines, the points that lines share or pass twice, and the bends that a piece would otherwise
    miss by more than `FARTHEST_OFF_M` (Douglas and Peucker 1973). A link is a piece of one line between two nodes, in
    a direction that is open; its length is that of the ellipsoid (WGS 84), all bends included.
    """
    segments = _segments(lines)
    is_node = _crossings(lines, segments)
    segments = _cut_at_bends(lines, segments, is_node)
    first = np.flatnonzero(np.diff(segments.piece, prepend=-1))
    last = np.flatnonzero(np.diff(segments.piece, append=-1))
    line, tail, head = segments.line[first], segments.tail[first], segments.head[last]
    length_m = np.add.reduceat(segments.length_m, first) if len(first) else np.empty(0)
    leads_on = tail != head  # a turning loop of a few metres leads nowhere
    line, tail, head, length_m = line[leads_on], tail[leads_on], head[leads_on], length_m[leads_on]
    used = np.unique(np.concatenate([tail, head]))
    tail, head = np.searchsorted(used, tail), np.searchsorted(used, head)
    along, against = (np.flatnonzero(lines.is_open[line, way]) for way in (0, 1))
    piece = np.concatenate([along, against])
    way = np.repeat([0, 1], [len(along), len(against)])
    of = line[piece]
    return PreparedRoads(
        crs="EPSG:4326",
        node_x=lines.point_lon[used],
        node_y=lines.point_lat[used],
        link_from=np.where(way == 0, tail[piece], head[piece]).astype(np.int32),
        link_to=np.where(way == 0, head[piece], tail[piece]).astype(np.int32),
        link_length_m=length_m[piece],
        link_class=lines.road_class[of],
        link_maxspeed_kmh=lines.maxspeed_kmh[of, way],
        link_own_kmh=_own_kmh(lines, segments)[of],
        link_is_unpaved=lines.is_unpaved[of],
        link_is_off_ground=lines.is_off_ground[of],
        classes=lines.classes,
        source=source,
        about=about,
    )


def _segments(lines: RoadLines) -> _Segments:
    """Every step between two different points that the file holds, with its length."""
    tail, head = lines.point[:-1], lines.point[1:]
    is_known = np.isfinite(lines.point_lon)
    is_step = (lines.line[:-1] == lines.line[1:]) & (tail != head) & is_known[tail] & is_known[head]
    tail, head, line = tail[is_step], head[is_step], lines.line[:-1][is_step]
    lon, lat = lines.point_lon, lines.point_lat
    geod, length_m = Geod(ellps="WGS84"), np.empty(len(tail))
    for part in _parts(len(tail)):
        a, b = tail[part], head[part]
        length_m[part] = geod.inv(lon[a], lat[a], lon[b], lat[b])[2]
    return _Segments(tail, head, line, length_m, np.arange(len(tail)))


def _parts(n: int) -> list[slice]:
    """Rows taken together, so that what is built for them stays small beside the roads."""
    return [slice(first, min(first + SEGMENTS_AT_ONCE, n)) for first in range(0, n, SEGMENTS_AT_ONCE)]


def _crossings(lines: RoadLines, segments: _Segments) -> NDArray[np.bool_]:
    """Points where a line starts, ends or breaks off, or that are visited more than once."""
    breaks = np.ones(len(segments.tail) + 1, np.bool_)
    breaks[1:-1] = (segments.line[1:] != segments.line[:-1]) | (segments.tail[1:] != segments.head[:-1])
    starts, ends = segments.tail[breaks[:-1]], segments.head[breaks[1:]]
    visits = np.bincount(segments.tail, minlength=len(lines.point_lon))
    visits += np.bincount(ends, minlength=len(lines.point_lon))
    is_node: NDArray[np.bool_] = visits > 1
    is_node[starts] = is_node[ends] = True
    return is_node


def _cut_at_bends(lines: RoadLines, segments: _Segments, is_node: NDArray[np.bool_]) -> _Segments:
    """Pieces from node to node, cut until each is as straight as `FARTHEST_OFF_M` asks; notes the nodes it adds."""
    while len(segments.tail):
        starts = is_node[segments.tail].copy()
        starts[1:] |= segments.line[1:] != segments.line[:-1]
        segments = replace(segments, piece=np.cumsum(starts) - 1)
        bends = _farthest_bends(lines, segments)
        if len(bends) == 0:
            break
        is_node[bends] = True
    return segments


def _farthest_bends(lines: RoadLines, segments: _Segments) -> Ints:
    """The point of each piece that is farthest from the straight line between its ends, where that is too far."""
    first = np.flatnonzero(np.diff(segments.piece, prepend=-1))
    last = np.flatnonzero(np.diff(segments.piece, append=-1))
    inner = np.flatnonzero(segments.piece[1:] == segments.piece[:-1])  # the head of these is a bend
    piece = segments.piece[inner]
    start, end, off_m = segments.tail[first], segments.head[last], np.empty(len(inner))
    for part in _parts(len(inner)):
        off_m[part] = _distance_m(lines, segments.head[inner[part]], start[piece[part]], end[piece[part]])
    is_far = off_m > FARTHEST_OFF_M
    inner, piece, off_m = inner[is_far], piece[is_far], off_m[is_far]
    order = np.lexsort((inner, -off_m, piece))
    is_farthest = np.diff(piece[order], prepend=-1) > 0
    return segments.head[inner[order[is_farthest]]]


def _distance_m(lines: RoadLines, point: Ints, start: Ints, end: Ints) -> Floats:
    """Metres from each point to the straight line between two others, on the plane that touches the earth there."""
    metres_per_degree = np.radians(1.0) * EARTH_RADIUS_M
    shrink = np.cos(np.radians(lines.point_lat[start]))

    def metres_from_start(one: Ints) -> tuple[Floats, Floats]:
        east = (lines.point_lon[one] - lines.point_lon[start]) * metres_per_degree * shrink
        return east, (lines.point_lat[one] - lines.point_lat[start]) * metres_per_degree

    (x, y), (end_x, end_y) = metres_from_start(point), metres_from_start(end)
    square = end_x**2 + end_y**2
    share = np.clip(np.divide(x * end_x + y * end_y, square, out=np.zeros(len(x)), where=square > 0), 0, 1)
    return np.asarray(np.hypot(x - share * end_x, y - share * end_y))


def _own_kmh(lines: RoadLines, segments: _Segments) -> NDArray[np.float32]:
    """Speed of each line that says how long it takes; NaN where it does not, or could not be true."""
    length_m = np.bincount(segments.line, segments.length_m, minlength=len(lines.road_class))
    kmh = length_m / 1000 / (lines.duration_min.astype(np.float64) / 60)
    return np.where((kmh > 0) & (kmh <= FASTEST_FERRY_KMH), kmh, np.nan).astype(np.float32)
