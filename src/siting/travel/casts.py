"""From arrays of any provenance to kernels: dtype, shape and capacity are checked here, and nowhere else.

The kernels are imported when first called, so that importing siting neither loads nor runs numba's compiler.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from siting.errors import DataError, Fault
from siting.travel.ticks import whole_seconds
from siting.travel.travel_times import TICKS_PER_S

if TYPE_CHECKING:
    from siting.travel.classes import FrictionClasses
    from siting.travel.kernels.graph import Graph

LAST_TICK = 2**32 - 2
"""The last time a uint32 can tell from "not reached"."""
MAX_CUTOFF_S = 65_535
"""What uint16 seconds hold."""


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
    """Bucket width (as a power of two) for these edges: near half the median edge, at least a tick."""
    if len(ticks) == 0:
        return 0
    return max(int(np.median(ticks)).bit_length() - 2, max(int(ticks.max()).bit_length() - 16, 0))


@dataclass(frozen=True)
class TickGraph:
    """A directed graph in ticks, ready to be searched.

    Attributes
    ----------
    start : uint32 array, shape (n_nodes + 1,)
    to, ticks : uint32 arrays, shape (n_edges,)
        Edges of node ``n`` are ``start[n] : start[n + 1]``.
    """

    start: NDArray[np.uint32]
    to: NDArray[np.uint32]
    ticks: NDArray[np.uint32]
    longest_edge: int = field(init=False)
    shift: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "longest_edge", int(self.ticks.max(initial=0)))
        object.__setattr__(self, "shift", bucket_shift(self.ticks))

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
            raise DataError(
                Fault("graph", 0, 0, "edges", f"{len(tail)} tails, {len(head)} heads, {len(ticks)} times", "one each")
            )
        ends = np.concatenate([tail, head]).astype(np.int64)
        if len(ends) and not (ends.min() >= 0 and ends.max() < n_nodes):
            raise DataError(Fault("graph", 0, 0, "edges", "name nodes that are not there", f"0 to {n_nodes - 1}"))
        start = np.zeros(n_nodes + 1, np.uint32)
        start[1:] = np.cumsum(np.bincount(tail, minlength=n_nodes))
        order = np.argsort(tail, kind="stable")
        return cls(start, np.asarray(head)[order].astype(np.uint32), np.asarray(ticks)[order].astype(np.uint32))

    @property
    def n_nodes(self) -> int:
        """How many nodes there are."""
        return len(self.start) - 1

    def arrays(self) -> Graph:
        """The arrays as the kernels take them."""
        from siting.travel.kernels.graph import Graph

        return Graph(self.start, self.to, self.ticks)


class GraphSearch:
    """A workspace for bounded searches on one graph; one per thread."""

    def __init__(self, graph: TickGraph, cutoff_s: float) -> None:
        self._graph = graph
        self._arrays = graph.arrays()
        self._limit = np.uint32(limit_ticks(cutoff_s, graph.longest_edge))
        self._shift = np.uint32(graph.shift)
        self._n_slots = ring_size(min(graph.longest_edge, int(self._limit)), graph.shift)
        self._ticks = np.full(graph.n_nodes, 2**32 - 1, np.uint32)
        self._touched = np.empty(graph.n_nodes, np.uint32)

    def within(self, source: int) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
        """(nodes, ticks) of the nodes that ``source`` reaches within the cutoff, in no useful order."""
        from siting.travel.kernels.graph import search_within

        n_found = search_within(
            self._arrays, np.uint32(source), self._limit, self._shift, self._ticks, self._touched, self._n_slots
        )
        nodes = self._touched[:n_found].copy()
        ticks = self._ticks[nodes]
        self._ticks[nodes] = 2**32 - 1
        return nodes, ticks


def nearest_on_graph(graph: TickGraph, sources: NDArray[np.integer]) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """(ticks, row of ``sources``) of the nearest source of every node; row -1 and no meaning where none.

    Without a cutoff: a trip of more than 12 days less the longest edge counts as none. Ties go to the lowest row.
    """
    from siting.travel.kernels.graph import search_nearest

    key = np.full(graph.n_nodes, 2**64 - 1, np.uint64)
    limit = np.uint64(LAST_TICK - graph.longest_edge)
    n_slots = ring_size(graph.longest_edge, graph.shift)
    search_nearest(graph.arrays(), np.asarray(sources, np.uint32), limit, np.uint64(graph.shift), key, n_slots)
    ticks = (key >> np.uint64(32)).astype(np.uint32)
    row = (key & np.uint64(2**32 - 1)).astype(np.int64)
    row[ticks > LAST_TICK] = -1
    return ticks, row


def _class_bits(classes: FrictionClasses) -> int:
    return 8 * classes.raster.dtype.itemsize


def raster_shift(classes: FrictionClasses) -> int:
    """Bucket width for a raster: the largest power of two no wider than the fastest step."""
    least = max(classes.shortest_step.bit_length() - 1, 0)
    return max(least, classes.longest_step.bit_length() - 16, 0)


class WindowSearch:
    """A workspace for bounded searches on one raster, each in its own window; one per thread."""

    def __init__(self, classes: FrictionClasses, place_cell: NDArray[np.int64], cutoff_s: float) -> None:
        self._classes = classes
        self._limit = limit_ticks(cutoff_s, classes.longest_step)
        self._bits = _class_bits(classes)
        word = np.uint32 if self._limit + 1 + classes.longest_step < 2 ** (32 - self._bits) else np.uint64
        self._word = word
        self._half_step = (classes.half_ticks.astype(np.uint64) << np.uint64(self._bits)).astype(word)
        self._shift = raster_shift(classes)
        self._n_slots = ring_size(classes.longest_step, self._shift)
        self._reach = self._limit // max(classes.shortest_step, 1)
        n_rows, n_columns = classes.raster.shape
        side = 2 * self._reach + 3
        self._memory = np.empty(min(side, n_rows + 2) * min(side, n_columns + 2), word)
        order = np.argsort(place_cell, kind="stable")
        order = order[place_cell[order] >= 0]
        self._place = order.astype(np.int32)
        place_row, place_column = np.divmod(place_cell[order], n_columns)
        self._place_column = place_column.astype(np.int32)
        self._row_start = np.searchsorted(place_row, np.arange(n_rows + 1)).astype(np.int64)
        self._in_order = bool((np.diff(order) > 0).all())
        self._found = np.empty(len(order), np.int32)
        self._found_ticks = np.empty(len(order), np.uint32)

    def within(self, cell: int) -> tuple[NDArray[np.int32], NDArray[np.uint16]]:
        """(places ascending, seconds) of the places within the cutoff of a cell of the raster."""
        from siting.travel.kernels import raster as kernels

        n_rows, n_columns = self._classes.raster.shape
        row, column = divmod(cell, n_columns)
        top, left = max(row - self._reach, 0) - 1, max(column - self._reach, 0) - 1
        bottom, right = min(row + self._reach, n_rows - 1) + 1, min(column + self._reach, n_columns - 1) + 1
        height, width = bottom - top + 1, right - left + 1
        flat = self._memory[: height * width]
        state = flat.reshape(height, width)
        beyond = self._word((self._limit + 1) << self._bits)
        kernels.open_window(self._classes.raster, top, left, beyond, state)
        source = (row - top) * width + column - left
        kernels.search_window(flat, width, source, self._bits, self._half_step, self._shift, self._n_slots)
        n_found = kernels.collect(
            state, top, left, self._bits, self._limit, self._row_start, self._place_column, self._found,
            self._found_ticks,
        )  # fmt: skip
        index, ticks = self._found[:n_found], self._found_ticks[:n_found]
        place, time_s = self._place[index], whole_seconds(ticks).astype(np.uint16)
        if self._in_order:
            return place, time_s
        order = np.argsort(place)
        return place[order], time_s[order]


def nearest_on_raster(
    classes: FrictionClasses, sources: NDArray[np.int64]
) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """(ticks, row of ``sources``), in the raster's shape, of the nearest source of every cell; row -1 where none.

    Without a cutoff: a trip of more than 12 days less the longest step counts as none. Ties go to the lowest row.
    """
    from siting.travel.kernels.raster import search_nearest

    n_rows, n_columns = classes.raster.shape
    padded = np.zeros((n_rows + 2, n_columns + 2), classes.raster.dtype)
    padded[1:-1, 1:-1] = classes.raster
    limit = LAST_TICK - classes.longest_step
    beyond = np.uint64((limit + 1) << 32)
    key = np.where(padded > 0, beyond, np.uint64(0)).ravel()
    row, column = np.divmod(np.asarray(sources, np.int64), n_columns)
    half_step = classes.half_ticks.astype(np.uint64) << np.uint64(32)
    shift = raster_shift(classes)
    n_slots = ring_size(classes.longest_step, shift)
    search_nearest(padded, key, (row + 1) * (n_columns + 2) + column + 1, half_step, shift, n_slots)
    inner = key.reshape(padded.shape)[1:-1, 1:-1]
    is_reached = (inner < beyond) & (classes.raster > 0)
    owner = np.where(is_reached, inner & np.uint64(2**32 - 1), 0).astype(np.int64)
    return (inner >> np.uint64(32)).astype(np.uint32), np.where(is_reached, owner, -1)
