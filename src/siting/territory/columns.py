"""A big table of cells (CSV, GeoPackage, Parquet), its wanted columns alone, whatever the case of their names."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet
import pyogrio
from numpy.typing import NDArray
from pyogrio.errors import DataSourceError

from siting.errors import DataError, Fault
from siting.territory.signatures import check_signature, not_utf8

MOST_PERSONS = 1e9
"""No cell, and no commune, has more."""
SUFFIXES = (".csv", ".gpkg", ".parquet")


def read_columns(path: Path, wanted: Sequence[str], *, text: Sequence[str] = ()) -> pd.DataFrame:
    """The columns of ``wanted`` that the file has, named as there, in lower case; those of ``text`` as text.

    A GeoPackage's first layer is read. Numbers stay as the file has them: `numbers` says which are none.

    Raises
    ------
    DataError
        The suffix is none of `SUFFIXES`, or the file is not what its suffix says.
    """
    suffix = path.suffix.lower()
    if suffix == ".csv" and not path.stat().st_size:
        raise DataError(
            Fault(str(path), 0, 0, "", "fichier vide", "une ligne de titres, puis une par maille ou par lieu")
        )
    if suffix not in SUFFIXES:
        problem = f"« {suffix} » n'est pas un format lu ici"
        raise DataError(Fault(str(path), 0, 0, "", problem, f"possible : {', '.join(SUFFIXES)}"))
    check_signature(path)
    reader = {".csv": _read_csv, ".gpkg": _read_layer, ".parquet": _read_parquet}[suffix]
    try:
        table = reader(path, {name.lower() for name in wanted}, {name.lower() for name in text})
    except UnicodeDecodeError as error:
        raise not_utf8(path) from error
    except (DataSourceError, pa.ArrowInvalid, pd.errors.ParserError, OSError) as error:
        reason = str(error).splitlines()[0]
        raise DataError(
            Fault(str(path), 0, 0, "", f"illisible comme {suffix[1:]} : {reason}", "exporter le fichier à nouveau")
        ) from error
    return table.rename(columns=str.lower)


def _read_csv(path: Path, wanted: set[str], text: set[str]) -> pd.DataFrame:
    with path.open(encoding="utf-8-sig") as stream:
        head = stream.readline()
        n_skipped = 0
        while head and is_before_titles(head):
            head, n_skipped = stream.readline(), n_skipped + 1
    delimiter = max(";,\t", key=head.count)
    names = [name.strip().strip('"').strip() for name in head.rstrip("\n").split(delimiter)]
    kept = [row for row, name in enumerate(names) if name.lower() in wanted]
    _refuse_twice(path, [names[row].lower() for row in kept])
    if not kept:
        return pd.DataFrame()
    _refuse_longer_lines(path, delimiter, len(names), n_skipped + 1)
    table = pd.read_csv(
        path,
        sep=delimiter,
        header=None,
        names=range(len(names)),
        index_col=False,
        skiprows=n_skipped + 1,
        usecols=kept,
        dtype={row: str for row in kept if names[row].lower() in text},
        decimal="." if delimiter == "," else ",",
        encoding="utf-8-sig",
        skipinitialspace=True,
    )
    return table.rename(columns=dict(enumerate(names)))


def _refuse_longer_lines(path: Path, delimiter: str, n_titles: int, n_skipped: int) -> None:
    """Refuse lines of more values than titles: pandas would leave the last out, and a decimal comma shifts them all."""
    too_long = []
    with path.open(encoding="utf-8-sig", newline="") as stream:
        for number, line in enumerate(stream, start=1):
            if number > n_skipped and line.count(delimiter) >= n_titles:
                values = next(csv.reader([line], delimiter=delimiter))
                too_long += [number] if any(value.strip() for value in values[n_titles:]) else []
    if too_long:
        problem = f"{len(too_long)} lignes de plus de {n_titles} champs"
        remedy = "séparer par des points-virgules si les nombres ont des virgules"
        raise DataError(Fault(str(path), too_long[0], 1, "", problem, remedy))


def is_before_titles(line: str) -> bool:
    """Whether a line of a CSV file is blank, or the ``sep=;`` by which spreadsheets tell each other the separator."""
    return not line.strip(" \t\r\n;,") or line.lower().startswith("sep=")


def _refuse_twice(path: Path, names: list[str]) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        problem = f"colonne en double : {', '.join(twice)}"
        raise DataError(Fault(str(path), 1, 1, "", problem, "garder une colonne de chaque nom"))


def _read_layer(path: Path, wanted: set[str], text: set[str]) -> pd.DataFrame:
    info = pyogrio.read_info(path)
    kept = [name for name in info["fields"] if name.lower() in wanted]
    table = pyogrio.read_dataframe(path, columns=kept, read_geometry=False)
    return _as_text(table, text)


def _read_parquet(path: Path, wanted: set[str], text: set[str]) -> pd.DataFrame:
    names = pyarrow.parquet.read_schema(path).names
    kept = [name for name in names if name.lower() in wanted]
    return _as_text(pyarrow.parquet.read_table(path, columns=kept).to_pandas(), text)


def _as_text(table: pd.DataFrame, text: set[str]) -> pd.DataFrame:
    kept = {name: table[name].astype(object).where(table[name].notna(), "") for name in table if name.lower() in text}
    return table.assign(**{name: column.astype(str) for name, column in kept.items()})


def numbers(table: pd.DataFrame, name: str, path: Path, *, faults: list[Fault]) -> NDArray[np.float64]:
    """A column as finite numbers, none below 0; those that are not are told in ``faults``, with the first lines."""
    column = table[name]
    values = pd.to_numeric(
        column if pd.api.types.is_numeric_dtype(column) else column.map(_decimal_point), errors="coerce"
    )
    values = values.to_numpy(np.float64)
    for wrong, what in (
        (~np.isfinite(values), "sans nombre"),
        (values < 0, "de moins de 0"),
        (values > MOST_PERSONS, f"de plus de {MOST_PERSONS:.0e} habitants"),
    ):
        if wrong.any():
            rows = np.flatnonzero(wrong)
            # A line of a CSV file, counting its titles; a row of the others.
            lines = ", ".join(str(row + (2 if path.suffix.lower() == ".csv" else 1)) for row in rows[:3])
            least = f", comme {column.iloc[rows[0]]}" if pd.notna(column.iloc[rows[0]]) else ""
            problem = f"{len(rows)} mailles {what}{least} (lignes {lines}{' …' if len(rows) > 3 else ''})"
            remedy = "retirer ces lignes ; une valeur cachée par le secret se déclare par hidden_value"
            faults.append(Fault(str(path), 0, 0, name, problem, remedy))
    return np.where(np.isfinite(values) & (values > 0), values, 0.0)


def _decimal_point(value: object) -> object:
    return re.sub(r"(?<=\d)\s(?=\d{3}(\D|$))", "", value).replace(",", ".") if isinstance(value, str) else value
