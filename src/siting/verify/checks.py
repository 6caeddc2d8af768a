"""What a run says, against the recount: one function per file or rule."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from siting.scenario import LscpGoal
from siting.territory.values import AGE_GROUPS, SITE_DETAILS, Sites
from siting.verify.check import Check, none_of, same, shown
from siting.verify.recount import Recount
from siting.verify.run_files import MinutesRaster, RunFiles

PERSONS_TOLERANCE = 0.051
"""Tables write persons to a tenth."""
MINUTES_TOLERANCE = 0.0051
"""Tables write minutes to a hundredth."""
DEGREES_TOLERANCE = 0.0000051
"""Tables write degrees to five decimals."""
FLOAT_TOLERANCE = 1e-6
"""Sums of the same numbers in another order."""


def check_sites(run: RunFiles, recount: Recount) -> Iterator[Check]:
    """``sites.csv`` and ``sites.gpkg`` against the sites of the territory, and the rules of the goal."""
    sites, table, goal = recount.territory.sites, run.sites, run.scenario.goal
    if not (_shape_holds(table, sites.id) and _shape_holds(run.layer, sites.id)):
        yield Check("sites", False, "sites.csv ou sites.gpkg n'a pas les sites du territoire, un par ligne")
        return
    is_opened = table["decision"].to_numpy() == "opened"
    wrong_kind = table["kind"].to_numpy(dtype=str) != sites.kind
    is_known = table["decision"].isin(["existing", "opened", "not_opened", "closed"]).to_numpy()
    wrong_decision = ~is_known | (table["decision"].isin(["existing", "closed"]).to_numpy() != sites.is_existing)
    yield none_of("nature des sites", sites.id[wrong_kind].tolist(), otherwise=f"{len(sites)} sites")
    yield none_of("décision sur les sites", sites.id[wrong_decision].tolist(), otherwise="existants et candidats")
    distance_m = np.hypot(table["x_m"].to_numpy() - sites.x_m, table["y_m"].to_numpy() - sites.y_m)
    layer_m = np.hypot(run.layer["point_x_m"].to_numpy() - sites.x_m, run.layer["point_y_m"].to_numpy() - sites.y_m)
    is_moved = ~(np.maximum(distance_m, layer_m) <= 0.1)
    yield none_of("place des sites", sites.id[is_moved].tolist(), otherwise="celle du territoire")
    is_elsewhere = table["in_study_area"].to_numpy(np.float64) != sites.in_study_area
    code = np.where(sites.commune >= 0, recount.territory.communes.code[sites.commune], "")
    is_elsewhere |= table["commune"].to_numpy(dtype=str) != code
    yield none_of("commune des sites", sites.id[is_elsewhere].tolist(), otherwise="celle du territoire")
    for name in SITE_DETAILS:
        yield from _check_detail(name, table, sites)
    yield none_of(
        "sites imposés ouverts",
        sorted(set(goal.forced_open) - set(sites.id[is_opened])),
        otherwise=f"{len(goal.forced_open)}",
    )
    yield none_of(
        "sites interdits fermés",
        sorted(set(goal.forbidden) & set(sites.id[is_opened])),
        otherwise=f"{len(goal.forbidden)}",
    )
    most = goal.most_houses
    n_opened = int(is_opened.sum())
    limit = "sans limite" if most is None else f"{most} au plus"
    yield Check("nombre de maisons ouvertes", most is None or n_opened <= most, f"{n_opened}, {limit}")


def check_layer(run: RunFiles, _: Recount) -> Iterator[Check]:
    """``sites.gpkg`` says of sites what ``sites.csv`` says."""
    yield none_of("sites.gpkg", _differing_columns(run), otherwise="mêmes colonnes que sites.csv")


def _check_detail(name: str, table: pd.DataFrame, sites: Sites) -> Iterator[Check]:
    """A column of the planner's file, as ``sites.csv`` says it again."""
    expected = getattr(sites, name)
    if expected is None:
        if name in table:
            yield Check(f"sites.csv, {name}", False, "colonne que les fichiers d'entrée ne donnent pas")
        return
    if name not in table:
        yield Check(f"sites.csv, {name}", False, "colonne absente")
        return
    said = table[name].to_numpy()
    if expected.dtype.kind == "f":
        wrong = ~np.isclose(said.astype(np.float64), expected, rtol=0, atol=PERSONS_TOLERANCE, equal_nan=True)
    else:
        wrong = np.array([not _says(line, text) for line, text in zip(said, expected, strict=True)])
    yield none_of(f"sites.csv, {name}", sites.id[wrong].tolist(), otherwise="celui des fichiers d'entrée")


