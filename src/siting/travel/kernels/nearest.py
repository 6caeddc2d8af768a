"""Least times on a raster of friction classes from the nearest of several cells, and which one that is.

The search is that of `siting.travel.kernels.raster`, over the whole raster.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from siting.travel.kernels.raster import cells_passed, improve, look_ahead, neighbour_ring, start_at


@njit(cache=True, nogil=True)
def search_nearest(cells, width, sources, class_bits, half_step, shift, n_together, queue):  # type: ignore[no-untyped-def]
    """Write, for every cell, how far the nearest of ``sources`` is and which; False for want of room.

    Parameters
    ----------
    cells : uint64 array, shape (n_rows * width,)
        ``ticks << 32 | row << class_bits | class``: comparing two of a cell compares times first and rows next, so
        ties go to the lowest row. On entry 0 at barriers, the outermost cells among them, and
        ``(limit + 1) << 32 | class`` elsewhere, which is also what it holds on return where no source is within
        the limit.
    width : int
        Columns of the raster.
    sources : int64 array, shape (n_sources,)
        Cells; the row is the position in this array. One that is a barrier reaches nothing.
    class_bits : uint64
    half_step : uint64 array, shape (2, 2 * n_classes)
        As for `search_window`, but shifted left by 32.
    shift, n_together, queue : as for `search_window`
        The first bucket takes 4 entries for each source.
    """
    n_slots = queue.shape[0]
    slot_mask, n_idle, bucket = np.uint64(n_slots - 1), 0, np.uint64(0)
    bucket_bits, kind_mask = np.uint64(32) + np.uint64(shift), (np.uint64(1) << class_bits) - np.uint64(1)
    n_waiting = np.zeros(n_slots, np.uint64)
    for row in range(len(sources)):
        at_once = np.uint64(row) << class_bits | cells[sources[row]] & kind_mask
        if at_once < cells[sources[row]]:
            cells[sources[row]] = at_once
            n_waiting[0] = start_at(sources[row], n_waiting[0], queue)
    ring, passed = neighbour_ring(width), cells_passed(width)
    code, then = np.empty(5 * n_together + 1, np.uint32), np.empty(5 * n_together + 1, np.uint64)
    while n_idle < n_slots:
        slot = bucket & slot_mask
        n_idle = 0 if n_waiting[slot] else n_idle + 1
        for first in range(np.uint64(0), n_waiting[slot], n_together):
            stop = min(first + n_together, n_waiting[slot])
            n_seen, _, _ = look_ahead(
                cells, queue, slot, first, stop, bucket, bucket_bits, kind_mask, half_step, ring, code, then
            )
            if not improve(cells, n_seen, code, then, bucket_bits, passed, queue, n_waiting):
                return False
        n_waiting[slot] = 0
        bucket += np.uint64(1)
    return True
