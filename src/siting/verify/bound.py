"""The bound of a plan, proven again from its multipliers and SciPy's travel times: no solver is asked."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from siting.checker import CoverMatrix, check_lscp, check_mclp, check_p_center, check_p_median
from siting.progress import Progress, silent
from siting.scenario.rules import BudgetRule
from siting.verify.check import Check, shown
from siting.verify.recount import Recount
from siting.verify.run_files import RunFiles

TOLERANCE = 1e-6


def check_bound(run: RunFiles, recount: Recount, *, progress: Progress = silent) -> Iterator[Check]:
    """Whether the multipliers prove the bound that the certificate says arithmetic proves."""
    if recount.scenario.goal.model == "capacitated_p_median":  # see `siting.verify.single_source`
        return
    said, by_whom = run.certificate.get("arithmetic_bound"), run.certificate.get("bound_by")
    if run.multipliers is None or not isinstance(said, (int, float)):
        holds = by_whom == "solver"
        yield Check("borne prouvée", holds, "celle du solveur, non refaite" if holds else "multipliers.npz est absent")
        return
    demand, goal = recount.territory.demand, recount.scenario.goal
    row = np.searchsorted(demand.cell, run.multipliers.cell)
    if not np.array_equal(demand.cell[np.minimum(row, len(demand) - 1)], run.multipliers.cell):
        yield Check("borne prouvée", False, "multipliers.npz nomme des mailles sans habitant")
        return
    is_timed = goal.model in ("p_median", "p_center")
    if goal.model == "p_center":  # its bound speaks of every cell that a site reaches
        row = np.arange(len(demand))
    within_s = recount.scenario.travel.cutoff_s if is_timed else goal.standard_s
    matrix, time_s = cover_matrix(recount, row, within_s, progress)
    multipliers = np.zeros(len(demand))
    multipliers[np.searchsorted(demand.cell, run.multipliers.cell)] = run.multipliers.multiplier
    proven = _proven(recount, row, matrix, time_s, multipliers[row])
    error = TOLERANCE * (1.0 if goal.model == "lscp" else max(abs(said), 1.0))
    holds = proven <= said + error if goal.model == "mclp" else proven >= said - error
    yield Check("borne prouvée par l'arithmétique", holds, f"{shown(proven)} recomptée, {shown(said)} écrite")
    if by_whom == "arithmetic":
        yield Check("la borne est celle de l'arithmétique", said == run.certificate.get("bound"), shown(said))
    else:
        yield Check(
            "borne du solveur", by_whom == "solver", "plus serrée que l'arithmétique ; celle du solveur, non refaite"
        )


def _proven(
    recount: Recount,
    row: NDArray[np.intp],
    matrix: CoverMatrix,
    time_s: NDArray[np.float32],
    multipliers: NDArray[np.float64],
) -> float:
    """What the multipliers prove; cells without one (not in ``row``) count as they stand."""
    goal, opened = recount.scenario.goal, recount.opened.astype(np.int32)
    most = _most_houses(recount)
    if goal.model == "lscp":
        return check_lscp(matrix, opened, multipliers).bound
    assert most is not None
    if goal.model == "mclp":
        rest = np.ones(len(recount.territory.demand), dtype=bool)
        rest[row] = False
        others = float(recount.weighted_persons[rest & recount.is_coverable].sum())
        return check_mclp(matrix, opened, multipliers, new_houses=most).bound + others
    if goal.model == "p_median":
        cutoff_s = recount.scenario.travel.cutoff_s
        return check_p_median(matrix, time_s, opened, multipliers, new_houses=most, penalty_s=cutoff_s).bound
    return check_p_center(matrix, time_s, opened, multipliers, new_houses=most).bound


def _most_houses(recount: Recount) -> int | None:
    """The goal's number of houses, or the number that a budget pays for where all candidates cost the same."""
    most = recount.scenario.goal.most_houses
    for rule in recount.scenario.rules:
        if isinstance(rule, BudgetRule):
            candidates = np.flatnonzero(~recount.territory.sites.is_existing)
            dearest_eur = max(recount.cost_eur([site]) for site in candidates.tolist())
            paid = math.floor(rule.at_most_eur / dearest_eur + 1e-9)
            most = paid if most is None else min(most, paid)
    return most


def cover_matrix(
    recount: Recount, row: NDArray[np.intp], within_s: int, progress: Progress
) -> tuple[CoverMatrix, NDArray[np.float32]]:
    """Sites within a time of some demand rows, and the times; searched from the side, rows or sites, that has fewer."""
    sites, graph, cells = recount.territory.sites, recount.graph, recount.territory.demand.cell[row]
    found = []
    if len(row) < len(sites):
        for i, seconds in enumerate(graph.to_sites_s(cells, within_s)):
            site = np.flatnonzero(seconds <= within_s)
            found.append((np.full(len(site), i), site, seconds[site]))
            progress(i + 1, len(row))
    else:
        for j, (near, seconds) in enumerate(graph.within_s(np.arange(len(sites)), cells, within_s)):
            found.append((near, np.full(len(near), j), seconds))
            progress(j + 1, len(sites))
    nothing = np.empty(0, dtype=np.int64)
    cell, site, time_s = (
        (np.concatenate([nothing, *part]) for part in zip(*found, strict=True)) if found else (nothing,) * 3
    )
    order = np.lexsort((site, cell))
    goal = recount.scenario.goal
    matrix = CoverMatrix(
        cell_start=np.searchsorted(cell[order], np.arange(len(row) + 1)).astype(np.int64),
        site=site[order].astype(np.int32),
        persons=recount.weighted_persons[row],
        n_sites=len(sites),
        existing=np.flatnonzero(sites.is_existing).astype(np.int32),
        forced=np.flatnonzero(np.isin(sites.id, goal.forced_open)).astype(np.int32),
        forbidden=np.flatnonzero(np.isin(sites.id, goal.forbidden)).astype(np.int32),
    )
    return matrix, time_s[order].astype(np.float32)
