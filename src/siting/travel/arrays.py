"""Travel on a researcher's own arrays: a bare friction raster, a bare graph, or both together.

Edges are the common currency: `raster_edges` makes them of a raster (with slope, where walking uphill is slower),
a road network has them already, and `overland_edges` joins the two into one graph to search.

Times are whole seconds, rounded up; inf is "not within the cutoff". Frictions are in s/m (inf = a barrier).
"""

from __future__ import annotations

import os
from collections.abc import Iterable

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from siting.errors import DataError, Fault
from siting.grid import Grid
from siting.progress import Progress, silent
from siting.travel.casts import GraphSearch, PlacesByRow, TickGraph, WindowSearch, nearest_on_graph, nearest_on_raster
from siting.travel.classes import classify
from siting.travel.overland import overland_edges
from siting.travel.raster_edges import Edges, raster_edges
from siting.travel.ticks import whole_seconds, whole_ticks
from siting.travel.times import in_threads
from siting.travel.travel_times import NearestTimes

__all__ = [
    "Edges",
    "graph_nearest",
    "graph_persons_within",
    "graph_times",
    "isochrones",
    "overland_edges",
    "raster_edges",
    "raster_nearest",
    "raster_persons_within",
    "raster_times",
]


def raster_times(
    friction_s_per_m: NDArray[np.floating], source: tuple[int, int], *, cell_size_m: float, cutoff_s: int
) -> NDArray[np.float32]:
    """Seconds between one cell and every other, by the rules of `siting.travel.FrictionSurface`.

    Parameters
    ----------
    friction_s_per_m : float array, shape (n_rows, n_columns)
    source : (row, column)
    cell_size_m : float
    cutoff_s : int
        Inclusive.

    Returns
    -------
    float32 array, shape (n_rows, n_columns)
    """
    cells = _cells(np.array([source]), friction_s_per_m.shape)
    classes = classify(friction_s_per_m, cell_size_m=cell_size_m)
    every_cell = PlacesByRow.of(np.arange(classes.raster.size), classes.raster.shape)
    place, ticks = WindowSearch(classes, every_cell, cutoff_s).within(int(cells[0]))
    time_s = np.full(friction_s_per_m.shape, np.inf, np.float32)
    time_s.ravel()[place] = whole_seconds(ticks)
    return time_s


def raster_nearest(friction_s_per_m: NDArray[np.floating], sources: ArrayLike, *, cell_size_m: float) -> NearestTimes:
    """Time to the nearest of some cells from every cell, without a cutoff, and which one that is.

    Parameters
    ----------
    friction_s_per_m : float array, shape (n_rows, n_columns)
    sources : int array, shape (n_sources, 2)
        (row, column) of each.
    cell_size_m : float
    """
    cells = _cells(sources, friction_s_per_m.shape)
    return _nearest_times(*nearest_on_raster(classify(friction_s_per_m, cell_size_m=cell_size_m), cells))


def raster_persons_within(
    friction_s_per_m: NDArray[np.floating],
    persons: NDArray[np.floating],
    *,
    cell_size_m: float,
    cutoff_s: int,
    progress: Progress = silent,
    threads: int | None = None,
) -> NDArray[np.float64]:
    """People within ``cutoff_s`` of **every** cell of a raster: one search from each, none of them kept.

    Parameters
    ----------
    friction_s_per_m, persons : float arrays, shape (n_rows, n_columns)
    cell_size_m : float
    cutoff_s : int
        Inclusive.
    progress : callable
        Told the rows done, and how many there are.
    threads : int, optional
        As many as there are processors, unless said. The result is the same, byte for byte.

    Returns
    -------
    float64 array, shape (n_rows, n_columns)
        0 at barriers.
    """
    from siting.travel.kernels.window import sum_within

    classes = classify(friction_s_per_m, cell_size_m=cell_size_m)
    n_rows, n_columns = classes.raster.shape
    people = np.ascontiguousarray(persons, np.float64)
    if people.shape != classes.raster.shape:
        problem = f"has shape {people.shape}, friction {classes.raster.shape}"
        raise DataError(Fault("travel", 0, 0, "persons", problem, "one figure per cell"))
    n_threads = threads or os.cpu_count() or 1
    nowhere = PlacesByRow.of(np.empty(0, np.int64), classes.raster.shape)
    idle = [WindowSearch(classes, nowhere, cutoff_s) for _ in range(n_threads)]

    def row_of_sums(row: int) -> NDArray[np.float64]:
        search = idle.pop()
        sums = np.zeros(n_columns)
        for column in np.flatnonzero(classes.raster[row]).tolist():
            state, top, left = search.searched(row * n_columns + column)
            sums[column] = sum_within(state, top, left, search.class_bits, search.limit, people)
        idle.append(search)
        return sums

    within = np.empty((n_rows, n_columns))
    for row, sums in enumerate(in_threads(row_of_sums, range(n_rows), n_threads=n_threads)):
        within[row] = sums
        progress(row + 1, n_rows)
    return within


