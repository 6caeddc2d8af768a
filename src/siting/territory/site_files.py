"""Sites from a planner's own file: CSV, GeoPackage or GeoJSON."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
from pyogrio.errors import DataSourceError
from pyproj import Transformer

from siting.errors import DataError, Fault
from siting.grid import Grid

VECTOR_SUFFIXES = {".gpkg": "GPKG", ".geojson": "GeoJSON"}


class SiteRow(NamedTuple):
    """A site as the file gives it, in the grid's CRS, and the line that gives it."""

    line: int
    id: str
    name: str
    x_m: float
    y_m: float


def read_site_file(path: Path, grid: Grid) -> list[SiteRow]:
    """Sites of a file, in its order.

    A CSV file (UTF-8; comma, semicolon or tab) has the columns ``id``, ``name`` and either ``lon, lat`` (degrees) or
    ``x_m, y_m`` (metres, in the grid's CRS). A ``.gpkg`` or ``.geojson`` file has points in any declared CRS and the
    columns ``id`` and ``name``.

    Raises
    ------
    DataError
        With every fault of the file: missing columns, numbers that are none, an id twice, a point off the grid.
    """
    rows = _read_vector(path, grid) if path.suffix.lower() in VECTOR_SUFFIXES else _read_csv(path, grid)
    if not rows:
        raise DataError(Fault(str(path), 0, 0, "", "aucun site", "une ligne par site : id, name, lon, lat"))
    faults = list(_faults_of_rows(path, rows, grid))
    if faults:
        raise DataError(faults)
    return rows


def _faults_of_rows(path: Path, rows: list[SiteRow], grid: Grid) -> list[Fault]:
    faults = []
    first_line: dict[str, int] = {}
    off_grid = grid.cell_at([row.x_m for row in rows], [row.y_m for row in rows]) < 0
    for row, is_off in zip(rows, off_grid, strict=True):
        if not row.id:
            faults.append(
                Fault(str(path), row.line, 1, "id", "identifiant vide", "donner un texte unique à chaque site")
            )
        elif row.id in first_line:
            problem = f"« {row.id} » figure déjà ligne {first_line[row.id]}"
            faults.append(Fault(str(path), row.line, 1, "id", problem, "donner un texte unique à chaque site"))
        first_line.setdefault(row.id, row.line)
        if is_off and np.isfinite([row.x_m, row.y_m]).all():
            problem = f"« {row.id} » est hors du territoire et de son pourtour"
            remedy = "vérifier le point : lon puis lat en degrés, ou x_m, y_m en mètres dans " + grid.crs
            faults.append(Fault(str(path), row.line, 1, "lon, lat", problem, remedy))
    return faults


def _read_csv(path: Path, grid: Grid) -> list[SiteRow]:
    lines = _decoded_lines(path)
    delimiter = max(";,\t", key=lines[0].count)
    reader = csv.DictReader(lines, delimiter=delimiter)
    columns = [name.strip() for name in reader.fieldnames or []]
    reader.fieldnames = columns
    is_metric = {"x_m", "y_m"} <= set(columns)
    point = ("x_m", "y_m") if is_metric else ("lon", "lat")
    missing = [name for name in ("id", "name", *point) if name not in columns]
    if missing:
        problem = f"colonne absente : {', '.join(missing)}"
        raise DataError(Fault(str(path), 1, 1, "", problem, "colonnes attendues : id, name, lon, lat (ou x_m, y_m)"))
    faults, rows = [], []
    to_grid = None if is_metric else Transformer.from_crs("EPSG:4326", grid.crs, always_xy=True)
    for record in reader:
        line = reader.line_num
        try:
            first, second = (float(record[name]) for name in point)
        except (TypeError, ValueError):
            given = ", ".join(str(record[name]) for name in point)
            remedy = "un point décimal, pas une virgule"
            faults.append(Fault(str(path), line, 1, ", ".join(point), f"« {given} » n'est pas un nombre", remedy))
            continue
        if not is_metric and abs(first) > abs(second) and 40 < abs(first) < 52:
            problem = f"{first}, {second} : longitude et latitude semblent échangées"
            faults.append(Fault(str(path), line, 1, "lon, lat", problem, "la longitude vient en premier"))
            continue
        x_m, y_m = to_grid.transform(first, second) if to_grid else (first, second)
        rows.append(SiteRow(line, (record["id"] or "").strip(), (record["name"] or "").strip(), x_m, y_m))
    if faults:
        raise DataError([*faults, *_faults_of_rows(path, rows, grid)])
    return rows


def _decoded_lines(path: Path) -> list[str]:
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise DataError(Fault(str(path), 0, 0, "", "n'est pas en UTF-8", "enregistrer en CSV UTF-8")) from error
    if not lines:
        raise DataError(Fault(str(path), 0, 0, "", "fichier vide", "une ligne de titres, puis une par site"))
    return lines


def _read_vector(path: Path, grid: Grid) -> list[SiteRow]:
    try:
        frame = gpd.read_file(path, engine="pyogrio")
    except DataSourceError as error:
        problem = f"illisible comme {VECTOR_SUFFIXES[path.suffix.lower()]} : {error}"
        raise DataError(Fault(str(path), 0, 0, "", problem, "exporter le fichier à nouveau")) from error
    faults = []
    if frame.crs is None:
        faults.append(
            Fault(str(path), 0, 0, "crs", "aucun système de coordonnées déclaré", "le déclarer dans le fichier")
        )
    missing = [name for name in ("id", "name") if name not in frame.columns]
    if missing:
        faults.append(Fault(str(path), 0, 0, "", f"colonne absente : {', '.join(missing)}", "ajouter id et name"))
    if not (frame.geom_type == "Point").all():
        faults.append(
            Fault(str(path), 0, 0, "geometry", "des sites ne sont pas des points", "donner un point par site")
        )
    if faults:
        raise DataError(faults)
    points = frame.to_crs(grid.crs).geometry
    ids, names = frame["id"].astype(str), frame["name"].fillna("").astype(str)
    return [
        SiteRow(line, site_id.strip(), name, point.x, point.y)
        for line, (site_id, name, point) in enumerate(zip(ids, names, points, strict=True), start=1)
    ]


def site_rows_frame(rows: list[SiteRow]) -> pd.DataFrame:
    """The rows as a table with columns ``id, name, x_m, y_m``."""
    return pd.DataFrame([row[1:] for row in rows], columns=["id", "name", "x_m", "y_m"])
