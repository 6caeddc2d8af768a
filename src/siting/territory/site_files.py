"""Sites from a planner's own file: CSV, XLSX, GeoPackage or GeoJSON."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from siting.errors import DataError, Fault
from siting.grid import Grid
from siting.territory.records import Records, number_in, read_records, with_points
from siting.territory.transforming import transformer
from siting.territory.values import SITE_KINDS

MOST_FAULTS = 20
"""Faults shown of one file: a wrong export is wrong on every line."""
NUMBERS = {
    "cost_eur": (0.0, 1e9, "euros"),
    "capacity_per_year": (0.0, 1e7, "consultations par an"),
    "lead_time_quarters": (0.0, 80.0, "trimestres"),
}
"""Optional columns of numbers: least, most and unit."""
TEXTS = ("kind", "premises", "category")
"""Optional columns of text."""


class SiteRow(NamedTuple):
    """A site as the file gives it, in the grid's CRS, and the line that gives it (0 in a file without lines)."""

    line: int
    id: str
    name: str
    x_m: float
    y_m: float
    kind: str = ""
    may_be: str = ""
    premises: str = ""
    category: str = ""
    cost_eur: float | None = None
    capacity_per_year: float | None = None
    lead_time_quarters: float | None = None


def read_site_file(path: Path, grid: Grid) -> list[SiteRow]:
    """Sites of a file, in its order.

    A CSV file (UTF-8; semicolon, comma or tab) or the first sheet of an ``.xlsx`` has the columns ``id``, ``name`` and
    either ``lon, lat`` (degrees) or ``x_m, y_m`` (metres, in the grid's CRS); a decimal comma is read where commas do
    not separate columns. A ``.gpkg`` or ``.geojson`` file has points in any declared CRS and the columns ``id`` and
    ``name``. The columns `NUMBERS` and `TEXTS` are optional.

    Raises
    ------
    DataError
        With the faults of the file: missing columns, numbers that are none, an id twice, a point off the grid.
    """
    records = read_records(path)
    if records.points is not None:
        records = with_points(records, grid)
    rows, faults = _site_rows(path, records, grid)
    if not rows and not faults:
        faults = [Fault(str(path), 0, 0, "", "aucun site", "une ligne par site : id, name, lon, lat")]
    faults.extend(_faults_of_rows(path, rows, grid, ", ".join(_point_columns(records))))
    refuse(path, faults)
    return rows


def refuse(path: Path, faults: list[Fault]) -> None:
    """Raise the faults of a file, as many as anyone would read.

    Raises
    ------
    DataError
        Where there is any.
    """
    if len(faults) > MOST_FAULTS:
        more = Fault(str(path), 0, 0, "", f"et {len(faults) - MOST_FAULTS} autres fautes", "corriger d'abord celles-ci")
        faults = [*sorted(faults)[:MOST_FAULTS], more]
    if faults:
        raise DataError(faults)


def _faults_of_rows(path: Path, rows: list[SiteRow], grid: Grid, point: str) -> Iterator[Fault]:
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
            yield Fault(str(path), row.line, 1, point, problem, remedy)


def _site_rows(path: Path, records: Records, grid: Grid) -> tuple[list[SiteRow], list[Fault]]:
    point = _point_columns(records)
    missing = [name for name in ("id", "name", *point) if name not in records.columns]
    if missing:
        remedy = "colonnes attendues : id, name, lon, lat (ou x_m, y_m)"
        problem = f"colonne absente : {', '.join(missing)}"
        line = 1 if any(records.lines) else 0
        return [], [*records.faults, Fault(str(path), line, line, "", problem, remedy)]
    rows: list[SiteRow] = []
    faults = list(records.faults)
    for line, record in zip(records.lines, records.rows, strict=True):
        xy, wrong = _point_of(record, point, has_decimal_comma=records.has_decimal_comma)
        details, wrong_details = _details_of(record, has_decimal_comma=records.has_decimal_comma)
        faults += [Fault(str(path), line, 1, *one) for one in (*wrong, *wrong_details)]
        if not wrong:
            rows.append(SiteRow(line, record["id"], record["name"], *xy, **details))
    return rows if point == ("x_m", "y_m") else _on_grid(rows, grid), faults


