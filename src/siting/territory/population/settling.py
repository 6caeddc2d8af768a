"""People of a file in communes and grid cells, and the report of where they went."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from siting.errors import DataError, Fault
from siting.grid import Grid
from siting.scenario.projections import crs_of_cells
from siting.territory.cells import CellLayers, census_row_at
from siting.territory.commune_codes import Forwarded, bring_forward
from siting.territory.population.laying import lay_people
from siting.territory.population.values import Floats, SourceCells
from siting.territory.values import AGE_GROUPS, PopulationReport


def settle(
    people: SourceCells,
    layers: CellLayers,
    grid: Grid,
    *,
    path: Path,
    communes: pd.DataFrame,
    census: pd.DataFrame,
    is_chosen: NDArray[np.bool_],
) -> tuple[CellLayers, PopulationReport]:
    """The layers of the census with the people of a file in place of its own in the study area.

    A cell of the file belongs to the commune of its code, else to that of the census cell that holds its centre. Where
    the file tells no ages, people have those of their commune in the census. Around the study area the census stays.

    Parameters
    ----------
    path : Path
        Of the file, for faults.
    communes, census : DataFrame
        `siting.territory.embedded.read_communes` and `read_cells`.
    is_chosen : bool array, shape (n_communes,)
        Rows of ``communes`` that are the study area.

    Raises
    ------
    DataError
        A code of a commune went to two.
    """
    middle = people.x + people.width / 2, people.y + people.height / 2
    census_row = census_row_at(census, *middle, crs=people.crs, cells_crs=crs_of_cells(grid.crs))
    commune, forward = _communes_of(people, census_row, path, communes, census)
    laid = lay_people(people, grid)
    piece = laid.source[commune[laid.source] >= 0]
    share, cell = laid.share[commune[laid.source] >= 0], laid.cell[commune[laid.source] >= 0]
    by_age = _ages(people, commune, census)
    land_mass = _land_masses(census_row, commune, census)
    columns = {"persons": people.persons, **{name: by_age[:, i] for i, name in enumerate(AGE_GROUPS)}}
    if people.persons_low is not None and people.persons_high is not None:
        columns |= {"persons_low": people.persons_low, "persons_high": people.persons_high}
    table = pd.DataFrame({"cell": cell, "commune": commune[piece], "land_mass": land_mass[piece]})
    table = table.assign(**{name: values[piece] * share for name, values in columns.items()})
    how = {"land_mass": "min"} | dict.fromkeys(columns, "sum")
    inhabited = table.groupby(["cell", "commune"], as_index=False).agg(how)
    inhabited = inhabited[(inhabited["persons"] > 0) & is_chosen[inhabited["commune"].to_numpy()]]
    on_grid = np.bincount(laid.source, laid.share * people.persons[laid.source], len(people)).astype(np.float64)
    report = _report(people, commune, on_grid, communes, is_chosen, forward)
    if report.persons_in.sum() > 0 and report.persons_served.sum() == 0:
        x, y = (f"{axis.min():.6g} à {axis.max():.6g}" for axis in (people.x, people.y))
        problem = f"aucun des habitants du fichier n'est dans le territoire : ils vont de x {x}, y {y} en {people.crs}"
        remedy = "vérifier l'ordre des coordonnées (lon, puis lat), leur projection (crs) et study_area"
        raise DataError(Fault(str(path), 0, 0, "", problem, remedy))
    return _with_people(layers, inhabited, is_chosen), report


def _communes_of(
    people: SourceCells, census_row: NDArray[np.int64], path: Path, communes: pd.DataFrame, census: pd.DataFrame
) -> tuple[NDArray[np.int64], Forwarded]:
    """Row of ``communes`` of each source cell, -1 where there is none, and the codes that changed."""
    located = np.where(census_row >= 0, census["commune"].to_numpy()[census_row], -1).astype(np.int64)
    forward = bring_forward(people.commune if people.commune is not None else [], communes["code"])
    if forward.ambiguous:
        remedy = "donner un code d'aujourd'hui"
        raise DataError(
            Fault(str(path), 0, 0, "commune", f"{code} est allée à {' et '.join(heirs)}", remedy)
            for code, heirs in forward.ambiguous.items()
        )
    if people.commune is None:
        return located, forward
    row_of = pd.Series(np.arange(len(communes)), index=communes["code"].to_numpy())
    given = row_of.reindex(forward.code).fillna(-1).to_numpy(np.int64)
    return np.where(given >= 0, given, located), forward


def _ages(people: SourceCells, commune: NDArray[np.int64], census: pd.DataFrame) -> Floats:
    """Persons by age of each source cell: as the file says, else as the census says of its commune."""
    n_communes = int(max(census["commune"].max(), commune.max(initial=-1))) + 1
    by_commune = np.column_stack([np.bincount(census["commune"], census[name], n_communes) for name in AGE_GROUPS])
    total = by_commune.sum(axis=1, keepdims=True)
    everywhere = by_commune.sum(axis=0) / max(float(by_commune.sum()), 1.0)
    share = np.divide(by_commune, total, out=np.broadcast_to(everywhere, by_commune.shape).copy(), where=total > 0)
    supposed: Floats = people.persons[:, None] * share[np.maximum(commune, 0)]
    if people.persons_by_age is None:
        return supposed
    is_told = people.persons_by_age.sum(axis=1, keepdims=True) > 0
    return np.where(is_told, people.persons_by_age, supposed)


def _land_masses(census_row: NDArray[np.int64], commune: NDArray[np.int64], census: pd.DataFrame) -> NDArray[np.int32]:
    """Land mass of each source cell: that of its census cell, else of the fullest cell of its commune."""
    fullest = census.sort_values("persons", kind="stable").drop_duplicates("commune", keep="last")
    of_commune = pd.Series(fullest["land_mass"].to_numpy(), index=fullest["commune"].to_numpy())
    fallback = of_commune.reindex(commune).fillna(0).to_numpy(np.int32)
    located: NDArray[np.int32] = census["land_mass"].to_numpy(np.int32)[census_row]
    return np.where(census_row >= 0, located, fallback)


def _with_people(layers: CellLayers, inhabited: pd.DataFrame, is_chosen: NDArray[np.bool_]) -> CellLayers:
    """The layers with these people in the study area and the census's elsewhere."""
    others = layers.inhabited[~is_chosen[layers.inhabited["commune"].to_numpy()]]
    persons = np.zeros(layers.persons.size)
    for table in (inhabited, others):
        np.add.at(persons, table["cell"].to_numpy(), table["persons"].to_numpy())
    # Around, a number is what the census says: exact, as far as an interval goes.
    around = others.assign(persons_low=others["persons"], persons_high=others["persons"])
    kept = pd.concat([inhabited, around[inhabited.columns]], ignore_index=True)
    is_land = layers.is_land.copy()
    is_land.ravel()[inhabited["cell"].to_numpy()] = True
    return replace(
        layers, inhabited=kept, persons=persons.astype(np.float32).reshape(layers.persons.shape), is_land=is_land
    )


