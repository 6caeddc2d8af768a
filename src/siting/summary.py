"""What summary.json says of a run: people, minutes, sites, rules, and how good the plan is."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from siting.access import (
    Filling,
    ModeTimes,
    mean_min,
    mode_figures,
    percentile_min,
    persons_by_reason,
    persons_within,
)
from siting.allocation import Certificate, Plan
from siting.plan_access import PlanAccess
from siting.posing import KeptRule, Posed, kept_rules
from siting.report.decisions import decision_figures
from siting.report.filling import filling_figures
from siting.report.manifest import peak_memory_mb
from siting.report.phases import phase_figures
from siting.scenario import Scenario
from siting.territory import Demand, Territory
from siting.travel.screening import MEAN_ERROR_MIN
from siting.travel.travel_times import NearestTimes

PEAK_MEMORY_STEP_MB = 1024
"""``peak_memory_mb`` is rounded up to this, so that two runs agree; manifest.json has the exact figure."""


def summary_of(
    scenario: Scenario,
    territory: Territory,
    plan: Plan,
    posed: Posed,
    access: PlanAccess,
    modes: tuple[ModeTimes, ...],
    filled: Mapping[str, Filling],
) -> dict[str, Any]:
    """What summary.json holds, its ``seconds`` apart."""
    goal, travel = scenario.goal, scenario.travel
    return {
        "scenario": scenario.scenario,
        "title": scenario.title,
        "model": goal.model,
        "search": posed.search,
        "standard_min": goal.standard_min,
        "travel": travel.surface,
        **({"screening_mean_error_min": MEAN_ERROR_MIN} if travel.surface == "friction" else {}),
        **_people(territory.demand, access, goal.standard_s),
        "sites": _sites(territory, plan),
        "rules": [_rule(one) for one in kept_rules(scenario, territory, posed.cover, plan)],
        **_proof(scenario, plan, posed),
        "peak_memory_mb": math.ceil(peak_memory_mb() / PEAK_MEMORY_STEP_MB) * PEAK_MEMORY_STEP_MB,
        **_modes(scenario, territory, modes, access),
        **decision_figures(plan, territory.sites),
        **filling_figures(scenario, filled),
        **phase_figures(scenario, territory, posed.cover, plan),
    }


def _people(demand: Demand, access: PlanAccess, standard_s: int) -> dict[str, Any]:
    """Who is covered and how far they go, before and after."""
    persons, moments = demand.persons, access.near
    total = float(persons.sum())
    coverable = float(persons[access.reason == 0].sum())

    def covered(near: NearestTimes) -> dict[str, float]:
        within = persons_within(near.time_s, persons, standard_s=standard_s)
        return {"persons": within, "share": within / total if total else 0.0}

    return {
        "persons_total": total,
        "persons_coverable": coverable,
        "persons_uncoverable": {
            "total": total - coverable,
            "by_reason": persons_by_reason(access.reason, persons),
        },
        **{f"covered_{when}": covered(near) for when, near in moments.items()},
        **{f"mean_minutes_{when}": mean_min(near.time_s, persons) for when, near in moments.items()},
        **{f"p99_minutes_{when}": percentile_min(near.time_s, persons, share=0.99) for when, near in moments.items()},
        "persons_reaching_no_site": {
            when: float(persons[np.isinf(near.time_s)].sum()) for when, near in moments.items()
        },
        "persons_served_from_outside": {when: float(persons[who].sum()) for when, who in access.from_outside.items()},
        **_intervals(demand, moments, standard_s),
    }


def _sites(territory: Territory, plan: Plan) -> dict[str, int]:
    """How many sites there are, and how many open."""
    sites = territory.sites
    return {
        "existing": int(sites.is_existing.sum()),
        "existing_outside": int((sites.is_existing & ~sites.in_study_area).sum()),
        "candidates": int((~sites.is_existing).sum()),
        "opened": len(plan.opened),
    }


def _proof(scenario: Scenario, plan: Plan, posed: Posed) -> dict[str, Any]:
    """How good the plan is, and what is proven of it."""
    return {
        "status": plan.status,
        "objective": plan.objective,
        "bound": plan.bound,
        "stages": [_stage(one, posed) for one in plan.stages[: len(getattr(scenario.goal, "goals", ()))]],
        "objective_minutes": posed.minutes(plan.objective),
        "bound_minutes": posed.minutes(plan.bound),
        "gap": plan.gap,
    }


def _intervals(demand: Demand, moments: dict[str, NearestTimes], standard_s: int) -> dict[str, Any]:
    """Least and most persons, in all and covered, where statistical secrecy hides some; nothing elsewhere."""
    if demand.persons_low is None or demand.persons_high is None:
        return {}
    bounds = (demand.persons_low, demand.persons_high)
    within = {when: near.time_s <= standard_s for when, near in moments.items()}
    return {
        "persons_interval": {
            "total": [float(bound.sum()) for bound in bounds],
            **{f"covered_{when}": [float(bound[is_in].sum()) for bound in bounds] for when, is_in in within.items()},
        }
    }


def _stage(stage: Certificate, posed: Posed) -> dict[str, Any]:
    """One of several goals as summary.json has it."""
    is_time = stage.model == "least_time"
    return {
        "goal": stage.model,
        "objective": stage.objective,
        "objective_minutes": posed.mean_minutes(stage.objective) if is_time else None,
        "bound": stage.bound,
        "gap": stage.gap,
        "status": stage.status,
    }


def _rule(kept: KeptRule) -> dict[str, Any]:
    """A rule as summary.json has it; None where there was nothing to count."""
    values = asdict(kept) | {"left": kept.left}
    return {key: None if value != value else value for key, value in values.items()}


def _modes(
    scenario: Scenario, territory: Territory, modes: tuple[ModeTimes, ...], access: PlanAccess
) -> dict[str, Any]:
    """Access of those who travel otherwise than by car, if asked."""
    persons, standard_s = territory.demand.persons, scenario.goal.standard_s
    figures = {mode.name: mode_figures(mode, car=access.near, persons=persons, standard_s=standard_s) for mode in modes}
    return {"modes": figures} if modes else {}
