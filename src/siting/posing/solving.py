"""The plan of a posed problem, as its scenario wants it sought and told."""

from __future__ import annotations

import threading
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from siting.allocation import Options, Plan, Status, solve
from siting.posing.goals import goal_names
from siting.posing.problem import Posed
from siting.posing.refusals import told_with_lines
from siting.progress import Progress, Standing, silent
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
    InfeasibleError, OutOfTimeError
        See `siting.posing.refusals.told_with_lines`.
    """
    limits = scenario.solver
    with told_with_lines(scenario, territory, times, posed):
        plan = solve(
            posed.problem,
            time_limit_s=limits.time_limit_s,
            gap=limits.gap,
            seed=limits.seed,
            progress=_in_minutes(progress, posed, scenario.goal.model),
            stop=stop,
        )
    n_asked = len(goal_names(scenario)) if plan.stages else 0  # the rest settles what the scenario leaves open
    named = (plan.certificate, *plan.stages[:n_asked])
    status: Status = "optimal" if all(one.status == "optimal" for one in named) else "feasible"
    plan = replace(plan, certificate=replace(plan.certificate, status=status))
    plan = at_sites(plan, posed.options, territory.sites.is_existing)
    is_open = np.flatnonzero(plan.is_open(territory.sites.is_existing))
    return replace(plan, is_covered=posed.cover.covered_by(is_open))


_MODEL_GOALS = {"p_median": "least_time", "capacitated_p_median": "least_time", "p_center": "least_worst_time"}


def _in_minutes(progress: Progress, posed: Posed, model: str) -> Progress:
    """Where a search for the shortest trips stands is told in minutes, not in seconds or person-seconds."""
    seconds_in_a_minute = {"least_time": 60 * max(posed.weighted_persons, 1.0), "least_worst_time": 60.0}

    def told(done: int, total: int, standing: Standing | None = None, /) -> None:
        if standing is not None:
            goal = standing.goal or _MODEL_GOALS.get(model, "")
            if goal in seconds_in_a_minute:
                scale = seconds_in_a_minute[goal]
                values = standing.incumbent / scale, standing.bound / scale
                standing = replace(standing, incumbent=values[0], bound=values[1], goal=goal)
        progress(done, total, standing)

    return told


def at_sites(plan: Plan, options: Options | None, is_existing: NDArray[np.bool_]) -> Plan:
    """A plan of options as one of sites; as it is where sites have no options."""
    if options is None:
        return plan
    decisions = options.decisions(plan, len(is_existing))
    opened = np.flatnonzero(~is_existing & (decisions.option != "")).astype(np.int32)
    closed = np.flatnonzero(decisions.option == "close").astype(np.int32)
    return replace(plan, opened=opened, closed=closed, decisions=decisions)
