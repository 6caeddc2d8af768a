"""Capacitated p-median against enumeration, with certificates that the checker proves again."""

from __future__ import annotations

from itertools import combinations, pairwise
from pathlib import Path

import numpy as np
import pytest
from benchmarks.solver import pmedcap
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from naive import median as naive
from siting import checker
from siting.allocation import CellTimes, capacitated_p_median, formulation, solve
from siting.allocation.effort import Effort
from siting.allocation.highs import run_highs
from siting.allocation.kernels import packing, single_source
from siting.allocation.medians import capacitated as capacitated_medians
from siting.allocation.medians import packing_tree, sharing
from siting.allocation.medians import packings as packings_module
from siting.allocation.medians.packing_core import Standing, price
from siting.allocation.medians.packings import choose, listed
from siting.errors import DataError, InfeasibleError, OutOfTimeError
from test_allocation_median import cell_times_of

INF = float("inf")


@st.composite
def capacitated_worlds(draw):
    """Dense times, persons, demand, capacity and rules."""
    n_sites, n_cells = draw(st.integers(1, 4)), draw(st.integers(1, 5))
    time = st.one_of(st.integers(0, 60), st.just(INF))
    dense = draw(st.lists(st.lists(time, min_size=n_sites, max_size=n_sites), min_size=n_cells, max_size=n_cells))
    persons = draw(st.lists(st.integers(0, 30).map(float), min_size=n_cells, max_size=n_cells))
    demand = draw(st.lists(st.integers(0, 6), min_size=n_cells, max_size=n_cells))
    capacity = draw(st.lists(st.integers(0, 12), min_size=n_sites, max_size=n_sites))
    today = draw(st.lists(st.sampled_from("efn...."), min_size=n_sites, max_size=n_sites))
    rules = {
        name: {j for j in range(n_sites) if today[j] == letter}
        for name, letter in (("existing", "e"), ("forced", "f"), ("forbidden", "n"))
    }
    return dense, persons, demand, capacity, rules


def problem_of(world, extra: int, penalty_s: float | None):
    dense, persons, demand, capacity, rules = world
    return capacitated_p_median(
        cell_times_of(dense, persons, len(dense[0])),
        new_houses=len(rules["forced"]) + extra,
        demand=demand,
        capacity=capacity,
        penalty_s=penalty_s,
        **{name: sorted(rows) for name, rows in rules.items()},
    )


def checked(problem, opened, served_by, multipliers) -> checker.Checked:
    times, rules = problem.times, problem.rules
    arrays = (rules.existing, rules.forced, rules.forbidden)
    return checker.check_capacitated_p_median(
        checker.CoverMatrix(times.cell_start, times.site, times.persons, times.n_sites, *arrays),
        times.time_s,
        opened,
        served_by,
        multipliers,
        demand=problem.demand,
        capacity=problem.capacity,
        new_houses=problem.new_houses,
        penalty_s=problem.penalty_s,
    )


@settings(max_examples=80, deadline=None)
@given(capacitated_worlds(), st.integers(0, 2), st.one_of(st.none(), st.integers(1, 80)), st.booleans())
def test_capacitated_p_median_is_the_enumerated_optimum(world, extra: int, penalty_s, has_tables: bool) -> None:
    dense, persons, demand, capacity, rules = world
    problem = problem_of(world, extra, penalty_s)
    best = naive.capacitated_p_median(
        dense, persons, demand, capacity, problem.new_houses, INF if penalty_s is None else penalty_s, **rules
    )
    with pytest.MonkeyPatch.context() as patch:
        if not has_tables:
            for module in (checker.single_source, capacitated_medians):
                patch.setattr(module, "is_table_small", lambda n_rows, _: np.zeros(len(n_rows), dtype=np.bool_))
        if best == INF:
            with pytest.raises(InfeasibleError):
                solve(problem)
            return
        plan = solve(problem)
        again = checked(problem, plan.opened, plan.served_by, plan.multipliers)
    assert (plan.status, plan.objective) == ("optimal", best)
    assert (again.faults, again.objective) == ((), best)
    assert again.bound == pytest.approx(plan.certificate.arithmetic_bound)
    assert len(plan.opened) <= problem.new_houses


@settings(max_examples=80, deadline=None)
@given(capacitated_worlds(), st.lists(st.integers(0, 3000).map(float), min_size=5, max_size=5), st.booleans())
def test_no_multipliers_prove_more_than_the_optimum(world, multipliers, must_serve: bool) -> None:
    dense, persons, demand, capacity, rules = world
    problem = problem_of(world, 1, None if must_serve else 70.0)
    best = naive.capacitated_p_median(
        dense, persons, demand, capacity, problem.new_houses, INF if must_serve else 70.0, **rules
    )
    nobody = np.full(len(dense), -1, dtype=np.int32)
    found = checked(problem, np.zeros(0, dtype=np.int32), nobody, np.array(multipliers[: len(dense)]))
    assert found.bound <= best


