"""Outlines of the départements, simplified together so that neighbours keep one border."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scripts.build_data.cells import CELL_M
from scripts.build_data.raw import RawFiles, read_etalab

TOLERANCE_M = 400
PRECISION_M = 10
"""Polygons of neighbouring communes differ by up to some metres: on one 10 m lattice their borders meet."""


def outlines_table(
    raw: RawFiles, polygons: gpd.GeoSeries, communes: pd.DataFrame, cells: pd.DataFrame
) -> gpd.GeoDataFrame:
    """Code, name, region and simplified outline (EPSG:2154) of the 96 départements, in the order of the codes."""
    snapped = shapely.set_precision(polygons.to_crs("EPSG:2154").to_numpy(), PRECISION_M)
    frame = gpd.GeoDataFrame({"code": communes.departement.to_numpy()}, geometry=snapped, crs="EPSG:2154")
    frame = frame.dissolve(by="code").reset_index()
    frame["geometry"] = shapely.coverage_simplify(_inhabited_parts(frame, cells), TOLERANCE_M)
    frame["geometry"] = [shapely.multipolygons(shapely.get_parts(g)) for g in frame.geometry]
    return named(raw, frame)


def named(raw: RawFiles, outlines: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Outlines by ``code``, with the name and the region of each département."""
    regions = {row["code"]: row["nom"] for row in read_etalab(raw, "regions")}
    departements = {row["code"]: row for row in read_etalab(raw, "departements")}
    outlines["name"] = [departements[code]["nom"] for code in outlines.code]
    outlines["region"] = [regions[departements[code]["region"]] for code in outlines.code]
    return outlines[["code", "name", "region", "geometry"]]


def _inhabited_parts(frame: gpd.GeoDataFrame, cells: pd.DataFrame) -> list[shapely.Geometry]:
    """Outlines without the islets where nobody lives: parts that touch no inhabited cell."""
    lived_in = cells[cells.persons > 0]
    x_m, y_m = lived_in.x_km.to_numpy() * CELL_M, lived_in.y_km.to_numpy() * CELL_M
    squares = gpd.GeoSeries(shapely.box(x_m, y_m, x_m + CELL_M, y_m + CELL_M), crs="EPSG:3035").to_crs(frame.crs)
    part, departement = shapely.get_parts(frame.geometry.to_numpy(), return_index=True)
    touched = np.unique(squares.sindex.query(part, predicate="intersects")[0])
    part, departement = part[touched], departement[touched]
    return [shapely.multipolygons(part[departement == row]) for row in range(len(frame))]
