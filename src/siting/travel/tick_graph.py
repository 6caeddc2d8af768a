"""A road graph in ticks, and the searches on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from siting.errors import DataError, Fault
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

SEEN = 256
"""Edges of a graph that are looked at together, beside those of one node; 64 took a sixth longer on Corsica."""


def bucket_shift(ticks: NDArray[np.uint32]) -> int:
    """Bucket width (as a power of two) for these edges: just above the median edge, and the ring kept short.

    Measured from a quarter of the median to four times it: 22.6 to 19.5 ns a node on Corsica, flat on a lattice. Where
    most edges take next to no time, an eighth of the mean: buckets of a tick made a search a hundred times as long.
    """
    if len(ticks) == 0:
        return 0
    median, mean, longest = (int(size).bit_length() for size in (np.median(ticks), ticks.mean(), ticks.max()))
    return max(median, mean - 3, longest - 16)


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
        from siting.travel.kernels.preparing import lay_edges

        start = np.zeros(n_nodes + 1, np.uint32)
        start[1:] = np.cumsum(np.bincount(tail, minlength=n_nodes))
        edge = np.empty(len(ticks), np.uint64)
        lay_edges(
            np.asarray(tail, np.int64),
            np.asarray(head, np.int64),
            np.asarray(ticks, np.uint32),
            start[:-1].copy(),
            edge,
        )
        return cls(
            start=start,
            edge=edge,
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


class GraphSearch(Workspace):
    """A workspace for bounded searches on one graph; one per thread."""

    def __init__(self, graph: TickGraph, cutoff_s: float, *, wanted: range, in_ticks: bool = False) -> None:
        """Searches that tell of the nodes in ``wanted`` only."""
        from siting.travel.kernels.graph import within_each
        from siting.travel.kernels.reached import WORDS_AT_ONCE

        self._within_each = within_each
        self.limit = limit_ticks(cutoff_s, graph.longest_edge)
        n_slots = ring_size(min(graph.longest_edge, self.limit), graph.shift)
        queue = empty_queue(n_slots, np.uint64)
        super().__init__(queue, most_found=len(wanted), in_ticks=in_ticks)
        self._graph, self._wanted = graph, wanted
        self._ticks = np.full(graph.n_nodes + 2 * WORDS_AT_ONCE, self.limit + 1, np.uint32)
        self._touched = np.empty(graph.n_nodes + 1, np.uint32)
        self._seen = np.empty(graph.most_edges + SEEN, np.uint64)

    def within(self, sources: NDArray[np.integer]) -> Found:
        """The nodes that each of some nodes reaches within the cutoff, as ascending positions in ``wanted``."""
        graph, wanted, nodes = self._graph, self._wanted, np.asarray(sources, np.int64)

        def search(
            n_done: int, n_found: int, counts: NDArray[np.int64], place: NDArray[np.int32], times: NDArray[Any]
        ) -> tuple[int, int, int]:
            ending: tuple[int, int, int] = self._within_each(
                graph.start, graph.edge, nodes, self.limit, graph.shift, self._ticks, self._touched,
                self._seen, self.queue, wanted.start, wanted.stop, self.unit, n_done, n_found,
                counts, place, times,
            )  # fmt: skip
            return ending

        return self.found(len(nodes), search)


def nearest_on_graph(graph: TickGraph, sources: NDArray[np.integer]) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """(ticks, row of ``sources``) of the nearest source of every node; row -1 and no meaning where none.

    Without a cutoff: a trip of more than 12 days less the longest edge counts as none. Ties go to the lowest row.
    """
    from siting.travel.kernels.graph import search_nearest

    nodes = np.asarray(sources, np.int64)
    beyond = np.uint64((LAST_TICK - graph.longest_edge + 1) << 32)
    seen = np.empty((2, graph.most_edges + SEEN), np.uint64)
    shift = shift_with_room(graph.shift, graph.longest_edge, len(nodes), most=MOST_IN_QUEUE)
    queue = empty_queue(ring_size(graph.longest_edge, shift), np.uint64, least=len(nodes))
    while True:
        key = np.full(graph.n_nodes, beyond)
        if search_nearest(graph.start, graph.edge, nodes, shift, key, seen, queue):
            break
        queue = roomier(queue)
    row = (key & np.uint64(2**32 - 1)).astype(np.int64)
    return (key >> np.uint64(32)).astype(np.uint32), np.where(key < beyond, row, -1)
