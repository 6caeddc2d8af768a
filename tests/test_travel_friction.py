"""Travel on a raster: worlds known on paper, random worlds against the naive twin, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from naive.travel import dense, dijkstra, raster_edges, seconds
from siting.errors import DataError
from siting.travel import FrictionSurface, each_site, nearest, nearest_everywhere, travel_times
from siting.travel.tick_raster import TickRaster
from travel_worlds import ascii_friction, raster_world

PACE = {".": 0.1, ":": 0.5}  # a 100 m cell takes 10 s or 50 s


def minutes_from(drawing: str, site: tuple[int, int], cutoff_s: int = 3600) -> np.ndarray:
    friction = ascii_friction(drawing, PACE)
    n_columns = friction.shape[1]
    world = raster_world(friction, site_cell=[site[0] * n_columns + site[1]])
    times = dense(travel_times(FrictionSurface.build(world, friction), cutoff_s=cutoff_s))[0]
    table = np.full(friction.size, -1)
    table[world.demand.cell] = times
    return table.reshape(friction.shape)


def test_a_straight_road_and_a_field() -> None:
    # straight 10 s a cell, 14.14… diagonally, rounded up at the end; into the field 14.14… + (10 + 50) / 2
    assert minutes_from("....\n..:.", (0, 0)).tolist() == [[0, 10, 20, 30], [10, 15, 45, 35]]


def test_a_wall_is_gone_round() -> None:
    drawing = """
    .#.
    .#.
    ...
    """
    # down, diagonally under the wall, diagonally up: 10 + 2 × 14.14…, then 10 more
    assert minutes_from(drawing, (0, 0)).tolist() == [[0, -1, 49], [10, -1, 39], [20, 25, 35]]


def test_two_barriers_that_touch_at_a_corner_are_not_slipped_through() -> None:
    drawing = """
    .#.
    #..
    ...
    """
    assert minutes_from(drawing, (0, 0)).tolist() == [[0, -1, -1], [-1, -1, -1], [-1, -1, -1]]


def test_one_barrier_beside_a_diagonal_step_does_not_stop_it() -> None:
    assert minutes_from(".#\n..", (0, 0)).tolist() == [[0, -1], [10, 15]]


def test_the_cutoff_is_inclusive() -> None:
    assert minutes_from(".......", (0, 0), cutoff_s=30).tolist() == [[0, 10, 20, 30, -1, -1, -1]]
    assert minutes_from(".......", (0, 0), cutoff_s=29).tolist() == [[0, 10, 20, -1, -1, -1, -1]]
    assert minutes_from(".......", (0, 3), cutoff_s=0).tolist() == [[-1, -1, -1, 0, -1, -1, -1]]


def test_fault_31_island_pocket_and_barrier_each_have_their_reason() -> None:
    drawing = """
    ..#.#.
    ..#.#.
    ..#.#.
    """
    friction = ascii_friction(drawing, PACE)
    cells = np.arange(18)
    mass = np.where(cells % 6 == 5, 7, 0)
    world = raster_world(
        friction, site_cell=[0], demand_cell=[0, 1, 3, 5, 11, 17], land_mass=mass[[0, 1, 3, 5, 11, 17]]
    )
    surface = FrictionSurface.build(world, friction)
    assert surface.unreached_reason([0]).tolist() == [0, 0, 3, 2, 2, 2]
    assert surface.pocket_sizes().tolist() == [6, 6, 3, 3, 3, 3]
    closed = np.full((3, 6), np.inf)
    closed[:, 0] = 0.1
    surface = FrictionSurface.build(raster_world(closed, site_cell=[0], demand_cell=[0, 3, 5]), closed)
    assert surface.unreached_reason([0]).tolist() == [0, 1, 1]
    assert surface.pocket_sizes().tolist() == [3, 0, 0]


def test_a_place_on_a_barrier_stands_in_its_nearest_open_neighbour() -> None:
    friction = ascii_friction("#..\n...", PACE)
    world = raster_world(friction, site_cell=[0], demand_cell=[0, 1, 2])
    # site and cell 0 both stand in cell 1, as near as cell 3 and lower
    surface = FrictionSurface.build(world, friction)
    assert surface.site_cell.tolist() == [1]
    assert dense(travel_times(surface, cutoff_s=60)).tolist() == [[0, 0, 10]]


def test_a_site_off_the_grid_reaches_nothing() -> None:
    friction = np.full((2, 2), 0.1)
    world = raster_world(friction, site_cell=[0, 3])
    world.sites.x_m[0] = -1.0
    surface = FrictionSurface.build(world, friction)
    assert dense(travel_times(surface, cutoff_s=60)).tolist() == [[-1, -1, -1, -1], [15, 10, 10, 0]]
    assert nearest(surface, [0]).site.tolist() == [-1] * 4
    assert nearest(surface, [0, 1]).site.tolist() == [1] * 4


def test_ties_go_to_the_lowest_site() -> None:
    friction = np.full((1, 5), 0.1)
    surface = FrictionSurface.build(raster_world(friction, site_cell=[4, 0, 4]), friction)
    near = nearest(surface, [2, 1, 0])
    assert near.site.tolist() == [1, 1, 0, 0, 0]
    assert near.time_s.tolist() == [0, 10, 20, 10, 0]
    assert near.time_s.dtype == np.float32 and near.site.dtype == np.int32


def test_no_sites_and_no_demand_give_empty_times() -> None:
    friction = np.full((1, 3), 0.1)
    surface = FrictionSurface.build(raster_world(friction, site_cell=[0]), friction)
    assert np.isinf(nearest(surface, []).time_s).all()
    empty = FrictionSurface.build(raster_world(friction, site_cell=[], demand_cell=[]), friction)
    times = travel_times(empty, cutoff_s=60)
    assert (times.n_sites, times.n_cells, times.n_pairs) == (0, 0, 0)


@st.composite
def worlds(draw):
    shape = draw(st.sampled_from([(1, 1), (1, 7), (7, 1), (4, 5), (6, 6)]))
    palette = draw(st.sampled_from([[0.1, np.inf], [0.0327, 0.72, np.inf], [0.05, 0.1, 0.2, 0.4, 0.7, np.inf], [0.1]]))
    size = shape[0] * shape[1]
    friction = np.array(draw(st.lists(st.sampled_from(palette), min_size=size, max_size=size))).reshape(shape)
    if draw(st.booleans()):
        friction = friction.astype(np.float32)
    sites = draw(st.lists(st.integers(0, size - 1), min_size=1, max_size=4))
    return friction, sites, draw(st.sampled_from([0, 17, 60, 137, 3600, 65_535])), draw(st.sampled_from([50.0, 1000.0]))


@settings(deadline=None, max_examples=150)
@given(worlds())
def test_random_worlds_equal_the_naive_twin(drawn) -> None:
    friction, site_cells, cutoff_s, cell_size_m = drawn
    world = raster_world(friction, site_cell=site_cells, cell_size_m=cell_size_m)
    surface = FrictionSurface.build(world, friction)
    edges = raster_edges(friction, cell_size_m)
    is_open = np.isfinite(friction).ravel()
    table = dense(travel_times(surface, cutoff_s=cutoff_s, threads=1))
    for site, cell in enumerate(surface.site_cell):
        best = dijkstra(edges, [cell]) if cell >= 0 else {}
        want = [seconds(best[c][0]) if c in best and best[c][0] <= cutoff_s * 4096 else -1 for c in world.demand.cell]
        assert table[site].tolist() == want
    standing = [int(cell) for cell in surface.site_cell if cell >= 0]
    owners = [site for site, cell in enumerate(surface.site_cell) if cell >= 0]
    best = dijkstra(edges, standing)
    everywhere = nearest_everywhere(surface, range(len(site_cells)))
    for cell in np.flatnonzero(is_open):
        ticks, row = best.get(cell, (None, None))
        want = (np.inf, -1) if row is None else (seconds(ticks), owners[row])
        assert (everywhere.time_s.ravel()[cell], everywhere.site.ravel()[cell]) == want
    assert np.isinf(everywhere.time_s.ravel()[~is_open]).all()


@pytest.mark.parametrize("n_levels", [3, 255, 256, 100_000])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_half_steps_are_those_of_each_friction_however_many(n_levels: int, dtype) -> None:
    rng = np.random.default_rng(3)
    friction = rng.choice(rng.uniform(3.6 / 130, 3.6 / 0.05, n_levels), (300, 300)).astype(dtype)
    friction[rng.random(friction.shape) < 0.1] = np.inf
    raster = TickRaster.of(friction, cell_size_m=100.0)
    assert raster.kinds.dtype == (np.uint8 if n_levels <= 255 else np.uint32)
    assert ((raster.kinds == 0) == np.isinf(friction)).all()
    for taken, length in zip(raster.half_ticks_of_cells(), (1.0, 2**0.5), strict=True):
        want = np.rint(100.0 / 2 * length * np.where(np.isinf(friction), 0, friction).astype(np.float64) * 4096)
        assert (taken == want).all()
    straight, diagonal = raster.half_ticks_of_cells()[:, np.isfinite(friction)]
    assert (raster.shortest_step, raster.longest_step) == (2 * straight.min(), 2 * diagonal.max())


@pytest.mark.parametrize(
    ("speed_kmh", "cell_size_m", "message"), [(250, 0.01, "less than a tick"), (1e-9, 100, "3 days")]
)
def test_half_cells_that_no_tick_counts_are_refused(speed_kmh, cell_size_m, message) -> None:
    for friction in (np.full((2, 2), 3.6 / speed_kmh), 3.6 / speed_kmh * (1 + np.arange(400).reshape(20, 20) / 4000)):
        with pytest.raises(DataError, match=message):
            TickRaster.of(friction, cell_size_m=cell_size_m)


@pytest.mark.parametrize("wrong", [0.0, -1.0, np.nan])
def test_fault_24_impossible_frictions_are_refused_with_their_count_and_place(wrong) -> None:
    friction = np.full((3, 4), 0.1)
    friction[1, 2] = friction[2, 0] = wrong
    with pytest.raises(DataError, match=r"2 cells .* row 1, column 2"):
        TickRaster.of(friction, cell_size_m=100.0)


def test_another_shape_and_a_cutoff_too_long_are_refused() -> None:
    friction = np.full((2, 2), 0.1)
    world = raster_world(friction, site_cell=[0])
    with pytest.raises(DataError, match=r"shape \(2, 3\)"):
        FrictionSurface.build(world, np.full((2, 3), 0.1))
    surface = FrictionSurface.build(world, friction)
    for cutoff_s in (-1, 65_536):
        with pytest.raises(DataError, match="cutoff_s"):
            travel_times(surface, cutoff_s=cutoff_s)
    with pytest.raises(DataError, match="site_rows"):
        nearest(surface, [1])


def test_sites_are_whole_rows_or_a_mask_of_them() -> None:
    friction = np.full((1, 4), 0.1)
    surface = FrictionSurface.build(raster_world(friction, site_cell=[0, 1, 3]), friction)
    for ask in (nearest, nearest_everywhere):
        assert set(ask(surface, [False, False, True]).site.ravel().tolist()) == {2}
        for wrong in ([1.5], [np.nan], ["1"], [True, False], [[0, 1]]):
            with pytest.raises(DataError, match="site_rows"):
                ask(surface, wrong)
    with pytest.raises(DataError, match="threads"):
        travel_times(surface, cutoff_s=60, threads=0)


def test_one_thread_or_many_give_the_same_bytes() -> None:
    rng = np.random.default_rng(5)
    friction = rng.choice([0.05, 0.2, 0.7, np.inf], (60, 60), p=[0.3, 0.3, 0.3, 0.1])
    surface = FrictionSurface.build(raster_world(friction, site_cell=rng.integers(0, 3600, 400)), friction)
    one, many = (travel_times(surface, cutoff_s=600, threads=threads) for threads in (1, 5))
    for name in ("site_start", "cell", "time_s"):
        assert getattr(one, name).tobytes() == getattr(many, name).tobytes()


def test_beyond_the_memory_budget_the_same_times_come_from_disk(tmp_path) -> None:
    rng = np.random.default_rng(6)
    friction = rng.choice([0.05, 0.2, 0.7], (40, 40))
    surface = FrictionSurface.build(raster_world(friction, site_cell=rng.integers(0, 1600, 300)), friction)
    in_memory = travel_times(surface, cutoff_s=600)
    on_disk = travel_times(surface, cutoff_s=600, memory_budget_mb=0.1, spill_folder=tmp_path)
    assert isinstance(on_disk.cell, np.memmap) and isinstance(on_disk.time_s, np.memmap)
    assert not isinstance(in_memory.cell, np.memmap)
    for name in ("site_start", "cell", "time_s"):
        assert getattr(on_disk, name).tobytes() == getattr(in_memory, name).tobytes()
    assert list(tmp_path.iterdir()) == []


def test_each_site_streams_what_travel_times_holds() -> None:
    rng = np.random.default_rng(8)
    friction = rng.choice([0.05, 0.2, np.inf], (30, 30))
    surface = FrictionSurface.build(raster_world(friction, site_cell=rng.integers(0, 900, 150)), friction)
    table = dense(travel_times(surface, cutoff_s=300))
    streamed = np.full_like(table, -1)
    sites = []
    for site, cell, time_s in each_site(surface, cutoff_s=300, threads=3):
        streamed[site, cell] = time_s
        sites.append(site)
    assert sorted(sites) == list(range(150))
    assert (streamed == table).all()
