"""A researcher's bare arrays on their way in, checked: sources, edges, persons."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from siting.arguments import numbers, whole_number, whole_numbers
from siting.errors import DataError, Fault
from siting.travel.raster_edges import Edges
from siting.travel.tick_graph import TickGraph
from siting.travel.ticks import whole_ticks


def cell_number(source: tuple[int, int], shape: tuple[int, int]) -> int:
    """`cell_numbers` of one cell, in a tenth of the time."""
    n_rows, n_columns = shape
    try:
        row, column = (int(at) for at in source)
        is_cell = 0 <= row < n_rows and 0 <= column < n_columns and (row, column) == tuple(source)
    except (TypeError, ValueError, OverflowError):
        is_cell = False
    if not is_cell:
        remedy = f"(row, column) of a raster of {shape}"
        raise DataError(Fault("travel", 0, 0, "source", f"{source} is no cell", remedy))
    return row * n_columns + column


def node_number(source: int, n_nodes: int) -> int:
    """The node, checked; as quick as `cell_number`."""
    try:
        is_node = 0 <= source < n_nodes and source == int(source)
    except (TypeError, ValueError):
        is_node = False
    if not is_node:
        raise DataError(Fault("graph", 0, 0, "source", f"{source} is no node", f"0 to {n_nodes - 1}"))
    return int(source)


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
    try:
        tail_node, head_node, time_s = edges
    except (TypeError, ValueError):
        raise DataError(Fault("graph", 0, 0, "edges", "are not three arrays", "(tail, head, time_s)")) from None
    tail, head = (np.atleast_1d(whole_numbers(ends, where="graph", name="edges")) for ends in (tail_node, head_node))
    seconds = np.atleast_1d(numbers(time_s, where="graph", name="time_s"))
    if max(tail.ndim, head.ndim, seconds.ndim) > 1:
        problem = f"have shapes {tail.shape}, {head.shape} and {seconds.shape}"
        raise DataError(Fault("graph", 0, 0, "edges", problem, "(n_edges,) each"))
    n_nodes = whole_number(n_nodes, where="graph", name="n_nodes", least=0)
    return TickGraph.from_edges(n_nodes, head if towards else tail, tail if towards else head, whole_ticks(seconds))


def people(persons: ArrayLike, shape: tuple[int, ...], *, where: str) -> NDArray[np.float64]:
    """Persons, one figure for each place."""
    counted = numbers(persons, where=where, name="persons", shape=shape)
    is_wrong = ~((counted >= 0) & (counted < np.inf))
    if is_wrong.any():
        problem = f"{int(is_wrong.sum())} figures are negative, infinite or NaN"
        raise DataError(Fault(where, 0, 0, "persons", problem, "0 where nobody lives"))
    return counted
