"""p-median and p-center against enumeration, its golden LP and certificates."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from naive import median as naive
from siting import checker
from siting.allocation import (
    Apart,
    Budget,
    CellTimes,
    CoveredShare,
    Houses,
    NewPerZone,
    compose_center,
    p_center,
    p_median,
    solve,
)
from siting.allocation.composed import centers as composed_centers
from siting.allocation.medians import core as median_core
from siting.errors import ConflictError, DataError, InfeasibleError, OutOfTimeError

KINDS = st.sampled_from("efn....")


@st.composite
def timed_worlds(draw):
    """Dense times (inf where too far), the same as CellTimes, persons and rules."""
    n_sites, n_cells = draw(st.integers(1, 6)), draw(st.integers(0, 8))
    time = st.one_of(st.integers(0, 60), st.just(float("inf")))
    dense = draw(st.lists(st.lists(time, min_size=n_sites, max_size=n_sites), min_size=n_cells, max_size=n_cells))
    persons = draw(st.lists(st.integers(0, 30).map(float), min_size=n_cells, max_size=n_cells))
    kind = draw(st.lists(KINDS, min_size=n_sites, max_size=n_sites))
    rules = {
        name: {j for j in range(n_sites) if kind[j] == letter}
        for name, letter in (("existing", "e"), ("forced", "f"), ("forbidden", "n"))
    }
    return dense, cell_times_of(dense, persons, n_sites), persons, rules


def cell_times_of(dense, persons, n_sites: int) -> CellTimes:
    pairs = [[j for j in range(n_sites) if row[j] < float("inf")] for row in dense]
    start = np.r_[0, np.cumsum([len(sites) for sites in pairs], dtype=np.int64)]
    times = [row[j] for row, sites in zip(dense, pairs, strict=True) for j in sites]
    flat = [j for sites in pairs for j in sites]
    return CellTimes.from_csr(start, flat, times, n_sites=n_sites, persons=persons)


@settings(max_examples=150, deadline=None)
@given(timed_worlds(), st.integers(0, 3), st.integers(1, 80))
def test_p_median_is_the_enumerated_optimum(world, extra: int, penalty_s: int) -> None:
    dense, times, persons, rules = world
    houses = len(rules["forced"]) + extra
    plan = solve(p_median(times, new_houses=houses, penalty_s=penalty_s, **{k: sorted(v) for k, v in rules.items()}))
    best = naive.p_median(dense, persons, houses, penalty_s, **rules) if dense else 0.0
    assert plan.status == "optimal"
    assert plan.objective == pytest.approx(best, abs=1e-6)
    assert len(plan.opened) <= houses
    arrays = {name: np.array(sorted(rows), dtype=np.int32) for name, rows in rules.items()}
    matrix = checker.CoverMatrix(times.cell_start, times.site, times.persons, times.n_sites, **arrays)
    checked = checker.check_p_median(
        matrix, times.time_s, plan.opened, plan.multipliers, new_houses=houses, penalty_s=penalty_s
    )
    assert checked.faults == ()
    assert checked.objective == plan.objective
    assert checked.bound == pytest.approx(plan.certificate.arithmetic_bound, rel=1e-8, abs=1e-5)


@settings(max_examples=100, deadline=None)
@given(timed_worlds(), st.lists(st.floats(0, 90), min_size=8, max_size=8))
def test_no_multipliers_prove_more_than_the_p_median_optimum(world, multipliers) -> None:
    dense, times, persons, rules = world
    houses = len(rules["forced"]) + 1
    best = naive.p_median(dense, persons, houses, 70, **rules) if dense else 0.0
    arrays = {name: np.array(sorted(rows), dtype=np.int32) for name, rows in rules.items()}
    matrix = checker.CoverMatrix(times.cell_start, times.site, times.persons, times.n_sites, **arrays)
    v_s = np.array(multipliers[: len(dense)])
    nothing = np.zeros(0, dtype=np.int32)
    checked = checker.check_p_median(matrix, times.time_s, nothing, v_s, new_houses=houses, penalty_s=70)
    assert checked.bound <= best + 1e-6


def test_a_penalty_must_be_positive() -> None:
    times = cell_times_of([[1.0]], [1.0], 1)
    with pytest.raises(DataError, match="penalty_s: must be positive"):
        p_median(times, new_houses=1, penalty_s=0)


@settings(max_examples=150, deadline=None)
@given(timed_worlds(), st.integers(0, 3))
def test_p_center_is_the_enumerated_optimum(world, extra: int) -> None:
    dense, times, persons, rules = world
    houses = len(rules["forced"]) + extra
    best = naive.p_center(dense, persons, houses, **rules) if dense else 0.0
    problem = p_center(times, new_houses=houses, **{name: sorted(rows) for name, rows in rules.items()})
    if best == float("inf"):
        with pytest.raises(InfeasibleError, match="are needed"):
            solve(problem)
        return
    plan = solve(problem)
    assert (plan.status, plan.objective, plan.bound) == ("optimal", best, best)
    assert len(plan.opened) <= houses
    arrays = {name: np.array(sorted(rows), dtype=np.int32) for name, rows in rules.items()}
    matrix = checker.CoverMatrix(times.cell_start, times.site, times.persons, times.n_sites, **arrays)
    checked = checker.check_p_center(matrix, times.time_s, plan.opened, plan.multipliers, new_houses=houses)
    assert checked.faults == ()
    assert checked.objective == best
    assert checked.bound <= best


def plane(n: int, seed: int = 3) -> CellTimes:
    """Points of a plane that are cells and sites at once, whole distances between all of them."""
    xy = np.random.default_rng(seed).random((n, 2)) * 1000
    dense = np.rint(np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1)))
    return cell_times_of(dense.tolist(), [1.0] * n, n)


def test_searches_on_the_near_pairs_alone_prove_as_much(monkeypatch) -> None:
    times = plane(60)
    whole = solve(p_median(times, new_houses=8, penalty_s=2000))
    monkeypatch.setattr(median_core, "_NEAR_PER_HOUSE", 1)
    monkeypatch.setattr(median_core, "_NEAR_AT_LEAST", 0)
    near = solve(p_median(times, new_houses=8, penalty_s=2000))
    assert near.status == whole.status == "optimal"
    assert near.objective == whole.objective


def test_a_whole_matrix_needs_no_penalty() -> None:
    dense = np.array([[3.0, 0.0, 4.0], [9.0, 9.0, 0.0], [0.0, 5.0, 2.0]])
    plan = solve(p_median(CellTimes.from_dense(dense), new_houses=1))
    assert (plan.status, plan.objective, plan.opened.tolist()) == ("optimal", 6.0, [2])
    assert plan.is_covered.all()
    with pytest.raises(DataError, match="penalty_s: is needed"):
        p_median(CellTimes.from_dense(dense), new_houses=0)
    dense[0, 1] = np.inf
    with pytest.raises(DataError, match="penalty_s: is needed"):
        p_median(CellTimes.from_dense(dense), new_houses=1)
    with pytest.raises(DataError, match="must be cells × sites"):
        CellTimes.from_dense(dense[0])


@settings(max_examples=150, deadline=None)
@given(timed_worlds(), st.data())
def test_p_center_under_clauses_is_the_enumerated_optimum(world, data) -> None:
    dense, times, persons, rules = world
    assume(dense)
    n_sites = times.n_sites
    cost = data.draw(st.lists(st.integers(1, 9), min_size=n_sites, max_size=n_sites))
    zone = data.draw(st.lists(st.integers(-1, 1), min_size=n_sites, max_size=n_sites))
    pairs = [pair for pair in data.draw(st.lists(st.sampled_from([(0, 1), (1, 2), (0, 3)]))) if max(pair) < n_sites]
    most, budget, floor = data.draw(st.integers(0, 4)), data.draw(st.integers(0, 25)), data.draw(st.integers(0, 1))
    standard_s, share = data.draw(st.sampled_from([15, 40])), data.draw(st.sampled_from([0.0, 0.6]))
    clauses = [
        Houses(most),
        Budget(np.array(cost, dtype=float), budget),
        NewPerZone(np.array(zone, dtype=np.int32), np.array([floor, 0]), np.array([2, 1])),
        Apart(np.array(pairs, dtype=np.int32).reshape(-1, 2)),
        CoveredShare(share),
    ]

    def is_allowed(plan: set[int]) -> bool:
        seconds = naive.seconds_to_nearest(dense, plan | rules["existing"], np.inf)
        covered = sum(w for w, s in zip(persons, seconds, strict=True) if s <= standard_s)
        n_in = [sum(zone[j] == number for j in plan) for number in (0, 1)]
        return (
            len(plan) <= most
            and sum(cost[j] for j in plan) <= budget
            and floor <= n_in[0] <= 2
            and n_in[1] <= 1
            and not any(set(pair) <= plan for pair in pairs)
            and covered >= share * sum(persons) - 1e-9
        )

    best = naive.p_center(dense, persons, n_sites, **rules, is_allowed=is_allowed)
    named = {name: sorted(rows) for name, rows in rules.items()}
    problem = compose_center(times, times.within(standard_s), clauses=clauses, **named)
    if best == float("inf"):
        with pytest.raises(ConflictError):
            solve(problem)
        return
    plan = solve(problem)
    assert (plan.status, plan.objective, plan.bound) == ("optimal", best, best)
    assert is_allowed(set(plan.opened.tolist())) and set(rules["forced"]) - rules["existing"] <= set(plan.opened)


def test_a_time_that_was_not_excluded_leaves_a_gap_and_no_false_proof(monkeypatch) -> None:
    times = plane(40)
    apart = Apart(np.array([(j, j + 1) for j in range(39)], dtype=np.int32))
    problem = compose_center(times, times.within(200), clauses=[Houses(5), apart])
    proven = solve(problem)
    assert proven.status == "optimal"
    monkeypatch.setattr(composed_centers, "_ask_program", lambda *_: composed_centers._Answer())
    left = solve(problem)
    assert left.bound <= proven.objective <= left.objective
    assert left.status == ("optimal" if left.bound == left.objective else "feasible")
    monkeypatch.setattr(composed_centers, "_keeps_all", lambda *_: False)
    with pytest.raises(OutOfTimeError):
        solve(problem)
