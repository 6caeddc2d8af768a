"""People of a raster (WorldPop, GHS-POP…): persons per cell, totals conserved on the run's grid."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from siting.errors import DataError, Fault
from siting.grid import Grid
from siting.territory.population.values import SourceCells
from siting.territory.rasters import read_raster


def read_people_raster(path: Path, grid: Grid, *, nodata: float | None, resample: bool) -> SourceCells:
    """The inhabited cells of a GeoTIFF of persons per cell, over the grid.

    Raises
    ------
    DataError
        See `siting.territory.rasters.read_raster`; or a cell holds less than 0 persons, or an infinite number.
    """
    part = read_raster(path, grid, nodata=nodata, resample=resample, field="population.file")
    wrong = (part.values < 0) | np.isinf(part.values)
    if wrong.any():
        row, column = (int(one) for one in np.argwhere(wrong)[0])
        x, y = part.x_min + (column + 0.5) * part.width, part.y_max - (row + 0.5) * part.height
        problem = (
            f"{int(wrong.sum())} mailles de moins de 0 habitant ou sans nombre fini, comme "
            f"{part.values[row, column]:g} en ({x:.6g}, {y:.6g})"
        )
        remedy = "déclarer cette valeur par nodata si elle veut dire « sans donnée »"
        raise DataError(Fault(str(path), 0, 0, "population.file", problem, remedy))
    row_of, column_of = np.nonzero(part.values > 0)
    return SourceCells(
        crs=part.crs,
        x=(part.x_min + column_of * part.width).astype(np.float64),
        y=(part.y_max - (row_of + 1) * part.height).astype(np.float64),
        width=part.width,
        height=part.height,
        persons=part.values[row_of, column_of],
    )
