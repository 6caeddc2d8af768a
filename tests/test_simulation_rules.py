"""Nurses, lists of patients, and the rules of the label: by hand on the toy of three communes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from simulation_worlds import NOTHING, START, no_plan, start, toy
from siting.simulation import INDICATORS, NEVER, Houses, Patients, Recruitment, Schedule, areas_of, simulate
from siting.simulation.indicators import of_state


def figures(rules, *, state=None, schedule=None, world=None, n_quarters=1):
    """{indicator: [Bourg, Val, Col]} at the end."""
    world, schedule = world or toy(), schedule or no_plan()
    last = simulate(world, state or start(), schedule, rules, n_quarters=n_quarters, seed=(7, 0)).states[-1]
    found = of_state(world, last, schedule, rules, (areas_of(world, "commune"),), since=START)[0]
    return {name: found[:, at].tolist() for at, name in enumerate(INDICATORS)}


def test_those_for_whom_no_list_has_a_place_are_without_a_doctor():
    """Bourg: 10 doctors for 4,300 weighted people; Val: 2 for 2,250. With 300 each, places within reach are
    3000 / 4300 + 0.3 × 600 / 2250 in Bourg, 0.3 × 3000 / 4300 + 600 / 2250 in Val, 0.1 × 600 / 2250 in Col."""
    found = figures(replace(NOTHING, patients=Patients(per_doctor=300)))
    places = [3000 / 4300 + 0.3 * 600 / 2250, 0.3 * 3000 / 4300 + 600 / 2250, 0.1 * 600 / 2250]
    expected = [people * (1 - place) for people, place in zip((4000, 1000, 500), places, strict=True)]
    assert found["persons_without_gp"] == pytest.approx(expected, rel=1e-5)
    assert found["ill_without_gp"] == pytest.approx([one / 8 for one in expected], rel=1e-5)
    many = figures(replace(NOTHING, patients=Patients(per_doctor=5000)))["persons_without_gp"]
    assert many == pytest.approx([0, 0, 500 * (1 - 1000 / 2250)], rel=1e-5)


def test_a_created_house_keeps_the_rules_with_a_doctor_a_nurse_and_five_days():
    schedule = Schedule(np.array([NEVER, NEVER, START + 1]), np.array(["practice", "practice", "create"]))
    sure = replace(NOTHING, houses=Houses(nurse_fill_chance=1.0, posts_per_creation=0))
    found = figures(sure, schedule=schedule)
    assert found["nurses"] == [3, 1, 1] and found["houses"] == [0, 0, 1]
    assert found["houses_keeping_rules"] == [0, 0, 0]  # no doctor yet
    staffed = start(((0, 6, 0, 0, 0, 4, 0), (2, 0, 0, 0, 0, 0, 0), (1, 0, 0, 0, 0, 0, 0)))
    assert figures(sure, schedule=schedule, state=staffed)["houses_keeping_rules"] == [0, 0, 1]
    nobody = replace(NOTHING, houses=Houses(nurses_per_creation=0, posts_per_creation=0))
    assert figures(nobody, schedule=schedule, state=staffed)["houses_keeping_rules"] == [0, 0, 0]


def test_a_label_has_the_doctors_and_nurses_of_its_commune():
    world = replace(toy(), home=np.array([0, 1, 1], np.int32))
    schedule = Schedule(np.array([NEVER, NEVER, START + 1]), np.array(["practice", "practice", "label"]))
    assert sum(figures(NOTHING, schedule=schedule, world=world)["houses_keeping_rules"]) == 1
    without = replace(start(), nurses=np.array([3, 0, 0]))
    assert sum(figures(NOTHING, schedule=schedule, world=world, state=without)["houses_keeping_rules"]) == 0


def test_nurses_of_a_house_come_with_their_chance_and_from_no_pool():
    schedule = Schedule(np.array([NEVER, NEVER, START + 1]), np.array(["practice", "practice", "create"]))
    rules = replace(
        NOTHING,
        houses=Houses(nurses_per_creation=10_000, nurse_fill_chance=0.5, posts_per_creation=0),
        recruitment=Recruitment(pool_per_year=0),
    )
    states = simulate(toy(), start(), schedule, rules, n_quarters=2, seed=(7, 0)).states
    assert [state.nurses[2] / 10_000 for state in states] == pytest.approx([0, 0.5, 0.75], abs=0.02)
    assert [int(state.nurses[2] + state.nurse_vacancies[2]) for state in states] == [0, 10_000, 10_000]
    assert all(state.nurses[:2].tolist() == [3, 1] for state in states)
