"""Polygons of today's communes, from polygons of an older vintage, and the land masses they form."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scripts.build_data.raw import RawFiles, read_current_communes, read_geometry, read_successors

SMALLEST_HOLE_M2 = 1_000_000
"""Smaller holes between the polygons are ponds and generalisation, not communes without a polygon."""

VILLAGES_OF_SPLIT_COMMUNES = {
    "15141": {
        "15031": (2.9547, 45.1158),
        "15035": (2.9331, 45.1558),
        "15047": (2.8828, 45.1544),
        "15171": (2.9708, 45.1733),
    }
}
"""Communes re-created in 2025 out of a commune whose polygon still covers them: lon, lat of their villages.

Neussargues en Pinatelle (15141) gave back Celles, Chalinargues, Chavagnac and Sainte-Anastasie. No polygon
of theirs is at hand: the old one is shared out to the nearest village, its own being its town hall.
"""


@dataclass(frozen=True)
class Land:
    """Parts of commune polygons (EPSG:3035), each in one commune and one land mass.

    ``commune`` is a row of the communes in the order of their codes; land mass 0 is the largest.
    """

    part: NDArray[np.object_]
    commune: NDArray[np.int64]
    land_mass: NDArray[np.int64]


def commune_polygons(raw: RawFiles) -> gpd.GeoSeries:
    """Polygon of each present commune of metropolitan France (EPSG:3035), indexed and sorted by code."""
    communes = read_current_communes(raw)
    geometry = read_geometry(raw)
    own = geometry[(geometry.kind == "COM") & geometry.geometry.notna()].set_index("code").geometry
    former = geometry[(geometry.kind != "COM") & geometry.geometry.notna()]
    successor = read_successors(raw)
    union_of_former = former.dissolve(by=former.code.map(successor)).geometry
    without = communes.code[~communes.code.isin(own.index) & communes.code.isin(union_of_former.index)]
    polygons = pd.concat([own, union_of_former[without]]).to_crs("EPSG:3035")
    polygons = _fill_holes(polygons, _absorbing_communes(communes, successor, geometry))
    polygons = _share_out_split_communes(polygons, geometry)
    missing = set(communes.code) ^ set(polygons.index)
    if missing:
        raise ValueError(f"communes without a polygon, or polygons without a commune: {sorted(missing)}")
    return polygons.sort_index()


def _absorbing_communes(communes: pd.DataFrame, successor: dict[str, str], geometry: gpd.GeoDataFrame) -> set[str]:
    """Communes that took in a former commune of which no polygon is at hand."""
    drawn = set(geometry.code[geometry.geometry.notna()])
    return {new for old, new in successor.items() if old not in drawn} & set(communes.code)


def _fill_holes(polygons: gpd.GeoSeries, absorbing: set[str]) -> gpd.GeoSeries:
    """Give each hole left by a merged commune to the absorbing commune that shares most of its outline."""
    land = shapely.union_all(polygons.to_numpy())
    rings = [ring for part in shapely.get_parts(land) for ring in part.interiors]
    holes = np.array([shapely.Polygon(ring) for ring in rings])
    holes = holes[shapely.area(holes) >= SMALLEST_HOLE_M2]
    candidates = polygons[polygons.index.isin(absorbing)]
    tree = shapely.STRtree(candidates.to_numpy())
    for hole in holes:
        near = np.sort(tree.query(hole, predicate="intersects"))
        if len(near) == 0:
            continue  # Llívia, a Spanish enclave, and étangs
        shared_m = shapely.length(shapely.intersection(hole.boundary, candidates.to_numpy()[near]))
        code = candidates.index[near[np.argmax(shared_m)]]
        polygons[code] = shapely.union(polygons[code], hole)
    return polygons


def _share_out_split_communes(polygons: gpd.GeoSeries, geometry: gpd.GeoDataFrame) -> gpd.GeoSeries:
    town_halls = geometry[geometry.kind == "COM"].set_index("code").town_hall
    for old, villages in VILLAGES_OF_SPLIT_COMMUNES.items():
        points = {old: town_halls[old], **{code: shapely.Point(lonlat) for code, lonlat in villages.items()}}
        centres = gpd.GeoSeries(points, crs="EPSG:4326").to_crs("EPSG:3035")
        regions = shapely.get_parts(
            shapely.voronoi_polygons(shapely.multipoints(centres.to_numpy()), extend_to=polygons[old])
        )
        whole = polygons[old]
        for code, centre in centres.items():
            region = regions[shapely.contains(regions, centre)][0]
            polygons[code] = shapely.intersection(whole, region)
    return polygons


def land_of(polygons: gpd.GeoSeries) -> Land:
    """Cut the polygons into parts and number the connected land by decreasing area."""
    part, commune = shapely.get_parts(polygons.to_numpy(), return_index=True)
    masses = shapely.get_parts(shapely.union_all(polygons.to_numpy()))
    masses = masses[np.argsort(-shapely.area(masses), kind="stable")]
    point, mass = shapely.STRtree(masses).query(shapely.point_on_surface(part), predicate="intersects")
    land_mass = np.full(len(part), -1)
    land_mass[point] = mass
    if (land_mass < 0).any():
        raise ValueError("a part of a commune lies on no land mass")
    return Land(part=part, commune=commune, land_mass=land_mass)
