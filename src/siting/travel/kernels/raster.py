"""Least times on a raster: within a cutoff from one cell, and from the nearest of several.

A step goes to one of 8 neighbours and costs the half cell it leaves plus the half cell it enters, each rounded
to whole ticks: sums are exact, and a step costs the same both ways. The kind of a cell tells its half steps: a class
with a row in a table (8 bits), or the half steps themselves (32 bits, no table). Kind 0 is a barrier: never entered,
and a diagonal step between two barriers that touch at their corners is not made, so that a river one cell wide holds
however it is drawn.

A bucket is emptied in two passes. The first looks from each of its cells at the 5 neighbours ahead and notes those
that it may improve; it writes nothing that it reads, and no branch depends on what it finds. The second improves
what is still to be improved, and puts it into its bucket. Where a bucket is no wider than the fastest step nothing
comes back into it, and its cells may come in any order; where it is wider, what comes back has its turn again.

An entry of the queue is ``8 × cell + side``, the side being that of the step by which the cell was reached (0 is
north, clockwise, odd sides are diagonal). An entry whose cell was reached sooner, in an earlier bucket, is skipped.
What each idea brought is told in ``docs/decisions/0008``.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from siting.travel.kernels.prefetch import prefetch
from siting.travel.kernels.preparing import half_step

ENTRIES_AHEAD = np.uint64(8)
"""How long before its turn the lines of a cell are asked for, where they are; 4 to 16 are as quick."""


@njit(cache=True, nogil=True)
def search_window(kinds, top, left, state, source, limit, table, shift, n_together, queue):  # type: ignore[no-untyped-def]
    """Settle every cell of a window that ``source`` reaches within the limit, opening its rows as they are needed.

    Parameters
    ----------
    kinds : uint8 or uint32 array, shape (n_rows, n_columns)
        0 = barrier.
    top, left : int
        Of the window's first cell in ``kinds``; the window may hang over the raster by its outermost cells,
        which count as barriers.
    state : uint32 or uint64 array, shape (height, width), C-contiguous
        On return, in the opened rows, ``ticks << kind_bits | kind``: one load gives both. Barriers hold 0, which
        no time is below; cells not reached hold the first tick beyond the limit, which every time within it is
        below: neither is tested for.
    source : int
        Cell of the window; where it is a barrier nothing is reached.
    limit : int
        Ticks, inclusive; with the longest step it fits ``state`` beside the kind.
    table : array of ``state``'s type, shape (2, 2 * n_classes), or None
        Ticks to cross half a cell of each class, straight and diagonally in turn, shifted left by the bits of the
        kind; row 0, to leave one, is less the class itself, row 1, to enter one, plus the class. None for kinds of
        32 bits, which tell themselves.
    shift : integer
        A bucket is ``2**shift`` ticks wide.
    n_together : uint64
        Entries of a bucket that are looked at before any cell is improved.
    queue : uint32 array, shape (n_slots, capacity)
        The ring of buckets; ``n_slots`` is a power of two above ``(longest step >> shift) + 1``.

    Returns
    -------
    is_done : bool
        False if a bucket was full before the end: bring a roomier queue.
    first_row, last_row : int
        Of the rows opened; nothing was reached in these two themselves.
    """
    kind_bits = np.uint64(8 * kinds.itemsize)
    beyond = np.uint64(limit + 1) << kind_bits
    height, width = state.shape
    cells, row_codes = state.reshape(state.size), np.uint64(8 * width)
    row = source // width
    first_row, last_row = max(row - 2, 0), min(row + 2, height - 1)
    for row in range(first_row, last_row + 1):
        open_row(kinds, top + row, left, beyond, state[row], 0 < row < height - 1)
    if cells[source] == 0:
        return True, first_row, last_row
    cells[source] -= beyond
    n_slots = queue.shape[0]
    slot_mask, n_idle, bucket = np.uint64(n_slots - 1), 0, np.uint64(0)
    n_waiting = np.zeros(n_slots, np.uint64)
    n_waiting[0] = start_at(source, 0, queue)
    bucket_bits, kind_mask = kind_bits + np.uint64(shift), (np.uint64(1) << kind_bits) - np.uint64(1)
    ring, passed = neighbour_ring(width), cells_passed(width)
    code, then = np.empty(5 * n_together + 1, np.uint32), np.empty(5 * n_together + 1, state.dtype)
    while n_idle < n_slots:
        slot, first = bucket & slot_mask, np.uint64(0)
        n_idle = 0 if n_waiting[slot] else n_idle + 1
        while first < n_waiting[slot]:
            stop = min(first + n_together, n_waiting[slot])
            n_seen, lowest, highest = look_ahead(
                cells, None, queue, slot, first, stop, bucket, bucket_bits, kind_mask, table, ring, None, code, then
            )
            first = stop
            while first_row > 0 and lowest < np.uint64(first_row + 2) * row_codes:
                first_row -= 1
                open_row(kinds, top + first_row, left, beyond, state[first_row], first_row > 0)
            while last_row < height - 1 and highest >= np.uint64(last_row - 1) * row_codes:
                last_row += 1
                open_row(kinds, top + last_row, left, beyond, state[last_row], last_row < height - 1)
            if not improve(cells, n_seen, code, then, bucket_bits, passed, queue, n_waiting):
                return False, first_row, last_row
        n_waiting[slot] = 0
        bucket += np.uint64(1)
    return True, first_row, last_row


@njit(cache=True, nogil=True)
def open_row(kinds, row, left, beyond, fresh, is_inside):  # type: ignore[no-untyped-def]
    """Fill a row of a window with the kinds of the raster's ``row`` from ``left`` on, not yet reached."""
    fresh[0] = fresh[-1] = 0
    if is_inside:
        drawn, inner = kinds[row, left + 1 : left + fresh.size - 1], fresh[1:-1]
        for i in range(inner.size):  # on slices LLVM vectorises this: 0.03 ms for 300,000 cells instead of 0.28
            inner[i] = beyond | drawn[i] if drawn[i] else np.uint64(0)
    else:
        fresh[:] = 0


