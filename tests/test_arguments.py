"""Arguments of researchers: what is wrong is told, never bent."""

from __future__ import annotations

import numpy as np
import pytest

import siting
from siting.allocation import CellTimes, CoverSets, p_median
from siting.arguments import amount, numbers, row_numbers, whole_numbers
from siting.errors import DataError
from siting.travel.arrays import graph_nearest, graph_persons_within, graph_times, raster_nearest, raster_times

EDGES = (np.array([0, 1]), np.array([1, 2]), np.array([5.0, 5.0]))
FRICTION = np.full((4, 4), 0.1)
COVER = CoverSets.from_csr([0, 1, 2, 3], [0, 1, 2], n_sites=3)


def test_a_mask_says_which_rows():
    assert row_numbers([True, False, True], 3, where="x", name="rows").tolist() == [0, 2]
    assert siting.lscp(COVER, existing=np.array([False, False, True])).rules.existing.tolist() == [2]
    times = CellTimes.from_dense([[9, 1, 5], [1, 9, 5]])
    plan = siting.solve(p_median(times, new_houses=0, existing=np.array([False, False, True])))
    assert plan.objective == 10.0


def test_whole_numbers_may_be_written_as_floats():
    assert whole_numbers([1.0, 2.0], where="x", name="rows").tolist() == [1, 2]
    assert whole_numbers([], where="x", name="rows").dtype == np.int64


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: row_numbers([True, False], 3, where="x", name="rows"), "mask of shape"),
        (lambda: row_numbers([0, 3, -1], 3, where="x", name="rows"), "no such row: 3, -1"),
        (lambda: row_numbers([0], 0, where="x", name="rows"), "there is no row"),
        (lambda: whole_numbers([1.5], where="x", name="rows"), "1.5 is no whole number"),
        (lambda: whole_numbers([np.nan], where="x", name="rows"), "nan is no whole number"),
        (lambda: whole_numbers(["a"], where="x", name="rows"), "not whole numbers"),
        (lambda: numbers(["a"], where="x", name="persons"), "not numbers"),
        (lambda: numbers([1, 2], where="x", name="persons", shape=(3,)), "wanted"),
        (lambda: amount(float("nan"), where="x", name="cutoff_s"), "at least 0"),
        (lambda: amount(0, where="x", name="cell_size_m", positive=True), "above 0"),
        (lambda: raster_nearest(FRICTION, [[1.5, 2]], cell_size_m=100), "no whole number"),
        (lambda: raster_nearest(FRICTION, [[1, 2]], cell_size_m=float("nan")), "cell_size_m"),
        (lambda: raster_times(FRICTION, (1, 1), cell_size_m=100, cutoff_s=float("nan")), "cutoff_s"),
        (lambda: raster_times(FRICTION.astype(complex), (1, 1), cell_size_m=100, cutoff_s=60), "complex128"),
        (lambda: graph_times(3, EDGES, 1.9, cutoff_s=60, towards=True), "no node"),
        (lambda: graph_times(3.7, EDGES, 1, cutoff_s=60, towards=True), "n_nodes"),
        (lambda: graph_nearest(3, EDGES, [3], towards=True), "no such row: 3"),
        (lambda: graph_persons_within(3, EDGES, [1, 2], cutoff_s=60), "wanted"),
        (lambda: siting.mclp(COVER, new_houses=1.5), "must be whole"),
        (lambda: siting.lscp(COVER, forced=[0.9]), "0.9 is no whole number"),
        (lambda: CoverSets.from_csr([0, 1], [0.9], n_sites=1), "0.9 is no whole number"),
        (lambda: siting.solve(siting.lscp(COVER), gap=-1), "gap"),
    ],
)
def test_what_is_wrong_is_told(call, words):
    with pytest.raises(DataError, match=words):
        call()