def check_persons_of_sites(run: RunFiles, recount: Recount) -> Iterator[Check]:
    """The persons of each open site: recounted from its own travel times."""
    table = run.sites.set_index("id")
    for column, persons in recount.persons_of_open_sites.items():
        said = table.loc[recount.open_site_ids, column].to_numpy(np.float64)
        wrong = ~(np.abs(said - persons) <= PERSONS_TOLERANCE)
        yield none_of(column, recount.open_site_ids[wrong].tolist(), otherwise=f"{len(said)} sites ouverts")


def check_opening_order(run: RunFiles, recount: Recount) -> Iterator[Check]:
    """Rank by rank, the people whom each house adds to today and to the houses before it; a rank adds no more."""
    table = run.sites[run.sites["decision"] == "opened"].sort_values("opening_rank")
    said = table["persons_added"].to_numpy(np.float64)
    added = recount.persons_added(table["id"].tolist())
    wrong = ~(np.abs(said - added) <= PERSONS_TOLERANCE) | (np.diff(added, prepend=np.inf) > PERSONS_TOLERANCE)
    wrong |= table["opening_rank"].to_numpy(np.float64) != np.arange(1, len(table) + 1)
    yield none_of("rang des maisons", table["id"][wrong].tolist(), otherwise=f"{len(table)} maisons ouvertes")


def check_communes(run: RunFiles, recount: Recount) -> Iterator[Check]:
    """``communes.csv``, column by column, against the recounted times."""
    expected = recount.commune_table()
    if run.communes["code"].tolist() != expected.index.tolist():
        yield Check("communes", False, "communes.csv n'a pas les communes du territoire, une par ligne")
        return
    for column in expected.columns:
        said, is_text = run.communes[column], not pd.api.types.is_numeric_dtype(expected[column])
        if is_text:
            wrong = np.array([not _says(line, text) for line, text in zip(said, expected[column], strict=True)])
        else:
            tolerance = MINUTES_TOLERANCE if column.startswith("minutes") else PERSONS_TOLERANCE
            numbers = pd.to_numeric(said, errors="coerce").to_numpy(np.float64)
            wrong = ~np.isclose(numbers, expected[column].to_numpy(), rtol=0, atol=tolerance, equal_nan=True)
        codes = expected.index[wrong].tolist()
        yield none_of(f"communes.csv, {column}", codes, otherwise=f"{len(expected)} communes")


def check_raster(name: str, said: MinutesRaster, recounted_s: NDArray[np.float64], recount: Recount) -> Check:
    """A raster of minutes, cell by cell, against the recounted seconds."""
    if said.grid != recount.territory.grid:
        return Check(name, False, f"grille {said.grid}, {recount.territory.grid} attendue")
    is_told = np.isfinite(recounted_s) & recount.territory.in_study_area
    expected = np.where(is_told, recounted_s / 60, np.nan).astype(np.float32)
    wrong = ~((said.minutes == expected) | (np.isnan(said.minutes) & np.isnan(expected)))
    cells = [f"maille {cell}" for cell in np.flatnonzero(wrong)]
    return none_of(name, cells, otherwise=f"{int(np.isfinite(expected).sum())} mailles, à la seconde près")


def check_cells(run: RunFiles, recount: Recount) -> Iterator[Check]:
    """``cells.parquet``: each demand cell's place, people, nearest site before and after, and why out of reach."""
    demand, table = recount.territory.demand, run.cells
    if table["cell"].tolist() != demand.cell.tolist():
        yield Check("cells.parquet", False, "pas les mailles habitées du territoire, une par ligne")
        return
    x_m, y_m = recount.territory.grid.centre_of(demand.cell)
    expected = {"x_m": x_m, "y_m": y_m, "persons": demand.persons}
    expected |= {group: demand.persons_by_age[:, row] for row, group in enumerate(AGE_GROUPS)}
    expected |= {"seconds_before": recount.before_s, "seconds_after": recount.after_s}
    for column, bound in (("persons_low", demand.persons_low), ("persons_high", demand.persons_high)):
        expected |= {} if bound is None else {column: bound}
    wrong = table["commune"].to_numpy(dtype=str) != recount.territory.communes.code[demand.commune]
    wrong |= table["reason"].to_numpy(dtype=str) != np.where(recount.reason == "", "coverable", recount.reason)
    for column, values in expected.items():
        wrong |= table[column].astype("Float64").fillna(np.inf).to_numpy(np.float64) != values
    existing = np.flatnonzero(recount.territory.sites.is_existing)
    for when, seconds, rows in (("before", recount.before_s, existing), ("after", recount.after_s, recount.open_rows)):
        wrong |= ~recount.is_nearest(table[f"site_{when}"].to_numpy(dtype=str), seconds, rows)
    cells = [f"maille {cell}" for cell in demand.cell[wrong]]
    yield none_of("cells.parquet", cells, otherwise=f"{len(demand)} mailles, à la seconde près")


