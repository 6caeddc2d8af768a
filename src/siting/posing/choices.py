"""Choices: what may be done at each site, as the options of one problem, and the clauses over them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from siting.allocation import (
    Apart,
    Budget,
    CellTimes,
    Clause,
    CoveredShare,
    Everyone,
    Houses,
    Kind,
    NewPerZone,
    Options,
    expand,
)
from siting.posing.prices import NEW_KINDS, consultations_per_year, cost_eur, may_change, may_open
from siting.scenario import Scenario
from siting.territory import Territory


def has_choices(scenario: Scenario) -> bool:
    """Whether a plan decides more than which sites to open, or its goal counts consultations."""
    kinds = getattr(scenario.candidates, "kinds", ())
    goals = getattr(scenario.goal, "goals", ())
    return bool(getattr(scenario.existing, "kept_may", ())) or len(kinds) > 1 or "most_served" in goals


def options_of(scenario: Scenario, territory: Territory, times: CellTimes, *, standard_s: int) -> Options:
    """What may be done at each site: a kind of house where one may open; keep, upgrade or close what exists."""
    sites, goal = territory.sites, scenario.goal
    is_decided = may_change(territory) if _kept_may(scenario) else np.zeros(len(sites), dtype=np.bool_)
    kept_eur = np.where(is_decided, scenario.costs.keep_eur, 0.0)
    kinds = [
        Kind(
            kind,
            cost_eur(scenario, territory, kind),
            may_open(scenario, territory, kind),
            capacity=_capacity(scenario, territory, kind),
        )
        for kind in NEW_KINDS
        if may_open(scenario, territory, kind).any()
    ]
    if "upgrade" in _kept_may(scenario):
        cost, room = kept_eur + scenario.costs.upgrade_eur, _capacity(scenario, territory, "upgrade")
        kinds.append(Kind("upgrade", cost, is_decided, capacity=room, counts=False))
    if "close" in _kept_may(scenario):
        kinds.append(Kind("close", scenario.costs.close_eur, is_decided, need_share=0.0, capacity=0.0, counts=False))
    return expand(
        times,
        kinds,
        standard_s=standard_s,
        existing=np.flatnonzero(sites.is_existing),
        keep=Kind("keep", kept_eur, capacity=_capacity(scenario, territory, "keep"), counts=False),
        forced=np.flatnonzero(np.isin(sites.id, goal.forced_open)),
        forbidden=np.flatnonzero(np.isin(sites.id, goal.forbidden)),
    )


def over_options(clause: Clause, options: Options) -> Clause:
    """A clause over sites and cells as one over options and their rows, in the last phase."""
    everywhere = np.zeros(options.times.n_cells, dtype=np.int32)
    match clause:
        case Houses():
            return Houses(clause.at_most, options.counts)
        case Budget():
            return Budget(options.cost, clause.at_most)
        case CoveredShare():
            area = everywhere if clause.area is None else clause.area
            return CoveredShare(clause.at_least_share, options.areas(area), clause.times)
        case NewPerZone():
            return NewPerZone(options.zones(clause.zone), clause.at_least, clause.at_most)
        case Apart():
            return Apart(options.pairs(clause.pairs))
        case Everyone():
            is_wanted = np.isin(options.cell, clause.cells) & (options.cell_phase == options.n_phases - 1)
            return Everyone(np.flatnonzero(is_wanted))
        case _:
            raise TypeError(f"no clause over sites: {clause}")


def _kept_may(scenario: Scenario) -> tuple[str, ...]:
    return getattr(scenario.existing, "kept_may", ())


def _capacity(scenario: Scenario, territory: Territory, kind: str) -> NDArray[np.float64]:
    if scenario.capacity is None:
        return np.full(len(territory.sites), np.inf)
    return consultations_per_year(scenario, territory, kind)
