"""Sites from a planner's own file: CSV, GeoPackage or GeoJSON."""

from __future__ import annotations

import csv
from collections.abc import Iterator
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
MOST_FAULTS = 20
"""Faults shown of one file: a wrong export is wrong on every line."""


class SiteRow(NamedTuple):
    """A site as the file gives it, in the grid's CRS, and the line that gives it (0 in a file without lines)."""

    line: int
    id: str
    name: str
    x_m: float
    y_m: float


def read_site_file(path: Path, grid: Grid) -> list[SiteRow]:
    """Sites of a file, in its order.

    A CSV file (UTF-8; semicolon, comma or tab) has the columns ``id``, ``name`` and either ``lon, lat`` (degrees) or
    ``x_m, y_m`` (metres, in the grid's CRS); a decimal comma is read where commas do not separate columns. A ``.gpkg``
    or ``.geojson`` file has points in any declared CRS and the columns ``id`` and ``name``.

    Raises
    ------
    DataError
        With the faults of the file: missing columns, numbers that are none, an id twice, a point off the grid.
    """
    is_vector = path.suffix.lower() in VECTOR_SUFFIXES
    rows, faults = _read_vector(path, grid) if is_vector else _read_csv(path, grid)
    if not rows and not faults:
        faults = [Fault(str(path), 0, 0, "", "aucun site", "une ligne par site : id, name, lon, lat")]
    faults.extend(_faults_of_rows(path, rows, grid))
    if len(faults) > MOST_FAULTS:
        more = Fault(str(path), 0, 0, "", f"et {len(faults) - MOST_FAULTS} autres fautes", "corriger d'abord celles-ci")
        faults = [*sorted(faults)[:MOST_FAULTS], more]
    if faults:
        raise DataError(faults)
    return rows


def _faults_of_rows(path: Path, rows: list[SiteRow], grid: Grid) -> Iterator[Fault]:
    first_line: dict[str, int] = {}
    off_grid = grid.cell_at([row.x_m for row in rows], [row.y_m for row in rows]) < 0
    for row, is_off in zip(rows, off_grid, strict=True):
        remedy = "donner un texte unique à chaque site"
        if not row.id:
            yield Fault(str(path), row.line, 1, "id", "identifiant vide", remedy)
        elif row.id in first_line:
            where = f" ligne {first_line[row.id]}" if row.line else ""
            yield Fault(str(path), row.line, 1, "id", f"« {row.id} » figure déjà{where}", remedy)
        first_line.setdefault(row.id, row.line)
        if is_off:
            problem = f"« {row.id} » est hors du territoire et de son pourtour"
            remedy = f"vérifier le point : lon puis lat en degrés, ou x_m, y_m en mètres dans {grid.crs}"
            yield Fault(str(path), row.line, 1, "lon, lat", problem, remedy)


def _read_csv(path: Path, grid: Grid) -> tuple[list[SiteRow], list[Fault]]:
    lines = _decoded_lines(path)
    delimiter = max(";,\t", key=lines[0].count)
    reader = csv.reader(lines, delimiter=delimiter)
    columns = [name.strip() for name in next(reader)]
    is_metric = {"x_m", "y_m"} <= set(columns)
    point = ("x_m", "y_m") if is_metric else ("lon", "lat")
    missing = [name for name in ("id", "name", *point) if name not in columns]
    if missing:
        problem = f"colonne absente : {', '.join(missing)}"
        return [], [Fault(str(path), 1, 1, "", problem, "colonnes attendues : id, name, lon, lat (ou x_m, y_m)")]
    to_grid = None if is_metric else Transformer.from_crs("EPSG:4326", grid.crs, always_xy=True)
    rows: list[SiteRow] = []
    faults: list[Fault] = []
    for cells in reader:
        if not any(cells):
            continue
        if len(cells) != len(columns):
            problem = f"{len(cells)} champs, {len(columns)} attendus"
            remedy = "séparer par des points-virgules si les nombres ont des virgules"
            faults.append(Fault(str(path), reader.line_num, 1, "", problem, remedy))
            continue
        record = dict(zip(columns, cells, strict=True))
        given = tuple(record[name].strip() for name in point)
        fault = _fault_of_point(given, has_decimal_comma=delimiter != ",", is_metric=is_metric)
        if fault:
            faults.append(Fault(str(path), reader.line_num, 1, ", ".join(point), *fault))
            continue
        first, second = (float(text.replace(",", ".")) for text in given)
        x_m, y_m = to_grid.transform(first, second) if to_grid else (first, second)
        rows.append(SiteRow(reader.line_num, record["id"].strip(), record["name"].strip(), x_m, y_m))
    return rows, faults


def _fault_of_point(given: tuple[str, ...], *, has_decimal_comma: bool, is_metric: bool) -> tuple[str, str] | None:
    """(problem, remedy) of two coordinates, or None where they are a point of the earth."""
    shown = " ; ".join(given)
    try:
        first, second = (float(text.replace(",", ".") if has_decimal_comma else text) for text in given)
    except ValueError:
        return f"« {shown} » n'est pas un couple de nombres", "deux nombres, sans unité"
    if not np.isfinite([first, second]).all():
        return f"« {shown} » n'est pas fini", "deux nombres, sans unité"
    if is_metric:
        return None
    if abs(second) < abs(first) and 40 < abs(first) < 52:
        return f"{shown} : longitude et latitude semblent échangées", "la longitude vient en premier"
    if abs(first) > 180 or abs(second) > 90:
        return (
            f"{shown} n'est pas un point en degrés",
            "lon de -180 à 180, lat de -90 à 90 ; des mètres vont dans x_m, y_m",
        )
    return None


def _decoded_lines(path: Path) -> list[str]:
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise DataError(Fault(str(path), 0, 0, "", "n'est pas en UTF-8", "enregistrer en CSV UTF-8")) from error
    if not lines:
        raise DataError(Fault(str(path), 0, 0, "", "fichier vide", "une ligne de titres, puis une par site"))
    return lines


def _read_vector(path: Path, grid: Grid) -> tuple[list[SiteRow], list[Fault]]:
    try:
        frame = gpd.read_file(path, engine="pyogrio")
    except DataSourceError as error:
        problem = f"illisible comme {VECTOR_SUFFIXES[path.suffix.lower()]} : {error}"
        return [], [Fault(str(path), 0, 0, "", problem, "exporter le fichier à nouveau")]
    faults = []
    if frame.crs is None:
        remedy = "le déclarer dans le fichier"
        faults.append(Fault(str(path), 0, 0, "crs", "aucun système de coordonnées déclaré", remedy))
    missing = [name for name in ("id", "name") if name not in frame.columns]
    if missing:
        faults.append(Fault(str(path), 0, 0, "", f"colonne absente : {', '.join(missing)}", "ajouter id et name"))
    if not (frame.geom_type == "Point").all():
        remedy = "donner un point par site"
        faults.append(Fault(str(path), 0, 0, "geometry", "des sites ne sont pas des points", remedy))
    if faults:
        return [], faults
    points = frame.to_crs(grid.crs).geometry
    ids, names = frame["id"].astype(str), frame["name"].fillna("").astype(str)
    return [
        SiteRow(0, site_id.strip(), name, point.x, point.y)
        for site_id, name, point in zip(ids, names, points, strict=True)
    ], []


def site_rows_frame(rows: list[SiteRow]) -> pd.DataFrame:
    """The rows as a table with columns ``id, name, x_m, y_m``."""
    return pd.DataFrame([row[1:] for row in rows], columns=["id", "name", "x_m", "y_m"])
