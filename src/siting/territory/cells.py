"""The census's 1 km cells laid on the run's Grid: people, land, and the commune of every cell."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from siting.grid import Grid
from siting.scenario.projections import CENSUS_CRS, crs_of_cells
from siting.territory.transforming import transformer
from siting.territory.values import AGE_GROUPS

CENSUS_CELL_M = 1000.0
POINTS_PER_CELL_SIDE = 4
"""A census cell off the run's lines is cut in points, this many to the side of a grid cell."""
POINTS_AT_ONCE = 4_000_000


@dataclass(frozen=True)
class CellLayers:
    """Layers of ``grid.shape``, and the persons of each grid cell by commune.

    Attributes
    ----------
    persons : float32 array, shape ``grid.shape``
    is_land : bool array, shape ``grid.shape``
    commune_of_cell : int32 array, shape ``grid.shape``
        Number of the commune in the embedded table; -1 where no commune is.
    land_mass_of_cell : int32 array, shape ``grid.shape``
        -1 where no land is.
    inhabited : DataFrame
        One row per (cell, commune) that has people: ``cell``, ``commune``, ``land_mass``, ``persons``, `AGE_GROUPS`.
    """

    persons: NDArray[np.float32]
    is_land: NDArray[np.bool_]
    commune_of_cell: NDArray[np.int32]
    land_mass_of_cell: NDArray[np.int32]
    inhabited: pd.DataFrame


def lay_cells(cells: pd.DataFrame, grid: Grid) -> CellLayers:
    """Lay the census cells (columns ``x_km, y_km, commune, land_mass, persons`` and `AGE_GROUPS`) on ``grid``.

    They are of `siting.scenario.projections.crs_of_cells` of the grid's CRS. On their own lines (that CRS, a whole
    number of cells to the kilometre) people stay where they are or are
    spread evenly in their cell; on other lines each census cell is cut in points, its people shared equally among them.
    Either way the sum of people is conserved (inside the grid).
    """
    inhabited = _spread_people(cells[cells["persons"].to_numpy() > 0], grid)
    persons = np.zeros(grid.n_cells, dtype=np.float64)
    np.add.at(persons, inhabited["cell"].to_numpy(), inhabited["persons"].to_numpy())
    centres = grid.centre_of(np.arange(grid.n_cells))
    source_row = census_row_at(cells, *centres, crs=grid.crs, cells_crs=crs_of_cells(grid.crs))
    is_land = source_row >= 0
    commune = np.where(is_land, cells["commune"].to_numpy()[source_row], -1).astype(np.int32)
    land_mass = np.where(is_land, cells["land_mass"].to_numpy()[source_row], -1).astype(np.int32)
    return CellLayers(
        persons=persons.astype(np.float32).reshape(grid.shape),
        is_land=is_land.reshape(grid.shape),
        commune_of_cell=commune.reshape(grid.shape),
        land_mass_of_cell=land_mass.reshape(grid.shape),
        inhabited=inhabited,
    )


def census_row_at(
    cells: pd.DataFrame, x: NDArray[np.float64], y: NDArray[np.float64], *, crs: str, cells_crs: str = CENSUS_CRS
) -> NDArray[np.int64]:
    """Row of the census cell that holds each point of ``crs``, -1 where there is none."""
    x_km, y_km = cells["x_km"].to_numpy(), cells["y_km"].to_numpy()
    west, south = int(x_km.min()), int(y_km.min())
    row_at = np.full((int(y_km.max()) - south + 1, int(x_km.max()) - west + 1), -1, dtype=np.int64)
    row_at[y_km - south, x_km - west] = np.arange(len(cells))
    if crs != cells_crs:
        x, y = transformer(crs, cells_crs).transform(x, y)
    column = np.floor(np.asarray(x) / CENSUS_CELL_M).astype(np.int64) - west
    row = np.floor(np.asarray(y) / CENSUS_CELL_M).astype(np.int64) - south
    inside = (row >= 0) & (row < row_at.shape[0]) & (column >= 0) & (column < row_at.shape[1])
    return np.where(inside, row_at[np.where(inside, row, 0), np.where(inside, column, 0)], -1)


def _spread_people(cells: pd.DataFrame, grid: Grid) -> pd.DataFrame:
    """Persons of each (grid cell, commune), summed over the census cells that share in it."""
    side = _points_per_side(grid)
    offset_m = (np.arange(side) + 0.5) * (CENSUS_CELL_M / side)
    dx_m, dy_m = (a.ravel() for a in np.meshgrid(offset_m, offset_m))
    cells_crs = crs_of_cells(grid.crs)
    to_grid = transformer(cells_crs, grid.crs) if grid.crs != cells_crs else None
    step = max(POINTS_AT_ONCE // side**2, 1)
    pieces = []
    for start in range(0, len(cells), step):
        block = cells.iloc[start : start + step]
        x_m = (block["x_km"].to_numpy()[:, None] * CENSUS_CELL_M + dx_m).ravel()
        y_m = (block["y_km"].to_numpy()[:, None] * CENSUS_CELL_M + dy_m).ravel()
        if to_grid is not None:
            x_m, y_m = to_grid.transform(x_m, y_m)
        points = pd.DataFrame({"cell": grid.cell_at(x_m, y_m), "source": np.repeat(np.arange(len(block)), side**2)})
        shares = points[points["cell"] >= 0].groupby(["cell", "source"]).size().rename("share").reset_index()
        row = shares["source"].to_numpy()
        piece = shares[["cell"]].assign(
            commune=block["commune"].to_numpy()[row], land_mass=block["land_mass"].to_numpy()[row]
        )
        for column in ("persons", *AGE_GROUPS):
            piece[column] = block[column].to_numpy()[row] * (shares["share"].to_numpy() / side**2)
        pieces.append(piece)
    how = {"land_mass": "min", "persons": "sum"} | dict.fromkeys(AGE_GROUPS, "sum")
    return pd.concat(pieces).groupby(["cell", "commune"], as_index=False).agg(how)


def _points_per_side(grid: Grid) -> int:
    """Points to a side of a census cell: as few as are exact where the lines agree, else a fine mesh."""
    cells_per_side = CENSUS_CELL_M / grid.cell_size_m
    corner = np.array([grid.x_min_m, grid.y_max_m]) / grid.cell_size_m
    aligned = (
        grid.crs == crs_of_cells(grid.crs)
        and cells_per_side == round(cells_per_side)
        and (corner == np.round(corner)).all()
    )
    return round(cells_per_side) if aligned else max(int(np.ceil(POINTS_PER_CELL_SIDE * cells_per_side)), 2)
