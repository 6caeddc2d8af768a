"""Least times on a directed graph: within a cutoff from one node, and from the nearest of several.

A graph is compressed sparse rows: edges of node ``n`` are ``edge[start[n] : start[n + 1]]``, each
``head << 32 | ticks`` in one word, so that following an edge is one load and one addition: the sum is at once the
entry for the queue. An entry whose ticks are no longer its node's is skipped. Parallel edges, loops and edges that
take no time are welcome: a node that gets better while its bucket is being emptied comes back into it.

As on rasters, a bucket is emptied in two passes: what the edges of some nodes may improve is noted, without a branch
on what is found, then improved and queued (30 to 12 ns a node on Corsica, 54 to 34 on a lattice of 262,144 nodes).
"""

from __future__ import annotations

import numpy as np
from numba import njit

from siting.travel.kernels.endings import ALL_DONE, FOUND_FULL, QUEUE_FULL
from siting.travel.kernels.instructions import prefetch
from siting.travel.kernels.reached import WORDS_AT_ONCE, reached_bits, write_reached

NODES_AHEAD, EDGES_AHEAD = np.uint64(12), np.uint64(6)
"""How many entries before its turn what is known of a node is asked for, and then its edges."""


@njit(cache=True, nogil=True)
def search_within(start, edge, source, limit, shift, ticks, touched, seen, queue):  # type: ignore[no-untyped-def]
    """Write the ticks from ``source`` to every node at most ``limit`` away.

    Parameters
    ----------
    start : uint32 array, shape (n_nodes + 1,)
    edge : uint64 array, shape (n_edges,)
    source : int
    limit : int
        Inclusive; plus the longest edge it is below ``2**32``.
    shift : int
        A bucket is ``2**shift`` ticks wide.
    ticks : uint32 array, shape (n_nodes or more,)
        All ``limit + 1`` on entry, which every time within the limit is below.
    touched : uint32 array, shape (n_nodes + 1,)
        On return its head lists the nodes reached, in no useful order.
    seen : uint64 array
        Room for what is noted at a time; at least one more than the edges of any node.
    queue : uint64 array, shape (n_slots, capacity)
        The ring of buckets; ``n_slots`` is a power of two above ``(longest edge >> shift) + 1``.

    Returns
    -------
    n_touched : int
    is_done : bool
        False if a bucket was full before the end: forget what was touched and bring a roomier queue.
    """
    one, high = np.uint64(1), np.uint64(32)
    low, bits, beyond = (one << high) - one, np.uint64(shift), np.uint64(limit + 1)
    n_slots, capacity = queue.shape[0], np.uint64(queue.shape[1])
    slot_mask, n_idle, bucket = np.uint64(n_slots - 1), 0, np.uint64(0)
    n_waiting = np.zeros(n_slots, np.uint64)
    ticks[source] = 0
    touched[0] = source
    queue[0, 0] = np.uint64(source) << high
    n_waiting[0] = n_touched = one
    while n_idle < n_slots:
        slot, served = bucket & slot_mask, np.uint64(0)
        n_idle = 0 if n_waiting[slot] else n_idle + 1
        while served < n_waiting[slot]:
            served, n_seen = look_ahead(start, edge, ticks, queue, slot, served, n_waiting[slot], seen)
            for i in range(n_seen):
                found = seen[i]
                node, then = found >> high, found & low
                before, aim = np.uint64(ticks[node]), then >> bits & slot_mask
                end = n_waiting[aim]
                if end == capacity:
                    return n_touched, False
                is_better = then < before
                touched[n_touched] = node
                n_touched += np.uint64(is_better & (before == beyond))
                ticks[node] = then if is_better else before
                queue[aim, end] = found
                n_waiting[aim] = end + np.uint64(is_better)
        n_waiting[slot] = 0
        bucket += one
    return n_touched, True


@njit(cache=True, nogil=True)
def look_ahead(start, edge, ticks, queue, slot, served, stop, seen):  # type: ignore[no-untyped-def]
    """Note what the entries from ``served`` to ``stop`` may improve, as far as there is room; nothing else is written.

    Returns
    -------
    served : int
        Entries looked at so far.
    n_seen : int
    """
    one, high = np.uint64(1), np.uint64(32)
    low, room, n_seen = (one << high) - one, np.uint64(seen.size), np.uint64(0)
    while served < stop:
        ask_for(start, edge, ticks, queue, slot, served, stop)
        entry = queue[slot, served]
        node, now = entry >> high, entry & low
        first, last = np.uint64(start[node]), np.uint64(start[node + one])
        if n_seen + last - first >= room:
            break
        served += one
        if ticks[node] != now:
            continue
        for i in range(first, last):
            found = edge[i] + now
            seen[n_seen] = found
            n_seen += np.uint64(found & low < ticks[found >> high])
    return served, n_seen


@njit(cache=True, nogil=True)
def ask_for(start, edge, ticks, queue, slot, served, stop):  # type: ignore[no-untyped-def]
    """Have loaded what some of the next entries will need: 50 to 29 ns a node on a lattice, nothing on Corsica."""
    high, last = np.uint64(32), stop - np.uint64(1)
    soon = queue[slot, min(served + NODES_AHEAD, last)] >> high
    prefetch(start, soon)
    prefetch(ticks, soon)
    prefetch(edge, np.uint64(start[queue[slot, min(served + EDGES_AHEAD, last)] >> high]))


