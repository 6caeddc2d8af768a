"""Stand-ins, other plans and sure sites of composed problems, against enumeration."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allocation_worlds import cover_of
from siting.allocation import (
    Apart,
    Budget,
    Houses,
    LeastTime,
    compose,
    in_all_plans,
    other_plans,
    solve,
    stand_ins,
    waiting,
)
from test_allocation_median import cell_times_of

INF = float("inf")
TIMES = st.lists(st.lists(st.integers(0, 60), min_size=5, max_size=5), min_size=3, max_size=6)


def seconds(dense, is_open) -> float:
    return float(sum(min([row[j] for j in is_open] + [50]) for row in dense))


def problem_of(dense):
    times = cell_times_of(dense, [1.0] * len(dense), 5)
    apart = Apart(np.array([[0, 1]], dtype=np.int32))
    return compose(times.within(30), [LeastTime(waiting(times, penalty_s=50))], clauses=[Houses(2), apart])


def plans_of(dense) -> dict[tuple[int, ...], float]:
    every = (plan for size in range(3) for plan in combinations(range(5), size) if plan != (0, 1))
    return {plan: seconds(dense, plan) for plan in every}


@settings(max_examples=40, deadline=None)
@given(TIMES, st.sampled_from([0.0, 0.1, 0.5]))
def test_sure_sites_and_stand_ins_are_those_of_all_plans(dense, loss_share: float) -> None:
    problem, values = problem_of(dense), plans_of(dense)
    plan = solve(problem)
    best = min(values.values())
    assert plan.objective == pytest.approx(best)
    near = [set(one) for one, value in values.items() if value <= best * (1 + loss_share) + 1e-9]
    sure = in_all_plans(problem, plan, loss_share=loss_share)
    assert sure.tolist() == [float(all(j in one for one in near)) for j in plan.opened.tolist()]
    found = stand_ins(problem, plan)
    for place, j in enumerate(plan.opened.tolist()):
        rest = set(plan.opened.tolist()) - {j}
        without = [tuple(sorted(rest)), *(tuple(sorted(rest | {k})) for k in range(5) if k != j and k not in rest)]
        least = min(values[one] for one in without if one in values)
        assert found.lost[place] == pytest.approx(least - best)


def test_other_plans_come_in_order_and_stop_at_the_loss() -> None:
    cover = cover_of([{0}, {1}, {2}, {3}], [10.0, 9.0, 8.0, 1.0], 4)
    problem = compose(cover, ["most_covered"], clauses=[Budget(np.ones(4), 2.0)])
    assert [plan.objective for plan in other_plans(problem, count=9, loss_share=0.15)] == [19.0, 18.0, 17.0]
    assert len(other_plans(problem, count=2, loss_share=1.0)) == 2


def test_a_site_that_nothing_replaces_says_so() -> None:
    cover = cover_of([{0}, {1}], [10.0, 9.0], 2)
    problem = compose(cover, ["fewest_houses"], clauses=[Budget(np.array([1.0, 5.0]), 9.0)], forced=[0])
    plan = solve(problem)
    assert stand_ins(problem, plan).lost.tolist() == [-1.0]
    assert in_all_plans(problem, plan, loss_share=0.5).tolist() == [1.0]
