"""What the ``simulation:`` block of a scenario switches on, as the values that the simulation takes."""

from __future__ import annotations

from siting.access import Decay, GaussianDecay, StepDecay
from siting.scenario import SimulationSettings
from siting.simulation import (
    ASSISTANTS,
    JUNIORS,
    SOLIDARITY,
    Appointments,
    Demography,
    Houses,
    OpeningDays,
    Outposts,
    Patients,
    Prices,
    Recruitment,
    Rules,
    Transport,
    quarter_number,
)
from siting.simulation.rules import LEAD_QUARTERS


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
