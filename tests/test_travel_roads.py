"""Travel on roads: worlds known on paper, and random worlds against the naive twin."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from naive.travel import dense, dijkstra, road_edges, seconds, towards
from siting.errors import DataError
from siting.grid import Grid
from siting.travel import RoadSurface, nearest, nearest_everywhere, travel_times
from travel_worlds import both_ways, road_network, territory

GRID = Grid("EPSG:3035", 0.0, 1000.0, 100.0, 10, 10)
RULES = {
    "speeds_kmh": {"primary": 72.0, "residential": 36.0, "motorway": 108.0, "trunk_link": 54.0},
    "speed_factor": 1.0,
    "off_road_kmh": 3.6,
    "access_links": 1,
    "max_access_m": 60.0,
}  # 20, 10, 30, 15 and 1 m/s


def cell_at(x_m: float, y_m: float) -> int:
    return int(GRID.cell_at(x_m, y_m))


def surface_of(links, node_xy, *, cells, sites, land_mass=None, off_ground=None, **rules) -> RoadSurface:
    world = territory(
        GRID,
        demand_cell=[cell_at(*xy) for xy in cells],
        site_xy=sites,
        roads=road_network(node_xy, links, off_ground=off_ground),
        land_mass=land_mass,
    )
    return RoadSurface.build(world, **(RULES | rules))


def test_true_length_class_and_legs_add_up() -> None:
    # cell (50, 50) → 10 m on foot → 500 m at 20 m/s although 400 m apart → 200 m at 10 m/s → 5 m on foot
    nodes = [(50, 60), (450, 60), (650, 60)]
    links = both_ways(0, 1, 500) + both_ways(1, 2, 200, "residential")
    surface = surface_of(links, nodes, cells=[(50, 50)], sites=[(650, 65)])
    assert dense(travel_times(surface, cutoff_s=3600)).tolist() == [[10 + 25 + 20 + 5]]
    assert dense(travel_times(surface, cutoff_s=60)).tolist() == [[60]]
    assert dense(travel_times(surface, cutoff_s=59)).tolist() == [[-1]]


def test_the_speed_factor_slows_roads_and_not_legs() -> None:
    surface = surface_of(
        both_ways(0, 1, 400), [(50, 60), (450, 60)], cells=[(50, 50)], sites=[(450, 60)], speed_factor=0.5
    )
    assert dense(travel_times(surface, cutoff_s=3600)).tolist() == [[10 + 40]]


def test_one_way_is_driven_towards_the_site_only() -> None:
    nodes = [(50, 50), (450, 50)]
    one_way = [(0, 1, 400, "primary")]
    cells = [(50, 50), (450, 50)]
    sites = [(50, 50), (450, 50)]
    surface = surface_of(one_way, nodes, cells=cells, sites=sites)
    # both cells reach the site at the far end; none comes back
    assert dense(travel_times(surface, cutoff_s=3600)).tolist() == [[0, -1], [20, 0]]


def test_a_one_way_trap_reaches_nothing_outside_it() -> None:
    # 0 ⇄ 1 → 2 → 3: people at 3 cannot get out
    nodes = [(50, 50), (250, 50), (450, 50), (650, 50)]
    links = [*both_ways(0, 1, 200), (1, 2, 200, "primary"), (2, 3, 200, "primary")]
    surface = surface_of(links, nodes, cells=[(50, 50), (650, 50)], sites=[(50, 50)])
    assert dense(travel_times(surface, cutoff_s=3600)).tolist() == [[0, -1]]
    assert surface.unreached_reason([0]).tolist() == [0, 3]
    assert surface.pocket_sizes().tolist() == [4, 4]


def test_a_bridge_does_not_join_the_road_under_it() -> None:
    # two roads cross at (450, 450) with no node there
    nodes = [(50, 450), (850, 450), (450, 50), (450, 850)]
    links = both_ways(0, 1, 800) + both_ways(2, 3, 800)
    surface = surface_of(links, nodes, cells=[(50, 450), (450, 50)], sites=[(450, 850)])
    assert dense(travel_times(surface, cutoff_s=3600)).tolist() == [[-1, 40]]
    near = nearest(surface, [0])
    assert np.isinf(near.time_s[0]) and near.site.tolist() == [-1, 0]


def test_fault_31_island_pocket_and_wilderness_each_have_their_reason() -> None:
    nodes = [(50, 50), (250, 50), (450, 50), (650, 50), (850, 50), (950, 50), (50, 850), (150, 850)]
    links = both_ways(0, 1, 200) + both_ways(1, 2, 200) + both_ways(3, 4, 200) + both_ways(6, 7, 100)
    cells = [(50, 850), (550, 550), (50, 50), (650, 50)]
    cells.sort(key=lambda xy: cell_at(*xy))
    surface = surface_of(links, nodes, cells=cells, sites=[(450, 50)], land_mass=[4, 0, 0, 0])
    assert surface.unreached_reason([0]).tolist() == [2, 1, 0, 3]
    assert surface.pocket_sizes().tolist() == [2, 0, 3, 2]


def test_a_pocket_beside_a_cell_does_not_hide_the_network() -> None:
    # nodes 0–1 are a cut-off yard at the door; the network is 40 m further
    nodes = [(45, 50), (55, 50), (50, 100), (450, 100), (850, 100)]
    links = both_ways(0, 1, 10) + both_ways(2, 3, 400) + both_ways(3, 4, 400)
    surface = surface_of(links, nodes, cells=[(50, 50)], sites=[(450, 100)])
    assert dense(travel_times(surface, cutoff_s=3600)).tolist() == [[50 + 20]]


def test_a_motorway_is_driven_but_not_joined_from_a_field() -> None:
    nodes = [(50, 100), (450, 100), (850, 100)]
    links = both_ways(0, 1, 400) + both_ways(1, 2, 600, "motorway")
    surface = surface_of(links, nodes, cells=[(50, 50), (850, 50)], sites=[(850, 100)], max_access_m=50.0)
    # the site touches only the motorway: reached on foot from the cell beside it, not by road
    assert dense(travel_times(surface, cutoff_s=3600)).tolist() == [[-1, 50]]


def test_a_link_is_joined_where_it_passes() -> None:
    # 20 m on foot to the middle of a bending road: half of its 800 m at 20 m/s, though its ends are 400 m apart
    nodes = [(50, 70), (450, 70)]
    surface = surface_of(both_ways(0, 1, 800), nodes, cells=[(250, 50)], sites=[(50, 70), (450, 60)])
    assert dense(travel_times(surface, cutoff_s=3600)).tolist() == [[20 + 20], [20 + 20 + 10]]


def test_a_one_way_street_is_left_and_reached_its_way() -> None:
    # joined in the middle of 0 → 1, and no way back from 1 to 0
    nodes = [(50, 50), (450, 50)]
    surface = surface_of([(0, 1, 400, "primary")], nodes, cells=[(250, 50)], sites=[(150, 50), (350, 50), (450, 50)])
    assert dense(travel_times(surface, cutoff_s=3600)).tolist() == [[-1], [5], [10]]


def test_two_places_on_one_street_meet_on_it() -> None:
    # its ends lead nowhere else, and the two are too far apart to walk
    nodes = [(0, 50), (1000, 50)]
    surface = surface_of(both_ways(0, 1, 2000), nodes, cells=[(250, 50)], sites=[(750, 70)])
    assert dense(travel_times(surface, cutoff_s=3600)).tolist() == [[50 + 20]]


def test_slip_roads_bridges_and_tunnels_are_joined_at_their_crossings_only() -> None:
    nodes = [(50, 100), (450, 100), (850, 100)]
    cells, sites = [(50, 50), (250, 50), (650, 50)], [(450, 100)]
    slip_road = both_ways(0, 1, 400) + both_ways(1, 2, 400, "trunk_link")
    bridge = both_ways(0, 1, 400) + both_ways(1, 2, 400)
    for links, off_ground in ((slip_road, None), (bridge, [2, 3])):
        surface = surface_of(links, nodes, cells=cells, sites=sites, off_ground=off_ground)
        assert dense(travel_times(surface, cutoff_s=3600)).tolist() == [[50 + 20, 50 + 10, -1]]


def test_a_class_without_a_speed_is_not_driven_nor_joined() -> None:
    nodes = [(50, 60), (450, 60), (50, 55), (450, 55)]
    links = both_ways(0, 1, 400) + both_ways(2, 3, 10, "footway")
    surface = surface_of(links, nodes, cells=[(50, 50)], sites=[(450, 60)])
    assert dense(travel_times(surface, cutoff_s=3600)).tolist() == [[10 + 20]]


def test_a_cell_and_a_site_near_each_other_need_no_road() -> None:
    surface = surface_of(both_ways(0, 1, 9), [(950, 950), (940, 950)], cells=[(50, 50)], sites=[(50, 110), (50, 111)])
    assert dense(travel_times(surface, cutoff_s=3600)).tolist() == [[60], [-1]]


def test_several_access_links_let_the_better_road_win() -> None:
    # the nearest road (10 m) leads the long way round; the next (40 m) is on the direct road
    nodes = [(50, 60), (50, 10), (450, 50)]
    links = both_ways(0, 2, 4000) + both_ways(1, 2, 400)
    one, two = (surface_of(links, nodes, cells=[(50, 50)], sites=[(450, 50)], access_links=k) for k in (1, 2))
    assert dense(travel_times(one, cutoff_s=3600)).tolist() == [[10 + 200]]
    assert dense(travel_times(two, cutoff_s=3600)).tolist() == [[40 + 20]]


def test_nothing_passes_through_a_cell_or_a_site() -> None:
    # two roads that end 40 m apart, a cell and a site between them
    nodes = [(50, 50), (430, 50), (470, 50), (850, 50)]
    links = both_ways(0, 1, 380) + both_ways(2, 3, 380)
    surface = surface_of(links, nodes, cells=[(50, 50), (450, 50)], sites=[(450, 50), (850, 50)], access_links=2)
    assert dense(travel_times(surface, cutoff_s=3600)).tolist() == [[39, 0], [-1, 39]]


def test_no_roads_and_no_speeds_are_refused() -> None:
    bare = territory(GRID, demand_cell=[0], site_xy=[(50, 50)])
    with pytest.raises(DataError, match="roads"):
        RoadSurface.build(bare, **RULES)
    with pytest.raises(DataError, match="speeds_kmh"):
        surface_of(both_ways(0, 1, 9), [(0, 0), (9, 9)], cells=[(50, 50)], sites=[], speeds_kmh={"track": 10.0})


@st.composite
def worlds(draw):
    n_nodes = draw(st.integers(2, 9))
    coordinate = st.integers(0, 40).map(lambda i: i * 25.0)
    node_xy = draw(st.lists(st.tuples(coordinate, coordinate), min_size=n_nodes, max_size=n_nodes))
    node = st.integers(0, n_nodes - 1)
    length = st.sampled_from([0.0, 0.001, 12.5, 100.0, 333.3, 5000.0])
    kind = st.sampled_from(["primary", "residential", "motorway", "footway", "trunk_link"])
    links = draw(st.lists(st.tuples(node, node, length, kind), min_size=1, max_size=20))
    links.append((0, 1, 50.0, "primary"))
    cells = sorted(draw(st.sets(st.integers(0, 99), min_size=1, max_size=6)))
    sites = draw(st.lists(st.tuples(coordinate, coordinate), min_size=1, max_size=4))
    rules = RULES | {
        "access_links": draw(st.integers(1, 3)),
        "max_access_m": draw(st.sampled_from([0.0, 75.0, 250.0])),
        "off_road_kmh": draw(st.sampled_from([3.6, 15.0])),
        "speed_factor": draw(st.sampled_from([1.0, 0.8])),
    }
    off_ground = draw(st.none() | st.lists(st.integers(0, len(links) - 1), max_size=3))
    network = road_network(node_xy, links, off_ground=off_ground)
    return network, cells, sites, rules, draw(st.sampled_from([0, 30, 200, 3600]))


@settings(deadline=None, max_examples=200)
@given(worlds())
def test_random_worlds_equal_the_naive_twin(drawn) -> None:
    network, cells, sites, rules, cutoff_s = drawn
    world = territory(GRID, demand_cell=cells, site_xy=sites, roads=network)
    surface = RoadSurface.build(world, **rules)
    backwards = towards(road_edges(world, **rules))
    table = dense(travel_times(surface, cutoff_s=cutoff_s, threads=1))
    for site in range(len(sites)):
        best = dijkstra(backwards, [("site", site)])
        ticks = [best.get(("cell", row), (10**12, 0))[0] for row in range(len(cells))]
        assert table[site].tolist() == [seconds(t) if t <= cutoff_s * 4096 else -1 for t in ticks]
    near = nearest(surface, range(len(sites)))
    best = dijkstra(backwards, [("site", site) for site in range(len(sites))])
    for row in range(len(cells)):
        ticks, site = best.get(("cell", row), (None, None))
        assert (near.time_s[row], near.site[row]) == ((np.inf, -1) if site is None else (seconds(ticks), site))
    everywhere = nearest_everywhere(surface, range(len(sites)))
    assert everywhere.time_s.ravel()[cells].tolist() == near.time_s.tolist()
    assert everywhere.site.ravel()[cells].tolist() == near.site.tolist()


def test_one_thread_or_many_give_the_same_bytes() -> None:
    rng = np.random.default_rng(2)
    xy = rng.uniform(0, 1000, (300, 2)).round(1)
    links = [
        (a, int(b), float(np.hypot(*(xy[a] - xy[b]))), "residential")
        for a in range(300)
        for b in np.argsort(np.hypot(*(xy - xy[a]).T))[1:4]
    ]
    cells = [(50 + 100 * i, 950 - 100 * j) for j in range(10) for i in range(10)]
    surface = surface_of(links, xy, cells=cells, sites=rng.uniform(0, 1000, (200, 2)), access_links=2)
    one, many = (travel_times(surface, cutoff_s=300, threads=threads) for threads in (1, 5))
    assert one.n_pairs > 1000
    for name in ("site_start", "cell", "time_s"):
        assert getattr(one, name).tobytes() == getattr(many, name).tobytes()
