"""Explanations: stand-ins of a site, other plans, the frontier; and a search that is stopped."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allocation_worlds import World, cover_of, worlds
from naive import allocation as naive
from siting.allocation import Houses, compose, frontier, lscp, other_plans, solve, stand_ins


@settings(max_examples=60, deadline=None)
@given(worlds(), st.integers(1, 3))
def test_a_stand_in_is_the_best_of_all_swaps(world: World, extra: int) -> None:
    houses = Houses(len(world.forced) + extra)
    problem = compose(world.cover, ["most_covered"], clauses=[houses], **world.rules)
    plan = solve(problem)
    found = stand_ins(problem, plan)
    opened = set(plan.opened.tolist())
    others = set(range(world.n_sites)) - opened - world.existing - world.forbidden
    for place, j in enumerate(plan.opened.tolist()):
        rest = (opened - {j}) | world.existing
        without = naive.covered_persons(world.cells, world.persons, rest)
        best = max([naive.covered_persons(world.cells, world.persons, rest | {k}) for k in others] + [without])
        assert found.lost[place] == pytest.approx(plan.objective - best, abs=1e-6)


def test_other_plans_come_in_order_differ_and_stop_at_the_loss() -> None:
    cover = cover_of([{0}, {1}, {2}, {3}], [10.0, 9.0, 8.0, 1.0], 4)
    problem = compose(cover, ["most_covered"], clauses=[Houses(2)])
    plans = other_plans(problem, count=9, loss_share=0.15)
    assert [plan.objective for plan in plans] == [19.0, 18.0, 17.0]
    assert len({plan.opened.tobytes() for plan in plans}) == 3
    assert len(other_plans(problem, count=2, loss_share=1.0)) == 2


def test_the_frontier_never_falls_and_carries_its_bounds() -> None:
    cover = cover_of([{0, 1}, {1, 2}, {2}, {3}], [10.0, 9.0, 8.0, 1.0], 4)
    plans = frontier(cover, [0, 1, 2, 3], existing=[3])
    assert [plan.objective for plan in plans] == [1.0, 20.0, 28.0, 28.0]
    assert all(plan.bound == plan.objective for plan in plans)


def test_a_stopped_search_returns_its_plan_with_a_true_gap() -> None:
    rng = np.random.default_rng(3)
    cells = [frozenset(rng.choice(150, 5, replace=False).tolist()) for _ in range(900)]
    cover = cover_of(cells, [1.0] * 900, 150)
    stop = threading.Event()
    timer = threading.Timer(0.5, stop.set)
    timer.start()
    plan = solve(lscp(cover), time_limit_s=600, stop=stop)
    timer.join()
    assert plan.is_covered.all()
    assert plan.status == "feasible"
    assert 0 < plan.gap < 1
