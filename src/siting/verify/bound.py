"""The bound of a plan, proven again from its multipliers and SciPy's travel times: no solver is asked."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from siting.checker import CoverMatrix, check_lscp, check_mclp
from siting.progress import Progress, silent
from siting.scenario import LscpGoal
from siting.verify.check import Check, shown
from siting.verify.recount import Recount
from siting.verify.run_files import RunFiles

TOLERANCE = 1e-6


def check_bound(run: RunFiles, recount: Recount, *, progress: Progress = silent) -> Iterator[Check]:
    """Whether the multipliers prove the bound that the certificate says arithmetic proves."""
    said, by_whom = run.certificate.get("arithmetic_bound"), run.certificate.get("bound_by")
    if run.multipliers is None or not isinstance(said, (int, float)):
        holds = by_whom == "solver"
        yield Check("borne prouvée", holds, "celle du solveur, non refaite" if holds else "multipliers.npz est absent")
        return
    demand, standard_s = recount.territory.demand, recount.scenario.goal.standard_s
    row = np.searchsorted(demand.cell, run.multipliers.cell)
    if not np.array_equal(demand.cell[np.minimum(row, len(demand) - 1)], run.multipliers.cell):
        yield Check("borne prouvée", False, "multipliers.npz nomme des mailles sans habitant")
        return
    matrix = _cover_matrix(recount, row, standard_s, progress)
    multipliers = run.multipliers.multiplier
    if isinstance(recount.scenario.goal, LscpGoal):
        proven = check_lscp(matrix, recount.opened.astype(np.int32), multipliers).bound
        holds = proven >= said - TOLERANCE
    else:
        rest = np.ones(len(demand), dtype=bool)
        rest[row] = False
        others = float(demand.persons[rest & recount.is_coverable].sum())
        new_houses = recount.scenario.goal.new_houses
        found = check_mclp(matrix, recount.opened.astype(np.int32), multipliers, new_houses=new_houses)
        proven = found.bound + others
        holds = proven <= said + TOLERANCE * max(abs(said), 1.0)
    yield Check("borne prouvée par l'arithmétique", holds, f"{shown(proven)} recomptée, {shown(said)} écrite")
    if by_whom == "arithmetic":
        yield Check("la borne est celle de l'arithmétique", said == run.certificate.get("bound"), shown(said))
    else:
        yield Check(
            "borne du solveur", by_whom == "solver", "plus serrée que l'arithmétique ; celle du solveur, non refaite"
        )


def _cover_matrix(recount: Recount, row: NDArray[np.intp], standard_s: int, progress: Progress) -> CoverMatrix:
    """Cover sets of some demand rows, searched from the side, rows or sites, that has fewer."""
    sites, graph, cells = recount.territory.sites, recount.graph, recount.territory.demand.cell[row]
    found = []
    if len(row) < len(sites):
        for i, seconds in enumerate(graph.to_sites_s(cells, standard_s)):
            site = np.flatnonzero(seconds <= standard_s)
            found.append((np.full(len(site), i), site))
            progress(i + 1, len(row))
    else:
        for j, seconds in enumerate(graph.within_s(np.arange(len(sites)), standard_s)):
            near = np.flatnonzero(seconds[cells] <= standard_s)
            found.append((near, np.full(len(near), j)))
            progress(j + 1, len(sites))
    nothing = np.empty(0, dtype=np.int64)
    cell, site = (
        (np.concatenate([nothing, *part]) for part in zip(*found, strict=True)) if found else (nothing, nothing)
    )
    order = np.lexsort((site, cell))
    goal = recount.scenario.goal
    return CoverMatrix(
        cell_start=np.searchsorted(cell[order], np.arange(len(row) + 1)).astype(np.int64),
        site=site[order].astype(np.int32),
        persons=recount.territory.demand.persons[row],
        n_sites=len(sites),
        existing=np.flatnonzero(sites.is_existing).astype(np.int32),
        forced=np.flatnonzero(np.isin(sites.id, goal.forced_open)).astype(np.int32),
        forbidden=np.flatnonzero(np.isin(sites.id, goal.forbidden)).astype(np.int32),
    )
