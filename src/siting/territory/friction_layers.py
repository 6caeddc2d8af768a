"""A friction raster made of a planner's layers: land cover, barriers, slope, and roads burnt in."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import rasterio
import shapely
from numpy.typing import NDArray
from pyogrio.errors import DataSourceError
from rasterio.features import rasterize
from rasterio.transform import from_origin
from rasterio.warp import Resampling, reproject

from siting.errors import DataError, Fault
from siting.grid import Grid
from siting.scenario.layers_travel import LayersTravel
from siting.territory.georeference import georeference_faults
from siting.territory.rasters import read_raster
from siting.territory.records import VECTOR_SUFFIXES
from siting.territory.signatures import check_signature

Floats = NDArray[np.float64]
Land = NDArray[np.bool_]


def layers_friction(travel: LayersTravel, grid: Grid, is_land: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Seconds to cross one metre of each cell, inf where none goes.

    Land cover gives the speed, ``other_kmh`` where it says nothing; slope slows it by half every ``slope_halving``,
    the same in all directions; barriers stop it; then each cell that a road touches takes the speed of the fastest,
    whatever lies under it: a road over a river is a bridge. Off the land only roads go.

    Returns
    -------
    float32 array, shape ``grid.shape``

    Raises
    ------
    DataError
        With the faults of all layers.
    """
    faults: list[Fault] = []
    speed_kmh = np.full(grid.shape, travel.other_kmh)
    for layer in (_cover, _slope, _barriers, _only_land, _roads):
        try:
            speed_kmh = layer(travel, grid, speed_kmh, is_land)
        except DataError as error:
            faults += error.faults
    if faults:
        raise DataError(faults)
    with np.errstate(divide="ignore"):
        return np.where(speed_kmh > 0, 3.6 / speed_kmh, np.inf).astype(np.float32)


def _cover(travel: LayersTravel, grid: Grid, speed_kmh: Floats, _: Land) -> Floats:
    if travel.land_cover is None:
        return speed_kmh
    classes = _on_grid(travel.land_cover, grid, travel, "travel.land_cover", Resampling.mode)
    for code, kmh in travel.land_cover_kmh.items():
        speed_kmh = np.where(classes == float(code), kmh, speed_kmh)
    return speed_kmh


def _slope(travel: LayersTravel, grid: Grid, speed_kmh: Floats, _: Land) -> Floats:
    if travel.dem is None:
        return speed_kmh
    altitude_m = _on_grid(travel.dem, grid, travel, "travel.dem", Resampling.average)
    # Where altitudes end, so does what is known of the slope: none.
    known = np.where(np.isfinite(altitude_m), altitude_m, np.nan)
    if min(grid.shape) < 2:
        return speed_kmh
    down, right = np.gradient(known, grid.cell_size_m)
    slope = np.nan_to_num(np.hypot(down, right), nan=0.0)
    return np.asarray(speed_kmh * 0.5 ** (slope / travel.slope_halving))


def _barriers(travel: LayersTravel, grid: Grid, speed_kmh: Floats, _: Land) -> Floats:
    if travel.barriers is None:
        return speed_kmh
    shapes = read_shapes(travel.barriers, grid, "travel.barriers")
    return np.where(_burnt(shapes.geometry, grid), 0.0, speed_kmh)


def _only_land(_: LayersTravel, __: Grid, speed_kmh: Floats, is_land: Land) -> Floats:
    return np.where(is_land, speed_kmh, 0.0)


def _roads(travel: LayersTravel, grid: Grid, speed_kmh: Floats, _: Land) -> Floats:
    if travel.roads is None:
        return speed_kmh
    lines = read_shapes(travel.roads, grid, "travel.roads", column=travel.road_class_column)
    kinds = lines[travel.road_class_column].astype(str)
    for kmh, names in sorted(_by_speed(travel.road_kmh).items()):  # The fastest last, over the others.
        speed_kmh = np.where(_burnt(lines.geometry[kinds.isin(names)], grid), kmh, speed_kmh)
    return speed_kmh


def _by_speed(road_kmh: dict[str, float]) -> dict[float, list[str]]:
    by_speed: dict[float, list[str]] = {}
    for name, kmh in road_kmh.items():
        by_speed.setdefault(kmh, []).append(name)
    return by_speed


def _on_grid(path: Path, grid: Grid, travel: LayersTravel, field: str, how: Resampling) -> Floats:
    """A raster brought to the grid; NaN where it says nothing."""
    part = read_raster(path, grid, nodata=None, resample=travel.resample, field=field)
    values = np.full(grid.shape, np.nan)
    if part.values.size:
        reproject(
            part.values,
            values,
            src_transform=from_origin(part.x_min, part.y_max, part.width, part.height),
            src_crs=part.crs,
            src_nodata=np.nan,
            dst_transform=_transform(grid),
            dst_crs=grid.crs,
            dst_nodata=np.nan,
            resampling=how,
        )
    return values


def read_shapes(path: Path, grid: Grid, field: str, *, column: str | None = None) -> gpd.GeoDataFrame:
    """Lines or areas of a vector file in the grid's CRS, flat; invalid ones repaired, empty ones left out.

    Raises
    ------
    DataError
        The file is no GeoPackage or GeoJSON, is not where it says, or lacks the column.
    """
    driver = VECTOR_SUFFIXES.get(path.suffix.lower())
    if driver is None:
        problem = f"« {path.suffix} » n'est pas un format de couche lu ici"
        raise DataError(Fault(str(path), 0, 0, field, problem, f"possible : {', '.join(VECTOR_SUFFIXES)}"))
    check_signature(path, field)
    try:
        frame = gpd.read_file(path, engine="pyogrio", force_2d=True)
    except DataSourceError as error:
        problem = f"illisible comme {driver} : {error}"
        raise DataError(Fault(str(path), 0, 0, field, problem, "exporter le fichier à nouveau")) from error
    if not isinstance(frame, gpd.GeoDataFrame):
        raise DataError(Fault(str(path), 0, 0, field, "aucune géométrie", "donner des lignes ou des surfaces"))
    faults = [] if frame.empty else georeference_faults(path, frame.crs, tuple(frame.total_bounds))
    if column is not None and column not in frame:
        remedy = f"colonnes du fichier : {', '.join(map(str, frame.columns[:10]))}"
        faults.append(Fault(str(path), 0, 0, field, f"colonne absente : {column}", remedy))
    if faults:
        raise DataError(faults)
    frame = frame[[shape is not None and not shape.is_empty for shape in frame.geometry]]
    if frame.empty:
        return frame.set_crs(grid.crs, allow_override=True)
    return frame.set_geometry(shapely.make_valid(frame.geometry.to_numpy()), crs=frame.crs).to_crs(grid.crs)


def _burnt(shapes: gpd.GeoSeries, grid: Grid) -> NDArray[np.bool_]:
    """Cells that any of the shapes touches."""
    if shapes.empty:
        return np.zeros(grid.shape, dtype=np.bool_)
    burnt = rasterize(shapes, out_shape=grid.shape, transform=_transform(grid), all_touched=True, dtype="uint8")
    return np.asarray(burnt > 0)


def _transform(grid: Grid) -> rasterio.Affine:
    return from_origin(grid.x_min_m, grid.y_max_m, grid.cell_size_m, grid.cell_size_m)
