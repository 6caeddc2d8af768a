"""Searches from many cells, one after the other, and what each reaches: places and when, or how many people."""

from __future__ import annotations

import numpy as np
from numba import njit

from siting.travel.kernels.endings import ALL_DONE, FOUND_FULL, QUEUE_FULL
from siting.travel.kernels.raster import search_window
from siting.travel.kernels.reached import WORDS_AT_ONCE, reached_bits, write_reached


@njit(cache=True, nogil=True)
def within_each(  # type: ignore[no-untyped-def]
    kinds, cells, reach, memory, limit, table, shift, mark_bits, n_together, queue, places, unit, n_done, n_found,
    counts, found, times,
):  # fmt: skip
    """Write what each of some cells reaches within the limit.

    Parameters
    ----------
    kinds, limit, table, shift, mark_bits, n_together, queue : as for `siting.travel.kernels.raster.search_window`
    cells : int64 array, shape (n_sources,)
        Numbered row by row; -1 is nowhere and reaches nothing.
    reach : int
        Cells that a trip within the limit may span.
    memory : array of 32 or 64-bit words
        Room for the largest window, and twice `WORDS_AT_ONCE` more; see `window_around`.
    places : (row_start, column, place), or None
        Places in raster row ``r`` are ``row_start[r] : row_start[r + 1]``: their column, ascending, and what each is
        called. None: every cell is a place, called ``row × n_columns + column``.
    unit : uint64
        Times are told in units of ``2**unit`` ticks, rounded up.
    n_done, n_found : int
        Sources that are done with, and places written for them, already.
    counts : int64 array, shape (n_sources,)
        How many places each source reaches.
    found : int32 array
        Those of one source after the other, each by raster cell.
    times : uint16 or uint32 array, as long as ``found``

    Returns
    -------
    n_done, n_found : int
        The same by now; all sources but for want of room.
    ending : int
        `ALL_DONE`, or what had no room: bring more and go on from there.
    """
    kind_bits = np.uint64(8 * kinds.itemsize)
    for i in range(n_done, cells.size):
        counts[i] = 0
        if cells[i] < 0:
            continue
        top, left, height, width, source = window_around(kinds.shape, cells[i], reach)
        state = memory[: height * width].reshape(height, width)
        is_done, first_row, last_row = search_window(
            kinds, top, left, state, source, limit, table, shift, mark_bits, n_together, queue
        )
        if not is_done:
            return i, n_found, QUEUE_FULL
        if places is None:
            end = collect_cells(
                memory, width, first_row, last_row, top, left, kinds.shape[1], kind_bits, limit, unit, n_found, found,
                times,
            )  # fmt: skip
        else:
            opened = state[first_row : last_row + 1]
            end = collect_places(opened, top + first_row, left, kind_bits, limit, places, unit, n_found, found, times)
        if end < 0:
            return i, n_found, FOUND_FULL
        counts[i], n_found = end - n_found, end
    return cells.size, n_found, ALL_DONE


@njit(cache=True, nogil=True)
def sums_within_each(kinds, cells, reach, memory, limit, table, shift, mark_bits, n_together, queue, persons, sums):  # type: ignore[no-untyped-def]
    """Add up the persons whom each of some cells reaches within the limit.

    Parameters are those of `within_each`, and ``persons``, a float64 raster; ``sums`` has one for each source.
    Returns are ``n_done`` and ``ending``.
    """
    kind_bits = np.uint64(8 * kinds.itemsize)
    for i in range(cells.size):
        top, left, height, width, source = window_around(kinds.shape, cells[i], reach)
        state = memory[: height * width].reshape(height, width)
        is_done, first_row, last_row = search_window(
            kinds, top, left, state, source, limit, table, shift, mark_bits, n_together, queue
        )
        if not is_done:
            return i, QUEUE_FULL
        sums[i] = sum_within(state[first_row : last_row + 1], top + first_row, left, kind_bits, limit, persons)
    return cells.size, ALL_DONE


@njit(cache=True, nogil=True)
def window_around(shape, cell, reach):  # type: ignore[no-untyped-def]
    """(top, left, height, width) of the window around a cell that no trip within the limit leaves, and its cell in it.

    Its outermost cells lie beyond reach, or beyond the raster.
    """
    row, column = cell // shape[1], cell % shape[1]
    top, left = max(row - reach, 0) - 1, max(column - reach, 0) - 1
    height, width = min(row + reach, shape[0] - 1) + 2 - top, min(column + reach, shape[1] - 1) + 2 - left
    return top, left, height, width, (row - top) * width + column - left


@njit(cache=True, nogil=True)
def collect_places(state, top, left, kind_bits, limit, places, unit, n_found, found, times):  # type: ignore[no-untyped-def]
    """Write the places that a searched window reached from ``n_found`` on; return where they end, -1 for no room.

    ``state``, ``top`` and ``left`` are the rows of the window that were opened, and where they begin. What is found is
    written before it is known whether it counts, which is quicker than to guess.
    """
    row_start, columns, place = places
    n_rows, n_columns = state.shape
    one, beyond = np.uint64(1), np.uint64(limit + 1) << kind_bits
    up = (one << unit) - one
    end, room = np.uint64(n_found), np.uint64(found.size)
    for row in range(1, n_rows - 1):
        first, stop = np.uint64(row_start[top + row]), np.uint64(row_start[top + row + 1])
        first = first_not_below(columns, first, stop, left + 1)
        stop = first_not_below(columns, first, stop, left + n_columns - 1)
        if end + stop - first > room:
            return -1
        line = state[row]
        for i in range(first, stop):
            here = np.uint64(line[np.uint64(columns[i] - left)])
            found[end], times[end] = place[i], (here >> kind_bits) + up >> unit
            # a barrier holds 0: less one it is beyond any limit, so one comparison tells both
            end += np.uint64(here - one < beyond - one)
    return np.int64(end)


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
def collect_cells(  # type: ignore[no-untyped-def]
    memory, width, first_row, last_row, top, left, n_columns, kind_bits, limit, unit, n_found, found, times
):
    """`collect_places` where every cell of a raster of ``n_columns`` is a place."""
    end, at_once, room = np.uint64(n_found), np.uint64(WORDS_AT_ONCE), np.uint64(found.size)
    one, beyond = np.uint64(1), np.uint64(limit + 1) << kind_bits
    for row in range(first_row + 1, last_row):
        called, stop = (top + row) * n_columns + left - row * width, np.uint64((row + 1) * width - 1)
        for first in range(np.uint64(row * width + 1), stop, at_once):
            words = memory[first:]
            bits = reached_bits(words, stop - first, one, beyond)
            if bits:
                if end + at_once > room:
                    return -1
                end = write_reached(bits, words, kind_bits, unit, called + np.int64(first), end, found, times)
    return np.int64(end)


@njit(cache=True, nogil=True)
def sum_within(state, top, left, kind_bits, limit, persons):  # type: ignore[no-untyped-def]
    """Persons of the cells that a searched window reached, added up row by row."""
    total = 0.0
    n_rows, n_columns = state.shape
    one, beyond = np.uint64(1), np.uint64(limit + 1) << kind_bits
    for row in range(1, n_rows - 1):
        people = persons[top + row, left + 1 : left + n_columns - 1]
        line = state[row, 1 : n_columns - 1]
        for i in range(people.size):
            if np.uint64(line[i]) - one < beyond - one:
                total += people[i]
    return total
