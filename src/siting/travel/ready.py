"""A raster or a graph of one's own, made ready once and asked again and again."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from siting.arguments import row_numbers
from siting.progress import Progress, silent
from siting.travel.bare import cell_number, cell_numbers, node_number, people, tick_graph
from siting.travel.pairs import PairStore
from siting.travel.raster_edges import Edges
from siting.travel.raster_search import RasterSearch, nearest_on_raster
from siting.travel.tick_graph import GraphSearch, nearest_on_graph
from siting.travel.tick_raster import TickRaster
from siting.travel.ticks import nearest_times
from siting.travel.times import MEMORY_BUDGET_MB, in_threads, n_threads
from siting.travel.travel_times import NearestTimes, TravelTimes
from siting.travel.workspace import Found

BLOCK_SOURCES = 8
"""Sources that a thread takes at a time, at most."""
MOST_IN_BLOCK = 2**22
"""Pairs that the sources of a block may reach: 25 MB, held for each thread some five times before they are stored."""

Search = TypeVar("Search", RasterSearch, GraphSearch)


class Ready(ABC, Generic[Search]):
    """What a `ReadyRaster` and a `ReadyGraph` are asked in the same way; their workspaces are used again and again."""

    def __init__(self, n_places: int, cutoff_s: int) -> None:
        self.cutoff_s = cutoff_s
        self._n_places = n_places
        self._idle: list[Search] = [self._workspace()]
        self._most_found = max(self._idle[0].most_found, 1)

    @abstractmethod
    def _workspace(self) -> Search: ...

    @contextmanager
    def _borrowed(self) -> Iterator[Search]:
        workspace = self._lent()
        yield workspace
        self._idle.append(workspace)

    def _lent(self) -> Search:
        try:
            return self._idle.pop()
        except IndexError:
            return self._workspace()

    def _within(self, place: int) -> tuple[NDArray[np.int32], NDArray[np.uint16]]:
        workspace = self._lent()  # not `_borrowed`, which takes 1 µs, as long as a search of 60 cells
        found = workspace.within(np.array([place]))
        self._idle.append(workspace)
        return found.place, found.times

    def _times(self, place: int) -> NDArray[np.float32]:
        reached, within_s = self._within(place)
        time_s = np.full(self._n_places, np.inf, np.float32)
        time_s[reached] = within_s
        return time_s

    def _travel_times(
        self,
        places: NDArray[np.int64],
        progress: Progress,
        threads: int | None,
        memory_budget_mb: float,
        spill_folder: Path | None,
    ) -> TravelTimes:
        def search(block: NDArray[np.int64]) -> Found:
            with self._borrowed() as workspace:
                return workspace.within(places[block])

        # places of one number lie near each other, as far as numbers tell
        order = np.argsort(places, kind="stable")
        size = min(max(MOST_IN_BLOCK // self._most_found, 1), BLOCK_SOURCES)
        blocks = [order[first : first + size] for first in range(0, len(order), size)]
        store, n_done = PairStore(budget_mb=memory_budget_mb, folder=spill_folder), 0
        for block, found in zip(blocks, in_threads(search, blocks, n_threads=n_threads(threads)), strict=True):
            store.add(block, found)
            n_done += len(block)
            progress(n_done, len(places))
        return store.times(n_sites=len(places), n_cells=self._n_places, cutoff_s=self.cutoff_s)


class ReadyRaster(Ready[RasterSearch]):
    """Bounded searches on a bare friction raster, by the rules of `siting.travel.FrictionSurface`.

    Parameters
    ----------
    friction_s_per_m : float array, shape (n_rows, n_columns)
        inf = barrier.
    cell_size_m : float
    cutoff_s : int
        Inclusive; at most 65,535 s.

    Attributes
    ----------
    raster : TickRaster
        The frictions in ticks; what was given may change without a trace here.
    cutoff_s : int

    Raises
    ------
    DataError
        Where a friction is NaN, 0, negative or below that of 300 km/h, or half a cell takes less than a tick (1/4096 s)
        or more than 3 days; where the cutoff does not fit.
    """

    def __init__(self, friction_s_per_m: NDArray[np.floating], *, cell_size_m: float, cutoff_s: int) -> None:
        self.raster = TickRaster.of(friction_s_per_m, cell_size_m=cell_size_m)
        super().__init__(self.raster.kinds.size, cutoff_s)

    def _workspace(self) -> RasterSearch:
        return RasterSearch(self.raster, self.cutoff_s)

    def within(self, source: tuple[int, int]) -> tuple[NDArray[np.int32], NDArray[np.uint16]]:
        """What is within the cutoff of one cell, (row, column).

        Returns
        -------
        cell : int32 array, shape (n_reached,)
            Numbered row by row; ascending.
        time_s : uint16 array, same shape
        """
        return self._within(cell_number(source, self.raster.shape))

    def times(self, source: tuple[int, int]) -> NDArray[np.float32]:
        """Seconds between one cell, (row, column), and every other, a float32 raster; inf where beyond the cutoff.

        To fill a large raster takes longer than to search it (9 million cells: 3 ms): see `within`.
        """
        return self._times(cell_number(source, self.raster.shape)).reshape(self.raster.shape)

    def travel_times(
        self,
        sources: ArrayLike,
        *,
        progress: Progress = silent,
        threads: int | None = None,
        memory_budget_mb: float = MEMORY_BUDGET_MB,
        spill_folder: Path | None = None,
    ) -> TravelTimes:
        """Times between some cells and every other, as far as they are within the cutoff.

        Parameters
        ----------
        sources : int array, shape (n_sources, 2)
            (row, column) of each.
        progress, threads, memory_budget_mb, spill_folder
            As for `siting.travel.travel_times`.

        Returns
        -------
        TravelTimes
            The sites are the sources; the cells are numbered row by row.
        """
        places = cell_numbers(sources, self.raster.shape)
        return self._travel_times(places, progress, threads, memory_budget_mb, spill_folder)

    def nearest(self, sources: ArrayLike) -> NearestTimes:
        """Time from each cell to the nearest of some, (row, column) each, and which; beyond 12 days there is none."""
        return nearest_times(*nearest_on_raster(self.raster, cell_numbers(sources, self.raster.shape)))

    def persons_within(
        self, persons: NDArray[np.floating], *, progress: Progress = silent, threads: int | None = None
    ) -> NDArray[np.float64]:
        """People within the cutoff of **every** cell: one search from each, none of them kept.

        Parameters
        ----------
        persons : float array, shape (n_rows, n_columns)
        progress : callable
            Told the rows done, and how many there are.
        threads : int, optional
            As many as there are processors, unless said. The result is the same, byte for byte.

        Returns
        -------
        float64 array, shape (n_rows, n_columns)
            0 at barriers.
        """
        n_rows, n_columns = self.raster.shape
        counted = people(persons, self.raster.shape, where="travel")

        def row_of_sums(row: int) -> NDArray[np.float64]:
            open_columns = np.flatnonzero(self.raster.kinds[row])
            sums = np.zeros(n_columns)
            with self._borrowed() as workspace:
                sums[open_columns] = workspace.persons_within(row * n_columns + open_columns, counted)
            return sums

        within = np.empty((n_rows, n_columns))
        for row, sums in enumerate(in_threads(row_of_sums, range(n_rows), n_threads=n_threads(threads))):
            within[row] = sums
            progress(row + 1, n_rows)
        return within


class ReadyGraph(Ready[GraphSearch]):
    """Bounded searches on a bare graph.

    Parameters
    ----------
    n_nodes : int
    edges : (tail, head, time_s)
        Nodes and seconds, shape (n_edges,) each; parallel edges, loops and edges that take no time are welcome.
    cutoff_s : int
        Inclusive; at most 65,535 s.
    towards : bool
        True: times from every node towards the sources, as people travel to a site. False: from the sources.

    Attributes
    ----------
    cutoff_s : int

    Raises
    ------
    DataError
        Where an edge names a node that is not there, or lasts less than 0 s or more than 6 days; where the cutoff does
        not fit.
    """

    def __init__(self, n_nodes: int, edges: Edges, *, cutoff_s: int, towards: bool) -> None:
        self._graph = tick_graph(n_nodes, edges, towards=towards)
        super().__init__(self._graph.n_nodes, cutoff_s)

    def _workspace(self) -> GraphSearch:
        return GraphSearch(self._graph, self.cutoff_s, wanted=range(self._n_places))

    def within(self, source: int) -> tuple[NDArray[np.int32], NDArray[np.uint16]]:
        """What is within the cutoff of one node.

        Returns
        -------
        node : int32 array, shape (n_reached,)
            Ascending.
        time_s : uint16 array, same shape
        """
        return self._within(node_number(source, self._n_places))

    def times(self, source: int) -> NDArray[np.float32]:
        """Seconds between one node and every other, float32, shape (n_nodes,); inf where beyond the cutoff."""
        return self._times(node_number(source, self._n_places))

    def travel_times(
        self,
        sources: ArrayLike,
        *,
        progress: Progress = silent,
        threads: int | None = None,
        memory_budget_mb: float = MEMORY_BUDGET_MB,
        spill_folder: Path | None = None,
    ) -> TravelTimes:
        """Times between some nodes and every other, as far as they are within the cutoff.

        Parameters
        ----------
        sources : int array, shape (n_sources,)
        progress, threads, memory_budget_mb, spill_folder
            As for `siting.travel.travel_times`.

        Returns
        -------
        TravelTimes
            The sites are the sources; the cells are the nodes.
        """
        return self._travel_times(self._checked(sources), progress, threads, memory_budget_mb, spill_folder)

    def nearest(self, sources: ArrayLike) -> NearestTimes:
        """Time between every node and the nearest of some, and which it is; beyond 12 days there is none."""
        return nearest_times(*nearest_on_graph(self._graph, self._checked(sources)))

    def persons_within(
        self, persons: NDArray[np.floating], *, progress: Progress = silent, threads: int | None = None
    ) -> NDArray[np.float64]:
        """People within the cutoff of **every** node: one search for each, none of them kept.

        Parameters
        ----------
        persons : float array, shape (n_nodes,)
        progress : callable
            Told the nodes done, and how many there are.
        threads : int, optional
            As many as there are processors, unless said. The result is the same, byte for byte.

        Returns
        -------
        float64 array, shape (n_nodes,)
        """
        counted = people(persons, (self._n_places,), where="graph")

        def sums(nodes: range) -> NDArray[np.float64]:
            with self._borrowed() as workspace:
                found = workspace.within(np.array(nodes))
            # a plain sum of each run: one of its own length is added up pairwise, whatever the block
            runs = np.split(counted[found.place], np.cumsum(found.counts)[:-1])
            return np.array([run.sum() for run in runs])

        nodes = range(self._n_places)
        blocks = [nodes[first : first + BLOCK_SOURCES] for first in nodes[::BLOCK_SOURCES]]
        within = np.empty(self._n_places)
        for block, found in zip(blocks, in_threads(sums, blocks, n_threads=n_threads(threads)), strict=True):
            within[block.start : block.stop] = found
            progress(block.stop, self._n_places)
        return within

    def _checked(self, sources: ArrayLike) -> NDArray[np.int64]:
        return row_numbers(sources, self._n_places, where="graph", name="sources")
