"""Where a planner's raster or layer says it is, and whether that can be true."""

from __future__ import annotations

from pathlib import Path

from pyproj import CRS
from pyproj.exceptions import CRSError

from siting.errors import Fault
from siting.territory.transforming import transformer

SAME_AS = {"EPSG:9793": "EPSG:2154", "EPSG:9794": "EPSG:2154"}
"""Newer realisations of a system, equal to it within a few centimetres."""
LEAST_CELL_M = 1.0
"""No raster of people or land has metric cells smaller than this: below, its coordinates are degrees."""
MOST_DEGREES = 370.0


def crs_name(crs: object) -> str:
    """``EPSG:…`` of a coordinate reference system, equivalents brought to one; its WKT where it has no code."""
    system = CRS.from_user_input(crs)
    code = system.to_epsg(min_confidence=70)
    name = f"EPSG:{code}" if code else system.to_wkt()
    return SAME_AS.get(name, name)


def georeference_faults(
    path: Path, crs: object | None, bounds: tuple[float, float, float, float], *, cell: float | None = None
) -> list[Fault]:
    """What is wrong with the place of a layer: no CRS, degrees called metres, latitude and longitude swapped.

    Parameters
    ----------
    path : Path
    crs : object or None
        As the file declares it.
    bounds : tuple of float
        x_min, y_min, x_max, y_max in its units.
    cell : float, optional
        Side of a cell, for rasters.
    """
    shown = f"x {bounds[0]:.6g} à {bounds[2]:.6g}, y {bounds[1]:.6g} à {bounds[3]:.6g}"
    if crs is None:
        remedy = "déclarer sa projection dans le fichier (gdal_edit -a_srs EPSG:…)"
        return [Fault(str(path), 0, 0, "crs", f"aucun système de coordonnées déclaré, étendue {shown}", remedy)]
    try:
        # By its code: the text of a file has lost the area where a system serves.
        system = CRS.from_user_input(crs_name(crs))
    except CRSError as error:
        return [Fault(str(path), 0, 0, "crs", f"système de coordonnées illisible : {error}", "déclarer un code EPSG")]
    problem = _problem(system, bounds, cell)
    if not problem:
        return []
    return [Fault(str(path), 0, 0, "crs", f"{problem[0]} : étendue {shown} en {system.name}", problem[1])]


def _problem(system: CRS, bounds: tuple[float, float, float, float], cell: float | None) -> tuple[str, str] | None:
    west, south, east, north = bounds
    if system.is_geographic:
        if 40 < west <= east < 52 and -7 < south <= north < 11:
            return "latitude et longitude semblent échangées", "écrire la longitude en x, la latitude en y"
        if not (-180 <= west <= east <= 360 and -90 <= south <= north <= 90):
            return "ce ne sont pas des degrés", "déclarer la projection métrique du fichier, sans reprojeter"
        return None
    looks_like_degrees = max(abs(value) for value in bounds) < MOST_DEGREES
    if looks_like_degrees or (cell is not None and cell < LEAST_CELL_M):
        return (
            "des degrés déclarés comme des mètres",
            "déclarer EPSG:4326, puis reprojeter (gdalwarp -t_srs), au lieu de changer le nom de la projection",
        )
    area = system.area_of_use
    if area is None:
        return None
    to_degrees = transformer(system, "EPSG:4326")
    lon, lat = to_degrees.transform((west + east) / 2, (south + north) / 2)
    if not (area.west - 5 <= lon <= area.east + 5 and area.south - 5 <= lat <= area.north + 5):
        return "ce n'est pas le domaine de cette projection", "déclarer celle dans laquelle le fichier est vraiment"
    return None
