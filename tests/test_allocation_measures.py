"""Time and capacity in composed problems, against enumeration with SciPy's linear programs."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from siting.allocation import (
    Budget,
    CellTimes,
    Houses,
    Kind,
    LeastTime,
    MostServed,
    compose,
    expand,
    served,
    solve,
    waiting,
)
from siting.allocation.composed.cuts import exact_cut
from siting.errors import DataError
from siting.progress import Standing
from test_allocation_capacitated import capacitated_worlds
from test_allocation_median import cell_times_of

INF = float("inf")


def most_served(dense, demand, capacity, standard_s, is_open) -> float:
    """Most demand that open sites serve: a transport problem, by linear programming."""
    pairs = [(i, j) for i, row in enumerate(dense) for j in is_open if row[j] <= standard_s]
    if not pairs:
        return 0.0
    rows = np.array([[float(i == k) for i, _ in pairs] for k in range(len(dense))])
    columns = np.array([[float(j == k) for _, j in pairs] for k in sorted(is_open)])
    limits = [*demand, *(capacity[j] for j in sorted(is_open))]
    return -linprog(-np.ones(len(pairs)), np.vstack([rows, columns]), limits).fun


def nearest_served(dense, demand, capacity, standard_s, is_open) -> float:
    """Demand served when every cell goes to its nearest open site within the standard."""
    loads = dict.fromkeys(is_open, 0)
    for row, q in zip(dense, demand, strict=True):
        near = [(row[j], j) for j in is_open if row[j] <= standard_s]
        if near:
            loads[min(near)[1]] += q
    return sum(min(load, capacity[j]) for j, load in loads.items())


def person_seconds(dense, persons, penalty_s, is_open) -> float:
    return sum(w * min([row[j] for j in is_open] + [penalty_s]) for row, w in zip(dense, persons, strict=True))


def enumerated(world, houses: int, key):
    """Best (least) key over all plans of at most so many houses."""
    dense, _, _, _, rules = world
    free = [j for j in range(len(dense[0])) if not any(j in rows for rows in rules.values())]
    plans = (set(extra) for size in range(houses + 1) for extra in combinations(free, size))
    return min(key(rules["existing"] | rules["forced"] | plan, rules["forced"] | plan) for plan in plans)


def composed(world, goals, houses: int, cost=None):
    dense, persons, _, _, rules = world
    cover = cell_times_of(dense, persons, len(dense[0])).within(30)
    allowed = Houses(houses + len(rules["forced"]))
    return compose(cover, goals, clauses=[allowed], cost=cost, **{k: sorted(v) for k, v in rules.items()})


@settings(max_examples=80, deadline=None)
@given(capacitated_worlds(), st.integers(0, 2), st.booleans())
def test_served_then_time_then_cost_is_the_enumerated_optimum(world, houses: int, to_nearest: bool) -> None:
    dense, persons, demand, capacity, _ = world
    times = cell_times_of(dense, persons, len(dense[0]))
    cost = np.arange(1.0, times.n_sites + 1)
    goals = [
        MostServed(served(times, demand=demand, capacity=capacity, standard_s=30, to_nearest=to_nearest)),
        LeastTime(waiting(times, penalty_s=50)),
        "least_cost",
    ]
    count = nearest_served if to_nearest else most_served

    def key(is_open, is_new):
        served_now = round(count(dense, demand, capacity, 30, is_open), 6)
        return -served_now, person_seconds(dense, persons, 50, is_open), sum(cost[j] for j in is_new)

    best = enumerated(world, houses, key)
    plan = solve(composed(world, goals, houses, cost))
    assert [stage.objective for stage in plan.stages] == pytest.approx([-best[0], *best[1:]], abs=1e-5)
    assert {stage.status for stage in plan.stages} == {"optimal"}


@settings(max_examples=80, deadline=None)
@given(capacitated_worlds(), st.lists(st.floats(0, 1), min_size=5, max_size=5), st.data())
def test_no_cut_is_above_its_measure_and_an_exact_one_meets_it(world, multipliers, data) -> None:
    dense, persons, demand, capacity, _ = world
    times = cell_times_of(dense, persons, len(dense[0]))
    n = times.n_sites
    for measure, scale in (
        (served(times, demand=demand, capacity=capacity, standard_s=30), 1.0),
        (served(times, demand=demand, capacity=capacity, standard_s=30, to_nearest=True), 1.0),
        (waiting(times, penalty_s=50), 50.0),
    ):
        here, there = (np.array(data.draw(st.lists(st.booleans(), min_size=n, max_size=n))) for _ in range(2))
        exact = exact_cut(measure, here, here)
        assert exact.constant + exact.slope[here].sum() == pytest.approx(measure.value(here), abs=1e-6)
        for cut in (exact, measure.cut(scale * np.array(multipliers[: len(dense)]))):
            assert cut.constant + cut.slope[there].sum() <= measure.value(there) + 1e-6


def test_capacity_and_time_of_kinds_with_an_existing_site_upgraded() -> None:
    times = cell_times_of([[10.0, 40.0], [20.0, 20.0], [50.0, 5.0]], [30.0, 20.0, 10.0], 2)
    upgrade = Kind("upgrade", 3.0, [True, False], capacity=60)
    create = Kind("create", 5.0, capacity=15)
    tele = Kind("tele", 1.0, [False, True], need_share=0.5, capacity=1000)
    keep = Kind("keep", counts=False, capacity=20)
    options = expand(times, [upgrade, create, tele], standard_s=30, existing=[0], keep=keep)
    demand = [30, 20, 10]
    goals = [MostServed(served(options, demand=demand)), "least_cost", LeastTime(waiting(options, penalty_s=60))]
    values = {}
    for budget in (0, 1, 3, 4, 5, 8):
        plan = solve(compose(options, goals, clauses=[Budget(options.cost, budget)]))
        values[budget] = [stage.objective for stage in plan.stages]
    assert values == {
        0: [20.0, 0.0, 30 * 10 + 20 * 20 + 10 * 50],
        1: [35.0, 1.0, 30 * 10 + 20 * 20 + 10 * 50],
        3: [50.0, 3.0, 30 * 10 + 20 * 20 + 10 * 50],
        4: [55.0, 4.0, 30 * 10 + 20 * 20 + 10 * 50],
        5: [55.0, 4.0, 30 * 10 + 20 * 20 + 10 * 50],
        8: [60.0, 8.0, 30 * 10 + 20 * 20 + 10 * 5],
    }


def test_what_cannot_be_measured_is_refused() -> None:
    times = cell_times_of([[1.0]], [1.0], 1)
    with pytest.raises(DataError, match="demand: must be whole numbers"):
        served(times, demand=[0.5], capacity=1)
    with pytest.raises(DataError, match="penalty_s: must be positive"):
        waiting(times, penalty_s=0)


def test_progress_tells_of_no_plan_that_is_not_there() -> None:
    """The program that estimates a measure had a plan of cost 13, where the best costs 25."""
    random = np.random.default_rng(6)
    places, sites = random.uniform(0, 60, (60, 2)), random.uniform(0, 60, (16, 2))
    persons = random.integers(1, 100, 60).astype(float)
    times = CellTimes.from_dense(np.hypot(*(places[:, None] - sites).transpose(2, 0, 1)), persons=persons)
    capacity = int(persons.sum() / 6)
    goal = MostServed(served(times, demand=persons.astype(int), capacity=capacity, standard_s=25))
    cost = random.integers(1, 20, 16).astype(float)
    problem = compose(times.within(25), [goal, "least_cost"], clauses=[Houses(7)], cost=cost)
    told: list[Standing] = []
    plan = solve(problem, progress=lambda *seen: told.extend(seen[2:]))
    most, least = (stage.objective for stage in plan.stages)
    assert (most, least) == (2864, 25)
    assert all(one.incumbent <= most + 1e-3 for one in told if one.place == 1)
    costs = [one.incumbent for one in told if one.place == 2]
    assert min(costs) >= least - 1e-6 and costs[-1] == pytest.approx(least)