@settings(max_examples=80, deadline=None)
@given(capacitated_worlds(), st.lists(st.integers(0, 900).map(float), min_size=5, max_size=5), st.booleans())
def test_the_best_choice_of_packings_is_the_enumerated_optimum(world, multipliers, must_serve: bool) -> None:
    dense, persons, demand, capacity, rules = world
    penalty_s = None if must_serve else 70.0
    problem = problem_of(world, 1, penalty_s)
    best = naive.capacitated_p_median(dense, persons, demand, capacity, problem.new_houses, penalty_s or INF, **rules)
    core = capacitated_medians.core_of(problem)
    v = np.minimum(np.array(multipliers[: len(dense)]), core.dense.unserved)
    priced = price(core, np.ones(len(core.row), dtype=np.bool_), v)
    cutoff = 50_000.0 if best == INF else best + 40.0
    packings = listed(core, priced, cutoff - priced.bound, Effort.within(60, 0.0, 0))
    assert packings is not None
    chosen = choose(core, priced, packings, cutoff, Effort.within(60, 0.0, 0))
    assert chosen is not None
    if best == INF:
        assert (chosen.column, chosen.bound) == (None, INF)
    else:
        assert chosen.column is not None
        assert single_source.total(core.dense, chosen.column) == best
        assert chosen.bound <= best + 1e-6
        below = choose(core, priced, packings, best - 1.0, Effort.within(60, 0.0, 0))
        assert below is not None
        assert below.bound >= best - 1e-6


@settings(max_examples=40, deadline=None)
@given(capacitated_worlds(), st.booleans())
def test_where_too_many_packings_are_left_for_highs_cells_are_parted(world, must_serve: bool) -> None:
    dense, persons, demand, capacity, rules = world
    penalty_s = None if must_serve else 70.0
    problem = problem_of(world, 1, penalty_s)
    best = naive.capacitated_p_median(dense, persons, demand, capacity, problem.new_houses, penalty_s or INF, **rules)
    assume(best < INF)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(packings_module, "_MOST_TO_BRANCH", 0)
        plan = solve(problem)
    assert (plan.status, plan.objective) == ("optimal", best)


def test_that_leaving_somebody_out_costs_no_more_than_the_bound_is_no_proof_that_not_all_can_be_served() -> None:
    seconds = np.array([[1.0, 0.0]] * 40 + [[INF, 0.0]])
    problem = capacitated_p_median(
        CellTimes.from_dense(seconds), new_houses=2, demand=[1] * 40 + [40], capacity=40, penalty_s=None
    )
    near = Standing(np.array([1] * 40 + [-1], dtype=np.int32), 16.0, 0.0, np.zeros(41))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(capacitated_medians, "_improve", lambda *_: near)
        assert solve(problem).objective == 40.0
        patch.setattr(packing_tree, "branch", lambda *passed: passed[1])
        with pytest.raises(OutOfTimeError):
            solve(problem)


def test_no_more_packings_are_listed_than_there_is_time_for() -> None:
    times = CellTimes.from_dense(np.ones((3, 1)))
    core = capacitated_medians.core_of(capacitated_p_median(times, new_houses=1, demand=[1, 1, 1], capacity=3))
    priced = price(core, np.ones(3, dtype=np.bool_), np.ones(3))
    assert listed(core, priced, 10.0, Effort.within(60, 0.0, 0)) is not None
    assert listed(core, priced, 10.0, Effort.within(0.0, 0.0, 0)) is None


@settings(max_examples=100, deadline=None)
@given(st.data(), st.integers(1, 6), st.integers(0, 12), st.integers(-20, 60))
def test_all_packings_worth_enough_are_listed(data, n: int, capacity: int, least: int) -> None:
    profit = np.array(data.draw(st.lists(st.integers(-9, 20).map(float), min_size=n, max_size=n)))
    demand = np.array(data.draw(st.lists(st.integers(0, 6), min_size=n, max_size=n)))
    row = np.arange(n, dtype=np.int32)
    wanted = {
        one
        for size in range(n + 1)
        for one in combinations(range(n), size)
        if demand[list(one)].sum() <= capacity and profit[list(one)].sum() >= least
    }
    start, rows = packing.packings(row, profit, demand, capacity, float(least), 10**6)
    found = [tuple(rows[a:b].tolist()) for a, b in pairwise(start.tolist())]
    assert len(found) == len(wanted) and set(found) == wanted
    assert len(packing.packings(row, profit, demand, capacity, float(least), 3)[0]) - 1 == min(len(wanted), 3)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sets(st.integers(0, 5), min_size=1), st.integers(0, 4)), max_size=8))
