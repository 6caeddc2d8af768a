"""Why no plan satisfies a scenario, in a planner's words: which people, which rules with their lines, what would do."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import numpy as np

from siting.allocation import (
    Budget,
    Composed,
    ComposedCenter,
    CoveredShare,
    Everyone,
    Houses,
    cell_times,
    compose,
    cover_sets,
    is_feasible,
    p_center,
    solve,
)
from siting.errors import ConflictError, Fault, InfeasibleError, OutOfTimeError, TooFewHousesError
from siting.posing.asked import Asked
from siting.posing.problem import Posed, with_choices
from siting.posing.refusal_clauses import what_it_asks, what_would_do, who_is_short
from siting.posing.refusal_words import Words
from siting.scenario import Scenario
from siting.scenario.origin import path_from
from siting.territory import Territory
from siting.travel.travel_times import TravelTimes

_SECONDS_PER_QUESTION = 10.0


@contextmanager
def told_with_lines(scenario: Scenario, territory: Territory, times: TravelTimes, posed: Posed) -> Iterator[None]:
    """Errors of a search inside, told as faults of the scenario file, one line per rule concerned.

    Raises
    ------
    InfeasibleError
        No plan keeps the rules: the lines concerned, whom nobody covers, and what would do. Takes a few more searches:
        the least service standard that would do is looked for up to the cutoff.
    OutOfTimeError
        The time ran out before a plan was found or excluded.
    """
    try:
        yield
    except InfeasibleError as error:
        raise _refusal(scenario, territory, times, posed, error) from error
    except OutOfTimeError as error:
        seconds = f"{scenario.solver.time_limit_s:g}"
        words = Words(scenario.language)("time", seconds=seconds)
        raise OutOfTimeError(str(scenario.fault("solver.time_limit_s", *words))) from error


def _refusal(
    scenario: Scenario, territory: Territory, times: TravelTimes, posed: Posed, error: InfeasibleError
) -> InfeasibleError:
    words = Words(scenario.language)
    if isinstance(error, ConflictError):
        faults = _conflict(scenario, territory, times, posed, error, words)
    elif isinstance(error, TooFewHousesError):
        faults = [_too_few_houses(scenario, territory, times, posed, error, words)]
    else:
        faults = []
    return InfeasibleError("\n".join(map(str, faults)) or str(error))


def _too_few_houses(
    scenario: Scenario,
    territory: Territory,
    times: TravelTimes,
    posed: Posed,
    error: TooFewHousesError,
    words: Words,
) -> Fault:
    if scenario.goal.model == "p_center":
        return _too_few_to_reach(scenario, error, words)
    persons = np.where(posed.is_coverable, territory.demand.persons, 0.0)
    rows = {
        "existing": np.flatnonzero(territory.sites.is_existing),
        "forced": np.flatnonzero(np.isin(territory.sites.id, scenario.goal.forced_open)),
        "forbidden": np.flatnonzero(np.isin(territory.sites.id, scenario.goal.forbidden)),
    }
    center = p_center(cell_times(times, persons=persons), new_houses=error.new_houses, **rows)
    try:
        minutes = words.minutes(math.ceil(solve(center, time_limit_s=_SECONDS_PER_QUESTION).objective / 60))
    except InfeasibleError:
        minutes = ""
    problem, remedy = words(
        "too_few_houses",
        houses=words.houses(error.new_houses),
        persons=words.number(error.persons_coverable),
        at_least=words.number(error.at_least),
        enough=words.houses(error.enough),
        left_out=words.number(error.persons_left_out),
    )
    return scenario.fault("goal.max_new_houses", problem, remedy + minutes)


def _too_few_to_reach(scenario: Scenario, error: TooFewHousesError, words: Words) -> Fault:
    """How many houses would do for everyone to be within the cutoff of one."""
    values = {
        "houses": words.houses(error.new_houses),
        "persons": words.number(error.persons_coverable),
        "cutoff": f"{scenario.travel.cutoff_min:g}",
        "at_least": words.number(error.at_least),
        "enough": words.houses(error.enough),
        "left_out": words.number(error.persons_left_out),
    }
    return scenario.fault("goal.new_houses", *words("too_few_to_reach", **values))


def _conflict(
    scenario: Scenario, territory: Territory, times: TravelTimes, posed: Posed, error: ConflictError, words: Words
) -> list[Fault]:
    """One fault per rule of an irreducible set: what it asks, the others with their lines, what would do."""
    found = [
        (one, value)
        for clause, value in error.conflicts
        for one, its_own in zip(posed.asked, posed.clauses, strict=True)
        if its_own is clause  # that a site has one option only is not a planner's rule
    ]
    minutes = _least_standard(scenario, territory, times, posed)
    faults = []
    for one, shortfall in found:
        others = [
            words("with_line", what=what_it_asks(other, territory, words), line=_line(scenario, other))[0]
            for other, _ in found
            if other is not one
        ]
        what = what_it_asks(one, territory, words)
        problem = words("conflict", what=what, others=" ; ".join(others))[0] if others else words("alone", what=what)[0]
        problem += who_is_short(scenario, one, territory, posed, words)
        remedy = "" if shortfall is None else what_would_do(one, territory, posed, shortfall, words)
        if minutes is not None and isinstance(one.clause, (CoveredShare, Everyone)):
            remedy += words.minutes(minutes)
        is_said = any(isinstance(other.clause, Houses) and value is not None for other, value in found)
        if isinstance(posed.problem, ComposedCenter) and one.clause is posed.problem.reach and not is_said:
            remedy += _houses_enough(posed.problem, words)
        faults.append(scenario.fault(one.field, problem, remedy))
    return faults


def _houses_enough(problem: ComposedCenter, words: Words) -> str:
    """How many houses reach everyone within the cutoff, were their number and their cost free."""
    free = [clause for clause in problem.clauses if not isinstance(clause, (Houses, Budget))]
    question = replace(problem, clauses=tuple(free)).kept_with(problem.reach)
    try:
        plan = solve(question, time_limit_s=_SECONDS_PER_QUESTION)
    except (InfeasibleError, OutOfTimeError):
        return ""
    return words("houses_enough", houses=words.houses(len(plan.opened)))[0]


def _least_standard(scenario: Scenario, territory: Territory, times: TravelTimes, posed: Posed) -> int | None:
    """The least standard in whole minutes at which the clauses agree; None where none up to the cutoff is known to."""
    asks_for_cover = any(isinstance(one.clause, (CoveredShare, Everyone)) for one in posed.asked)
    if not asks_for_cover or scenario.goal.model == "p_center":  # whose standard only counts people
        return None

    def would_do(minutes: int) -> bool:
        question = _at_standard(scenario, territory, times, posed, standard_s=60 * minutes)
        return is_feasible(question, time_limit_s=_SECONDS_PER_QUESTION) is True

    low, high = math.floor(scenario.goal.standard_min) + 1, times.cutoff_s // 60
    if low > high or not would_do(high):
        return None
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if would_do(middle) else (middle + 1, high)
    return high


def _at_standard(
    scenario: Scenario, territory: Territory, times: TravelTimes, posed: Posed, *, standard_s: int
) -> Composed:
    """The clauses of a posed problem at another service standard."""
    if posed.options is not None:
        return with_choices(scenario, territory, times, posed.asked, standard_s=standard_s)[0]
    problem = posed.problem
    assert isinstance(problem, Composed)
    rules = {name: getattr(problem.rules, name) for name in ("existing", "forced", "forbidden")}
    cover = cover_sets(times, standard_s=standard_s, persons=posed.cover.persons)
    return compose(cover, ["fewest_houses"], clauses=posed.clauses, **rules)


def _line(scenario: Scenario, one: Asked) -> str:
    line, _ = scenario.origin.value_at(path_from(one.field))
    return str(line)
