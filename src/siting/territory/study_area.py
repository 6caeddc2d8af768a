"""Which communes a run is about, and the Grid that holds them with a halo."""

from __future__ import annotations

import os

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from siting.errors import DataError
from siting.grid import Grid
from siting.scenario import Scenario
from siting.scenario.projections import crs_of_cells
from siting.territory.cells import CENSUS_CELL_M
from siting.territory.commune_codes import KINDS_FR, successors
from siting.territory.transforming import transformer

BYTES_PER_CELL = 150
"""Of all layers of a run at its peak: 78 measured to assemble France at 1000 and 500 m, the rest for travel."""
EDGE_POINTS = 21
"""Points along each side when a census rectangle is carried to another CRS, where its edges bend."""


def communes_of(scenario: Scenario, communes: pd.DataFrame) -> NDArray[np.bool_]:
    """Which rows of the embedded communes are the study area.

    Raises
    ------
    DataError
        One fault per code that is no commune or département, with its place in the scenario.
    """
    area = scenario.study_area
    if area.country is not None:
        return np.asarray(~communes["code"].str.startswith("97"))
    column, field = ("departement", "departements") if area.departements else ("code", "communes")
    asked = getattr(area, field)
    known = set(communes[column])
    faults = [
        scenario.fault(f"study_area.{field}[{position}]", *_unknown(code, field, known))
        for position, code in enumerate(asked)
        if code not in known
    ]
    if faults:
        raise DataError(faults)
    return np.asarray(communes[column].isin(asked))


def _unknown(code: str, field: str, known: set[str]) -> tuple[str, str]:
    """(problem, remedy) of a code that is no département or commune of today."""
    if field == "departements":
        return f"aucun département n'a le code {code}", "donner un code de département, 01 à 95 ou 971 à 976"
    heirs = successors().get(code, ())
    if heirs:
        problem = " et ".join(f"{code} {KINDS_FR[kind]} {heir}" for heir, kind in heirs)
        return problem, f"donner la commune entière : {' et '.join(heir for heir, _ in heirs)}"
    is_postal = code.endswith("00") or code[:2] in {known_code[:2] for known_code in known}
    hint = "est-ce un code postal ? " if is_postal else ""
    return f"aucune commune actuelle n'a le code {code}", f"{hint}donner le code INSEE actuel"


def refuse_beyond_memory(scenario: Scenario, grid: Grid, *, memory_bytes: int | None = None) -> None:
    """Say that a grid is too large for this machine before its memory runs out.

    Parameters
    ----------
    memory_bytes : int, optional
        Of the machine, unless said.

    Raises
    ------
    DataError
        The layers of the grid would take more, at `BYTES_PER_CELL`.
    """
    memory_bytes = memory_bytes or os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    needed_gb = grid.n_cells * BYTES_PER_CELL / 1e9
    if needed_gb > memory_bytes / 1e9:
        problem = (
            f"{grid.n_cells / 1e6:.0f} millions de mailles demandent environ {needed_gb:.0f} Go, cet ordinateur en a "
            f"{memory_bytes / 1e9:.0f}"
        )
        raise DataError(scenario.fault("grid.cell_size_m", problem, "agrandir cell_size_m, ou réduire le territoire"))


def grid_over(cells: pd.DataFrame, *, crs: str, cell_size_m: float, halo_m: float) -> Grid:
    """The grid over the census cells of the study area (columns ``x_km, y_km``), widened by a halo."""
    west, south = cells[["x_km", "y_km"]].min() * CENSUS_CELL_M
    east, north = (cells[["x_km", "y_km"]].max() + 1) * CENSUS_CELL_M
    bounds_m = (float(west), float(south), float(east), float(north))
    if crs != crs_of_cells(crs):
        to_grid = transformer(crs_of_cells(crs), crs)
        bounds_m = to_grid.transform_bounds(*bounds_m, densify_pts=EDGE_POINTS)
    return Grid.covering(bounds_m, cell_size_m=cell_size_m, crs=crs, halo_m=halo_m)
