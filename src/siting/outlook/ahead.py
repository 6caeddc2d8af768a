"""A plan simulated: the world, the schedule of its houses, the draws."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from siting.access import persons_in_mode
from siting.outlook.changes import Changes, closures_of_plan
from siting.outlook.rules import decay_of, rules_of
from siting.outlook.summary import summary_of
from siting.outlook.texts import reserves, results
from siting.progress import Watcher, unwatched
from siting.scenario import Scenario, SimulationSettings
from siting.scenario.mode_settings import WalkingSettings
from siting.simulation import (
    Forecast,
    Milestone,
    Reach,
    Rows,
    Rules,
    Schedule,
    World,
    areas_of,
    build_world,
    opening_quarters,
    plan_rows,
    planned_quarters,
    quarter_number,
    run_draws,
    unscheduled,
    write_tables,
)
from siting.simulation.rules import NATIONAL_CONSULTATIONS
from siting.territory import Territory
from siting.territory.embedded import read_communes
from siting.travel import build_mode_surface, build_surface, travel_times
from siting.travel.travel_times import TravelTimes

SPEED_FACTORS = (0.9, 1.1)
"""Speeds among which draws choose, beside the scenario's own [assumption]."""


@dataclass(frozen=True)
class Outlook:
    """What a simulation gave.

    Attributes
    ----------
    settings : SimulationSettings
    language : str
    forecast : Forecast
    """

    settings: SimulationSettings
    language: str
    forecast: Forecast

    @property
    def results(self) -> list[str]:
        """How supply ends, and the milestones that are missed."""
        return results(self.forecast, language=self.language)

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader must be told, in the language of the scenario: what came out, then what it stands on."""
        return (
            *self.results,
            *reserves(self.forecast, language=self.language),
        )

    def summary(self) -> dict[str, Any]:
        """What ``simulation.json`` holds."""
        return summary_of(self.settings, self.forecast, self.notes)

    def save(self, folder: Path) -> None:
        """Write the tables and ``simulation.json`` into an existing folder."""
        write_tables(self.forecast, folder)
        text = json.dumps(self.summary(), ensure_ascii=False, indent=2, allow_nan=False)
        (folder / "simulation.json").write_text(text + "\n", encoding="utf-8", newline="\n")


def look_ahead(
    scenario: Scenario,
    settings: SimulationSettings,
    territory: Territory,
    changes: Changes,
    *,
    threads: int,
    watcher: Watcher = unwatched,
) -> Outlook:
    """Simulate a plan.

    Parameters
    ----------
    scenario : Scenario
        Says how one travels, and the standard.
    settings : SimulationSettings
    territory : Territory
    changes : Changes
        What the plan opens and closes.
    threads : int
        The result is the same with any number.
    watcher : Watcher, optional
        Told of the stages ``world, simulation``.
    """
    opened, territory = changes.opened, changes.on(territory)
    with watcher("world") as progress:
        placed, rows = plan_rows(territory, opened)
        rules = rules_of(settings, mean_consultations=NATIONAL_CONSULTATIONS / _national_doctors())
        surface = build_surface(placed, scenario.travel)
        times = travel_times(surface, cutoff_s=_cutoff_s(scenario, settings), progress=progress, threads=threads)
        world = _world(scenario, settings, placed, rows, times, rules, threads=threads)
    start = quarter_number(settings.start)
    gain = _persons_within(times, placed.demand.persons, standard_s=scenario.goal.standard_s)
    gain = gain[len(gain) - len(opened) :]
    if changes.opened_phase is None or scenario.phases is None:
        milestones = _milestones(settings.milestone_quarters, settings.milestone_houses)
        own_lead = territory.sites.lead_time_quarters
        opens = opening_quarters(
            territory.sites.kind[opened],
            gain,
            milestones or (Milestone(start + 1, len(opened)),),
            decided=start,
            houses=rules.houses,
            own_lead=None if own_lead is None else own_lead[opened],
        )
    else:
        until = scenario.phases.until
        milestones = _milestones(until, [int((changes.opened_phase <= number).sum()) for number in range(len(until))])
        opens = planned_quarters(changes.opened_phase, gain, list(map(quarter_number, until)), houses=rules.houses)
    closures = closures_of_plan(
        scenario, territory, changes, rows, opens=opens, start=start, mean_consultations=rules.mean_consultations
    )
    schedule = replace(_schedule(placed.sites.kind, opens), closures=closures)
    with watcher("simulation") as progress:
        draws = run_draws(
            world,
            rows.staff,
            schedule,
            rules,
            start=start,
            n_quarters=settings.quarters,
            n_draws=settings.draws,
            seed=settings.seed,
            areas=tuple(areas_of(world, level) for level in ("total", *settings.areas)),
            threads=threads,
            progress=progress,
        )
    forecast = Forecast(world, schedule, rules, draws, milestones, len(opened), territory.doctors is not None)
    return Outlook(settings, scenario.language, forecast)


def _national_doctors() -> float:
    """Of metropolitan France."""
    communes = read_communes()
    return float(communes.gp_practices[communes.departement.str.len() == 2].sum())


def _cutoff_s(scenario: Scenario, settings: SimulationSettings) -> int:
    """Far enough for the standard and the last step of the APL at the slowest speeds that are drawn."""
    reach_s = max(decay_of(settings).reach_s, scenario.goal.standard_s)
    return math.ceil(max(scenario.travel.cutoff_s, max(SPEED_FACTORS) * reach_s))


def _world(
    scenario: Scenario,
    settings: SimulationSettings,
    placed: Territory,
    rows: Rows,
    times: TravelTimes,
    rules: Rules,
    *,
    threads: int,
) -> World:
    """What does not change from one quarter to the next."""
    return build_world(
        placed.communes,
        placed.demand,
        times,
        rows,
        reach=_reach(placed, scenario, threads=threads),
        mean_consultations=rules.mean_consultations,
        national_doctors=_national_doctors(),
        decay=decay_of(settings),
        relative_consumption=settings.relative_consumption,
        growth_per_year=settings.demand_growth_per_year,
        long_term_illness_share=settings.long_term_illness_share,
        speed_factors=SPEED_FACTORS,
    )


def _reach(placed: Territory, scenario: Scenario, *, threads: int) -> Reach:
    """What people reach without a car: as the scenario's ``no_car`` or ``walking`` says, else on foot."""
    mode = scenario.no_car or scenario.walking or WalkingSettings()
    standard_s = scenario.goal.standard_s
    surface = build_mode_surface(placed, scenario.travel, mode)
    times = travel_times(surface, cutoff_s=standard_s, threads=threads)
    return Reach(standard_s, times, persons_in_mode(placed.demand, mode.share_by_age))


def _milestones(quarters: Sequence[str], houses: Sequence[int]) -> tuple[Milestone, ...]:
    return tuple(Milestone(quarter_number(quarter), n) for quarter, n in zip(quarters, houses, strict=True))


def _schedule(kind: NDArray[np.str_], opens: NDArray[np.int64]) -> Schedule:
    """The houses are the last rows, those of before never open."""
    schedule = unscheduled(kind)
    if not len(opens):
        return schedule
    return replace(schedule, opens=np.concatenate([schedule.opens[: -len(opens)], opens]))


def _persons_within(times: TravelTimes, persons: NDArray[np.float64], *, standard_s: int) -> NDArray[np.float64]:
    """Persons within the standard of each site."""
    within = np.append(0.0, np.cumsum(persons[times.cell] * (times.time_s <= standard_s)))
    return np.asarray(within[times.site_start[1:]] - within[times.site_start[:-1]])
