"""From arrays of any provenance to kernels: dtype, shape and capacity are checked here, and nowhere else.

The kernels are imported when first called, so that importing siting neither loads nor runs numba's compiler.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from siting.errors import DataError, Fault
from siting.travel.travel_times import TICKS_PER_S

if TYPE_CHECKING:
    from siting.travel.classes import FrictionClasses

Word = TypeVar("Word", np.uint32, np.uint64)

LAST_TICK = 2**32 - 2
"""The last time a uint32 can tell from "not reached"."""
MAX_CUTOFF_S = 65_535
"""What uint16 seconds hold."""


START_CAPACITY = 1072
"""Entries a bucket starts with; a search that wants more is begun again with twice as many.

Were it 1,024, all buckets would begin in the same set of the first cache: 3 to 8 % slower.
"""
TOGETHER = np.uint64(64)
"""Entries of a bucket that are looked at together; 16 to 256 are as quick."""
SEEN = 256
"""Edges of a graph that are looked at together, beside those of one node; 64 took a sixth longer on Corsica."""
MOST_CELLS = 2**29
"""Cells of a window or a raster that an entry of the raster's queue can name."""


def limit_ticks(cutoff_s: float, longest_edge: int) -> int:
    """Ticks of an inclusive cutoff, after checking that no sum of ticks can overflow."""
    if not 0 <= cutoff_s <= MAX_CUTOFF_S:
        raise DataError(Fault("travel", 0, 0, "cutoff_s", f"is {cutoff_s}", f"0 to {MAX_CUTOFF_S} seconds"))
    limit = int(cutoff_s) * TICKS_PER_S
    if limit + longest_edge > LAST_TICK:
        problem = f"{cutoff_s} s and an edge of {longest_edge // TICKS_PER_S} s do not fit together in 32 bits"
        raise DataError(Fault("travel", 0, 0, "cutoff_s", problem, "a shorter cutoff, or faster edges"))
    return limit


def ring_size(longest_edge: int, shift: int) -> int:
    """Buckets in the ring: a power of two that the longest edge cannot go round."""
    return 1 << ((longest_edge >> shift) + 1).bit_length()


def bucket_shift(ticks: NDArray[np.uint32]) -> int:
    """Bucket width (as a power of two) for these edges: just above the median edge, and the ring kept short.

    Measured from a quarter of the median to four times it: 22.6 to 19.5 ns a node on Corsica, flat on a lattice.
    """
    if len(ticks) == 0:
        return 0
    return max(int(np.median(ticks)).bit_length(), int(ticks.max()).bit_length() - 16)


@dataclass(frozen=True)
class TickGraph:
    """A directed graph in ticks, ready to be searched.

    Attributes
    ----------
    start : uint32 array, shape (n_nodes + 1,)
        Edges of node ``n`` are ``start[n] : start[n + 1]``.
    edge : uint64 array, shape (n_edges,)
        ``head << 32 | ticks``.
    longest_edge : int
        In ticks.
    shift : int
        Width of the buckets it is searched with, as a power of two.
    """

    start: NDArray[np.uint32]
    edge: NDArray[np.uint64]
    longest_edge: int
    shift: int

    @classmethod
    def from_edges(
        cls, n_nodes: int, tail: NDArray[np.integer], head: NDArray[np.integer], ticks: NDArray[np.uint32]
    ) -> TickGraph:
        """Graph of the edges ``tail`` → ``head``, kept in their order within each tail.

        Raises
        ------
        DataError
            Where arrays differ in length or an edge names a node that is not there.
        """
        if not len(tail) == len(head) == len(ticks):
            problem = f"{len(tail)} tails, {len(head)} heads, {len(ticks)} times"
            raise DataError(Fault("graph", 0, 0, "edges", problem, "one of each for every edge"))
        ends = np.concatenate([tail, head]).astype(np.int64)
        if len(ends) and not (ends.min() >= 0 and ends.max() < n_nodes):
            raise DataError(Fault("graph", 0, 0, "edges", "name nodes that are not there", f"0 to {n_nodes - 1}"))
        if max(n_nodes, len(ticks)) >= 2**32:
            raise DataError(Fault("graph", 0, 0, "edges", "are too many", "fewer than 2**32 nodes and edges"))
        start = np.zeros(n_nodes + 1, np.uint32)
        start[1:] = np.cumsum(np.bincount(tail, minlength=n_nodes))
        edge = np.asarray(head).astype(np.uint64) << np.uint64(32) | np.asarray(ticks, np.uint32).astype(np.uint64)
        return cls(
            start=start,
            edge=edge[np.argsort(tail, kind="stable")],
            longest_edge=int(ticks.max(initial=0)),
            shift=bucket_shift(ticks),
        )

    @property
    def n_nodes(self) -> int:
        """How many nodes there are."""
        return len(self.start) - 1

    @property
    def most_edges(self) -> int:
        """Edges of the node that has most."""
        return int(np.diff(self.start).max(initial=0))

    @property
    def head(self) -> NDArray[np.int64]:
        """Node to which each edge leads."""
        return (self.edge >> np.uint64(32)).astype(np.int64)

    @property
    def tail(self) -> NDArray[np.int64]:
        """Node from which each edge leads."""
        return np.repeat(np.arange(self.n_nodes), np.diff(self.start))


