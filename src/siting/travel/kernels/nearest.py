"""Least times on a raster from the nearest of several cells, and which one that is.

The search is that of `siting.travel.kernels.raster`, over the whole raster.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from siting.travel.kernels.raster import facts_by_side, go_on, improve, look_ahead, neighbour_ring, start_at


@njit(cache=True, nogil=True)
def search_nearest(cells, kinds, width, sources, kind_bits, table, shift, mark_bits, n_together, queue):  # type: ignore[no-untyped-def]
    """Write, for every cell, how far the nearest of ``sources`` is and which; False for want of room.

    Parameters
    ----------
    cells : uint64 array, shape (n_rows * width,)
        ``ticks << 32 | row << kind_bits | kind``: comparing two of a cell compares times first and rows next, so
        ties go to the lowest row. On entry as `freshen` leaves it, which is also what it holds on return where
        no source is within the limit.
    kinds : uint32 array, shape (n_rows * width,), or None
        The kinds of 32 bits, which have no room in ``cells``; these hold 1, in 1 bit, for them.
    width : int
        Columns of the raster, with the barriers around it.
    sources : int64 array, shape (n_sources,)
        Cells; the row is the position in this array. One that is a barrier reaches nothing.
    kind_bits : uint64
    table : uint64 array, shape (2, 2 * n_kinds), or None
        As for `search_window`, but shifted left by 32.
    shift, mark_bits, n_together, queue : as for `search_window`
        The first bucket takes 8 entries for each source.
    """
    one, n_slots = np.uint64(1), queue.shape[0] // 2
    slot_mask, n_idle, bucket = np.uint64(n_slots - 1), 0, np.uint64(0)
    bucket_bits, kind_mask = np.uint64(32) + np.uint64(shift), (one << kind_bits) - one
    n_waiting = np.zeros(2 * n_slots, np.uint64)
    for row in range(len(sources)):
        at_once = np.uint64(row) << kind_bits | cells[sources[row]] & kind_mask
        if at_once < cells[sources[row]]:
            cells[sources[row]] = at_once
            n_waiting[0] = start_at(sources[row], n_waiting[0], queue)
    ring, by_side, row_length = neighbour_ring(width), facts_by_side(width, mark_bits), np.uint64(width)
    seen = np.empty(2 * (5 * n_together + 1), np.uint64)
    while n_idle < n_slots:
        ahead, since = (bucket & slot_mask) << one, bucket << bucket_bits
        onward, n_ahead, n_onward = ahead + one, np.uint64(0), np.uint64(0)
        n_idle = 0 if n_waiting[ahead] | n_waiting[onward] else n_idle + 1
        while (n_ahead < n_waiting[ahead]) | (n_onward < n_waiting[onward]):
            if n_onward < n_waiting[onward]:
                first, n_onward = n_onward, n_waiting[onward]
                is_done = go_on(
                    cells, queue, onward, first, n_onward, bucket_bits, table, by_side, row_length, n_waiting
                )
            else:
                first, n_ahead = n_ahead, min(n_ahead + n_together, n_waiting[ahead])
                n_seen = look_ahead(cells, kinds, queue, ahead, first, n_ahead, since, table, ring, row_length, seen)
                is_done = improve(cells, n_seen, seen, bucket_bits, by_side, mark_bits, queue, n_waiting)
            if not is_done:
                return False
        n_waiting[ahead] = n_waiting[onward] = 0
        bucket += one
    return True


@njit(cache=True, nogil=True)
def freshen(kinds, beyond, holds_kind, cells):  # type: ignore[no-untyped-def]
    """Fill the cells of a raster with a row of barriers all around: 0 at barriers, ``beyond`` where none is.

    Parameters
    ----------
    kinds : uint8 or uint32 array, shape (n_rows, n_columns)
    beyond : uint64
        The first key that is beyond the limit.
    holds_kind : bool
        Keep the kind of each cell in its word; without, 1 stands for it.
    cells : uint64 array, shape (n_rows + 2, n_columns + 2)
    """
    cells[0] = cells[-1] = 0
    for row in range(kinds.shape[0]):
        line, fresh = kinds[row], cells[row + 1, 1:-1]
        cells[row + 1, 0] = cells[row + 1, -1] = 0
        for i in range(line.size):
            low = np.uint64(line[i]) if holds_kind else np.uint64(1)
            fresh[i] = beyond | low if line[i] else np.uint64(0)


@njit(cache=True, nogil=True)
def take_nearest(cells, beyond, kind_bits, ticks, owner):  # type: ignore[no-untyped-def]
    """Write the ticks and the row of the nearest source of every cell; row -1 where there is none.

    ``cells`` are as `search_nearest` left them, ``ticks`` and ``owner`` rasters of uint32 and int32.
    """
    n_rows, n_columns = ticks.shape
    high, row_mask = np.uint64(32), np.uint64(2**32 - 1)
    for row in range(n_rows):
        first = (row + 1) * (n_columns + 2) + 1
        line, time, who = cells[first : first + n_columns], ticks[row], owner[row]
        for i in range(line.size):
            time[i] = line[i] >> high
            who[i] = np.int64((line[i] & row_mask) >> kind_bits) if (line[i] < beyond) & (line[i] > 0) else -1