def _point_columns(records: Records) -> tuple[str, str]:
    return ("x_m", "y_m") if {"x_m", "y_m"} <= set(records.columns) else ("lon", "lat")


def _on_grid(rows: list[SiteRow], grid: Grid) -> list[SiteRow]:
    """The rows, whose points are in degrees, with their points in the grid's CRS."""
    to_grid = transformer("EPSG:4326", grid.crs)
    x_m, y_m = to_grid.transform([row.x_m for row in rows], [row.y_m for row in rows])
    return [row._replace(x_m=x, y_m=y) for row, x, y in zip(rows, x_m, y_m, strict=True)]


Wrong = tuple[str, str, str]
"""(field, problem, remedy)."""


def _point_of(
    record: dict[str, str], names: tuple[str, str], *, has_decimal_comma: bool
) -> tuple[tuple[float, float], list[Wrong]]:
    """Two coordinates, and what is wrong with them."""
    field, given = ", ".join(names), [record[name] for name in names]
    shown = " ; ".join(given)
    first, second = (number_in(text, has_decimal_comma=has_decimal_comma) for text in given)
    if first is None or second is None:
        return (0.0, 0.0), [(field, f"« {shown} » n'est pas un couple de nombres", "deux nombres, sans unité")]
    if names == ("x_m", "y_m"):
        return (first, second), []
    if abs(second) < abs(first) and 40 < abs(first) < 52:
        problem, remedy = f"{shown} : longitude et latitude semblent échangées", "la longitude vient en premier"
        return (first, second), [(field, problem, remedy)]
    if abs(first) > 180 or abs(second) > 90:
        remedy = "lon de -180 à 180, lat de -90 à 90 ; des mètres vont dans x_m, y_m"
        return (first, second), [(field, f"{shown} n'est pas un point en degrés", remedy)]
    return (first, second), []


def _details_of(record: dict[str, str], *, has_decimal_comma: bool) -> tuple[dict[str, Any], list[Wrong]]:
    """The optional columns of a site, and what is wrong with them."""
    details: dict[str, Any] = {name: record.get(name, "") for name in TEXTS}
    kinds, wrong = _kinds_of(details["kind"])
    details |= {"kind": kinds[0], "may_be": " ".join(kinds) if len(kinds) > 1 else ""}
    for name, (least, most, unit) in NUMBERS.items():
        text = record.get(name, "")
        if not text:
            continue
        number = number_in(text, has_decimal_comma=has_decimal_comma)
        if number is None or not least <= number <= most:
            remedy = f"un nombre de {least:g} à {most:g}, en {unit}, ou une case vide"
            wrong.append((name, f"« {text} » n'est pas plausible", remedy))
        details[name] = number
    return details, wrong


def _kinds_of(text: str) -> tuple[list[str], list[Wrong]]:
    """The kinds of a cell, ``create / itinerant``, each once; one empty one for an empty cell; and what is wrong."""
    kinds = list(dict.fromkeys(part.strip() for part in text.split("/")))
    wrong: list[Wrong] = []
    for kind in kinds if text else []:
        if kind not in SITE_KINDS:
            near = get_close_matches(kind, SITE_KINDS, n=1)
            remedy = f"vouliez-vous dire {near[0]} ?" if near else f"possible : {', '.join(SITE_KINDS)}"
            wrong.append(("kind", f"« {kind} » n'est pas une nature de maison", remedy))
    return kinds, wrong


def site_rows_frame(rows: list[SiteRow]) -> pd.DataFrame:
    """The rows as a table, in the columns of `SiteRow` but ``line``; NaN where a number is not given."""
    table = pd.DataFrame([row[1:] for row in rows], columns=SiteRow._fields[1:])
    return table.astype(dict.fromkeys(NUMBERS, "float64"))
