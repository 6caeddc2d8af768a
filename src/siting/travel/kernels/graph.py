"""Least times on a directed graph: within a cutoff from one node, and from the nearest of several.

A graph is compressed sparse rows: edges of node ``n`` are ``edge[start[n] : start[n + 1]]``, each
``head << 32 | ticks`` in one word, so that following an edge is one load. Parallel edges, loops and edges that
take no time are welcome. An entry of the queue is ``node << 32 | ticks``; one whose ticks are no longer its
node's is skipped.
"""

from __future__ import annotations

import numpy as np
from numba import njit

UNREACHED = 0xFFFFFFFF
"""Ticks of a node not reached."""


@njit(cache=True, nogil=True)
def search_within(start, edge, source, limit, shift, ticks, touched, queue):  # type: ignore[no-untyped-def]
    """Write the ticks from ``source`` to every node at most ``limit`` away.

    Parameters
    ----------
    start : uint32 array, shape (n_nodes + 1,)
    edge : uint64 array, shape (n_edges,)
    source : int
    limit : int
        Inclusive; plus the longest edge it stays below `UNREACHED`.
    shift : int
        A bucket is ``2**shift`` ticks wide.
    ticks : uint32 array, shape (n_nodes,)
        All `UNREACHED` on entry; see `take`.
    touched : uint32 array, shape (n_nodes,)
        On return its head lists the nodes reached, in no useful order.
    queue : uint64 array, shape (n_slots, capacity)
        The ring of buckets; ``n_slots`` is a power of two above ``(longest edge >> shift) + 1``.

    Returns
    -------
    n_touched : int
    is_done : bool
        False if a bucket was full before the end: forget what was touched and bring a roomier queue.
    """
    one, high = np.uint64(1), np.uint64(32)
    low = (one << high) - one
    bits, last = np.uint64(shift), np.uint64(limit)
    n_slots, capacity = queue.shape
    slot_mask = np.uint64(n_slots - 1)
    n_waiting = np.zeros(n_slots, np.uint64)
    ticks[source] = 0
    touched[0] = source
    queue[0, 0] = np.uint64(source) << high
    n_waiting[0] = 1
    n_touched, n_live, bucket = one, one, np.uint64(0)
    while n_live > 0:
        slot = bucket & slot_mask
        served = np.uint64(0)
        while served < n_waiting[slot]:
            entry = queue[slot, served]
            served += one
            node, now = entry >> high, entry & low
            if ticks[node] != now:
                continue
            for i in range(np.uint64(start[node]), np.uint64(start[node + one])):
                other = edge[i] >> high
                then = now + (edge[i] & low)
                before = np.uint64(ticks[other])
                if then >= before or then > last:
                    continue
                aim = (then >> bits) & slot_mask
                if n_waiting[aim] == capacity:
                    return n_touched, False
                if before == low:
                    touched[n_touched] = other
                    n_touched += one
                ticks[other] = then
                queue[aim, n_waiting[aim]] = other << high | then
                n_waiting[aim] += one
                n_live += one
        n_live -= served
        n_waiting[slot] = 0
        bucket += one
    return n_touched, True


@njit(cache=True, nogil=True)
def take(ticks, touched, n_touched, first, stop, taken):  # type: ignore[no-untyped-def]
    """Forget the nodes touched, and write ``(node - first) << 32 | ticks`` of those in ``first … stop - 1``.

    Parameters
    ----------
    ticks, touched, n_touched : from `search_within`
        ``ticks`` is all `UNREACHED` on return.
    first, stop : int
    taken : uint64 array, shape (stop - first,)

    Returns
    -------
    int
        How many were written, in no useful order.
    """
    n_taken = 0
    for i in range(n_touched):
        node = np.int64(touched[i])
        if first <= node < stop:
            taken[n_taken] = np.uint64(node - first) << np.uint64(32) | np.uint64(ticks[node])
            n_taken += 1
        ticks[node] = UNREACHED
    return n_taken


@njit(cache=True, nogil=True)
def search_nearest(start, edge, sources, limit, shift, key, queue):  # type: ignore[no-untyped-def]
    """Write, for every node, ``ticks << 32 | row`` of the nearest of ``sources``; False for want of room.

    Comparing such keys compares times first and rows next, so one addition and one comparison keep both, and
    ties go to the lowest row.

    Parameters
    ----------
    start, edge, limit, shift : as for `search_within`
    sources : int64 array, shape (n_sources,)
        Nodes; the row is the position in this array.
    key : uint64 array, shape (n_nodes,)
        All ones on entry, which is also what it holds on return where no source is within the limit.
    queue : uint64 array, shape (n_slots, capacity)
        The first bucket takes an entry for each source.
    """
    one, high = np.uint64(1), np.uint64(32)
    low = (one << high) - one
    bits, last = np.uint64(shift), np.uint64(limit)
    n_slots, capacity = queue.shape
    slot_mask = np.uint64(n_slots - 1)
    n_waiting = np.zeros(n_slots, np.uint64)
    n_live, bucket = np.uint64(0), np.uint64(0)
    for row in range(len(sources)):
        if np.uint64(row) < key[sources[row]]:
            key[sources[row]] = row
            queue[0, n_live] = np.uint64(sources[row]) << high
            n_live += one
    n_waiting[0] = n_live
    while n_live > 0:
        slot = bucket & slot_mask
        served = np.uint64(0)
        while served < n_waiting[slot]:
            entry = queue[slot, served]
            served += one
            node = entry >> high
            now = key[node]
            if now >> high != entry & low:
                continue
            for i in range(np.uint64(start[node]), np.uint64(start[node + one])):
                other = edge[i] >> high
                then = now + ((edge[i] & low) << high)
                if then >= key[other] or then >> high > last:
                    continue
                aim = (then >> (high + bits)) & slot_mask
                if n_waiting[aim] == capacity:
                    return False
                key[other] = then
                queue[aim, n_waiting[aim]] = other << high | then >> high
                n_waiting[aim] += one
                n_live += one
        n_live -= served
        n_waiting[slot] = 0
        bucket += one
    return True
