"""What a searched window holds: the places in it and when they are reached, or how many people."""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def collect(state, top, left, class_bits, limit, row_start, place, column, found, found_ticks):  # type: ignore[no-untyped-def]
    """Write the places that a searched window reached, and their ticks; return how many.

    Parameters
    ----------
    state, top, left : the rows of `siting.travel.kernels.raster.search_window` that were opened, and where they begin
    class_bits : uint64
        Bits of ``state`` that hold the class.
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
