"""Sites of a run: existing ones and candidates, by rule or from a planner's file."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from siting.errors import DataError, Fault
from siting.grid import Grid
from siting.scenario import Scenario
from siting.territory.site_files import NUMBERS, read_site_file, site_rows_frame
from siting.territory.values import SITE_DETAILS, Communes, Demand, Sites

KIND_OF_TREATMENT = {"keep": "practice", "label": "label"}


def choose_sites(
    scenario: Scenario, *, grid: Grid, communes: Communes, demand: Demand, commune_of_cell: np.ndarray
) -> tuple[Sites, int]:
    """The sites that the scenario asks for, and how many candidates were left out.

    Those would stand at the very point of an existing site, and serve the same people.

    Raises
    ------
    DataError
        A file of sites is wrong, two sites have the same id, there is no candidate, or one is outside the study area.
    """
    existing = _existing(scenario, grid, communes)
    candidates = _candidates(scenario, grid, communes, demand)
    for table in (existing, candidates):
        cell = grid.cell_at(table["x_m"], table["y_m"])
        located = np.where(cell >= 0, commune_of_cell.ravel()[cell], -1)
        if "commune" not in table:
            table["commune"] = located
        inside = communes.in_study_area[table["commune"].to_numpy()] & (table["commune"].to_numpy() >= 0)
        table["in_study_area"] = inside
    if scenario.existing.rule != "none" and scenario.existing.treatment == "label":
        existing = existing[existing["in_study_area"]]
    _refuse_no_candidate(scenario, candidates)
    _refuse_candidates_outside(scenario, candidates)
    points = set(zip(existing["x_m"], existing["y_m"], strict=True))
    is_twin = np.array(
        [point in points for point in zip(candidates["x_m"], candidates["y_m"], strict=True)], dtype=bool
    )
    table = pd.concat([existing, candidates[~is_twin]], ignore_index=True).sort_values("id", kind="stable")
    _refuse_twice(scenario, table)
    return _sites(table), int(is_twin.sum())


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


def _existing(scenario: Scenario, grid: Grid, communes: Communes) -> pd.DataFrame:
    settings = scenario.existing
    if settings.rule == "none" or settings.treatment == "ignore":
        return _town_halls(communes, np.zeros(len(communes), dtype=bool)).assign(kind="")
    kind = KIND_OF_TREATMENT[settings.treatment]
    if settings.rule == "file":
        return site_rows_frame(read_site_file(Path(settings.file), grid)).assign(kind=kind)
    has_practices = communes.gp_practices >= settings.min_gp_practices
    table = _town_halls(communes, has_practices).assign(kind=kind)
    return table.assign(id="practice:" + table["id"])


def _candidates(scenario: Scenario, grid: Grid, communes: Communes, demand: Demand) -> pd.DataFrame:
    settings = scenario.candidates
    if settings.rule == "file":
        table = site_rows_frame(read_site_file(Path(settings.file), grid))
        factor = table["premises"].map(settings.premises_cost_factors).fillna(1.0)
        return table.assign(kind=table["kind"].replace("", "create"), cost_eur=table["cost_eur"] * factor)
    if settings.rule == "town_halls":
        table = _town_halls(communes, communes.in_study_area & (communes.persons >= settings.min_persons))
    else:
        row = np.flatnonzero(demand.persons >= settings.min_persons)
        x_m, y_m = grid.centre_of(demand.cell[row])
        ids = [f"cell:{y:.0f}N{x:.0f}E" for x, y in zip(x_m, y_m, strict=True)]
        names = communes.name[demand.commune[row]]
        table = pd.DataFrame({"id": ids, "name": names, "x_m": x_m, "y_m": y_m, "commune": demand.commune[row]})
    return table.assign(kind="create")


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
    """Refuse ids under ``goal`` that name no candidate.

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
    if faults:
        raise DataError(faults)
