"""Today's communes: names, EPCI, population, a point, and the practices registered there."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scripts.build_data.cells import CELL_M
from scripts.build_data.polygons import VILLAGES_OF_SPLIT_COMMUNES
from scripts.build_data.raw import RawFiles, read_current_communes, read_etalab, read_geometry, read_successors

from siting.scenario.projections import OVERSEAS_CRS

E5 = 100_000
"""Points are stored in whole 1e-5 degrees: at most 1.1 m."""


def communes_table(raw: RawFiles, polygons: gpd.GeoSeries, cells: pd.DataFrame) -> pd.DataFrame:
    """One row per commune of metropolitan France, in the order of the codes."""
    communes = read_current_communes(raw)
    area_ha = (polygons.area.to_numpy() / 1e4).round().astype(np.int64)
    return described(raw, communes, area_ha=area_ha, points=_points(raw, polygons, cells))


def described(
    raw: RawFiles, communes: pd.DataFrame, *, area_ha: NDArray[np.int64], points: pd.DataFrame
) -> pd.DataFrame:
    """Names, EPCI, population, area, point (``lon_e5, lat_e5, is_town_hall``) and practices of communes."""
    members = _epci_members(raw).reindex(communes.code)
    persons = members.persons.to_numpy(dtype=np.float64)
    table = pd.DataFrame(
        {
            "code": communes.code,
            "name": communes.nom,
            "departement": communes.departement,
            "epci": members.epci.fillna("").to_numpy(),
            "epci_name": members.epci_name.fillna("").to_numpy(),
            "persons": np.where(np.isnan(persons), communes.population, persons).astype(np.int64),
            "area_ha": area_ha,
        }
    )
    table[["lon_e5", "lat_e5", "is_town_hall"]] = points
    return table.join(_practices(raw, table.code), on="code")


def _epci_members(raw: RawFiles) -> pd.DataFrame:
    rows = [
        {
            "code": member["code"],
            "epci": epci["code"],
            "epci_name": epci["nom"],
            "persons": member["populationMunicipale"],
        }
        for epci in read_etalab(raw, "epci")
        for member in epci["membres"]
    ]
    return pd.DataFrame(rows).set_index("code")


def _points(raw: RawFiles, polygons: gpd.GeoSeries, cells: pd.DataFrame) -> pd.DataFrame:
    """Town hall where it lies inside its commune, else a stand-in."""
    geometry = read_geometry(raw)
    halls = geometry[geometry.kind == "COM"].set_index("code").town_hall.reindex(polygons.index)
    halls = gpd.GeoSeries(halls, crs="EPSG:4326")
    is_town_hall = shapely.intersects(halls.to_crs(polygons.crs).to_numpy(), polygons.to_numpy())
    point = np.where(is_town_hall, halls.to_numpy(), _stand_ins(polygons, cells).to_numpy())
    return points_table(point, is_town_hall)


def points_table(point: NDArray[np.object_], is_town_hall: NDArray[np.bool_]) -> pd.DataFrame:
    """Points in whole 1e-5 degrees, and whether each is the town hall."""
    lon_e5 = np.round(shapely.get_x(point) * E5).astype(np.int64)
    lat_e5 = np.round(shapely.get_y(point) * E5).astype(np.int64)
    return pd.DataFrame({"lon_e5": lon_e5, "lat_e5": lat_e5, "is_town_hall": is_town_hall})


def _stand_ins(polygons: gpd.GeoSeries, cells: pd.DataFrame) -> gpd.GeoSeries:
    """Centre of the commune's most inhabited cell if it lies inside, else a point of the polygon (EPSG:4326).

    The cell's centre is a median 460 m from the town hall, a point of the polygon 810 m. Communes re-created
    without a polygon have their village.
    """
    lived_in = cells[cells.persons > 0].sort_values("persons", ascending=False, kind="stable")
    fullest = lived_in.drop_duplicates("commune").set_index("commune").reindex(range(len(polygons)))
    centre = shapely.points((fullest.x_km + 0.5) * CELL_M, (fullest.y_km + 0.5) * CELL_M)
    inside = shapely.intersects(centre, polygons.to_numpy())
    points = np.where(inside, centre, shapely.point_on_surface(polygons.to_numpy()))
    stand_ins = gpd.GeoSeries(points, index=polygons.index, crs=polygons.crs).to_crs("EPSG:4326")
    for villages in VILLAGES_OF_SPLIT_COMMUNES.values():
        for code, lonlat in villages.items():
            stand_ins[code] = shapely.Point(lonlat)
    return stand_ins


def _practices(raw: RawFiles, codes: pd.Series) -> pd.DataFrame:
    """Practices by present commune, of metropolitan France or of the overseas départements; each must find its own."""
    practices = pd.read_csv(raw.practices, dtype={"commune": str})
    is_metropolitan = ~practices.commune.str.startswith(("97", "98"))
    is_overseas = practices.commune.str.slice(0, 3).isin(OVERSEAS_CRS)
    practices = practices[is_overseas if codes.str.startswith("97").all() else is_metropolitan]
    successor = read_successors(raw)
    current = set(codes)
    home = practices.commune.map(lambda code: code if code in current else successor.get(code, ""))
    lost = practices.commune[~home.isin(current)]
    if len(lost):
        raise ValueError(f"practices in unknown communes: {lost.tolist()}")
    counts = practices.groupby(home)[["gp_practices", "nurse_practices"]].sum()
    return counts.reindex(codes, fill_value=0)
