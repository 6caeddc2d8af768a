"""Searches on a raster in ticks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from siting.errors import DataError, Fault
from siting.travel.tick_raster import TickRaster
from siting.travel.workspace import (
    LAST_TICK,
    MOST_IN_QUEUE,
    Found,
    Workspace,
    empty_queue,
    limit_ticks,
    ring_size,
    roomier,
    shift_with_room,
)

TOGETHER = np.uint64(64)
"""Entries of a bucket that are looked at together; 16 to 256 are as quick."""
TOGETHER_EVERYWHERE = np.uint64(256)
"""The same in a search of the whole raster: of the first of them, no lines have been asked for in time."""
MOST_CELLS = 2**29
"""Cells of a window or a raster that an entry of the raster's queue can name."""
MOST_NAMES = 2**31
"""Cells of a raster that int32 can name."""


@dataclass(frozen=True)
class PlacesByRow:
    """Places of a raster, so laid that a window finds its own without looking at the others.

    Attributes
    ----------
    place, column : int32 arrays, shape (n_places,)
        By raster cell; ``place`` is the row in the caller's table.
    row_start : int64 array, shape (n_rows + 1,)
    is_ascending : bool
        ``place`` ascends too.
    """

    place: NDArray[np.int32]
    column: NDArray[np.int32]
    row_start: NDArray[np.int64]
    is_ascending: bool

    @classmethod
    def of(cls, place_cell: NDArray[np.int64], shape: tuple[int, ...]) -> PlacesByRow:
        """Of the cell of each place; -1 is nowhere."""
        order = np.argsort(place_cell, kind="stable")
        order = order[place_cell[order] >= 0]
        row, column = np.divmod(place_cell[order], shape[1])
        return cls(
            place=order.astype(np.int32),
            column=column.astype(np.int32),
            row_start=np.searchsorted(row, np.arange(shape[0] + 1)).astype(np.int64),
            is_ascending=bool((np.diff(order) > 0).all()),
        )


class RasterSearch(Workspace):
    """A workspace for bounded searches on one raster, each in its own window; one per thread.

    Attributes
    ----------
    raster : TickRaster
    limit : int
        Ticks, inclusive.
    reach : int
        Cells that a trip within the limit may span.
    table, shift, mark_bits, memory, queue
        What the kernels are given; see `siting.travel.kernels.raster` and `siting.travel.kernels.window`.
    """

    def __init__(
        self, raster: TickRaster, cutoff_s: float, places: PlacesByRow | None = None, *, in_ticks: bool = False
    ) -> None:
        """Searches that tell of some places; of every cell, called by its number, without ``places``."""
        from siting.travel.kernels.reached import WORDS_AT_ONCE
        from siting.travel.kernels.window import within_each

        self._within_each = within_each
        self.raster = raster
        self.limit = limit_ticks(cutoff_s, raster.longest_step)
        self.shift = bucket_shift(raster)
        queue = empty_queue(2 * ring_size(min(raster.longest_step, self.limit), self.shift), np.uint32)
        fits = self.limit + 1 + raster.longest_step < 2 ** (32 - raster.kind_bits)
        word = np.uint32 if fits else np.uint64
        self.table = table_of(raster, raster.kind_bits, word)
        self.mark_bits = mark_bits(raster)
        self.reach = self.limit // max(raster.shortest_step, 1)
        n_rows, n_columns = raster.shape
        side = 2 * self.reach + 3
        n_most = min(side, n_rows + 2) * min(side, n_columns + 2)
        _check_cells(n_most)
        if n_rows * n_columns >= MOST_NAMES and places is None:
            _refuse_cells(f"it has {n_rows * n_columns} cells", f"fewer than {MOST_NAMES}")
        super().__init__(queue, most_found=n_most, in_ticks=in_ticks)
        self.memory = np.empty(n_most + 2 * WORDS_AT_ONCE, word)
        self._places = places

    def within(self, cells: NDArray[np.integer]) -> Found:
        """The places within the cutoff of each of some cells of the raster; of a cell of -1, none."""
        places = self._places
        laid = None if places is None else (places.row_start, places.column, places.place)
        sources = np.asarray(cells, np.int64)

        def search(
            n_done: int, n_found: int, counts: NDArray[np.int64], place: NDArray[np.int32], times: NDArray[Any]
        ) -> tuple[int, int, int]:
            ending: tuple[int, int, int] = self._within_each(
                self.raster.kinds, sources, self.reach, self.memory, self.limit, self.table,
                self.shift, self.mark_bits, TOGETHER, self.queue, laid, self.unit, n_done, n_found,
                counts, place, times,
            )  # fmt: skip
            return ending

        found = self.found(len(sources), search)
        if places is None or places.is_ascending:
            return found
        order = np.lexsort((found.place, np.repeat(np.arange(len(sources)), found.counts)))
        return Found(found.counts, found.place[order], found.times[order])

    def persons_within(self, cells: NDArray[np.integer], persons: NDArray[np.float64]) -> NDArray[np.float64]:
        """Persons, of a raster of them, within the cutoff of each of some cells."""
        from siting.travel.kernels.window import sums_within_each

        sources = np.asarray(cells, np.int64)
        sums, n_done = np.empty(len(sources)), 0
        while n_done < len(sources):
            n_more, _ = sums_within_each(
                self.raster.kinds, sources[n_done:], self.reach, self.memory, self.limit, self.table,
                self.shift, self.mark_bits, TOGETHER, self.queue, persons, sums[n_done:],
            )  # fmt: skip
            n_done += n_more
            if n_done < len(sources):
                self.queue = roomier(self.queue)
        return sums


