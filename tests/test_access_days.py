"""Days of the week on which somebody is within the standard: against loops, compiled and interpreted."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siting.access import DAYS, day_mask, n_days, spread_days, within_standard
from siting.access.kernels.days import union_of_masks
from siting.travel.travel_times import TravelTimes


@st.composite
def worlds(draw):
    """(times, standard, masks): up to six sites and cells, any pairs, any opening days."""
    n_sites, n_cells = draw(st.integers(1, 6)), draw(st.integers(1, 6))
    cells = [sorted(draw(st.sets(st.integers(0, n_cells - 1)))) for _ in range(n_sites)]
    cell = np.array([one for part in cells for one in part], np.int32)
    time_s = np.array(draw(st.lists(st.integers(0, 9), min_size=len(cell), max_size=len(cell))), np.uint16)
    start = np.append(0, np.cumsum([len(part) for part in cells])).astype(np.int64)
    masks = np.array(draw(st.lists(st.integers(0, 127), min_size=n_sites, max_size=n_sites)), np.uint8)
    return TravelTimes(start, cell, time_s, n_cells, 9), draw(st.integers(0, 10)), masks


@settings(deadline=None)
@given(worlds())
def test_days_are_the_union_over_the_sites_within_the_standard(world):
    times, standard_s, masks = world
    expected = [0] * times.n_cells
    sites = [[] for _ in range(times.n_cells)]
    for site in range(times.n_sites):
        for pair in range(times.site_start[site], times.site_start[site + 1]):
            if times.time_s[pair] <= standard_s:
                expected[times.cell[pair]] |= int(masks[site])
                sites[times.cell[pair]].append(site)
    within = within_standard(times, standard_s=standard_s)
    assert [within.site[a:b].tolist() for a, b in zip(within.cell_start, within.cell_start[1:], strict=False)] == sites
    assert within.open_days(masks).tolist() == expected
    assert union_of_masks.py_func(within.cell_start, within.site, masks).tolist() == expected
    assert n_days(within.open_days(masks)).tolist() == [bin(mask).count("1") for mask in expected]


def test_masks_are_days_from_monday():
    assert day_mask([0, 4]) == 0b10001 and len(DAYS) == 7
    assert [bin(spread_days(n)).count("1") for n in range(8)] == list(range(8))
    assert spread_days(2) == day_mask([1, 3]) and spread_days(5) == day_mask(range(5))
    with pytest.raises(IndexError):
        spread_days(8)
