"""The phased plan: nested, on time where lead times allow, and in the order said."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siting.simulation import (
    NEVER,
    Houses,
    Milestone,
    houses_late,
    opening_quarters,
    quarter_number,
    quarter_text,
)
from siting.simulation.rules import LEAD_QUARTERS
from siting.territory.values import SITE_KINDS

DECIDED = 2026 * 4
HOUSES = Houses(lead_quarters={"label": 0, "create": 8})


def test_labels_first_then_gain_and_creations_after_their_lead_time():
    kind = np.array(["create", "label", "label", "create", "label"])
    opens = opening_quarters(
        kind,
        np.array([9.0, 1.0, 5.0, 7.0, 3.0]),
        [Milestone(DECIDED + 2, 2), Milestone(DECIDED + 7, 4)],
        decided=DECIDED,
        houses=HOUSES,
    )
    assert opens.tolist() == [DECIDED + 8, DECIDED + 7, DECIDED + 2, NEVER, DECIDED + 2]
    assert houses_late(opens, [Milestone(DECIDED + 2, 2), Milestone(DECIDED + 7, 4)]) == [0, 1]


@given(st.lists(st.tuples(st.sampled_from(["label", "create"]), st.floats(0, 1e6)), max_size=30), st.data())
def test_phases_are_nested_and_never_above_their_milestone(houses, data):
    targets = sorted(data.draw(st.lists(st.integers(0, 40), min_size=1, max_size=4)))
    milestones = [Milestone(DECIDED + 3 * place, target) for place, target in enumerate(targets)]
    kind = np.array([name for name, _ in houses], dtype=str)
    gain = np.array([amount for _, amount in houses])
    opens = opening_quarters(kind, gain, milestones, decided=DECIDED, houses=HOUSES)
    assert (opens[kind == "create"] >= DECIDED + 8).all()
    late = houses_late(opens, milestones)
    for milestone, lacking in zip(milestones, late, strict=True):
        n_open = int((opens <= milestone.quarter).sum())
        assert n_open <= milestone.houses and lacking == milestone.houses - n_open
    labels_opened = np.sort(gain[(kind == "label") & (opens < NEVER)])
    labels_left = gain[(kind == "label") & (opens == NEVER)]
    if len(labels_left) and len(labels_opened):
        assert labels_left.max() <= labels_opened.min()


def test_openings_wait_for_the_budget():
    """100,000 € aid two houses at a time, for four quarters each."""
    houses = Houses(lead_quarters={"label": 0}, aid_budget_eur_per_year=100_000, aid_quarters=4)
    opens = opening_quarters(
        np.full(5, "label"), np.arange(5.0), [Milestone(DECIDED, 5)], decided=DECIDED, houses=houses
    )
    assert opens.tolist() == [DECIDED + 8, DECIDED + 4, DECIDED + 4, DECIDED, DECIDED]


@given(st.lists(st.sampled_from(["label", "create"]), max_size=30), st.integers(1, 9), st.integers(1, 9))
def test_the_budget_holds_in_every_quarter(kind, most, aid_quarters):
    houses = Houses(
        lead_quarters={"label": 0, "create": 8}, aid_budget_eur_per_year=most * 50_000, aid_quarters=aid_quarters
    )
    milestones = [Milestone(DECIDED, 5), Milestone(DECIDED + 6, 25)]
    opens = opening_quarters(np.array(kind, dtype=str), np.ones(len(kind)), milestones, decided=DECIDED, houses=houses)
    opened = opens[opens < NEVER]
    for quarter in range(DECIDED, DECIDED + 300):
        assert ((opened <= quarter) & (quarter < opened + aid_quarters)).sum() <= most


def test_milestones_out_of_order_are_refused():
    with pytest.raises(ValueError, match="ascend"):
        opening_quarters(
            np.array(["label"]),
            np.array([1.0]),
            [Milestone(DECIDED, 2), Milestone(DECIDED + 1, 1)],
            decided=DECIDED,
            houses=HOUSES,
        )


def test_every_kind_of_house_has_its_lead_time_unless_its_own_is_given():
    kind = np.array(SITE_KINDS)
    own = np.array([np.nan, 2.5, np.nan, 0.0, np.nan])
    milestones = [Milestone(DECIDED, 5)]
    opens = opening_quarters(kind, np.ones(5), milestones, decided=DECIDED, houses=Houses())
    assert dict(zip(SITE_KINDS, (opens - DECIDED).tolist(), strict=True)) == LEAD_QUARTERS
    opens = opening_quarters(kind, np.ones(5), milestones, decided=DECIDED, houses=Houses(), own_lead=own)
    assert (opens - DECIDED).tolist() == [0, 3, 8, 0, 2]


def test_two_thousand_by_the_summer_of_2026_and_five_thousand_by_the_end_of_2027():
    """Decided in the second quarter of 2026: 3,400 labels open at their milestones, 1,600 creations two years later."""
    decided = quarter_number("2026-Q2")
    milestones = [Milestone(quarter_number("2026-Q3"), 2000), Milestone(quarter_number("2027-Q4"), 5000)]
    kind = np.repeat(["label", "create"], [3400, 1600])
    opens = opening_quarters(kind, np.arange(5000.0), milestones, decided=decided, houses=Houses())
    quarters, counts = np.unique(opens, return_counts=True)
    assert [quarter_text(quarter) for quarter in quarters.tolist()] == ["2026-Q3", "2027-Q4", "2028-Q2"]
    assert counts.tolist() == [2000, 1400, 1600] and houses_late(opens, milestones) == [0, 1600]