@njit(cache=True, nogil=True)
def look_ahead(cells, kinds, queue, slot, first, stop, bucket, bucket_bits, kind_mask, table, ring, row, code, then):  # type: ignore[no-untyped-def]
    """Note the neighbours that the cells of a bucket may improve: their ``code``, and ``then`` what they would hold.

    A cell settled by a step looks at the 5 neighbours ahead only: the 3 behind it are neighbours of the cell that
    the step came from, which reaches them directly at no more. Each is written down and, where it is no better,
    written over by the next: what a branch foretold wrongly costs more than the write.

    With the length of a ``row``, the lines of the cells to come are asked for in time: a search of a whole raster finds
    few of them in the caches and takes half as long so; one of a window finds most, and does without (None).

    Returns
    -------
    n_seen : int
    lowest, highest : int
        Of their codes.
    """
    one, two, three, four = np.uint64(1), np.uint64(2), np.uint64(3), np.uint64(4)
    five, seven = np.uint64(5), np.uint64(7)
    n_seen, lowest, highest = np.uint64(0), np.uint64(2**63), np.uint64(0)
    for i in range(first, stop):
        if row is not None:
            soon = np.uint64(queue[slot, min(i + ENTRIES_AHEAD, stop - one)]) >> three
            prefetch(cells, soon - row)
            prefetch(cells, soon)
            prefetch(cells, soon + row)
        entry = np.uint64(queue[slot, i])
        lowest, highest = min(lowest, entry), max(highest, entry)
        now = np.uint64(cells[entry >> three])
        if now >> bucket_bits != bucket:
            continue
        ahead, slant, aslant = entry & seven, entry & one, one - (entry & one)
        base, kind = entry - ahead, kind_of(now, entry >> three, kinds, kind_mask)
        even, odd = now + to_leave(kind, slant, kinds, table), now + to_leave(kind, aslant, kinds, table)
        k0, k1, k2 = base + ring[ahead + one], base + ring[ahead + two], base + ring[ahead + three]
        k3, k4 = base + ring[ahead + four], base + ring[ahead + five]
        c0, c1, c2, c3, c4 = k0 >> three, k1 >> three, k2 >> three, k3 >> three, k4 >> three
        s0, s1, s2 = np.uint64(cells[c0]), np.uint64(cells[c1]), np.uint64(cells[c2])
        s3, s4 = np.uint64(cells[c3]), np.uint64(cells[c4])
        for other, before, sooner in (
            (k0, s0, even + to_enter(kind_of(s0, c0, kinds, kind_mask), slant, kinds, table)),
            (k1, s1, odd + to_enter(kind_of(s1, c1, kinds, kind_mask), aslant, kinds, table)),
            (k2, s2, even + to_enter(kind_of(s2, c2, kinds, kind_mask), slant, kinds, table)),
            (k3, s3, odd + to_enter(kind_of(s3, c3, kinds, kind_mask), aslant, kinds, table)),
            (k4, s4, even + to_enter(kind_of(s4, c4, kinds, kind_mask), slant, kinds, table)),
        ):
            code[n_seen], then[n_seen] = other, sooner
            n_seen += np.uint64(sooner < before)
    return n_seen, lowest, highest


