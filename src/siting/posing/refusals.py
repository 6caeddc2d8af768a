"""Why no plan satisfies a scenario, in a planner's words: which people, which rules with their lines, what would do."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import numpy as np

from siting.allocation import (
    Apart,
    Budget,
    Composed,
    ComposedCenter,
    CoveredShare,
    Everyone,
    Houses,
    NewPerZone,
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
from siting.posing.refusal_words import Words
from siting.scenario import Scenario
from siting.scenario.origin import path_from
from siting.territory import Territory
from siting.travel.travel_times import TravelTimes

_PLACES_SHOWN = 3
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
            words("with_line", what=_what(other, territory, words), line=_line(scenario, other))[0]
            for other, _ in found
            if other is not one
        ]
        what = _what(one, territory, words)
        problem = words("conflict", what=what, others=" ; ".join(others))[0] if others else words("alone", what=what)[0]
        problem += _who(scenario, one, territory, posed, words)
        remedy = "" if shortfall is None else _instead(one, territory, posed, shortfall, words)
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


def _what(one: Asked, territory: Territory, words: Words) -> str:
    """What a clause asks, in words."""
    clause, zones = one.clause, one.zones
    each = words("in_each", n=words.number(len(zones.names)))[0] if len(zones.names) > 1 else zones.names[0]
    match clause:
        case Houses():
            said = words("what_houses", houses=words.houses(clause.at_most))[0]
            return said + _by_phase(one, words)
        case Budget():
            return words("what_budget", sum=words.number(clause.at_most))[0] + _by_phase(one, words)
        case CoveredShare():
            key = "what_share" if clause.area is None else "what_share_each"
            key = "what_backup" if clause.times == 2 else key
            return words(key, share=words.share(clause.at_least_share), n=words.number(len(zones.names)))[0]
        case NewPerZone():
            floor, cap = int(clause.at_least[0]), int(clause.at_most[0])
            key = "what_floor" if floor else "what_cap"
            return words(key, houses=words.houses(floor or cap), where=each)[0]
        case Apart():
            return words("what_apart_min" if one.key == "at_least_min" else "what_apart")[0]
        case _:
            assert isinstance(clause, Everyone)
            persons = words.number(float(territory.demand.persons[clause.cells].sum()))
            key = "what_everyone" if clause.cover is None else "what_reach"
            return words(key, persons=persons)[0]


def _by_phase(one: Asked, words: Words) -> str:
    return "" if one.phase is None else words("by_phase", n=str(one.phase + 1))[0]


def _who(scenario: Scenario, one: Asked, territory: Territory, posed: Posed, words: Words) -> str:
    """Whom no allowed site covers, where a share asks for them; which zones lack candidates, where a floor does."""
    clause = one.clause
    if isinstance(clause, NewPerZone):
        return _short_zones(scenario, territory, one, clause, words)
    if not isinstance(clause, CoveredShare) or clause.times == 2:
        return ""
    persons, area = territory.demand.persons, one.zones.of_cells(territory)
    inside = area >= 0
    total = np.bincount(area[inside], persons[inside], len(one.zones.names))
    reachable = np.bincount(area[inside], (persons * posed.is_coverable)[inside], len(one.zones.names))
    short = np.flatnonzero(reachable < clause.at_least_share * total * (1 - 1e-9))
    if not len(short):
        return ""
    worst = short[np.argsort(reachable[short] / total[short], kind="stable")][:_PLACES_SHOWN]
    places = [
        words(
            "reach",
            place=one.zones.names[row] or words("study_area")[0],
            share=words.share(reachable[row] / total[row]),
            persons=words.number(total[row] - reachable[row]),
        )[0]
        for row in worst
    ]
    more = " …" if len(short) > len(places) else ""
    return words("who", places=" ; ".join(places) + more)[0]


def _short_zones(scenario: Scenario, territory: Territory, one: Asked, clause: NewPerZone, words: Words) -> str:
    """The zones that have fewer candidates than houses are asked for in them."""
    sites = territory.sites
    is_candidate = ~sites.is_existing & ~np.isin(sites.id, scenario.goal.forbidden)
    inside = is_candidate & (clause.zone >= 0)
    candidates = np.bincount(clause.zone[inside], minlength=len(clause.at_least))
    short = np.flatnonzero(candidates < clause.at_least)
    if not len(short):
        return ""
    places = [
        words("candidates", place=one.zones.names[row], n=words.number(int(candidates[row])))[0]
        for row in short[:_PLACES_SHOWN]
    ]
    more = " …" if len(short) > len(places) else ""
    return words("short_zones", places=" ; ".join(places) + more)[0]


def _instead(one: Asked, territory: Territory, posed: Posed, shortfall: float, words: Words) -> str:
    """What would do in the place of a clause."""
    match one.clause:
        case Houses():
            return words("instead_houses", houses=words.houses(round(shortfall)))[0]
        case Budget():
            return words("instead_budget", sum=words.number(math.ceil(shortfall - 1e-6)))[0]
        case CoveredShare():
            return words("instead_share", share=_written_share(1 - shortfall))[0]
        case NewPerZone():
            return words("instead_zones", houses=words.houses(round(shortfall)))[0]
        case Apart():
            return words("instead_apart", n=words.number(round(shortfall)))[0]
        case Everyone() if one.clause.cover is not None:
            return words("instead_reach", persons=words.number(shortfall))[0]
        case _:
            share = _written_share(1 - _share_left_out(territory, posed, shortfall))
            return words("instead_everyone", persons=words.number(shortfall), share=share)[0]


def _share_left_out(territory: Territory, posed: Posed, left_out: float) -> float:
    """Share of all residents not covered where ``left_out`` of those who can be are left out."""
    persons = territory.demand.persons
    return float((persons[~posed.is_coverable].sum() + left_out) / persons.sum())


def _written_share(share: float) -> str:
    """A share as the scenario would have it, rounded down so that it can be kept."""
    return f"{math.floor(share * 10_000 + 1e-6) / 10_000:g}"


def _line(scenario: Scenario, one: Asked) -> str:
    line, _ = scenario.origin.value_at(path_from(one.field))
    return str(line)