def test_broken_triples_are_those_that_counting_finds(parts) -> None:
    start = np.cumsum([0, *(len(rows) for rows, _ in parts)]).astype(np.int64)
    row = np.array([i for rows, _ in parts for i in sorted(rows)], dtype=np.int32)
    part = np.array([quarter / 4 for _, quarter in parts])
    wanted = {}
    for triple in combinations(range(6), 3):
        much = sum(quarter / 4 for rows, quarter in parts if len(rows & set(triple)) >= 2) - 1.0
        if much > 0.01:
            wanted[triple] = much
    found, by = packing.broken_triples(start, row, part, 6, 0.01)
    assert {tuple(one): much for one, much in zip(found.tolist(), by.tolist(), strict=True)} == wanted


def test_packings_on_which_presolve_fails_are_found_impossible() -> None:
    with np.load(Path(__file__).parent / "infeasible_packings.npz") as file:  # 100 points, p = 10, met in the tree
        found = {name: file[name] for name in file.files}
    start = np.concatenate([[0], np.cumsum(found["lengths"], dtype=np.int64)])
    packings = formulation.Packings(
        start, found["row"].astype(np.int32), found["column"].astype(np.int32), found["cost"].astype(np.float64)
    )
    is_free = np.ones(100, dtype=np.bool_)
    model, _ = formulation.packings_model(packings, 100, is_free, 10, found["triples"].astype(np.int32))
    run = run_highs(model, Effort.within(60, 0.0, 0), has_presolve=False)
    assert (run.ended, run.has_values) == ("infeasible", False)


def test_costs_in_fractions_end_in_time() -> None:
    rng = np.random.default_rng(85)
    n_rows, n_columns, houses = int(rng.integers(8, 26)), int(rng.integers(3, 12)), int(rng.integers(1, 5))
    seconds = rng.integers(0, 60, (n_rows, n_columns)).astype(float)
    seconds[rng.random((n_rows, n_columns)) < 0.1] = np.inf
    demand = rng.integers(1, 15, n_rows)
    capacity = rng.integers(5, int(max(8, 2 * demand.sum() / houses)), n_columns)
    times = CellTimes.from_dense(seconds, persons=rng.random(n_rows) * 5)
    penalty_s = float(rng.integers(20, 90))
    problem = capacitated_p_median(
        times, new_houses=houses, demand=demand, capacity=capacity, penalty_s=penalty_s, existing=[0], forced=[1]
    )
    plan = solve(problem, time_limit_s=60)
    assert plan.status == "optimal" and plan.objective == pytest.approx(1046.4067398526533)


@pytest.mark.parametrize("most", [2, 40, 2_000])
def test_few_packings_at_a_time_prove_the_same(monkeypatch, most: int) -> None:
    times, demand = square(20, seed=3)
    problem = capacitated_p_median(times, new_houses=4, demand=demand, capacity=60)
    monkeypatch.setattr(packings_module, "_MOST", 10**6)
    whole = solve(problem)
    monkeypatch.setattr(packings_module, "_MOST", most)
    plan = solve(problem)
    assert (plan.status, plan.objective) == (whole.status, whole.objective) == ("optimal", plan.bound)


@settings(max_examples=60, deadline=None)
@given(capacitated_worlds())
def test_sharing_out_is_the_linear_program_that_scipy_solves(world) -> None:
    dense, persons, demand, capacity, _ = world
    problem = problem_of((dense, persons, demand, capacity, {name: set() for name in RULES}), 1, 70.0)
    core = capacitated_medians.core_of(problem)
    shared = sharing.shared_by(core, np.arange(len(core.site)), Effort.within(60, 0.0, 0))
    assert shared is not None
    is_pair = np.isfinite(core.dense.cost) & (problem.demand[:, None] <= problem.capacity[None, :])
    row, column = np.nonzero(is_pair)
    n, n_rows = len(row), len(dense)
    once, loads = np.zeros((n_rows, n + n_rows)), np.zeros((len(core.site), n + n_rows))
    once[row, np.arange(n)] = once[np.arange(n_rows), n + np.arange(n_rows)] = 1.0
    loads[column, np.arange(n)] = problem.demand[row]
    costs = np.concatenate([core.dense.cost[row, column], core.dense.unserved])
    wanted = linprog(costs, A_ub=loads, b_ub=problem.capacity, A_eq=once, b_eq=np.ones(n_rows), bounds=(0, 1)).fun
    assert shared.cost == pytest.approx(wanted)


