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
from siting.errors import DataError
from siting.posing.asked import Asked
from siting.posing.prices import NEW_KINDS, consultations_per_year, cost_eur, may_change, may_open
from siting.scenario import Scenario
from siting.scenario.phases import quarters_between
from siting.territory import Territory


def has_choices(scenario: Scenario, territory: Territory) -> bool:
    """Whether a plan decides more than which sites to open, or its goal counts consultations."""
    return (
        chooses_kinds(scenario, territory)
        or "most_served" in getattr(scenario.goal, "goals", ())
        or bool(scenario.phases)
    )


def chooses_kinds(scenario: Scenario, territory: Territory) -> bool:
    """Whether some site may become one thing or another."""
    return bool(_kept_may(scenario)) or territory.sites.may_be is not None


def options_of(scenario: Scenario, territory: Territory, times: CellTimes, *, standard_s: int) -> Options:
    """What may be done at each site: a kind of house where one may open; keep, upgrade or close what exists."""
    sites, goal = territory.sites, scenario.goal
    is_decided = may_change(territory) if _kept_may(scenario) else np.zeros(len(sites), dtype=np.bool_)
    kept_eur = np.where(is_decided, scenario.costs.keep_eur, 0.0)
    kinds = [
        Kind(
            kind,
            cost_eur(scenario, territory, kind),
            may_open(territory, kind),
            capacity=_capacity(scenario, territory, kind),
        )
        for kind in NEW_KINDS
        if may_open(territory, kind).any()
    ]
    if "upgrade" in _kept_may(scenario):
        cost, room = kept_eur + scenario.costs.upgrade_eur, _capacity(scenario, territory, "upgrade")
        kinds.append(Kind("upgrade", cost, is_decided, capacity=room, counts=False))
    if "close" in _kept_may(scenario):
        may_close = is_decided & ~np.isin(sites.id, getattr(scenario.existing, "never_close", ()))
        kinds.append(Kind("close", scenario.costs.close_eur, may_close, need_share=0.0, capacity=0.0, counts=False))
    return expand(
        times,
        kinds,
        standard_s=standard_s,
        existing=np.flatnonzero(sites.is_existing),
        keep=Kind("keep", kept_eur, capacity=_capacity(scenario, territory, "keep"), counts=False),
        forced=np.flatnonzero(np.isin(sites.id, goal.forced_open)),
        forbidden=np.flatnonzero(np.isin(sites.id, goal.forbidden)),
        phase_weights=np.ones(1 if scenario.phases is None else len(scenario.phases.until)).tolist(),
    )


def too_early(scenario: Scenario, territory: Territory, options: Options) -> NDArray[np.int64]:
    """Options of phases that end before their lead time does.

    Raises
    ------
    DataError
        A site forced open is not ready by the end of the last phase, whatever its kind.
    """
    if scenario.phases is None:
        return np.zeros(0, dtype=np.int64)
    phases, sites = scenario.phases, territory.sites
    end = np.array([quarters_between(phases.decided, quarter) for quarter in phases.until])
    names = np.array(options.kinds)[options.kind]
    lead = np.array([0 if name == "keep" else phases.lead(name) for name in options.kinds])[options.kind]
    if sites.lead_time_quarters is not None:
        own = sites.lead_time_quarters[options.site]
        lead = np.where(np.isfinite(own) & (sites.kind[options.site] == names), np.ceil(np.nan_to_num(own)), lead)
    is_early = lead > end[options.phase]
    _refuse_late_forced(scenario, territory, np.unique(options.site[~is_early]))
    return np.flatnonzero(is_early)


def _refuse_late_forced(scenario: Scenario, territory: Territory, ready: NDArray[np.integer]) -> None:
    ready_ids = set(territory.sites.id[ready].tolist())
    faults = []
    for row, site_id in enumerate(scenario.goal.forced_open):
        if site_id not in ready_ids:
            words = (
                ("it cannot open before the end of the last phase", "a later phase, or a shorter phases.lead_quarters")
                if scenario.language == "en"
                else ("il ne peut pas ouvrir avant la fin de la dernière phase",
                      "une phase plus tardive, ou un délai plus court (phases.lead_quarters)")
            )  # fmt: skip
            faults.append(scenario.fault(f"goal.forced_open[{row}]", *words))
    if faults:
        raise DataError(faults)


def over_options(one: Asked, options: Options) -> Clause:
    """What is asked over sites and cells as a clause over options and their rows, in its phase (the last)."""
    clause, phase = one.clause, options.n_phases - 1 if one.phase is None else one.phase
    everywhere = np.zeros(options.times.n_cells, dtype=np.int32)
    match clause:
        case Houses():
            return Houses(clause.at_most, options.houses_by(phase))
        case Budget():
            return Budget(options.cost_by(phase), clause.at_most)
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
