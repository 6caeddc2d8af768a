"""A researcher's bare arrays on their way in, checked, and what was found on its way out."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from siting.arguments import whole_numbers
from siting.errors import DataError, Fault
from siting.travel.raster_edges import Edges
from siting.travel.tick_graph import TickGraph
from siting.travel.ticks import whole_seconds, whole_ticks
from siting.travel.travel_times import NearestTimes


def cell_number(source: tuple[int, int], shape: tuple[int, int]) -> int:
    """`cell_numbers` of one cell, in a tenth of the time."""
    (row, column), (n_rows, n_columns) = source, shape
    if not (0 <= row < n_rows and 0 <= column < n_columns and row == int(row) and column == int(column)):
        raise DataError(Fault("travel", 0, 0, "sources", "lie outside the raster", f"rows and columns of {shape}"))
    return int(row) * n_columns + int(column)


def cell_numbers(sources: ArrayLike, shape: tuple[int, ...]) -> NDArray[np.int64]:
    """Number, row by row, of each (row, column)."""
    pairs = np.atleast_2d(whole_numbers(sources, where="travel", name="sources"))
    if pairs.size and (pairs.ndim != 2 or pairs.shape[1] != 2):
        problem = f"have shape {pairs.shape}, wanted (n, 2)"
        raise DataError(Fault("travel", 0, 0, "sources", problem, "the row and the column of each"))
    row, column = pairs.reshape(-1, 2).T
    if ((row < 0) | (row >= shape[0]) | (column < 0) | (column >= shape[1])).any():
        raise DataError(Fault("travel", 0, 0, "sources", "lie outside the raster", f"rows and columns of {shape}"))
    return np.asarray(row * shape[1] + column)


def tick_graph(n_nodes: int, edges: Edges, *, towards: bool) -> TickGraph:
    """The graph to search, turned round where people travel towards the sources."""
    n_nodes = int(whole_numbers(n_nodes, where="graph", name="n_nodes"))
    tail, head = (whole_numbers(ends, where="graph", name="edges") for ends in edges[:2])
    ticks = whole_ticks(np.asarray(edges[2], np.float64))
    return TickGraph.from_edges(n_nodes, head if towards else tail, tail if towards else head, ticks)


def nearest_times(ticks: NDArray[np.uint32], row: NDArray[np.integer]) -> NearestTimes:
    """Seconds to the nearest of several, inf where the row is -1, and which that is."""
    time_s = whole_seconds(ticks).astype(np.float32)
    np.copyto(time_s, np.float32(np.inf), where=row < 0)
    return NearestTimes(time_s=time_s, site=row.astype(np.int32, copy=False))
