"""The plan of a posed problem, as its scenario wants it sought and told."""

from __future__ import annotations

import threading
from dataclasses import replace

import numpy as np

from siting.allocation import Plan, solve
from siting.errors import InfeasibleError
from siting.posing.problem import Posed
from siting.posing.refusals import refusal
from siting.progress import Progress, silent
from siting.scenario import Scenario
from siting.territory import Territory
from siting.travel.travel_times import TravelTimes


def solve_posed(
    scenario: Scenario,
    territory: Territory,
    times: TravelTimes,
    posed: Posed,
    *,
    progress: Progress = silent,
    stop: threading.Event | None = None,
) -> Plan:
    """The best plan within the limits of the scenario; its covered cells are those within the service standard.

    With goals in order it is called optimal where each of them is proven to be.

    Raises
    ------
    InfeasibleError
        No plan keeps the rules: the lines concerned, whom nobody covers, and what would do.
    SolverError
        The time ran out before a plan was found or excluded.
    """
    limits = scenario.solver
    try:
        plan = solve(
            posed.problem,
            time_limit_s=limits.time_limit_s,
            gap=limits.gap,
            seed=limits.seed,
            progress=progress,
            stop=stop,
        )
    except InfeasibleError as error:
        raise refusal(scenario, territory, times, posed, error) from error
    if any(stage.status != "optimal" for stage in plan.stages):
        plan = replace(plan, certificate=replace(plan.certificate, status="feasible"))
    is_open = np.union1d(np.flatnonzero(territory.sites.is_existing), plan.opened)
    return replace(plan, is_covered=posed.cover.covered_by(is_open))
