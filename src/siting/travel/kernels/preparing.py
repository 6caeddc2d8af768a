"""Frictions and edges made ready for the searches: few frictions as classes with marks, many as half steps."""

from __future__ import annotations

import numpy as np
from numba import njit

DIAGONAL_MORE = np.uint64(round((2**0.5 - 1) * 2**32))
"""What a diagonal half step takes more than a straight one, as a share of ``2**32``."""


@njit(cache=True, nogil=True)
def number_classes(bits, barrier, known, classes):  # type: ignore[no-untyped-def]
    """Number the values of a raster as they come, from 1 on; how many there are, or -1 where there are too many.

    Parameters
    ----------
    bits : uint32 or uint64 array, shape (n_cells,)
        The values, as bits.
    barrier : scalar of that type
        The value that is class 0.
    known : array of that type, shape (n_classes + 1,)
        On return the value of each class.
    classes : uint8 array, shape (n_cells,)
    """
    class_in = np.zeros(2048, np.uint8)  # 0 is a free slot: at most 255 are taken, so a free one is near
    last_slot, n_known = np.uint64(class_in.size - 1), 0
    known[0] = barrier
    for cell in range(bits.size):
        value = bits[cell]
        slot = slot_of(value) & last_slot
        if known[class_in[slot]] != value:  # seldom: what is foretold wrongly costs more than to look each time
            while class_in[slot] and known[class_in[slot]] != value:
                slot = (slot + np.uint64(1)) & last_slot
            if class_in[slot] == 0 and value != barrier:
                if n_known + 1 == known.size:
                    return -1
                n_known += 1
                known[n_known] = value
                class_in[slot] = n_known
        classes[cell] = class_in[slot]
    return n_known


@njit(cache=True, nogil=True)
def slot_of(value):  # type: ignore[no-untyped-def]
    """All bits of a value folded into its last 11."""
    folded = np.uint64(value)
    folded ^= folded >> np.uint64(33)
    folded ^= folded >> np.uint64(22)
    return folded ^ folded >> np.uint64(11)


@njit(cache=True, nogil=True)
def mark_straight_on(classes, half_ticks, n_marks, marked):  # type: ignore[no-untyped-def]
    """Mark the cells where a trip that comes in by a straight step need only go straight on.

    Let a trip come from *p* straight into *x*. It need not turn aside to a neighbour *y*, nor slantwise to *n* beyond
    *y*, where *p → y* is less than *p → x → y* and *p → y → n* is no more than *p → x → n*. Both hold for *y* on
    either side: the mark of that way.

    Parameters
    ----------
    classes : uint8 array, shape (n_rows, n_columns)
        0 = barrier.
    half_ticks : uint32 array, shape (2, n_classes)
    n_marks : int
        4: one for each way (north, east, south, west); 2: one for both ways along a line; 1: one for all.
    marked : uint8 array, shape (n_rows, n_columns)
        On return the classes with their marks in the upper ``n_marks`` bits; what is beyond the edge is a barrier.
    """
    n_rows, n_columns = classes.shape
    shape = (2, n_columns + 2)
    north, here, south = np.zeros(shape, np.int64), np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    for row in range(-1, n_rows):
        north, here, south = here, south, north
        if row + 1 < n_rows:
            look_up(classes[row + 1], half_ticks, south)
        else:
            south[:] = 0
        if row >= 0:
            mark_row(north, here, south, n_marks, classes[row], marked[row])


@njit(cache=True, nogil=True)
def look_up(classes, half_ticks, line):  # type: ignore[no-untyped-def]
    """Write the straight half step of each cell of a row, and how much longer the diagonal one is, within a margin."""
    for i in range(classes.size):
        straight = np.int64(half_ticks[0, classes[i]])
        line[0, i + 1], line[1, i + 1] = straight, np.int64(half_ticks[1, classes[i]]) - straight


