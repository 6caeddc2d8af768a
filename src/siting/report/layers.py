"""The layers that a GIS opens: sites.gpkg with its style, cells.parquet and the two rasters of travel time."""

from __future__ import annotations

from pathlib import Path

import geopandas
import numpy as np
import pandas as pd
import pyogrio
import rasterio
from numpy.typing import NDArray
from rasterio.crs import CRS
from rasterio.transform import from_origin

from siting.access import REASONS
from siting.errors import RunFolderError
from siting.grid import Grid
from siting.report.findings import Findings
from siting.report.qgis import FIXED_DATE, sites_style
from siting.report.tables import site_table
from siting.territory.values import AGE_GROUPS, Demand
from siting.travel.screening import MEAN_ERROR_MIN
from siting.travel.travel_times import NearestTimes

_TRAVEL = {
    "roads": "road network",
    "friction": f"screening model, no road data; mean error in minutes {MEAN_ERROR_MIN} on known trips under an hour",
    "layers": "friction raster of land cover, barriers, slope and roads",
}


def write_sites_gpkg(findings: Findings, folder: Path) -> None:
    """Write `site_table` as points in the grid's CRS: layer ``sites`` of ``sites.gpkg``, and its style for QGIS."""
    table = site_table(findings)
    points = geopandas.points_from_xy(table["x_m"], table["y_m"], crs=findings.territory.grid.crs)
    frame = geopandas.GeoDataFrame(table, geometry=points)
    path = folder / "sites.gpkg"
    earlier = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": FIXED_DATE})
    try:
        metadata = {"ATTRIBUTION": "\n".join(findings.territory.sources)}
        pyogrio.write_dataframe(frame, path, layer="sites", driver="GPKG", layer_metadata=metadata)
        style = {"layer": "layer_styles", "append": True, "layer_options": {"FID": "id"}}
        pyogrio.write_dataframe(sites_style(findings), path, driver="GPKG", **style)
    except pyogrio.errors.DataSourceError as error:
        raise RunFolderError(f"impossible d'écrire {path} : {error}") from error
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": earlier})


def write_cells_parquet(findings: Findings, folder: Path) -> None:
    """Write the demand cells as ``cells.parquet``, a GeoParquet of their centres in the grid's CRS, by cell.

    Columns: ``cell`` (of the grid), ``x_m, y_m``, ``commune`` (code), ``persons`` (between
    ``persons_low`` and ``persons_high`` where secrecy hides some) and the age groups,
    ``seconds_before, seconds_after`` (to the nearest open site, whole; empty where no way leads to one),
    ``site_before, site_after`` (its id) ``reason`` (of `siting.access.REASONS`) and
    ``pocket_cells`` (size of the pocket that a cell is cut off in); for each way of travelling beside
    the car, ``persons_walking, seconds_walking_before, seconds_walking_after`` or the same of ``no_car``.
    """
    demand, communes = findings.territory.demand, findings.territory.communes
    x_m, y_m = findings.territory.grid.centre_of(demand.cell)
    frame = geopandas.GeoDataFrame(
        {
            "cell": demand.cell,
            "x_m": x_m,
            "y_m": y_m,
            "commune": communes.code[demand.commune],
            "persons": demand.persons,
            **_interval_columns(demand),
            **{group: demand.persons_by_age[:, row] for row, group in enumerate(AGE_GROUPS)},
            **_nearest_columns(findings, findings.before, "before"),
            **_nearest_columns(findings, findings.after, "after"),
            "reason": np.array(REASONS)[findings.reason],
            **_pocket_column(findings),
            **_mode_columns(findings),
        },
        geometry=geopandas.points_from_xy(x_m, y_m, crs=findings.territory.grid.crs),
    )
    frame.to_parquet(folder / "cells.parquet", index=False, compression="zstd")


