"""Cover sets: from travel times, from bare arrays, and what they refuse."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siting.allocation import CoverSets, cover_sets
from siting.errors import DataError
from siting.travel.travel_times import TravelTimes


@settings(deadline=None)
@given(st.data())
def test_cover_sets_are_the_pairs_within_the_standard(data) -> None:
    n_sites, n_cells = data.draw(st.integers(1, 5)), data.draw(st.integers(1, 7))
    seconds = data.draw(st.lists(st.integers(0, 100), min_size=n_sites * n_cells, max_size=n_sites * n_cells))
    time_s = np.array(seconds, dtype=np.uint16).reshape(n_sites, n_cells)
    is_pair = time_s <= 60
    times = TravelTimes(
        site_start=np.r_[0, np.cumsum(is_pair.sum(axis=1))].astype(np.int64),
        cell=np.nonzero(is_pair)[1].astype(np.int32),
        time_s=time_s[is_pair],
        n_cells=n_cells,
        cutoff_s=60,
    )
    standard_s = data.draw(st.integers(0, 60))
    cover = cover_sets(times, standard_s=standard_s, persons=np.ones(n_cells))
    for i in range(n_cells):
        sites = cover.site[cover.cell_start[i] : cover.cell_start[i + 1]]
        assert sites.tolist() == np.flatnonzero(time_s[:, i] <= standard_s).tolist()
    assert cover.is_coverable.tolist() == (time_s <= standard_s).any(axis=0).tolist()
    start, cell = cover.by_site()
    for j in range(n_sites):
        assert cell[start[j] : start[j + 1]].tolist() == np.flatnonzero(time_s[j] <= standard_s).tolist()


def test_a_standard_beyond_the_cutoff_is_refused() -> None:
    empty = np.zeros(0, dtype=np.int32)
    times = TravelTimes(np.zeros(2, dtype=np.int64), empty, empty.astype(np.uint16), 3, 600)
    with pytest.raises(DataError, match="601 s is beyond the cutoff") as caught:
        cover_sets(times, standard_s=601, persons=np.ones(2))
    assert len(caught.value.faults) == 2


def test_bare_arrays_are_sorted_and_counted_once() -> None:
    cover = CoverSets.from_csr([0, 3, 3], [2, 0, 2], n_sites=3)
    assert (cover.cell_start.tolist(), cover.site.tolist()) == ([0, 2, 2], [0, 2])
    assert cover.persons.tolist() == [1.0, 1.0]


@pytest.mark.parametrize(
    ("start", "site", "persons", "field"),
    [
        ([1, 2], [0, 0], None, "cell_start"),
        ([0, 3], [0], None, "cell_start"),
        ([0, 1], [5], None, "site"),
        ([0, 1], [0], [1.0, 2.0], "persons"),
        ([0, 1], [0], [-1.0], "persons"),
        ([0, 1], [0], [np.nan], "persons"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(start, site, persons, field: str) -> None:
    with pytest.raises(DataError) as caught:
        CoverSets.from_csr(start, site, n_sites=2, persons=persons)
    assert [fault.field for fault in caught.value.faults] == [field]
