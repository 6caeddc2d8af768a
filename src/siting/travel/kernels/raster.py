"""Least times on a raster of friction classes: within a cutoff from one cell, and from the nearest of several.

A step goes to one of 8 neighbours and costs the half cell it leaves plus the half cell it enters, each rounded
to whole ticks: sums are exact, and a step costs the same both ways. Class 0 is a barrier: never entered, and a
diagonal step between two barriers that touch at their corners is not made, so that a river one cell wide holds
however it is drawn.

What makes it fast, with what each brought on 200 m cells (ns a settled cell, one core of an EPYC):

- A bucket queue instead of a heap (see this package's docstring).
- A window's ``state`` holds time and class in one word, ``ticks << class_bits | class``, so that one load gives
  both. Barriers hold 0, which no time is below; cells not reached hold the first tick beyond the limit, which
  every time within it is below: the inner loop tests neither (62 to 36 ns, with the tables of half steps).
- A cell settled by a step in some direction looks at the 5 neighbours ahead only: the 3 behind it are neighbours
  of the cell the step came from, which reaches them directly at no more (36 to 29 ns). The direction travels in
  the queue's entry, which is ``side << 61 | cell << 32 | ticks``; an entry whose ticks are no longer its cell's is
  skipped.
- The 5 states are loaded before any is written (29 to 25 ns); a bucket is read from its front, which needs no write
  for each entry, and the ring of neighbours goes on past its end (25 to 23 ns).
"""

from __future__ import annotations

import numpy as np
from numba import njit


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
        state[row, n_columns - 1] = 0
        kinds = classes[top + row, left + 1 : left + n_columns - 1]
        fresh = state[row, 1 : n_columns - 1]
        for i in range(fresh.size):  # on slices LLVM vectorises this: 0.03 ms a window instead of 0.28
            fresh[i] = beyond | kinds[i] if kinds[i] else 0


@njit(cache=True, nogil=True)
def search_window(state, width, source, class_bits, leave, enter, shift, queue):  # type: ignore[no-untyped-def]
    """Settle every cell of an opened window that ``source`` reaches within the limit; False for want of room.

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
    leave, enter : arrays of ``state``'s type, shape (2, n_classes)
        Ticks to cross half a cell of each class, straight and diagonally, shifted left by ``class_bits``; less
        and plus the class itself.
    shift : integer
        A bucket is ``2**shift`` ticks wide.
    queue : uint64 array, shape (n_slots, capacity)
        The ring of buckets; ``n_slots`` is a power of two above ``(longest step >> shift) + 1``.

    Returns
    -------
    bool
        False if a bucket was full before the end: open the window again and bring a roomier queue.
    """
    if state[source] == 0:
        return True
    one, two, three, four = np.uint64(1), np.uint64(2), np.uint64(3), np.uint64(4)
    five, six, seven = np.uint64(5), np.uint64(6), np.uint64(7)
    kind_bits, cell_bits, side_bits = np.uint64(class_bits), np.uint64(32), np.uint64(61)
    kind_mask, low = (one << kind_bits) - one, (one << cell_bits) - one
    bucket_bits = kind_bits + np.uint64(shift)
    n_slots, capacity = queue.shape
    slot_mask = np.uint64(n_slots - 1)
    n_waiting = np.zeros(n_slots, np.uint64)
    ring = neighbour_ring(width)
    state[source] = np.uint64(state[source]) & kind_mask
    n_live, bucket = start_at(source, np.uint64(0), queue), np.uint64(0)
    n_waiting[0] = n_live
    while n_live > 0:
        slot = bucket & slot_mask
        served = np.uint64(0)
        while served < n_waiting[slot]:
            entry = queue[slot, served]
            served += one
            cell = (entry >> cell_bits) & (low >> three)
            now = np.uint64(state[cell])
            if now >> kind_bits != entry & low:
                continue
            ahead = entry >> side_bits
            slant = ahead & one
            even, odd = now + leave[slant, now & kind_mask], now + leave[one - slant, now & kind_mask]
            c0, c1, c2 = cell + ring[ahead + one], cell + ring[ahead + two], cell + ring[ahead + three]
            c3, c4 = cell + ring[ahead + four], cell + ring[ahead + five]
            s0, s1, s2 = np.uint64(state[c0]), np.uint64(state[c1]), np.uint64(state[c2])
            s3, s4 = np.uint64(state[c3]), np.uint64(state[c4])
            for other, before, then, turn in (
                (c0, s0, even + enter[slant, s0 & kind_mask], ahead),
                (c1, s1, odd + enter[one - slant, s1 & kind_mask], ahead + one),
                (c2, s2, even + enter[slant, s2 & kind_mask], ahead + two),
                (c3, s3, odd + enter[one - slant, s3 & kind_mask], ahead + three),
                (c4, s4, even + enter[slant, s4 & kind_mask], ahead + four),
            ):
                if then >= before:
                    continue
                if turn & one and state[cell + ring[turn]] | state[cell + ring[turn + two]] == 0:
                    continue
                side = (turn + six) & seven
                aim = (then >> bucket_bits) & slot_mask
                if n_waiting[aim] == capacity:
                    return False
                state[other] = then
                queue[aim, n_waiting[aim]] = side << side_bits | other << cell_bits | then >> kind_bits
                n_waiting[aim] += one
                n_live += one
        n_live -= served
        n_waiting[slot] = 0
        bucket += one
    return True


