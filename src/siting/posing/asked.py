"""What a scenario asks of a plan beside its goal: each rule as a clause over the sites and cells of its territory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from siting.allocation import Apart, Budget, Clause, CoveredShare, Houses, NewPerZone
from siting.errors import DataError, Fault
from siting.posing.apart import too_near
from siting.posing.prices import least_cost_eur
from siting.posing.zones import Zones, each_area, named_zone, unknown_codes, whole_area
from siting.scenario import LscpGoal, Scenario
from siting.scenario.rules import BackupRule, BudgetRule, CoveredShareRule, HousesRule, Rule, Zoned
from siting.territory import Territory


@dataclass(frozen=True, eq=False)
class Asked:
    """One thing asked.

    Attributes
    ----------
    path : str
        Where the scenario asks it: ``"rules[0]"``, or ``"goal.new_houses"``.
    key : str
        The key under that path with the figure that would have to change; ``""`` where the path is that key.
    zones : Zones
        Where it holds, one zone after the other.
    clause : Clause
    phase : int or None
        At the end of which phase, from 0; None at the end of all.
    """

    path: str
    key: str
    zones: Zones
    clause: Clause
    phase: int | None = None

    @property
    def field(self) -> str:
        """Path of the figure that would have to change."""
        return f"{self.path}.{self.key}" if self.key else self.path


def check_asked(scenario: Scenario, territory: Territory) -> None:
    """Refuse what a scenario asks of its territory in vain, as far as no travel time is needed to know.

    Raises
    ------
    DataError
        Rules or weights name places that are not in the study area, or a budget does not pay for the sites forced
        open; every fault at once.
    """
    faults = [
        fault
        for name, entries in (("rules", scenario.rules), ("weights", scenario.weights))
        for row, entry in enumerate(entries)
        if isinstance(entry, Zoned)
        for fault in unknown_codes(scenario, territory, f"{name}[{row}]", entry)
    ]
    faults += [
        fault
        for row, rule in enumerate(scenario.rules)
        if isinstance(rule, BudgetRule)
        for fault in _dear_forced(scenario, territory, f"rules[{row}].at_most_eur", rule.at_most_eur)
    ]
    if faults:
        raise DataError(faults)


def ask(scenario: Scenario, territory: Territory) -> tuple[Asked, ...]:
    """The limits of the goal, then the rules of the scenario in order.

    Raises
    ------
    DataError
        See `check_asked`; or more pairs of sites are too near each other than a program can hold.
    """
    check_asked(scenario, territory)
    goal, everywhere = scenario.goal, whole_area(territory)
    asked = []
    if goal.most_houses is not None:
        key = "max_new_houses" if isinstance(goal, LscpGoal) else "new_houses"
        asked.append(Asked(f"goal.{key}", "", everywhere, Houses(goal.most_houses)))
    if isinstance(goal, LscpGoal) and goal.covered_share is not None:
        asked.append(Asked("goal.covered_share", "", everywhere, CoveredShare(goal.covered_share)))
    asked += [_asked(scenario, territory, row, rule) for row, rule in enumerate(scenario.rules)]
    return (*asked, *_asked_of_phases(scenario, territory))


def _asked_of_phases(scenario: Scenario, territory: Territory) -> Iterator[Asked]:
    """What may have opened and been spent by the end of each phase."""
    if scenario.phases is None:
        return
    everywhere = whole_area(territory)
    for phase, houses in enumerate(scenario.phases.at_most_houses):
        yield Asked(f"phases.at_most_houses[{phase}]", "", everywhere, Houses(houses), phase)
    for phase, at_most_eur in enumerate(scenario.phases.at_most_eur):
        budget = Budget(least_cost_eur(scenario, territory), at_most_eur)
        yield Asked(f"phases.at_most_eur[{phase}]", "", everywhere, budget, phase)


def _asked(scenario: Scenario, territory: Territory, row: int, rule: Rule) -> Asked:
    path, everywhere = f"rules[{row}]", whole_area(territory)
    if isinstance(rule, BudgetRule):
        return Asked(path, "at_most_eur", everywhere, Budget(least_cost_eur(scenario, territory), rule.at_most_eur))
    if isinstance(rule, CoveredShareRule):
        zones = everywhere if rule.each == "study_area" else each_area(territory, rule.each)
        area = None if rule.each == "study_area" else zones.of_cells(territory)
        return Asked(path, "at_least_share", zones, CoveredShare(rule.at_least_share, area))
    if isinstance(rule, BackupRule):
        return Asked(path, "at_least_share", everywhere, CoveredShare(rule.at_least_share, times=2))
    if isinstance(rule, HousesRule):
        zones = each_area(territory, rule.each) if rule.each else named_zone(territory, rule)
        at_most = len(territory.sites) if rule.at_most is None else rule.at_most
        floors, caps = (np.full(len(zones.names), value, dtype=np.int32) for value in (rule.at_least, at_most))
        key = "at_least" if rule.at_least else "at_most"
        return Asked(path, key, zones, NewPerZone(zones.of_sites(territory), floors, caps))
    return Asked(path, rule.measure, everywhere, Apart(too_near(scenario, territory, path, rule)))


def _dear_forced(scenario: Scenario, territory: Territory, path: str, at_most_eur: float) -> Iterator[Fault]:
    costs = least_cost_eur(scenario, territory)
    forced_eur = float(costs[np.isin(territory.sites.id, scenario.goal.forced_open)].sum())
    if forced_eur <= at_most_eur:
        return
    line, _ = scenario.origin.value_at(("goal", "forced_open"))
    if scenario.language == "en":
        words = f"the sites forced open cost {forced_eur:.0f} euros, see line {line}: goal.forced_open", "raise the sum"
    else:
        problem = f"les sites imposés coûtent {forced_eur:.0f} euros, voir ligne {line} : goal.forced_open"
        words = problem, "augmentez la somme, ou imposez moins de sites"
    yield scenario.fault(path, *words)
