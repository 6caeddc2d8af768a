"""The people of a planner's file, by the rule that the scenario names."""

from __future__ import annotations

import numpy as np
import pandas as pd

from siting.errors import DataError, Fault
from siting.grid import Grid
from siting.scenario import Scenario
from siting.scenario.codes import meant_communes
from siting.scenario.population import (
    CommunePopulation,
    EurostatPopulation,
    FilosofiPopulation,
    RasterPopulation,
    TablePopulation,
)
from siting.scenario.projections import CENSUS_CRS, LAMBERT_93, crs_of_cells
from siting.territory.cells import CENSUS_CELL_M, census_row_at
from siting.territory.commune_codes import KINDS_FR, bring_forward, counted_twice
from siting.territory.georeference import georeference_faults
from siting.territory.population.gridded import read_eurostat, read_filosofi
from siting.territory.population.raster import read_people_raster
from siting.territory.population.tables import read_commune_totals, read_table
from siting.territory.population.values import SourceCells
from siting.territory.transforming import transformer


def read_population(
    scenario: Scenario, grid: Grid, *, communes: pd.DataFrame, census: pd.DataFrame
) -> SourceCells | None:
    """The people of the file that the scenario's ``population:`` names; None for those that siting carries.

    Parameters
    ----------
    communes, census : DataFrame
        `siting.territory.embedded.read_communes` and `read_cells`: where people of a commune live.

    Raises
    ------
    DataError
        The file is wrong: every fault of the step that finds them.
    """
    people = _people(scenario, grid, communes=communes, census=census)
    if people is not None and len(people):
        west, south = float(people.x.min()), float(people.y.min())
        east, north = float(people.x.max()) + people.width, float(people.y.max()) + people.height
        faults = georeference_faults(scenario.files["population.file"], people.crs, (west, south, east, north))
        if faults:
            raise DataError(faults)
    return people


def _people(scenario: Scenario, grid: Grid, *, communes: pd.DataFrame, census: pd.DataFrame) -> SourceCells | None:
    match scenario.population:
        case FilosofiPopulation() as asked:
            return read_filosofi(
                asked.file, low_persons=asked.imputed_low_persons, high_persons=asked.imputed_high_persons
            )
        case EurostatPopulation() as asked:
            return read_eurostat(
                asked.file,
                hidden_value=asked.hidden_value,
                low_persons=asked.hidden_low_persons,
                high_persons=asked.hidden_high_persons,
            )
        case RasterPopulation() as asked:
            return read_people_raster(asked.file, grid, nodata=asked.nodata, resample=asked.resample)
        case TablePopulation() as asked:
            return read_table(asked.file, crs=asked.crs or _usual_crs(scenario), cell_size_m=asked.cell_size_m)
        case CommunePopulation() as asked:
            return spread_totals(
                _totals(asked, communes),
                asked.spread,
                communes=communes,
                census=census,
                cells_crs=crs_of_cells(grid.crs),
            )
    return None


def _usual_crs(scenario: Scenario) -> str:
    """What metric coordinates of a planner's table are in, unless said."""
    return scenario.study_area.overseas_crs or LAMBERT_93


def _totals(asked: CommunePopulation, communes: pd.DataFrame) -> pd.Series[float]:
    """Persons by commune as the file has them, after a look for people counted twice.

    Raises
    ------
    DataError
        A commune is there with a part of it, or a code went to two communes or is none.
    """
    totals = read_commune_totals(asked.file)
    codes = totals.index.to_numpy(dtype=str)
    faults = []
    for code, (whole, kind) in counted_twice(codes).items():
        if kind != "arrondissement" and asked.older_codes:
            continue
        problem = f"{code} {KINDS_FR[kind]} {whole}, qui y est aussi : habitants comptés deux fois"
        remedy = "garder l'un ou l'autre"
        if kind != "arrondissement":
            remedy += " ; si le fichier date d'avant la fusion, écrire population.older_codes: true"
        faults.append(Fault(str(asked.file), 0, 0, "commune", problem, remedy))
    forward = bring_forward(codes, communes["code"])
    for code, heirs in forward.ambiguous.items():
        problem = f"{code} est allée à {' et '.join(heirs)} : ses habitants ne peuvent être attribués"
        faults.append(Fault(str(asked.file), 0, 0, "commune", problem, "partager ce total entre ces communes"))
    if forward.unknown:
        shown = ", ".join(forward.unknown[:5])
        problem = f"{len(forward.unknown)} codes qui ne sont d'aucune commune : {shown}"
        meant = [f"{code} : {meant_communes(code)[0]}" for code in forward.unknown[:5] if meant_communes(code)]
        remedy = f"enregistrer la colonne en texte ({', '.join(meant)})" if meant else "donner des codes INSEE"
        faults.append(Fault(str(asked.file), 0, 0, "commune", problem, remedy))
    if faults:
        raise DataError(faults)
    return totals


def spread_totals(
    totals: pd.Series[float],
    spread: str,
    *,
    communes: pd.DataFrame,
    census: pd.DataFrame,
    cells_crs: str = CENSUS_CRS,
) -> SourceCells:
    """People of communes put where the rule says.

    Parameters
    ----------
    totals : Series
        Persons by code, of any year.
    spread : str
        ``"census"``: in proportion to the census of 2021 in the commune's cells; ``"evenly"``: over its cells;
        ``"town_hall"``: at its town hall, where the two others put the communes without a cell of their own.
    cells_crs : str
        Of the cells of ``census``.
    """
    row_of = pd.Series(np.arange(len(communes)), index=communes["code"].to_numpy())
    forward = bring_forward(totals.index.to_numpy(dtype=str), communes["code"])
    renamed = tuple(sorted(forward.renamed.items()))
    of_commune = totals.groupby(row_of.reindex(forward.code).to_numpy(), dropna=True).sum()
    row, persons = of_commune.index.to_numpy(np.int64), of_commune.to_numpy(np.float64)
    if spread == "town_hall":
        x, y = transformer("EPSG:4326", cells_crs).transform(
            communes["lon"].to_numpy()[row], communes["lat"].to_numpy()[row]
        )
        code = communes["code"].to_numpy(dtype=str)[row]
        return SourceCells(cells_crs, x, y, 0, 0, persons, commune=code, renamed=renamed)
    weight = census["persons"].to_numpy(np.float64) if spread == "census" else np.ones(len(census))
    total = np.bincount(census["commune"], weight, len(communes))
    wanted = np.zeros(len(communes))
    wanted[row] = persons
    commune = census["commune"].to_numpy()
    share = np.divide(weight, total[commune], out=np.zeros(len(census)), where=total[commune] > 0)
    placed = wanted[commune] * share
    lost = row[total[row] == 0]
    x, y = transformer("EPSG:4326", cells_crs).transform(
        communes["lon"].to_numpy()[lost], communes["lat"].to_numpy()[lost]
    )
    cell = census_row_at(census, np.asarray(x), np.asarray(y), crs=cells_crs, cells_crs=cells_crs)
    kept = np.flatnonzero(placed > 0)
    at = np.append(kept, cell[cell >= 0])
    return SourceCells(
        crs=cells_crs,
        x=census["x_km"].to_numpy(np.float64)[at] * CENSUS_CELL_M,
        y=census["y_km"].to_numpy(np.float64)[at] * CENSUS_CELL_M,
        width=CENSUS_CELL_M,
        height=CENSUS_CELL_M,
        persons=np.append(placed[kept], wanted[lost[cell >= 0]]),
        commune=communes["code"].to_numpy(dtype=str)[np.append(commune[kept], lost[cell >= 0])],
        renamed=renamed,
    )