@pytest.mark.parametrize("most_pairs", [capacitated_medians._MOST_PAIRS_TO_BRANCH, 0])
def test_many_small_cells_have_a_plan_near_its_bound_branched_or_not(monkeypatch, most_pairs: int) -> None:
    monkeypatch.setattr(capacitated_medians, "_MOST_PAIRS_TO_BRANCH", most_pairs)
    rng = np.random.default_rng(5)
    cells, sites = rng.random((200, 2)), rng.random((20, 2))
    seconds = np.round(1000 * np.hypot(*(cells[:, None] - sites[None]).transpose(2, 0, 1)))
    demand = rng.integers(100, 3_000, 200)
    times = cell_times_of(seconds.tolist(), demand.astype(float).tolist(), 20)
    capacity = int(demand.sum() / 4 / 0.95)
    plan = solve(capacitated_p_median(times, new_houses=4, demand=demand, capacity=capacity, penalty_s=900.0))
    assert plan.gap < 0.02 and (plan.served_by >= 0).mean() > 0.9


def test_the_checker_finds_what_is_wrong_with_a_plan() -> None:
    world = ([[0.0, 9.0], [9.0, 0.0], [4.0, INF]], [1.0, 1.0, 1.0], [2, 2, 2], [4, 4], {k: set() for k in RULES})
    problem, nothing = problem_of(world, 1, None), np.zeros(3)
    row = lambda *values: np.array(values, dtype=np.int32)  # noqa: E731
    assert checked(problem, row(0), row(0, 0, 0), nothing).faults == ("1 sites serve more than their capacity",)
    unopened = checked(problem, row(0), row(0, 1, -1), nothing).faults
    assert unopened == ("a cell is served by a site that is not open or out of reach", "1 cells are not served")
    assert "out of reach" in checked(problem, row(0, 1), row(0, 0, 1), nothing).faults[1]


RULES = ("existing", "forced", "forbidden")


def square(n: int, seed: int) -> tuple[CellTimes, np.ndarray]:
    """Points of a square with whole distances, as in the public instances."""
    rng = np.random.default_rng(seed)
    xy = rng.integers(1, 101, (n, 2))
    distance = np.floor(np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1)))
    times = CellTimes.from_csr(np.arange(n + 1) * n, np.tile(np.arange(n), n), distance.ravel(), n_sites=n)
    return times, rng.integers(1, 21, n)


def test_fifty_customers_and_five_houses_are_proven() -> None:
    times, demand = square(50, seed=1)
    plan = solve(capacitated_p_median(times, new_houses=5, demand=demand, capacity=120))
    assert plan.status == "optimal"
    assert plan.objective == 829.0


@pytest.mark.parametrize("time_limit_s", [0.0, 0.5])
def test_a_search_cut_short_has_a_plan_and_a_true_bound(time_limit_s: float) -> None:
    times, demand = square(50, seed=1)
    plan = solve(capacitated_p_median(times, new_houses=5, demand=demand, capacity=120), time_limit_s=time_limit_s)
    assert plan.bound <= 829.0 <= plan.objective
    assert plan.status == ("optimal" if plan.bound == plan.objective else "feasible")


def test_too_little_capacity_is_said_in_words() -> None:
    times, demand = square(12, seed=1)
    with pytest.raises(InfeasibleError, match=r"capacity: 2 new houses serve 40 at most, but \d+ are asked for"):
        solve(capacitated_p_median(times, new_houses=2, demand=demand, capacity=20))
    with pytest.raises(DataError) as caught:
        capacitated_p_median(times, new_houses=2, demand=demand + 0.5, capacity=-1, penalty_s=0)
    assert {fault.field for fault in caught.value.faults} == {"demand", "capacity", "penalty_s"}


def test_a_whole_penalty_does_not_cut_the_seconds_of_others() -> None:
    times = CellTimes.from_dense([[0.25, 0.75], [0.5, 2.5]])
    plan = solve(capacitated_p_median(times, new_houses=1, demand=[1, 1], capacity=np.inf, penalty_s=3))
    assert plan.objective == 0.75


def test_nobody_to_serve_is_served_by_the_forced_sites() -> None:
    times = CellTimes.from_csr([0], [], [], n_sites=3)
    plan = solve(capacitated_p_median(times, new_houses=2, demand=[], capacity=4, penalty_s=9, forced=[1]))
    assert plan.opened.tolist() == [1]
    assert (plan.objective, plan.status) == (0.0, "optimal")


def test_a_capacity_for_other_sites_is_told() -> None:
    times, demand = square(12, seed=1)
    with pytest.raises(DataError, match=r"capacity: has shape \(2,\), wanted \(12,\)"):
        capacitated_p_median(times, new_houses=2, demand=demand, capacity=[1, 2])


def test_a_file_in_the_layout_of_the_or_library_is_read(tmp_path) -> None:
    file = tmp_path / "pmedcap.txt"
    file.write_text(" 1\n 1 6\n 4 2 6\n1 0 0 3\n2 3 4 3\n3 50 50 3\n4 51 51 2\n", encoding="ascii")
    (instance,) = pmedcap.read(file)
    plan = solve(instance.problem())
    assert (plan.status, plan.objective) == ("optimal", instance.best_known)