@njit(cache=True, nogil=True)
def mark_row(north, here, south, n_marks, classes, marked):  # type: ignore[no-untyped-def]
    """`mark_straight_on` for one row, given what `look_up` tells of it and of those beside it."""
    for i in range(classes.size):
        h, f = here[0, i + 1], here[1, i + 1]
        h_n, f_n, h_s, f_s = north[0, i + 1], north[1, i + 1], south[0, i + 1], south[1, i + 1]
        h_w, f_w, h_e, f_e = here[0, i], here[1, i], here[0, i + 2], here[1, i + 2]
        h_nw, f_nw, h_ne, f_ne = north[0, i], north[1, i], north[0, i + 2], north[1, i + 2]
        h_sw, f_sw, h_se, f_se = south[0, i], south[1, i], south[0, i + 2], south[1, i + 2]
        to_north = is_needless(h, f, f_s, h_e, f_e, h_ne, f_ne) & is_needless(h, f, f_s, h_w, f_w, h_nw, f_nw)
        to_east = is_needless(h, f, f_w, h_n, f_n, h_ne, f_ne) & is_needless(h, f, f_w, h_s, f_s, h_se, f_se)
        to_south = is_needless(h, f, f_n, h_e, f_e, h_se, f_se) & is_needless(h, f, f_n, h_w, f_w, h_sw, f_sw)
        to_west = is_needless(h, f, f_e, h_n, f_n, h_nw, f_nw) & is_needless(h, f, f_e, h_s, f_s, h_sw, f_sw)
        marks = to_north | to_east << 1 | to_south << 2 | to_west << 3
        if n_marks < 4:
            marks &= marks >> 2
        if n_marks < 2:
            marks &= marks >> 1
        marked[i] = classes[i] | marks << (8 - n_marks) if classes[i] else 0


@njit(cache=True, nogil=True)
def is_needless(h, f, f_from, h_aside, f_aside, h_beyond, f_beyond):  # type: ignore[no-untyped-def]
    """Whether to turn to one side is needless: ``h`` are straight half steps, ``f`` what diagonal ones take more."""
    aside = (h_aside == 0) | (f_from + f_aside < 2 * h)
    beyond = (h_beyond == 0) | (h_aside > 0) & (f_from + f_aside + 2 * h_aside <= f + 2 * h + f_beyond)
    return np.int64(aside & beyond)


@njit(cache=True, nogil=True)
def pack_half_steps(friction_s_per_m, straight_m, diagonal_m, ticks_per_s, most_ticks, packed):  # type: ignore[no-untyped-def]
    """Write the two half steps of each cell into one word; return the shortest straight and the longest diagonal one.

    Parameters
    ----------
    friction_s_per_m : float array, shape (n_cells,)
        inf = barrier.
    straight_m, diagonal_m : float
        Half the side and half the diagonal of a cell.
    ticks_per_s : float
    most_ticks : float
        Where a half step would take more, it is taken to last so long; below ``2**31``.
    packed : uint32 array, shape (n_cells,)
        ``straight << 2 | diagonal - straight × √2 rounded down + 1``, which is 0 to 3; 0 at barriers. See `half_step`.
    """
    shortest, longest = most_ticks, 0.0
    for cell in range(friction_s_per_m.size):
        friction = np.float64(friction_s_per_m[cell])
        is_open = friction < np.inf
        straight = min(np.rint(straight_m * friction * ticks_per_s), most_ticks)
        diagonal = min(np.rint(diagonal_m * friction * ticks_per_s), most_ticks)
        shortest = min(shortest, straight)
        longest = max(longest, diagonal if is_open else 0.0)
        half = np.uint64(straight)
        more = np.uint64(diagonal) + np.uint64(1) - half - (half * DIAGONAL_MORE >> np.uint64(32))
        packed[cell] = half << np.uint64(2) | more & np.uint64(3) if is_open else np.uint64(0)
    return shortest, longest


@njit(cache=True, nogil=True)
def half_step(packed, slant):  # type: ignore[no-untyped-def]
    """Ticks to cross half a cell, diagonally where ``slant`` is 1 and not 0; no branch, for slants come at random."""
    half, more = packed >> np.uint64(2), packed & np.uint64(3)
    return half + slant * ((half * DIAGONAL_MORE >> np.uint64(32)) + more - np.uint64(1))


@njit(cache=True, nogil=True)
def lay_edges(tail, head, ticks, next_of, edge):  # type: ignore[no-untyped-def]
    """Write the edges by their tails, in their order within each; half the time of a sort.

    Parameters
    ----------
    tail, head : int64 arrays, shape (n_edges,)
    ticks : uint32 array, same shape
    next_of : uint32 array, shape (n_nodes,)
        Where the first edge of each node goes; moved on.
    edge : uint64 array, shape (n_edges,)
        On return ``head << 32 | ticks``.
    """
    for i in range(tail.size):
        node = tail[i]
        edge[next_of[node]] = np.uint64(head[i]) << np.uint64(32) | np.uint64(ticks[i])
        next_of[node] += np.uint32(1)
