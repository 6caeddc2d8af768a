"""Phases: when each site changes is allowed by lead times and limits, and counted as the summary says."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from siting.scenario.phases import quarters_between
from siting.verify.check import Check, none_of, same
from siting.verify.decisions import site_cost_eur
from siting.verify.recount import Recount
from siting.verify.run_files import RunFiles


def check_phases(run: RunFiles, recount: Recount) -> Iterator[Check]:
    """``done_by`` of ``sites.csv`` and ``phases`` of the summary."""
    phases, told = recount.scenario.phases, run.summary.get("phases")
    if phases is None:
        yield Check("phases", told is None, "aucune")
        return
    sites, scenario = recount.territory.sites, recount.scenario
    done_by = run.sites["done_by"].to_numpy(dtype=str) if "done_by" in run.sites else np.full(len(sites), "?")
    option = np.array([recount.option.get(str(i), "") for i in sites.id])
    changes = np.where(sites.is_existing, option != "keep", option != "")
    wrong = np.where(changes, ~np.isin(done_by, phases.until), done_by != "")
    yield none_of("phase de chaque site", sites.id[wrong].tolist(), otherwise=f"{int(changes.sum())} changements")
    if wrong.any():
        return
    late = [
        str(sites.id[j])
        for j in np.flatnonzero(changes)
        if quarters_between(phases.decided, str(done_by[j])) < _lead(recount, int(j), str(option[j]))
    ]
    yield none_of("délais d'ouverture", late, otherwise=f"à compter de {phases.decided}")
    place = np.array([phases.until.index(str(one)) if one else -1 for one in done_by])
    for phase, until in enumerate(phases.until):
        is_done = place <= phase
        is_open = sites.is_existing & ~((option == "close") & is_done) | (~sites.is_existing & changes & is_done)
        seconds = recount.graph.nearest_s(np.flatnonzero(is_open))[recount.territory.demand.cell]
        cost = sum(
            site_cost_eur(scenario, recount.territory, j, str(option[j]) if is_done[j] else "keep")
            for j in np.flatnonzero(is_done | sites.is_existing).tolist()
        )
        houses = int((~sites.is_existing & changes & is_done).sum())
        covered = float(recount.territory.demand.persons[seconds <= scenario.goal.standard_s].sum())
        most = phases.at_most_houses[phase] if phases.at_most_houses else np.inf
        most_eur = phases.at_most_eur[phase] if phases.at_most_eur else np.inf
        yield Check(f"limites de la phase {until}", houses <= most and cost <= most_eur + 0.01, f"{houses} maisons")
        said = told[phase] if isinstance(told, list) and phase < len(told) else {}
        for key, value in {"until": until, "houses": houses, "cost_eur": cost, "persons_covered": covered}.items():
            yield same(f"summary.json, phases.{phase}.{key}", said=said.get(key), recounted=value, tolerance=0.01)


def _lead(recount: Recount, site: int, option: str) -> float:
    sites, phases = recount.territory.sites, recount.scenario.phases
    assert phases is not None
    if sites.lead_time_quarters is not None and sites.kind[site] == option:
        own = float(sites.lead_time_quarters[site])
        if np.isfinite(own):
            return own
    return float(phases.lead(option))
