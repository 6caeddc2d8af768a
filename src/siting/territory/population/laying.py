"""People of a file laid on the run's Grid, by area, none lost within it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from siting.grid import Grid
from siting.territory.population.values import SourceCells
from siting.territory.transforming import transformer

POINTS_PER_CELL_SIDE = 4
"""A rectangle of another CRS is cut in points, this many to the side of a grid cell (two at least)."""
POINTS_AT_ONCE = 4_000_000


@dataclass(frozen=True)
class Laid:
    """Pieces of source cells: which one, in which grid cell, and what share of its people.

    Attributes
    ----------
    source, cell : int64 arrays, shape (n,)
        By source, then cell; no pair twice. Pieces off the grid are left out.
    share : float64 array, shape (n,)
        0–1; those of a source add up to 1 where it lies wholly on the grid.
    """

    source: NDArray[np.int64]
    cell: NDArray[np.int64]
    share: NDArray[np.float64]


def lay_people(people: SourceCells, grid: Grid) -> Laid:
    """Share out each rectangle among the grid cells it covers.

    In the grid's own CRS by exact area; in another, whose rectangles are bent on the grid, by the points of a fine
    mesh, each with the same share. Points stay whole.
    """
    if people.width == 0:
        x, y = _to(grid, people.crs, people.x, people.y)
        return _gathered([(np.arange(len(people)), grid.cell_at(x, y), np.ones(len(people)))])
    if people.crs == grid.crs:
        return _gathered(_by_area(people, grid))
    return _gathered(_by_points(people, grid))


Pieces = list[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]]


def _by_area(people: SourceCells, grid: Grid) -> Pieces:
    """Exact: the overlaps of intervals along x and along y, multiplied."""
    west, south, _, _ = grid.bounds_m
    columns = _overlaps((people.x - west) / grid.cell_size_m, people.width / grid.cell_size_m)
    rows = _overlaps((people.y - south) / grid.cell_size_m, people.height / grid.cell_size_m)
    pieces: Pieces = []
    for (column, x_share), (row_from_south, y_share) in product(columns, rows):
        share = x_share * y_share
        row = grid.n_rows - 1 - row_from_south
        inside = (column >= 0) & (column < grid.n_columns) & (row >= 0) & (row < grid.n_rows) & (share > 0)
        source = np.flatnonzero(inside)
        pieces.append((source, (row * grid.n_columns + column)[inside], share[inside]))
    return pieces


def _overlaps(start: NDArray[np.float64], length: float) -> list[tuple[NDArray[np.int64], NDArray[np.float64]]]:
    """For intervals ``start … start + length`` in units of a cell: the cells that each meets, with its share there."""
    # To a millionth of a cell, lines that agree but for rounding agree.
    start = np.where(np.abs(start - np.round(start)) < 1e-6, np.round(start), start)
    first = np.floor(start).astype(np.int64)
    overlaps = []
    for step in range(int(np.ceil(length)) + 1):
        low, high = np.maximum(start, first + step), np.minimum(start + length, first + step + 1)
        overlaps.append((first + step, np.clip(high - low, 0, None) / length))
    return overlaps


def _by_points(people: SourceCells, grid: Grid) -> Pieces:
    side = _points_per_side(people, grid)
    offset = (np.arange(side) + 0.5) / side
    dx, dy = (a.ravel() for a in np.meshgrid(offset * people.width, offset * people.height))
    step = max(POINTS_AT_ONCE // side**2, 1)
    pieces: Pieces = []
    for start in range(0, len(people), step):
        block = slice(start, min(start + step, len(people)))
        x, y = _to(grid, people.crs, (people.x[block, None] + dx).ravel(), (people.y[block, None] + dy).ravel())
        cell = grid.cell_at(x, y)
        source = np.repeat(np.arange(block.start, block.stop), side**2)
        inside = cell >= 0
        pieces.append((source[inside], cell[inside], np.full(int(inside.sum()), 1 / side**2)))
    return pieces


def _points_per_side(people: SourceCells, grid: Grid) -> int:
    """So many that points lie ``cell / POINTS_PER_CELL_SIDE`` apart on the ground, measured on the middle rectangle."""
    if not len(people):
        return 2
    middle = len(people) // 2
    x = people.x[middle] + np.array([0, people.width, people.width, 0])
    y = people.y[middle] + np.array([0, 0, people.height, people.height])
    x_m, y_m = _to(grid, people.crs, x, y)
    extent_m = max(np.ptp(x_m), np.ptp(y_m))
    return max(int(np.ceil(POINTS_PER_CELL_SIDE * extent_m / grid.cell_size_m)), 2)


def _to(
    grid: Grid, crs: str, x: NDArray[np.float64], y: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    if crs == grid.crs:
        return x, y
    x_m, y_m = transformer(crs, grid.crs).transform(x, y)
    return np.asarray(x_m, np.float64), np.asarray(y_m, np.float64)


def _gathered(pieces: Pieces) -> Laid:
    table = pd.DataFrame(
        {
            "source": np.concatenate([source for source, _, _ in pieces] or [np.empty(0, np.int64)]),
            "cell": np.concatenate([cell for _, cell, _ in pieces] or [np.empty(0, np.int64)]),
            "share": np.concatenate([share for _, _, share in pieces] or [np.empty(0)]),
        }
    )
    table = table[table["cell"] >= 0].groupby(["source", "cell"], as_index=False)["share"].sum()
    return Laid(
        table["source"].to_numpy(np.int64), table["cell"].to_numpy(np.int64), table["share"].to_numpy(np.float64)
    )
