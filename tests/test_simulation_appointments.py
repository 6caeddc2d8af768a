"""The 48-hour appointment: against a recursion, a simulated queue, and by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from naive.simulation import naive_calendar_queue, naive_erlang_c
from simulation_worlds import NOTHING, toy
from siting.access import day_mask, spread_days
from siting.simulation import Appointments
from siting.simulation.appointments import Offer, asked_and_met, chance_within_48h, erlang_c

EVERY_DAY, FIVE, TWO = spread_days(7), spread_days(5), spread_days(2)


def door(mask, *, staff=1, per_open_day=10.0):
    """(offer, demand) of one door that offers so many unplanned slots a day and is asked for 80 % of them."""
    days = bin(mask).count("1")
    supply = per_open_day * days * 52 / NOTHING.appointments.kept_share
    offer = Offer(np.array([supply]), np.array([staff]), np.array([mask], np.uint8))
    demand = 0.8 * per_open_day * days * 52 / NOTHING.appointments.unplanned_share
    return offer, np.array([demand])


@given(st.integers(1, 60), st.floats(0, 0.999))
def test_erlang_c_is_the_recursion(servers, busy):
    found = erlang_c(np.array([servers]), np.array([busy * servers]))[0]
    assert found == pytest.approx(naive_erlang_c(servers, busy * servers), rel=1e-8, abs=1e-12)


def test_nobody_waits_for_an_idle_door_and_all_wait_for_a_full_one():
    assert erlang_c(np.array([1, 5]), np.array([0.0, 5.0])) == pytest.approx([0, 1])
    assert erlang_c(np.array([2000]), np.array([1999.0]))[0] == pytest.approx(naive_erlang_c(2000, 1999.0), rel=1e-6)


def test_the_chance_by_hand():
    """One doctor of 10 slots a day asked for 8: C = 0.8, slack 2 a day. Open Monday to Friday, 2, 2, 2, 1.5 and 0.5
    days lie ahead."""
    offer, demand = door(FIVE)
    ahead = np.array([2, 2, 2, 1.5, 0.5])
    expected = np.mean(1 - 0.8 * np.exp(-2 * ahead))
    assert chance_within_48h(offer, demand, NOTHING)[0] == pytest.approx(expected)


def test_a_door_open_two_days_a_week_has_days_without_a_chance():
    """Tuesday and Thursday: a day lies ahead on Monday, Tuesday and Wednesday, half on Thursday, none on Friday."""
    offer, demand = door(TWO)
    ahead = np.array([1, 1, 1, 0.5])
    expected = np.sum(1 - 0.8 * np.exp(-2 * ahead)) / 5
    assert chance_within_48h(offer, demand, NOTHING)[0] == pytest.approx(expected)


def test_a_closed_or_overrun_door_has_no_chance():
    closed = Offer(np.array([1000.0, 0.0]), np.array([1, 0]), np.array([0, FIVE], np.uint8))
    assert chance_within_48h(closed, np.array([10.0, 10.0]), NOTHING).tolist() == [0, 0]
    offer, demand = door(FIVE)
    assert chance_within_48h(offer, demand * 1.25, NOTHING)[0] == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize(("mask", "staff", "tolerance"), [(EVERY_DAY, 1, 0.02), (EVERY_DAY, 3, 0.02), (FIVE, 2, 0.06)])
def test_the_chance_is_about_that_of_a_simulated_queue(mask, staff, tolerance):
    """Open every day, the formula is exact but for chance; closed at weekends, requests come in a lump on Monday."""
    offer, demand = door(mask, staff=staff, per_open_day=10.0 * staff)
    per_day = demand[0] * NOTHING.appointments.unplanned_share / 52 / bin(mask).count("1")
    found = naive_calendar_queue(mask, staff, slots_per_day=10.0, requests_per_open_day=per_day, n=60_000, seed=3)
    assert chance_within_48h(offer, demand, NOTHING)[0] == pytest.approx(found, abs=tolerance)


def test_demand_is_shared_by_what_is_offered_and_by_distance():
    """To Bourg, Bourg offers 10,000 at weight 1 and Val 2,000 at 0.3: 10,000 / 10,600 of its people stay."""
    world, rules = toy(), replace(NOTHING, appointments=Appointments(unplanned_share=1e-9))
    offer = Offer(np.array([10_000.0, 2_000.0, 0.0]), np.array([10, 2, 0]), np.array([FIVE, FIVE, 0], np.uint8))
    by_row, by_commune = asked_and_met(world.catchments, offer, rules, growth=np.ones(3))
    assert by_row[:2] == pytest.approx([1, 1]) and by_commune == pytest.approx([1, 1, 1])
    half = Offer(offer.supply, offer.staff, np.array([FIVE, 0, 0], np.uint8))
    _, by_commune = asked_and_met(world.catchments, half, rules, growth=np.ones(3))
    assert by_commune == pytest.approx([10_000 / 10_600, 3_000 / 5_000, 0])


@settings(deadline=None)
@given(st.floats(0.5, 30), st.integers(1, 8), st.floats(0.05, 0.95), st.integers(0, 127))
def test_more_slots_never_lower_the_chance(slots, staff, busy, mask):
    days = max(bin(mask).count("1"), 1)
    demand = np.array([busy * slots * days * 52 / NOTHING.appointments.unplanned_share])
    chances = []
    for factor in (1.0, 1.2, 2.0):
        supply = np.array([factor * slots * days * 52 / NOTHING.appointments.kept_share])
        offer = Offer(supply, np.array([staff]), np.array([mask], np.uint8))
        chances.append(float(chance_within_48h(offer, demand, NOTHING)[0]))
    assert 0 <= chances[0] <= chances[1] + 1e-12 and chances[1] <= chances[2] + 1e-12 <= 1 + 1e-9


def test_the_days_ahead_of_each_weekday():
    offer, demand = door(day_mask([0]))  # Monday alone: half a day on Monday; nothing from Tuesday to Friday
    expected = (1 - 0.8 * np.exp(-2 * 0.5)) / 5
    assert chance_within_48h(offer, demand, NOTHING)[0] == pytest.approx(expected)
