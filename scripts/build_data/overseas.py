"""The five overseas départements: communes, kilometre cells, relief and outlines, each in its own projection.

No census grid is at hand there. People of a commune are spread around its town hall, an assumption: their number in a
cell goes with ``exp(-distance / scale)``, the scale being `SCALE_SHARE` of the square root of the commune's area and at
most `LONGEST_SCALE_M`. Tried on the communes of metropolitan France of 30 km² or more against the census by kilometre,
40 % of the people lie in another cell than the census's (52 % if spread evenly), 58 % in Corsica (71 %).
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.ndimage import label
from scripts.build_data.cells import CELL_M, COUNTS, largest_remainder
from scripts.build_data.communes import described, points_table
from scripts.build_data.outlines import named
from scripts.build_data.polygons import land_of
from scripts.build_data.raw import RawFiles, read_current_communes, read_geometry
from scripts.build_data.relief import relief_table

from siting.scenario.projections import OVERSEAS_CRS

SCALE_SHARE, LONGEST_SCALE_M, SHORTEST_SCALE_M = 0.2, 2000.0, 500.0
TOLERANCE_M = 200

VILLAGES = {
    "97102": (-61.505, 16.472),
    "97112": (-61.317, 15.885),
    "97119": (-61.489, 16.380),
    "97128": (-61.385, 16.227),
    "97129": (-61.698, 16.330),
    "97215": (-61.138, 14.870),
    "97216": (-61.031, 14.8005),
    "97310": (-52.326, 4.728),
    "97617": (45.105, -12.789),
}
"""Villages (lon, lat, by hand, to some hundred metres) of the communes whose town hall is placed outside of them."""


def overseas_polygons(raw: RawFiles) -> gpd.GeoSeries:
    """Polygon of each commune (EPSG:4326), indexed and sorted by code."""
    geometry = read_geometry(raw, overseas=True)
    polygons = geometry[geometry.kind == "COM"].set_index("code").geometry
    return polygons.reindex(read_current_communes(raw, "drom").code)


def overseas_communes(raw: RawFiles, polygons: gpd.GeoSeries) -> pd.DataFrame:
    """One row per commune, in the order of the codes, in the columns of those of metropolitan France."""
    communes = read_current_communes(raw, "drom")
    area_ha = np.zeros(len(polygons), dtype=np.int64)
    for rows, crs in _by_crs(polygons):
        area_ha[rows] = (polygons.iloc[rows].to_crs(crs).area.to_numpy() / 1e4).round()
    return described(raw, communes, area_ha=area_ha, points=_points(raw, polygons))


def overseas_cells(
    polygons: gpd.GeoSeries, communes: pd.DataFrame, *, first_row: int, metropolitan: pd.DataFrame
) -> pd.DataFrame:
    """Every 1 km cell whose centre is in a commune, and the cell of each commune's point.

    Columns ``epsg`` (of ``x_km, y_km``), then those of metropolitan France; by ``epsg, y_km, x_km``. ``commune`` counts
    from ``first_row``, ``land_mass`` from 0, the largest of each projection. Ages have the shares of the
    ``metropolitan`` cells, for want of their own.
    """
    tables = []
    for rows, crs in _by_crs(polygons):
        x_m, y_m = _points_in(communes.iloc[rows], crs)
        cells = _land_cells(polygons.iloc[rows].to_crs(crs), x_m, y_m)
        cells["persons"] = _spread(cells, communes.iloc[rows], x_m, y_m)
        tables.append(cells.assign(epsg=int(crs.removeprefix("EPSG:")), commune=first_row + rows[cells.commune]))
    table = pd.concat(tables).sort_values(["epsg", "y_km", "x_km"], ignore_index=True)
    counted = metropolitan[list(COUNTS[1:])].sum()
    for name, share in (counted / counted.sum()).items():
        table[name] = largest_remainder(table.persons.to_numpy() * share)
    table["persons_left_out"] = 0
    return table[["epsg", "x_km", "y_km", "commune", "land_mass", *COUNTS, "persons_left_out"]].astype(np.int64)


def overseas_relief(raw: RawFiles, cells: pd.DataFrame) -> pd.DataFrame:
    """`relief_table` in each projection, with ``epsg``."""
    tables = [relief_table(raw, of, f"EPSG:{epsg}").assign(epsg=epsg) for epsg, of in cells.groupby("epsg")]
    return pd.concat(tables, ignore_index=True)[["epsg", "x_5km", "y_5km", "relief_m"]]


def overseas_outlines(raw: RawFiles, polygons: gpd.GeoSeries, communes: pd.DataFrame) -> gpd.GeoDataFrame:
    """Code, name, region and simplified outline (EPSG:4326) of each département, in the order of the codes."""
    frames = []
    for rows, crs in _by_crs(polygons):
        frame = gpd.GeoDataFrame(
            {"code": communes.departement.to_numpy()[rows]},
            geometry=polygons.iloc[rows].to_crs(crs).to_numpy(),
            crs=crs,
        )
        frame = frame.dissolve(by="code").reset_index()
        simple = shapely.coverage_simplify(frame.geometry.to_numpy(), TOLERANCE_M)
        frame["geometry"] = [shapely.multipolygons(shapely.get_parts(one)) for one in simple]
        frames.append(frame.to_crs("EPSG:4326"))
    outlines = gpd.GeoDataFrame(pd.concat(frames, ignore_index=True), crs="EPSG:4326")
    outlines["geometry"] = shapely.set_precision(outlines.geometry.to_numpy(), 1e-5)
    return named(raw, outlines.sort_values("code", ignore_index=True))


def _by_crs(polygons: gpd.GeoSeries) -> list[tuple[NDArray[np.int64], str]]:
    """(rows, projection) of the communes of each projection."""
    crs = polygons.index.str.slice(0, 3).map(OVERSEAS_CRS)
    return [(np.flatnonzero(crs == one), one) for one in dict.fromkeys(OVERSEAS_CRS.values())]


def _points(raw: RawFiles, polygons: gpd.GeoSeries) -> pd.DataFrame:
    geometry = read_geometry(raw, overseas=True)
    hall = geometry[geometry.kind == "COM"].set_index("code").town_hall.reindex(polygons.index)
    is_town_hall = shapely.intersects(hall.to_numpy(), polygons.to_numpy())
    point = hall.copy()
    for code in polygons.index[~is_town_hall]:
        point[code] = shapely.Point(VILLAGES[code])
    outside = polygons.index[~shapely.intersects(point.to_numpy(), polygons.to_numpy())]
    if len(outside):
        raise ValueError(f"villages outside their commune: {list(outside)}")
    return points_table(point.to_numpy(), is_town_hall)


def _points_in(communes: pd.DataFrame, crs: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    points = gpd.GeoSeries(gpd.points_from_xy(communes.lon_e5 / 1e5, communes.lat_e5 / 1e5), crs="EPSG:4326").to_crs(
        crs
    )
    return points.x.to_numpy(), points.y.to_numpy()


def _land_cells(polygons: gpd.GeoSeries, x_m: NDArray[np.float64], y_m: NDArray[np.float64]) -> pd.DataFrame:
    """``x_km, y_km, commune`` (row of the polygons) ``, land_mass``; a centre on a border goes to the lower row."""
    land = land_of(polygons)
    west, south, east, north = shapely.total_bounds(land.part) // CELL_M
    x_km, y_km = (
        a.ravel().astype(np.int64) for a in np.meshgrid(np.arange(west, east + 1), np.arange(south, north + 1))
    )
    tree = shapely.STRtree(land.part)
    centre, part = tree.query(shapely.points((x_km + 0.5) * CELL_M, (y_km + 0.5) * CELL_M), predicate="intersects")
    village, village_part = tree.query(shapely.points(x_m, y_m), predicate="intersects")
    part = np.append(part, village_part)
    cells = pd.DataFrame(
        {
            "x_km": np.append(x_km[centre], np.floor(x_m[village] / CELL_M).astype(np.int64)),
            "y_km": np.append(y_km[centre], np.floor(y_m[village] / CELL_M).astype(np.int64)),
            "commune": land.commune[part],
            "land_mass": land.land_mass[part],
        }
    )
    cells = cells.assign(is_centre=np.arange(len(cells)) < len(centre))
    ordered = cells.sort_values(["y_km", "x_km", "is_centre", "commune"], ascending=[True, True, False, True])
    return _joined(ordered.drop_duplicates(["x_km", "y_km"], ignore_index=True).drop(columns="is_centre"))


def _joined(cells: pd.DataFrame) -> pd.DataFrame:
    """The cells, and one more wherever a land mass would else hold together by a corner: an isthmus under 1 km wide."""
    west, south = cells.x_km.min() - 1, cells.y_km.min() - 1
    row_at = np.full((cells.y_km.max() - south + 2, cells.x_km.max() - west + 2), -1)
    row_at[cells.y_km - south, cells.x_km - west] = np.arange(len(cells))
    mass_at = np.append(cells.land_mass.to_numpy(), -1)[row_at]
    added = []
    for mass in range(cells.land_mass.max() + 1):
        piece, _ = label(mass_at == mass)
        for step in (1, -1):
            here, there = piece[:-1, :], np.roll(piece, -step, axis=1)[1:, :]
            aside = np.roll(row_at, -step, axis=1)[:-1, :]
            is_corner = (here > 0) & (there > 0) & (here != there) & (aside < 0)
            added += [(line, column, step) for line, column in np.argwhere(is_corner)]
    more = [cells.iloc[row_at[line, column]].to_dict() | {"x_km": column + step + west} for line, column, step in added]
    joined = pd.concat([cells, pd.DataFrame(more, columns=cells.columns, dtype=np.int64)])
    return joined.drop_duplicates(["x_km", "y_km"], ignore_index=True)


def _spread(
    cells: pd.DataFrame, communes: pd.DataFrame, x_m: NDArray[np.float64], y_m: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Whole persons by cell, the total of each commune kept; none on islets off its town hall's land mass."""
    row = cells.commune.to_numpy()
    centre_x_m, centre_y_m = (cells.x_km + 0.5) * CELL_M, (cells.y_km + 0.5) * CELL_M
    distance_m = np.hypot(centre_x_m - x_m[row], centre_y_m - y_m[row])
    nearest = distance_m.groupby(row).idxmin().to_numpy()
    is_mainland = cells.land_mass.to_numpy() == cells.land_mass.to_numpy()[nearest][row]
    weight = weight_around(distance_m.to_numpy(), communes.area_ha.to_numpy()[row] * 1e4) * is_mainland
    persons = np.zeros(len(cells), dtype=np.int64)
    for commune, total in enumerate(communes.persons.tolist()):
        of = np.flatnonzero(row == commune)
        persons[of] = largest_remainder(weight[of] / weight[of].sum() * total)
    return persons


def weight_around(distance_m: NDArray[np.float64], area_m2: NDArray[np.float64]) -> NDArray[np.float64]:
    """How many people live so far from the town hall of a commune of such an area, but for a factor."""
    scale_m = np.clip(SCALE_SHARE * np.sqrt(area_m2), SHORTEST_SCALE_M, LONGEST_SCALE_M)
    weight: NDArray[np.float64] = np.exp(-distance_m / scale_m)
    return weight
