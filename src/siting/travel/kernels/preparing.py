"""Frictions made ready for the searches: few of them as classes, many as each cell's own half steps."""

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
    last_slot = np.uint64(class_in.size - 1)
    n_known, kind, before = 0, np.uint8(0), barrier
    for cell in range(bits.size):
        value = bits[cell]
        if value != before:
            before = value
            slot = slot_of(value) & last_slot
            while class_in[slot] and known[class_in[slot]] != value:
                slot = (slot + np.uint64(1)) & last_slot
            if class_in[slot] == 0 and value != barrier:
                if n_known + 1 == known.size:
                    return -1
                n_known += 1
                known[n_known] = value
                class_in[slot] = n_known
            kind = class_in[slot] if value != barrier else np.uint8(0)
        classes[cell] = kind
    return n_known


@njit(cache=True, nogil=True)
def slot_of(value):  # type: ignore[no-untyped-def]
    """All bits of a value folded into its last 11."""
    folded = np.uint64(value)
    folded ^= folded >> np.uint64(33)
    folded ^= folded >> np.uint64(22)
    return folded ^ folded >> np.uint64(11)


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
