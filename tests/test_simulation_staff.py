"""Who works where at the start: a planner's table of practitioners, its ages and its days."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulation_worlds import NOTHING, START, no_plan, start, toy
from siting.access import spread_days
from siting.simulation import Demography, Staff, first_state
from siting.simulation.reached import opening_masks
from siting.territory.values import Doctors

AGES = Demography().age_from
SHARES = np.array(Demography().age_shares) / sum(Demography().age_shares)


def table(*rows) -> Doctors:
    """Rows of (commune, profession, fte, age, days)."""
    commune, profession, fte, age, days = zip(*rows, strict=True)
    return Doctors(
        commune=np.array(commune, np.int32),
        profession=np.array(profession),
        fte=np.array(fte, np.float64),
        age=np.array(age, np.float64),
        mode=np.full(len(rows), ""),
        days_per_week=np.array(days, np.float64),
    )


def test_known_ages_are_kept_and_the_others_drawn():
    """Bourg: 62, 35 and one of unknown age; Val: half a doctor of 71 and half of 30, which is one of either age."""
    staff = Staff.of(np.array([3, 1, 0])).told_by(
        table(
            (0, "gp", 1, 62, np.nan),
            (0, "gp", 1, 35, np.nan),
            (0, "gp", 1, np.nan, np.nan),
            (1, "gp", 0.5, 71, np.nan),
            (1, "gp", 0.5, 30, np.nan),
            (0, "nurse", 1, 25, 2),
        ),
        AGES,
    )
    drawn = [staff.ages(SHARES, np.random.default_rng(seed)) for seed in range(200)]
    for ages in drawn:
        assert ages.sum(axis=1).tolist() == [3, 1, 0]
        assert ages[0, AGES.index(60)] >= 1 and ages[0, AGES.index(30)] >= 1
        assert ages[1, AGES.index(70)] + ages[1, AGES.index(30)] == 1
    old = np.mean([ages[1, AGES.index(70)] for ages in drawn])
    assert old == pytest.approx(0.5, abs=0.15)
    rules = replace(NOTHING, ages=Demography())
    state = first_state(staff, rules, national_share=0.01, quarter=START, seed=(1, 0))
    assert state.doctors.sum(axis=1).tolist() == [3, 1, 0]


def test_days_are_those_of_who_receives_most_and_five_together():
    staff = Staff.of(np.array([2, 1, 2])).told_by(
        table(
            (0, "gp", 0.6, 40, 3),
            (0, "gp", 0.6, 40, 3),
            (1, "gp", 1, 40, 2.5),
            (2, "gp", 0.2, 40, 1),
            (2, "gp", 0.2, 40, 1),
            (2, "nurse", 1, 40, 6),
        ),
        AGES,
    )
    assert staff.days.tolist() == [5, 3, 2]
    world = replace(toy(), own_days=staff.days)
    state = start(((2, 0, 0, 0, 0, 0, 0), (1, 0, 0, 0, 0, 0, 0), (2, 0, 0, 0, 0, 0, 0)))
    masks = opening_masks(world, state, no_plan(), NOTHING)
    assert masks.tolist() == [spread_days(5), spread_days(3), spread_days(2)]
    gone = opening_masks(world, start(((0,) * 7,) * 3), no_plan(), NOTHING)
    assert gone.tolist() == [0, 0, 0]


def test_without_a_table_nothing_is_known():
    staff = Staff.of(np.array([5, 0]))
    assert staff.fte_by_age is None and staff.days.tolist() == [0, 0] and staff.nurses.tolist() == [0, 0]
    only_nurses = staff.told_by(table((0, "nurse", 1, 40, 3)), AGES)
    assert only_nurses.fte_by_age is None and only_nurses.days.tolist() == [0, 0]


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 2), st.floats(0, 2), st.floats(20, 95) | st.just(np.nan)), max_size=12),
    st.lists(st.integers(0, 6), min_size=3, max_size=3),
    st.integers(0, 99),
)
def test_every_doctor_has_one_age(rows, doctors, seed):
    staff = Staff.of(np.array(doctors))
    if rows:
        staff = staff.told_by(table(*((row, "gp", fte, age, np.nan) for row, fte, age in rows)), AGES)
    ages = staff.ages(SHARES, np.random.default_rng(seed))
    assert ages.sum(axis=1).tolist() == doctors and (ages >= 0).all()
