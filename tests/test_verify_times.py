"""The two paths to a travel time, the kernels' and SciPy's, agree to the second on random worlds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from siting.grid import Grid
from siting.scenario import FrictionTravel, RoadTravel, load
from siting.territory import assemble
from siting.travel import build_surface, nearest, nearest_everywhere, reach, travel_times
from siting.verify.scipy_times import ticks_graph
from travel_worlds import road_network, territory

CLASSES = ("primary", "residential", "motorway", "service", "trunk_link")


def random_territory(seed: int, *, has_roads: bool, cell_size_m: float = 1000.0):
    """A small country of random coast, roads, people and sites; some sites stand in the sea or on one another."""
    rng = np.random.default_rng(seed)
    n_rows, n_columns = rng.integers(1, 9, 2)
    grid = Grid("EPSG:3035", 0.0, n_rows * cell_size_m, cell_size_m, int(n_rows), int(n_columns))
    is_land = rng.random(grid.shape) < 0.75
    is_land.ravel()[rng.integers(grid.n_cells)] = True
    land = np.flatnonzero(is_land)
    demand_cell = np.sort(rng.choice(land, rng.integers(1, len(land) + 1), replace=False))
    width, height = grid.bounds_m[2], grid.bounds_m[3]
    site_xy = rng.random((rng.integers(1, 6), 2)) * [width, height]
    site_xy[-1] = site_xy[0]
    roads = None
    if has_roads:
        n_nodes = int(rng.integers(2, 40))
        node_xy = rng.random((n_nodes, 2)) * [width, height]
        ends = rng.integers(0, n_nodes, (int(rng.integers(1, 90)), 2))
        length_m = np.hypot(*(node_xy[ends[:, 0]] - node_xy[ends[:, 1]]).T) * rng.uniform(1, 1.4, len(ends))
        kinds = rng.choice(CLASSES, len(ends))
        links = [(int(a), int(b), float(m), str(k)) for (a, b), m, k in zip(ends, length_m, kinds, strict=True)]
        off_ground = rng.choice(len(links), len(links) // 4, replace=False)
        roads = road_network(node_xy, links, classes=CLASSES, off_ground=off_ground if rng.random() < 0.5 else None)
    return territory(grid, demand_cell=demand_cell, site_xy=site_xy, roads=roads, is_land=is_land)


def assert_both_paths_agree(world, travel) -> None:
    surface, graph = build_surface(world, travel), ticks_graph(travel, world)
    rows = np.arange(len(world.sites))
    for some in (rows, rows[:1], rows[:0]):
        expected = graph.nearest_s(some)
        np.testing.assert_array_equal(nearest_everywhere(surface, some).time_s.ravel(), expected)
        np.testing.assert_array_equal(nearest(surface, some).time_s, expected[world.demand.cell])
    has_access = graph.has_access[world.demand.cell]
    code = np.where(world.demand.land_mass > 0, reach.ISLAND, np.where(has_access, reach.CUT_OFF, reach.NO_ROAD))
    np.testing.assert_array_equal(surface.unreached_reason(rows[:0]), code)
    times = travel_times(surface, cutoff_s=travel.cutoff_s, threads=2)
    for site, (near, seconds) in enumerate(graph.within_s(rows, world.demand.cell, travel.cutoff_s)):
        pairs = slice(times.site_start[site], times.site_start[site + 1])
        np.testing.assert_array_equal(times.cell[pairs], np.sort(near))
        np.testing.assert_array_equal(times.time_s[pairs], seconds[np.argsort(near)])


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), access_links=st.integers(1, 4), max_access_m=st.sampled_from([300, 900, 3000]))
@example(seed=21981, access_links=4, max_access_m=300)  # an end of a main segment, nearest on another segment alone
def test_on_roads(seed, access_links, max_access_m):
    travel = RoadTravel(
        surface="roads",
        network="corsica",
        cutoff_min=10,
        speeds_kmh={"motorway": 110},
        access_links=access_links,
        max_access_m=max_access_m,
    )
    assert_both_paths_agree(random_territory(seed, has_roads=True), travel)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), cutoff_min=st.sampled_from([2, 5, 30]))
def test_on_friction(seed, cutoff_min):
    travel = FrictionTravel(surface="friction", model="screening", cutoff_min=cutoff_min)
    assert_both_paths_agree(random_territory(seed, has_roads=False), travel)


def test_every_pair_of_corsica():
    """360 sites × 3,100 cells on 31,340 road nodes."""
    scenario = load(Path(__file__).parent.parent / "scenarios" / "corse.yaml")
    assert_both_paths_agree(assemble(scenario), scenario.travel)