def check_summary(run: RunFiles, recount: Recount) -> Iterator[Check]:
    """Every figure of ``summary.json`` that is not a time of computing."""
    summary, certificate = run.summary, run.certificate
    for key, value in recount.summary().items():
        yield from compare_values(f"summary.json, {key}", summary.get(key), value)
    for key in ("model", "search", "status", "objective", "bound", "gap", "stages"):
        yield same(f"summary.json et certificate.json, {key}", said=summary.get(key), recounted=certificate.get(key))


def check_certificate(run: RunFiles, recount: Recount) -> Iterator[Check]:
    """The certificate: the objective recounted, the sums of bound and gap, and the status that they allow."""
    said = run.certificate
    yield same("certificat, modèle", said=said.get("model"), recounted=run.scenario.goal.model)
    if run.scenario.goal.model != "capacitated_p_median":  # see `siting.verify.single_source`
        yield same("certificat, objectif", said=said.get("objective"), recounted=recount.objective(), tolerance=1e-6)
    for stage in said.get("stages", []):
        value = recount.value_of(stage["goal"])
        yield same(f"certificat, but {stage['goal']}", said=stage["objective"], recounted=value, tolerance=1e-6)
    try:
        objective, bound, gap = (float(said[key]) for key in ("objective", "bound", "gap"))
    except (KeyError, TypeError, ValueError):
        yield Check("certificat", False, "objectif, borne ou écart absent")
        return
    first = (getattr(run.scenario.goal, "goals", None) or (run.scenario.goal.model,))[0]
    sense = -1 if first in ("mclp", "most_covered", "most_covered_twice", "most_served") else 1
    is_beaten = sense * (objective - bound) < -FLOAT_TOLERANCE * max(abs(objective), 1.0)
    yield Check("la borne n'est pas battue", not is_beaten, f"objectif {shown(objective)}, borne {shown(bound)}")
    yield same(
        "certificat, écart", said=gap, recounted=abs(objective - bound) / max(abs(objective), 1.0), tolerance=1e-9
    )
    may_say_optimal = math.isclose(objective, bound, rel_tol=FLOAT_TOLERANCE, abs_tol=FLOAT_TOLERANCE)
    says_optimal = said.get("status") == "optimal"
    yield Check(
        "le statut est mérité",
        said.get("status") in ("optimal", "feasible") and (may_say_optimal or not says_optimal),
        f"{said.get('status')}, écart {gap:.4%}",
    )
    listed = [str(name) for name in said.get("sites", {}).get("opened", [])]
    differing = sorted(set(listed) ^ set(recount.opened_ids))
    yield none_of("certificat, maisons ouvertes", differing, otherwise="celles de sites.csv")
    yield from _check_options(said.get("sites", {}), listed, recount)
    is_same = said.get("goal") == run.scenario.goal.model_dump(mode="json")
    is_same &= said.get("rules") == [rule.model_dump(mode="json") for rule in run.scenario.rules]
    yield Check(
        "certificat, but et règles", is_same, "ceux de scenario.yaml" if is_same else "pas ceux de scenario.yaml"
    )


def _check_options(said: dict[str, Any], opened: list[str], recount: Recount) -> Iterator[Check]:
    """What the certificate says that houses are opened as, and which sites close, where sites had a choice."""
    if not recount.option:
        told = sorted({"opened_as", "closed"} & set(said))
        yield none_of("certificat, choix aux sites", told, otherwise="aucun")
        return
    opened_as = dict(zip(opened, said.get("opened_as", ()), strict=False))
    wrong = [name for name in opened if opened_as.get(name) != recount.option.get(name)]
    yield none_of("certificat, nature des maisons", wrong, otherwise="celle de sites.csv")
    differing = sorted(set(said.get("closed", ())) ^ set(recount.closed_ids))
    yield none_of("certificat, sites fermés", differing, otherwise="ceux de sites.csv")


