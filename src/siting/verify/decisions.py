"""What a plan does at each site: allowed by the scenario, at its cost, and counted as the summary says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from siting.scenario import Scenario
from siting.territory import Territory
from siting.verify.check import Check, none_of, same
from siting.verify.run_files import RunFiles

if TYPE_CHECKING:
    from siting.verify.recount import Recount

_EUR_TOLERANCE = 0.0051
"""Tables write euros to a hundredth."""


def site_cost_eur(scenario: Scenario, territory: Territory, site: int, option: str) -> float:
    """What an option costs at a site: nothing for none and for sites that stay whatever the plan; NaN for no option."""
    sites, costs = territory.sites, scenario.costs.model_dump()
    if not option:
        return 0.0
    if sites.is_existing[site]:
        if not getattr(scenario.existing, "kept_may", ()) or not sites.in_study_area[site]:
            return 0.0
        parts = {"keep": ["keep_eur"], "upgrade": ["keep_eur", "upgrade_eur"], "close": ["close_eur"]}
        return float(sum(costs[part] for part in parts[option])) if option in parts else float("nan")
    of_file = float("nan") if sites.cost_eur is None or sites.kind[site] != option else float(sites.cost_eur[site])
    return of_file if np.isfinite(of_file) else float(costs.get(f"{option}_eur", "nan"))


def check_decisions(run: RunFiles, recount: Recount) -> Iterator[Check]:
    """Every option of ``sites.csv``, and the sums of the summary."""
    told = run.summary.get("decisions")
    if not recount.option:
        yield Check("options des sites", told is None, "aucun choix" if told is None else "colonne option absente")
        return
    sites = recount.territory.sites
    wrong = [str(sites.id[j]) for j in range(len(sites)) if recount.option[sites.id[j]] not in _allowed(recount, j)]
    yield none_of("options permises", wrong, otherwise=f"{len(sites)} sites")
    if wrong:
        return
    said = run.sites["option_eur"].fillna(0.0).to_numpy(np.float64)
    cost = [site_cost_eur(recount.scenario, recount.territory, j, recount.option[i]) for j, i in enumerate(sites.id)]
    dear = np.abs(said - np.array(cost)) > _EUR_TOLERANCE
    yield none_of("coût des options", sites.id[dear].tolist(), otherwise=f"{sum(cost):.0f} euros")
    option = np.array([recount.option[i] for i in sites.id])
    expected = {
        "existing": {
            name: int((sites.is_existing & sites.in_study_area & (option == name)).sum())
            for name in ("close", "upgrade", "keep")
        },
        "opened": {
            name: int((~sites.is_existing & (option == name)).sum())
            for name in ("label", "upgrade", "create", "itinerant", "tele")
        },
    }
    told = told or {}
    for key, counts in expected.items():
        yield same(f"summary.json, decisions.{key}", said=told.get(key), recounted=counts)
    yield same("summary.json, decisions.cost_eur", said=told.get("cost_eur"), recounted=sum(cost), tolerance=0.01)


def _allowed(recount: Recount, site: int) -> tuple[str, ...]:
    """What may stand at a site by the scenario and by the decision that ``sites.csv`` gives it."""
    sites, scenario = recount.territory.sites, recount.scenario
    site_id = str(sites.id[site])
    if sites.is_existing[site]:
        may = tuple(getattr(scenario.existing, "kept_may", ())) if sites.in_study_area[site] else ()
        if site_id in getattr(scenario.existing, "never_close", ()):
            may = tuple(one for one in may if one != "close")
        return ("close",) if site_id in recount.closed_ids and "close" in may else ("keep", *set(may) - {"close"})
    if site_id not in recount.opened_ids:
        return ("",)
    choice = "" if sites.may_be is None else str(sites.may_be[site])
    return tuple(choice.split()) or (str(sites.kind[site]),)
