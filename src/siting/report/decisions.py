"""What a plan does at each site where it has a choice: kept, upgraded, closed, or a kind of house opened."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from siting.allocation import Plan
from siting.report.findings import Findings
from siting.report.page_table import PageTable
from siting.report.sentences import texts_of
from siting.territory.values import SITE_KINDS, Sites

OPTIONS = ("close", "upgrade", "keep")
"""What may become of an existing site, in the order in which readers look for it."""


def decision_figures(plan: Plan, sites: Sites) -> dict[str, Any]:
    """For summary.json: how many sites of the study area got each option, and what they cost.

    Nothing where there was no choice.
    """
    if plan.decisions is None:
        return {}
    option, cost = plan.decisions.option, plan.decisions.cost
    is_existing = sites.is_existing & sites.in_study_area
    existing = {name: int((is_existing & (option == name)).sum()) for name in OPTIONS}
    opened = {name: int((~sites.is_existing & (option == name)).sum()) for name in SITE_KINDS}
    return {"decisions": {"existing": existing, "opened": opened, "cost_eur": float(cost.sum())}}


def kind_of_houses(findings: Findings) -> NDArray[np.str_]:
    """Shape (n_sites,): the kind of each site, and of a house that the plan opens the kind that it chose."""
    kind = findings.territory.sites.kind
    if findings.plan.decisions is None:
        return kind
    is_opened = np.isin(np.arange(len(kind)), findings.plan.opened)
    return np.where(is_opened, findings.plan.decisions.option, kind)


def decisions_in_short(findings: Findings) -> str:
    """How many sites the plan keeps, upgrades and closes, what it opens, and for how much; empty without a choice."""
    told = findings.summary.get("decisions")
    if told is None:
        return ""
    texts = texts_of(findings)
    kept_may = getattr(findings.scenario.existing, "kept_may", ())
    fates = [name for name in OPTIONS[::-1] if kept_may and told["existing"][name]]
    existing = [texts.count(f"decided_{name}", told["existing"][name]) for name in fates]
    opened = [f"{texts.number.whole(n)} × {texts(f'kind_{name}')}" for name, n in told["opened"].items() if n]
    return texts(
        "decided", what=", ".join([*existing, *opened]) or texts.number.none, cost=texts.number.whole(told["cost_eur"])
    )


def decision_table(findings: Findings) -> PageTable | None:
    """The existing sites of the study area that the plan could change: what it does with each, and the cost."""
    plan, sites = findings.plan, findings.territory.sites
    kept_may = getattr(findings.scenario.existing, "kept_may", ())
    if plan.decisions is None or not kept_may:
        return None
    texts = texts_of(findings)
    rows = []
    for option in OPTIONS:
        found = np.flatnonzero(sites.is_existing & sites.in_study_area & (plan.decisions.option == option))
        rows += [
            (
                str(sites.name[site]),
                texts(f"option_{option}"),
                texts("euros", n=texts.number.whole(plan.decisions.cost[site])),
                texts.number.whole(findings.site_figures.persons_within_standard[site]),
                texts.number.whole(findings.site_figures.persons_only_it_covers[site]),
            )
            for site in found.tolist()
        ]
    head = ("existing_site", "decision", "cost", "persons_within", "persons_only_it")
    minutes = texts.number.short(findings.scenario.goal.standard_s / 60)
    names = tuple(texts(name, standard=minutes) for name in head)
    return PageTable("decisions", texts("table_decisions"), names, rows, 2)
