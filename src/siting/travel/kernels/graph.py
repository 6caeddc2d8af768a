"""Least times on a directed graph: within a cutoff from one node, and from the nearest of several."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from siting.travel.kernels.queue import roomier


class Graph(NamedTuple):
    """Directed graph, compressed sparse rows; parallel edges, loops and edges of no length are welcome.

    ``start`` (n_nodes + 1,), ``to`` (n_edges,) and ``ticks`` (n_edges,) are uint32 arrays.
    """

    start: NDArray[np.uint32]
    to: NDArray[np.uint32]
    ticks: NDArray[np.uint32]


UNREACHED = np.uint32(0xFFFFFFFF)
NOBODY = np.uint64(0xFFFFFFFFFFFFFFFF)


@njit(cache=True, nogil=True)
def search_within(graph, source, limit, shift, ticks, touched, n_slots):  # type: ignore[no-untyped-def]
    """Write the ticks from ``source`` to every node at most ``limit`` away; return how many there are.

    Parameters
    ----------
    graph : Graph
    source, limit : uint32
        ``limit`` plus the longest edge must stay below `UNREACHED`.
    shift : uint32
        A bucket is ``2**shift`` ticks wide.
    ticks : uint32 array, shape (n_nodes,)
        All `UNREACHED` on entry; the caller restores it with ``touched``.
    touched : uint32 array, shape (n_nodes,)
        On return its head lists the nodes reached, in no useful order.
    n_slots : int
        Buckets in the ring: a power of two above ``(longest edge >> shift) + 1``.
    """
    queue = np.empty((n_slots, 64), np.uint32)
    n_waiting = np.zeros(n_slots, np.uint32)
    mask = np.uint64(n_slots - 1)
    ticks[source] = 0
    touched[0] = source
    n_touched = np.uint64(1)
    queue[0, 0] = source
    n_waiting[0] = 1
    n_live = np.uint64(1)
    bucket = np.uint64(0)
    while n_live > 0:
        slot = bucket & mask
        while n_waiting[slot] > 0:
            n_waiting[slot] -= 1
            n_live -= np.uint64(1)
            node = np.uint64(queue[slot, n_waiting[slot]])
            now = np.uint64(ticks[node])
            if now >> shift != bucket:
                continue
            for edge in range(np.uint64(graph.start[node]), np.uint64(graph.start[node + np.uint64(1)])):
                then = now + np.uint64(graph.ticks[edge])
                other = np.uint64(graph.to[edge])
                if then >= ticks[other] or then > limit:
                    continue
                if ticks[other] == UNREACHED:
                    touched[n_touched] = other
                    n_touched += np.uint64(1)
                ticks[other] = then
                aim = (then >> shift) & mask
                if n_waiting[aim] == queue.shape[1]:
                    queue = roomier(queue)
                queue[aim, n_waiting[aim]] = other
                n_waiting[aim] += 1
                n_live += np.uint64(1)
        bucket += np.uint64(1)
    return n_touched


@njit(cache=True, nogil=True)
def search_nearest(graph, sources, limit, shift, key, n_slots):  # type: ignore[no-untyped-def]
    """Write, for every node, ``ticks << 32 | row`` of the nearest of ``sources``; ties to the lowest row.

    Comparing such keys compares times first and rows next, so one addition and one comparison keep both.

    Parameters
    ----------
    graph, limit, shift, n_slots : as for `search_within`
    sources : uint32 array, shape (n_sources,)
        Nodes; the row is the position in this array.
    key : uint64 array, shape (n_nodes,)
        All `NOBODY` on entry.
    """
    queue = np.empty((n_slots, max(64, len(sources))), np.uint32)
    n_waiting = np.zeros(n_slots, np.uint32)
    mask = np.uint64(n_slots - 1)
    high = np.uint64(32)
    n_live = np.uint64(0)
    for row in range(len(sources)):
        if np.uint64(row) < key[sources[row]]:
            key[sources[row]] = row
            queue[0, n_live] = sources[row]
            n_live += np.uint64(1)
    n_waiting[0] = n_live
    bucket = np.uint64(0)
    while n_live > 0:
        slot = bucket & mask
        while n_waiting[slot] > 0:
            n_waiting[slot] -= 1
            n_live -= np.uint64(1)
            node = np.uint64(queue[slot, n_waiting[slot]])
            now = key[node]
            if now >> (high + shift) != bucket:
                continue
            for edge in range(np.uint64(graph.start[node]), np.uint64(graph.start[node + np.uint64(1)])):
                then = now + (np.uint64(graph.ticks[edge]) << high)
                other = np.uint64(graph.to[edge])
                if then >= key[other] or then >> high > limit:
                    continue
                key[other] = then
                aim = (then >> (high + shift)) & mask
                if n_waiting[aim] == queue.shape[1]:
                    queue = roomier(queue)
                queue[aim, n_waiting[aim]] = other
                n_waiting[aim] += 1
                n_live += np.uint64(1)
        bucket += np.uint64(1)
    return key