def _report(
    people: SourceCells,
    commune: NDArray[np.int64],
    on_grid: Floats,
    communes: pd.DataFrame,
    is_chosen: NDArray[np.bool_],
    forward: Forwarded,
) -> PopulationReport:
    departement = np.where(commune >= 0, communes["departement"].to_numpy(dtype=str)[commune], "")
    is_served = (commune >= 0) & is_chosen[commune]
    chosen = communes[is_chosen]
    codes = [*sorted((set(departement) | set(chosen["departement"])) - {""}), ""]
    row = pd.Index(codes).get_indexer(departement)
    hidden = np.zeros(len(people), bool)
    if people.persons_low is not None and people.persons_high is not None:
        hidden = people.persons_low < people.persons_high

    def total(values: Floats) -> Floats:
        return np.bincount(row, values, len(codes)).astype(np.float64)

    official = np.bincount(pd.Index(codes).get_indexer(chosen["departement"]), chosen["persons"], len(codes))
    return PopulationReport(
        departement=np.array(codes, dtype=str),
        persons_in=total(people.persons),
        persons_on_grid=total(on_grid),
        persons_served=total(on_grid * is_served),
        municipal_persons=official.astype(np.float64),
        n_hidden=int((hidden & is_served).sum()),
        renamed=tuple(sorted(forward.renamed.items() | set(people.renamed))),
    )
