"""Sites from public registers: FINESS (health establishments) and BPE (INSEE's facilities)."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pandas as pd

from siting.errors import DataError, Fault
from siting.grid import Grid
from siting.scenario.projections import CENSUS_CRS, LAMBERT_93, crs_of_cells
from siting.territory.columns import read_columns
from siting.territory.transforming import transformer

FINESS_CATEGORIES = {
    "msp": ("603",),
    "health_centre": ("124", "439"),
    "duty_centre": ("617",),
    "hospital": ("101", "106", "355"),
    "pharmacy": ("620",),
}
"""Codes of categories of establishments; health centres are not the dental, nursing or sexual-health ones."""
BPE_CATEGORIES = {
    "msp": ("D113",),
    "health_centre": ("D108",),
    "hospital": ("D101",),
    "emergency": ("D106",),
    "gp": ("D201", "D265"),
    "nurse": ("D232", "D281"),
    "pharmacy": ("D301", "D307"),
}
"""TYPEQU codes; general practitioners, nurses and pharmacies have two, of older and newer vintages."""

_FINESS_NAMES = {
    "id": ("finess", "nofinesset", "num_finess_et", "finess_et"),
    "name": ("name", "rs", "rslongue", "raison_sociale"),
    "code": ("category_code", "categetab", "categorie", "code_categorie"),
    "lon": ("lon", "longitude"),
    "lat": ("lat", "latitude"),
    "x": ("coordxet", "x", "lambert_x"),
    "y": ("coordyet", "y", "lambert_y"),
}
_BPE_NAMES = {
    "code": ("typequ",),
    "name": ("nomrs", "typequ"),
    "commune": ("depcom",),
    "lon": ("longitude", "lon"),
    "lat": ("latitude", "lat"),
    "x": ("lambert_x",),
    "y": ("lambert_y",),
}


def read_finess(path: Path, grid: Grid, categories: list[str]) -> tuple[pd.DataFrame, int]:
    """Establishments of some categories on the grid, and how many of these categories have no point.

    The stock file of two kinds of lines (``structureet;…`` and ``geolocalisation;…``) is read as it is published; any
    other CSV needs an identifier, a category code and coordinates under one of their usual names.

    Returns
    -------
    table : DataFrame
        ``id`` (``finess:…``), ``name``, ``category`` (a key of `FINESS_CATEGORIES`), ``x_m, y_m`` in the grid's CRS.
    n_unplaced : int

    Raises
    ------
    DataError
        Columns are missing or an establishment is there twice.
    """
    table = _finess_stock(path) if _is_stock(path) else _named(path, _FINESS_NAMES, ("id", "code"))
    chosen = _of_categories(table, FINESS_CATEGORIES, categories)
    twice = chosen["id"][chosen["id"].duplicated()]
    if len(twice):
        problem = f"{len(twice)} établissements figurent deux fois, comme {twice.iloc[0]}"
        raise DataError(Fault(str(path), 0, 0, "finess", problem, "garder une ligne par établissement"))
    return _placed(path, chosen.assign(id="finess:" + chosen["id"]), grid)


def read_bpe(path: Path, grid: Grid, categories: list[str]) -> tuple[pd.DataFrame, int]:
    """Facilities of some categories on the grid, as `read_finess`; ``id`` is ``bpe:`` and the number of the row."""
    table = _named(path, _BPE_NAMES, ("code",))
    table = table.assign(id=[f"bpe:{row}" for row in range(1, len(table) + 1)])
    return _placed(path, _of_categories(table, BPE_CATEGORIES, categories), grid)


def _named(path: Path, names: dict[str, tuple[str, ...]], needed: tuple[str, ...]) -> pd.DataFrame:
    wanted = [name for options in names.values() for name in options]
    text = [name for key in ("id", "name", "code", "commune") for name in names.get(key, ())]
    table = read_columns(path, wanted, text=text)
    found = {key: next((name for name in options if name in table), None) for key, options in names.items()}
    has_point = (found["lon"] and found["lat"]) or (found["x"] and found["y"])
    missing = [" ou ".join(names[key]) for key in needed if not found[key]] + ([] if has_point else ["lon et lat"])
    if missing:
        problem = f"colonnes absentes : {' ; '.join(missing)}"
        raise DataError(Fault(str(path), 0, 0, "", problem, "donner le fichier tel qu'il est publié"))
    return pd.DataFrame({key: table[name] for key, name in found.items() if name})


def _is_stock(path: Path) -> bool:
    with path.open("rb") as stream:
        head = stream.readline().lower()
    return head.startswith((b"finess;etalab", b"structureet;"))


def _finess_stock(path: Path) -> pd.DataFrame:
    """The two kinds of lines of the stock file, joined: columns by their rank, since it has no titles."""
    places: dict[str, dict[str, str]] = {}
    with path.open(encoding="utf-8", errors="replace", newline="") as stream:
        for cells in csv.reader(stream, delimiter=";"):
            if cells[0] == "structureet" and len(cells) > 18:
                places.setdefault(cells[1], {}).update(id=cells[1], name=cells[4] or cells[3], code=cells[18])
            elif cells[0] == "geolocalisation" and len(cells) > 3:
                places.setdefault(cells[1], {}).update(x=cells[2], y=cells[3])
    table = pd.DataFrame(list(places.values()), columns=["id", "name", "code", "x", "y"])
    return table[table["id"].notna()]


def _of_categories(table: pd.DataFrame, codes: dict[str, tuple[str, ...]], categories: list[str]) -> pd.DataFrame:
    category_of = {code: name for name in categories for code in codes[name]}
    category = table["code"].astype(str).str.strip().map(category_of)
    return table.assign(category=category)[category.notna()].reset_index(drop=True)


def _placed(path: Path, table: pd.DataFrame, grid: Grid) -> tuple[pd.DataFrame, int]:
    """The rows that have a point on the grid, and how many have no point at all."""
    x = np.full(len(table), np.nan)
    y = x.copy()
    # Both registers give metres in Lambert 93, overseas in the projection of each département: far apart in numbers.
    metric_crs = LAMBERT_93 if crs_of_cells(grid.crs) == CENSUS_CRS else grid.crs
    for names, crs in ((("lon", "lat"), "EPSG:4326"), (("x", "y"), metric_crs)):
        if set(names) <= set(table):
            first, second = (pd.to_numeric(table[name], errors="coerce").to_numpy(np.float64) for name in names)
            todo = np.isnan(x) & np.isfinite(first) & np.isfinite(second)
            if crs == "EPSG:4326" and (todo & (np.abs(first) > 40) & (np.abs(second) < 20)).any():
                problem, remedy = "longitude et latitude semblent échangées", "la longitude vient sous lon"
                raise DataError(Fault(str(path), 0, 0, ", ".join(names), problem, remedy))
            to_grid = transformer(crs, grid.crs)
            x[todo], y[todo] = to_grid.transform(first[todo], second[todo])
    is_on_grid = np.isfinite(x) & (grid.cell_at(np.nan_to_num(x, nan=-1e12), np.nan_to_num(y, nan=-1e12)) >= 0)
    name = table["name"].replace("", np.nan).fillna(table["id"]) if "name" in table else table["id"]
    placed = pd.DataFrame({"id": table["id"], "name": name, "category": table["category"], "x_m": x, "y_m": y})
    return placed[is_on_grid].reset_index(drop=True), int(np.isnan(x).sum())
