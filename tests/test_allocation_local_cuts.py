"""Local cuts against enumeration: every cover keeps them, and a fractional one breaks them."""

from __future__ import annotations

import math
import threading
import time
from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allocation_worlds import cover_of, worlds
from naive import local_cuts as naive
from siting.allocation import formulation
from siting.allocation.covering import local_cuts
from siting.allocation.covering.cut_relaxation import CutRelaxation
from siting.allocation.covering.growing import GrowingProgram
from siting.allocation.covering.tree import CoveringTree
from siting.allocation.effort import Effort
from siting.allocation.highs import covering_relaxation, run_highs
from siting.allocation.kernels import subcovers


def effort(seconds: float = 60.0) -> Effort:
    return Effort.within(seconds, 0.0, 0)


@st.composite
def few_rows(draw):
    n_rows = draw(st.integers(1, 5))
    masks = draw(st.lists(st.integers(1, 2**n_rows - 1), min_size=1, max_size=6, unique=True))
    price = draw(st.lists(st.integers(0, 64).map(lambda k: k / 64), min_size=len(masks), max_size=len(masks)))
    return n_rows, masks, price


def members(mask: int) -> frozenset[int]:
    return frozenset(i for i in range(mask.bit_length()) if mask >> i & 1)


@settings(max_examples=150, deadline=None)
@given(few_rows())
def test_every_set_of_rows_costs_what_enumeration_says(world) -> None:
    n_rows, masks, price = world
    least, by = subcovers.least_costs(n_rows, np.array(masks), np.array(price))
    sets = [members(mask) for mask in masks]
    for rows in range(2**n_rows):
        assert least[rows] == naive.least_cost(members(rows), sets, price)
        assert (by[rows] >= 0) == (rows > 0 and math.isfinite(least[rows]))


@settings(max_examples=150, deadline=None)
@given(few_rows())
def test_cheap_covers_cover_everything_and_are_all_those_below(world) -> None:
    n_rows, masks, price = world
    masks = [*masks, 2**n_rows - 1]
    price = [*price, 1.0]
    least, by = subcovers.least_costs(n_rows, np.array(masks), np.array(price))
    start, member = subcovers.cheap_covers(np.array(masks), np.array(price), least, by, 1.0)
    for a, b in pairwise(start):
        assert frozenset().union(*(members(masks[t]) for t in member[a:b])) == frozenset(range(n_rows))
        assert sum(price[t] for t in member[a:b]) < 1.0
    sets = [members(mask) for mask in masks]
    rests = [naive.least_cost(frozenset(range(n_rows)) - one, sets, price) for one in sets]
    assert len(start) - 1 == sum(p + rest < 1.0 for p, rest in zip(price, rests, strict=True))


@settings(max_examples=150, deadline=None)
@given(few_rows())
def test_what_a_set_can_spare_is_the_largest_step(world) -> None:
    n_rows, masks, price = world
    masks, price = [*masks, 2**n_rows - 1], [*price, 1.0]
    least, _ = subcovers.least_costs(n_rows, np.array(masks), np.array(price))
    most = subcovers.most_added(least, np.array(masks))
    for mask, spared in zip(masks, most, strict=True):
        assert spared == max(least[rows | mask] - least[rows] for rows in range(2**n_rows))


@settings(max_examples=100, deadline=None)
@given(worlds(max_sites=8, max_cells=10), st.randoms(use_true_random=False), st.integers(1, 6))
def test_neighbours_are_those_of_plain_sets(world, random, most: int) -> None:
    rows = [set(cell) for cell in world.cells if cell]
    if not rows:
        return
    cover = cover_of([sorted(row) for row in rows], [1.0] * len(rows), world.n_sites)
    value = np.array([random.randrange(0, 5) / 4 for _ in range(world.n_sites)])
    noise = np.array([random.randrange(0, 1000) / 4096 for _ in rows])
    matrix = (cover.cell_start, cover.site, *cover.by_site())
    found = subcovers.neighbours(*matrix, value, noise, 0, most, 1.5)
    assert found.tolist() == naive.neighbours(rows, value, noise, 0, most, 1.5)


