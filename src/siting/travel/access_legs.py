"""Access legs: the straight lines, off the road, that join places to the road network and to each other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

Floats = NDArray[np.float64]
Rows = NDArray[np.int32]

SPARE_NODES = 8
"""Nodes asked of the tree beyond those wanted, so that equal lengths are told apart by node and not by chance."""


@dataclass(frozen=True)
class Legs:
    """Straight lines from places to nodes (or to other places).

    Attributes
    ----------
    place, node : int32 arrays, shape (n_legs,)
    length_m : float64 array, shape (n_legs,)
    """

    place: Rows
    node: Rows
    length_m: Floats


def main_component(n_nodes: int, link_from: Rows, link_to: Rows) -> NDArray[np.bool_]:
    """Nodes of the largest strongly connected component; of equal ones, that of the lowest node."""
    links = csr_array((np.ones(len(link_from), np.int8), (link_from, link_to)), shape=(n_nodes, n_nodes))
    label = connected_components(links, directed=True, connection="strong")[1]
    size_of = np.bincount(label)[label]
    return np.asarray(label == label[np.argmax(size_of)])


def legs_to_nodes(
    x_m: Floats, y_m: Floats, nodes: Rows, node_x_m: Floats, node_y_m: Floats, *, n_nearest: int, max_length_m: float
) -> Legs:
    """From each place to the first ``n_nearest`` of ``nodes`` by (straight length, node) within ``max_length_m``.

    ``node_x_m`` and ``node_y_m`` are those of the whole network, ``nodes`` some of its rows.
    """
    if len(nodes) == 0 or len(x_m) == 0:
        return Legs(np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0))
    tree = cKDTree(np.column_stack([node_x_m[nodes], node_y_m[nodes]]))
    n_asked = min(n_nearest + SPARE_NODES, len(nodes))
    bound_m = max_length_m * (1 + 1e-9) + 1e-9
    found = tree.query(np.column_stack([x_m, y_m]), k=[*range(1, n_asked + 1)], distance_upper_bound=bound_m)[1]
    place, rank = np.nonzero(found < len(nodes))
    node = nodes[found[place, rank]]
    length_m = np.hypot(node_x_m[node] - x_m[place], node_y_m[node] - y_m[place])
    order = np.lexsort((node, length_m, place))
    place, node, length_m = place[order], node[order], length_m[order]
    first_of_place = np.searchsorted(place, place)
    is_kept = (np.arange(len(place)) - first_of_place < n_nearest) & (length_m <= max_length_m)
    return Legs(place[is_kept].astype(np.int32), node[is_kept].astype(np.int32), length_m[is_kept])


def union(one: Legs, other: Legs) -> Legs:
    """Legs of both, each once, by place and node."""
    place = np.concatenate([one.place, other.place])
    node = np.concatenate([one.node, other.node])
    length_m = np.concatenate([one.length_m, other.length_m])
    first = np.unique(place.astype(np.int64) << 32 | node, return_index=True)[1]
    return Legs(place[first], node[first], length_m[first])


def legs_between(x_m: Floats, y_m: Floats, to_x_m: Floats, to_y_m: Floats, *, max_length_m: float) -> Legs:
    """Every straight line within ``max_length_m`` from a place to another; ``node`` is a row of the others."""
    if len(x_m) == 0 or len(to_x_m) == 0:
        return Legs(np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0))
    bound_m = max_length_m * (1 + 1e-9) + 1e-9
    near = cKDTree(np.column_stack([x_m, y_m])).query_ball_point(
        np.column_stack([to_x_m, to_y_m]), bound_m, return_sorted=True
    )
    node = np.repeat(np.arange(len(near), dtype=np.int32), [len(places) for places in near])
    place = np.concatenate([np.asarray(places, np.int32) for places in near])
    length_m = np.hypot(to_x_m[node] - x_m[place], to_y_m[node] - y_m[place])
    is_kept = length_m <= max_length_m
    return Legs(place[is_kept], node[is_kept], length_m[is_kept])
