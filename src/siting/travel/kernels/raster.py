"""Least times on a raster of friction classes: within a cutoff from one cell, and from the nearest of several.

A step goes to one of 8 neighbours and costs the half cell it leaves plus the half cell it enters, each rounded
to whole ticks: sums are exact, and a step costs the same both ways. Class 0 is a barrier: never entered, and a
diagonal step between two barriers that touch at their corners is not made, so that a river one cell wide holds
however it is drawn.

A window's ``state`` holds time and class in one word, ``ticks << class_bits | class``: a cell's best time so far
is compared, and its class known, with one load. Barriers hold 0, which no time is below; cells not reached hold
the first tick beyond the limit, which every time within it is below. So the inner loop tests neither.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from siting.travel.kernels.queue import roomier


@njit(cache=True, nogil=True)
def open_window(classes, top, left, beyond, state):  # type: ignore[no-untyped-def]
    """Fill ``state`` (rows, columns) with the classes of the window at (``top``, ``left``), not yet reached.

    The window's outermost cells become barriers, so that a search needs no test for its edge.

    Parameters
    ----------
    classes : uint8 or uint16 array, shape (n_rows, n_columns)
        0 = barrier.
    top, left : int
        Of the window's first cell in ``classes``; the window may hang over the raster by its outermost cells.
    beyond : integer of ``state``'s type
        ``(limit + 1) << class_bits``.
    state : uint32 or uint64 array, C-contiguous
    """
    n_rows, n_columns = state.shape
    state[0, :] = 0
    state[n_rows - 1, :] = 0
    for row in range(1, n_rows - 1):
        state[row, 0] = 0
        for column in range(1, n_columns - 1):
            kind = classes[top + row, left + column]
            state[row, column] = beyond | kind if kind else 0
        state[row, n_columns - 1] = 0


@njit(cache=True, nogil=True)
def search_window(state, width, source, class_bits, half_step, shift, n_slots):  # type: ignore[no-untyped-def]
    """Settle every cell of an opened window that ``source`` reaches within the limit.

    Parameters
    ----------
    state : uint32 or uint64 array, shape (n_rows * width,)
        From `open_window`, flattened; on return the times are those of ``state >> class_bits``.
    width : int
        Columns of the window.
    source : int
        Cell of the window; where it is a barrier nothing is reached.
    class_bits : integer
        Bits of ``state`` that hold the class.
    half_step : array of ``state``'s type, shape (2, n_classes)
        Ticks to cross half a cell of each class, straight and diagonally, shifted left by ``class_bits``.
    shift, n_slots : integers
        A bucket is ``2**shift`` ticks wide; buckets in the ring, a power of two above
        ``(longest step >> shift) + 1``.
    """
    if state[source] == 0:
        return
    one, seven = np.uint64(1), np.uint64(7)
    ring = neighbour_ring(width)
    queue = np.empty((n_slots, 256), np.uint32)
    n_waiting = np.zeros(n_slots, np.uint64)
    slot_mask = np.uint64(n_slots - 1)
    class_mask = (one << np.uint64(class_bits)) - one
    bucket_bits = np.uint64(class_bits) + np.uint64(shift)
    state[source] = np.uint64(state[source]) & class_mask
    queue[0, 0] = source
    n_waiting[0] = 1
    n_live, bucket = one, np.uint64(0)
    while n_live > 0:
        slot = bucket & slot_mask
        while n_waiting[slot] > 0:
            n_waiting[slot] -= one
            n_live -= one
            cell = np.uint64(queue[slot, n_waiting[slot]])
            now = np.uint64(state[cell])
            if now >> bucket_bits != bucket:
                continue
            kind = now & class_mask
            for side in range(np.uint64(8)):
                other = cell + ring[side]
                before = np.uint64(state[other])
                into = before & class_mask
                slant = side & one
                then = (now - kind) + np.uint64(half_step[slant, kind]) + np.uint64(half_step[slant, into]) + into
                if then >= before:
                    continue
                if slant and state[cell + ring[side - one]] | state[cell + ring[(side + one) & seven]] == 0:
                    continue
                state[other] = then
                aim = (then >> bucket_bits) & slot_mask
                if n_waiting[aim] == queue.shape[1]:
                    queue = roomier(queue)
                queue[aim, n_waiting[aim]] = other
                n_waiting[aim] += one
                n_live += one
        bucket += one


@njit(cache=True, nogil=True)
def collect(state, top, left, class_bits, limit, row_start, place_column, found, found_ticks):  # type: ignore[no-untyped-def]
    """Write the places that a searched window reached, and their ticks; return how many.

    Parameters
    ----------
    state, top, left, class_bits : as for `open_window` and `search_window`
    limit : int
        Ticks, inclusive.
    row_start : int64 array, shape (n_rows + 1,)
        The places in raster row ``r`` are ``row_start[r] : row_start[r + 1]``.
    place_column : int32 array, shape (n_places,)
        Raster column of each place, ascending within a row.
    found : int32 array, shape (n_places,)
    found_ticks : uint32 array, shape (n_places,)
    """
    n_found = 0
    n_rows, n_columns = state.shape
    for row in range(1, n_rows - 1):
        stop = row_start[top + row + 1]
        place = row_start[top + row]
        place += np.searchsorted(place_column[place:stop], left + 1)
        while place < stop and place_column[place] < left + n_columns - 1:
            here = state[row, place_column[place] - left]
            ticks = here >> class_bits
            if here > 0 and ticks <= limit:
                found[n_found] = place
                found_ticks[n_found] = ticks
                n_found += 1
            place += 1
    return n_found


@njit(cache=True, nogil=True)
def search_nearest(classes, key, sources, half_step, shift, n_slots):  # type: ignore[no-untyped-def]
    """Write, for every cell, ``ticks << 32 | row`` of the nearest of ``sources``; ties to the lowest row.

    Parameters
    ----------
    classes : uint8 or uint16 array, shape (n_rows, n_columns)
        Its outermost cells are barriers.
    key : uint64 array, shape (n_rows * n_columns,)
        On entry 0 at barriers and ``(limit + 1) << 32`` elsewhere, which is also what it holds on return where
        no source is within the limit.
    sources : int64 array, shape (n_sources,)
        Cells; the row is the position in this array. One that is a barrier reaches nothing.
    half_step : uint64 array, shape (2, n_classes)
        Ticks to cross half a cell of each class, straight and diagonally, shifted left by 32.
    shift, n_slots : integers
        As for `search_window`.
    """
    one, seven = np.uint64(1), np.uint64(7)
    ring = neighbour_ring(classes.shape[1])
    kind_of = classes.ravel()
    queue = np.empty((n_slots, max(256, len(sources))), np.uint32)
    n_waiting = np.zeros(n_slots, np.uint64)
    slot_mask = np.uint64(n_slots - 1)
    bucket_bits = np.uint64(32) + np.uint64(shift)
    n_live, bucket = np.uint64(0), np.uint64(0)
    for row in range(len(sources)):
        if np.uint64(row) < key[sources[row]]:
            key[sources[row]] = row
            queue[0, n_live] = sources[row]
            n_live += one
    n_waiting[0] = n_live
    while n_live > 0:
        slot = bucket & slot_mask
        while n_waiting[slot] > 0:
            n_waiting[slot] -= one
            n_live -= one
            cell = np.uint64(queue[slot, n_waiting[slot]])
            now = key[cell]
            if now >> bucket_bits != bucket:
                continue
            kind = kind_of[cell]
            for side in range(np.uint64(8)):
                other = cell + ring[side]
                slant = side & one
                then = now + half_step[slant, kind] + half_step[slant, kind_of[other]]
                if then >= key[other]:
                    continue
                if slant and kind_of[cell + ring[side - one]] | kind_of[cell + ring[(side + one) & seven]] == 0:
                    continue
                key[other] = then
                aim = (then >> bucket_bits) & slot_mask
                if n_waiting[aim] == queue.shape[1]:
                    queue = roomier(queue)
                queue[aim, n_waiting[aim]] = other
                n_waiting[aim] += one
                n_live += one
        bucket += one


@njit(cache=True, nogil=True)
def neighbour_ring(width):  # type: ignore[no-untyped-def]
    """Offsets to the 8 neighbours of a cell, clockwise from the north (modulo 2**64); odd ones are diagonal."""
    ring = np.empty(8, np.uint64)
    for side, (down, right) in enumerate(((-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1))):
        ring[side] = np.uint64(down * width + right)
    return ring
