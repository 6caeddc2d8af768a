"""Access: figures worked by hand on five cells."""

import numpy as np
import pytest

from siting.access import (
    REASONS,
    mean_min,
    percentile_min,
    persons_by_reason,
    persons_within,
    uncoverable_reason,
)

TIME_S = np.array([0, 600, 1800, 1801, np.inf], dtype=np.float32)
PERSONS = np.array([10.0, 20.0, 30.0, 39.0, 1.0])


def test_the_standard_is_inclusive():
    assert persons_within(TIME_S, PERSONS, standard_s=1800) == 60
    assert persons_within(TIME_S, PERSONS, standard_s=1799) == 30


def test_the_mean_leaves_out_those_who_reach_nothing():
    assert mean_min(TIME_S, PERSONS) == pytest.approx((20 * 600 + 30 * 1800 + 39 * 1801) / 99 / 60)


@pytest.mark.parametrize(
    ("share", "minutes"), [(0.0, 0), (0.1, 0), (0.11, 10), (30 / 99, 10), (0.31, 30), (1.0, 1801 / 60)]
)
def test_a_percentile_is_the_least_time_that_serves_the_share(share, minutes):
    assert percentile_min(TIME_S, PERSONS, share=share) == pytest.approx(minutes)


def test_nobody_reached_has_no_mean_and_no_percentile():
    nowhere = np.full(2, np.inf, dtype=np.float32)
    assert mean_min(nowhere, np.ones(2)) is None
    assert percentile_min(nowhere, np.ones(2), share=0.99) is None


def test_reasons_rank_from_coverable_to_forbidden():
    reason = uncoverable_reason(
        np.array([0, 1, 2, 3, 0, 0], dtype=np.uint8),
        covered_by_any=np.array([True, False, False, False, False, True]),
        covered_by_allowed=np.array([True, False, False, False, False, False]),
    )
    named = [REASONS[code] for code in reason]
    assert named == [
        "coverable",
        "no_road_within_reach",
        "island",
        "cut_off",
        "beyond_every_site",
        "only_forbidden_sites",
    ]
    assert persons_by_reason(reason, np.arange(6.0) + 1) == {
        "no_road_within_reach": 2.0,
        "island": 3.0,
        "cut_off": 4.0,
        "beyond_every_site": 5.0,
        "only_forbidden_sites": 6.0,
    }