@njit(cache=True, nogil=True)
def kind_of(word, cell, kinds, kind_mask):  # type: ignore[no-untyped-def]
    """The kind of a cell: in its word, or in ``kinds`` where the word has no room for it."""
    if kinds is None:
        return word & kind_mask
    return np.uint64(kinds[cell])


@njit(cache=True, nogil=True)
def to_leave(kind, slant, kinds, table):  # type: ignore[no-untyped-def]
    """What the word of a cell becomes more when half of it is crossed and its kind, if it is in there, left."""
    if table is not None:
        return np.uint64(table[0, (kind << np.uint64(1)) + slant])
    ticks = half_step(kind, slant) << np.uint64(32)
    return ticks - kind if kinds is None else ticks


@njit(cache=True, nogil=True)
def to_enter(kind, slant, kinds, table):  # type: ignore[no-untyped-def]
    """The same for the half of the cell that is entered."""
    if table is not None:
        return np.uint64(table[1, (kind << np.uint64(1)) + slant])
    ticks = half_step(kind, slant) << np.uint64(32)
    return ticks + kind if kinds is None else ticks


@njit(cache=True, nogil=True)
def improve(cells, n_seen, code, then, bucket_bits, passed, queue, n_waiting):  # type: ignore[no-untyped-def]
    """Improve the cells noted that another has not improved as well, and queue them; False for want of room."""
    one, three, seven = np.uint64(1), np.uint64(3), np.uint64(7)
    slot_mask, capacity = np.uint64(queue.shape[0] - 1), np.uint64(queue.shape[1])
    for i in range(n_seen):
        entry, sooner = np.uint64(code[i]), np.uint64(then[i])
        cell, side = entry >> three, entry & seven
        aim = sooner >> bucket_bits & slot_mask
        end = n_waiting[aim]
        if end == capacity:
            return False
        before = np.uint64(cells[cell])
        beside = cells[cell + passed[side << one]] | cells[cell + passed[(side << one) + one]]
        is_better = (sooner < before) & (beside != 0)
        cells[cell] = sooner if is_better else before
        queue[aim, end] = entry
        n_waiting[aim] = end + np.uint64(is_better)
    return True


@njit(cache=True, nogil=True)
def start_at(source, n_waiting, queue):  # type: ignore[no-untyped-def]
    """Put a source into the first bucket, looking to all 4 sides and so at all 8 neighbours; return its length."""
    for side in range(4):
        queue[0, n_waiting + side] = 8 * source + 2 * side
    return n_waiting + 4


@njit(cache=True, nogil=True)
def neighbour_ring(width):  # type: ignore[no-untyped-def]
    """What to add to ``8 × cell`` for the code of each neighbour (modulo 2**64), clockwise, once round and on.

    Side ``s`` is at ``s + 3``, so the five ahead of it are at ``s + 1 … s + 5`` and no turn needs a remainder.
    """
    downs, rights = (-1, -1, 0, 1, 1, 1, 0, -1), (0, 1, 1, 1, 0, -1, -1, -1)
    ring = np.empty(14, np.int64)
    for i in range(14):
        side = (i + 5) % 8
        ring[i] = 8 * (downs[side] * width + rights[side]) + side
    return ring.view(np.uint64)


@njit(cache=True, nogil=True)
def cells_passed(width):  # type: ignore[no-untyped-def]
    """From a cell reached, the offsets (modulo 2**64) of the two cells between which the step by each side passed.

    A straight step passes none: its offsets are 0, the cell itself, which is open.
    """
    downs, rights = (-1, -1, 0, 1, 1, 1, 0, -1), (0, 1, 1, 1, 0, -1, -1, -1)
    passed = np.zeros(16, np.int64)
    for side in range(1, 8, 2):
        passed[2 * side], passed[2 * side + 1] = -downs[side] * width, -rights[side]
    return passed.view(np.uint64)
