"""Maximal covering: the relaxation by rows and the tree on it, against enumeration and against HiGHS on the program."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siting.allocation import CoverSets, formulation, mclp, reductions, solve
from siting.allocation.effort import Effort
from siting.allocation.highs import run_highs
from siting.allocation.maximal import relaxation as relaxing
from siting.allocation.maximal import search, tree
from siting.allocation.maximal.relaxation import Node


def a_while(seconds: float = 60.0) -> Effort:
    return Effort.within(seconds, 0.0, 0)


def random_cover(n_rows: int, n_columns: int, share: float, seed: int, *, whole: bool = True) -> CoverSets:
    """Rows in no order of places, so that the linear relaxation is far from the best plan."""
    rng = np.random.default_rng(seed)
    is_in = rng.random((n_rows, n_columns)) < share
    persons = rng.integers(1, 101, n_rows).astype(float) if whole else rng.random(n_rows)
    start = np.r_[0, np.cumsum(is_in.sum(axis=1))]
    return CoverSets.from_csr(start, np.nonzero(is_in)[1], n_sites=n_columns, persons=persons)


def left_out(cover: CoverSets, columns: tuple[int, ...]) -> float:
    return float(cover.persons[~cover.covered_by(list(columns))].sum())


def nodes(n: int) -> st.SearchStrategy[Node]:
    """Each column open, free or closed."""
    states = st.lists(st.sampled_from("ofc"), min_size=n, max_size=n).map(np.array)
    return states.map(lambda state: Node(state == "o", state == "f"))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 3), nodes(7), st.booleans())
def test_the_relaxation_of_a_node_is_below_all_its_plans(seed: int, houses: int, node: Node, whole: bool) -> None:
    cover = random_cover(30, 7, 0.25, seed, whole=whole)
    left = houses - int(node.is_open.sum())
    if left < 0:
        return
    relaxation = relaxing.Relaxation(cover, houses, cover.persons, np.arange(3))
    relaxed = relaxation.solve(node, np.inf, a_while())
    opened, free = (tuple(np.flatnonzero(mask).tolist()) for mask in (node.is_open, node.is_free))
    plans = [opened + more for more in combinations(free, min(left, len(free)))]
    assert relaxed is not None
    assert relaxed.left_out <= min(left_out(cover, plan) for plan in plans) + 1e-9 * cover.persons.sum()
    assert relaxed.left_out == pytest.approx(relaxed_by_highs(cover, houses, node), abs=2e-6 * cover.persons.sum())


def relaxed_by_highs(cover: CoverSets, houses: int, node: Node) -> float:
    """The linear relaxation of the node with all rows."""
    model, x = formulation.mclp_model(cover, houses)
    for j, variable in enumerate(x):
        variable.cat = "Continuous"
        variable.lowBound, variable.upBound = float(node.is_open[j]), float(node.is_open[j] or node.is_free[j])
    return float(cover.persons.sum()) - run_highs(model, a_while()).bound


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 4), st.integers(0, 5), st.booleans())
def test_the_tree_finds_the_enumerated_optimum_from_any_start(seed: int, houses: int, start: int, whole: bool) -> None:
    cover = random_cover(40, 9, 0.2, seed, whole=whole)
    plans = list(combinations(range(9), houses))
    first = plans[start % len(plans)]
    known = tree.LeftOut(np.array(first, dtype=np.int32), left_out(cover, first), 0.0)
    found = tree.Tree(cover, houses, known, np.zeros(cover.n_cells)).search(0.0, a_while(), lambda _: None)
    best = min(left_out(cover, plan) for plan in plans)
    assert found.left_out == pytest.approx(best, abs=1e-8 * cover.persons.sum())
    assert found.at_least == found.left_out
    assert left_out(cover, tuple(found.columns.tolist())) == pytest.approx(found.left_out)


@pytest.mark.parametrize(
    ("n_rows", "n_columns", "share", "houses"), [(120, 40, 0.08, 6), (300, 60, 0.05, 12), (200, 30, 0.15, 5)]
)
@pytest.mark.parametrize("seed", range(3))
def test_plans_are_those_of_highs_where_the_relaxation_is_far_off(
    n_rows: int, n_columns: int, share: float, houses: int, seed: int
) -> None:
    cover = random_cover(n_rows, n_columns, share, seed)
    plan = solve(mclp(cover, new_houses=houses))
    outcome = run_highs(formulation.mclp_model(cover, houses)[0], a_while())
    assert plan.status == "optimal"
    assert outcome.ended == "optimal"
    assert plan.objective == pytest.approx(outcome.bound)
    assert plan.certificate.arithmetic_bound >= plan.objective


@pytest.mark.parametrize("seconds", [0.0, 0.05, 0.3])
def test_a_tree_cut_short_says_no_more_than_is_proven(seconds: float) -> None:
    cover = random_cover(500, 120, 0.03, 5)
    best = solve(mclp(cover, new_houses=10)).objective
    plan = solve(mclp(cover, new_houses=10), time_limit_s=seconds)
    assert plan.objective <= best <= plan.bound
    assert plan.status == "optimal" or plan.gap > 0


def test_a_gap_asked_for_ends_the_search_within_it() -> None:
    cover = random_cover(500, 120, 0.03, 5)
    plan = solve(mclp(cover, new_houses=10), gap=0.01)
    assert 0 < plan.gap <= 0.01


def test_the_basis_of_a_node_is_come_back_to_after_rows_were_taken_in() -> None:
    cover = random_cover(400, 50, 0.06, 1)
    every = Node(np.zeros(50, dtype=bool), np.ones(50, dtype=bool))
    relaxation = relaxing.Relaxation(cover, 6, cover.persons, np.arange(50))
    first = relaxation.solve(every, np.inf, a_while())
    basis = relaxation.basis()
    other = Node(every.is_open, np.arange(50) >= 20)
    assert relaxation.solve(other, np.inf, a_while()).left_out > first.left_out
    relaxation.come_back(basis)
    again = relaxation.solve(every, np.inf, a_while())
    assert again.left_out == pytest.approx(first.left_out, rel=1e-6)
    relaxation.forget_slack_rows(again)
    assert relaxation.solve(every, np.inf, a_while()).left_out == pytest.approx(first.left_out, rel=1e-6)


@pytest.mark.parametrize("seed", range(12))
def test_a_plan_among_the_columns_that_the_bound_chose_is_the_best_of_all(monkeypatch, seed: int) -> None:
    """As at the size of a country: no relaxation first, and few columns for the improvement."""
    monkeypatch.setattr(search, "_MOST_COLUMNS_TO_RELAX", 0)
    monkeypatch.setattr(search, "_COLUMNS_AT_LEAST", 1)
    monkeypatch.setattr(search, "_COLUMNS_PER_HOUSE", 1 + seed % 3)
    cover, houses = random_cover(40, 12, 0.2, seed, whole=seed % 2 == 0), 2 + seed % 3
    plan = solve(mclp(cover, new_houses=houses))
    least = min(left_out(cover, columns) for columns in combinations(range(12), houses))
    assert plan.status == "optimal"
    assert plan.objective == pytest.approx(cover.persons.sum() - least)
    assert plan.certificate.arithmetic_bound >= plan.objective


def test_the_columns_most_used_keep_the_plan_and_lose_the_rows_that_none_of_them_covers(monkeypatch) -> None:
    cover = CoverSets.from_csr([0, 2, 4, 5, 6], [0, 1, 0, 2, 3, 1], n_sites=4, persons=[1.0, 2.0, 4.0, 8.0])
    core = reductions.Core(cover, np.arange(4, dtype=np.int32), np.arange(4, dtype=np.int32))
    standing = search._Standing(np.array([0], dtype=np.int32), 3.0, 15.0, np.zeros(4))
    monkeypatch.setattr(search, "_COLUMNS_AT_LEAST", 1)
    monkeypatch.setattr(search, "_COLUMNS_PER_HOUSE", 1)
    left, kept = search._most_used(core, 1, standing, np.array([0.0, 1.0, 0.0, 0.0]))
    assert kept.tolist() == [0, 1]
    assert sorted(left.persons.tolist()) == [1.0, 2.0, 8.0]
