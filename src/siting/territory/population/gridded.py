"""People by cell of a public grid: INSEE Filosofi (200 m, 1 km) and the European census grid.

The cell's code says where it is: ``CRS3035RES200mN2041800E4226200`` is the square of 200 m whose south-west corner is
at x 4226200, y 2041800 of EPSG:3035; ``1kmN2041E4226`` is the short form, in kilometres.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pyproj import CRS
from pyproj.exceptions import CRSError

from siting.errors import DataError, Fault
from siting.territory.columns import numbers, read_columns
from siting.territory.population.values import Floats, SourceCells

_CODE = r"^(?:[A-Z]{2}_)?(?:CRS(\d+)RES([1-9]\d*)m|([1-9]\d*)(km|m))N(-?\d+)E(-?\d+)$"

FILOSOFI_CODES = ("idcar_200m", "idcar_1km", "idinspire", "id_carr1km", "id_carr_n")
"""Cell codes of the vintages 2021 to 2017 (idcar_…) and 2015 (idinspire, id_carr1km), in lower case, finest first."""
FILOSOFI_IMPUTED = {200: ("i_est_200", "i_est_cr"), 1000: ("i_est_1km",)}
"""Whether a cell's figures are imputed, by its side in metres."""
FILOSOFI_COMMUNE = ("lcog_geo", "depcom")
"""Codes of the communes that a cell touches, one after the other; the first holds it."""
FILOSOFI_AGES: dict[str, dict[str, float]] = {
    "under_15": {"ind_0_3": 1, "ind_4_5": 1, "ind_6_10": 1, "ind_11_17": 4 / 7},
    "from_15_to_64": {"ind_11_17": 3 / 7, "ind_18_24": 1, "ind_25_39": 1, "ind_40_54": 1, "ind_55_64": 1},
    "over_65": {"ind_65_79": 1, "ind_80p": 1},
}
"""Age groups from Filosofi's: of those from 11 to 17, four years in seven are under 15 [assumption]."""

EUROSTAT_CODES = ("grd_id", "grd_inspireid", "cellcode")
EUROSTAT_PERSONS = ("t", "tot_p", "tot_p_2021", "tot_p_2018", "tot_p_2011", "obs_value_t", "persons")
EUROSTAT_AGES = {
    "under_15": ("y_lt15", "obs_value_y_lt15", "under_15"),
    "from_15_to_64": ("y_1564", "obs_value_y_1564", "from_15_to_64"),
    "over_65": ("y_ge65", "obs_value_y_ge65", "over_65"),
}


def read_filosofi(path: Path, *, low_persons: float, high_persons: float) -> SourceCells:
    """A Filosofi file of any vintage, in squares of 200 m or 1 km.

    Parameters
    ----------
    low_persons, high_persons : float
        What an imputed cell may hold; widened to the imputed number where that lies outside.

    Raises
    ------
    DataError
        Columns are missing, codes are none or twice, people are negative.
    """
    ages = sorted({name for group in FILOSOFI_AGES.values() for name in group})
    flags = [name for names in FILOSOFI_IMPUTED.values() for name in names]
    text = (*FILOSOFI_CODES, *FILOSOFI_COMMUNE)
    table = read_columns(path, (*text, "ind", *flags, *ages), text=text)
    code = _first(path, table, FILOSOFI_CODES, "code de maille")
    _first(path, table, ("ind",), "nombre d'habitants")
    crs, side_m, x, y = _corners(path, table[code])
    faults: list[Fault] = []
    persons = numbers(table, "ind", path, faults=faults)
    by_age = None
    if set(ages) <= set(table):
        one = {name: numbers(table, name, path, faults=faults) for name in ages}
        groups = [np.sum([part * one[name] for name, part in of.items()], axis=0) for of in FILOSOFI_AGES.values()]
        by_age = np.column_stack(groups)
    if faults:
        raise DataError(faults)
    flag = next((name for name in FILOSOFI_IMPUTED.get(round(side_m), ()) if name in table), None)
    low = high = None
    if flag:
        is_imputed = pd.to_numeric(table[flag], errors="coerce").fillna(0).to_numpy() > 0
        low, high = interval(persons, is_imputed, low_persons, high_persons)
    codes = next((table[name] for name in FILOSOFI_COMMUNE if name in table), None)
    commune = None if codes is None else codes.str.slice(0, 5).to_numpy(dtype=str)
    return SourceCells(crs, x, y, side_m, side_m, persons, by_age, low, high, commune)


