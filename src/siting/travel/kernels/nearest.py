"""Least times on a raster of friction classes from the nearest of several cells, and which one that is.

The search is that of `siting.travel.kernels.raster`, over the whole raster.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from siting.travel.kernels.raster import cells_passed, improve, neighbour_ring, start_at


@njit(cache=True, nogil=True)
def search_nearest(kinds, width, key, sources, half_step, shift, n_together, queue):  # type: ignore[no-untyped-def]
    """Write, for every cell, ``ticks << 32 | row + 1`` of the nearest of ``sources``; False for want of room.

    Comparing such keys compares times first and rows next: ties go to the lowest row.

    Parameters
    ----------
    kinds : uint8 or uint16 array, shape (n_rows * width,)
        Classes; the outermost cells are barriers.
    width : int
        Columns of the raster.
    key : uint64 array, shape (n_rows * width,)
        On entry 0 at barriers and ``(limit + 1) << 32`` elsewhere, which is also what it holds on return where
        no source is within the limit.
    sources : int64 array, shape (n_sources,)
        Cells; the row is the position in this array. One that is a barrier reaches nothing.
    half_step : uint64 array, shape (2 * n_classes,)
        Ticks to cross half a cell of each class, straight and diagonally in turn, shifted left by 32.
    shift, n_together, queue : as for `siting.travel.kernels.raster.search_window`
        The first bucket takes 4 entries for each source.
    """
    n_slots = queue.shape[0]
    slot_mask, n_idle, bucket = np.uint64(n_slots - 1), 0, np.uint64(0)
    n_waiting = np.zeros(n_slots, np.uint64)
    for row in range(len(sources)):
        if np.uint64(row + 1) < key[sources[row]]:
            key[sources[row]] = row + 1
            n_waiting[0] = start_at(sources[row], n_waiting[0], queue)
    bucket_bits = np.uint64(32) + np.uint64(shift)
    ring, passed = neighbour_ring(width), cells_passed(width)
    code, then = np.empty(5 * n_together + 1, np.uint32), np.empty(5 * n_together + 1, np.uint64)
    while n_idle < n_slots:
        slot = bucket & slot_mask
        n_idle = 0 if n_waiting[slot] else n_idle + 1
        for first in range(np.uint64(0), n_waiting[slot], n_together):
            stop = min(first + n_together, n_waiting[slot])
            n_seen = look_ahead(key, kinds, queue, slot, first, stop, bucket, bucket_bits, half_step, ring, code, then)
            if not improve(key, n_seen, code, then, bucket_bits, passed, queue, n_waiting):
                return False
        n_waiting[slot] = 0
        bucket += np.uint64(1)
    return True


@njit(cache=True, nogil=True)
def look_ahead(key, kinds, queue, slot, first, stop, bucket, bucket_bits, half_step, ring, code, then):  # type: ignore[no-untyped-def]
    """Note the neighbours that the cells of a bucket may improve; see `siting.travel.kernels.raster.look_ahead`."""
    one, two, three, four = np.uint64(1), np.uint64(2), np.uint64(3), np.uint64(4)
    five, seven = np.uint64(5), np.uint64(7)
    n_seen = np.uint64(0)
    for i in range(first, stop):
        entry = np.uint64(queue[slot, i])
        now = key[entry >> three]
        if now >> bucket_bits != bucket:
            continue
        ahead, slant, kind = entry & seven, entry & one, np.uint64(kinds[entry >> three]) << one
        base = entry - ahead
        even, odd = now + half_step[kind + slant], now + half_step[kind + one - slant]
        k0, k1, k2 = base + ring[ahead + one], base + ring[ahead + two], base + ring[ahead + three]
        k3, k4 = base + ring[ahead + four], base + ring[ahead + five]
        for other, sooner, way in (
            (k0, even, slant), (k1, odd, one - slant), (k2, even, slant), (k3, odd, one - slant), (k4, even, slant),
        ):  # fmt: skip
            arrival = sooner + half_step[(np.uint64(kinds[other >> three]) << one) + way]
            code[n_seen], then[n_seen] = other, arrival
            n_seen += np.uint64(arrival < key[other >> three])
    return n_seen
