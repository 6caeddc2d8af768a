"""A raster and roads as one graph: worlds known on paper, and random ones against the naive twin under SciPy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from naive.travel import dense
from naive.travel import overland_edges as naive_edges
from siting.errors import DataError
from siting.grid import Grid
from siting.scenario import RoadTravel
from siting.scenario.mode_settings import NoCarSettings, WalkingSettings
from siting.travel import OverlandSurface, arrays, build_mode_surface, nearest, nearest_everywhere, travel_times
from siting.travel.overland import both_ways
from siting.travel.roads import link_seconds
from travel_worlds import both_ways as street
from travel_worlds import road_network, territory

GRID = Grid("EPSG:3035", 0.0, 400.0, 100.0, 4, 4)
SPEEDS_KMH = {"primary": 72.0, "residential": 36.0, "motorway": 108.0}


def walk(kmh: float = 3.6, barriers=()) -> np.ndarray:
    friction = np.full(GRID.n_cells, 3.6 / kmh)
    friction[list(barriers)] = np.inf
    return friction.reshape(GRID.shape)


def kmh_by_class(roads, speeds_kmh=SPEEDS_KMH):
    return np.array([speeds_kmh.get(name, 0.0) for name in roads.classes])[roads.link_class]


def by_class(roads, speeds_kmh):
    return link_seconds(roads, kmh_by_class(roads, speeds_kmh))


def times_to(place, friction, roads, speeds_kmh=SPEEDS_KMH, **options):
    edges = arrays.overland_edges(
        friction,
        GRID,
        roads,
        by_class(roads, speeds_kmh),
        x_m=np.array([place[0]], np.float64),
        y_m=np.array([place[1]], np.float64),
        **options,
    )
    n_nodes = GRID.n_cells + len(roads.node_x_m) + 1
    return arrays.graph_times(n_nodes, edges, n_nodes - 1, cutoff_s=3600, towards=True)


def test_a_walk_a_road_and_a_walk() -> None:
    # from (50, 350): 200 m down to the row of the road, 250 m on it at 20 m/s, 10 m up to the place
    roads = road_network([(0, 150), (400, 150)], street(0, 1, 400))
    time_s = times_to((300, 160), walk(), roads)
    assert time_s[0] == 200 + 13 + 10  # 12.5 s on the road, the sum rounded up
    assert time_s[GRID.n_cells] == 15 + 10


def test_a_road_may_be_left_and_taken_again() -> None:
    # two roads that end 100 m apart: the cells between them are walked through
    roads = road_network([(50, 350), (150, 350), (250, 350), (350, 350)], street(0, 1, 100) + street(2, 3, 100))
    assert times_to((350, 350), walk(), roads)[0] == 5 + 100 + 5


def test_water_is_walked_around() -> None:
    roads = road_network([(9000, 9000), (9100, 9000)], street(0, 1, 100))
    barriers = [4, 5, 6]  # the second row of cells but the last
    time_s = times_to((50, 150), walk(barriers=barriers), roads)
    assert time_s[0] == np.ceil(2 * (200 + 100 * np.sqrt(2)))
    assert np.isinf(time_s[4])


def test_one_way_streets_bind_or_not() -> None:
    nodes = [(50, 350), (350, 350), (50, 50), (350, 50)]
    roads = road_network(nodes, [(1, 0, 300, "primary"), *street(2, 3, 300, "motorway")])
    world = territory(GRID, demand_cell=[0, 12], site_xy=[(350, 350), (350, 50)], roads=roads)
    options = {"link_kmh": kmh_by_class(roads, {"primary": 36.0}), "off_road_kmh": 3.6, "access_links": 1}
    bound, free = (OverlandSurface.build(world, one_way=is_bound, **options) for is_bound in (True, False))
    assert dense(travel_times(bound, cutoff_s=3600))[0, 0] == 300  # against the street: beside it
    assert dense(travel_times(free, cutoff_s=3600))[0, 0] == 30
    assert nearest(free, [0, 1]).time_s.tolist() == [30, 300]


def test_on_foot_express_roads_are_closed_and_nobody_is_faster_than_a_car() -> None:
    # 3 km of each class side by side, 100 m apart; from the one end to a site at the other
    grid = Grid("EPSG:3035", 0.0, 100.0, 100.0, 1, 31)
    roads = road_network([(50, 50), (3050, 50)], street(0, 1, 3000, "motorway") + street(0, 1, 3000))
    world = territory(grid, demand_cell=[0], site_xy=[(3050, 50)], roads=roads)
    travel = RoadTravel(surface="roads", network="corsica", speed_factor=1, speeds_kmh={"motorway": 60, "primary": 5})
    for mode, kmh in ((WalkingSettings(speed_kmh=8), 5), (NoCarSettings(speed_kmh=30), 30), (NoCarSettings(), 20)):
        found = nearest(build_mode_surface(world, travel, mode), [0])
        assert found.time_s.tolist() == [3000 / kmh * 3.6]


def test_both_ways_keeps_what_is_off_the_ground() -> None:
    roads = road_network([(0, 0), (9, 0)], [(0, 1, 9, "primary"), (0, 1, 10, "primary")], off_ground=[1])
    doubled = both_ways(roads)
    assert doubled.link_from.tolist() == [0, 0, 1, 1] and doubled.link_to.tolist() == [1, 1, 0, 0]
    assert doubled.link_is_off_ground is not None
    assert doubled.link_is_off_ground.tolist() == [False, True, False, True]


def test_what_does_not_fit_is_refused() -> None:
    roads = road_network([(0, 0), (9, 0)], street(0, 1, 9))
    with pytest.raises(DataError, match="link_s"):
        arrays.overland_edges(walk(), GRID, roads, np.ones(1))
    with pytest.raises(DataError, match="shape"):
        arrays.overland_edges(np.ones((2, 2)), GRID, roads, np.ones(2))
    for wrong in (0.0, -1.0, np.nan):
        with pytest.raises(DataError, match="1 cells are 0, negative, NaN or faster"):
            arrays.overland_edges(np.where(np.arange(16) == 5, wrong, 1.0).reshape(4, 4), GRID, roads, np.ones(2))
    one = np.array([50.0])
    for place in ((one, np.array([50.0, 60.0])), (one, one * np.nan), (one[None], one[None])):
        with pytest.raises(DataError, match="y_m"):
            arrays.overland_edges(walk(), GRID, roads, np.ones(2), x_m=place[0], y_m=place[1])
    with pytest.raises(DataError, match="access_links: is 0"):
        arrays.overland_edges(walk(), GRID, roads, np.ones(2), access_links=0)
    with pytest.raises(DataError, match="masked"):
        arrays.overland_edges(walk(), GRID, roads, np.ma.masked_array([1.0, 2.0], [True, False]))
    bare = territory(GRID, demand_cell=[0], site_xy=[(50, 50)])
    with pytest.raises(DataError, match="roads"):
        OverlandSurface.build(bare, link_kmh=np.ones(2), off_road_kmh=3.0, one_way=True)


@st.composite
def worlds(draw):
    n_nodes = draw(st.integers(2, 7))
    coordinate = st.integers(-2, 18).map(lambda i: i * 25.0)
    nodes = draw(st.lists(st.tuples(coordinate, coordinate), min_size=n_nodes, max_size=n_nodes))
    node = st.integers(0, n_nodes - 1)
    length = st.sampled_from([0.0, 12.5, 100.0, 333.3])
    kind = st.sampled_from(["primary", "residential", "motorway", "footway"])
    links = draw(st.lists(st.tuples(node, node, length, kind), min_size=1, max_size=10))
    links.append((0, 1, 50.0, "primary"))
    frictions = st.sampled_from([0.3, 0.9, 1.2, np.inf])
    friction = np.array(draw(st.lists(frictions, min_size=16, max_size=16))).reshape(4, 4)
    places = draw(st.lists(st.tuples(coordinate, coordinate), min_size=1, max_size=3))
    return friction, road_network(nodes, links), places, draw(st.integers(1, 3))


@settings(deadline=None, max_examples=150)
@given(worlds())
def test_random_worlds_equal_scipy_on_the_naive_twin(drawn) -> None:
    friction, roads, places, access_links = drawn
    x_m, y_m = np.array(places).T
    edges = arrays.overland_edges(
        friction, GRID, roads, by_class(roads, SPEEDS_KMH), x_m=x_m, y_m=y_m, access_links=access_links
    )
    n_nodes = GRID.n_cells + len(roads.node_x_m) + len(places)
    expected = _least_s(naive_edges(friction, GRID, roads, SPEEDS_KMH, places, access_links=access_links), n_nodes)
    for row in range(len(places)):
        site = n_nodes - len(places) + row
        found = arrays.graph_times(n_nodes, edges, site, cutoff_s=60_000, towards=True)
        np.testing.assert_array_equal(found, expected[:, site])


@settings(deadline=None, max_examples=60)
@given(worlds())
def test_the_surface_asks_the_same_graph(drawn) -> None:
    friction, roads, places, access_links = drawn
    is_land = np.isfinite(friction)
    if not is_land.any():
        return
    land = np.flatnonzero(is_land)
    world = territory(GRID, demand_cell=land[::2], site_xy=places, roads=roads, is_land=is_land)
    surface = OverlandSurface.build(
        world, link_kmh=kmh_by_class(roads), off_road_kmh=4.0, one_way=True, access_links=access_links
    )
    flat = np.where(is_land, 0.9, np.inf)
    n_nodes = GRID.n_cells + len(roads.node_x_m) + len(places)
    least_s = _least_s(naive_edges(flat, GRID, roads, SPEEDS_KMH, places, access_links=access_links), n_nodes)
    to_sites_s = least_s[: GRID.n_cells, n_nodes - len(places) :]
    everywhere = nearest_everywhere(surface, range(len(places)))
    np.testing.assert_array_equal(everywhere.time_s.ravel(), to_sites_s.min(axis=1))
    near = nearest(surface, range(len(places)))
    np.testing.assert_array_equal(near.time_s, to_sites_s[land[::2]].min(axis=1))
    table = dense(travel_times(surface, cutoff_s=200, threads=2))
    np.testing.assert_array_equal(table, np.where(to_sites_s <= 200, to_sites_s, -1)[land[::2]].T)
    is_reached = np.isfinite(near.time_s)
    np.testing.assert_array_equal(surface.unreached_reason(range(len(places))) == 0, is_reached)
    assert (surface.pocket_sizes() >= 1).all()


def _least_s(edges, n_nodes):
    """Seconds, rounded up, between every two nodes, by SciPy; of parallel edges the quickest, none of 0 lost."""
    least = {}
    for tail, head, ticks in edges:
        if tail != head:
            least[tail, head] = min(ticks, least.get((tail, head), ticks))
    tail, head = np.array(list(least), np.int64).reshape(-1, 2).T
    order = np.lexsort((head, tail))
    start = np.searchsorted(tail[order], np.arange(n_nodes + 1))
    ticks = np.array(list(least.values()), np.float64)[order]
    return np.ceil(dijkstra(csr_array((ticks, head[order], start), shape=(n_nodes, n_nodes))) / 4096)