@njit(cache=True, nogil=True)
def collect(state, top, left, class_bits, limit, row_start, place, column, found, found_ticks):  # type: ignore[no-untyped-def]
    """Write the places that a searched window reached, and their ticks; return how many.

    Parameters
    ----------
    state, top, left, class_bits : as for `open_window` and `search_window`
    limit : int
        Ticks, inclusive.
    row_start : int64 array, shape (n_rows + 1,)
        The places in raster row ``r`` are ``row_start[r] : row_start[r + 1]``.
    place, column : int32 arrays, shape (n_places,)
        What to call each place, and its raster column, ascending within a row.
    found : int32 array, shape (n_places + 1,)
    found_ticks : uint32 array, shape (n_places + 1,)
        Written before it is known whether the place counts, which is quicker than to guess; hence one more.
    """
    n_found = np.uint64(0)
    n_rows, n_columns = state.shape
    last, one = np.uint64(limit), np.uint64(1)
    for row in range(1, n_rows - 1):
        first, stop = np.uint64(row_start[top + row]), np.uint64(row_start[top + row + 1])
        start = first_not_below(column, first, stop, left + 1)
        end = first_not_below(column, start, stop, left + n_columns - 1)
        line = state[row]
        for i in range(start, end):
            # a barrier holds 0: less one it is beyond any limit, so one comparison tells both
            here = np.uint64(line[np.uint64(column[i] - left)])
            found[n_found] = place[i]
            found_ticks[n_found] = here >> class_bits
            if here - one >> class_bits <= last:
                n_found += one
    return n_found


@njit(cache=True, nogil=True)
def first_not_below(ascending, first, stop, bound):  # type: ignore[no-untyped-def]
    """First position in ``first … stop`` whose value is at least ``bound`` (NumPy's searchsorted took 0.1 ms more)."""
    while first < stop:
        middle = (first + stop) >> np.uint64(1)
        if ascending[middle] < bound:
            first = middle + np.uint64(1)
        else:
            stop = middle
    return first


