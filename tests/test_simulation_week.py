"""Opening days, and the days on which people reach a doctor with and without a car: by hand on the toy."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings

from simulation_worlds import NOTHING, START, no_plan, random_rules, random_starts, start, toy
from siting.access import day_mask, spread_days
from siting.simulation import (
    INDICATORS,
    NEVER,
    Outposts,
    Schedule,
    Solidarity,
    Transport,
    areas_of,
    simulate,
)
from siting.simulation.costs import cost_by_payer, units
from siting.simulation.indicators import of_state
from siting.simulation.reached import opening_masks, reached_days

WEEKDAYS, FOUR = spread_days(5), spread_days(4)


def masks_of(rules, *, state=None, schedule=None, world=None, n_quarters=1):
    world, schedule = world or toy(), schedule or no_plan()
    last = simulate(world, state or start(), schedule, rules, n_quarters=n_quarters, seed=(7, 0)).states[-1]
    return opening_masks(world, last, schedule, rules)


def figures(rules, world=None):
    world = world or toy()
    state = simulate(world, start(), no_plan(), rules, n_quarters=1, seed=(7, 0)).states[-1]
    found = of_state(world, state, no_plan(), rules, (areas_of(world, "commune"),), since=START)[0]
    return {name: found[:, at].tolist() for at, name in enumerate(INDICATORS)}


def test_doors_open_where_doctors_work():
    assert masks_of(NOTHING).tolist() == [WEEKDAYS, WEEKDAYS, 0]
    alone = start(((0, 1, 0, 0, 0, 0, 0), (0,) * 7, (0,) * 7))
    assert masks_of(NOTHING, state=alone).tolist() == [FOUR, 0, 0]


def test_a_label_opens_five_days_with_the_doctor_of_its_commune_and_not_before():
    """Row 2 is a label on the practices of row 1, where one doctor works four days."""
    world = replace(toy(), home=np.array([0, 1, 1], np.int32))
    one = start(((0, 6, 0, 0, 0, 0, 0), (1, 0, 0, 0, 0, 0, 0), (0,) * 7))
    schedule = Schedule(np.array([NEVER, NEVER, START + 2]), np.array(["practice", "practice", "label"]))
    opened = [masks_of(NOTHING, state=one, schedule=schedule, world=world, n_quarters=n).tolist() for n in (1, 2)]
    assert opened == [[WEEKDAYS, FOUR, 0], [WEEKDAYS, FOUR, WEEKDAYS]]


def test_a_created_house_opens_with_its_first_doctor():
    schedule = Schedule(np.array([NEVER, NEVER, START + 1]), np.array(["practice", "practice", "create"]))
    assert masks_of(NOTHING, schedule=schedule)[2] == 0
    staffed = start(((0, 6, 0, 0, 0, 0, 0), (0,) * 7, (1, 0, 0, 0, 0, 0, 0)))
    assert masks_of(NOTHING, state=staffed, schedule=schedule)[2] == WEEKDAYS


def test_each_stop_of_a_bus_has_its_day_and_a_part_time_house_its_two():
    rules = replace(NOTHING, outposts=Outposts(medicobus_rounds=1, stops_per_round=1, part_time_houses=1))
    nobody = start(((0,) * 7, (0,) * 7, (0,) * 7))
    assert masks_of(rules, state=nobody).tolist() == [0, day_mask([1, 3]), day_mask([0])]
    two_stops = replace(NOTHING, outposts=Outposts(medicobus_rounds=1, stops_per_round=2))
    assert masks_of(two_stops, state=nobody).tolist() == [0, day_mask([1]), day_mask([0])]


def test_doctors_who_give_days_open_as_many_whole_ones():
    """Wanted: 500 consultations. A day of a doctor is 1000 / 220, a year has 46 weeks: 2.39 days a week, so two."""
    rules = replace(NOTHING, solidarity=Solidarity(500_000))
    assert masks_of(rules)[2] == spread_days(2)
    few = replace(NOTHING, solidarity=Solidarity(200_000))  # 0.96 of a day a week
    assert masks_of(few)[2] == 0


def test_people_with_a_car_reach_what_is_near_and_others_what_is_here():
    """Col (500 people) is 18 minutes from Val: out of the standard of 12. Nobody there reaches a doctor."""
    found = figures(NOTHING)
    assert found["days_per_week"] == [5, 5, 0] and found["days_per_week_no_car"] == [5, 5, 0]
    assert found["persons_without_day"] == [0, 0, 500]
    assert found["persons_without_day_no_car"] == [0, 0, 50] and found["persons_no_car"] == [400, 100, 50]


def test_a_shuttle_takes_those_without_a_car_on_its_days_while_seats_last():
    """Val has no doctor of its own: Bourg is within the standard by car. 100 people without a car want 335 trips."""
    world = replace(toy(), transport=np.array([1], np.int32))
    state = start(((0, 6, 0, 0, 0, 4, 0), (0,) * 7, (0,) * 7))
    for seats, share in ((12, 1.0), (1, 150 / (100 * 230e6 / 68.6e6))):
        rules = replace(NOTHING, transport=Transport(shuttles=1, shuttle_seats=seats))
        found = reached_days(world, opening_masks(world, state, no_plan(), rules), rules, quarter=START)
        assert found["days_per_week"].tolist() == [20_000, 5_000, 0]
        assert found["days_per_week_no_car"].tolist() == pytest.approx([2_000, 100 * 3 * share, 0])
        assert found["persons_without_day_no_car"].tolist() == pytest.approx([0, 100 * (1 - share), 50])
    later = replace(NOTHING, transport=Transport(shuttles=1, first_quarter=START + 1))
    found = reached_days(world, opening_masks(world, state, no_plan(), later), later, quarter=START)
    assert found["days_per_week_no_car"].tolist() == [2_000, 0, 0]
    drivers = replace(NOTHING, transport=Transport(on_demand=1))
    found = reached_days(world, opening_masks(world, state, no_plan(), drivers), drivers, quarter=START)
    assert found["days_per_week_no_car"].tolist() == pytest.approx([2_000, 500, 0])


def test_a_ride_moves_the_days_of_people_without_a_car_its_cost_and_nothing_else():
    world = replace(toy(), transport=np.array([2, 1], np.int32))
    plain, ridden = (
        figures(NOTHING, world),
        figures(replace(NOTHING, transport=Transport(shuttles=1, on_demand=1)), world),
    )
    moved = {name for name in INDICATORS if not np.array_equal(plain[name], ridden[name], equal_nan=True)}
    assert moved <= {
        "days_per_week_no_car",
        "persons_without_day_no_car",
        "cost_eur",
        "cost_departement_eur",
        "cost_commune_eur",
        "cost_europe_eur",
        "communes_beyond_means",
    }
    assert {"cost_eur", "cost_europe_eur"} <= moved
    # A shuttle of 1,800 trips at 25 €, drivers for 80,000 €.
    assert sum(ridden["cost_eur"]) == pytest.approx((1_800 * 25 + 80_000) / 4)


def test_a_part_time_house_gives_two_days_a_week_and_costs_its_rooms():
    """Two days of 20, 46 weeks, 1080 s away from the doctor: 17/18 of 1,840."""
    rules = replace(NOTHING, outposts=Outposts(part_time_houses=1))
    simulation = simulate(toy(), start(), no_plan(), rules, n_quarters=2, seed=(7, 0))
    assert simulation.states[-1].supply(rules) == pytest.approx([10_000, 2_000, 1_840 * 17 / 18])
    paid = cost_by_payer(toy(), units(toy(), simulation.states[-1], no_plan(), rules), rules.prices)
    assert paid.sum() == pytest.approx(7_500)


@settings(deadline=None, max_examples=40)
@given(random_rules(), random_starts())
def test_nobody_reaches_more_days_without_a_car_than_with_one(rules, state):
    world = toy(0.01)
    last = simulate(world, state, no_plan(), rules, n_quarters=2, seed=(3, 0)).states[-1]
    found = reached_days(world, opening_masks(world, last, no_plan(), rules), rules, quarter=START)
    assert (found["days_per_week_no_car"] <= found["days_per_week"] / 10 + 1e-9).all()
    assert (found["persons_without_day_no_car"] >= found["persons_without_day"] / 10 - 1e-9).all()
    assert (found["persons_without_day_no_car"] <= found["persons_no_car"] + 1e-9).all()