@njit(cache=True, nogil=True)
def within_each(  # type: ignore[no-untyped-def]
    start, edge, sources, limit, shift, ticks, touched, seen, queue, first, stop, unit, n_done, n_found, counts, found,
    times,
):  # fmt: skip
    """Write which nodes each of some sources reaches within the limit, of those that are asked for.

    Parameters
    ----------
    start, edge, limit, shift, ticks, touched, seen, queue : as for `search_within`
    sources : int64 array, shape (n_sources,)
    first, stop : int
        The nodes asked for are ``first … stop - 1``.
    unit : uint64
        Times are told in units of ``2**unit`` ticks, rounded up.
    n_done, n_found : int
        Sources that are done with, and nodes written for them, already.
    counts : int64 array, shape (n_sources,)
        How many of them each source reaches.
    found : int32 array
        Those of one source after the other, ascending, less ``first``.
    times : uint16 or uint32 array, as long as ``found``

    Returns
    -------
    n_done, n_found : int
        The same by now; all sources but for want of room.
    ending : int
        `ALL_DONE`, or what had no room: bring more and go on from there.
    """
    for i in range(n_done, sources.size):
        n_touched, is_done = search_within(start, edge, sources[i], limit, shift, ticks, touched, seen, queue)
        reached = touched[:n_touched]
        has_room = n_found + n_touched + WORDS_AT_ONCE < found.size
        if is_done and has_room:
            end = take(ticks, reached, limit, first, stop, unit, n_found, found, times)
            counts[i], n_found = end - n_found, end
        for j in range(reached.size):
            ticks[reached[j]] = limit + 1
        if not is_done:
            return i, n_found, QUEUE_FULL
        if not has_room:
            return i, n_found, FOUND_FULL
    return sources.size, n_found, ALL_DONE


@njit(cache=True, nogil=True)
def take(ticks, touched, limit, first, stop, unit, n_found, found, times):  # type: ignore[no-untyped-def]
    """Write those of the nodes ``first … stop - 1`` that a search reached, ascending, from ``n_found`` on.

    All nodes between the lowest and the highest reached are looked at, far quicker than to sort (0.1 ms instead of
    3.7 for 85,000 nodes).

    Returns
    -------
    int
        Where they end. What is written may go `WORDS_AT_ONCE` beyond.
    """
    low, high = np.int64(stop), np.int64(first) - 1
    for i in range(touched.size):
        node = np.int64(touched[i])
        low, high = min(low, node), max(high, node)
    low, behind, end = max(low, first), min(high + 1, stop), np.uint64(n_found)
    zero, beyond = np.uint64(0), np.uint64(limit + 1)
    for begin in range(low, behind, WORDS_AT_ONCE):
        stretch = ticks[begin:]
        bits = reached_bits(stretch, behind - begin, zero, beyond)
        if bits:
            end = write_reached(bits, stretch, zero, unit, np.int64(begin - first), end, found, times)
    return np.int64(end)


@njit(cache=True, nogil=True)
def search_nearest(start, edge, sources, shift, key, seen, queue):  # type: ignore[no-untyped-def]
    """Write, for every node, ``ticks << 32 | row`` of the nearest of ``sources``; False for want of room.

    Comparing such keys compares times first and rows next, so one addition and one comparison keep both, and
    ties go to the lowest row.

    Parameters
    ----------
    start, edge, shift : as for `search_within`
    sources : int64 array, shape (n_sources,)
        Nodes; the row is the position in this array.
    key : uint64 array, shape (n_nodes,)
        All ``(limit + 1) << 32`` on entry, which is also what it holds on return where no source is within the limit.
    seen : uint64 array, shape (2, n)
        As for `search_within`: nodes, and the keys they might have.
    queue : uint64 array, shape (n_slots, capacity)
        The first bucket takes an entry for each source.
    """
    one, high = np.uint64(1), np.uint64(32)
    n_slots, capacity = queue.shape[0], np.uint64(queue.shape[1])
    slot_mask, n_idle, bucket = np.uint64(n_slots - 1), 0, np.uint64(0)
    n_waiting = np.zeros(n_slots, np.uint64)
    for row in range(len(sources)):
        if np.uint64(row) < key[sources[row]]:
            key[sources[row]] = row
            queue[0, n_waiting[0]] = np.uint64(sources[row]) << high
            n_waiting[0] += one
    while n_idle < n_slots:
        slot, served = bucket & slot_mask, np.uint64(0)
        n_idle = 0 if n_waiting[slot] else n_idle + 1
        while served < n_waiting[slot]:
            served, n_seen = look_ahead_nearest(start, edge, key, queue, slot, served, n_waiting[slot], seen)
            for i in range(n_seen):
                node, then = seen[0, i], seen[1, i]
                before, aim = key[node], then >> high + np.uint64(shift) & slot_mask
                end = n_waiting[aim]
                if end == capacity:
                    return False
                key[node] = min(then, before)
                queue[aim, end] = node << high | then >> high
                n_waiting[aim] = end + np.uint64(then < before)
        n_waiting[slot] = 0
        bucket += one
    return True


@njit(cache=True, nogil=True)
def look_ahead_nearest(start, edge, key, queue, slot, served, stop, seen):  # type: ignore[no-untyped-def]
    """`look_ahead` with keys in the place of ticks."""
    one, high = np.uint64(1), np.uint64(32)
    low, room, n_seen = (one << high) - one, np.uint64(seen.shape[1]), np.uint64(0)
    while served < stop:
        ask_for(start, edge, key, queue, slot, served, stop)
        entry = queue[slot, served]
        node = entry >> high
        first, last, now = np.uint64(start[node]), np.uint64(start[node + one]), key[node]
        if n_seen + last - first >= room:
            break
        served += one
        if now >> high != entry & low:
            continue
        for i in range(first, last):
            other, then = edge[i] >> high, now + ((edge[i] & low) << high)
            seen[0, n_seen], seen[1, n_seen] = other, then
            n_seen += np.uint64(then < key[other])
    return served, n_seen
