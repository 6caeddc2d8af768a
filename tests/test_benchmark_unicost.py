"""Public families of set covering at unit costs: their sizes, and the fewest columns that are known."""

import numpy as np
import pytest
from benchmarks.solver.unicost import Instance, clr, cyc, stein

from siting.allocation import lscp, solve


@pytest.mark.parametrize("one", [stein(2), stein(3), cyc(3), cyc(4)], ids=lambda one: one.name)
def test_the_fewest_columns_are_those_known_and_proven(one: Instance) -> None:
    plan = solve(lscp(one.cover()), time_limit_s=600)  # stein27: 14 s of CPU on a busy machine
    assert plan.status == "optimal"
    assert plan.objective == one.least


@pytest.mark.parametrize(
    ("one", "n_rows", "n_columns"),
    [(stein(3), 117, 27), (stein(4), 1080, 81), (cyc(6), 240, 192), (clr(10), 511, 210), (clr(11), 1023, 330)],
    ids=lambda value: getattr(value, "name", None),
)
def test_sizes_are_those_published(one: Instance, n_rows: int, n_columns: int) -> None:
    assert (len(one.rows), one.n_columns) == (n_rows, n_columns)


def test_no_bound_is_above_the_fewest_columns_known_when_time_runs_out() -> None:
    one = clr(10)
    plan = solve(lscp(one.cover()), time_limit_s=2.0)
    assert plan.bound <= one.least <= plan.objective
    assert one.cover().covered_by(plan.opened).all()
    assert np.diff(one.cover().cell_start).min() > 0
