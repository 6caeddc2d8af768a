"""Sweeps over the columns of a cover against enumeration: what they prove is so, and is all there is to prove."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from allocation_worlds import cover_of
from naive import sweeping as naive
from siting.allocation import formulation, lscp, solve
from siting.allocation.covering.sweeping import Sweep, swept
from siting.allocation.effort import Effort
from siting.allocation.highs import covering_relaxation, run_highs
from siting.allocation.kernels import frontier
from siting.allocation.multipliers import exact

MANY = 10_000


def effort(seconds: float = 60.0) -> Effort:
    return Effort.within(seconds, 0.0, 0)


@st.composite
def priced_worlds(draw):
    """Rows of a few of seven columns, costs and prices that sums of floats keep exactly, and an order."""
    rows = draw(st.lists(st.frozensets(st.integers(0, 6), min_size=1, max_size=4), min_size=1, max_size=9))
    assume(frozenset().union(*rows) == frozenset(range(7)))
    eighths = st.integers(0, 12).map(lambda k: k / 8)
    price = draw(st.lists(eighths, min_size=len(rows), max_size=len(rows)))
    cost = draw(
        st.one_of(st.just([1.0] * 7), st.lists(st.integers(1, 20).map(lambda k: k / 4), min_size=7, max_size=7))
    )
    order = draw(st.permutations(range(7)))
    return [set(row) for row in rows], np.array(cost), np.array(price), np.array(order, dtype=np.int32)


def cover(rows):
    return cover_of([sorted(row) for row in rows], [1.0] * len(rows), 7)


def optimum(rows, cost) -> float:
    choices = (list(one) for size in range(8) for one in combinations(range(7), size))
    return min(cost[one].sum() for one in choices if all(row & set(one) for row in rows))


@settings(max_examples=150, deadline=None)
@given(priced_worlds(), st.integers(0, 6), st.integers(0, 40))
def test_a_sweep_finds_the_least_extra_of_enumeration(world, begin: int, eighths: int) -> None:
    rows, cost, price, order = world
    sweep = Sweep(cover(rows), cost, price, order)
    extra = naive.least_extra(rows, cost, price, order.tolist(), begin)
    assert sweep.least(begin, 1e6, MANY, effort()) == extra
    found = sweep.least(begin, eighths / 8, MANY, effort())
    assert found == extra if extra <= eighths / 8 else eighths / 8 < found <= extra


@settings(max_examples=150, deadline=None)
@given(priced_worlds(), st.integers(0, 40), st.integers(1, 40))
def test_what_is_known_of_the_rest_is_so_however_few_states_there_may_be(world, eighths: int, most: int) -> None:
    rows, cost, price, order = world
    sweep = Sweep(cover(rows), cost, price, order)
    sweep.raise_rest(eighths / 8, most, effort())
    for begin in range(8):
        assert 0 <= sweep.rest[begin] <= naive.least_extra(rows, cost, price, order.tolist(), begin)
    whole = sweep.least(0, eighths / 8, MANY, effort())
    assert whole <= naive.least_extra(rows, cost, price, order.tolist(), 0)


@settings(max_examples=150, deadline=None)
@given(priced_worlds())
def test_extra_is_what_a_cover_costs_more_than_its_bound(world) -> None:
    rows, cost, price, order = world
    bound = price.sum() - sum(
        max(sum(p for p, row in zip(price, rows, strict=True) if j in row) - cost[j], 0) for j in range(7)
    )
    assert bound + naive.least_extra(rows, cost, price, order.tolist(), 0) == optimum(rows, cost)


@settings(max_examples=150, deadline=None)
@given(priced_worlds(), st.integers(-8, 8))
def test_swept_proves_that_nothing_is_cheaper_and_never_more(world, eighths: int) -> None:
    rows, cost, price, _ = world
    best = optimum(rows, cost)
    found = swept(cover(rows), cost, price, best + eighths / 8, effort())
    assert eighths < 0 if math.isinf(found) else found <= best
    is_joined = len(frontier.order_from(*matrix_of(cover(rows)), price, 0, False)[0]) == 7
    assert math.isinf(found) or eighths >= 0 or not is_joined


def matrix_of(one):
    return (one.cell_start, one.site, *one.by_site())


@settings(max_examples=100, deadline=None)
@given(priced_worlds(), st.booleans())
def test_an_order_has_every_column_of_rows_that_hang_together_and_its_width(world, looks_ahead: bool) -> None:
    rows, _, price, _ = world
    order, width = frontier.order_from(*matrix_of(cover(rows)), price, 0, looks_ahead)
    joined = set(rows[0])
    for _ in rows:
        joined = joined.union(*(row for row in rows if row & joined))
    assert sorted(order.tolist()) == sorted(joined)
    mine, prices = zip(*((row, p) for row, p in zip(rows, price, strict=True) if row <= joined), strict=True)
    assert width == pytest.approx(np.log(np.exp(naive.width(mine, prices, order.tolist())).sum()))


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(st.frozensets(st.sampled_from([0, 1, 2, 63, 64, 90])), st.integers(0, 3)), min_size=1, max_size=80
    )
)
def test_dominated_states_are_those_of_plain_sets(states) -> None:
    words = [[sum(1 << b % 64 for b in one if b // 64 == word) for word in range(2)] for one, _ in states]
    covered = np.array(words, dtype=np.uint64)
    cost = np.array([float(cost) for _, cost in states])
    kept = frontier._undominated(frontier.States(covered, cost, np.arange(len(states), dtype=float)))
    assert kept.extra.astype(int).tolist() == naive.undominated([(one, float(cost)) for one, cost in states])


@pytest.mark.parametrize("seed", range(6))
def test_sweeps_agree_with_highs_on_places_in_a_plane(seed: int) -> None:
    """A strip of some hundred places: thousands of states, of which dominance leaves few."""
    rng = np.random.default_rng(seed)
    sites, cells = rng.random((90, 2)) * [4, 1], rng.random((240, 2)) * [4, 1]
    near = np.hypot(*(cells[:, None, :] - sites[None, :, :]).transpose(2, 0, 1)) < 0.35
    rows = [np.flatnonzero(row).tolist() for row in near if row.any()]
    cost = np.ones(90) if seed < 3 else rng.integers(4, 9, 90) / 4
    strip = cover_of(rows, [1.0] * len(rows), 90)
    model, columns = formulation.lscp_model(strip, cost)
    assert run_highs(model, effort()).ended == "optimal"
    best = cost[formulation.chosen_columns(columns)].sum()
    price = exact(covering_relaxation(strip, cost, effort())[0])
    assert math.isinf(swept(strip, cost, price, best - 1e-6, effort()))
    assert swept(strip, cost, price, best, effort()) <= best
    plan = solve(lscp(strip, cost=cost))
    assert (plan.objective, plan.status) == (pytest.approx(best), "optimal")


def test_no_time_proves_what_prices_do() -> None:
    ring = cover_of([[i, (i + 1) % 7] for i in range(7)], [1.0] * 7, 7)
    price = np.full(7, 0.5)
    assert swept(ring, np.ones(7), price, 3.6, effort(0.0)) == 3.5
    assert swept(ring, np.ones(7), price, 3.6, effort()) == math.inf
