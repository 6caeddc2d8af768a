"""The 1 km cells of metropolitan France: where they are, and who lives there."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scripts.build_data.polygons import Land
from scripts.build_data.raw import RawFiles
from scripts.build_data.waters import without_wide_waters

CELL_M = 1000
SHARED_SHARE = 0.05
"""A cell that holds this share of two land masses goes to the larger: its people seldom live on the islet."""
COUNTS = ("persons", "under_15", "from_15_to_64", "over_65")


def cells_table(raw: RawFiles, land: Land) -> pd.DataFrame:
    """Every 1 km cell (EPSG:3035) whose centre is in a commune or in which the census found residents.

    Columns ``x_km, y_km, commune, land_mass, persons, under_15, from_15_to_64, over_65, persons_left_out``,
    sorted by ``y_km, x_km``. ``commune`` is a row of the communes in the order of their codes.
    """
    census = pd.read_parquet(raw.census)
    census = census[census.persons > 0]
    cells = _land_cells(land).merge(census, on=["x_km", "y_km"], how="outer")
    cells["country"] = cells.country.fillna("FR")
    for column in COUNTS:
        cells[column] = cells[column].fillna(0).astype(np.int64)
    _place_cells(cells, land)
    _leave_neighbours_out(cells, land)
    columns = ["x_km", "y_km", "commune", "land_mass", *COUNTS, "persons_left_out"]
    cells = without_wide_waters(cells)[columns].astype(np.int64)
    return cells.sort_values(["y_km", "x_km"]).reset_index(drop=True)


def _land_cells(land: Land) -> pd.DataFrame:
    """Cells whose centre lies in a part of a commune; a centre on a border goes to the lower row."""
    x_min, y_min, x_max, y_max = shapely.total_bounds(land.part) // CELL_M
    x_km, y_km = np.meshgrid(np.arange(x_min, x_max + 1), np.arange(y_min, y_max + 1))
    x_km, y_km = x_km.ravel().astype(np.int64), y_km.ravel().astype(np.int64)
    centre, part = shapely.STRtree(land.part).query(_centres(x_km, y_km), predicate="intersects")
    cells = pd.DataFrame(
        {
            "x_km": x_km[centre],
            "y_km": y_km[centre],
            "commune": land.commune[part],
            "land_mass": land.land_mass[part],
        }
    )
    return cells.sort_values(["y_km", "x_km", "commune"]).drop_duplicates(["x_km", "y_km"])


def _place_cells(cells: pd.DataFrame, land: Land) -> None:
    """Give each inhabited cell off land, or on an island, to the part it overlaps most, else to the nearest.

    Where it holds `SHARED_SHARE` of several land masses, the parts of the largest come first.
    """
    placed = cells.index[cells.commune.isna() | ((cells.land_mass > 0) & (cells.persons > 0))]
    x_km, y_km = cells.x_km[placed].to_numpy(), cells.y_km[placed].to_numpy()
    tree = shapely.STRtree(land.part)
    row, part = tree.query_nearest(_centres(x_km, y_km), all_matches=False)
    chosen = np.empty(len(placed), dtype=np.int64)
    chosen[row] = part
    row, part = tree.query(_squares(x_km, y_km), predicate="intersects")
    overlap = pd.DataFrame({"row": row, "part": part, "mass": land.land_mass[part]})
    overlap["m2"] = _overlap_m2(land, x_km[row], y_km[row], part)
    in_mass_m2 = overlap.groupby(["row", "mass"]).m2.transform("sum")
    overlap["rank"] = np.where(in_mass_m2 >= SHARED_SHARE * CELL_M**2, overlap.mass, len(land.part))
    best = overlap.sort_values(["row", "rank", "m2", "part"], ascending=[True, True, False, True])
    best = best.drop_duplicates("row")
    chosen[best.row] = best.part
    cells.loc[placed, "commune"] = land.commune[chosen]
    cells.loc[placed, "land_mass"] = land.land_mass[chosen]


def _leave_neighbours_out(cells: pd.DataFrame, land: Land) -> None:
    """Split the people of cells shared with a neighbour country by the cell's area inside French communes."""
    shared = cells.index[cells.country != "FR"]
    x_km, y_km = cells.x_km[shared].to_numpy(), cells.y_km[shared].to_numpy()
    row, part = shapely.STRtree(land.part).query(_squares(x_km, y_km), predicate="intersects")
    inside_m2 = np.bincount(row, _overlap_m2(land, x_km[row], y_km[row], part), minlength=len(shared))
    french_share = np.minimum(inside_m2 / CELL_M**2, 1.0)
    everyone = cells.persons[shared].to_numpy()
    for column in COUNTS:
        cells.loc[shared, column] = largest_remainder(cells.loc[shared, column].to_numpy() * french_share)
    cells["persons_left_out"] = 0
    cells.loc[shared, "persons_left_out"] = everyone - cells.persons[shared].to_numpy()


def largest_remainder(values: NDArray[np.float64]) -> NDArray[np.int64]:
    """Whole numbers next to ``values`` with the same total (rounded); ties go to the first."""
    whole = np.floor(values).astype(np.int64)
    missing = round(float(values.sum())) - int(whole.sum())
    whole[np.argsort(whole - values, kind="stable")[:missing]] += 1
    return whole


def _centres(x_km: NDArray[np.int64], y_km: NDArray[np.int64]) -> NDArray[np.object_]:
    return shapely.points((x_km + 0.5) * CELL_M, (y_km + 0.5) * CELL_M)


def _squares(x_km: NDArray[np.int64], y_km: NDArray[np.int64]) -> NDArray[np.object_]:
    x_m, y_m = x_km * CELL_M, y_km * CELL_M
    return shapely.box(x_m, y_m, x_m + CELL_M, y_m + CELL_M)


def _overlap_m2(
    land: Land, x_km: NDArray[np.int64], y_km: NDArray[np.int64], part: NDArray[np.int64]
) -> NDArray[np.float64]:
    return shapely.area(shapely.intersection(land.part[part], _squares(x_km, y_km)))
