"""Grid: numbering, edges and the lines that two runs share."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siting.grid import Grid

TINY = Grid("EPSG:3035", x_min_m=4_000_000, y_max_m=2_003_000, cell_size_m=1000, n_rows=3, n_columns=2)


def test_cells_are_numbered_from_the_north_west_row_by_row():
    x_m, y_m = TINY.centre_of([0, 1, 5])
    assert x_m.tolist() == [4_000_500, 4_001_500, 4_001_500]
    assert y_m.tolist() == [2_002_500, 2_002_500, 2_000_500]


def test_a_point_on_a_line_belongs_to_the_cell_east_or_north_of_it():
    assert TINY.cell_at(4_001_000, 2_001_000) == 3
    assert TINY.cell_at(4_000_000, 2_000_000) == 4


def test_points_outside_have_no_cell():
    x_m = [3_999_999, 4_002_000, 4_000_500, 4_000_500, np.nan]
    y_m = [2_001_500, 2_001_500, 1_999_999, 2_003_000, 2_001_500]
    assert TINY.cell_at(x_m, y_m).tolist() == [-1, -1, -1, -1, -1]


@given(
    west=st.floats(-1e6, 1e6),
    south=st.floats(-1e6, 1e6),
    width=st.floats(1, 1e5),
    height=st.floats(1, 1e5),
    cell_size_m=st.sampled_from([100.0, 200.0, 1000.0, 333.0]),
    halo_m=st.floats(0, 5e4),
)
def test_covering_holds_the_bounds_and_the_halo_and_no_row_more(west, south, width, height, cell_size_m, halo_m):
    grid = Grid.covering(
        (west, south, west + width, south + height), cell_size_m=cell_size_m, crs="EPSG:2154", halo_m=halo_m
    )
    x_min, y_min, x_max, y_max = grid.bounds_m
    slack = 1e-6
    assert x_min <= west - halo_m + slack and x_max >= west + width + halo_m - slack
    assert y_min <= south - halo_m + slack and y_max >= south + height + halo_m - slack
    assert x_max - x_min <= width + 2 * (halo_m + cell_size_m) + slack
    assert y_max - y_min <= height + 2 * (halo_m + cell_size_m) + slack


@given(cell=st.integers(0, 5))
def test_the_centre_of_a_cell_is_in_it(cell):
    assert TINY.cell_at(*TINY.centre_of(cell)) == cell


@pytest.mark.parametrize("bad", [{"cell_size_m": 0.0}, {"cell_size_m": float("nan")}, {"n_rows": 0}, {"n_columns": -1}])
def test_a_grid_that_is_none_is_refused(bad):
    whole = {
        "crs": "EPSG:3035",
        "x_min_m": 0.0,
        "y_max_m": 0.0,
        "cell_size_m": 1.0,
        "n_rows": 1,
        "n_columns": 1,
    }
    with pytest.raises(ValueError, match=r"grid|cell_size_m"):
        Grid(**(whole | bad))
