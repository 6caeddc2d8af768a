"""From the ``simulation:`` block of a scenario and the houses of a plan to draws, tables and a summary."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from siting.access import Decay, GaussianDecay, StepDecay, persons_in_mode
from siting.outlook_texts import reserves, results
from siting.progress import Watcher, unwatched
from siting.scenario import Scenario, SimulationSettings
from siting.scenario.mode_settings import WalkingSettings
from siting.simulation import (
    ASSISTANTS,
    INDICATORS,
    JUNIORS,
    SOLIDARITY,
    Appointments,
    Demography,
    Forecast,
    Houses,
    Milestone,
    OpeningDays,
    Outposts,
    Patients,
    Prices,
    Reach,
    Recruitment,
    Rules,
    Schedule,
    Transport,
    areas_of,
    build_world,
    houses_late,
    opening_quarters,
    plan_rows,
    quarter_number,
    quarter_text,
    run_draws,
    unscheduled,
    write_tables,
)
from siting.simulation.instruments import FLOWS
from siting.simulation.rules import LEAD_QUARTERS, NATIONAL_CONSULTATIONS
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
    def notes(self) -> tuple[str, ...]:
        """What a reader must be told, in the language of the scenario: what came out, then what it stands on."""
        return (
            *results(self.forecast, language=self.language),
            *reserves(self.forecast, language=self.language),
        )

    def save(self, folder: Path) -> None:
        """Write the tables and ``simulation.json`` into an existing folder."""
        write_tables(self.forecast, folder)
        text = json.dumps(summary(self), ensure_ascii=False, indent=2, allow_nan=False)
        (folder / "simulation.json").write_text(text + "\n", encoding="utf-8", newline="\n")


def look_ahead(
    scenario: Scenario,
    settings: SimulationSettings,
    territory: Territory,
    opened: NDArray[np.int32],
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
    opened : int32 array, shape (n_opened,)
        Rows of ``territory.sites`` that the plan opens.
    threads : int
        The result is the same with any number.
    watcher : Watcher, optional
        Told of the stages ``world, simulation``.
    """
    with watcher("world") as progress:
        placed, rows = plan_rows(territory, opened)
        decay = decay_of(settings)
        standard_s = scenario.goal.standard_s
        cutoff_s = math.ceil(max(scenario.travel.cutoff_s, max(SPEED_FACTORS) * max(decay.reach_s, standard_s)))
        surface = build_surface(placed, scenario.travel)
        times = travel_times(surface, cutoff_s=cutoff_s, progress=progress, threads=threads)
        national_doctors = float(read_communes().gp_practices.sum())
        rules = rules_of(settings, mean_consultations=NATIONAL_CONSULTATIONS / national_doctors)
        world = build_world(
            placed.communes,
            placed.demand,
            times,
            rows,
            reach=_reach(placed, scenario, threads=threads),
            mean_consultations=rules.mean_consultations,
            national_doctors=national_doctors,
            decay=decay,
            relative_consumption=settings.relative_consumption,
            growth_per_year=settings.demand_growth_per_year,
            long_term_illness_share=settings.long_term_illness_share,
            speed_factors=SPEED_FACTORS,
        )
    gain = _persons_within(times, placed.demand.persons, standard_s=scenario.goal.standard_s)
    milestones = tuple(
        Milestone(quarter_number(quarter), houses)
        for quarter, houses in zip(settings.milestone_quarters, settings.milestone_houses, strict=True)
    )
    start = quarter_number(settings.start)
    own_lead = territory.sites.lead_time_quarters
    schedule = _schedule(
        placed.sites.kind,
        gain,
        len(opened),
        milestones,
        start,
        rules.houses,
        None if own_lead is None else own_lead[opened],
    )
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


def _reach(placed: Territory, scenario: Scenario, *, threads: int) -> Reach:
    """What people reach without a car: as the scenario's ``no_car`` or ``walking`` says, else on foot."""
    mode = scenario.no_car or scenario.walking or WalkingSettings()
    standard_s = scenario.goal.standard_s
    surface = build_mode_surface(placed, scenario.travel, mode)
    times = travel_times(surface, cutoff_s=standard_s, threads=threads)
    return Reach(standard_s, times, persons_in_mode(placed.demand, mode.share_by_age))


def decay_of(settings: SimulationSettings) -> Decay:
    """The weight of travel times that the block asks for."""
    limits_s = tuple(60 * limit_min for limit_min in settings.apl_limits_min)
    return (
        GaussianDecay(limits_s[-1]) if settings.apl_decay == "gaussian" else StepDecay(limits_s, settings.apl_weights)
    )