def read_eurostat(path: Path, *, hidden_value: float | None, low_persons: float, high_persons: float) -> SourceCells:
    """A census grid in Eurostat's columns.

    Parameters
    ----------
    hidden_value : float or None
        What stands for a number hidden by secrecy (−9999…); any other negative number is a fault.
    low_persons, high_persons : float
        What a hidden cell may hold; the middle is counted.

    Raises
    ------
    DataError
        As `read_filosofi`.
    """
    groups = [name for names in EUROSTAT_AGES.values() for name in names]
    table = read_columns(path, (*EUROSTAT_CODES, *EUROSTAT_PERSONS, *groups), text=EUROSTAT_CODES)
    code = _first(path, table, EUROSTAT_CODES, "code de maille")
    column = _first(path, table, EUROSTAT_PERSONS, "nombre d'habitants")
    crs, side_m, x, y = _corners(path, table[code])
    is_hidden = (pd.to_numeric(table[column], errors="coerce") == hidden_value).to_numpy()
    middle = (low_persons + high_persons) / 2
    table[column] = table[column].mask(is_hidden, middle)
    faults: list[Fault] = []
    persons = numbers(table, column, path, faults=faults)
    found = [next((name for name in names if name in table), None) for names in EUROSTAT_AGES.values()]
    by_age = None
    if all(found):
        # A hidden age is none: the group is then shared out as elsewhere, by `persons_by_age` of 0.
        clean = [table[name].mask(table[name] == hidden_value, 0) for name in found if name]
        by_age = np.column_stack([numbers(table.assign(age=one), "age", path, faults=faults) for one in clean])
    if faults:
        raise DataError(faults)
    low, high = interval(persons, is_hidden, low_persons, high_persons) if is_hidden.any() else (None, None)
    return SourceCells(crs, x, y, side_m, side_m, persons, by_age, low, high)


def interval(persons: Floats, is_hidden: NDArray[np.bool_], low: float, high: float) -> tuple[Floats, Floats]:
    """Least and most persons of each cell: themselves, but for the hidden ones."""
    return (
        np.where(is_hidden, np.minimum(persons, low), persons),
        np.where(is_hidden, np.maximum(persons, high), persons),
    )


def _first(path: Path, table: pd.DataFrame, names: tuple[str, ...], what: str) -> str:
    found = next((name for name in names if name in table), None)
    if found is None:
        problem = f"colonne absente : {what}"
        raise DataError(Fault(str(path), 0, 0, "", problem, f"une des colonnes {', '.join(names)}"))
    return found


def _corners(path: Path, codes: pd.Series[str]) -> tuple[str, float, Floats, Floats]:
    """CRS, side in metres and corners that codes of cells tell."""
    parts = codes.str.extract(_CODE)
    is_wrong = parts[4].isna().to_numpy()
    faults = []
    if is_wrong.any():
        first = codes[is_wrong].iloc[0]
        problem = f"{int(is_wrong.sum())} codes de maille illisibles, comme « {first} »"
        faults.append(Fault(str(path), 0, 0, str(codes.name), problem, "comme CRS3035RES200mN2041800E4226200"))
    twice = codes[codes.duplicated()]
    if len(twice):
        problem = f"{len(twice)} mailles figurent deux fois, comme « {twice.iloc[0]} »"
        faults.append(Fault(str(path), 0, 0, str(codes.name), problem, "garder une ligne par maille"))
    if faults:
        raise DataError(faults)
    kilometres = parts[3].eq("km").to_numpy()
    side = np.where(kilometres, 1000, 1) * parts[1].fillna(parts[2]).to_numpy(np.float64)
    crs = parts[0].fillna("3035")
    if len(codes) and (crs.nunique() > 1 or np.ptp(side)):
        problem = "des mailles de plusieurs côtés ou projections"
        raise DataError(Fault(str(path), 0, 0, str(codes.name), problem, "un fichier par côté de maille"))
    name = f"EPSG:{crs.iloc[0] if len(codes) else 3035}"
    try:
        CRS.from_user_input(name)
    except CRSError as error:
        problem = f"{name} n'est pas une projection connue"
        raise DataError(Fault(str(path), 0, 0, str(codes.name), problem, "un code comme CRS3035RES200mN…E…")) from error
    unit = np.where(kilometres, 1000.0, 1.0)
    y, x = parts[4].to_numpy(np.float64) * unit, parts[5].to_numpy(np.float64) * unit
    return name, float(side[0]) if len(codes) else 1000.0, x, y
