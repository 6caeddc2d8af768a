"""The capacitated p-median: every cell whole at one site, the objective and the bound, from SciPy's times."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from siting.checker import check_capacitated_p_median
from siting.progress import Progress, silent
from siting.scenario.goal import CapacitatedPMedianGoal
from siting.verify.bound import TOLERANCE, cover_matrix
from siting.verify.check import Check, same, shown
from siting.verify.consultations import asked_of_cells, capacity_of
from siting.verify.recount import Recount
from siting.verify.run_files import RunFiles


def check_single_source(
    folder: Path, run: RunFiles, recount: Recount, *, progress: Progress = silent
) -> Iterator[Check]:
    """Whether each cell goes whole to one site that has room, what that makes, and what the multipliers prove."""
    goal, demand = recount.scenario.goal, recount.territory.demand
    if not isinstance(goal, CapacitatedPMedianGoal) or run.multipliers is None:
        if isinstance(goal, CapacitatedPMedianGoal):
            yield Check("borne prouvée", False, "multipliers.npz est absent")
        return
    flows = pd.read_parquet(folder / "consultations.parquet")
    asked = asked_of_cells(recount)
    row = np.searchsorted(demand.cell, flows["cell"].to_numpy())
    is_whole = not flows["cell"].duplicated().any() and bool((flows["given"].to_numpy() == asked[row]).all())
    yield Check("chaque maille entière à un seul lieu", is_whole, f"{len(flows)} mailles servies")
    cutoff_s = recount.scenario.travel.cutoff_s
    matrix, time_s = cover_matrix(recount, np.arange(len(demand)), cutoff_s, progress)
    sites = recount.territory.sites
    capacity = np.array([capacity_of(recount, j, "after") if sites.in_study_area[j] else 0 for j in range(len(sites))])
    multipliers = np.zeros(len(demand))
    multipliers[np.searchsorted(demand.cell, run.multipliers.cell)] = run.multipliers.multiplier
    checked = check_capacitated_p_median(
        matrix,
        time_s,
        recount.opened.astype(np.int32),
        _served_by(recount, flows, asked),
        multipliers,
        demand=asked.astype(np.int64),
        capacity=np.minimum(capacity, asked.sum()).astype(np.int64),
        new_houses=goal.new_houses,
        penalty_s=cutoff_s,
    )
    yield Check("lieux, places et trajets", not checked.faults, "; ".join(checked.faults) or "dans les règles")
    yield same("certificat, objectif", said=run.certificate["objective"], recounted=checked.objective, tolerance=1e-6)
    proven, said = checked.bound, float(run.certificate["arithmetic_bound"])
    holds = proven >= said - TOLERANCE * max(abs(said), 1.0)
    yield Check("borne prouvée par l'arithmétique", holds, f"{shown(proven)} recomptée, {shown(said)} écrite")
    if run.certificate["bound_by"] != "arithmetic":
        yield Check("borne du solveur", True, "plus serrée que l'arithmétique ; celle du solveur, non refaite")


def _served_by(recount: Recount, flows: pd.DataFrame, asked: NDArray[np.float64]) -> NDArray[np.int32]:
    """Shape (n_demand,): the site of each cell, -1 for none; the nearest one for people who ask for nothing."""
    sites, demand = recount.territory.sites, recount.territory.demand
    served = np.full(len(demand), -1, dtype=np.int32)
    row_of = {site_id: row for row, site_id in enumerate(sites.id.tolist())}
    cells = np.searchsorted(demand.cell, flows["cell"].to_numpy())
    served[cells] = [row_of.get(site_id, -1) for site_id in flows["site"]]
    idle = np.flatnonzero(asked == 0)
    if len(idle):
        best_s = np.full(len(idle), np.inf)
        trips = recount.graph.within_s(recount.open_rows, demand.cell[idle], recount.scenario.travel.cutoff_s)
        for site, (near, seconds) in zip(recount.open_rows, trips, strict=True):
            is_nearer = seconds < best_s[near]
            served[idle[near[is_nearer]]], best_s[near[is_nearer]] = site, seconds[is_nearer]
    return served