class GraphSearch:
    """A workspace for bounded searches on one graph; one per thread.

    Attributes
    ----------
    queue : uint64 array, shape (n_slots, capacity)
        The ring of buckets, as roomy as the searches so far have asked for.
    """

    def __init__(self, graph: TickGraph, cutoff_s: float, *, wanted: range) -> None:
        """Searches that tell of the nodes in ``wanted`` only."""
        from siting.travel.kernels import graph as kernels

        self._search, self._take = kernels.search_within, kernels.take
        self._graph = graph
        self._limit = limit_ticks(cutoff_s, graph.longest_edge)
        self._wanted = wanted
        n_slots = ring_size(min(graph.longest_edge, self._limit), graph.shift)
        self.queue = np.empty((n_slots, START_CAPACITY), np.uint64)
        self._ticks = np.full(graph.n_nodes, self._limit + 1, np.uint32)
        self._touched = np.empty(graph.n_nodes + 1, np.uint32)
        self._seen = np.empty(graph.most_edges + SEEN, np.uint64)
        self._position = np.empty(len(wanted) + 1, np.int32)
        self._found = np.empty(len(wanted) + 1, np.uint32)

    def within(self, source: int) -> tuple[NDArray[np.int32], NDArray[np.uint32]]:
        """(positions in ``wanted``, ascending; ticks) of the nodes that ``source`` reaches within the cutoff."""
        graph, first, stop = self._graph, self._wanted.start, self._wanted.stop
        while True:
            n_touched, is_done = self._search(
                graph.start, graph.edge, source, self._limit, graph.shift, self._ticks, self._touched, self._seen,
                self.queue,
            )  # fmt: skip
            touched = self._touched[:n_touched]
            n_taken = self._take(self._ticks, touched, self._limit, first, stop, self._position, self._found)
            if is_done:
                return self._position[:n_taken].copy(), self._found[:n_taken].copy()
            self.queue = roomier(self.queue)


def nearest_on_graph(graph: TickGraph, sources: NDArray[np.integer]) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """(ticks, row of ``sources``) of the nearest source of every node; row -1 and no meaning where none.

    Without a cutoff: a trip of more than 12 days less the longest edge counts as none. Ties go to the lowest row.
    """
    from siting.travel.kernels.graph import search_nearest

    nodes = np.asarray(sources, np.int64)
    beyond = np.uint64((LAST_TICK - graph.longest_edge + 1) << 32)
    seen = np.empty((2, graph.most_edges + SEEN), np.uint64)
    queue = np.empty((ring_size(graph.longest_edge, graph.shift), max(START_CAPACITY, len(nodes))), np.uint64)
    while True:
        key = np.full(graph.n_nodes, beyond)
        if search_nearest(graph.start, graph.edge, nodes, graph.shift, key, seen, queue):
            break
        queue = roomier(queue)
    row = (key & np.uint64(2**32 - 1)).astype(np.int64)
    return (key >> np.uint64(32)).astype(np.uint32), np.where(key < beyond, row, -1)


def raster_shift(classes: FrictionClasses) -> int:
    """Bucket width for a raster: the largest power of two no wider than the fastest step, the ring kept short."""
    least = max(classes.shortest_step.bit_length() - 1, 0)
    return max(least, classes.longest_step.bit_length() - 16, 0)


