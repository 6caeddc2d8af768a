"""Speeds of links by class, limit, surface and surroundings, against plain Python."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siting.grid import Grid
from siting.territory.relief import relief_on
from siting.territory.values import RoadNetwork
from siting.travel.road_speeds import RoadConditions, link_kmh
from siting.travel.screening import density_around
from travel_worlds import territory

CLASSES = ("primary", "residential", "ferry", "footway")
SPEEDS_KMH = {"primary": 80.0, "residential": 35.0, "ferry": 20.0}
GRID = Grid("EPSG:3035", 4_200_000.0, 2_110_000.0, 1000.0, 8, 8)
"""In the mountains of Corsica."""


def world(links, persons) -> object:
    """Links of (from, to, length_m, class, limit, own speed, unpaved) over nodes at the corners of a square of 2 km."""
    node = [(2000.0, 2000.0), (4000.0, 2000.0), (4000.0, 4000.0), (2000.0, 4000.0)]
    west, south = GRID.bounds_m[:2]
    columns = list(zip(*links, strict=True))
    roads = RoadNetwork(
        node_x_m=np.array([west + x for x, _ in node]),
        node_y_m=np.array([south + y for _, y in node]),
        link_from=np.array(columns[0], np.int32),
        link_to=np.array(columns[1], np.int32),
        link_length_m=np.array(columns[2], np.float64),
        link_class=np.array([CLASSES.index(name) for name in columns[3]], np.uint8),
        classes=CLASSES,
        source="drawn",
        link_maxspeed_kmh=np.array(columns[4], np.float32),
        link_own_kmh=np.array(columns[5], np.float32),
        link_is_unpaved=np.array(columns[6], np.bool_),
    )
    made = territory(GRID, demand_cell=[0], site_xy=[], roads=roads)
    object.__setattr__(made, "persons", persons.astype(np.float32))
    return made


def naive_kmh(made, link, conditions: RoadConditions, factor: float) -> float:
    start, end, length_m, name, limit, own, is_unpaved = link
    if name == "footway" or (name == "ferry" and not conditions.use_ferries):
        return 0.0
    if not math.isnan(own):
        return own
    kmh = limit if conditions.use_maxspeed and not math.isnan(limit) else SPEEDS_KMH[name]
    kmh *= factor * (conditions.unpaved_speed_share if is_unpaved else 1)
    roads = made.roads
    x = (roads.node_x_m[start] + roads.node_x_m[end]) / 2
    y = (roads.node_y_m[start] + roads.node_y_m[end]) / 2
    straight_m = math.dist((roads.node_x_m[start], roads.node_y_m[start]), (roads.node_x_m[end], roads.node_y_m[end]))
    sinuosity = min(max(length_m / straight_m, 1), 3) if straight_m else 3
    density = density_around(made.persons, made.is_land, 1000.0)
    urban = np.clip((np.log(np.maximum(density, 1)) - np.log(300)) / (np.log(1500) - np.log(300)), 0, 1)
    slowing = (
        1
        + conditions.urban_slowing * bilinear(urban, x, y)
        + conditions.bend_slowing * (sinuosity - 1)
        + conditions.relief_slowing * bilinear(relief_on(GRID).astype(float), x, y) / 100
    )
    return kmh / slowing


def bilinear(layer, x, y) -> float:
    """Between the centres of the four cells around a point well inside the grid."""
    row, column = (GRID.y_max_m - y) / 1000 - 0.5, (x - GRID.x_min_m) / 1000 - 0.5
    top, left = math.floor(row), math.floor(column)
    down, right = row - top, column - left
    above = layer[top, left] * (1 - right) + layer[top, left + 1] * right
    below = layer[top + 1, left] * (1 - right) + layer[top + 1, left + 1] * right
    return float(above * (1 - down) + below * down)


link = st.tuples(
    st.integers(0, 3),
    st.integers(0, 3),
    st.floats(1, 20_000),
    st.sampled_from(CLASSES),
    st.sampled_from([math.nan, 30.0, 50.0, 110.0]),
    st.just(math.nan),
    st.booleans(),
) | st.tuples(
    st.integers(0, 3), st.integers(0, 3), st.floats(1, 20_000), st.just("ferry"), st.just(math.nan),
    st.sampled_from([math.nan, 18.0]), st.just(False),
)  # fmt: skip
share = st.sampled_from([0.0, 0.3, 1.0])
conditions = st.builds(
    RoadConditions,
    use_maxspeed=st.booleans(),
    use_ferries=st.booleans(),
    unpaved_speed_share=st.sampled_from([0.5, 1.0]),
    urban_slowing=share,
    bend_slowing=share,
    relief_slowing=share,
)


@settings(max_examples=60, deadline=None)
@given(links=st.lists(link, min_size=1, max_size=6), asked=conditions, seed=st.integers(0, 9))
def test_speeds_equal_plain_python(links, asked, seed):
    persons = np.random.default_rng(seed).exponential(600, GRID.shape).round()
    made = world(links, persons)
    found = link_kmh(made, SPEEDS_KMH, 0.85, asked)
    expected = [naive_kmh(made, one, asked, 0.85) for one in links]
    assert found == pytest.approx(expected, rel=1e-6)


def test_no_conditions_leave_the_class_alone():
    made = world([(0, 1, 9000.0, "primary", 50.0, math.nan, True)], np.full(GRID.shape, 5000.0))
    assert link_kmh(made, SPEEDS_KMH, 0.85, RoadConditions()).tolist() == [80 * 0.85]


def test_a_town_a_bend_and_a_hill_slow_down():
    persons = np.full(GRID.shape, 5000.0)
    made = world([(0, 1, 2800.0, "primary", math.nan, math.nan, False)], persons)
    assert link_kmh(made, SPEEDS_KMH, 1.0, RoadConditions(urban_slowing=0.25)) == pytest.approx([64])
    assert link_kmh(made, SPEEDS_KMH, 1.0, RoadConditions(bend_slowing=0.5)) == pytest.approx([80 / 1.2])
    assert relief_on(GRID).min() > 50
    assert link_kmh(made, SPEEDS_KMH, 1.0, RoadConditions(relief_slowing=0.2))[0] < 75