def check_goal(run: RunFiles, recount: Recount) -> Iterator[Check]:
    """What the model promises: an LSCP plan covers all who can be covered, or the share asked for."""
    goal, persons = run.scenario.goal, recount.territory.demand.persons
    if not isinstance(goal, LscpGoal):
        return
    is_covered = recount.after_s <= goal.standard_s
    if goal.covered_share is not None:
        share = float(persons[is_covered].sum() / persons.sum())
        holds = share >= goal.covered_share - FLOAT_TOLERANCE
        yield Check("part à couvrir", holds, f"{shown(share)}, au moins {shown(goal.covered_share)}")
        return
    left = recount.is_coverable & ~is_covered & (persons > 0)
    forgotten = f"habitants oubliés : {shown(float(persons[left].sum()))}" if left.any() else "personne n'est oublié"
    yield Check("tous ceux qui peuvent être couverts le sont", not left.any(), forgotten)


def check_population(run: RunFiles, recount: Recount) -> Iterator[Check]:
    """``population_report.csv``: where the people of a planner's file went, laid on the grid again."""
    report, said = recount.territory.population_report, run.population
    if report is None or said is None:
        yield Check(
            "population_report.csv", (report is None) == (said is None), "présent avec un fichier de population"
        )
        return
    if said["departement"].tolist() != report.departement.tolist():
        yield Check("population_report.csv", False, "pas les départements du fichier")
        return
    for column in ("persons_in", "persons_on_grid", "persons_served", "municipal_persons"):
        wrong = ~(np.abs(said[column].to_numpy(np.float64) - getattr(report, column)) <= PERSONS_TOLERANCE)
        codes = report.departement[wrong].tolist()
        yield none_of(f"population_report.csv, {column}", codes, otherwise=f"{len(said)} lignes")


def compare_values(name: str, said: Any, recounted: Any) -> Iterator[Check]:
    """Compare two values key by key where they are objects, item by item where they are lists."""
    if isinstance(recounted, list):
        recounted = dict(enumerate(recounted))
        said = dict(enumerate(said)) if isinstance(said, list) else said
    if isinstance(recounted, dict):
        if not isinstance(said, dict) or set(said) != set(recounted):
            yield Check(
                name, False, f"clés {sorted(said) if isinstance(said, dict) else said}, {sorted(recounted)} attendues"
            )
            return
        for key, value in recounted.items():
            yield from compare_values(f"{name}.{key}", said[key], value)
    else:
        yield same(name, said=said, recounted=recounted, tolerance=FLOAT_TOLERANCE)


def _differing_columns(run: RunFiles) -> list[str]:
    """Columns that only ``sites.csv`` or ``sites.gpkg`` has, or that differ beyond the rounding of the first."""
    differing = sorted(set(run.layer.columns) - set(run.sites.columns) - {"point_x_m", "point_y_m"})
    for name in run.sites.columns:
        said = run.layer.get(name)
        if said is None:
            differing.append(name)
        elif pd.api.types.is_numeric_dtype(run.sites[name]):
            told = pd.to_numeric(said, errors="coerce").to_numpy(np.float64)
            told = np.where(np.isfinite(told), told, np.nan)  # a table has no word for a capacity without limit
            tolerance = DEGREES_TOLERANCE if name in ("lon", "lat") else PERSONS_TOLERANCE
            said_there = run.sites[name].to_numpy(np.float64)
            is_close = np.isclose(told, said_there, rtol=0, atol=tolerance, equal_nan=True)
            differing.extend([] if is_close.all() else [name])
        else:
            is_same = all(_says(line, str(text)) for line, text in zip(run.sites[name], said.fillna(""), strict=True))
            differing.extend([] if is_same else [name])
    return differing


def _says(line: str, text: str) -> bool:
    """Whether a table says a text: a spreadsheet gets it in one line, after an apostrophe where it would compute."""
    return " ".join(text.split()) in (line, line.removeprefix("'"))


def _shape_holds(table: pd.DataFrame, ids: NDArray[np.str_]) -> bool:
    needed = {"id", "decision"}
    return needed <= set(table.columns) and table["id"].astype(str).tolist() == ids.tolist()
