"""Each instrument alone, on the toy of three communes: what it moves, and that it moves nothing else."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from simulation_worlds import NOTHING, START, no_plan, start, toy
from siting.simulation import (
    INDICATORS,
    NEVER,
    Appointments,
    Assistants,
    Houses,
    Juniors,
    Outposts,
    Schedule,
    Solidarity,
    Transport,
    areas_of,
    simulate,
)
from siting.simulation.indicators import of_state

SUPPLY = {"consultations_offered", "consultations_per_person", "apl", "within_48h"}
COMMUNES = {"cost_eur", "cost_departement_eur", "cost_commune_eur"}
OFF = replace(NOTHING, appointments=Appointments(unplanned_share=0.1))
"""Doors of the toy are not overrun, so that the chance of an appointment can move."""
ACCESS = {
    "apl_worst_tenth",
    "persons_below_2_5",
    "persons_without_access",
    "days_per_week",
    "days_per_week_no_car",
    "persons_without_day",
    "persons_without_day_no_car",
}
"""What changes where a doctor comes to Col, which has none."""
CASES = {
    "solidarity": (
        {"solidarity": Solidarity(500_000)},
        SUPPLY | ACCESS - {"persons_without_access"} | {"cost_eur", "cost_assurance_maladie_eur"},
    ),
    "juniors": ({"juniors": Juniors(4_000, 2_400)}, SUPPLY | {"apl_worst_tenth", "cost_eur", "cost_state_eur"}),
    "assistants": (
        {"assistants": Assistants(30_000)},
        # 60 assistants bring Val above 2.5.
        SUPPLY | {"apl_worst_tenth", "persons_below_2_5", "cost_eur", "cost_assurance_maladie_eur", "cost_doctor_eur"},
    ),
    "medicobus": (
        {"outposts": Outposts(medicobus_rounds=1, stops_per_round=1)},
        # A whole bus for Col: 15,000 € a quarter of the commune, that can spend 6,250. Its 920 consultations leave the
        # 500 people under 2.5.
        SUPPLY
        | ACCESS - {"persons_without_access", "persons_below_2_5"}
        | COMMUNES
        | {"communes_beyond_means", "cost_assurance_maladie_eur"},
    ),
    "part_time": (
        {"outposts": Outposts(part_time_houses=1)},
        SUPPLY | ACCESS - {"persons_without_access"} | COMMUNES,
    ),
    "tele": (
        {"outposts": Outposts(tele_sites=1)},
        SUPPLY | {"apl_worst_tenth", "cost_eur", "cost_assurance_maladie_eur", "cost_commune_eur"},
    ),
    "shuttles": ({"transport": Transport(shuttles=1)}, COMMUNES),
    "on_demand": ({"transport": Transport(on_demand=1)}, COMMUNES | {"cost_europe_eur"}),
    "aid without posts": ({"installation_aid_until": START + 9}, set()),
    "salaries without houses": ({"houses": Houses(salaried_odds=5.0)}, set()),
}


def figures(rules, schedule=None):
    schedule = schedule or no_plan()
    state = simulate(toy(), start(), schedule, rules, n_quarters=2, seed=(7, 0)).states[-1]
    levels = tuple(areas_of(toy(), level) for level in ("commune", "total"))
    return np.vstack(of_state(toy(), state, schedule, rules, levels, since=START))


def moved(one, other):
    same = (one == other) | (np.isnan(one) & np.isnan(other))
    return {name for name, is_same in zip(INDICATORS, same.all(axis=0), strict=True) if not is_same}


@pytest.mark.parametrize("name", CASES)
def test_an_instrument_alone_moves_what_it_says(name):
    changes, expected = CASES[name]
    assert moved(figures(OFF), figures(replace(OFF, **changes))) == expected


def test_a_label_alone_moves_houses_and_their_cost_and_five_days():
    """Val has two doctors already on five days: its label moves no day. No consultation moves."""
    schedule = Schedule(np.array([NEVER, START + 1, NEVER]), np.array(["practice", "label", "practice"]))
    expected = {"houses", "houses_keeping_rules", "cost_eur", "cost_assurance_maladie_eur"}
    assert moved(figures(OFF), figures(OFF, schedule)) == expected


def test_a_creation_alone_moves_no_consultation_until_a_doctor_comes():
    schedule = Schedule(np.array([NEVER, NEVER, START + 1]), np.array(["practice", "practice", "create"]))
    rules = replace(OFF, houses=Houses(nurse_fill_chance=0.0))
    expected = {"houses", "vacancies", *COMMUNES, "cost_state_eur", "cost_europe_eur", "cost_assurance_maladie_eur"}
    still = replace(rules, recruitment=replace(rules.recruitment, pool_per_year=0))
    assert moved(figures(still), figures(still, schedule)) == expected
