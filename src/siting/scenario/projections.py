"""The projections of France: two for metropolitan France, one of its own for each overseas territory."""

from __future__ import annotations

from typing import Literal

MetricCrs = Literal["EPSG:3035", "EPSG:2154", "EPSG:5490", "EPSG:2972", "EPSG:2975", "EPSG:4471"]

CENSUS_CRS = "EPSG:3035"
"""Of the European census, whose kilometres are the cells of metropolitan France."""
LAMBERT_93 = "EPSG:2154"
METROPOLITAN_CRS = (CENSUS_CRS, LAMBERT_93)
OVERSEAS_CRS = {
    "971": "EPSG:5490",
    "972": "EPSG:5490",
    "973": "EPSG:2972",
    "974": "EPSG:2975",
    "976": "EPSG:4471",
}
"""The official projection of each overseas département."""


def overseas_crs(code: str) -> str | None:
    """The projection of an overseas département or commune, by its code; None in metropolitan France."""
    return OVERSEAS_CRS.get(code[:3])


def crs_of_cells(crs: str) -> str:
    """The projection of the kilometre cells under a grid in ``crs``: its own overseas, else the census's."""
    return crs if crs in OVERSEAS_CRS.values() else CENSUS_CRS
