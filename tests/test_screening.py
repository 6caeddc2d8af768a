"""The screening friction does what it says, cell by cell."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siting.scenario import FrictionTravel
from siting.travel.screening import (
    DENSITY_PERSONS_PER_KM2,
    RUGGED_RELIEF_M,
    RUGGED_SPEED_SHARE,
    SPEED_STEP_KMH,
    SPEEDS_KMH,
    density_around,
    screening_friction,
)

SHAPE = (21, 21)
LAND = np.ones(SHAPE, dtype=bool)


def _speed_kmh(persons_per_km2, relief_m=None, *, cell_size_m=1000.0, **parameters):
    """Speed in the middle of a country where everyone lives as densely."""
    persons = np.full(SHAPE, persons_per_km2 * (cell_size_m / 1000) ** 2)
    relief_m = None if relief_m is None else np.full(SHAPE, relief_m)
    friction = screening_friction(persons, LAND, cell_size_m=cell_size_m, relief_m=relief_m, **parameters)
    assert friction.shape == SHAPE and friction.dtype == np.float32
    return 3.6 / float(friction[10, 10])


@pytest.mark.parametrize(("density", "speed"), [*zip(DENSITY_PERSONS_PER_KM2, SPEEDS_KMH, strict=True)])
def test_on_a_plain_each_knot_has_its_speed(density, speed):
    assert _speed_kmh(density) == pytest.approx(speed, abs=SPEED_STEP_KMH / 2)
    assert _speed_kmh(density, relief_m=0.0) == pytest.approx(speed, abs=SPEED_STEP_KMH / 2)


def test_between_knots_pace_is_linear_in_log_density():
    half_way = np.expm1((np.log1p(50) + np.log1p(500)) / 2)
    assert _speed_kmh(half_way, speeds_kmh=(60, 60, 40, 30, 20)) == pytest.approx(48, abs=SPEED_STEP_KMH / 2)
    assert _speed_kmh(1e6) == pytest.approx(SPEEDS_KMH[-1])


def test_relief_slows_empty_land_most_and_towns_not_at_all():
    assert _speed_kmh(0, RUGGED_RELIEF_M) == pytest.approx(SPEEDS_KMH[0] * RUGGED_SPEED_SHARE, abs=SPEED_STEP_KMH)
    assert _speed_kmh(50, 400) == pytest.approx(SPEEDS_KMH[1] * RUGGED_SPEED_SHARE, abs=SPEED_STEP_KMH)
    assert _speed_kmh(20, RUGGED_RELIEF_M / 2) == pytest.approx(61 * 0.75, abs=SPEED_STEP_KMH)
    assert _speed_kmh(5000, 400) == _speed_kmh(5000)
    half_way = np.expm1((np.log1p(50) + np.log1p(5000)) / 2)
    assert _speed_kmh(half_way, 400) / _speed_kmh(half_way) == pytest.approx(0.75, abs=0.01)


@given(st.floats(0, 30_000), st.floats(0, 500), st.floats(0, 500))
def test_more_relief_is_never_faster(density, lower, higher):
    lower, higher = sorted((lower, higher))
    assert _speed_kmh(density, higher) <= _speed_kmh(density, lower)


@given(st.integers(0, 2**32 - 1))
def test_frictions_are_finite_on_land_alone_and_few(seed):
    rng = np.random.default_rng(seed)
    is_land = rng.random(SHAPE) < 0.7
    persons = np.where(rng.random(SHAPE) < 0.5, rng.lognormal(4, 3, SHAPE), 0)
    friction = screening_friction(persons, is_land, cell_size_m=1000.0, relief_m=rng.uniform(0, 300, SHAPE))
    assert np.array_equal(np.isfinite(friction), is_land)
    speeds = 3.6 / friction[is_land].astype(np.float64)
    assert ((speeds > 24.9) & (speeds < 79.1)).all()
    assert np.allclose(speeds / SPEED_STEP_KMH, np.round(speeds / SPEED_STEP_KMH), atol=1e-3)


def test_density_is_that_of_land_people_at_sea_do_not_count():
    is_land = LAND.copy()
    is_land[:, 11:] = False
    persons = np.full(SHAPE, 300.0)
    density = density_around(persons, is_land, 1000.0)
    assert density[is_land] == pytest.approx(300)
    assert (density[~is_land] == 0).all()


def test_cell_size_changes_the_drawing_not_the_density():
    fine = density_around(np.kron(np.eye(21) * 400, np.full((5, 5), 1 / 25)), np.ones((105, 105), bool), 200.0)
    coarse = density_around(np.eye(21) * 400, LAND, 1000.0)
    assert fine[52, 52] == pytest.approx(coarse[10, 10], rel=0.1)
    assert _speed_kmh(300, 30, cell_size_m=200.0) == _speed_kmh(300, 30)


def test_scenarios_have_the_fitted_parameters_by_default():
    travel = FrictionTravel(surface="friction")
    assert travel.density_persons_per_km2 == DENSITY_PERSONS_PER_KM2
    assert travel.speeds_kmh == SPEEDS_KMH
    assert travel.rugged_speed_share == RUGGED_SPEED_SHARE
