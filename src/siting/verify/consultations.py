"""Consultations: who goes where is feasible on SciPy's times, gives as much as can be, and is what the tables say."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_flow

from siting.verify.check import Check, none_of, same
from siting.verify.run_files import RunFiles

if TYPE_CHECKING:
    from siting.verify.recount import Recount

Floats = NDArray[np.float64]
_TOLERANCE = 1e-3
"""Consultations a year; tables write tenths."""
_TENTH = 0.051


def most_given(recount: Recount, *, when: str = "after") -> float:
    """Consultations that the open sites give within the standard and their capacity."""
    rows, capacity, times_s = _open_sites(recount, when)
    asked = asked_of_cells(recount)
    assert recount.scenario.capacity is not None
    near = times_s <= _limit_s(recount)
    if recount.scenario.capacity.people_go == "nearest" and not _is_single_source(recount):
        nearest = np.where(near.any(axis=0), np.argmin(np.where(near, times_s, np.inf), axis=0), -1)
        comes = [asked[nearest == place].sum() for place in range(len(rows))]
        return float(np.minimum(comes, capacity).sum())
    site, cell = np.nonzero(near)
    source, sink = len(rows) + len(asked), len(rows) + len(asked) + 1
    tail = np.concatenate([np.full(len(asked), source), len(rows) + cell, np.arange(len(rows))])
    head = np.concatenate([len(rows) + np.arange(len(asked)), site, np.full(len(rows), sink)])
    most = np.concatenate([asked, asked[cell], np.minimum(np.nan_to_num(capacity), asked.sum())]).astype(np.int32)
    return float(maximum_flow(csr_array((most, (tail, head)), shape=(sink + 1, sink + 1)), source, sink).flow_value)


def check_consultations(folder: Path, run: RunFiles, recount: Recount) -> Iterator[Check]:
    """``consultations.parquet`` and what is counted from it."""
    path = folder / "consultations.parquet"
    if recount.scenario.capacity is None:
        yield Check("consultations", not path.exists(), "sans capacités, aucune")
        return
    try:
        flows = pd.read_parquet(path)
        given = flows["given"].to_numpy(np.float64)
    except (OSError, ValueError, KeyError) as error:
        yield Check("consultations.parquet", False, f"illisible : {error!r}")
        return
    rows, capacity, times_s = _open_sites(recount, "after")
    cell = pd.Index(recount.territory.demand.cell).get_indexer(flows["cell"])
    site = pd.Index(recount.territory.sites.id[rows]).get_indexer(flows["site"])
    known = (cell >= 0) & (site >= 0) & (given > 0)
    yield Check("consultations, mailles et lieux ouverts", bool(known.all()), f"{len(flows)} trajets")
    if not known.all():
        return
    near = times_s[site, cell] <= _limit_s(recount)
    yield Check("consultations à la norme", bool(near.all()), f"{int(near.sum())} trajets sur {len(near)}")
    asked = asked_of_cells(recount)
    by_cell: Floats = np.bincount(cell, given, len(asked)).astype(np.float64)
    by_site: Floats = np.bincount(site, given, len(rows)).astype(np.float64)
    yield Check("pas plus que demandé", bool((by_cell <= asked + _TOLERANCE).all()), f"{asked.sum():.0f} demandées")
    yield Check("pas plus que la capacité", bool((by_site <= capacity + _TOLERANCE).all()), f"{len(rows)} lieux")
    yield from _check_tables(run, recount, rows, capacity, by_site, asked - by_cell)
    yield from _check_summary(run, recount, float(given.sum()), capacity, by_site)


def _check_tables(
    run: RunFiles, recount: Recount, rows: NDArray[np.intp], capacity: Floats, load: Floats, waiting: Floats
) -> Iterator[Check]:
    ids = recount.territory.sites.id[rows]
    table = run.sites.set_index("id")
    for column, expected in (("consultations_capacity", capacity), ("consultations_given", load)):
        said = table[column].reindex(ids).to_numpy(np.float64) if column in table else np.full(len(ids), np.nan)
        wrong = ~(np.abs(said - expected) <= _TENTH)
        yield none_of(f"sites.csv, {column}", ids[wrong].tolist(), otherwise=f"{len(ids)} lieux ouverts")
    codes = recount.territory.communes.code[recount.territory.demand.commune]
    by_commune = pd.Series(waiting).groupby(codes).sum().reindex(run.communes["code"]).fillna(0.0).to_numpy()
    said = run.communes.get("consultations_waiting", pd.Series(np.nan, run.communes.index)).to_numpy(np.float64)
    wrong = ~(np.abs(said - by_commune) <= _TENTH)
    yield none_of("communes.csv, consultations_waiting", run.communes["code"][wrong].tolist(), otherwise="recomptées")


def _check_summary(run: RunFiles, recount: Recount, given: float, capacity: Floats, load: Floats) -> Iterator[Check]:
    told, asked = run.summary.get("capacity", {}), float(asked_of_cells(recount).sum())
    if not _is_single_source(recount):
        yield same("consultations, le plus possible", said=given, recounted=most_given(recount), tolerance=_TOLERANCE)
    before = most_given(recount, when="before")
    expected = {"before": (float(_open_sites(recount, "before")[1].sum()), before), "after": (capacity.sum(), given)}
    yield same("summary.json, capacity.asked", said=told.get("asked"), recounted=asked)
    for when, (room, value) in expected.items():
        figures = {"capacity": float(room), "given": value, "waiting": asked - value}
        for key, figure in figures.items():
            said = told.get(when, {}).get(key)
            yield same(f"summary.json, capacity.{when}.{key}", said=said, recounted=figure, tolerance=_TOLERANCE)
    full = int(((capacity > 0) & (load >= capacity * (1 - 1e-9))).sum())
    yield same("summary.json, capacity.full_sites", said=told.get("full_sites"), recounted=full)


def _is_single_source(recount: Recount) -> bool:
    return recount.scenario.goal.model == "capacitated_p_median"


def _limit_s(recount: Recount) -> int:
    """How far people go for a consultation: the standard, or as far as trips are computed."""
    return recount.scenario.travel.cutoff_s if _is_single_source(recount) else recount.scenario.goal.standard_s


def asked_of_cells(recount: Recount) -> Floats:
    """Shape (n_demand,): whole consultations a year that the people of each cell ask for."""
    capacity = recount.scenario.capacity
    assert capacity is not None
    return np.round(recount.territory.demand.persons * capacity.consultations_per_person)


def _open_sites(recount: Recount, when: str) -> tuple[NDArray[np.intp], Floats, Floats]:
    """Rows of the open sites of the study area, what each can give a year, and seconds from each cell (sites × cells).

    inf beyond `_limit_s`.
    """
    sites, cells = recount.territory.sites, recount.territory.demand.cell
    rows = np.flatnonzero(sites.is_existing) if when == "before" else recount.open_rows
    rows = rows[sites.in_study_area[rows]]
    capacity = np.array([capacity_of(recount, int(row), when) for row in rows], dtype=np.float64)
    times_s = np.full((len(rows), len(cells)), np.inf)
    for number, (near, seconds) in enumerate(recount.graph.within_s(rows, cells, _limit_s(recount))):
        times_s[number, near] = seconds
    return rows, capacity, times_s


def capacity_of(recount: Recount, site: int, when: str) -> float:
    """Consultations a year of a site as it is, or as the plan has it; of a candidate were it open."""
    sites, settings = recount.territory.sites, recount.scenario.capacity
    assert settings is not None
    kind = "keep" if sites.is_existing[site] else str(sites.kind[site])
    option = recount.option.get(str(sites.id[site]), kind) if when == "after" else kind
    told = float("nan") if sites.capacity_per_year is None else float(sites.capacity_per_year[site])
    if option in ("keep", "label", "upgrade"):
        given = float(settings.existing_per_year)
        if recount.scenario.existing.rule == "gp_practices" and str(sites.id[site]).startswith("practice:"):
            given = float(recount.territory.communes.gp_practices[sites.commune[site]]) * settings.practice_per_year
        given = told if np.isfinite(told) else given
        return float(round(given + (settings.upgrade_per_year if option == "upgrade" else 0)))
    is_told = np.isfinite(told) and sites.kind[site] == option
    return float(np.round(told if is_told else float(settings.model_dump().get(f"{option}_per_year", "nan"))))
