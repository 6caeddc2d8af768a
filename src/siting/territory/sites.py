"""Sites of a run: existing ones and candidates, by rule or from a planner's file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from siting.errors import DataError, Fault
from siting.grid import Grid
from siting.scenario import Scenario
from siting.scenario.sites import BpeSites, FinessSites
from siting.territory.gathering import Gathering
from siting.territory.registers import read_bpe, read_finess
from siting.territory.site_files import NUMBERS, read_site_file, site_rows_frame
from siting.territory.values import SITE_DETAILS, Communes, Demand, Sites

KIND_OF_USE = {"keep": "practice", "label": "label", "upgrade": "upgrade", "tele": "tele"}
"""Kind of site of what exists, by what the scenario makes of it."""
MOST_MOVE_M = 2_000.0
"""A site of a file at sea is moved to land within this, the width of two census cells; beyond, it lies outside."""


@dataclass(frozen=True)
class SiteLog:
    """What became of sites that could not be taken as they were given.

    Attributes
    ----------
    n_twins : int
        Candidates left out because an existing site stands at the same point, and would serve the same people.
    moved : tuple of str
        Ids of sites of a file at sea, moved to the nearest land within `MOST_MOVE_M`.
    n_unplaced : int
        Establishments of a register, of the categories asked for, without coordinates.
    """

    n_twins: int
    moved: tuple[str, ...]
    n_unplaced: int


def choose_sites(
    scenario: Scenario, *, grid: Grid, communes: Communes, demand: Demand, commune_of_cell: np.ndarray
) -> tuple[Sites, SiteLog]:
    """The sites that the scenario asks for, and what was done to have them.

    Raises
    ------
    DataError
        A file of sites is wrong, two sites have the same id, there is no candidate, or one is outside the study area.
    """
    gathering = Gathering()
    found = gathering.take(lambda: _existing(scenario, grid, communes))
    candidates = gathering.take(lambda: _candidates(scenario, grid, communes, demand))
    gathering.refuse()
    assert found is not None and candidates is not None, "both are read, or refused"
    existing, n_unplaced = found
    moved: list[str] = []
    for table in (existing, candidates):
        if "commune" not in table:
            moved += _move_ashore(table, grid, commune_of_cell)
            table["commune"] = _commune_at(table, grid, commune_of_cell)
        inside = communes.in_study_area[table["commune"].to_numpy()] & (table["commune"].to_numpy() >= 0)
        table["in_study_area"] = inside
    # What may become a house is a candidate, and those are of the study area.
    existing = existing[existing["in_study_area"] | (existing["kind"] == "practice")]
    _refuse_no_candidate(scenario, candidates)
    _refuse_candidates_outside(scenario, candidates)
    points = set(zip(existing["x_m"], existing["y_m"], strict=True))
    is_twin = np.array(
        [point in points for point in zip(candidates["x_m"], candidates["y_m"], strict=True)], dtype=bool
    )
    table = pd.concat([existing, candidates[~is_twin]], ignore_index=True).sort_values("id", kind="stable")
    _refuse_twice(scenario, table)
    return _sites(table), SiteLog(int(is_twin.sum()), tuple(sorted(moved)), n_unplaced)


def _commune_at(table: pd.DataFrame, grid: Grid, commune_of_cell: np.ndarray) -> np.ndarray:
    cell = grid.cell_at(table["x_m"], table["y_m"])
    return np.where(cell >= 0, commune_of_cell.ravel()[cell], -1)


def _move_ashore(table: pd.DataFrame, grid: Grid, commune_of_cell: np.ndarray) -> list[str]:
    """Move the sites that lie in no commune to the nearest cell of one within `MOST_MOVE_M`; their ids."""
    adrift = np.flatnonzero(_commune_at(table, grid, commune_of_cell) < 0)
    if not len(adrift):
        return []
    land_x_m, land_y_m = grid.centre_of(np.flatnonzero(commune_of_cell.ravel() >= 0))
    points = table[["x_m", "y_m"]].to_numpy(np.float64)
    distance_m, nearest = cKDTree(np.column_stack([land_x_m, land_y_m])).query(points[adrift])
    is_near = distance_m <= MOST_MOVE_M
    table.loc[adrift[is_near], "x_m"] = land_x_m[nearest[is_near]]
    table.loc[adrift[is_near], "y_m"] = land_y_m[nearest[is_near]]
    return [str(one) for one in table["id"].to_numpy()[adrift[is_near]]]


def _sites(table: pd.DataFrame) -> Sites:
    return Sites(
        id=table["id"].to_numpy(dtype=str),
        name=table["name"].to_numpy(dtype=str),
        kind=table["kind"].to_numpy(dtype=str),
        commune=table["commune"].to_numpy(np.int32),
        x_m=table["x_m"].to_numpy(np.float64),
        y_m=table["y_m"].to_numpy(np.float64),
        is_existing=(table["kind"] == "practice").to_numpy(),
        in_study_area=table["in_study_area"].to_numpy(bool),
        **{name: _detail(table, name) for name in SITE_DETAILS},
    )


def _detail(table: pd.DataFrame, name: str) -> Any:
    """A column of `SITE_DETAILS`, None where no site has any."""
    if name not in table:
        return None
    if name in NUMBERS:
        return None if table[name].isna().all() else table[name].to_numpy(np.float64)
    texts = table[name].fillna("").to_numpy(dtype=str)
    return texts if (texts != "").any() else None


def _existing(scenario: Scenario, grid: Grid, communes: Communes) -> tuple[pd.DataFrame, int]:
    """Existing sites, and how many of a register have no point."""
    settings = scenario.existing
    if settings.rule == "none" or settings.treatment == "ignore":
        return _town_halls(communes, np.zeros(len(communes), dtype=bool)).assign(kind=""), 0
    if isinstance(settings, FinessSites | BpeSites):
        used = {category: use for category, use in settings.categories.items() if use != "ignore"}
        read = read_finess if isinstance(settings, FinessSites) else read_bpe
        table, n_unplaced = read(settings.file, grid, list(used))
        return table.assign(kind=[KIND_OF_USE[used[category]] for category in table["category"]]), n_unplaced
    kind = KIND_OF_USE[settings.treatment]
    if settings.rule == "file":
        return site_rows_frame(read_site_file(Path(settings.file), grid)).assign(kind=kind), 0
    has_practices = communes.gp_practices >= settings.min_gp_practices
    table = _town_halls(communes, has_practices).assign(kind=kind)
    return table.assign(id="practice:" + table["id"]), 0


def _candidates(scenario: Scenario, grid: Grid, communes: Communes, demand: Demand) -> pd.DataFrame:
    settings = scenario.candidates
    if settings.rule == "file":
        table = site_rows_frame(read_site_file(Path(settings.file), grid))
        factor = table["premises"].map(settings.premises_cost_factors).fillna(1.0)
        return _with_kinds(table.assign(cost_eur=table["cost_eur"] * factor), settings.kinds)
    if settings.rule == "town_halls":
        table = _town_halls(communes, communes.in_study_area & (communes.persons >= settings.min_persons))
    else:
        row = np.flatnonzero(demand.persons >= settings.min_persons)
        x_m, y_m = grid.centre_of(demand.cell[row])
        ids = [f"cell:{y:.0f}N{x:.0f}E" for x, y in zip(x_m, y_m, strict=True)]
        names = communes.name[demand.commune[row]]
        table = pd.DataFrame({"id": ids, "name": names, "x_m": x_m, "y_m": y_m, "commune": demand.commune[row]})
    return _with_kinds(table.assign(kind="", may_be=""), settings.kinds)


def _with_kinds(table: pd.DataFrame, kinds: tuple[str, ...]) -> pd.DataFrame:
    """The candidates, those without a kind of their own free to be of any of ``kinds``."""
    is_free = table["kind"] == ""
    choice = " ".join(kinds) if len(kinds) > 1 else ""
    return table.assign(
        kind=table["kind"].where(~is_free, kinds[0]),
        may_be=table["may_be"].where(~is_free, choice),
    )


def _town_halls(communes: Communes, where: np.ndarray) -> pd.DataFrame:
    row = np.flatnonzero(where)
    columns = {"id": communes.code, "name": communes.name, "x_m": communes.x_m, "y_m": communes.y_m}
    return pd.DataFrame({name: values[row] for name, values in columns.items()}).assign(commune=row)


def _refuse_no_candidate(scenario: Scenario, candidates: pd.DataFrame) -> None:
    if candidates.empty:
        settings = scenario.candidates
        what = "aucune maille" if settings.rule == "cells" else "aucune commune"
        problem = f"{what} du territoire n'a {getattr(settings, 'min_persons', 0)} habitants : aucun candidat"
        raise DataError(scenario.fault("candidates.min_persons", problem, "baisser ce seuil"))


def _refuse_candidates_outside(scenario: Scenario, candidates: pd.DataFrame) -> None:
    outside = candidates.loc[~candidates["in_study_area"].to_numpy(bool), "id"]
    if len(outside):
        problem = f"hors du territoire d'étude : {_listed(outside)}"
        raise DataError(scenario.fault("candidates", problem, "retirer ces candidats ou élargir study_area"))


def _refuse_twice(scenario: Scenario, table: pd.DataFrame) -> None:
    twice = table.loc[table["id"].duplicated(), "id"].unique()
    if len(twice):
        problem = f"identifiants à la fois existants et candidats : {_listed(twice)}"
        raise DataError(scenario.fault("candidates", problem, "donner un identifiant unique à chaque site"))


def _listed(ids: Iterable[str], most: int = 5) -> str:
    ids = list(ids)
    return ", ".join(ids[:most]) + (f" … ({len(ids)} en tout)" if len(ids) > most else "")


def check_named_sites(scenario: Scenario, sites: Sites) -> None:
    """Refuse ids under ``goal`` that name no candidate, and those of ``existing.never_close`` that name no kept site.

    Raises
    ------
    DataError
        One fault per unknown id.
    """
    candidates = sites.id[~sites.is_existing].tolist()
    known, existing = set(candidates), set(sites.id[sites.is_existing].tolist())
    faults: list[Fault] = []
    for field in ("forced_open", "forbidden"):
        for position, site_id in enumerate(getattr(scenario.goal, field)):
            if site_id in known:
                continue
            near = get_close_matches(site_id, candidates, n=1)
            remedy = (
                f"vouliez-vous dire {near[0]} ?"
                if near
                else "donner l'identifiant d'un candidat : un premier calcul les écrit dans sites.csv"
            )
            problem = f"« {site_id} » n'est pas un candidat"
            if site_id in existing or f"practice:{site_id}" in existing:
                problem, remedy = f"« {site_id} » est déjà un site existant", "retirer cet identifiant"
            faults.append(scenario.fault(f"goal.{field}[{position}]", problem, remedy))
    faults += _faults_of_never_close(scenario, sites)
    if faults:
        raise DataError(faults)


def _faults_of_never_close(scenario: Scenario, sites: Sites) -> Iterator[Fault]:
    kept = sites.id[sites.is_existing & sites.in_study_area].tolist()
    for position, site_id in enumerate(getattr(scenario.existing, "never_close", ())):
        if site_id in kept:
            continue
        of_commune = [one for one in kept if one == f"practice:{site_id}"]
        near = next(iter(of_commune or get_close_matches(site_id, kept, n=1)), "")
        remedy = f"vouliez-vous dire {near} ?" if near else "donner l'identifiant d'un site maintenu : sites.csv les a"
        problem = f"« {site_id} » n'est pas un site maintenu du territoire"
        yield scenario.fault(f"existing.never_close[{position}]", problem, remedy)
