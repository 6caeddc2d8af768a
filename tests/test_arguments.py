"""Arguments of researchers: what is wrong is told, never bent."""

from __future__ import annotations

import numpy as np
import pytest

import siting
from siting.allocation import (
    Apart,
    Budget,
    CellTimes,
    CoverSets,
    Kind,
    MostCovered,
    compose,
    expand,
    other_plans,
    p_median,
    served,
    waiting,
)
from siting.arguments import amount, numbers, row_numbers, whole_number, whole_numbers
from siting.errors import DataError
from siting.grid import Grid
from siting.travel.arrays import (
    ReadyRaster,
    graph_nearest,
    graph_persons_within,
    graph_times,
    isochrones,
    raster_edges,
    raster_nearest,
    raster_persons_within,
    raster_times,
)

EDGES = (np.array([0, 1]), np.array([1, 2]), np.array([5.0, 5.0]))
FRICTION = np.full((4, 4), 0.1)
GRID = Grid("EPSG:3035", 0.0, 100.0, 100.0, 1, 1)
TIMES = CellTimes.from_dense([[9, 1, 5], [1, 9, 5]])
COVER = CoverSets.from_csr([0, 1, 2, 3], [0, 1, 2], n_sites=3)


def ready_raster() -> ReadyRaster:
    return ReadyRaster(FRICTION, cell_size_m=100, cutoff_s=60)


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
        (lambda: row_numbers([[0, 1]], 3, where="x", name="rows"), "2 dimensions"),
        (lambda: whole_number([1], where="x", name="threads", least=1), "whole number of at least 1"),
        (lambda: whole_number(0, where="x", name="threads", least=1), "whole number of at least 1"),
        (lambda: whole_number("2", where="x", name="threads", least=1), "not whole numbers"),
        (lambda: amount("60", where="x", name="cutoff_s"), "is 60"),
        (lambda: raster_times(FRICTION, (1, 1), cell_size_m="100", cutoff_s=60), "cell_size_m"),
        (lambda: raster_times(FRICTION, (1, 1), cell_size_m=100, cutoff_s=None), "cutoff_s"),
        *(
            (lambda source=source: raster_times(FRICTION, source, cell_size_m=100, cutoff_s=60), "is no cell")
            for source in (3, (1,), (1, 2, 3), ("1", "2"), None, (np.nan, 1), (1j, 1), [[1, 1]])
        ),
        *(
            (lambda source=source: graph_times(3, EDGES, source, cutoff_s=60, towards=True), "is no node")
            for source in ([0, 1], None, "a", np.nan, 1j)
        ),
        *(
            (lambda threads=threads: ready_raster().travel_times([[0, 0]], threads=threads), "threads")
            for threads in (0, -1, 1.5, np.nan, "2")
        ),
        *(
            (lambda mb=mb: ready_raster().travel_times([[0, 0]], memory_budget_mb=mb), "memory_budget_mb")
            for mb in (-1, np.nan, np.inf, "2")
        ),
        *(
            (lambda edges=edges: graph_times(3, edges, 1, cutoff_s=60, towards=True), words)
            for edges, words in (
                ((EDGES[0], EDGES[1]), "not three arrays"),
                (None, "not three arrays"),
                (([[0, 1]], [[1, 2]], [[5.0, 5.0]]), "have shapes"),
                (([0], [1], ["5"]), "time_s: holds"),
                (([0], [1], np.ma.masked_array([5.0], [True])), "masked"),
                (([0], [1], [np.nan]), "last less than 0 s"),
            )
        ),
        *(
            (lambda persons=persons: raster_persons_within(FRICTION, persons, cell_size_m=100, cutoff_s=60), "persons")
            for persons in (-FRICTION, FRICTION * np.nan, FRICTION * np.inf)
        ),
        (lambda: graph_persons_within(3, EDGES, [1, -2, 3], cutoff_s=60), "1 figures are negative"),
        *(
            (lambda friction=friction: raster_edges(friction, cell_size_m=100), "friction_s_per_m")
            for friction in (-FRICTION, FRICTION * np.nan, FRICTION[0], FRICTION.astype(str))
        ),
        (lambda: raster_edges(FRICTION, cell_size_m=-1), "cell_size_m"),
        (lambda: isochrones([[1, 2]], GRID, [1]), "time_s: has shape"),
        (lambda: isochrones([["a"]], GRID, [1]), "time_s: holds"),
        (lambda: isochrones([[1]], GRID, ["a"]), "limits_min"),
        (lambda: graph_persons_within(3, EDGES, [1, 2], cutoff_s=60), "wanted"),
        (lambda: siting.mclp(COVER, new_houses=1.5), "must be whole"),
        (lambda: siting.lscp(COVER, forced=[0.9]), "0.9 is no whole number"),
        (lambda: CoverSets.from_csr([0, 1], [0.9], n_sites=1), "0.9 is no whole number"),
        (lambda: siting.solve(siting.lscp(COVER), gap=-1), "gap"),
        (lambda: siting.solve(siting.lscp(COVER), seed=-1), "seed"),
        (lambda: siting.mclp(COVER, new_houses=float("nan")), "must be whole"),
        (lambda: siting.mclp(COVER, new_houses="3"), "must be whole"),
        (lambda: siting.lscp(COVER, cost=["a", "b", "c"]), "not numbers"),
        (lambda: CoverSets.from_csr([], [], n_sites=1), "must begin at 0"),
        (lambda: CoverSets.from_csr([0], [], n_sites=-1), "n_sites"),
        (lambda: CellTimes.from_dense([["a"]]), "not numbers"),
        (lambda: CellTimes.from_dense(np.ma.array([[1.0, 2.0]], mask=[[False, True]])), "masked"),
        (lambda: raster_nearest(np.ma.masked_less(FRICTION, 0.2), [[1, 2]], cell_size_m=100), "masked"),
        (lambda: raster_nearest(FRICTION, [[0, 1, 2], [0, 1, 2]], cell_size_m=100), r"wanted \(n, 2\)"),
        (lambda: compose(COVER, []), "goals: are none"),
        (lambda: compose(COVER, ["best"]), "no goal is named 'best'"),
        (lambda: compose(COVER, "fewest_houses"), "no goal is named 'f'"),
        (lambda: compose(COVER, ["least_cost"], cost=[1, np.nan, 1]), "LeastCost: cost: holds NaN"),
        (lambda: compose(COVER, [MostCovered(np.ones(2))]), r"weights: has shape \(2,\)"),
        (lambda: compose(COVER, [MostCovered([1, 1, 1])]), "weights: is a list"),
        (lambda: compose(COVER, [MostCovered(np.full(3, 1e12))]), "larger units"),
        (lambda: compose(COVER, ["most_covered"], clauses=[Budget(np.ones(3), np.inf)]), "at_most: holds NaN"),
        (lambda: compose(COVER, ["most_covered"], clauses=[Apart(np.array([[1, 1]]))]), "a site and itself"),
        (lambda: compose(COVER, ["most_covered"], clauses=[Apart(np.array([[0, 7]]))]), "not there"),
        (lambda: waiting(TIMES, penalty_s=9, weights=[1, np.nan]), "finite"),
        (lambda: served(TIMES, demand=[2**31, 1]), "larger units"),
        (lambda: served(TIMES, demand=[1, 1], capacity=[1]), "wanted"),
        (lambda: expand(TIMES, [Kind("create", cost=np.nan)], standard_s=5), "create"),
        (lambda: other_plans(compose(COVER, ["fewest_houses"]), count=2, loss_share=np.nan), "loss_share"),
    ],
)
def test_what_is_wrong_is_told(call, words):
    with pytest.raises(DataError, match=words):
        call()
