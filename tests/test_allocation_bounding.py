"""What the bound of the p-median is made of: multipliers that move at their own pace, and the pairs that they see."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from naive import pacing as naive
from siting.allocation import CellTimes, subgradient
from siting.allocation.effort import Effort
from siting.allocation.kernels import median, pacing
from siting.allocation.medians.core import Core

SLOPES = st.lists(st.integers(-2, 3).map(float), min_size=1, max_size=30)


def no_limit() -> Effort:
    return Effort.within(60.0, 0.0, 0)


@settings(max_examples=100, deadline=None)
@given(st.lists(SLOPES, min_size=1, max_size=4), st.floats(0, 20), st.floats(0.01, 5))
def test_each_row_moves_as_if_it_were_alone(slopes, start: float, reach: float) -> None:
    n_steps = min(map(len, slopes))
    u, averages = np.full(len(slopes), start), (np.zeros(len(slopes)), np.zeros(len(slopes)))
    reaches, upper = np.full(len(slopes), reach), np.full(len(slopes), 20.0)
    for done in range(n_steps):
        pacing.step(u, averages, np.array([row[done] for row in slopes]), reaches, upper, done)
    assert u == pytest.approx([naive.value_after(start, row[:n_steps], reach, 20.0) for row in slopes], abs=1e-9)


def test_annealed_multipliers_near_the_lowest_bound_and_stay_in_their_box() -> None:
    """Σ |u − lowest| in ten thousand directions at once, some of whose lowest points are beyond the box."""
    lowest = np.random.default_rng(0).random(10_000) * 12.0
    within = np.minimum(lowest, 10.0)

    def evaluate(u):
        return float(np.abs(u - lowest).sum()), np.sign(u - lowest)

    box = subgradient.Box(np.full(10_000, 10.0), np.full(10_000, 10.0))
    at_best = float(np.abs(within - lowest).sum())
    start = np.full(10_000, 5.0)
    found, u = subgradient.anneal(evaluate, start, box, target=at_best, iterations=300, effort=no_limit())
    assert found == evaluate(u)[0]
    assert at_best <= found <= at_best + 0.01 * (evaluate(start)[0] - at_best)
    assert u.max() <= 10.0
    assert (start == 5.0).all()


def test_annealing_ends_where_the_bound_meets_its_target() -> None:
    met: list[float] = []

    def evaluate(u):
        met.append(float(u[0]))
        return float(u[0]), np.ones(1)

    box = subgradient.Box(np.full(1, 10.0), np.full(1, 10.0))
    found, _ = subgradient.anneal(evaluate, np.full(1, 10.0), box, target=8.0, iterations=1_000, effort=no_limit())
    assert 7.0 < found <= 8.0
    assert met[-1] == found
    assert len(met) < 20


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 4))
def test_rows_end_at_the_open_column_asked_for(seed: int, most: int) -> None:
    rng = np.random.default_rng(seed)
    dense = rng.integers(0, 20, (7, 9)).astype(float)
    dense[rng.random((7, 9)) < 0.3] = np.inf
    times = CellTimes.from_dense(dense)
    near = Core.of(times, np.full(7, 15.0), np.ones(9, dtype=bool), 1).near
    is_open = rng.random(9) < 0.4
    start, site, time_s, whole_s = median.rows_to_open(near, is_open, most)
    for i in range(7):
        pairs = [(time, j) for time, j in sorted((dense[i, j], j) for j in range(9)) if time < 15.0]
        n_open = np.cumsum([is_open[j] for _, j in pairs])
        kept = [pair for k, pair in enumerate(pairs) if k == 0 or n_open[k - 1] < most]
        assert list(zip(time_s[start[i] : start[i + 1]], site[start[i] : start[i + 1]], strict=True)) == kept
        assert whole_s[i] == (pairs[len(kept)][0] if len(kept) < len(pairs) else 15.0)


def test_with_little_time_the_steps_are_fewer_and_end_as_short(monkeypatch) -> None:
    """A clock that only evaluations move: a second each, sixty in all."""
    clock = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    reaches: list[float] = []
    monkeypatch.setattr(pacing, "step", lambda *arguments: reaches.append(float(arguments[3][0])))

    def evaluate(_u):
        clock[0] += 1.0
        return 1.0, np.ones(1)

    box = subgradient.Box(np.full(1, 10.0), np.ones(1))
    subgradient.anneal(evaluate, np.ones(1), box, target=0.0, iterations=10_000, effort=Effort.within(60.5, 0.0, 0))
    assert 58 <= len(reaches) <= 60
    assert reaches == sorted(reaches, reverse=True)
    assert reaches[-1] < 1.2 * 0.0002
