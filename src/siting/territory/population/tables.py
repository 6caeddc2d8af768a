"""People of a planner's own table, of cells or points, and commune totals spread over the land."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from siting.errors import DataError, Fault
from siting.territory.columns import numbers, read_columns
from siting.territory.population.values import SourceCells
from siting.territory.values import AGE_GROUPS


def read_table(path: Path, *, crs: str, cell_size_m: float | None) -> SourceCells:
    """A table with ``persons`` and ``x_m, y_m`` (metres in ``crs``) or ``lon, lat`` (degrees), one row a place.

    Optional: the columns of `AGE_GROUPS`, ``persons_low`` and ``persons_high``, ``commune`` (code).

    Parameters
    ----------
    crs : str
        Of ``x_m, y_m``.
    cell_size_m : float or None
        The places are centres of squares of this side; None: points.

    Raises
    ------
    DataError
        Columns are missing, numbers are none, people are negative.
    """
    optional = (*AGE_GROUPS, "persons_low", "persons_high", "commune")
    table = read_columns(path, ("x_m", "y_m", "lon", "lat", "persons", *optional), text=("commune",))
    is_metric = {"x_m", "y_m"} <= set(table)
    point = ("x_m", "y_m") if is_metric else ("lon", "lat")
    missing = [name for name in (*point, "persons") if name not in table]
    if missing:
        problem = f"colonne absente : {', '.join(missing)}"
        raise DataError(Fault(str(path), 0, 0, "", problem, "colonnes attendues : x_m, y_m (ou lon, lat), persons"))
    faults: list[Fault] = []
    x, y = (_coordinate(table, name, path, faults) for name in point)
    if not is_metric and cell_size_m is not None:
        problem = "des mailles d'un côté en mètres ont leur centre en degrés"
        faults.append(Fault(str(path), 0, 0, "cell_size_m", problem, "donner x_m, y_m, ou retirer cell_size_m"))
    column = {name: numbers(table, name, path, faults=faults) for name in ("persons", *optional[:-1]) if name in table}
    if faults:
        raise DataError(faults)
    persons = column["persons"]
    has_interval = {"persons_low", "persons_high"} <= set(column)
    if has_interval:
        is_wrong = (column["persons_low"] > persons) | (column["persons_high"] < persons)
        if is_wrong.any():
            problem = f"{int(is_wrong.sum())} lignes où persons n'est pas entre persons_low et persons_high"
            raise DataError(
                Fault(str(path), 0, 0, "persons_low", problem, "le moins, puis le plus que compte la maille")
            )
    half_m = (cell_size_m or 0) / 2
    has_ages = set(AGE_GROUPS) <= set(column)
    return SourceCells(
        crs=crs if is_metric else "EPSG:4326",
        x=x - half_m,
        y=y - half_m,
        width=2 * half_m,
        height=2 * half_m,
        persons=persons,
        persons_by_age=np.column_stack([column[name] for name in AGE_GROUPS]) if has_ages else None,
        persons_low=column["persons_low"] if has_interval else None,
        persons_high=column["persons_high"] if has_interval else None,
        commune=table["commune"].to_numpy(dtype=str) if "commune" in table else None,
    )


def read_commune_totals(path: Path) -> pd.Series[float]:
    """``persons`` by ``commune`` (code) of a table with these columns.

    Raises
    ------
    DataError
        Columns are missing, a commune is there twice, people are negative.
    """
    table = read_columns(path, ("commune", "persons"), text=("commune",))
    missing = [name for name in ("commune", "persons") if name not in table]
    if missing:
        problem = f"colonne absente : {', '.join(missing)}"
        raise DataError(Fault(str(path), 0, 0, "", problem, "colonnes attendues : commune, persons"))
    faults: list[Fault] = []
    persons = numbers(table, "persons", path, faults=faults)
    code = table["commune"].str.strip()
    twice = code[code.duplicated()]
    if len(twice):
        problem = f"communes données deux fois : {', '.join(twice[:5])}"
        faults.append(Fault(str(path), 0, 0, "commune", problem, "garder une ligne par commune"))
    if faults:
        raise DataError(faults)
    return pd.Series(persons, index=code.to_numpy(dtype=str), name="persons")


def _coordinate(table: pd.DataFrame, name: str, path: Path, faults: list[Fault]) -> np.ndarray:
    values = pd.to_numeric(table[name], errors="coerce").to_numpy(np.float64)
    wrong = ~np.isfinite(values)
    if wrong.any():
        problem = f"{int(wrong.sum())} coordonnées ne sont pas des nombres"
        faults.append(Fault(str(path), 0, 0, name, problem, "un nombre par case, sans unité"))
    return np.where(wrong, 0.0, values)
