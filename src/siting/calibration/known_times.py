"""Travel times that are known: pairs of places with their minutes, from a planner's table."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from siting.errors import DataError, Fault
from siting.scenario.codes import meant_communes
from siting.territory import embedded
from siting.territory.records import Records, number_in, read_records

POINT_COLUMNS = ("from_lon", "from_lat", "to_lon", "to_lat")
COMMUNE_COLUMNS = ("from_commune", "to_commune")
LONGEST_MIN = 1440.0
MOST_FAULTS = 20
"""Faults shown of one file: a wrong export is wrong on every line."""


@dataclass(frozen=True)
class KnownTimes:
    """Trips between places.

    Attributes
    ----------
    lon, lat : float64 arrays, shape (n_places,)
    start, end : int64 arrays, shape (n_trips,)
        Rows of places.
    minutes : float64 array, shape (n_trips,)
    """

    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    minutes: NDArray[np.float64]


def read_known_times(path: Path) -> KnownTimes:
    """Trips of a CSV or XLSX file with ``minutes`` and ``from_lon, from_lat, to_lon, to_lat`` (degrees) or
    ``from_commune, to_commune`` (INSEE codes, which stand for their town halls).

    Raises
    ------
    DataError
        With the faults of the file and their lines.
    """
    records = read_records(path)
    columns = COMMUNE_COLUMNS if set(COMMUNE_COLUMNS) <= set(records.columns) else POINT_COLUMNS
    missing = [name for name in (*columns, "minutes") if name not in records.columns]
    if missing:
        problem = f"colonne absente : {', '.join(missing)}"
        remedy = "from_lon, from_lat, to_lon, to_lat (ou from_commune, to_commune) et minutes"
        raise DataError(Fault(str(path), 1, 1, "", problem, remedy))
    faults, trips = list(records.faults), []
    halls = _town_halls() if columns == COMMUNE_COLUMNS else {}
    for line, row in zip(records.lines, records.rows, strict=True):
        ends, fault = _ends(row, columns, halls, records)
        minutes = number_in(row["minutes"], has_decimal_comma=records.has_decimal_comma)
        if fault:
            faults.append(Fault(str(path), line, 1, *fault))
        elif minutes is None or not 0 < minutes <= LONGEST_MIN:
            problem = f"« {row['minutes']} » n'est pas une durée plausible"
            faults.append(Fault(str(path), line, 1, "minutes", problem, f"des minutes, de 0 à {LONGEST_MIN:.0f}"))
        else:
            trips.append((*ends, minutes))
    if not trips and not faults:
        faults = [Fault(str(path), 0, 0, "", "aucun trajet", "une ligne par trajet connu")]
    if faults:
        raise DataError(sorted(faults)[:MOST_FAULTS])
    table = np.array(trips)
    places, row_of = np.unique(np.round(table[:, :4].reshape(-1, 2), 6), axis=0, return_inverse=True)
    start, end = row_of.reshape(-1, 2).T.astype(np.int64)
    is_trip = start != end
    return KnownTimes(places[:, 0], places[:, 1], start[is_trip], end[is_trip], table[is_trip, 4])


def _town_halls() -> dict[str, tuple[float, float]]:
    communes: pd.DataFrame = embedded.read_communes()
    return dict(zip(communes["code"], zip(communes["lon"], communes["lat"], strict=True), strict=True))


def _ends(
    row: dict[str, str], columns: tuple[str, ...], halls: dict[str, tuple[float, float]], records: Records
) -> tuple[tuple[float, ...], tuple[str, str, str] | None]:
    """(lon, lat, lon, lat) of a trip, or (field, problem, remedy)."""
    if columns == COMMUNE_COLUMNS:
        for name in columns:
            if row[name] not in halls:
                meant = [code for code in meant_communes(row[name]) if code in halls]
                remedy = f"enregistrer la colonne en texte : {' ou '.join(meant)}" if meant else "un code INSEE"
                return (), (name, f"aucune commune n'a le code {row[name]}", remedy)
        return (*halls[row["from_commune"]], *halls[row["to_commune"]]), None
    numbers = [number_in(row[name], has_decimal_comma=records.has_decimal_comma) for name in columns]
    for name, number in zip(columns, numbers, strict=True):
        limit = 180 if name.endswith("lon") else 90
        if number is None or abs(number) > limit:
            return (), (name, f"« {row[name]} » n'est pas un angle en degrés", f"un nombre de -{limit} à {limit}")
    ends = tuple(float(number) for number in numbers if number is not None)
    if all(40 < lon < 52 and abs(lat) < 20 for lon, lat in (ends[:2], ends[2:])):
        return (), (columns[0], "longitude et latitude semblent échangées", "la longitude vient en premier")
    return ends, None