def rules_of(settings: SimulationSettings, *, mean_consultations: float) -> Rules:
    """What the block of a scenario switches on."""
    ages = Demography(replacement_ratio=settings.replacement_ratio)
    until = settings.installation_aid_until
    prices = Prices(budget_eur_per_person=settings.commune_budget_eur_per_person).changed(
        {str(name): eur for name, eur in settings.unit_costs_eur.items()},
        {
            str(name): {str(payer): share for payer, share in parts.items()}
            for name, parts in settings.cost_shares.items()
        },
    )
    return Rules(
        mean_consultations=mean_consultations,
        ages=ages,
        demography=ages if settings.departures == "on" else None,
        solidarity=SOLIDARITY[settings.solidarity],
        juniors=JUNIORS[settings.juniors],
        assistants=ASSISTANTS[settings.assistants],
        recruitment=Recruitment(pool_per_year=settings.pool_per_year, fill_chance=settings.fill_chance),
        houses=Houses(
            posts_per_creation=settings.posts_per_creation,
            nurses_per_creation=settings.nurses_per_creation,
            lead_quarters=LEAD_QUARTERS | {"create": settings.create_lead_quarters},
            salaried_odds=settings.salaried_odds,
            aid_eur_per_year=prices.of["house_aid"].eur,
            aid_budget_eur_per_year=settings.aid_budget_eur_per_year,
        ),
        outposts=Outposts(
            tele_sites=settings.tele_sites,
            medicobus_rounds=settings.medicobus_rounds,
            part_time_houses=settings.part_time_houses,
        ),
        transport=Transport(
            shuttles=settings.shuttles,
            on_demand=settings.on_demand_services,
            shuttle_days=settings.shuttle_days,
            shuttle_seats=settings.shuttle_seats,
            on_demand_trips_per_year=settings.on_demand_trips_per_year,
            first_quarter=quarter_number(settings.start) + 1,
        ),
        days=OpeningDays(single_days=settings.single_doctor_days),
        appointments=Appointments(unplanned_share=settings.unplanned_share, kept_share=settings.kept_share),
        patients=Patients(settings.patients_per_doctor, settings.long_term_illness_share),
        installation_aid_until=None if until is None else quarter_number(until),
        apl_age_bound=settings.apl_age_bound_years,
        prices=prices,
    )


def summary(outlook: Outlook) -> dict[str, Any]:
    """What ``simulation.json`` holds: settings, totals of the central draw, milestones, and what must be told."""
    forecast = outlook.forecast
    central, world, rules = forecast.draws.central, forecast.world, forecast.rules
    last = central.states[-1]
    moved = {name: float(np.maximum(last.granted[:, at], 0).sum()) for at, name in enumerate(FLOWS)}
    quarters = [central.states[0], last]
    told = world.in_study_area[world.commune]
    return {
        "settings": outlook.settings.model_dump(mode="json"),
        "figures": _figures(forecast),
        "national_share": world.national_share,
        "totals": [
            {
                "quarter": quarter_text(state.quarter),
                "doctors": int(state.doctors[told].sum()),
                "vacancies": int(state.vacancies[told].sum()),
                "juniors": int(state.juniors[told].sum()),
                "assistants": int(state.assistants[told].sum()),
                "houses": int(state.is_house[told].sum()),
                "consultations_per_year": float(state.supply(rules)[told].sum()),
            }
            for state in quarters
        ],
        "consultations_per_year_at_the_end": moved,
        "milestones": [
            {"quarter": quarter_text(one.quarter), "houses": one.houses, "houses_missing": late}
            for one, late in zip(
                forecast.milestones, houses_late(forecast.schedule.opens, forecast.milestones), strict=True
            )
        ],
        "notes": list(outlook.notes),
    }


def _figures(forecast: Forecast) -> dict[str, dict[str, float | None]]:
    """Each indicator of the study area at the start and at the end: mean of the draws, and the band of the end."""
    draws = forecast.draws
    total = next(row for row, level in enumerate(draws.areas) if level.level == "total")
    mean, (low, high) = draws.mean(total)[:, 0], draws.band(total)
    columns = {"start": mean[0], "end": mean[-1], "end_p10": low[-1, 0], "end_p90": high[-1, 0]}
    return {
        name: {key: float(values[at]) if np.isfinite(values[at]) else None for key, values in columns.items()}
        for at, name in enumerate(INDICATORS)
    }


def _schedule(
    kind: NDArray[np.str_],
    gain: NDArray[np.float64],
    n_houses: int,
    milestones: tuple[Milestone, ...],
    start: int,
    houses: Houses,
    own_lead: NDArray[np.float64] | None,
) -> Schedule:
    """The houses are the last rows; without milestones all open as soon as they can."""
    schedule = unscheduled(kind)
    if n_houses == 0:
        return schedule
    opens = schedule.opens.copy()
    opens[-n_houses:] = opening_quarters(
        kind[-n_houses:],
        gain[-n_houses:],
        milestones or (Milestone(start + 1, n_houses),),
        decided=start,
        houses=houses,
        own_lead=own_lead,
    )
    return replace(schedule, opens=opens)


def _persons_within(times: TravelTimes, persons: NDArray[np.float64], *, standard_s: int) -> NDArray[np.float64]:
    """Persons within the standard of each site."""
    within = np.append(0.0, np.cumsum(persons[times.cell] * (times.time_s <= standard_s)))
    return np.asarray(within[times.site_start[1:]] - within[times.site_start[:-1]])
