"""Least times on a raster: within a cutoff from one cell, and from the nearest of several.

A step goes to one of 8 neighbours and costs the half cell it leaves plus the half cell it enters, each rounded
to whole ticks: sums are exact, and a step costs the same both ways. The kind of a cell tells its half steps: a class
with a row in a table (8 bits), or the half steps themselves (32 bits, no table). Kind 0 is a barrier: never entered,
and a diagonal step between two barriers that touch at their corners is not made, so that a river one cell wide holds
however it is drawn.

A bucket is two stacks. In one are the cells that came by a straight step into where, by their mark, they need only go
straight on (`siting.travel.kernels.preparing.mark_straight_on`): one look, one write. In the other are all others, and
they take two passes. The first looks from each cell at the 5 neighbours ahead and notes those that it may improve; it
writes nothing that it reads, and no branch depends on what it finds. The second improves what is still to be improved,
and puts it into its bucket. Where a bucket is no wider than the fastest step nothing comes back into it, and its cells
may come in any order; where it is wider, what comes back has its turn again.

An entry of the queue is ``8 × cell + side``, the side being that of the step by which the cell was reached (0 is
north, clockwise, odd sides are diagonal). An entry whose cell was reached sooner, in an earlier bucket, is skipped,
or finds nothing to improve.
What each idea brought is told in ``docs/decisions/0008``.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from siting.travel.kernels.instructions import prefetch
from siting.travel.kernels.preparing import half_step

ENTRIES_AHEAD = np.uint64(8)
"""How long before its turn the lines of a cell are asked for, where they are; 4 to 16 are as quick."""


@njit(cache=True, nogil=True)
def search_window(kinds, top, left, state, source, limit, table, shift, mark_bits, n_together, queue):  # type: ignore[no-untyped-def]
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
    table : array of ``state``'s type, shape (2, 2 * n_kinds), or None
        Ticks to cross half a cell of each kind, straight and diagonally in turn, shifted left by the bits of the
        kind; row 0, to leave one, is less the kind itself, row 1, to enter one, plus the kind. None for kinds of
        32 bits, which tell themselves.
    shift : integer
        A bucket is ``2**shift`` ticks wide.
    mark_bits : uint64 array, shape (4,), or None
        Which bit of a kind is the mark for a step to the north, east, south and west. None: kinds have no marks.
    n_together : uint64
        Entries of a bucket that are looked at before any cell is improved.
    queue : uint32 array, shape (2 * n_slots, capacity)
        The ring of buckets, the second of each two stacks for those that only go straight on; ``n_slots`` is a power of
        two above ``(longest step >> shift) + 1``, ``capacity`` at least 8.

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
    one, n_slots = np.uint64(1), queue.shape[0] // 2
    slot_mask, n_idle, bucket = np.uint64(n_slots - 1), 0, np.uint64(0)
    n_waiting = np.zeros(2 * n_slots, np.uint64)
    n_waiting[0] = start_at(source, 0, queue)
    bucket_bits, seen = kind_bits + np.uint64(shift), np.empty(2 * (5 * n_together + 1), state.dtype)
    ring, by_side = neighbour_ring(width), facts_by_side(width, mark_bits)
    while n_idle < n_slots:
        ahead, since = (bucket & slot_mask) << one, bucket << bucket_bits
        onward, n_ahead, n_onward = ahead + one, np.uint64(0), np.uint64(0)
        n_idle = 0 if n_waiting[ahead] | n_waiting[onward] else n_idle + 1
        while (n_ahead < n_waiting[ahead]) | (n_onward < n_waiting[onward]):
            if n_onward < n_waiting[onward]:
                slot, first, stop = onward, n_onward, n_waiting[onward]
                n_onward = stop
            else:
                slot, first, stop = ahead, n_ahead, min(n_ahead + n_together, n_waiting[ahead])
                n_ahead = stop
            lowest, highest = span(queue[slot], first, stop)
            while first_row > 0 and lowest < np.uint64(first_row + 2) * row_codes:
                first_row -= 1
                open_row(kinds, top + first_row, left, beyond, state[first_row], first_row > 0)
            while last_row < height - 1 and highest >= np.uint64(last_row - 1) * row_codes:
                last_row += 1
                open_row(kinds, top + last_row, left, beyond, state[last_row], last_row < height - 1)
            if slot == onward:
                is_done = go_on(cells, queue, slot, first, stop, bucket_bits, table, by_side, None, n_waiting)
            else:
                n_seen = look_ahead(cells, None, queue, slot, first, stop, since, table, ring, None, seen)
                is_done = improve(cells, n_seen, seen, bucket_bits, by_side, mark_bits, queue, n_waiting)
            if not is_done:
                return False, first_row, last_row
        n_waiting[ahead] = n_waiting[onward] = 0
        bucket += one
    return True, first_row, last_row


@njit(cache=True, nogil=True)
def span(waiting, first, stop):  # type: ignore[no-untyped-def]
    """Lowest and highest of some entries; a loop of its own goes in vectors."""
    lowest = highest = waiting[first]
    for i in range(first, stop):
        lowest, highest = min(lowest, waiting[i]), max(highest, waiting[i])
    return np.uint64(lowest), np.uint64(highest)


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
def go_on(cells, queue, slot, first, stop, bucket_bits, table, by_side, row, n_waiting):  # type: ignore[no-untyped-def]
    """Go straight on from the cells of a stack, each to one neighbour; False for want of room.

    Only classes have marks, so that the kinds are 8 bits of ``cells``. No corner is cut, and no entry sorted out: one
    whose cell was reached sooner goes on from when it was. For ``row``, see `look_ahead`.
    """
    zero, one, two, three = np.uint64(0), np.uint64(1), np.uint64(2), np.uint64(3)
    seven, kind_mask = np.uint64(7), np.uint64(255)
    slot_mask, capacity = np.uint64(queue.shape[0] // 2 - 1), np.uint64(queue.shape[1])
    for i in range(first, stop):
        if row is not None:
            soon = np.uint64(queue[slot, min(i + ENTRIES_AHEAD, stop - one)])
            prefetch(cells, soon >> three)
            prefetch(cells, soon + by_side[((soon & seven) << two) + three] >> three)
        entry = np.uint64(queue[slot, i])
        fact = (entry & seven) << two
        other = entry + by_side[fact + three]
        now, before = np.uint64(cells[entry >> three]), np.uint64(cells[other >> three])
        leaving = to_leave(now & kind_mask, zero, None, table)
        sooner = now + leaving + to_enter(before & kind_mask, zero, None, table)
        aim = (sooner >> bucket_bits & slot_mask) << one | (sooner >> by_side[fact + two] & one)
        end = n_waiting[aim]
        if end == capacity:
            return False
        is_better = sooner < before
        cells[other >> three] = sooner if is_better else before
        queue[aim, end] = other
        n_waiting[aim] = end + np.uint64(is_better)
    return True


@njit(cache=True, nogil=True)
def look_ahead(cells, kinds, queue, slot, first, stop, since, table, ring, row, seen):  # type: ignore[no-untyped-def]
    """Note the neighbours that the cells of a stack may improve: entry and what they would hold, in turn, in ``seen``.

    A cell settled by a step looks at the 5 neighbours ahead only: the 3 behind it are neighbours of the cell that
    the step came from, which reaches them directly at no more. Each is written down and, where it is no better,
    written over by the next: what a branch foretold wrongly costs more than the write. What cells held before ``since``
    the bucket began is settled.

    With the length of a ``row``, the lines of the cells to come are asked for in time: a search of a whole raster finds
    few of them in the caches and takes half as long so; one of a window finds most, and does without (None).

    Returns
    -------
    n_seen : int
    """
    one, two, three, four = np.uint64(1), np.uint64(2), np.uint64(3), np.uint64(4)
    five, seven = np.uint64(5), np.uint64(7)
    end = np.uint64(0)
    for i in range(first, stop):
        if row is not None:
            soon = np.uint64(queue[slot, min(i + ENTRIES_AHEAD, stop - one)]) >> three
            prefetch(cells, soon - row)
            prefetch(cells, soon)
            prefetch(cells, soon + row)
        entry = np.uint64(queue[slot, i])
        now = np.uint64(cells[entry >> three])
        if now < since:
            continue
        ahead, slant, aslant = entry & seven, entry & one, one - (entry & one)
        base, kind = entry - ahead, kind_of(now, entry >> three, kinds, table)
        even, odd = now + to_leave(kind, slant, kinds, table), now + to_leave(kind, aslant, kinds, table)
        k0, k1, k2 = base + ring[ahead + one], base + ring[ahead + two], base + ring[ahead + three]
        k3, k4 = base + ring[ahead + four], base + ring[ahead + five]
        c0, c1, c2, c3, c4 = k0 >> three, k1 >> three, k2 >> three, k3 >> three, k4 >> three
        s0, s1, s2 = np.uint64(cells[c0]), np.uint64(cells[c1]), np.uint64(cells[c2])
        s3, s4 = np.uint64(cells[c3]), np.uint64(cells[c4])
        for other, before, sooner in (
            (k0, s0, even + to_enter(kind_of(s0, c0, kinds, table), slant, kinds, table)),
            (k1, s1, odd + to_enter(kind_of(s1, c1, kinds, table), aslant, kinds, table)),
            (k2, s2, even + to_enter(kind_of(s2, c2, kinds, table), slant, kinds, table)),
            (k3, s3, odd + to_enter(kind_of(s3, c3, kinds, table), aslant, kinds, table)),
            (k4, s4, even + to_enter(kind_of(s4, c4, kinds, table), slant, kinds, table)),
        ):
            seen[end], seen[end + one] = other, sooner
            end += np.uint64(sooner < before) << one
    return end >> one


@njit(cache=True, nogil=True)
def kind_of(word, cell, kinds, table):  # type: ignore[no-untyped-def]
    """The kind of a cell: in the last bits of its word, or in ``kinds`` where the word has no room for it."""
    if table is not None:
        return word & np.uint64(255)
    if kinds is not None:
        return np.uint64(kinds[cell])
    return word & np.uint64(2**32 - 1)


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
def improve(cells, n_seen, seen, bucket_bits, by_side, mark_bits, queue, n_waiting):  # type: ignore[no-untyped-def]
    """Improve the cells noted that another has not improved as well, and queue them; False for want of room."""
    one, two, three, seven = np.uint64(1), np.uint64(2), np.uint64(3), np.uint64(7)
    slot_mask, capacity = np.uint64(queue.shape[0] // 2 - 1), np.uint64(queue.shape[1])
    for i in range(n_seen):
        entry, sooner = np.uint64(seen[i << one]), np.uint64(seen[(i << one) + one])
        cell, fact = entry >> three, (entry & seven) << two
        aim = (sooner >> bucket_bits & slot_mask) << one
        if mark_bits is not None:
            aim |= sooner >> by_side[fact + two] & ~entry & one
        end = n_waiting[aim]
        if end == capacity:
            return False
        before = np.uint64(cells[cell])
        beside = cells[cell + by_side[fact]] | cells[cell + by_side[fact + one]]
        is_better = (sooner < before) & (beside != 0)
        cells[cell] = sooner if is_better else before
        queue[aim, end] = entry
        n_waiting[aim] = end + np.uint64(is_better)
    return True


@njit(cache=True, nogil=True)
def start_at(source, n_waiting, queue):  # type: ignore[no-untyped-def]
    """Put a source, which no cell comes before, into the first bucket for all 8 sides; return its length."""
    for side in range(8):
        queue[0, n_waiting + side] = 8 * source + side
    return n_waiting + 8


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
def facts_by_side(width, mark_bits):  # type: ignore[no-untyped-def]
    """Of a step by each side, four facts in turn (modulo 2**64).

    From the cell reached, the offsets of the two cells between which a diagonal step passed (0 for a straight one,
    which passes none: the cell itself is open); the bit of its kind that is the mark for this side; and what to add
    to an entry for the next cell straight on.
    """
    downs, rights = (-1, -1, 0, 1, 1, 1, 0, -1), (0, 1, 1, 1, 0, -1, -1, -1)
    facts = np.zeros(32, np.int64)
    for side in range(8):
        if side % 2:
            facts[4 * side], facts[4 * side + 1] = -downs[side] * width, -rights[side]
        elif mark_bits is not None:
            facts[4 * side + 2] = mark_bits[side // 2]
        facts[4 * side + 3] = 8 * (downs[side] * width + rights[side])
    return facts.view(np.uint64)
