"""What became of each rule: recounted on the plan, how much is left, and whether it binds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from siting.allocation import CoverSets, Plan
from siting.posing.apart import nearest_apart
from siting.posing.prices import least_cost_eur
from siting.posing.zones import Zones, each_area, named_zone, whole_area
from siting.scenario import Scenario
from siting.scenario.rules import BackupRule, BudgetRule, CoveredShareRule, HousesRule, Rule
from siting.territory import Territory


@dataclass(frozen=True)
class KeptRule:
    """A rule in one place.

    Attributes
    ----------
    path : str
        ``"rules[0]"``.
    rule : str
        Its kind: ``"budget"``, ``"covered_share"``…; ``"apart_min"`` where houses are minutes apart.
    code, place : str
        Where it holds; ``""`` for the whole study area.
    bound : str
        ``"at_least"`` or ``"at_most"``.
    asked, found : float
        In euros, houses, kilometres, minutes, or as a share; ``found`` is NaN where there is nothing to count.
    is_binding : bool or None
        Whether one house more or less would break it; None where that cannot be said (distances).
    """

    path: str
    rule: str
    code: str
    place: str
    bound: str
    asked: float
    found: float
    is_binding: bool | None

    @property
    def left(self) -> float:
        """How far the plan is on the right side of the rule."""
        return self.found - self.asked if self.bound == "at_least" else self.asked - self.found


@dataclass(frozen=True, eq=False)
class _Carried:
    """A plan among its sites and cells."""

    scenario: Scenario
    territory: Territory
    cover: CoverSets
    plan: Plan

    @property
    def opened(self) -> NDArray[np.int32]:
        """Rows of the new houses."""
        return self.plan.opened

    @property
    def spent_eur(self) -> float:
        """What the plan costs."""
        if self.plan.decisions is not None:
            return float(self.plan.decisions.cost.sum())
        return float(least_cost_eur(self.scenario, self.territory)[self.opened].sum())

    @property
    def n_covering(self) -> NDArray[np.int64]:
        """Shape (n_demand,): open sites within the standard of each cell."""
        is_open = self.plan.is_open(self.territory.sites.is_existing)
        return np.diff(np.concatenate([[0], np.cumsum(is_open[self.cover.site])])[self.cover.cell_start])


def kept_rules(scenario: Scenario, territory: Territory, cover: CoverSets, plan: Plan) -> tuple[KeptRule, ...]:
    """The rules of a scenario, in order, in each of their places.

    Parameters
    ----------
    scenario : Scenario
    territory : Territory
    cover : CoverSets
        At the service standard, in plain persons.
    plan : Plan
    """
    carried = _Carried(scenario, territory, cover, plan)
    return tuple(one for row, rule in enumerate(scenario.rules) for one in _kept(carried, f"rules[{row}]", rule))


def _kept(plan: _Carried, path: str, rule: Rule) -> Iterator[KeptRule]:
    if isinstance(rule, BudgetRule):
        costs, spent = least_cost_eur(plan.scenario, plan.territory), plan.spent_eur
        closed = ~plan.territory.sites.is_existing & ~np.isin(plan.territory.sites.id, plan.scenario.goal.forbidden)
        closed[plan.opened] = False
        is_binding = rule.at_most_eur - spent < costs[closed].min(initial=np.inf)
        yield KeptRule(path, rule.rule, "", "", "at_most", rule.at_most_eur, spent, bool(is_binding))
    elif isinstance(rule, CoveredShareRule):
        whole = rule.each == "study_area"
        zones = whole_area(plan.territory) if whole else each_area(plan.territory, rule.each)
        yield from _shares(plan, path, rule, zones, 1)
    elif isinstance(rule, BackupRule):
        yield from _shares(plan, path, rule, whole_area(plan.territory), 2)
    elif isinstance(rule, HousesRule):
        zones = each_area(plan.territory, rule.each) if rule.each else named_zone(plan.territory, rule)
        zone = zones.of_sites(plan.territory)[plan.opened]
        for number, (code, name) in enumerate(zip(zones.codes, zones.names, strict=True)):
            houses = int((zone == number).sum())
            if rule.at_least > 0:
                yield KeptRule(path, rule.rule, code, name, "at_least", rule.at_least, houses, houses == rule.at_least)
            if rule.at_most is not None:
                yield KeptRule(path, rule.rule, code, name, "at_most", rule.at_most, houses, houses == rule.at_most)
    else:
        found = nearest_apart(plan.scenario, plan.territory, rule, plan.opened)
        asked = rule.at_least_km if rule.at_least_min is None else rule.at_least_min
        name = "apart" if rule.at_least_min is None else "apart_min"
        yield KeptRule(path, name, "", "", "at_least", asked or 0.0, found, None)


def _shares(
    plan: _Carried, path: str, rule: CoveredShareRule | BackupRule, zones: Zones, times: int
) -> Iterator[KeptRule]:
    """Share of the people of each zone with ``times`` open sites within the standard."""
    persons, n_covering = plan.cover.persons, plan.n_covering
    zone = zones.of_cells(plan.territory)
    n_zones = len(zones.names)
    inside = zone >= 0
    total = np.bincount(zone[inside], persons[inside], n_zones)
    has = inside & (n_covering >= times)
    covered = np.bincount(zone[has], persons[has], n_zones)
    least_loss = _least_loss(plan, zone, n_zones, n_covering == times)
    for number, (code, name) in enumerate(zip(zones.codes, zones.names, strict=True)):
        if total[number] > 0:
            share = float(covered[number] / total[number])
            left = covered[number] - rule.at_least_share * total[number]
            is_binding = bool(least_loss[number] > left + 1e-9 * total[number])
            yield KeptRule(path, rule.rule, code, name, "at_least", rule.at_least_share, share, is_binding)


def _least_loss(
    plan: _Carried, zone: NDArray[np.int32], n_zones: int, is_last: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Shape (n_zones,): fewest persons that closing one of the new houses would lose there; 0 where none is used.

    ``is_last``: cells that would have one site too few without any of those they have.
    """
    site_start, cell = plan.cover.by_site()
    least = np.full(n_zones, np.inf)
    for j in plan.opened.tolist():
        cells = cell[site_start[j] : site_start[j + 1]]
        lost = cells[is_last[cells] & (zone[cells] >= 0)]
        losses = np.bincount(zone[lost], plan.cover.persons[lost], n_zones)
        least = np.where(losses > 0, np.minimum(least, losses), least)
    return np.where(np.isfinite(least), least, 0.0)
