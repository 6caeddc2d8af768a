"""What stands at the end of each phase: houses open, money spent, people covered."""

from __future__ import annotations

from typing import Any

import numpy as np

from siting.allocation import CoverSets, Plan
from siting.posing import goal_names
from siting.report.findings import Findings
from siting.report.page_table import PageTable
from siting.report.sentences import texts_of
from siting.report.texts import Texts
from siting.scenario import Scenario
from siting.territory import Territory


def phase_figures(scenario: Scenario, territory: Territory, cover: CoverSets, plan: Plan) -> dict[str, Any]:
    """For summary.json: one entry per phase, in order; nothing without phases.

    ``gap``: how far the people covered then may be from the most that plans reach which do as well in what comes
    before: the goal of the scenario, then the earlier phases. None for the last phase, which that goal decides.
    """
    if scenario.phases is None or plan.decisions is None:
        return {}
    decisions, is_existing = plan.decisions, territory.sites.is_existing
    phases, early = scenario.phases, plan.stages[len(goal_names(scenario)) :]
    is_opened, is_closed = (np.isin(np.arange(len(is_existing)), rows) for rows in (plan.opened, plan.closed))
    kept_eur = np.where(is_existing & (decisions.cost > 0), scenario.costs.keep_eur, 0.0)
    figures = []
    for phase, until in enumerate(phases.until):
        is_done = decisions.phase <= phase
        is_open = (is_existing & ~(is_closed & is_done)) | (is_opened & is_done)
        covered = float(territory.demand.persons[cover.covered_by(np.flatnonzero(is_open))].sum())
        cost = np.where(is_done, decisions.cost, np.where(is_existing, kept_eur, 0.0))
        figures.append(
            {
                "until": until,
                "houses": int((is_opened & is_done).sum()),
                "at_most_houses": phases.at_most_houses[phase] if phases.at_most_houses else None,
                "cost_eur": float(cost.sum()),
                "at_most_eur": phases.at_most_eur[phase] if phases.at_most_eur else None,
                "persons_covered": covered,
                "gap": None if phase == len(phases.until) - 1 else early[phase].gap,
            }
        )
    return {"phases": figures}


def phases_in_short(findings: Findings) -> str:
    """Houses open and people covered at the end of each phase; empty without phases."""
    texts, total = texts_of(findings), findings.summary["persons_total"]
    return " ; ".join(
        texts(
            "phase",
            until=quarter_words(str(one["until"]), texts),
            houses=texts.count("houses_counted", one["houses"]),
            share=texts.number.percent(one["persons_covered"] / total if total else 0.0, decimals=2),
        )
        for one in findings.summary.get("phases", [])
    )


def phase_table(findings: Findings) -> PageTable | None:
    """The phases in order."""
    texts, total = texts_of(findings), findings.summary["persons_total"]
    told = findings.summary.get("phases")
    if not told:
        return None
    number = texts.number
    rows = [
        (
            quarter_words(str(one["until"]), texts),
            number.whole(one["houses"]),
            number.none if one["at_most_houses"] is None else number.whole(one["at_most_houses"]),
            texts("euros", n=number.whole(one["cost_eur"])),
            number.none if one["at_most_eur"] is None else texts("euros", n=number.whole(one["at_most_eur"])),
            number.percent(one["persons_covered"] / total if total else 0.0, decimals=2),
            number.none if one["gap"] is None else number.gap(one["gap"]),
        )
        for one in told
    ]
    names = ("until", "phase_houses", "phase_most", "phase_cost", "phase_most_eur", "phase_share", "gap")
    return PageTable("phases", texts("table_phases"), tuple(map(texts, names)), rows, 1)


def quarter_words(text: str, texts: Texts) -> str:
    """``2027-Q4`` as people write it."""
    year, _, number = text.partition("-Q")
    return texts("quarter_of_year", quarter=number, year=year)
