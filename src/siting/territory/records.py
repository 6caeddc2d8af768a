"""Records of a planner's small file (CSV, XLSX, GeoPackage, GeoJSON): texts by column, with their line."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass, field, replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
from numpy.typing import NDArray
from pyogrio.errors import DataSourceError

from siting.errors import DataError, Fault
from siting.grid import Grid
from siting.territory.columns import is_before_titles
from siting.territory.signatures import check_signature, not_utf8

VECTOR_SUFFIXES = {".gpkg": "GPKG", ".geojson": "GeoJSON"}
SHEET_SUFFIX = ".xlsx"
NO_REMEDY_BUT_EXPORT = "exporter le fichier à nouveau"


@dataclass(frozen=True)
class Records:
    """Rows of a file, each a mapping of column to stripped text; an empty cell is ``""``.

    Attributes
    ----------
    columns : tuple of str
    lines : list of int
        Line (or sheet row) of each record; 0 in a file without lines.
    rows : list of dict
    faults : list of Fault
        Of the records that could not be read; they are not among ``rows``.
    has_decimal_comma : bool
        Whether a comma within a number may be its decimal mark.
    points : GeoSeries or None
        Of a vector file, in its own CRS.
    """

    columns: tuple[str, ...]
    lines: list[int]
    rows: list[dict[str, str]]
    faults: list[Fault] = field(default_factory=list)
    has_decimal_comma: bool = True
    points: gpd.GeoSeries | None = None


def read_records(path: Path) -> Records:
    """Read a file by its suffix; anything but `VECTOR_SUFFIXES` and ``.xlsx`` is CSV.

    A CSV file is UTF-8 with semicolons, commas or tabs; a workbook's first sheet is read.

    Raises
    ------
    DataError
        It is empty, not in UTF-8, or not what its suffix says.
    """
    suffix = path.suffix.lower()
    check_signature(path)
    if suffix in VECTOR_SUFFIXES:
        return _read_vector(path, VECTOR_SUFFIXES[suffix])
    return _read_sheet(path) if suffix == SHEET_SUFFIX else _read_csv(path)


def _read_csv(path: Path) -> Records:
    lines = _decoded_lines(path)
    titles = next((row for row, line in enumerate(lines) if not is_before_titles(line)), 0)
    delimiter = max(";,\t", key=lines[titles].count)
    reader = csv.reader(["", *lines[titles + 1 :]], delimiter=delimiter)
    columns = tuple(name.strip().lower() for name in next(csv.reader([lines[titles]], delimiter=delimiter)))
    next(reader)
    twice = sorted({name for name in columns if name and columns.count(name) > 1})
    if twice:
        problem = f"colonne en double : {', '.join(twice)}"
        raise DataError(Fault(str(path), titles + 1, 1, "", problem, "garder une colonne de chaque nom"))
    records = Records(columns, [], [], has_decimal_comma=delimiter != ",")
    for cells in reader:
        if not any(cells):
            continue
        if len(cells) != len(columns):
            problem = f"{len(cells)} champs, {len(columns)} attendus"
            remedy = "séparer par des points-virgules si les nombres ont des virgules"
            records.faults.append(Fault(str(path), titles + reader.line_num, 1, "", problem, remedy))
            continue
        records.lines.append(titles + reader.line_num)
        records.rows.append({name: cell.strip() for name, cell in zip(columns, cells, strict=True)})
    return records


def _decoded_lines(path: Path) -> list[str]:
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise not_utf8(path) from error
    if not lines:
        raise DataError(Fault(str(path), 0, 0, "", "fichier vide", "une ligne de titres, puis une par lieu"))
    return lines


def _read_sheet(path: Path) -> Records:
    try:
        layers = pyogrio.list_layers(path)
        frame = pyogrio.read_dataframe(
            path, layer=layers[0, 0], read_geometry=False, HEADERS="FORCE", FIELD_TYPES="STRING"
        )
    except (DataSourceError, IndexError) as error:
        problem = f"illisible comme XLSX : {str(error).split(';')[0]}"
        raise DataError(Fault(str(path), 0, 0, "", problem, NO_REMEDY_BUT_EXPORT)) from error
    texts = frame.astype(object).where(frame.notna(), "").astype(str)
    rows = [{str(k).strip().lower(): v.strip() for k, v in row.items()} for row in texts.to_dict("records")]
    kept = [number for number, row in enumerate(rows) if any(row.values())]
    columns = tuple(str(name).strip().lower() for name in frame.columns)
    return Records(columns, [number + 2 for number in kept], [rows[number] for number in kept])


def _read_vector(path: Path, driver: str) -> Records:
    try:
        frame = gpd.read_file(path, engine="pyogrio")
    except DataSourceError as error:
        problem = f"illisible comme {driver} : {str(error).split(';')[0]}"
        raise DataError(Fault(str(path), 0, 0, "", problem, NO_REMEDY_BUT_EXPORT)) from error
    if not isinstance(frame, gpd.GeoDataFrame):
        raise DataError(Fault(str(path), 0, 0, "geometry", "aucune géométrie", "donner un point par lieu"))
    faults = _faults_of_geometry(path, frame)
    texts = frame.drop(columns=frame.geometry.name)
    texts = texts.astype(object).where(texts.notna(), "").astype(str)
    rows = [{str(k).lower(): v.strip() for k, v in row.items()} for row in texts.to_dict("records")]
    points = None if faults else frame.geometry.reset_index(drop=True)
    return Records(tuple(str(name).lower() for name in texts.columns), [0] * len(rows), rows, faults, points=points)


def _faults_of_geometry(path: Path, frame: gpd.GeoDataFrame) -> list[Fault]:
    faults = []
    if frame.crs is None:
        faults.append(
            Fault(str(path), 0, 0, "crs", "aucun système de coordonnées déclaré", "le déclarer dans le fichier")
        )
    is_point: NDArray[np.bool_] = (frame.geom_type == "Point").to_numpy() & ~frame.geometry.is_empty.to_numpy()
    if not is_point.all():
        problem = f"{int((~is_point).sum())} sites ne sont pas des points"
        faults.append(Fault(str(path), 0, 0, "geometry", problem, "donner un point par site"))
    return faults


def with_points(records: Records, grid: Grid) -> Records:
    """The records of a vector file with the texts ``x_m, y_m`` of their points in the grid's CRS.

    Raises
    ------
    ValueError
        They have no points.
    """
    if records.points is None:
        raise ValueError("only a vector file has points")
    points = records.points.to_crs(grid.crs)
    rows = [
        {**row, "x_m": repr(float(x)), "y_m": repr(float(y))}
        for row, x, y in zip(records.rows, points.x, points.y, strict=True)
    ]
    return replace(records, columns=(*records.columns, "x_m", "y_m"), rows=rows, has_decimal_comma=False)


def number_in(text: str, *, has_decimal_comma: bool) -> float | None:
    """The finite number that a text is, None where it is none."""
    text = re.sub(r"(?<=\d)\s(?=\d{3}(\D|$))", "", text)  # 50 000
    try:
        value = float(text.replace(",", ".") if has_decimal_comma else text)
    except ValueError:
        return None
    return value if np.isfinite(value) else None
