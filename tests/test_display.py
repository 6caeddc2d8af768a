"""Values show themselves in a notebook: tables whose text is escaped, figures whose data are the value's."""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib import pyplot as plt

from report_worlds import findings
from siting.display import table_html
from siting.grid import Grid
from siting.pipeline import Run
from siting.travel.travel_times import TravelTimes


@pytest.fixture(autouse=True)
def no_screen():
    mpl.use("Agg")
    yield
    plt.close("all")


def times_of(seconds: list[list[int]], *, cutoff_s: int) -> TravelTimes:
    """Pairs of a dense site × cell table that are within the cutoff."""
    table = np.array(seconds).reshape(len(seconds), -1)
    rows = [np.flatnonzero(row <= cutoff_s) for row in table]
    return TravelTimes(
        site_start=np.cumsum([0, *map(len, rows)]).astype(np.int64),
        cell=np.concatenate(rows).astype(np.int32),
        time_s=np.concatenate([row[cells] for row, cells in zip(table, rows, strict=True)]).astype(np.uint16),
        n_cells=table.shape[1],
        cutoff_s=cutoff_s,
    )


def test_a_table_escapes_what_it_shows():
    assert "<script>" not in table_html("<script>", {"<script>": "<script>"})


@settings(max_examples=60, deadline=None)
@given(
    st.integers(1, 5).flatmap(
        lambda n: st.lists(st.lists(st.integers(0, 20), min_size=n, max_size=n), min_size=1, max_size=6)
    )
)
def test_the_nth_nearest_is_the_nth_of_the_sorted_times(seconds):
    times = times_of(seconds, cutoff_s=12)
    for n in (1, 2, 3):
        expected = [
            sorted(near)[n - 1] if len(near) >= n else np.inf
            for near in ([row[cell] for row in seconds if row[cell] <= 12] for cell in range(times.n_cells))
        ]
        assert times.nth_nearest_s(n).tolist() == expected


def test_travel_times_draw_the_share_of_the_persons_within_reach():
    times = times_of([[60, 600, 1200], [120, 1200, 5000]], cutoff_s=1800)
    axes = times.plot([10, 30, 60], choices=2)
    first, second = (dict(line.get_xydata().tolist()) for line in axes.get_lines())
    assert first == {0: 0, 1: 0.1, 10: 0.4, 20: 1.0}
    assert second == {0: 0, 2: 0.1, 20: 0.4}  # the third cell has one site only
    assert "5 " in times._repr_html_() and "30 min" in times._repr_html_()


def test_a_grid_draws_values_where_their_cells_are():
    grid = Grid(crs="EPSG:3035", x_min_m=1000, y_max_m=9000, cell_size_m=1000, n_rows=3, n_columns=4)
    values = np.full(12, np.nan)
    values[grid.cell_at([2500, 3500], [7500, 7500])] = 7, 8
    axes = grid.plot(values, label="persons")
    assert axes.get_xlim() == (2000, 4000) and axes.get_ylim() == (7000, 8000)
    assert axes.images[0].get_extent() == [1000, 5000, 6000, 9000]
    assert "3 rows × 4 columns of 1000 m" in grid._repr_html_()


def test_a_plan_and_a_run_show_what_was_found():
    found = findings()
    run = Run(found, {}, 1)
    axes = run.plan.plot(found.territory)
    opened, sites = axes.collections[1].get_offsets(), found.territory.sites
    assert opened.tolist() == np.column_stack((sites.x_m, sites.y_m))[run.plan.opened].tolist()
    assert run.plan.status in run.plan._repr_html_()
    html = run._repr_html_()
    assert "data:image/png;base64," in html and "maison" in html
    assert run.plot().get_figwidth() > 6
