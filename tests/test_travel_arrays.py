"""Travel on bare arrays: known on paper, and against the naive twins."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from naive.travel import dijkstra, seconds
from naive.travel import raster_edges as naive_raster_edges
from siting.errors import DataError
from siting.grid import Grid
from siting.travel import arrays
from siting.travel.raster_search import RasterSearch
from siting.travel.tick_raster import TickRaster
from siting.travel.workspace import empty_queue

FLAT = 3.6 / 5.0


@st.composite
def rasters(draw):
    shape = draw(st.sampled_from([(1, 1), (1, 6), (4, 3), (5, 5)]))
    size = shape[0] * shape[1]
    friction = np.array(draw(st.lists(st.sampled_from([0.1, 0.3, 0.7, np.inf]), min_size=size, max_size=size)))
    return friction.reshape(shape), draw(st.integers(0, size - 1)), draw(st.sampled_from([0, 30, 90, 3600]))


@settings(deadline=None, max_examples=60)
@given(rasters())
def test_rasters_equal_the_naive_twin(drawn) -> None:
    friction, source, cutoff_s = drawn
    edges = naive_raster_edges(friction, 100.0)
    place = divmod(source, friction.shape[1])
    is_open = np.isfinite(friction).ravel()
    time_s = arrays.raster_times(friction, place, cell_size_m=100.0, cutoff_s=cutoff_s)
    best = dijkstra(edges, [source]) if is_open[source] else {}
    want = [
        seconds(best[c][0]) if c in best and best[c][0] <= cutoff_s * 4096 else np.inf for c in range(friction.size)
    ]
    assert time_s.ravel().tolist() == want
    persons = np.arange(friction.size, dtype=np.float64).reshape(friction.shape)
    within = arrays.raster_persons_within(friction, persons, cell_size_m=100.0, cutoff_s=cutoff_s, threads=2)
    for cell in range(friction.size):
        reached = dijkstra(edges, [cell]) if is_open[cell] else {}
        assert within.ravel()[cell] == sum(c for c, (ticks, _) in reached.items() if ticks <= cutoff_s * 4096)


@pytest.mark.parametrize("n_levels", [5, 1000])
def test_a_ready_raster_answers_again_and_again(n_levels: int, monkeypatch) -> None:
    # room for 4 places at first, so that it grows
    monkeypatch.setattr("siting.travel.workspace.ROOM_AT_START", 4)
    rng = np.random.default_rng(2)
    friction = rng.choice(np.append(np.linspace(0.05, 0.7, n_levels), np.inf), (30, 41))
    ready = arrays.ReadyRaster(friction, cell_size_m=100.0, cutoff_s=400)
    sources = np.array([(0, 0), (29, 40), (15, 20), (15, 20), *np.argwhere(np.isinf(friction))[:1]])
    one, many = (ready.travel_times(sources, threads=threads) for threads in (1, 3))
    for name in ("site_start", "cell", "time_s"):
        assert getattr(one, name).tobytes() == getattr(many, name).tobytes()
    for i, source in enumerate(sources.tolist()):
        # a function on a bare array looks at the cells around the source only
        time_s = arrays.raster_times(friction, source, cell_size_m=100.0, cutoff_s=400)
        assert (ready.times(source) == time_s).all()
        cell, within_s = ready.within(source)
        assert cell.tolist() == np.flatnonzero(np.isfinite(time_s)).tolist()
        assert within_s.tolist() == time_s.ravel()[cell].tolist()
        pairs = slice(*one.site_start[i : i + 2])
        assert one.cell[pairs].tolist() == cell.tolist() and one.time_s[pairs].tolist() == within_s.tolist()
    near, again = ready.nearest(sources[:3]), arrays.raster_nearest(friction, sources[:3], cell_size_m=100.0)
    assert near.time_s.tobytes() == again.time_s.tobytes() and near.site.tobytes() == again.site.tobytes()
    soonest = np.minimum.reduce([ready.times(source) for source in sources[:3].tolist()])
    assert (near.time_s[np.isfinite(soonest)] == soonest[np.isfinite(soonest)]).all()
    assert one.site_start[-1] > 500 and one.site_start[-1] == one.site_start[-2]


def test_a_ready_graph_answers_again_and_again() -> None:
    edges = (np.array([0, 1, 2, 2]), np.array([1, 2, 3, 0]), np.array([10.0, 20.0, 30.5, 0.0]))
    ready = arrays.ReadyGraph(4, edges, cutoff_s=51, towards=True)
    assert [found.tolist() for found in ready.within(3)] == [[1, 2, 3], [51, 31, 0]]
    assert ready.times(3).tolist() == [np.inf, 51, 31, 0]
    times = ready.travel_times([3, 0], threads=2)
    assert (times.cell.tolist(), times.time_s.tolist()) == ([1, 2, 3, 0, 1, 2], [51, 31, 0, 0, 20, 0])
    near = ready.nearest([3, 0])
    assert (near.time_s.tolist(), near.site.tolist()) == ([0, 20, 0, 0], [1, 1, 1, 0])
    with pytest.raises(DataError, match="is no node"):
        ready.times(4)


def test_nearest_on_a_bare_raster() -> None:
    near = arrays.raster_nearest(np.full((1, 5), 0.1), [(0, 4), (0, 0)], cell_size_m=100.0)
    assert near.time_s.tolist() == [[0, 10, 20, 10, 0]]
    assert near.site.tolist() == [[1, 1, 0, 0, 0]]


def test_isochrones_are_the_cells_within_each_limit() -> None:
    grid = Grid("EPSG:3035", 1000.0, 5000.0, 100.0, 3, 3)
    time_s = np.array([[0, 60, 120], [60, 60, np.inf], [120, 121, 0]])
    inner, outer, none = arrays.isochrones(time_s, grid, [1, 2, -1])
    assert inner.area == 5 * 100.0**2 and outer.area == 7 * 100.0**2 and none.is_empty
    assert inner.bounds == (1000.0, 4700.0, 1300.0, 5000.0)
    assert inner.geom_type == "MultiPolygon" and len(inner.geoms) == 2


def test_walking_uphill_takes_longer_than_down() -> None:
    # 100 m flat at 5 km/h take 72 s; a rise of 10 m in 100: exp(3.5 × 0.10) times that; a fall: exp(3.5 × 0)
    edges = arrays.raster_edges(np.full((1, 2), FLAT), cell_size_m=100.0, elevation_m=np.array([[0.0, 10.0]]))
    up = arrays.graph_times(2, edges, 1, cutoff_s=3600, towards=True)
    down = arrays.graph_times(2, edges, 0, cutoff_s=3600, towards=True)
    assert up.tolist() == [np.ceil(72 * np.exp(0.35)), 0]
    assert down.tolist() == [0, 72]
    away = arrays.graph_times(2, edges, 0, cutoff_s=3600, towards=False)
    assert away.tolist() == [0, up[0]]


@settings(deadline=None, max_examples=40)
@given(rasters())
def test_edges_of_a_flat_raster_give_the_raster_s_times(drawn) -> None:
    friction, source, _ = drawn
    if not np.isfinite(friction.ravel()[source]):
        return
    edges = arrays.raster_edges(friction, cell_size_m=100.0, elevation_m=np.zeros(friction.shape))
    by_graph = arrays.graph_times(friction.size, edges, source, cutoff_s=3600, towards=True)
    by_raster = arrays.raster_times(
        friction, divmod(source, friction.shape[1]), cell_size_m=100.0, cutoff_s=3600
    ).ravel()
    assert (np.isfinite(by_graph) == np.isfinite(by_raster)).all()
    # an edge is rounded once, two half cells twice: a tick a step, which seldom moves the whole second
    reached = np.isfinite(by_graph)
    assert np.abs(by_graph[reached] - by_raster[reached]).max() <= 1


def test_a_walk_to_the_road_and_then_the_road() -> None:
    # a row of 4 cells of 100 m at 5 km/h; node 4 is a bus stop in cell 1, 60 s from the site at node 5
    tail, head, time_s = arrays.raster_edges(np.full((1, 4), FLAT), cell_size_m=100.0)
    edges = (np.append(tail, [1, 4]), np.append(head, [4, 5]), np.append(time_s, [0.0, 60.0]))
    assert arrays.graph_times(6, edges, 5, cutoff_s=3600, towards=True).tolist() == [132, 60, 132, 204, 60, 0]
    near = arrays.graph_nearest(6, edges, [5, 3], towards=True)
    assert near.time_s.tolist() == [132, 60, 72, 0, 60, 0]
    assert near.site.tolist() == [0, 0, 1, 1, 0, 0]


def test_people_who_reach_each_node() -> None:
    # 0 → 1 → 2, one way
    edges = (np.array([0, 1]), np.array([1, 2]), np.array([10.0, 20.0]))
    people = np.array([1.0, 10.0, 100.0])
    told = []
    within = arrays.graph_persons_within(
        3, edges, people, cutoff_s=20, threads=2, progress=lambda done, total: told.append((done, total))
    )
    assert within.tolist() == [1.0, 11.0, 110.0]
    assert told == [(3, 3)]


def test_what_does_not_fit_is_refused() -> None:
    friction = np.full((2, 2), 0.1)
    with pytest.raises(DataError, match="is no cell"):
        arrays.raster_times(friction, (2, 0), cell_size_m=100.0, cutoff_s=60)
    with pytest.raises(DataError, match="persons"):
        arrays.raster_persons_within(friction, np.ones((1, 2)), cell_size_m=100.0, cutoff_s=60)
    with pytest.raises(DataError, match="time_s"):
        arrays.isochrones(friction, Grid("EPSG:3035", 0.0, 0.0, 1.0, 1, 2), [1])
    with pytest.raises(DataError, match="less than 0 s"):
        arrays.graph_times(2, (np.array([0]), np.array([1]), np.array([-1.0])), 0, cutoff_s=60, towards=True)


@pytest.mark.parametrize("number", [np.uint8, np.int16, np.uint16, np.int64, float])
def test_whole_numbers_of_any_type_mean_the_same(number) -> None:
    # 200 + 60 cells do not fit in a byte, nor 120 × 4096 ticks in two: both once gave another window, or none
    friction = np.full((3, 300), 0.02)
    want = arrays.raster_times(friction, (1, 200), cell_size_m=100.0, cutoff_s=120)
    source, cutoff_s = (number(1), number(200)), number(120)
    assert (arrays.raster_times(friction, source, cell_size_m=100.0, cutoff_s=cutoff_s) == want).all()
    ready = arrays.ReadyRaster(friction, cell_size_m=100.0, cutoff_s=cutoff_s)
    assert (ready.times(source) == want).all() and np.isfinite(want[1, 140:261]).all()
    assert ready.travel_times([source]).cutoff_s == 120
    by_road = arrays.graph_times(number(2), ([0], [1], [7.5]), number(1), cutoff_s=cutoff_s, towards=True)
    assert by_road.tolist() == [8, 0]


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.uint16, np.float32])
def test_altitudes_of_any_type_mean_the_same(dtype) -> None:
    friction, altitude_m = np.full((2, 4), FLAT), np.array([[0, 40, 10, 30], [200, 0, 250, 5]])
    want = arrays.raster_edges(friction, cell_size_m=100.0, elevation_m=altitude_m.astype(np.float64))
    edges = arrays.raster_edges(friction, cell_size_m=100.0, elevation_m=altitude_m.astype(dtype))
    assert edges[2].tolist() == want[2].tolist()


def test_altitude_is_asked_of_open_cells_only() -> None:
    friction, altitude_m = np.array([[FLAT, FLAT, np.inf]]), np.array([[0.0, 10.0, np.nan]])
    assert len(arrays.raster_edges(friction, cell_size_m=100.0, elevation_m=altitude_m)[0]) == 2
    with pytest.raises(DataError, match="elevation_m: 1 open cells have no altitude, the first at row 0, column 1"):
        arrays.raster_edges(friction, cell_size_m=100.0, elevation_m=np.array([[0.0, np.nan, 0.0]]))
    with pytest.raises(DataError, match="elevation_m: has shape"):
        arrays.raster_edges(friction, cell_size_m=100.0, elevation_m=np.zeros((2, 3)))


def test_what_is_not_reached_is_within_no_limit() -> None:
    grid = Grid("EPSG:3035", 0.0, 100.0, 100.0, 1, 3)
    (area,) = arrays.isochrones(np.array([[0, 60, np.inf]]), grid, [np.inf])
    assert area.area == 2 * 100.0**2


def test_a_limit_is_inclusive_whatever_its_minutes() -> None:
    grid, time_s = Grid("EPSG:3035", 0.0, 100.0, 100.0, 1, 1), np.array([[123.0]])
    within, beyond = arrays.isochrones(time_s, grid, np.array([123 / 60, 122.999 / 60]))
    assert within.area == 100.0**2 and beyond.is_empty


def test_many_sources_among_steps_of_all_lengths_fit_in_memory(monkeypatch) -> None:
    # a bucket for each of 9,000 sources, times 65,536 buckets, were 16 GB; of roads, one ferry makes as many
    rng = np.random.default_rng(4)
    friction, rows = np.exp(rng.uniform(np.log(0.0125), np.log(125.0), (100, 100))), rng.permutation(10_000)[:9000]
    tail, head = np.arange(9999), np.arange(1, 10_000)
    time_s = np.append(rng.uniform(1, 10, 9998), 400_000.0)
    want = arrays.raster_nearest(friction, np.column_stack(np.divmod(rows, 100)), cell_size_m=100.0)
    want_on_graph = arrays.graph_nearest(10_000, (tail, head, time_s), rows, towards=False)
    sizes = []

    def spied(n_slots, word, *, least=16):
        sizes.append(n_slots * least)
        return empty_queue(n_slots, word, least=least)

    for module in ("raster_search", "tick_graph"):
        monkeypatch.setattr(f"siting.travel.{module}.empty_queue", spied)
        monkeypatch.setattr(f"siting.travel.{module}.MOST_IN_QUEUE", 2**20)
    near = arrays.raster_nearest(friction, np.column_stack(np.divmod(rows, 100)), cell_size_m=100.0)
    on_graph = arrays.graph_nearest(10_000, (tail, head, time_s), rows, towards=False)
    assert max(sizes) <= 2**20
    assert near.time_s.tobytes() == want.time_s.tobytes() and near.site.tobytes() == want.site.tobytes()
    assert on_graph.time_s.tobytes() == want_on_graph.time_s.tobytes()


def test_blocks_hold_fewer_sources_where_each_reaches_more(monkeypatch) -> None:
    friction, edges = np.full((40, 50), 0.1), (np.arange(1999), np.arange(1, 2000), np.ones(1999))
    sources = np.arange(20)
    far, near = (arrays.ReadyRaster(friction, cell_size_m=100.0, cutoff_s=cutoff_s) for cutoff_s in (3600, 20))
    graph = arrays.ReadyGraph(2000, edges, cutoff_s=20, towards=False)
    for ready, some, n_blocks in (
        (far, np.column_stack([sources, sources]), 20),
        (near, np.column_stack([sources, sources]), 3),
        (graph, sources, 10),
    ):
        want, told = ready.travel_times(some), []
        monkeypatch.setattr("siting.travel.ready.MOST_IN_BLOCK", 4000)
        found = ready.travel_times(some, progress=lambda *done, told=told: told.append(done))
        monkeypatch.undo()
        assert len(told) == n_blocks and told[-1] == (20, 20)
        assert found.cell.tobytes() == want.cell.tobytes() and found.time_s.tobytes() == want.time_s.tobytes()


def test_cells_beyond_the_numbers_that_name_them_are_refused() -> None:
    kinds = np.broadcast_to(np.uint8(1), (50_000, 50_000))
    raster = TickRaster(kinds, np.array([[0, 100], [0, 141]], np.uint32), 200, 282, n_marks=0)
    with pytest.raises(DataError, match="2500000000 cells"):
        RasterSearch(raster, 1)


def test_nothing_is_a_raster_and_a_graph_too() -> None:
    nowhere = (np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0))
    assert arrays.ReadyGraph(0, nowhere, cutoff_s=60, towards=True).travel_times([]).n_pairs == 0
    assert arrays.graph_persons_within(0, nowhere, np.empty(0), cutoff_s=60).shape == (0,)
    assert arrays.ReadyRaster(np.empty((0, 3)), cell_size_m=100.0, cutoff_s=60).travel_times([]).n_pairs == 0
    barriers = arrays.ReadyRaster(np.full((2, 3), np.inf), cell_size_m=100.0, cutoff_s=60)
    assert barriers.travel_times([(0, 0), (1, 2)], memory_budget_mb=0).site_start.tolist() == [0, 0, 0]
