"""The minutes that maps, tables and axes name are those that they count, for every standard a scenario may have."""

from __future__ import annotations

import pytest

from siting.numbers import FRENCH
from siting.report.minute_steps import minute_bounds, minute_marks

STANDARDS_S = [60 * minutes for minutes in range(1, 241)]


@pytest.mark.parametrize(
    ("standard_min", "bounds"),
    [(30, (10, 20, 30, 45, 60)), (20, (5, 15, 20, 30, 40)), (15, (5, 10, 15, 20, 30)), (10, (3, 7, 10, 15, 20))],
)
def test_classes_change_at_round_minutes(standard_min, bounds):
    assert minute_bounds(60 * standard_min) == bounds


@pytest.mark.parametrize(
    ("standard_min", "marks"),
    [(30, (10, 20, 30, 40, 50, 60)), (20, (10, 20, 30, 40)), (25, (5, 10, 15, 20, 25, 30, 35, 40, 45, 50))],
)
def test_tables_name_even_steps(standard_min, marks):
    assert minute_marks(60 * standard_min) == marks


@pytest.mark.parametrize("steps", [minute_bounds, minute_marks])
def test_steps_rise_to_twice_the_standard_and_hold_it(steps):
    for standard_s in (*STANDARDS_S, 750):
        minutes = steps(standard_s)
        assert list(minutes) == sorted(set(minutes)) and minutes[0] > 0
        assert standard_s / 60 in minutes and minutes[-1] == standard_s / 30


def test_what_is_written_is_what_is_counted():
    """6.67 minutes were written as 6,7."""
    for standard_s in STANDARDS_S[4:]:
        for minute in minute_bounds(standard_s):
            assert FRENCH.short(minute) == str(round(minute))
