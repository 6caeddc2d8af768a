"""What the quarters cost, by hand on the toy of three communes, and what never holds otherwise."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings

from simulation_worlds import NOTHING, START, no_plan, random_rules, small_forecast, start, toy
from siting.outlook.rules import rules_of
from siting.scenario import SimulationSettings
from siting.simulation import (
    INDICATORS,
    NEVER,
    PAYERS,
    PRICES,
    Assistants,
    Houses,
    Juniors,
    Outposts,
    Price,
    Prices,
    Recruitment,
    Schedule,
    Solidarity,
    simulate,
)
from siting.simulation.costs import beyond_means, cost_by_payer, units
from siting.simulation.outputs import cost_table


def paid(rules, *, schedule=None, state=None, n_quarters=1):
    """{payer: euros} of the last quarter, what is 0 left out, and the same by commune."""
    schedule = schedule or no_plan()
    last = simulate(toy(), state or start(), schedule, rules, n_quarters=n_quarters, seed=(7, 0)).states[-1]
    by_commune = cost_by_payer(toy(), units(toy(), last, schedule, rules), rules.prices)
    return {payer: eur for payer, eur in zip(PAYERS, by_commune.sum(axis=0).tolist(), strict=True) if eur}, by_commune


def test_nothing_costs_nothing():
    assert paid(NOTHING)[0] == {}


def test_a_created_house_costs_its_aid_and_its_share_of_the_investment_by_payer():
    """A quarter of 50,000 € and a quarter of 100,000 €, of which 40, 20, 20 and 20 %."""
    schedule = Schedule(np.array([START + 1, NEVER, START + 1]), np.array(["label", "practice", "create"]))
    expected = {
        "assurance_maladie": 2 * 12_500,
        "europe": 10_000,
        "state": 5_000,
        "departement": 5_000,
        "commune": 5_000,
    }
    total, by_commune = paid(NOTHING, schedule=schedule)
    assert total == pytest.approx(expected)
    assert by_commune[:, PAYERS.index("commune")].tolist() == [0, 0, 5_000]
    after_aid, _ = paid(NOTHING, schedule=schedule, n_quarters=13)
    assert after_aid == pytest.approx({k: v for k, v in expected.items() if k != "assurance_maladie"})
    assert paid(NOTHING, schedule=schedule, n_quarters=21)[0] == {}  # twenty quarters, then it is paid for


def test_people_and_days_cost_by_the_year():
    juniors, assistants = Juniors(4_000, 2_400), Assistants(3_000, last_quarter=START + 1)
    assert paid(replace(NOTHING, juniors=juniors))[0] == pytest.approx({"state": 4 * 10_000})
    assert paid(replace(NOTHING, assistants=assistants))[0] == pytest.approx(
        {"assurance_maladie": 3 * 5_400, "doctor": 3 * 3_600}
    )
    # 12,000 × 24 / 220 consultations are given: of 1000 / 220 a day, 24 days a year of twelve doctors.
    assert paid(replace(NOTHING, solidarity=Solidarity(1e12)))[0] == pytest.approx(
        {"assurance_maladie": 12 * 24 * 200 / 4}
    )


def test_a_bus_costs_by_its_stops_and_a_booth_by_itself():
    rules = replace(NOTHING, outposts=Outposts(medicobus_rounds=1, stops_per_round=2))
    assert paid(rules)[0] == pytest.approx({"assurance_maladie": 37_500, "departement": 22_500, "commune": 15_000})
    rules = replace(NOTHING, outposts=Outposts(tele_sites=2))
    assert paid(rules)[0] == pytest.approx({"assurance_maladie": 5_000, "commune": 5_000})


def test_installation_is_paid_once_for_each_doctor_hired_in_a_red_zone_while_it_lasts():
    state = replace(start(), vacancies=np.array([3, 0, 4]))
    sure = Recruitment(pool_per_year=1e12, fill_chance=1 - 1e-12)
    rules = replace(NOTHING, recruitment=sure, installation_aid_until=START + 1)
    assert paid(rules, state=state)[0] == pytest.approx({"state": 4 * 40_000, "commune": 4 * 10_000})
    assert paid(rules, state=state, n_quarters=2)[0] == {}
    assert paid(replace(rules, installation_aid_until=START), state=state)[0] == {}


def test_salaried_doctors_cost_while_the_aid_lasts():
    schedule = Schedule(np.array([START + 1, NEVER, NEVER]), np.array(["create", "practice", "practice"]))
    rules = replace(NOTHING, houses=Houses(salaried_odds=2.0, posts_per_creation=0))
    plain, salaried = paid(NOTHING, schedule=schedule)[0], paid(rules, schedule=schedule)[0]
    assert salaried["departement"] - plain["departement"] == pytest.approx(10 * 40_000 / 4 / 2)


def test_a_commune_is_beyond_its_means_above_a_twentieth_of_its_budget():
    """Col: 500 people, 500,000 € a year, of which 25,000 €: 6,250 a quarter."""
    assert beyond_means(toy(), np.array([0.0, 0.0, 6_250.0]), Prices()).tolist() == [False, False, False]
    assert beyond_means(toy(), np.array([0.0, 0.0, 6_251.0]), Prices()).tolist() == [False, False, True]


def test_shares_add_up_to_one():
    for price in PRICES.values():
        assert sum(price.shares.values()) == pytest.approx(1)
    with pytest.raises(ValueError, match="add up to 1"):
        Price(1.0, {"state": 0.5})
    with pytest.raises(ValueError, match="payers are"):
        Price(1.0, {"mairie": 1.0})


@settings(deadline=None, max_examples=25)
@given(random_rules())
def test_payers_pay_what_instruments_cost(rules):
    schedule = Schedule(np.array([START + 1, NEVER, START + 2]), np.array(["label", "practice", "create"]))
    state = simulate(toy(0.01), start(), schedule, rules, n_quarters=3, seed=(1, 1)).states[-1]
    used = units(toy(), state, schedule, rules)
    whole = cost_by_payer(toy(), used, rules.prices)
    parts = sum(cost_by_payer(toy(), used, rules.prices, instruments=(name,)) for name in used)
    once = {"installation": 1.0}
    expected = sum(used[name].sum() * PRICES[name].eur * once.get(name, 0.25) for name in used)
    assert whole == pytest.approx(parts)
    assert whole.sum() == pytest.approx(expected)


def test_the_table_of_costs_adds_up_to_the_indicator():
    forecast = small_forecast()
    table = cost_table(forecast)
    central = forecast.draws.figures[0][0, 1:, 0, INDICATORS.index("cost_eur")]
    by_quarter = table.groupby("quarter", sort=False).eur.sum()
    assert by_quarter.reindex(["2027-Q2", "2027-Q3"]).tolist() == pytest.approx([np.nan, central[1]], nan_ok=True)
    assert central.tolist() == pytest.approx([0, *[37_500] * 4])
    assert set(table.columns) == {"quarter", "departement", "instrument", "units", "payer", "eur"}


def test_a_planner_changes_amounts_and_shares():
    settings = SimulationSettings(
        start="2026-Q4",
        unit_costs_eur={"medicobus": 100_000, "house_aid": 25_000},
        cost_shares={"tele": {"state": 1.0}},
        commune_budget_eur_per_person=900,
    )
    rules = rules_of(settings, mean_consultations=2445.0)
    assert rules.prices.of["medicobus"] == Price(100_000, PRICES["medicobus"].shares)
    assert rules.prices.of["tele"] == Price(20_000, {"state": 1.0})
    assert rules.houses.aid_eur_per_year == 25_000 and rules.prices.budget_eur_per_person == 900