@njit(cache=True, nogil=True)
def search_nearest(kinds, width, key, sources, half_step, shift, queue):  # type: ignore[no-untyped-def]
    """Write, for every cell, ``ticks << 32 | row`` of the nearest of ``sources``; False for want of room.

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
    half_step : uint64 array, shape (2, n_classes)
        Ticks to cross half a cell of each class, straight and diagonally, shifted left by 32.
    shift, queue : as for `search_window`
        The first bucket takes 4 entries for each source.
    """
    one, two, three, four = np.uint64(1), np.uint64(2), np.uint64(3), np.uint64(4)
    five, six, seven = np.uint64(5), np.uint64(6), np.uint64(7)
    cell_bits, side_bits = np.uint64(32), np.uint64(61)
    low = (one << cell_bits) - one
    bucket_bits = cell_bits + np.uint64(shift)
    n_slots, capacity = queue.shape
    slot_mask = np.uint64(n_slots - 1)
    n_waiting = np.zeros(n_slots, np.uint64)
    ring = neighbour_ring(width)
    n_live, bucket = np.uint64(0), np.uint64(0)
    for row in range(len(sources)):
        if np.uint64(row) < key[sources[row]]:
            key[sources[row]] = row
            n_live = start_at(sources[row], n_live, queue)
    n_waiting[0] = n_live
    while n_live > 0:
        slot = bucket & slot_mask
        served = np.uint64(0)
        while served < n_waiting[slot]:
            entry = queue[slot, served]
            served += one
            cell = (entry >> cell_bits) & (low >> three)
            now = key[cell]
            if now >> cell_bits != entry & low:
                continue
            ahead = entry >> side_bits
            slant = ahead & one
            even, odd = now + half_step[slant, kinds[cell]], now + half_step[one - slant, kinds[cell]]
            c0, c1, c2 = cell + ring[ahead + one], cell + ring[ahead + two], cell + ring[ahead + three]
            c3, c4 = cell + ring[ahead + four], cell + ring[ahead + five]
            for other, before, then, turn in (
                (c0, key[c0], even + half_step[slant, kinds[c0]], ahead),
                (c1, key[c1], odd + half_step[one - slant, kinds[c1]], ahead + one),
                (c2, key[c2], even + half_step[slant, kinds[c2]], ahead + two),
                (c3, key[c3], odd + half_step[one - slant, kinds[c3]], ahead + three),
                (c4, key[c4], even + half_step[slant, kinds[c4]], ahead + four),
            ):
                if then >= before:
                    continue
                if turn & one and kinds[cell + ring[turn]] | kinds[cell + ring[turn + two]] == 0:
                    continue
                side = (turn + six) & seven
                aim = (then >> bucket_bits) & slot_mask
                if n_waiting[aim] == capacity:
                    return False
                key[other] = then
                queue[aim, n_waiting[aim]] = side << side_bits | other << cell_bits | then >> cell_bits
                n_waiting[aim] += one
                n_live += one
        n_live -= served
        n_waiting[slot] = 0
        bucket += one
    return True


@njit(cache=True, nogil=True)
def start_at(source, n_live, queue):  # type: ignore[no-untyped-def]
    """Put a source into the first bucket, looking to all 4 sides and so at all 8 neighbours; return its length."""
    for side in range(4):
        queue[0, n_live] = np.uint64(2 * side) << np.uint64(61) | np.uint64(source) << np.uint64(32)
        n_live += np.uint64(1)
    return n_live


@njit(cache=True, nogil=True)
def neighbour_ring(width):  # type: ignore[no-untyped-def]
    """Offsets to the neighbours of a cell, clockwise (modulo 2**64), once round and on: no turn needs a remainder.

    Sides count from 0, the north; odd ones are diagonal. Side ``s`` is at ``s + 3``, so the five ahead of it are at
    ``s + 1 … s + 5``, each between the two it passes.
    """
    downs, rights = (-1, -1, 0, 1, 1, 1, 0, -1), (0, 1, 1, 1, 0, -1, -1, -1)
    ring = np.empty(14, np.int64)
    for i in range(14):
        side = (i + 5) % 8
        ring[i] = downs[side] * width + rights[side]
    return ring.view(np.uint64)


@njit(cache=True, nogil=True)
def sum_within(state, top, left, class_bits, limit, persons):  # type: ignore[no-untyped-def]
    """Persons of the cells that a searched window reached, added up row by row.

    Parameters
    ----------
    state, top, left, class_bits, limit : as for `collect`
    persons : float64 array, shape of the raster
    """
    total = 0.0
    n_rows, n_columns = state.shape
    last, one = np.uint64(limit), np.uint64(1)
    for row in range(1, n_rows - 1):
        people = persons[top + row, left + 1 : left + n_columns - 1]
        line = state[row, 1 : n_columns - 1]
        for i in range(people.size):
            if np.uint64(line[i]) - one >> class_bits <= last:
                total += people[i]
    return total
