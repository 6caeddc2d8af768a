"""The part of a planner's GeoTIFF that lies over the run's Grid: refused where it cannot be what it says."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.errors import RasterioError, RasterioIOError
from rasterio.windows import Window

from siting.errors import DataError, Fault
from siting.grid import Grid
from siting.territory.georeference import crs_name, georeference_faults
from siting.territory.transforming import transformer

SUFFIXES = (".tif", ".tiff")
LINES_AGREE = 1e-6
"""Share of a cell within which the lines of two grids are the same."""


@dataclass(frozen=True)
class RasterPart:
    """Values around the grid.

    Attributes
    ----------
    values : float64 array, shape (n_rows, n_columns)
        North first; NaN where the file declares no data.
    crs : str
    x_min, y_max : float
        North-west corner, in the units of ``crs``.
    width, height : float
        Of a cell.
    """

    values: NDArray[np.float64]
    crs: str
    x_min: float
    y_max: float
    width: float
    height: float

    def is_aligned(self, grid: Grid) -> bool:
        """Whether each cell lies within one cell of the grid, or holds whole ones."""
        if self.crs != grid.crs:
            return False
        side = grid.cell_size_m
        ratio = max(self.width / side, side / self.width)
        unit = min(self.width, side)
        offsets = np.array([(self.x_min - grid.x_min_m) / unit, (self.y_max - grid.y_max_m) / unit, ratio])
        is_square = abs(self.width - self.height) < LINES_AGREE * self.width
        return is_square and bool((np.abs(offsets - np.round(offsets)) < LINES_AGREE * max(1.0, ratio)).all())


def read_raster(path: Path, grid: Grid, *, nodata: float | None, resample: bool, field: str) -> RasterPart:
    """The first band of a GeoTIFF, over the grid and a cell around it.

    Parameters
    ----------
    nodata : float or None
        What stands for no data where the file does not say.
    resample : bool
        Whether another CRS, other lines or rows from south to north are asked to be brought to the grid.
    field : str
        Of the scenario, as ``"population.file"``: named in the faults.

    Raises
    ------
    DataError
        It is no GeoTIFF, cut short, without CRS, rotated, not where it says; or needs what ``resample`` allows.
    """
    if path.suffix.lower() not in SUFFIXES:
        problem = f"« {path.suffix} » n'est pas un format de raster lu ici"
        raise DataError(Fault(str(path), 0, 0, field, problem, f"un GeoTIFF : {', '.join(SUFFIXES)}"))
    try:
        with rasterio.open(path, driver="GTiff") as source:
            faults = _faults(path, source, field, resample=resample)
            if faults:
                raise DataError(faults)
            part = _read(source, grid, nodata)
    except (RasterioError, RasterioIOError) as error:
        problem = f"illisible comme GeoTIFF, ou coupé : {str(error).splitlines()[0]}"
        remedy = "télécharger ou exporter le fichier à nouveau"
        raise DataError(Fault(str(path), 0, 0, field, problem, remedy)) from error
    if not resample and not part.is_aligned(grid):
        problem = (
            f"mailles de {part.width:.6g} × {part.height:.6g} en {part.crs}, à côté des lignes de la grille "
            f"({grid.cell_size_m:g} m, {grid.crs})"
        )
        raise DataError(Fault(str(path), 0, 0, field, problem, "écrire resample: true pour l'y ramener"))
    return part


def _faults(path: Path, source: rasterio.DatasetReader, field: str, *, resample: bool) -> list[Fault]:
    transform, bounds = source.transform, source.bounds
    box = (min(bounds[0], bounds[2]), min(bounds[1], bounds[3]), max(bounds[0], bounds[2]), max(bounds[1], bounds[3]))
    faults = georeference_faults(path, source.crs, box, cell=abs(transform.a))
    if transform.b or transform.d:
        problem, remedy = "raster tourné", "le redresser (gdalwarp), puis le donner"
        faults.append(Fault(str(path), 0, 0, field, problem, remedy))
    elif (transform.e > 0 or transform.a < 0) and not resample:
        problem = "raster dont les lignes vont du sud au nord"
        faults.append(Fault(str(path), 0, 0, field, problem, "écrire resample: true pour le retourner"))
    return faults


def _read(source: rasterio.DatasetReader, grid: Grid, nodata: float | None) -> RasterPart:
    crs, transform = crs_name(source.crs), source.transform
    window = _window(source, grid, crs)
    values = source.read(1, window=window).astype(np.float64)
    for none in (source.nodata, nodata):
        if none is not None and np.isfinite(none):
            values[values == np.array(none).astype(source.dtypes[0]).astype(np.float64)] = np.nan
    corner = source.window_transform(window)
    x, y = corner.c, corner.f
    if transform.e > 0:
        values, y = values[::-1], y + window.height * transform.e
    return RasterPart(values, crs, float(x), float(y), abs(transform.a), abs(transform.e))


def _window(source: rasterio.DatasetReader, grid: Grid, crs: str) -> Window:
    """Whole cells over the grid's bounds, one more around; empty where the two lie apart."""
    bounds = grid.bounds_m
    if crs != grid.crs:
        bounds = transformer(grid.crs, crs).transform_bounds(*bounds, densify_pts=21)
    corner = source.transform
    c1, c2 = ((x - corner.c) / corner.a for x in bounds[::2])
    r1, r2 = ((y - corner.f) / corner.e for y in bounds[1::2])
    left, right = max(int(min(c1, c2)) - 1, 0), min(int(max(c1, c2)) + 2, source.width)
    top, bottom = max(int(min(r1, r2)) - 1, 0), min(int(max(r1, r2)) + 2, source.height)
    return Window(left, top, max(right - left, 0), max(bottom - top, 0))
