"""Grid: the square metric cells on which every layer of a run lies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from siting.display import draw_raster, table_html

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True)
class Grid:
    """A north-up raster of square metric cells; a place is a cell.

    Cells are numbered row by row from the north-west corner: ``cell = row * n_columns + column``.

    Attributes
    ----------
    crs : str
        Metric coordinate reference system, as ``"EPSG:3035"``.
    x_min_m, y_max_m : float
        North-west corner of the north-west cell.
    cell_size_m : float
        Side of a cell.
    n_rows, n_columns : int
        Shape; row 0 is the northernmost.
    """

    crs: str
    x_min_m: float
    y_max_m: float
    cell_size_m: float
    n_rows: int
    n_columns: int

    def __post_init__(self) -> None:
        if not (self.cell_size_m > 0 and np.isfinite([self.x_min_m, self.y_max_m, self.cell_size_m]).all()):
            raise ValueError(f"cell_size_m must be positive and the corner finite: {self}")
        if self.n_rows < 1 or self.n_columns < 1:
            raise ValueError(f"a grid has at least one row and one column: {self}")

    @classmethod
    def covering(
        cls, bounds_m: tuple[float, float, float, float], *, cell_size_m: float, crs: str, halo_m: float = 0.0
    ) -> Grid:
        """The smallest grid over ``bounds_m`` (x_min, y_min, x_max, y_max) widened by ``halo_m``.

        Its lines fall on multiples of ``cell_size_m``, so that two runs on one country share their cells.
        """
        x_min, y_min, x_max, y_max = bounds_m
        west = int(np.floor((x_min - halo_m) / cell_size_m))
        south = int(np.floor((y_min - halo_m) / cell_size_m))
        east = int(np.ceil((x_max + halo_m) / cell_size_m))
        north = int(np.ceil((y_max + halo_m) / cell_size_m))
        return cls(
            crs=crs,
            x_min_m=west * cell_size_m,
            y_max_m=north * cell_size_m,
            cell_size_m=cell_size_m,
            n_rows=max(north - south, 1),
            n_columns=max(east - west, 1),
        )

    @property
    def shape(self) -> tuple[int, int]:
        """(rows, columns)."""
        return self.n_rows, self.n_columns

    @property
    def n_cells(self) -> int:
        """How many cells there are."""
        return self.n_rows * self.n_columns

    @property
    def bounds_m(self) -> tuple[float, float, float, float]:
        """(x_min, y_min, x_max, y_max)."""
        return (
            self.x_min_m,
            self.y_max_m - self.n_rows * self.cell_size_m,
            self.x_min_m + self.n_columns * self.cell_size_m,
            self.y_max_m,
        )

    def cell_at(self, x_m: ArrayLike, y_m: ArrayLike) -> NDArray[np.int64]:
        """Cell of each point, -1 outside. A point on a line belongs to the cell east or north of it."""
        column = np.floor((np.asarray(x_m, dtype=np.float64) - self.x_min_m) / self.cell_size_m)
        row_from_south = np.floor((np.asarray(y_m, dtype=np.float64) - self.bounds_m[1]) / self.cell_size_m)
        row = self.n_rows - 1 - row_from_south
        inside = (column >= 0) & (column < self.n_columns) & (row >= 0) & (row < self.n_rows)
        cell = np.where(inside, row * self.n_columns + column, -1)
        return cell.astype(np.int64)

    def centre_of(self, cell: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """(x_m, y_m) of the centres of ``cell`` (each in 0 … n_cells - 1)."""
        row, column = np.divmod(np.asarray(cell, dtype=np.int64), self.n_columns)
        x_m = self.x_min_m + (column + 0.5) * self.cell_size_m
        y_m = self.y_max_m - (row + 0.5) * self.cell_size_m
        return x_m, y_m

    def plot(self, values: ArrayLike, *, label: str = "", axes: Axes | None = None, **style: Any) -> Axes:
        """Draw one value per cell on a map of the grid.

        Parameters
        ----------
        values : array, shape ``grid.shape`` or (n_cells,)
            NaN is left clear.
        label : str, optional
            What the values are, with their unit; it brings a colour bar.
        axes : matplotlib Axes, optional
            New ones by default.
        **style
            For ``Axes.imshow``: ``cmap``, ``vmin``, ``vmax``…
        """
        cells = np.asarray(values, dtype=np.float64).reshape(self.shape)
        return draw_raster(cells, bounds_m=self.bounds_m, label=label, axes=axes, **style)

    def _repr_html_(self) -> str:
        west, south, east, north = self.bounds_m
        return table_html(
            "Grid",
            {
                "CRS": self.crs,
                "cells": f"{self.n_rows:,} rows × {self.n_columns:,} columns of {self.cell_size_m:g} m",
                "west to east": f"{west:,.0f} to {east:,.0f} m",
                "south to north": f"{south:,.0f} to {north:,.0f} m",
            },
        )