def test_three_houses_at_half_each_break_the_cut_of_a_triangle() -> None:
    cover = cover_of([[0, 1], [1, 2], [0, 2]], [1.0] * 3, 3)
    cut = local_cuts.cut_of(cover, np.arange(3), np.full(3, 0.5), effort())
    assert cut is not None
    assert (cut.weight / cut.least).tolist() == [0.5, 0.5, 0.5]


def test_whole_houses_break_no_cut() -> None:
    cover = cover_of([[0, 1], [1, 2], [0, 2]], [1.0] * 3, 3)
    assert local_cuts.cut_of(cover, np.arange(3), np.array([1.0, 1.0, 0.0]), effort()) is None


@st.composite
def crowded_worlds(draw):
    """Rows of two to four of eight columns: relaxations full of halves."""
    rows = draw(
        st.lists(st.frozensets(st.integers(0, 7), min_size=2, max_size=4), min_size=3, max_size=14, unique=True)
    )
    cost = draw(st.one_of(st.just([1.0] * 8), st.lists(st.integers(1, 5).map(float), min_size=8, max_size=8)))
    return [sorted(row) for row in rows], np.array(cost)


def covers_of(rows: list[list[int]]):
    """Every set of columns that covers all rows."""
    for size in range(9):
        for chosen in combinations(range(8), size):
            if all(set(row) & set(chosen) for row in rows):
                yield list(chosen)


@settings(max_examples=150, deadline=None)
@given(crowded_worlds(), st.integers(0, 2**32 - 1))
def test_every_cover_keeps_a_cut_and_the_columns_given_break_it(world, seed: int) -> None:
    rows, _ = world
    cover = cover_of(rows, [1.0] * len(rows), 8)
    _, value = covering_relaxation(cover, np.random.default_rng(seed).integers(2, 4, 8).astype(float), effort())
    cut = local_cuts.cut_of(cover, np.arange(min(len(rows), 7)), value, effort())
    if cut is None:
        return
    assert cut.weight @ value[cut.site] < cut.least
    for chosen in covers_of(rows):
        assert cut.weight[np.isin(cut.site, chosen)].sum() >= cut.least


def relaxation_of(rows: list[list[int]], cost: np.ndarray, n_sites: int) -> CutRelaxation:
    cover = cover_of(rows, [1.0] * len(rows), n_sites)
    return CutRelaxation(cover, cost, np.arange(len(rows)) < 2, 0)


@settings(max_examples=100, deadline=None)
@given(crowded_worlds())
def test_a_tightened_relaxation_bounds_every_cover_with_and_without_each_column(world) -> None:
    rows, cost = world
    cover = cover_of(rows, [1.0] * len(rows), 8)
    _, x = covering_relaxation(cover, cost, effort())
    best = min(cost[chosen].sum() for chosen in covers_of(rows))
    relaxation = relaxation_of(rows, cost, 8)
    tight = relaxation.tightened(best, effort())
    assert relaxation.first_value == pytest.approx(cost @ x)
    assert cost @ x - 1e-6 <= tight.value <= best + 1e-6
    for j in range(8):
        costs = {True: math.inf, False: math.inf}
        for chosen in covers_of(rows):
            costs[j in chosen] = min(costs[j in chosen], cost[chosen].sum())
        assert tight.value + max(tight.added[j], 0.0) <= costs[True] + 1e-6
        assert tight.value + max(-tight.added[j], 0.0) <= costs[False] + 1e-6
    model, columns = formulation.lscp_model(cover, cost, relaxation.held(tight.x))
    run_highs(model, effort())
    assert cost[formulation.chosen_columns(columns)].sum() == best


