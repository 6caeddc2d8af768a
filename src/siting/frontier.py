"""The frontier: how many people more houses would cover, with what is proven of each number."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import numpy as np

from siting.errors import InfeasibleError, OutOfTimeError
from siting.ground import ground_of
from siting.posing import ask, pose, solve_posed
from siting.progress import Progress, Standing, Watcher, unwatched
from siting.report.frontier_files import FrontierPoint
from siting.scenario import MclpGoal, Scenario


def frontier_of(
    scenario: Scenario,
    houses: Sequence[int],
    *,
    watcher: Watcher = unwatched,
    threads: int | None = None,
    stop: threading.Event | None = None,
) -> list[FrontierPoint]:
    """The most people covered within the scenario's standard, for each number of new houses.

    The places, the rules, the weights and the sites forced or forbidden are the scenario's; its goal gives way to
    ``mclp``. The time limit of the scenario holds for each number.

    Parameters
    ----------
    scenario : Scenario
    houses : sequence of int
        Numbers of new houses, 1 or more.
    watcher : Watcher, optional
        Told of the stages ``territory, surface, travel_times, plan``.
    threads : int, optional
    stop : threading.Event, optional
        Set it to end with the best plans so far.

    Returns
    -------
    list of FrontierPoint
        The houses of today first (0), then each number, ascending; those for which no plan keeps the rules,
        or none was found in time, are left without figures.
    """
    numbers = sorted(set(houses), reverse=True)
    ground = ground_of(_with_houses(scenario, numbers[0]), watcher=watcher, threads=threads)
    territory, times, persons = ground.territory, ground.times, ground.territory.demand.persons
    points: list[FrontierPoint] = []
    with watcher("plan") as progress:
        for done, number in enumerate(numbers):
            asked_of = _with_houses(scenario, number)
            posed = pose(asked_of, territory, times, ask(asked_of, territory))
            within = _within(progress, done, numbers)
            try:
                plan = solve_posed(asked_of, territory, times, posed, progress=within, stop=stop)
            except InfeasibleError:
                # What no number of houses can keep, no smaller one can: the reasons are sought once, not for each.
                points += [_without_plan(fewer, "infeasible") for fewer in numbers[done:]]
                break
            except OutOfTimeError:
                points.append(_without_plan(number, "out_of_time"))
                continue
            covered = float(persons[plan.is_covered].sum())
            share = covered / float(persons.sum())
            points.append(FrontierPoint(number, len(plan.opened), covered, share, plan.status, plan.gap))
        progress(len(numbers), len(numbers))
    today = float(persons[posed.cover.covered_by(np.flatnonzero(territory.sites.is_existing))].sum())
    return [FrontierPoint(0, 0, today, today / float(persons.sum()), "optimal", 0.0), *points[::-1]]


def _without_plan(number: int, status: str) -> FrontierPoint:
    return FrontierPoint(number, 0, float("nan"), float("nan"), status, float("nan"))


def _with_houses(scenario: Scenario, number: int) -> Scenario:
    goal = scenario.goal
    most_covered = MclpGoal(
        model="mclp",
        standard_min=goal.standard_min,
        forced_open=goal.forced_open,
        forbidden=goal.forbidden,
        new_houses=number,
    )
    return scenario.model_copy(update={"goal": most_covered})


def _within(progress: Progress, done: int, numbers: Sequence[int]) -> Progress:
    """Progress of one search as a part of all of them."""

    def tell(part: int, total: int, standing: Standing | None = None, /) -> None:
        progress(100 * done + 100 * part // max(total, 1), 100 * len(numbers), standing)

    return tell