def _pocket_column(findings: Findings) -> dict[str, object]:
    """How many cells or road nodes the pocket has that a cell is cut off in; empty elsewhere."""
    if findings.pocket_cells is None:
        return {}
    is_cut_off = findings.reason == REASONS.index("cut_off")
    size = pd.array(np.where(is_cut_off, findings.pocket_cells, 0), dtype="Int32")
    size[~is_cut_off] = pd.NA
    return {"pocket_cells": size}


def _interval_columns(demand: Demand) -> dict[str, NDArray[np.float64]]:
    if demand.persons_low is None or demand.persons_high is None:
        return {}
    return {"persons_low": demand.persons_low, "persons_high": demand.persons_high}


def _nearest_columns(findings: Findings, nearest: NearestTimes, when: str) -> dict[str, object]:
    ids = findings.territory.sites.id
    site = np.where(np.isfinite(nearest.time_s), ids[nearest.site], "")
    return {f"seconds_{when}": _whole_seconds(nearest), f"site_{when}": site}


def _mode_columns(findings: Findings) -> dict[str, object]:
    columns: dict[str, object] = {}
    for mode in findings.modes:
        columns[f"persons_{mode.name}"] = mode.persons
        columns |= {f"seconds_{mode.name}_{when}": _whole_seconds(near) for when, near in mode.moments.items()}
    return columns


def _whole_seconds(nearest: NearestTimes) -> pd.api.extensions.ExtensionArray:
    """Seconds as whole numbers, empty where no way leads to a site."""
    reached = np.isfinite(nearest.time_s)
    seconds = pd.array(np.where(reached, nearest.time_s, 0).astype(np.int32), dtype="Int32")
    seconds[~reached] = pd.NA
    return seconds


def write_travel_time_before_tif(findings: Findings, folder: Path) -> None:
    """Write the minutes to the nearest site open today as ``travel_time_before.tif``."""
    _write_minutes(findings, findings.before_everywhere, folder / "travel_time_before.tif")


def write_travel_time_after_tif(findings: Findings, folder: Path) -> None:
    """Write the minutes to the nearest site, the plan's included, as ``travel_time_after.tif``."""
    _write_minutes(findings, findings.after_everywhere, folder / "travel_time_after.tif")


def _write_minutes(findings: Findings, nearest: NearestTimes, path: Path) -> None:
    """A Cloud Optimised GeoTIFF of float32 minutes; NaN outside the study area and where no way leads to a site.

    Outside, sites beyond the halo are not seen: a time there would be an upper bound that nobody could tell.

    The times are whole seconds rounded up, so that ``minutes <= 30`` says exactly who is covered.
    Overviews repeat values of cells, they do not average: a place beyond the standard stays beyond.
    """
    grid = findings.territory.grid
    minutes = (nearest.time_s.astype(np.float64) / 60).astype(np.float32)
    minutes[~(np.isfinite(minutes) & findings.territory.in_study_area)] = np.nan
    profile = _profile(grid) | {"compress": "deflate", "predictor": 3, "overview_resampling": "nearest"}
    with rasterio.open(path, "w", driver="COG", **profile) as raster:
        raster.write(minutes, 1)
        raster.set_band_description(1, "minutes to the nearest open site")
        raster.units = ("min",)
        raster.update_tags(
            UNITS="minutes",
            TRAVEL=_TRAVEL[findings.scenario.travel.surface],
            STANDARD_MIN=f"{findings.scenario.goal.standard_s / 60:g}",
            ATTRIBUTION="; ".join(findings.territory.sources),
        )


def _profile(grid: Grid) -> dict[str, object]:
    return {
        "width": grid.n_columns,
        "height": grid.n_rows,
        "count": 1,
        "dtype": "float32",
        "nodata": np.nan,
        "crs": CRS.from_user_input(grid.crs),
        "transform": from_origin(grid.x_min_m, grid.y_max_m, grid.cell_size_m, grid.cell_size_m),
    }