class WindowSearch:
    """A workspace for bounded searches on one raster, each in its own window; one per thread.

    Attributes
    ----------
    classes : FrictionClasses
    limit : int
        Ticks, inclusive.
    class_bits, half_step, shift, memory, queue
        What the kernels are given; see `siting.travel.kernels.raster`.
    """

    def __init__(self, classes: FrictionClasses, places: PlacesByRow, cutoff_s: float) -> None:
        from siting.travel.kernels import raster, window

        self._search, self._collect = raster.search_window, window.collect
        self.classes = classes
        self.limit = limit_ticks(cutoff_s, classes.longest_step)
        bits = 8 * classes.raster.dtype.itemsize
        self.class_bits = np.uint64(bits)
        self.shift = raster_shift(classes)
        word = np.uint32 if self.limit + 1 + classes.longest_step < 2 ** (32 - bits) else np.uint64
        self.half_step = half_steps(classes, bits).astype(word)
        n_slots = ring_size(min(classes.longest_step, self.limit), self.shift)
        self.queue = np.empty((n_slots, START_CAPACITY), np.uint32)
        self._reach = self.limit // max(classes.shortest_step, 1)
        n_rows, n_columns = classes.raster.shape
        side = 2 * self._reach + 3
        n_most = min(side, n_rows + 2) * min(side, n_columns + 2)
        _check_cells(n_most)
        self.memory = np.empty(n_most, word)
        self._places = places
        self._found = np.empty(len(self._places.place) + 1, np.int32)
        self._found_ticks = np.empty(len(self._places.place) + 1, np.uint32)

    def within(self, cell: int) -> tuple[NDArray[np.int32], NDArray[np.uint32]]:
        """(places ascending, ticks) of the places within the cutoff of a cell of the raster."""
        state, top, left = self.searched(cell)
        places = self._places
        n_found = self._collect(
            state, top, left, self.class_bits, self.limit, places.row_start, places.place, places.column,
            self._found, self._found_ticks,
        )  # fmt: skip
        place, ticks = self._found[:n_found], self._found_ticks[:n_found]
        if places.is_ascending:
            return place.copy(), ticks.copy()
        order = np.argsort(place)
        return place[order], ticks[order]

    def window(self, cell: int) -> tuple[int, int, int, int, int]:
        """(top, left, height, width, source) of the window around a cell that no trip within the limit leaves."""
        n_rows, n_columns = self.classes.raster.shape
        row, column = divmod(cell, n_columns)
        top, left = max(row - self._reach, 0) - 1, max(column - self._reach, 0) - 1
        height = min(row + self._reach, n_rows - 1) + 2 - top
        width = min(column + self._reach, n_columns - 1) + 2 - left
        return top, left, height, width, (row - top) * width + column - left

    def searched(self, cell: int) -> tuple[NDArray[np.unsignedinteger], int, int]:
        """(state, top, left) of the rows that were opened of the window around a cell, searched."""
        top, left, height, width, source = self.window(cell)
        state = self.memory[: height * width].reshape(height, width)
        while True:
            is_done, first_row, last_row = self._search(
                self.classes.raster,
                top,
                left,
                state,
                source,
                self.limit,
                self.half_step,
                self.shift,
                TOGETHER,
                self.queue,
            )
            if is_done:
                return state[first_row : last_row + 1], top + first_row, left
            self.queue = roomier(self.queue)


def half_steps(classes: FrictionClasses, shift: int) -> NDArray[np.uint64]:
    """What the kernels add to leave (row 0) and to enter (row 1) half a cell of each class, straight and diagonally."""
    half_step = classes.half_ticks.T.ravel().astype(np.uint64) << np.uint64(shift)
    kind = np.repeat(np.arange(classes.half_ticks.shape[1], dtype=np.uint64), 2)
    return np.stack([half_step - kind, half_step + kind])


def roomier(queue: NDArray[Word]) -> NDArray[Word]:
    """An empty queue with twice the room."""
    return np.empty((queue.shape[0], 2 * queue.shape[1]), queue.dtype)


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


def nearest_on_raster(
    classes: FrictionClasses, sources: NDArray[np.int64]
) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """(ticks, row of ``sources``), in the raster's shape, of the nearest source of every cell; row -1 where none.

    Without a cutoff: a trip of more than 12 days less the longest step counts as none. Ties go to the lowest row.
    """
    from siting.travel.kernels.nearest import search_nearest

    n_rows, n_columns = classes.raster.shape
    width = n_columns + 2
    _check_cells((n_rows + 2) * width)
    class_bits = 8 * classes.raster.dtype.itemsize
    _check_sources(len(sources), most=1 << (32 - class_bits))
    row, column = np.divmod(np.asarray(sources, np.int64), n_columns)
    start = (row + 1) * width + column + 1
    half_step, shift = half_steps(classes, 32), raster_shift(classes)
    beyond = np.uint64((LAST_TICK - classes.longest_step + 1) << 32)
    capacity = max(START_CAPACITY, 4 * len(sources), 8 * (n_rows + n_columns))
    queue = np.empty((ring_size(classes.longest_step, shift), capacity), np.uint32)
    while True:
        cells = np.zeros((n_rows + 2, width), np.uint64)
        inner = cells[1:-1, 1:-1]
        inner[:] = np.where(classes.raster > 0, beyond | classes.raster, np.uint64(0))
        if search_nearest(cells.ravel(), width, start, np.uint64(class_bits), half_step, shift, TOGETHER, queue):
            break
        queue = roomier(queue)
    is_reached = (inner < beyond) & (classes.raster > 0)
    owner = (inner & np.uint64(2**32 - 1)).astype(np.int64) >> class_bits
    return (inner >> np.uint64(32)).astype(np.uint32), np.where(is_reached, owner, -1)


def _check_sources(n_sources: int, *, most: int) -> None:
    if n_sources > most:
        problem = f"there are {n_sources}"
        raise DataError(Fault("travel", 0, 0, "sources", problem, f"at most {most} on a raster of so many frictions"))


def _check_cells(n_cells: int) -> None:
    if n_cells > MOST_CELLS:
        problem = f"a search would span {n_cells} cells"
        raise DataError(Fault("travel", 0, 0, "friction_s_per_m", problem, f"at most {MOST_CELLS}: larger cells"))
