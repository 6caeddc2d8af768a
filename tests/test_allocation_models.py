"""Every model against its naive twin, its golden LP and its own certificate."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numba.core import event

from allocation_worlds import cover_of, worlds
from naive import allocation as naive
from siting import allocation, checker
from siting.allocation import (
    Apart,
    Budget,
    CoveredShare,
    CoverSets,
    Differs,
    Houses,
    Kind,
    LeastTime,
    MostServed,
    NewPerZone,
    compose,
    expand,
    formulation,
    lscp,
    mclp,
    served,
    solve,
    waiting,
)
from siting.allocation.composed import problem as composing
from siting.allocation.composed.cuts import exact_cut
from siting.allocation.covering import relaxing
from siting.allocation.covering import search as covering
from siting.allocation.effort import Effort
from siting.allocation.highs import run_highs
from siting.allocation.maximal import search as maximal
from siting.errors import DataError, InfeasibleError
from siting.progress import Standing
from test_allocation_median import cell_times_of

INF = float("inf")
GOLDEN = Path(__file__).parent / "golden"
SQUARE = cover_of([{0, 1}, {1, 2}, {2, 3}, {0, 3}, {1}], [10.0, 20.0, 30.0, 40.0, 5.0], 4)
TIMED = (
    np.array([0, 2, 3]),
    np.array([1, 0, 2], dtype=np.int32),
    np.array([60, 90, 30], dtype=np.float32),
    np.array([10.0, 4.0]),
    np.array([600.0, 500.0]),
)
CAPACITATED = (
    formulation.Pairs(np.array([0, 0, 1]), np.array([0, 1, 1]), np.array([60.0, 90.0, 30.0])),
    np.array([2, 3]),
    np.array([4, 5]),
    np.array([600.0, 500.0]),
    np.array([True, False]),
)
PACKINGS = (
    formulation.Packings(
        np.array([0, 2, 3, 5, 6]),
        np.array([0, 1, 0, 1, 2, 2], dtype=np.int32),
        np.array([0, 1, 1, -1], dtype=np.int32),
        np.array([70.0, 20.0, 80.0, 90.0]),
    ),
    3,
    np.array([True, False]),
    1,
    np.array([[0, 1, 2]], dtype=np.int32),
)
COMPOSED = compose(
    SQUARE,
    ["fewest_houses", "most_covered_twice"],
    clauses=[
        Houses(3),
        Budget(np.array([1.0, 2.0, 3.0, 4.0]), 9.0),
        CoveredShare(0.9, np.array([0, 0, 1, 1, -1], dtype=np.int32)),
        NewPerZone(np.array([0, 0, 1, 1], dtype=np.int32), np.array([1, 0]), np.array([2, 1])),
        Apart(np.array([[1, 2]], dtype=np.int32)),
        Differs(np.array([1, 3], dtype=np.int32), 1),
    ],
    existing=[0],
)
KINDS = [Kind("label", 1.0, [True, False, False]), Kind("create", 5.0), Kind("tele", 2.0, need_share=0.25)]
OPTIONS = expand(
    cell_times_of([[10.0, 20.0, INF], [INF, 20.0, 25.0]], [40.0, 80.0], 3),
    KINDS,
    standard_s=20,
    existing=[0],
    phase_weights=[1.0, 2.0],
)
KINDS_AND_PHASES = compose(OPTIONS, ["most_covered", "least_cost"], clauses=[Houses(1, OPTIONS.houses_by(0))])
TIMES = cell_times_of([[10.0, 20.0, INF], [INF, 20.0, 25.0]], [40.0, 80.0], 3)
SERVED, WAITING = served(TIMES, demand=[4, 6], capacity=[2, 5, 9], standard_s=20), waiting(TIMES, penalty_s=30)
SERVED_THEN_TIME = compose(
    TIMES.within(20), [MostServed(SERVED), LeastTime(WAITING), "least_cost"], clauses=[Houses(2)], existing=[0]
)
CUTS = {
    measure: [
        exact_cut(measure, np.array([True, is_open, False]), np.array([False, is_open, False]))
        for is_open in (False, True)
    ]
    for measure in (SERVED, WAITING)
}
COMPOSED_MODELS = {"composed": COMPOSED, "kinds_and_phases": KINDS_AND_PHASES, "served_then_time": SERVED_THEN_TIME}
PARTS = {f"siting.allocation.composed.{room}" for room in ("clauses", "goals", "option_clauses")}
GOLDEN_MODELS = {
    "lscp": lambda: formulation.lscp_model(SQUARE, np.ones(4))[0],
    "mclp": lambda: formulation.mclp_model(SQUARE, 2)[0],
    "composed": lambda: composing.composed_model(COMPOSED, [3.0])[0],
    "kinds_and_phases": lambda: composing.composed_model(KINDS_AND_PHASES, [70.0])[0],
    "served_then_time": lambda: composing.composed_model(SERVED_THEN_TIME, [6.0], CUTS)[0],
    "capacitated_p_median": lambda: formulation.capacitated_p_median_model(*CAPACITATED, 1)[0],
    "packings": lambda: formulation.packings_model(*PACKINGS)[0],
    "p_median": lambda: formulation.p_median_model(*TIMED, 3, 2)[0],
}


@pytest.mark.parametrize("name", GOLDEN_MODELS)
def test_model_is_the_golden_lp(name: str, tmp_path: Path) -> None:
    GOLDEN_MODELS[name]().writeLP(tmp_path / "written.lp")
    assert (tmp_path / "written.lp").read_text() == (GOLDEN / f"{name}.lp").read_text()


def test_no_model_lacks_a_golden_lp() -> None:
    names = [*vars(formulation), *vars(composing)]
    models = {name.removesuffix("_model") for name in names if name.endswith("_model")}
    assert models | set(COMPOSED_MODELS) == set(GOLDEN_MODELS) == {path.stem for path in GOLDEN.glob("*.lp")}


def test_no_goal_and_no_clause_lacks_a_golden_lp() -> None:
    problems = COMPOSED_MODELS.values()
    used = {type(part) for problem in problems for part in (*problem.clauses, *problem.goals)}
    parts = {part for part in vars(allocation).values() if isinstance(part, type) and part.__module__ in PARTS}
    assert parts - used == {allocation.Clause, allocation.Goal}


@settings(max_examples=150, deadline=None)
@given(worlds())
def test_lscp_is_the_enumerated_optimum(world) -> None:
    plan = solve(lscp(world.cover, **world.rules))
    best = naive.lscp(world.cells, world.n_sites, world.existing, world.forced, world.forbidden)
    assert (plan.status, plan.objective, plan.bound, len(plan.opened)) == ("optimal", best, best, best)
    assert set(plan.opened.tolist()) >= world.forced
    assert not set(plan.opened.tolist()) & (world.forbidden | world.existing)
    allowed = set(range(world.n_sites)) - world.forbidden
    assert plan.is_covered.tolist() == [
        bool(sites & (world.existing | set(plan.opened.tolist()))) for sites in world.cells
    ]
    assert all(covered or not sites & allowed for covered, sites in zip(plan.is_covered, world.cells, strict=True))


@settings(max_examples=150, deadline=None)
@given(worlds(), st.integers(0, 4))
def test_mclp_is_the_enumerated_optimum(world, extra_houses: int) -> None:
    houses = len(world.forced) + extra_houses
    plan = solve(mclp(world.cover, new_houses=houses, **world.rules))
    best = naive.mclp(world.cells, world.persons, world.n_sites, houses, world.existing, world.forced, world.forbidden)
    assert plan.status == "optimal"
    assert plan.objective == pytest.approx(best, rel=1e-9, abs=1e-6)
    assert len(plan.opened) <= houses
    assert set(plan.opened.tolist()) >= world.forced
    open_now = world.existing | set(plan.opened.tolist())
    assert plan.objective == pytest.approx(naive.covered_persons(world.cells, world.persons, open_now))


@settings(max_examples=40, deadline=None)
@given(worlds(max_sites=12, max_cells=40), st.sampled_from([0.0, 0.001]))
def test_without_time_there_is_a_plan_and_a_true_bound(world, time_limit_s: float) -> None:
    plan = solve(lscp(world.cover, **world.rules), time_limit_s=time_limit_s)
    best = naive.lscp(world.cells, world.n_sites, world.existing, world.forced, world.forbidden)
    assert plan.bound <= best <= plan.objective
    assert plan.status == ("optimal" if plan.bound == plan.objective else "feasible")
    houses = len(world.forced) + 2
    most = solve(mclp(world.cover, new_houses=houses, **world.rules), time_limit_s=time_limit_s)
    best_persons = naive.mclp(
        world.cells, world.persons, world.n_sites, houses, world.existing, world.forced, world.forbidden
    )
    assert most.objective <= best_persons * (1 + 1e-9) + 1e-6
    assert most.bound >= best_persons * (1 - 1e-9) - 1e-6
    assert most.status == ("optimal" if most.bound == most.objective else "feasible")


def hard_world(n_cells: int = 900, n_sites: int = 300) -> CoverSets:
    """Points in a square, whose covering no solver closes in a tenth of a second."""
    rng = np.random.default_rng(5)
    cells, sites = rng.random((n_cells, 2)), rng.random((n_sites, 2))
    is_near = np.hypot(*(cells[:, None] - sites[None]).transpose(2, 0, 1)) < 0.09
    start = np.r_[0, np.cumsum(is_near.sum(axis=1))]
    persons = rng.integers(1, 500, n_cells)
    return CoverSets.from_csr(start, np.nonzero(is_near)[1], n_sites=n_sites, persons=persons)


@pytest.mark.parametrize("time_limit_s", [0.0, 0.01, 0.1])
def test_a_run_cut_short_never_says_optimal_without_proof(time_limit_s: float) -> None:
    cover = hard_world()
    full = solve(mclp(cover, new_houses=12), time_limit_s=60)
    short = solve(mclp(cover, new_houses=12), time_limit_s=time_limit_s)
    assert full.status == "optimal"
    assert short.objective <= full.objective <= short.bound
    assert (short.status == "optimal") == (short.objective == full.objective == short.bound)


def test_a_part_too_large_to_branch_still_gets_a_plan_and_a_true_bound(monkeypatch) -> None:
    cover = hard_world()
    full = solve(lscp(cover))
    assert full.status == "optimal"
    monkeypatch.setattr(covering, "_MOST_PAIRS_TO_BRANCH", 0)
    monkeypatch.setattr(relaxing, "_FIRST_ROWS", 60)
    monkeypatch.setattr(relaxing, "_MORE_ROWS", 30)
    large = solve(lscp(cover), time_limit_s=3)
    assert large.bound <= full.objective <= large.objective
    assert large.certificate.bound_by == "arithmetic"
    assert large.is_covered.tolist() == cover.is_coverable.tolist()


def test_the_same_problem_gives_the_same_bytes() -> None:
    cover = hard_world()
    for problem in (lscp(cover, existing=[3, 50]), mclp(cover, new_houses=12, forced=[7])):
        first, second = solve(problem), solve(problem)
        assert first.opened.tobytes() == second.opened.tobytes()
        assert first.certificate == second.certificate


def test_a_house_settles_where_it_covers_most_and_else_on_the_lowest_row() -> None:
    cells = [{0, 1, 2}, {1, 3}, {2, 3}]
    assert solve(lscp(cover_of(cells, [5.0, 9.0, 9.0], 4), existing=[3])).opened.tolist() == [1]
    assert solve(lscp(cover_of(cells, [5.0, 0.0, 9.0], 4), existing=[3])).opened.tolist() == [2]
    assert solve(lscp(cover_of(cells, [5.0, 0.0, 0.0], 4), existing=[3])).opened.tolist() == [0]


def test_too_few_houses_says_what_would_do() -> None:
    with pytest.raises(InfeasibleError) as caught:
        solve(lscp(SQUARE, max_new=1))
    message = str(caught.value)
    assert "1 new houses cannot cover the 105 persons" in message
    assert "at least 2 are needed. Cheapest relaxation: 2 houses" in message


def test_rules_that_contradict_each_other_are_refused_all_at_once() -> None:
    with pytest.raises(DataError) as caught:
        lscp(SQUARE, existing=[0], forced=[1, 2], forbidden=[0, 1], max_new=1)
    assert {fault.field for fault in caught.value.faults} == {"forced", "forbidden", "max_new"}
    with pytest.raises(DataError, match="no such row: 9"):
        mclp(SQUARE, new_houses=1, forced=[9])


def test_cells_that_only_forbidden_sites_cover_are_left_to_the_caller() -> None:
    problem = lscp(SQUARE, forbidden=[1])
    plan = solve(problem)
    assert problem.is_coverable.tolist() == [True, True, True, True, False]
    assert plan.is_covered.tolist() == [True, True, True, True, False]


@settings(max_examples=200, deadline=None)
@given(worlds(), st.integers(1, 3), st.lists(st.floats(0, 60), min_size=14, max_size=14))
def test_no_column_of_a_better_plan_is_closed_whatever_the_multipliers(world, houses: int, multipliers) -> None:
    core = maximal.free_core(mclp(world.cover, new_houses=len(world.forced) + houses, **world.rules))
    cover = core.cover
    u = np.minimum(np.array(multipliers[: cover.n_cells]), cover.persons)
    plans = [set(plan) for plan in naive.plans(cover.n_sites, set(), set(), set()) if len(plan) == houses]
    rows = [set(row.tolist()) for row in np.split(cover.site, cover.cell_start[1:-1])] if cover.n_cells else []
    values = [naive.covered_persons(rows, cover.persons, plan) for plan in plans]
    if not plans:
        return
    standing = maximal._Standing(np.zeros(0, dtype=np.int32), min(values), float(cover.persons.sum()), u)
    must, may = maximal._undecided(cover, houses, standing)
    for plan, value in zip(plans, values, strict=True):
        if value > min(values) + 1e-6:
            assert set(np.flatnonzero(must)) <= plan <= set(np.flatnonzero(must | may))


@settings(max_examples=200, deadline=None)
@given(worlds(max_sites=7), st.integers(1, 3), st.integers(0, 60))
def test_rows_that_every_better_plan_covers_lose_no_optimum(world, houses: int, rank: int) -> None:
    core = maximal.free_core(mclp(world.cover, new_houses=len(world.forced) + houses, **world.rules))

    def values(cover: CoverSets, is_must: np.ndarray) -> list[float]:
        """What each plan covers, of those that cover all rows ``is_must``."""
        rows = [set(row.tolist()) for row in np.split(cover.site, cover.cell_start[1:-1])] if cover.n_cells else []
        plans = [set(plan) for plan in naive.plans(cover.n_sites, set(), set(), set()) if len(plan) <= houses]
        must = [row for row, is_one in zip(rows, is_must, strict=True) if is_one]
        plans = [plan for plan in plans if all(row & plan for row in must)]
        return sorted(naive.covered_persons(rows, cover.persons, plan) for plan in plans)

    every = values(core.cover, np.zeros(core.cover.n_cells, dtype=bool))
    known, total = every[rank % len(every)], float(core.cover.persons.sum())
    left_out = total - known + 1e-9 * total
    rest = maximal._reduced(core, left_out)
    if every[-1] > known + 1e-6:
        dropped = total - float(rest.cover.persons.sum())
        best = values(rest.cover, rest.cover.persons > left_out)[-1]
        assert dropped + best == pytest.approx(every[-1], abs=1e-6)


COSTS = st.one_of(
    st.lists(st.integers(1, 9).map(float), min_size=8, max_size=8),
    st.lists(st.floats(0.1, 9.0), min_size=8, max_size=8),
)


@settings(max_examples=150, deadline=None)
@given(worlds(), COSTS)
def test_covering_at_a_cost_is_the_enumerated_optimum_and_arithmetic_recounts_it(world, costs) -> None:
    cost = np.array(costs[: world.n_sites])
    plan = solve(lscp(world.cover, cost=cost, **world.rules))
    best = naive.lscp_cost(world.cells, cost, world.existing, world.forced, world.forbidden)
    assert plan.status == "optimal"
    assert plan.objective == pytest.approx(best)
    assert plan.objective == pytest.approx(cost[plan.opened].sum())
    cover, rules = world.cover, {name: np.array(rows, dtype=np.int32) for name, rows in world.rules.items()}
    matrix = checker.CoverMatrix(cover.cell_start, cover.site, cover.persons, cover.n_sites, **rules)
    checked = checker.check_lscp(matrix, plan.opened, plan.multipliers, cost=cost)
    assert checked.faults == ()
    assert checked.bound <= best + 1e-9
    assert checked.bound == pytest.approx(plan.certificate.arithmetic_bound, abs=1e-5)


def random_covering(n_rows: int, n_columns: int, share: float, seed: int) -> tuple[CoverSets, np.ndarray]:
    """Each row in at least two columns, costs 1 to 100."""
    rng = np.random.default_rng(seed)
    is_in = rng.random((n_rows, n_columns)) < share
    rows = [np.union1d(np.flatnonzero(row), rng.integers(0, n_columns, 2)) for row in is_in]
    start = np.r_[0, np.cumsum([len(row) for row in rows])]
    cost = rng.integers(1, 101, n_columns).astype(float)
    return CoverSets.from_csr(start, np.concatenate(rows), n_sites=n_columns), cost


@pytest.mark.parametrize("seed", range(3))
def test_prices_close_columns_and_lose_no_optimum(seed: int) -> None:
    cover, cost = random_covering(60, 200, 0.05, seed)
    plan = solve(lscp(cover, cost=cost))
    model, x = formulation.lscp_model(cover, cost)
    run_highs(model, Effort.within(60, 0.0, 0))
    assert plan.status == "optimal"
    assert plan.objective == cost[formulation.chosen_columns(x)].sum()


def test_the_certificate_says_what_the_reductions_left() -> None:
    cells = [{0}, {0, 1}, {2, 3}, {3, 4}, {2, 4}, {2, 4}]
    left = solve(lscp(cover_of(cells, [1.0] * 6, 7), existing=[5])).certificate.reductions
    assert (left.n_rows, left.n_columns) == (6, 6)
    assert (left.n_rows_left, left.n_columns_left) == (4, 4)
    assert (left.n_parts, left.n_essential, left.n_priced) == (2, 1, 0)


def test_costs_must_be_positive_and_go_without_max_new() -> None:
    with pytest.raises(DataError, match="cost: must be positive and finite, one for each of 4 sites"):
        lscp(SQUARE, cost=[1, 2, 0, 1])
    with pytest.raises(DataError, match="max_new: counts houses"):
        lscp(SQUARE, cost=[1, 2, 3, 4], max_new=2)


@pytest.mark.parametrize("model", ["lscp", "mclp", "p_median"])
def test_a_search_tells_its_plan_and_its_bound(model: str) -> None:
    rng = np.random.default_rng(5)
    start = np.arange(0, 121 * 5, 5)
    site = np.concatenate([np.sort(rng.choice(30, 5, replace=False)) for _ in range(120)])
    cover = CoverSets.from_csr(start, site, n_sites=30, persons=rng.integers(1, 50, 120))
    times = allocation.CellTimes.from_csr(start, site, rng.integers(60, 1800, 600), n_sites=30, persons=cover.persons)
    problem = {
        "lscp": lscp(cover),
        "mclp": mclp(cover, new_houses=8),
        "p_median": allocation.p_median(times, new_houses=8, penalty_s=1800.0),
    }[model]
    told: list[Standing] = []

    def progress(_done: int, _total: int, standing: Standing | None = None, /) -> None:
        told.extend([standing] if standing else [])

    plan = solve(problem, time_limit_s=20, progress=progress)
    assert told
    sign = 1 if plan.certificate.sense == "min" else -1
    assert all(sign * one.incumbent >= sign * plan.bound - 1e-6 for one in told)
    assert all(sign * one.bound <= sign * plan.objective + 1e-6 for one in told)
    assert told[-1].incumbent == plan.objective


def test_the_clock_of_searches_stands_still_while_kernels_are_compiled():
    effort = Effort.within(60.0, 0.0, 0)
    begin_s = effort.left_s
    with event.trigger_event("numba:compile"):
        with event.trigger_event("numba:compile"):
            time.sleep(0.3)
        while_s = effort.left_s
        time.sleep(0.3)
    assert begin_s - effort.left_s < 0.3
    assert begin_s - while_s < 0.3
    time.sleep(0.3)
    assert begin_s - effort.left_s >= 0.3