def isochrones(time_s: NDArray[np.floating], grid: Grid, limits_min: Iterable[float]) -> list[shapely.Geometry]:
    """For each limit, the area of the cells within it (inclusive), in the grid's CRS; empty where there is none.

    Parameters
    ----------
    time_s : float array, shape ``grid.shape``
    grid : Grid
    limits_min : iterable of float
        Minutes.
    """
    if time_s.shape != grid.shape:
        problem = f"has shape {time_s.shape}, the grid has {grid.shape}"
        raise DataError(Fault("travel", 0, 0, "time_s", problem, "one time per cell"))
    return [_outline(time_s <= limit_min * 60, grid) for limit_min in limits_min]


def graph_times(n_nodes: int, edges: Edges, source: int, *, cutoff_s: int, towards: bool) -> NDArray[np.float32]:
    """Seconds between one node and every other.

    Parameters
    ----------
    n_nodes : int
    edges : (tail, head, time_s)
    source : int
    cutoff_s : int
        Inclusive.
    towards : bool
        True: from every node towards ``source``, as people travel to a site. False: from ``source``.

    Returns
    -------
    float32 array, shape (n_nodes,)
    """
    search = GraphSearch(_graph(n_nodes, edges, towards=towards), cutoff_s, wanted=range(n_nodes))
    node, ticks = search.within(source)
    time_s = np.full(n_nodes, np.inf, np.float32)
    time_s[node] = whole_seconds(ticks)
    return time_s


def graph_nearest(n_nodes: int, edges: Edges, sources: ArrayLike, *, towards: bool) -> NearestTimes:
    """Time between every node and the nearest of some, without a cutoff, and which one that is.

    Parameters are those of `graph_times`; ``sources`` is an int array of nodes.
    """
    nodes = np.asarray(sources, np.int64)
    return _nearest_times(*nearest_on_graph(_graph(n_nodes, edges, towards=towards), nodes))


def graph_persons_within(
    n_nodes: int, edges: Edges, persons: NDArray[np.floating], *, cutoff_s: int, threads: int | None = None
) -> NDArray[np.float64]:
    """People who reach **every** node within ``cutoff_s``: one search towards each, none of them kept.

    Parameters
    ----------
    n_nodes : int
    edges : (tail, head, time_s)
    persons : float array, shape (n_nodes,)
    cutoff_s : int
        Inclusive.
    threads : int, optional
        As many as there are processors, unless said. The result is the same, byte for byte.
    """
    graph = _graph(n_nodes, edges, towards=True)
    people = np.asarray(persons, np.float64)
    n_threads = threads or os.cpu_count() or 1
    idle = [GraphSearch(graph, cutoff_s, wanted=range(n_nodes)) for _ in range(n_threads)]

    def sums(nodes: range) -> list[float]:
        search = idle.pop()
        found = [float(people[search.within(node)[0]].sum()) for node in nodes]
        idle.append(search)
        return found

    blocks = [range(first, min(first + 64, n_nodes)) for first in range(0, n_nodes, 64)]
    return np.array([each for found in in_threads(sums, blocks, n_threads=n_threads) for each in found])


def _graph(n_nodes: int, edges: Edges, *, towards: bool) -> TickGraph:
    tail, head = (np.asarray(ends, np.int64) for ends in edges[:2])
    ticks = whole_ticks(np.asarray(edges[2], np.float64))
    return TickGraph.from_edges(n_nodes, head if towards else tail, tail if towards else head, ticks)


def _cells(sources: ArrayLike, shape: tuple[int, ...]) -> NDArray[np.int64]:
    row, column = np.asarray(sources, np.int64).reshape(-1, 2).T
    if ((row < 0) | (row >= shape[0]) | (column < 0) | (column >= shape[1])).any():
        raise DataError(Fault("travel", 0, 0, "sources", "lie outside the raster", f"rows and columns of {shape}"))
    return np.asarray(row * shape[1] + column)


def _nearest_times(ticks: NDArray[np.uint32], row: NDArray[np.int64]) -> NearestTimes:
    time_s = np.where(row >= 0, whole_seconds(ticks), np.inf).astype(np.float32)
    return NearestTimes(time_s=time_s, site=row.astype(np.int32))


def _outline(is_inside: NDArray[np.bool_], grid: Grid) -> shapely.Geometry:
    """Union of the cells, taken as runs along each row."""
    padded = np.zeros((grid.n_rows, grid.n_columns + 2), np.int8)
    padded[:, 1:-1] = is_inside
    row, begin = np.nonzero(np.diff(padded, axis=1) == 1)
    _, end = np.nonzero(np.diff(padded, axis=1) == -1)
    size_m = grid.cell_size_m
    south_m = grid.y_max_m - (row + 1) * size_m
    runs = shapely.box(grid.x_min_m + begin * size_m, south_m, grid.x_min_m + end * size_m, south_m + size_m)
    return shapely.union_all(runs)
