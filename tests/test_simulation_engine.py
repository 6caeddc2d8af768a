"""The quarterly engine on a toy of three communes: by hand, against loops, and what no world may break."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from naive.simulation import naive_accounts, naive_flows
from simulation_worlds import NOTHING, START, no_plan, random_rules, random_starts, start, toy
from siting.simulation import (
    ASSISTANTS,
    CAUSES,
    JUNIORS,
    NEVER,
    OUTSIDE,
    SOLIDARITY,
    SOLIDARITY_FACTOR,
    Assistants,
    Demography,
    Houses,
    Juniors,
    LedgerError,
    Outposts,
    Recruitment,
    Schedule,
    Solidarity,
    closures_of,
    quarter_number,
    quarter_text,
    simulate,
)
from siting.simulation.instruments import flows
from siting.simulation.ledger import check, entries

SEED = (7, 0)


def booked_by_cause(simulation):
    """{(cause, kind): consultations} over all quarters."""
    total = {}
    for quarter in simulation.booked:
        for cause, kind, amount in zip(quarter.cause, quarter.kind, quarter.consultations, strict=True):
            key = (CAUSES[cause], str(kind))
            total[key] = total.get(key, 0.0) + float(amount)
    return total


def run(rules, *, world=None, state=None, schedule=None, n_quarters=1):
    return simulate(world or toy(), state or start(), schedule or no_plan(), rules, n_quarters=n_quarters, seed=SEED)


def test_with_everything_off_nothing_changes_forever():
    simulation = run(NOTHING, n_quarters=200)
    for state in simulation.states:
        assert np.array_equal(state.doctors, simulation.states[0].doctors)
        assert np.array_equal(state.supply(NOTHING), [10_000, 2_000, 0])
    assert sum(map(len, simulation.booked)) == 0


def test_quarters_are_numbers_and_text():
    assert quarter_number("2026-Q4") == 2026 * 4 + 3
    assert quarter_text(quarter_number("2027-Q1") + 11) == "2029-Q4"


def test_solidarity_takes_from_home_what_the_red_zone_gets_and_the_way():
    """12,000 consultations at home, 24 days of 220: at most 1,309.09 given, of which 0.9 and 17/18 arrive.

    Wanted: 300,000 × 0.001 = 300. Could arrive: 10,000 × 24/220 × 0.9 + 2,000 × 24/220 × 17/18 = 1,187.88.
    """
    rules = replace(NOTHING, solidarity=Solidarity(300_000))
    simulation = run(rules)
    share = 300 / (10_000 * 24 / 220 * 0.9 + 2_000 * 24 / 220 * 17 / 18)
    bourg, val = 10_000 * 24 / 220 * share, 2_000 * 24 / 220 * share
    assert simulation.states[1].supply(rules) == pytest.approx([10_000 - bourg, 2_000 - val, 300])
    found = booked_by_cause(simulation)
    assert found == {
        ("solidarity", "moved"): pytest.approx(300),
        ("solidarity_trips", "lost"): pytest.approx(bourg * 0.1 + val / 18),
    }
    again = run(rules, n_quarters=9)
    assert booked_by_cause(again) == found  # what goes on is not booked twice


def test_solidarity_stops_at_two_days_a_month_and_at_its_longest_trip():
    rules = replace(NOTHING, solidarity=Solidarity(1e12))
    assert run(rules).states[1].granted[:2, 0] == pytest.approx([-10_000 * 24 / 220, -2_000 * 24 / 220])
    near = replace(NOTHING, solidarity=Solidarity(1e12, longest_trip_s=1080))
    assert run(near).states[1].granted[:, 0] == pytest.approx([0, -2_000 * 24 / 220, 2_000 * 24 / 220 * 17 / 18])


def test_announced_and_observed_solidarity_differ_by_their_factor():
    assert pytest.approx(30e6 / 15_600) == SOLIDARITY_FACTOR
    world = toy(national_share=1e-5)
    moved = {
        name: booked_by_cause(run(replace(NOTHING, solidarity=SOLIDARITY[name]), world=world))[("solidarity", "moved")]
        for name in ("announced", "observed")
    }
    assert moved["announced"] == pytest.approx(300)
    assert moved["announced"] / moved["observed"] == pytest.approx(SOLIDARITY_FACTOR)


def test_juniors_come_for_a_year_where_hosts_are():
    rules = replace(NOTHING, juniors=Juniors(4_000, 2_400))
    simulation = run(rules, n_quarters=8)
    for state in simulation.states[1:]:
        assert state.juniors.sum() == 4 and state.juniors[2] == 0
        assert state.supply(rules).sum() == pytest.approx(12_000 + 4 * 2_400)


def test_no_junior_comes_before_november_2026():
    early = replace(start(), quarter=quarter_number("2026-Q1"))
    simulation = run(replace(NOTHING, juniors=Juniors(4_000, 2_400)), state=early, n_quarters=4)
    assert [int(state.juniors.sum()) for state in simulation.states] == [0, 0, 0, 4, 4]


def test_assistants_add_two_a_day_until_the_last_quarter():
    rules = replace(NOTHING, assistants=Assistants(3_000, last_quarter=START + 2))
    simulation = run(rules, n_quarters=5)
    assert [int(state.assistants.sum()) for state in simulation.states] == [0, 3, 6, 6, 6, 6]
    assert simulation.states[-1].supply(rules).sum() == pytest.approx(12_000 + 6 * 340)
    assert booked_by_cause(simulation) == {("assistants", "created"): pytest.approx(6 * 340)}


def test_national_presets_make_what_was_announced():
    assert JUNIORS["announced"].cohort * JUNIORS["announced"].consultations_per_junior == pytest.approx(15e6, rel=0.01)
    assert JUNIORS["observed"].cohort * JUNIORS["observed"].consultations_per_junior == pytest.approx(8.9e6, rel=0.01)
    assert 15_000 * ASSISTANTS["announced"].consultations_per_assistant == pytest.approx(5.1e6)
    assert ASSISTANTS["announced"].contracts_per_quarter * 17 == pytest.approx(15_000 - 7_240)


def test_a_bus_stop_and_a_booth_give_what_the_day_and_the_cap_allow():
    """The bus: 20 a day, 46 weeks, 1080 s away: 17/18 of 920. The booth of Val: 2.2 % of 3.353 × (800 + 200 / 2)."""
    rules = replace(NOTHING, outposts=Outposts(medicobus_rounds=1, stops_per_round=1, tele_sites=1))
    simulation = run(rules, n_quarters=3)
    booth = 0.022 * (230e6 / 68.6e6) * (800 + 100)
    assert simulation.states[-1].supply(rules) == pytest.approx([10_000, 2_000 + booth, 920 * 17 / 18])
    assert booked_by_cause(simulation) == {
        ("medicobus", "created"): pytest.approx(920 * 17 / 18),
        ("tele", "created"): pytest.approx(booth),
    }


def test_departures_open_posts_that_the_pool_fills_after_their_delay():
    """Everybody of 65 to 69 leaves: four posts at once, 4,000 lost; all found, two quarters later 4,000 come."""
    gone = Demography(leaving_per_year=(0, 0, 0, 0, 0, 1, 0), replacement_ratio=1.0)
    slow = tuple(float(30 + 1e9 * k) for k in range(7))  # classes so wide that nobody changes
    rules = replace(
        NOTHING,
        demography=gone,
        ages=replace(gone, age_from=slow),
        recruitment=Recruitment(pool_per_year=1e6, fill_chance=1 - 1e-12, withdrawal_chance=0),
    )
    simulation = run(rules, n_quarters=3)
    assert [int(state.doctors.sum()) for state in simulation.states] == [12, 8, 8, 12]
    assert booked_by_cause(simulation) == {
        ("departure", "lost"): pytest.approx(4_000),
        ("recruitment", "created"): pytest.approx(4_000),
    }


def test_a_senior_is_replaced_by_the_ratio():
    for ratio, posts in ((1.0, 40), (1.5, 60), (2.0, 80)):
        gone = Demography(leaving_per_year=(0, 0, 0, 0, 0, 1, 0), replacement_ratio=ratio)
        old = start(((0, 0, 0, 0, 0, 40, 0), (0,) * 7, (0,) * 7))
        wide = replace(gone, age_from=(30, 40, 50, 1e9, 2e9, 3e9, 4e9))
        rules = replace(NOTHING, demography=gone, ages=wide, recruitment=Recruitment(pool_per_year=0))
        assert int(run(rules, state=old).states[1].vacancies.sum()) == posts


def test_one_pool_for_all():
    """A hundred posts in two places, a pool of 8: eight hired in all, whatever the chance."""
    state = replace(start(), vacancies=np.array([50, 50, 0]))
    rules = replace(NOTHING, recruitment=Recruitment(pool_per_year=32_000, fill_chance=0.9))
    after = run(rules, state=state).states[1]
    assert int(after.arriving.sum()) == 8 and int(after.vacancies.sum()) == 92


def test_aid_raises_the_odds_in_red_zones_until_it_ends():
    state = replace(start(), vacancies=np.array([20_000, 0, 20_000]))
    rules = replace(
        NOTHING,
        recruitment=Recruitment(pool_per_year=1e12, fill_chance=0.25, aid_odds=1.5),
        installation_aid_until=START + 1,
    )
    first, second = run(rules, state=state, n_quarters=2).states[1:]
    assert first.arriving.sum(axis=1) / 20_000 == pytest.approx([0.25, 0, 1 / 3], abs=0.015)
    hired = second.arriving[:, 1] / np.maximum(first.vacancies, 1)
    assert hired == pytest.approx([0.25, 0, 0.25], abs=0.015)


def test_a_created_house_opens_posts_and_loses_the_vacant_ones_with_its_aid():
    schedule = Schedule(np.array([START + 1, NEVER, START + 2]), np.array(["label", "practice", "create"]))
    rules = replace(NOTHING, recruitment=Recruitment(pool_per_year=0))
    states = run(rules, schedule=schedule, n_quarters=15).states
    assert [int(state.is_house.sum()) for state in states[:4]] == [0, 1, 2, 2]
    assert [int(state.vacancies[2]) for state in states] == [0, 0] + [2] * 12 + [0, 0]
    assert states[-1].supply(rules).sum() == 12_000  # a label brings no doctor, a vacant post neither


def test_an_enlarged_structure_and_a_bus_open_a_post_a_tele_site_none():
    schedule = Schedule(np.full(3, START + 1), np.array(["upgrade", "itinerant", "tele"]))
    rules = replace(NOTHING, recruitment=Recruitment(pool_per_year=0))
    states = run(rules, schedule=schedule, n_quarters=14).states
    assert states[1].vacancies.tolist() == [1, 1, 0] and states[-1].vacancies.tolist() == [0, 0, 0]


def test_salaries_raise_the_odds_in_created_houses_while_their_aid_lasts():
    schedule = Schedule(np.array([START + 1, NEVER, START - 20]), np.array(["create", "practice", "create"]))
    state = replace(start(), vacancies=np.array([20_000, 20_000, 20_000]))
    rules = replace(
        NOTHING,
        recruitment=Recruitment(pool_per_year=1e12, fill_chance=0.25),
        houses=Houses(salaried_odds=3.0, posts_per_creation=0),
    )
    after = run(rules, state=state, schedule=schedule).states[1]
    assert after.arriving.sum(axis=1) / 20_000 == pytest.approx([0.5, 0.25, 0.25], abs=0.015)


def test_ageing_and_departures_follow_their_chances():
    ages = Demography(replacement_ratio=1.0)
    many = start(((40_000,) * 7, (0,) * 7, (0,) * 7))
    rules = replace(NOTHING, ages=ages, demography=replace(ages, leaving_per_year=(0.0,) * 7))
    after = run(rules, state=many).states[1].doctors[0]
    up = 40_000 / np.array([40, 40, 20, 20, 20, 20])
    assert after == pytest.approx(40_000 - np.append(up, 0) + np.append(0, up), rel=0.01)
    leaving = run(replace(rules, demography=ages), state=many).states[1].doctors.sum()
    expected = (40_000 * (1 - (1 - np.array(ages.leaving_per_year)) ** 0.25)).sum()
    assert 280_000 - leaving == pytest.approx(expected, rel=0.05)


@settings(deadline=None, max_examples=60)
@given(random_rules(), random_starts(), st.integers(0, 2**31 - 1))
def test_the_ledger_tells_of_every_consultation(rules, state, seed):
    schedule = Schedule(np.array([NEVER, START + 2, START + 1]), np.array(["practice", "create", "label"]))
    simulation = simulate(toy(0.01), state, schedule, rules, n_quarters=8, seed=(seed, 0))
    supply = state.supply(rules)
    for before, after, booked in zip(simulation.states, simulation.states[1:], simulation.booked, strict=False):
        accounts = naive_accounts(supply, booked)
        assert sum(accounts.values()) == pytest.approx(float(supply.sum()), rel=1e-9, abs=1e-6)
        supply = after.supply(rules)
        assert [accounts[row] for row in range(3)] == pytest.approx(supply.tolist(), rel=1e-9, abs=1e-6)
        assert (booked.consultations > 0).all()
        assert (supply > -1e-9).all() and (after.doctors >= 0).all() and (after.vacancies >= 0).all()
        assert after.quarter == before.quarter + 1
        hired = after.arriving[:, -1].sum()
        assert hired <= np.ceil(rules.recruitment.pool_per_year / 4 * 0.01)


@settings(deadline=None)
@given(random_rules(), st.lists(st.floats(0, 1e5), min_size=3, max_size=3))
def test_flows_equal_the_naive_twin(rules, doctors_supply):
    world = toy(0.01)
    found, _ = flows(world, rules, doctors_supply=np.array(doctors_supply), granted=np.zeros((3, 4)))
    expected = naive_flows(world, rules, doctors_supply)
    assert found.ravel().tolist() == pytest.approx(np.array(expected).ravel().tolist(), rel=1e-9, abs=1e-9)


@settings(deadline=None, max_examples=20)
@given(random_starts(), st.integers(0, 2**31 - 1))
def test_an_instrument_leaves_the_draws_of_doctors_as_they_were(state, seed):
    ages = Demography()
    rules = replace(NOTHING, ages=ages, demography=ages)
    more = replace(rules, solidarity=SOLIDARITY["announced"], juniors=JUNIORS["announced"], assistants=Assistants(1e4))
    plain, full = (simulate(toy(), state, no_plan(), each, n_quarters=6, seed=(seed, 0)) for each in (rules, more))
    for one, other in zip(plain.states, full.states, strict=True):
        assert np.array_equal(one.doctors, other.doctors) and np.array_equal(one.vacancies, other.vacancies)


def test_a_change_that_no_entry_tells_of_is_refused():
    booked = entries("departure", np.array([5.0, 0.0]), origin=np.array([0, 1]))
    check(np.array([10.0, 10.0]), np.array([5.0, 10.0]), booked)
    with pytest.raises(LedgerError, match="row 1"):
        check(np.array([10.0, 10.0]), np.array([5.0, 11.0]), booked)
    assert booked.destination.tolist() == [OUTSIDE]


def test_a_state_cannot_be_changed():
    with pytest.raises(ValueError, match="read-only"):
        start().doctors[0, 0] = 1


def test_a_closed_place_loses_its_people_and_its_posts_and_keeps_nobody_who_comes():
    state = replace(start(), vacancies=np.array([9, 4, 0]), arriving=np.array([[3, 2], [1, 1], [0, 0]]))
    closures = closures_of(np.array([0]), np.array([START + 2]), np.array([1.0]))
    schedule = replace(no_plan(), closures=closures)
    simulation = run(
        replace(NOTHING, recruitment=Recruitment(pool_per_year=0)), state=state, schedule=schedule, n_quarters=4
    )
    before, after = simulation.states[1:3]
    assert before.doctors.sum(axis=1).tolist() == [13, 3, 0]
    assert after.doctors.sum(axis=1).tolist() == [0, 4, 0]
    assert (after.vacancies[0], after.arriving[0].sum(), after.nurses.tolist()) == (0, 0, [0, 1, 0])
    booked = simulation.booked[1]
    lost = booked.consultations[booked.cause == CAUSES.index("closure")]
    assert lost.sum() == before.supply(NOTHING)[0]
    assert all(state.doctors[0].sum() == 0 for state in simulation.states[2:])


def test_closures_of_a_place_are_shares_of_who_is_left():
    found = closures_of(np.array([2, 0, 2, 2]), np.array([8, 5, 6, 8]), np.array([0.25, 0.4, 0.25, 0.25]))
    assert (found.row.tolist(), found.quarter.tolist()) == ([0, 2, 2], [5, 6, 8])
    assert found.share == pytest.approx([0.4, 0.25, 2 / 3])
    both = closures_of(np.array([1, 1]), np.array([4, 5]), np.array([0.7, 0.7]))
    assert both.share == pytest.approx([0.7, 1.0])
    assert len(closures_of(np.zeros(0, int), np.zeros(0, int), np.zeros(0)).row) == 0


@settings(deadline=None, max_examples=30)
@given(random_rules(), random_starts(), st.integers(0, 2**31 - 1), st.floats(0.05, 1))
def test_the_ledger_tells_of_what_closes(rules, state, seed, share):
    closures = closures_of(np.array([0, 1]), np.array([START + 1, START + 3]), np.array([share, 1.0]))
    plain = Schedule(np.array([NEVER, NEVER, START + 1]), np.array(["practice", "practice", "create"]))
    simulation = simulate(toy(0.01), state, replace(plain, closures=closures), rules, n_quarters=6, seed=(seed, 0))
    for before, after, booked in zip(simulation.states, simulation.states[1:], simulation.booked, strict=False):
        accounts = naive_accounts(before.supply(rules), booked)
        assert [accounts[row] for row in range(3)] == pytest.approx(after.supply(rules).tolist(), rel=1e-9, abs=1e-6)
        assert (after.doctors >= 0).all() and (after.vacancies >= 0).all() and (after.nurses >= 0).all()
    assert simulation.states[3].doctors[1].sum() == 0
