"""Composed problems against enumeration: every goal, every clause, and reasons for "infeasible"."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allocation_worlds import World, cover_of, worlds
from siting.allocation import (
    Apart,
    Budget,
    CoveredShare,
    CoverSets,
    Houses,
    NewPerZone,
    compose,
    solve,
)
from siting.allocation.composed import search as composed_search
from siting.allocation.composed.goals import MostCovered
from siting.allocation.highs import Outcome
from siting.errors import InfeasibleError, SolverError

GOALS = ("fewest_houses", "least_cost", "most_covered", "most_covered_twice")


def enumerated(world: World, goals, is_allowed, cost) -> list[float] | None:
    """Best values of the goals in order of importance, over all plans that ``is_allowed`` passes."""
    free = sorted(set(range(world.n_sites)) - world.existing - world.forced - world.forbidden)
    plans = [world.forced | set(extra) for size in range(len(free) + 1) for extra in combinations(free, size)]
    plans = [plan for plan in plans if is_allowed(plan)]
    if not plans:
        return None
    best = min(tuple(signed_value(world, goal, plan, cost) for goal in goals) for plan in plans)
    return [abs(value) for value in best]


def signed_value(world: World, goal: str, plan: set[int], cost) -> float:
    if goal == "fewest_houses":
        return len(plan)
    if goal == "least_cost":
        return sum(cost[j] for j in plan)
    times = 1 if goal == "most_covered" else 2
    return -persons_covered(world, plan, times)


def persons_covered(world: World, plan: set[int], times: int, cells=None) -> float:
    open_now = plan | world.existing
    rows = range(len(world.cells)) if cells is None else cells
    return sum(world.persons[i] for i in rows if len(world.cells[i] & open_now) >= times)


@settings(max_examples=150, deadline=None)
@given(worlds(max_sites=6, max_cells=8), st.lists(st.sampled_from(GOALS), min_size=1, max_size=3), st.data())
def test_goals_and_clauses_are_the_enumerated_optimum(world: World, goals, data) -> None:
    world = World(world.cells, tuple(map(round, world.persons)), *list(vars(world).values())[2:])
    cost = data.draw(st.lists(st.integers(1, 9), min_size=world.n_sites, max_size=world.n_sites))
    most, budget = data.draw(st.integers(0, 6)), data.draw(st.integers(0, 40))
    share = data.draw(st.sampled_from([0.0, 0.5, 0.9, 1.0]))
    area = np.array(data.draw(st.lists(st.integers(-1, 1), min_size=len(world.cells), max_size=len(world.cells))))
    zone = np.array(data.draw(st.lists(st.integers(-1, 1), min_size=world.n_sites, max_size=world.n_sites)))
    pairs = data.draw(st.lists(st.sampled_from(list(combinations(range(7), 2))), max_size=2))
    pairs = [pair for pair in pairs if max(pair) < world.n_sites]
    clauses = [
        Houses(most),
        Budget(np.array(cost, dtype=float), budget),
        CoveredShare(share, area.astype(np.int32)),
        NewPerZone(zone.astype(np.int32), np.array([0, 0]), np.array([2, 1])),
        Apart(np.array(pairs, dtype=np.int32).reshape(-1, 2)),
    ]

    def is_allowed(plan: set[int]) -> bool:
        shares = (
            persons_covered(world, plan, 1, np.flatnonzero(area == a))
            >= share * sum(world.persons[i] for i in np.flatnonzero(area == a)) - 1e-9
            for a in (0, 1)
        )
        return (
            len(plan) <= most
            and sum(cost[j] for j in plan) <= budget
            and all(shares)
            and sum(zone[j] == 0 for j in plan) <= 2
            and sum(zone[j] == 1 for j in plan) <= 1
            and not any(set(pair) <= plan for pair in pairs)
        )

    problem = compose(world.cover, goals, clauses=clauses, cost=cost, **world.rules)
    best = enumerated(world, goals, is_allowed, cost)
    if best is None:
        with pytest.raises(InfeasibleError, match=r"no plan keeps all of: .* would do: "):
            solve(problem)
        return
    plan = solve(problem)
    assert [stage.objective for stage in plan.stages] == pytest.approx(best, abs=1e-6)
    assert {stage.status for stage in plan.stages} == {"optimal"}
    assert is_allowed(set(plan.opened.tolist()))


def test_infeasible_names_an_irreducible_set_and_each_remedy() -> None:
    cover = cover_of([{0}, {1}, {2}, {3}], [10.0, 20.0, 30.0, 40.0], 4)
    clauses = [
        Houses(2),
        Budget(np.full(4, 100.0), 1_000.0),
        CoveredShare(0.95),
        NewPerZone(np.zeros(4, dtype=np.int32), np.array([0]), np.array([4])),
    ]
    with pytest.raises(InfeasibleError) as caught:
        solve(compose(cover, ["fewest_houses"], clauses=clauses))
    assert str(caught.value) == (
        "no plan keeps all of: at most 2 new houses; at least 95.0 % of the persons covered. Any one of these "
        "would do: 4 new houses instead of 2; or 70.0 % covered instead of 95.0 %"
    )


def test_a_forced_site_that_nothing_speaks_of_opens() -> None:
    zones = NewPerZone(np.array([0, -1]), np.array([1]), np.array([1]))
    problem = compose(cover_of([{0}], [0.0], 2), ["most_covered", "fewest_houses"], clauses=[zones], forced=[1])
    assert solve(problem).opened.tolist() == [0, 1]


def test_a_composed_problem_without_time_says_so() -> None:
    rng = np.random.default_rng(1)
    cells = [set(rng.choice(60, 4, replace=False).tolist()) for _ in range(300)]
    cover = cover_of(cells, [1.0] * 300, 60)
    problem = compose(cover, ["fewest_houses"], clauses=[CoveredShare(0.97)])
    try:
        plan = solve(problem, time_limit_s=0.0)
    except SolverError as error:
        assert "no plan was found in the time allowed" in str(error)
    else:
        assert plan.status == "feasible"


def test_branch_and_bound_tells_where_it_stands() -> None:
    rng = np.random.default_rng(2)
    cells = [set(rng.choice(150, 6, replace=False).tolist()) for _ in range(400)]
    told = []
    problem = compose(cover_of(cells, [1.0] * 400, 150), ["most_covered"], clauses=[Houses(20)])
    plan = solve(problem, time_limit_s=5, progress=lambda *seen: told.append(seen))
    standings = [seen[2] for seen in told if len(seen) == 3]
    assert len(standings) > 2
    assert all(one.incumbent <= plan.bound and one.bound >= plan.objective for one in standings)
    assert standings[0].gap >= standings[-1].gap >= plan.gap


@pytest.mark.parametrize(("persons", "status"), [(22103.0, "optimal"), (22103.5, "feasible")])
def test_a_bound_on_whole_persons_is_whole(persons, status):
    cover = CoverSets.from_csr([0, 1], [0], n_sites=1, persons=[persons])
    outcome = Outcome("optimal", True, -(persons + 0.0027), 1, 1, 1)
    found = composed_search._Found(np.array([0], np.int32), -persons, -(persons + 0.0027), outcome)
    certificate = composed_search._certificate(MostCovered(), found, cover)
    assert certificate.status == status
    assert certificate.bound == (persons if status == "optimal" else persons + 0.0027)
