"""Which communes a run is about, and the Grid that holds them with a halo."""

from __future__ import annotations

from difflib import get_close_matches

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pyproj import Transformer

from siting.errors import DataError
from siting.grid import Grid
from siting.scenario import Scenario
from siting.territory.cells import CENSUS_CELL_M, CENSUS_CRS

EDGE_POINTS = 21
"""Points along each side when a census rectangle is carried to another CRS, where its edges bend."""


def communes_of(scenario: Scenario, communes: pd.DataFrame) -> NDArray[np.bool_]:
    """Which rows of the embedded communes are the study area.

    Raises
    ------
    DataError
        One fault per code that is no commune or département of metropolitan France, with its place in the scenario.
    """
    area = scenario.study_area
    if area.country is not None:
        return np.ones(len(communes), dtype=bool)
    column, field = ("departement", "departements") if area.departements else ("code", "communes")
    asked = getattr(area, field)
    known = set(communes[column])
    faults = []
    for position, code in enumerate(asked):
        if code not in known:
            near = get_close_matches(code, sorted(known), n=1)
            remedy = f"vouliez-vous dire {near[0]} ?" if near else "donner un code de France métropolitaine"
            what = "aucun département" if field == "departements" else "aucune commune actuelle"
            faults.append(scenario.fault(f"study_area.{field}[{position}]", f"{what} n'a le code {code}", remedy))
    if faults:
        raise DataError(faults)
    return np.asarray(communes[column].isin(asked))


def grid_over(cells: pd.DataFrame, *, crs: str, cell_size_m: float, halo_m: float) -> Grid:
    """The grid over the census cells of the study area (columns ``x_km, y_km``), widened by a halo."""
    west, south = cells[["x_km", "y_km"]].min() * CENSUS_CELL_M
    east, north = (cells[["x_km", "y_km"]].max() + 1) * CENSUS_CELL_M
    bounds_m = (float(west), float(south), float(east), float(north))
    if crs != CENSUS_CRS:
        to_grid = Transformer.from_crs(CENSUS_CRS, crs, always_xy=True)
        bounds_m = to_grid.transform_bounds(*bounds_m, densify_pts=EDGE_POINTS)
    return Grid.covering(bounds_m, cell_size_m=cell_size_m, crs=crs, halo_m=halo_m)