def mark_bits(raster: TickRaster) -> NDArray[np.uint64] | None:
    """Which bit of a kind is its mark for a step to the north, east, south and west; None where there are no marks."""
    if raster.n_marks == 0:
        return None
    return np.uint64(8 - raster.n_marks) + np.arange(4, dtype=np.uint64) % np.uint64(raster.n_marks)


def bucket_shift(raster: TickRaster) -> int:
    """Bucket width for a raster: the largest power of two no wider than the fastest step, the ring kept short."""
    return max(raster.shortest_step.bit_length() - 1, raster.longest_step.bit_length() - 16, 0)


def table_of(raster: TickRaster, kind_bits: int, word: type[np.unsignedinteger]) -> NDArray[np.unsignedinteger] | None:
    """What it takes to leave (row 0) and to enter (row 1) half a cell of each class, straight and diagonally in turn.

    In units of ``2**kind_bits``; a word that holds the class is rid of it, and given the other, by the same addition.
    """
    if raster.half_ticks is None:
        return None
    half_step = raster.half_ticks.T.ravel().astype(np.uint64) << np.uint64(kind_bits)
    kind = np.repeat(np.arange(raster.half_ticks.shape[1], dtype=np.uint64), 2)
    return np.stack([half_step - kind, half_step + kind]).astype(word)


def nearest_on_raster(raster: TickRaster, sources: NDArray[np.int64]) -> tuple[NDArray[np.uint32], NDArray[np.int32]]:
    """(ticks, row of ``sources``), in the raster's shape, of the nearest source of every cell; row -1 where none.

    Without a cutoff: a trip of more than 12 days less the longest step counts as none. Ties go to the lowest row.
    """
    from siting.travel.kernels.nearest import freshen, search_nearest, take_nearest

    n_rows, n_columns = raster.shape
    width = n_columns + 2
    _check_cells((n_rows + 2) * width)
    has_classes = raster.half_ticks is not None
    kind_bits = np.uint64(raster.kind_bits if has_classes else 1)
    _check_sources(len(sources), most=2**24 if has_classes else 2**31 - 1)
    row, column = np.divmod(np.asarray(sources, np.int64), n_columns)
    start = (row + 1) * width + column + 1
    n_at_once = 8 * len(sources)
    shift = shift_with_room(bucket_shift(raster), raster.longest_step, n_at_once, most=MOST_IN_QUEUE // 2)
    table = table_of(raster, 32, np.uint64)
    kinds, marks = None if has_classes else np.pad(raster.kinds, 1).ravel(), mark_bits(raster)
    beyond = np.uint64((LAST_TICK - raster.longest_step + 1) << 32)
    n_stacks = 2 * ring_size(raster.longest_step, shift)
    front = min(8 * (n_rows + n_columns), MOST_IN_QUEUE // n_stacks)
    queue = empty_queue(n_stacks, np.uint32, least=max(n_at_once, front))
    cells = np.empty((n_rows + 2, width), np.uint64)
    while True:
        freshen(raster.kinds, beyond, has_classes, cells)
        is_done = search_nearest(
            cells.ravel(), kinds, width, start, kind_bits, table, shift, marks, TOGETHER_EVERYWHERE, queue
        )
        if is_done:
            break
        queue = roomier(queue)
    ticks, owner = np.empty(raster.shape, np.uint32), np.empty(raster.shape, np.int32)
    take_nearest(cells.ravel(), beyond, kind_bits, ticks, owner)
    return ticks, owner


def _check_sources(n_sources: int, *, most: int) -> None:
    if n_sources > most:
        problem = f"there are {n_sources}"
        raise DataError(Fault("travel", 0, 0, "sources", problem, f"at most {most} on a raster of so many frictions"))


def _check_cells(n_cells: int) -> None:
    if n_cells > MOST_CELLS:
        _refuse_cells(f"a search would span {n_cells} cells", f"at most {MOST_CELLS}")


def _refuse_cells(problem: str, most: str) -> None:
    raise DataError(Fault("travel", 0, 0, "friction_s_per_m", problem, f"{most}: larger cells"))
