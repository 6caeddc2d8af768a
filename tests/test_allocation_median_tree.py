"""The branch and bound of the p-median against enumeration, from starts that leave everything to it."""

from __future__ import annotations

import threading
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from siting.allocation import CellTimes, p_median, solve
from siting.allocation.effort import Effort
from siting.allocation.medians import search as medians
from siting.allocation.medians import tree as median_tree
from siting.allocation.medians.tree import Standing, Tree


def drawn(seed: int) -> tuple[np.ndarray, np.ndarray, int]:
    """Seconds (ties, huge or broken values by the seed), persons (some zero), houses."""
    rng = np.random.default_rng(seed)
    n_cells, n_sites = rng.integers(8, 25), rng.integers(5, 13)
    seconds = rng.integers(0, (8, 100, 10_000)[seed % 3], (n_cells, n_sites)).astype(float)
    persons = rng.integers(0, 6, n_cells).astype(float) * (1.0, 1e9, 0.37)[seed % 4 % 3]
    return seconds, persons, int(rng.integers(1, 6))


def enumerated(seconds: np.ndarray, persons: np.ndarray, houses: int) -> float:
    plans = combinations(range(seconds.shape[1]), houses)
    return min(float(persons @ seconds[:, list(plan)].min(axis=1)) for plan in plans)


def problem_of(seconds: np.ndarray, persons: np.ndarray, houses: int):
    n_cells, n_sites = seconds.shape
    start, site = np.arange(n_cells + 1) * n_sites, np.tile(np.arange(n_sites), n_cells)
    times = CellTimes.from_csr(start, site, seconds.ravel(), n_sites=n_sites, persons=persons)
    return p_median(times, new_houses=houses)


@pytest.mark.parametrize("seed", range(30))
@pytest.mark.parametrize("pairs_a_row_for_highs", [-1, 1_000])
def test_the_tree_finds_and_proves_the_enumerated_optimum(monkeypatch, seed: int, pairs_a_row_for_highs: int) -> None:
    monkeypatch.setattr(median_tree, "_PAIRS_PER_ROW_FOR_HIGHS", pairs_a_row_for_highs)
    monkeypatch.setattr(median_tree, "_NODE_ITERATIONS", 1 + seed % 20)
    seconds, persons, houses = drawn(seed)
    core = medians._core(problem_of(seconds, persons, houses), houses)
    worst = np.arange(min(houses, seconds.shape[1]), dtype=np.int32)
    start = Standing(worst, core.cost(worst), 0.0, np.zeros(len(persons)))
    is_whole = bool((persons % 1 == 0).all())
    effort = Effort.within(60, 0.0, 0, threading.Event())
    found = Tree(core, houses, is_whole=is_whole).search(start, effort, lambda _: None)
    best = enumerated(seconds, persons, min(houses, seconds.shape[1]))
    assert found.cost == pytest.approx(best, rel=1e-8, abs=1e-6)
    assert found.bound == pytest.approx(best, rel=1e-8, abs=1e-6)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("pairs_a_row_for_highs", [-1, 1_000])
def test_a_plan_that_is_nearly_best_is_improved(monkeypatch, seed: int, pairs_a_row_for_highs: int) -> None:
    """Prices open and close most columns here, and what they leave must still hold the best plan."""
    monkeypatch.setattr(median_tree, "_PAIRS_PER_ROW_FOR_HIGHS", pairs_a_row_for_highs)
    rng = np.random.default_rng(seed)
    seconds = np.full((40, 16), 5_000.0)
    seconds[:38, :14] = rng.integers(1, 1_000, (38, 14))
    seconds[38, 14] = seconds[39, 15] = 1.0
    core = medians._core(problem_of(seconds, np.ones(40), 5), 5)
    plans = sorted((float(seconds[:, list(plan)].min(axis=1).sum()), plan) for plan in combinations(range(16), 5))
    best = plans[0][0]
    cost, worse = next(entry for entry in plans if entry[0] > best)
    effort = Effort.within(60, 0.0, 0, threading.Event())
    start = replace(medians._bound(core, 5, effort)[0], columns=np.array(worse, dtype=np.int32), cost=cost)
    found = Tree(core, 5, is_whole=True).search(start, effort, lambda _: None)
    assert (found.cost, found.bound) == (best, best)


@pytest.mark.parametrize("seed", range(10))
def test_a_tree_cut_short_proves_no_more_than_is_true(monkeypatch, seed: int) -> None:
    monkeypatch.setattr(median_tree, "_PAIRS_PER_ROW_FOR_HIGHS", -1)
    monkeypatch.setattr(median_tree, "_NODE_ITERATIONS", 2)
    seconds, persons, houses = drawn(seed)
    core = medians._core(problem_of(seconds, persons, houses), houses)
    worst = np.arange(min(houses, seconds.shape[1]), dtype=np.int32)
    start = Standing(worst, core.cost(worst), 0.0, np.zeros(len(persons)))
    told: list[Standing] = []
    stop = threading.Event()

    def tell(standing: Standing) -> None:
        told.append(standing)
        if len(told) == 3:
            stop.set()

    effort = Effort.within(60, 0.0, 0, stop)
    told.append(Tree(core, houses, is_whole=False).search(start, effort, tell))
    best = enumerated(seconds, persons, min(houses, seconds.shape[1]))
    bounds = [standing.bound for standing in told]
    assert all(bound <= best * (1 + 1e-9) + 1e-6 for bound in bounds)
    assert bounds == sorted(bounds)


def test_the_certificate_of_a_median_says_how_many_columns_prices_settled() -> None:
    rng = np.random.default_rng(1)
    places = rng.random((40, 2)) * 100
    seconds = np.floor(np.hypot(*(places[:, None] - places[None]).transpose(2, 0, 1)))
    left = solve(problem_of(seconds, np.ones(40), 5), time_limit_s=60).certificate.reductions
    assert (left.n_rows, left.n_columns, left.n_rows_left, left.n_columns_left) == (40, 40, 40, 40)
    assert 0 < left.n_priced <= 40


def test_a_median_with_a_gap_at_the_root_is_proven() -> None:
    rng = np.random.default_rng(5)
    seconds = rng.integers(1, 100, (60, 60)).astype(float)
    plan = solve(problem_of(seconds, np.ones(60), 4), time_limit_s=60)
    assert plan.status == "optimal"
    assert plan.certificate.bound_by == "solver"
    assert plan.certificate.arithmetic_bound < plan.objective
    assert plan.objective == enumerated(seconds, np.ones(60), 4)
