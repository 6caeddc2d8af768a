"""A clause that no plan keeps, in a planner's words: what it asks, who is short of it, what would do in its place."""

from __future__ import annotations

import math

import numpy as np

from siting.allocation import Apart, Budget, CoveredShare, Everyone, Houses, NewPerZone
from siting.posing.asked import Asked
from siting.posing.problem import Posed
from siting.posing.refusal_words import Words
from siting.posing.zones import Zones
from siting.scenario import Scenario
from siting.territory import Territory

_PLACES_SHOWN = 3


def what_it_asks(one: Asked, territory: Territory, words: Words) -> str:
    """What a clause asks, in words."""
    clause, zones = one.clause, one.zones
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
            return words(key, houses=words.houses(floor or cap), where=_where(zones, words))[0]
        case Apart():
            return words("what_apart_min" if one.key == "at_least_min" else "what_apart")[0]
        case _:
            assert isinstance(clause, Everyone)
            persons = words.number(float(territory.demand.persons[clause.cells].sum()))
            key = "what_everyone" if clause.cover is None else "what_reach"
            return words(key, persons=persons)[0]


def _where(zones: Zones, words: Words) -> str:
    if len(zones.names) > 1:
        return words("in_each", n=words.number(len(zones.names)))[0]
    return words("in_one", name=zones.names[0])[0]


def _by_phase(one: Asked, words: Words) -> str:
    return "" if one.phase is None else words("by_phase", n=str(one.phase + 1))[0]


def who_is_short(scenario: Scenario, one: Asked, territory: Territory, posed: Posed, words: Words) -> str:
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


def what_would_do(one: Asked, territory: Territory, posed: Posed, shortfall: float, words: Words) -> str:
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