@settings(max_examples=150, deadline=None)
@given(crowded_worlds())
def test_the_tree_ends_with_the_enumerated_optimum(world) -> None:
    rows, cost = world
    cover = cover_of(rows, [1.0] * len(rows), 8)
    relaxation = relaxation_of(rows, cost, 8)
    tree = CoveringTree(cover, cost, relaxation, np.arange(8, dtype=np.int32))
    bound = tree.search(relaxation.solved(effort()), effort())
    best = min(cost[chosen].sum() for chosen in covers_of(rows))
    assert bound == cost[tree.columns].sum() == best
    assert cover.covered_by(tree.columns).all()


@pytest.mark.parametrize("seed", range(6))
def test_the_tree_agrees_with_highs_on_places_in_a_plane(seed: int) -> None:
    """Some hundred places and cells: trees of many nodes, with whole and with broken costs."""
    rng = np.random.default_rng(seed)
    sites, cells = rng.random((70, 2)), rng.random((160, 2))
    near = np.hypot(*(cells[:, None, :] - sites[None, :, :]).transpose(2, 0, 1)) < 0.17
    rows = [np.flatnonzero(row).tolist() for row in near if row.any()]
    cost = np.ones(70) if seed < 4 else rng.uniform(1, 3, 70)
    cover = cover_of(rows, [1.0] * len(rows), 70)
    model, columns = formulation.lscp_model(cover, cost)
    assert run_highs(model, effort()).ended == "optimal"
    best = cost[formulation.chosen_columns(columns)].sum()
    relaxation = relaxation_of(rows, cost, 70)
    tree = CoveringTree(cover, cost, relaxation, np.arange(70, dtype=np.int32))
    bound = tree.search(relaxation.solved(effort()), effort())
    assert cost[tree.columns].sum() == pytest.approx(best)
    assert bound == pytest.approx(best)


def test_a_tree_without_time_proves_what_its_root_does() -> None:
    rows = [[i, (i + 1) % 7] for i in range(7)]
    relaxation = relaxation_of(rows, np.ones(7), 7)
    cover = cover_of(rows, [1.0] * 7, 7)
    tree = CoveringTree(cover, np.ones(7), relaxation, np.arange(7, dtype=np.int32))
    assert tree.search(relaxation.solved(effort()), effort(0.0)) == pytest.approx(3.5)


def test_cuts_close_the_gap_of_a_ring() -> None:
    """Seven rows around a ring, a column for each two neighbours: 3.5 by the relaxation, 4 houses."""
    relaxation = relaxation_of([[i, (i + 1) % 7] for i in range(7)], np.ones(7), 7)
    assert relaxation.tightened(4.0, effort()).value == pytest.approx(4.0)
    assert relaxation.first_value == pytest.approx(3.5)


def test_no_time_gives_no_relaxation() -> None:
    rows = [[i, (i + 1) % 7] for i in range(7)]
    relaxation = relaxation_of(rows, np.ones(7), 7)
    found = relaxation.tightened(4.0, effort(0.0))
    assert found is None or found.value <= 3.5 + 1e-6


def test_a_growing_program_is_solved_again_with_each_new_row() -> None:
    program = GrowingProgram(np.array([1.0, 2.0]), 1.0)
    program.take(np.array([0, 2]), np.array([0, 1], dtype=np.int32), np.ones(2), np.ones(1))
    first = program.solved(effort())
    program.take(np.array([0, 2]), np.array([0, 1], dtype=np.int32), np.array([1.0, 2.0]), np.array([2.0]))
    second = program.solved(effort())
    assert (first.value, first.x.tolist(), first.added.tolist()) == (1.0, [1.0, 0.0], [0.0, 1.0])
    assert second.value == 2.0


def test_a_large_program_ends_when_it_is_told_to() -> None:
    rng = np.random.default_rng(0)
    rows = [np.sort(rng.choice(3000, 60, replace=False)).astype(np.int32) for _ in range(3000)]
    program = GrowingProgram(rng.uniform(1, 2, 3000), 1.0)
    program.take(np.arange(3001) * 60, np.concatenate(rows), np.ones(180_000), np.ones(3000))
    told = effort()
    threading.Timer(0.3, told.stop.set).start()
    begin = time.monotonic()
    assert program.solved(told) is None
    assert time.monotonic() - begin < 5.0
