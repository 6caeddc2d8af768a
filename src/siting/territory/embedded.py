"""Readers of the embedded facts (``siting/data``): people, communes, outlines, relief, roads, fixed links.

Each table says where it comes from in `PROVENANCE`; `attribution` is the line to print beside anything
derived from it. Codes are text.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from siting.scenario.projections import CENSUS_CRS, OVERSEAS_CRS

ROAD_NETWORKS = {"corsica": "corsica_roads_odbl"}
"""Folder of each embedded road network, by the name that scenarios use."""


@dataclass(frozen=True)
class Provenance:
    """Where an embedded table comes from and what its readers must be told.

    Attributes
    ----------
    files : tuple of str
        Paths inside ``siting/data``.
    source, licence, attribution, vintage, derivation : str
        ``derivation`` names the script that made the table.
    inputs_sha256 : dict
        SHA-256 of each raw input, by file name.
    rows : int
        Rows of the (last) table.
    notes : tuple of str
    """

    files: tuple[str, ...]
    source: str
    licence: str
    attribution: str
    vintage: str
    derivation: str
    inputs_sha256: dict[str, str]
    rows: int
    notes: tuple[str, ...]


def read_cells(crs: str = CENSUS_CRS) -> pd.DataFrame:
    """The 1 km cells that are land or inhabited, by ``y_km, x_km``.

    Parameters
    ----------
    crs : str
        That of the kilometres: EPSG:3035, metropolitan France with its census, or one of the overseas départements,
        where the people of a commune are spread around its town hall (see the data's README).

    Returns
    -------
    DataFrame
        int32 columns ``x_km, y_km`` (south-west corner), ``commune`` (row of `read_communes`),
        ``land_mass`` (by decreasing area: in metropolitan France 0 the mainland, 1 Corsica), ``persons, under_15,
        from_15_to_64, over_65`` (residents of France) and ``persons_left_out`` (residents of the
        neighbour country in cells on the border, an estimate).
    """
    return _read_of("cells_1km.parquet", crs)


def read_communes() -> pd.DataFrame:
    """The communes of France with its five overseas départements, one row each, in the order of their codes.

    Returns
    -------
    DataFrame
        ``code, name, departement, epci, epci_name`` (text; ``epci`` is ``""`` for the communes without),
        ``persons`` (int32, municipal population), ``lon, lat`` (float64, degrees, of the town hall),
        ``is_town_hall`` (bool; False where another point of the commune stands in), ``area_km2``
        (float64), ``gp_practices, nurse_practices`` (int32, establishments of 2019).
    """
    table = _read_table("communes.parquet")
    return pd.DataFrame(
        {
            **{name: table[name] for name in ("code", "name", "departement", "epci", "epci_name")},
            "persons": table.persons.astype(np.int32),
            "lon": table.lon_e5 / 1e5,
            "lat": table.lat_e5 / 1e5,
            "is_town_hall": table.is_town_hall,
            "area_km2": table.area_ha / 100,
            "gp_practices": table.gp_practices.astype(np.int32),
            "nurse_practices": table.nurse_practices.astype(np.int32),
        }
    )


def read_old_codes() -> pd.DataFrame:
    """Codes that are no commune of today: former ones, communes déléguées and associées, arrondissements.

    Returns
    -------
    DataFrame
        Text columns ``old_code``, ``code`` (of today's commune) and ``kind`` (``"merged", "delegated", "associated",
        "arrondissement"``). A code on two rows went to two communes.
    """
    with as_file(_data_file("old_codes.csv")) as path:
        return pd.read_csv(path, dtype=str)


def read_departement_outlines(crs: str = "EPSG:2154") -> gpd.GeoDataFrame:
    """Outlines of départements for maps: ``code, name, region, geometry``, by code.

    Parameters
    ----------
    crs : str
        Of the geometry. One of an overseas département gives those it serves, any other the 96 of metropolitan France.
    """
    overseas = [code for code, own in OVERSEAS_CRS.items() if own == crs]
    with as_file(_data_file("overseas_departements.parquet" if overseas else "departements.parquet")) as path:
        outlines = gpd.read_parquet(path)
    shown = outlines[outlines["code"].isin(overseas)] if overseas else outlines
    return shown if shown.crs == crs else shown.to_crs(crs)


def departement_names() -> dict[str, str]:
    """Name of each of the 101 départements, by code."""
    names: dict[str, str] = {}
    for file in ("departements.parquet", "overseas_departements.parquet"):
        with as_file(_data_file(file)) as path:
            table = pd.read_parquet(path, columns=["code", "name"])
        names |= dict(zip(table["code"], table["name"], strict=True))
    return names


def read_relief(crs: str = CENSUS_CRS) -> pd.DataFrame:
    """Relief at points 5 km apart, on land and a little beyond: read it through `siting.territory.relief`.

    Parameters
    ----------
    crs : str
        As of `read_cells`.

    Returns
    -------
    DataFrame
        int32 columns ``x_5km, y_5km`` (south-west corner of a 5 km cell of ``crs``, in units of 5 km; the point
        is its centre) and ``relief_m`` (standard deviation of the altitude around it, in metres).
    """
    return _read_of("relief_5km.parquet", crs)


def read_roads(name: str = "corsica") -> tuple[pd.DataFrame, pd.DataFrame]:
    """Nodes and directed links of an embedded road network.

    Parameters
    ----------
    name : str
        One of `ROAD_NETWORKS`.

    Returns
    -------
    nodes : DataFrame
        ``x_l93_m, y_l93_m`` (float64, EPSG:2154); the row number is the node's id.
    links : DataFrame
        ``from_node, to_node`` (int32), ``length_m`` (float64, true length, bends included), ``highway`` and
        ``access`` (text, OpenStreetMap values, ``""`` where untagged) and ``is_roundabout`` (bool).

    Raises
    ------
    KeyError
        No such network.
    """
    folder = ROAD_NETWORKS[name]
    nodes = _read_table(f"{folder}/nodes.parquet")
    links = _read_table(f"{folder}/links.parquet")
    nodes = pd.DataFrame({"x_l93_m": nodes.x_dm / 10, "y_l93_m": nodes.y_dm / 10})
    links = pd.DataFrame(
        {
            "from_node": links.from_node.astype(np.int32),
            "to_node": links.to_node.astype(np.int32),
            "length_m": links.length_dm / 10,
            "highway": links.highway,
            "access": links.access,
            "is_roundabout": links.is_roundabout,
        }
    )
    return nodes, links


def read_fixed_links() -> pd.DataFrame:
    """Road bridges and causeways over water: ``name``, ``lon_from, lat_from, lon_to, lat_to`` (degrees)."""
    with as_file(_data_file("fixed_links.csv")) as path:
        return pd.read_csv(path)


def attribution(name: str) -> str:
    """The line to print beside anything derived from the data set ``name`` (a key of `PROVENANCE`)."""
    return PROVENANCE[name].attribution


def _read_provenance() -> dict[str, Provenance]:
    entries: dict[str, dict[str, Any]] = json.loads(_data_file("provenance.json").read_text(encoding="utf-8"))
    return {
        name: Provenance(**{**entry, "files": tuple(entry["files"]), "notes": tuple(entry["notes"])})
        for name, entry in entries.items()
    }


def _read_of(name: str, crs: str) -> pd.DataFrame:
    """The table of the census's projection, or its part of an overseas one."""
    if crs == CENSUS_CRS:
        return _read_table(name).astype(np.int32)
    table = _read_table(f"overseas_{name}")
    return table[table.pop("epsg") == int(crs.removeprefix("EPSG:"))].astype(np.int32).reset_index(drop=True)


def _read_table(path: str) -> pd.DataFrame:
    with as_file(_data_file(path)) as file:
        return pd.read_parquet(file)


def _data_file(path: str) -> Any:
    return files("siting").joinpath("data", *Path(path).parts)


PROVENANCE = _read_provenance()
"""Provenance of every embedded data set, by name."""
