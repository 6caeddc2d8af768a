"""How full each house is and who is left waiting, where the scenario gives capacities."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from siting.access import Filling
from siting.report.decisions import kind_of_houses
from siting.report.findings import Findings
from siting.report.page_table import PageTable
from siting.report.sentences import texts_of
from siting.scenario import Scenario

WAITING_SHOWN = 15


def filling_figures(scenario: Scenario, fillings: Mapping[str, Filling]) -> dict[str, Any]:
    """For summary.json: consultations a year asked for, given and waiting at each moment; needs capacities."""
    if scenario.capacity is None:
        return {}
    figures: dict[str, Any] = {"people_go": people_go(scenario)}
    for when, filling in fillings.items():
        asked, given = float(filling.asked.sum()), float(filling.given.sum())
        figures["asked"] = asked
        figures[when] = {
            "capacity": float(filling.capacity.sum()),
            "given": given,
            "waiting": asked - given,
        }
    figures["full_sites"] = int(fillings["after"].is_full.sum())
    return {"capacity": figures}


def people_go(scenario: Scenario) -> str:
    """Where people go: as the capacities say, or all of a cell to one place where the goal is that."""
    assert scenario.capacity is not None
    return "one_place" if scenario.goal.model == "capacitated_p_median" else scenario.capacity.people_go


def filling_columns(findings: Findings) -> dict[str, Any]:
    """For sites.csv: what each site open with the plan can give, gives, and turns away; empty for the others."""
    if not findings.fillings:
        return {}
    filling, sites = findings.fillings["after"], findings.territory.sites
    is_open = findings.plan.is_open(sites.is_existing) & sites.in_study_area
    columns = {
        "consultations_capacity": filling.capacity,
        "consultations_given": filling.load,
        "consultations_turned_away": filling.turned_away,
    }
    return {name: np.where(is_open, values, np.nan) for name, values in columns.items()}


def waiting_column(findings: Findings) -> dict[str, Any]:
    """For communes.csv: consultations that nobody gives to the people of each commune with the plan."""
    if not findings.fillings:
        return {}
    commune, n = findings.territory.demand.commune, len(findings.territory.communes)
    return {"consultations_waiting": np.bincount(commune, findings.fillings["after"].waiting, n)}


def write_consultations_parquet(findings: Findings, folder: Path) -> None:
    """Write who goes where with the plan: ``consultations.parquet`` (``cell`` of the grid, ``site``, ``given`` a year).

    Nothing without capacities.
    """
    if not findings.fillings:
        return
    filling, territory = findings.fillings["after"], findings.territory
    table = pd.DataFrame(
        {
            "cell": territory.demand.cell[filling.cell],
            "site": territory.sites.id[filling.site],
            "given": filling.given,
        }
    )
    table.to_parquet(folder / "consultations.parquet", index=False, compression="zstd")


def filling_in_short(findings: Findings) -> str:
    """Consultations given and waiting with the plan, and today's; empty without capacities."""
    told = findings.summary.get("capacity")
    if told is None:
        return ""
    texts, after = texts_of(findings), told["after"]
    return texts(
        "filling",
        given=texts.number.whole(after["given"]),
        asked=texts.number.whole(told["asked"]),
        share=texts.number.percent(after["given"] / told["asked"] if told["asked"] else 0.0),
        waiting=texts.number.whole(after["waiting"]),
        before=texts.number.whole(told["before"]["waiting"]),
        full=texts.count("full_sites", told["full_sites"]),
    )


def filling_table(findings: Findings) -> PageTable | None:
    """The open sites of the study area, the fullest first."""
    if not findings.fillings:
        return None
    texts, filling, sites = texts_of(findings), findings.fillings["after"], findings.territory.sites
    found = np.flatnonzero(findings.plan.is_open(sites.is_existing) & sites.in_study_area)
    share = np.divide(filling.load, filling.capacity, out=np.ones(len(sites)), where=filling.capacity > 0)
    whole = texts.number.whole
    rows: list[tuple[str, ...]] = [
        (
            str(sites.name[site]),
            texts(_what_stands(findings, site)),
            whole(filling.capacity[site]),
            whole(filling.load[site]),
            texts.number.percent(share[site]),
            whole(filling.turned_away[site]),
        )
        for site in found[np.lexsort((found, -filling.load[found], -share[found]))].tolist()
    ]
    names = ("site", "decision", "consultations_capacity", "consultations_given", "filling_share", "turned_away")
    head = tuple(map(texts, names))
    if not filling.turned_away.any():
        head, rows = head[:-1], [row[:-1] for row in rows]
    return PageTable("filling", texts("table_filling"), head, rows, 2)


def _what_stands(findings: Findings, site: int) -> str:
    """The key of the text that says what an open site is: kept or upgraded, or the kind of the new house."""
    if findings.territory.sites.is_existing[site]:
        return "option_keep" if findings.plan.decisions is None else f"option_{findings.plan.decisions.option[site]}"
    return f"kind_{kind_of_houses(findings)[site]}"


def waiting_table(findings: Findings) -> PageTable | None:
    """The communes where most consultations wait."""
    if not findings.fillings:
        return None
    texts, communes, commune = texts_of(findings), findings.territory.communes, findings.territory.demand.commune
    asked, waiting = (
        np.bincount(commune, values, len(communes))
        for values in (findings.fillings["after"].asked, findings.fillings["after"].waiting)
    )
    first = [row for row in np.argsort(-waiting, kind="stable")[:WAITING_SHOWN].tolist() if waiting[row] >= 0.5]
    rows = [
        (
            f"{communes.name[row]} ({communes.code[row]})",
            texts.number.whole(asked[row]),
            texts.number.whole(waiting[row]),
            texts.number.percent(waiting[row] / asked[row]),
        )
        for row in first
    ]
    head = tuple(map(texts, ("commune", "consultations_asked", "consultations_waiting", "waiting_share")))
    return PageTable("waiting", texts("table_waiting"), head, rows, 1)
