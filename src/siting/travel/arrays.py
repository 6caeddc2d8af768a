"""Travel on a researcher's own arrays: a bare friction raster, a bare graph, or both together.

Who asks once calls a function; who asks the same raster or graph again makes a `ReadyRaster` or a `ReadyGraph` of it,
which also gives the times of many sources at once.

Edges are the common currency: `raster_edges` makes them of a raster (with slope, where walking uphill is slower),
a road network has them already, and `overland_edges` joins the two into one graph to search.

Times are whole seconds, rounded up; inf is "not within the cutoff". Frictions are in s/m (inf = a barrier).

Whatever does not fit (another shape, NaN, an edge to a node that is not there, a source off the raster) raises a
`siting.errors.DataError` that names it, before anything is searched.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from siting.arguments import amount, numbers, row_numbers
from siting.grid import Grid
from siting.progress import Progress, silent
from siting.travel.bare import cell_number, cell_numbers, tick_graph
from siting.travel.overland import overland_edges
from siting.travel.raster_edges import Edges, raster_edges
from siting.travel.raster_search import RasterSearch, nearest_on_raster
from siting.travel.ready import ReadyGraph, ReadyRaster
from siting.travel.tick_graph import nearest_on_graph
from siting.travel.tick_raster import TickRaster, checked_friction
from siting.travel.ticks import nearest_times
from siting.travel.travel_times import TICKS_PER_S, NearestTimes

__all__ = [
    "Edges",
    "ReadyGraph",
    "ReadyRaster",
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
    friction = checked_friction(friction_s_per_m)
    row, column = divmod(cell_number(source, friction.shape), friction.shape[1])
    cell_size_m = amount(cell_size_m, where="travel", name="cell_size_m", positive=True)
    reach = _reach(friction, cell_size_m, amount(cutoff_s, where="travel", name="cutoff_s"))
    top, left = max(row - reach, 0), max(column - reach, 0)
    around = slice(top, row + reach + 1), slice(left, column + reach + 1)
    raster = TickRaster.of(friction[around], cell_size_m=cell_size_m, is_marked=False)
    found = RasterSearch(raster, cutoff_s).within(np.array([cell_number((row - top, column - left), raster.shape)]))
    inside_s, time_s = np.full(raster.kinds.size, np.inf, np.float32), np.full(friction.shape, np.inf, np.float32)
    inside_s[found.place] = found.times
    time_s[around] = inside_s.reshape(raster.shape)
    return time_s


def _reach(friction: NDArray[np.floating], cell_size_m: float, cutoff_s: float) -> int:
    """Cells that a trip within the cutoff may span, were all as fast as the fastest."""
    step = 2 * np.rint(cell_size_m / 2 * float(friction.min()) * TICKS_PER_S)
    return int(min(cutoff_s * TICKS_PER_S / max(step, 1.0), max(friction.shape)))


def raster_nearest(friction_s_per_m: NDArray[np.floating], sources: ArrayLike, *, cell_size_m: float) -> NearestTimes:
    """Time to the nearest of some cells from every cell, and which one that is; beyond 12 days there is none.

    Parameters
    ----------
    friction_s_per_m : float array, shape (n_rows, n_columns)
    sources : int array, shape (n_sources, 2)
        (row, column) of each.
    cell_size_m : float
    """
    raster = TickRaster.of(friction_s_per_m, cell_size_m=cell_size_m)
    return nearest_times(*nearest_on_raster(raster, cell_numbers(sources, raster.shape)))


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
    ready = ReadyRaster(friction_s_per_m, cell_size_m=cell_size_m, cutoff_s=cutoff_s)
    return ready.persons_within(persons, progress=progress, threads=threads)


def isochrones(time_s: NDArray[np.floating], grid: Grid, limits_min: Iterable[float]) -> list[shapely.Geometry]:
    """For each limit, the area of the cells within it (inclusive), in the grid's CRS; empty where there is none.

    Parameters
    ----------
    time_s : float array, shape ``grid.shape``
        inf = not reached: within no limit.
    grid : Grid
    limits_min : iterable of float
        Minutes.
    """
    seconds = numbers(time_s, where="travel", name="time_s", shape=grid.shape)
    minutes = numbers(list(limits_min), where="travel", name="limits_min")
    limits_s = np.round(60 * minutes, 6)  # 123 / 60 × 60 is below 123
    return [_outline((seconds <= limit_s) & (seconds < np.inf), grid) for limit_s in limits_s]


def graph_times(n_nodes: int, edges: Edges, source: int, *, cutoff_s: int, towards: bool) -> NDArray[np.float32]:
    """Seconds between one node and every other.

    Parameters
    ----------
    n_nodes : int
    edges : (tail, head, time_s)
        Nodes and seconds, shape (n_edges,) each.
    source : int
    cutoff_s : int
        Inclusive.
    towards : bool
        True: from every node towards ``source``, as people travel to a site. False: from ``source``.

    Returns
    -------
    float32 array, shape (n_nodes,)
    """
    return ReadyGraph(n_nodes, edges, cutoff_s=cutoff_s, towards=towards).times(source)


def graph_nearest(n_nodes: int, edges: Edges, sources: ArrayLike, *, towards: bool) -> NearestTimes:
    """Time between every node and the nearest of some, and which one that is; beyond 12 days there is none.

    Parameters are those of `graph_times`; ``sources`` is an int array of nodes.
    """
    graph = tick_graph(n_nodes, edges, towards=towards)
    nodes = row_numbers(sources, n_nodes, where="graph", name="sources")
    return nearest_times(*nearest_on_graph(graph, nodes))


def graph_persons_within(
    n_nodes: int,
    edges: Edges,
    persons: NDArray[np.floating],
    *,
    cutoff_s: int,
    progress: Progress = silent,
    threads: int | None = None,
) -> NDArray[np.float64]:
    """People who reach **every** node within ``cutoff_s``: one search towards each, none of them kept.

    Parameters
    ----------
    n_nodes : int
    edges : (tail, head, time_s)
    persons : float array, shape (n_nodes,)
    cutoff_s : int
        Inclusive.
    progress : callable
        Told the nodes done, and how many there are.
    threads : int, optional
        As many as there are processors, unless said. The result is the same, byte for byte.
    """
    ready = ReadyGraph(n_nodes, edges, cutoff_s=cutoff_s, towards=True)
    return ready.persons_within(persons, progress=progress, threads=threads)


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
