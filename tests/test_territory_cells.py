"""Census cells on the run's Grid: people are conserved whatever the lines."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Transformer

from siting.grid import Grid
from siting.territory.cells import lay_cells


def census(persons, *, commune=None, land_mass=None) -> pd.DataFrame:
    """A block of census cells in the middle of France, ``persons`` drawn north up."""
    persons = np.asarray(persons)
    row, column = np.indices(persons.shape)
    return pd.DataFrame(
        {
            "x_km": 3800 + column.ravel(),
            "y_km": 2700 + (persons.shape[0] - 1 - row).ravel(),
            "commune": np.zeros(persons.size, int) if commune is None else np.ravel(commune),
            "land_mass": np.zeros(persons.size, int) if land_mass is None else np.ravel(land_mass),
            "persons": persons.ravel(),
            "under_15": persons.ravel() // 5,
            "from_15_to_64": persons.ravel() // 2,
            "over_65": persons.ravel() // 4,
        }
    )


def on_census_lines(cell_size_m: float, *, n_km: int) -> Grid:
    n = round(n_km * 1000 / cell_size_m)
    return Grid("EPSG:3035", 3_800_000, 2_700_000 + n_km * 1000, cell_size_m, n, n)


def test_on_the_census_lines_people_stay_in_their_cell():
    persons = np.array([[1, 0, 5], [0, 7, 0], [2, 0, 3]])
    layers = lay_cells(census(persons), on_census_lines(1000, n_km=3))
    assert layers.persons.tolist() == persons.tolist()
    assert layers.is_land.all()
    assert (layers.inhabited["persons"] % 1 == 0).all()


def test_on_finer_aligned_lines_people_are_spread_evenly():
    layers = lay_cells(census([[8, 0], [0, 4]]), on_census_lines(500, n_km=2))
    assert layers.persons[:2, :2].tolist() == [[2, 2], [2, 2]]
    assert layers.persons[2:, 2:].tolist() == [[1, 1], [1, 1]]
    assert layers.persons.sum() == 12


@pytest.mark.parametrize("cell_size_m", [250.0, 700.0, 1000.0, 1500.0])
def test_on_lambert_93_lines_the_sum_of_people_is_conserved(cell_size_m):
    persons = np.arange(36).reshape(6, 6)
    x_m, y_m = Transformer.from_crs("EPSG:3035", "EPSG:2154", always_xy=True).transform(3_803_000, 2_703_000)
    grid = Grid.covering((x_m - 6000, y_m - 6000, x_m + 6000, y_m + 6000), cell_size_m=cell_size_m, crs="EPSG:2154")
    layers = lay_cells(census(persons), grid)
    assert layers.inhabited["persons"].sum() == pytest.approx(persons.sum(), rel=1e-12)
    assert layers.inhabited["over_65"].sum() == pytest.approx((persons // 4).sum(), rel=1e-12)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), cell_size_m=st.sampled_from([200.0, 300.0, 1000.0, 2000.0]))
def test_people_are_conserved_on_random_worlds(seed, cell_size_m):
    rng = np.random.default_rng(seed)
    persons = rng.integers(0, 1000, (4, 4))
    grid = Grid.covering(
        (3_800_000, 2_700_000, 3_804_000, 2_704_000), cell_size_m=cell_size_m, crs="EPSG:3035", halo_m=500
    )
    inhabited = lay_cells(census(persons, commune=rng.integers(0, 3, (4, 4))), grid).inhabited
    assert inhabited["persons"].sum() == pytest.approx(persons.sum(), rel=1e-12)
    assert not inhabited.duplicated(["cell", "commune"]).any()


def test_the_sea_has_no_land_and_no_commune():
    cells = census([[1, 1], [1, 1]]).iloc[[0, 3]].reset_index(drop=True)
    layers = lay_cells(cells, on_census_lines(1000, n_km=2))
    assert layers.is_land.tolist() == [[True, False], [False, True]]
    assert layers.commune_of_cell.tolist() == [[0, -1], [-1, 0]]


def test_a_cell_shared_by_two_communes_keeps_the_people_of_each():
    grid = Grid("EPSG:3035", 3_800_000, 2_702_000, 2000, 1, 1)
    inhabited = lay_cells(census([[1, 2], [3, 4]], commune=[[0, 0], [1, 1]]), grid).inhabited
    assert inhabited["persons"].tolist() == [3, 7]
