"""The kernels against SciPy's Dijkstra on the same whole ticks: compiled, interpreted and bounds-checked."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from naive.travel import half_ticks, raster_edges, ways_straight_on
from siting.errors import DataError
from siting.travel.raster_search import RasterSearch, nearest_on_raster
from siting.travel.tick_graph import GraphSearch, TickGraph, nearest_on_graph
from siting.travel.tick_raster import TickRaster

IS_SLOW = bool(os.environ.get("NUMBA_DISABLE_JIT") or os.environ.get("NUMBA_BOUNDSCHECK"))
worlds_to_try = settings(deadline=None, max_examples=15 if IS_SLOW else 100)


def scipy_ticks(n_nodes, edges, source, limit=np.inf):
    """Ticks to every node, inf beyond the limit; of parallel edges the quickest counts, zero-length ones too."""
    least = {}
    for tail, head, ticks in edges:
        if tail != head:
            least[tail, head] = min(ticks, least.get((tail, head), ticks))
    ends = np.array(list(least), np.int64).reshape(-1, 2)
    order = np.lexsort((ends[:, 1], ends[:, 0]))
    start = np.searchsorted(ends[order, 0], np.arange(n_nodes + 1))
    # an explicit zero is no edge to SciPy: count n_nodes thousandths of a tick for it, and take them off again
    weight = np.array(list(least.values()), np.float64)[order]
    weight[weight == 0] = 2.0**-20
    graph = csr_array((weight, ends[order, 1], start), shape=(n_nodes, n_nodes))
    return np.floor(dijkstra(graph, indices=source, limit=limit + 0.5))


@st.composite
def graphs(draw):
    n_nodes = draw(st.integers(1, 12))
    node = st.integers(0, n_nodes - 1)
    ticks = st.sampled_from([0, 1, 2, 3, 100, 4096, 5000, 1_000_000])
    edges = draw(st.lists(st.tuples(node, node, ticks), max_size=40))
    return n_nodes, edges, draw(st.lists(node, min_size=1, max_size=4)), draw(st.sampled_from([0, 1, 2, 1000]))


def tick_graph(n_nodes, edges) -> TickGraph:
    tail, head, ticks = np.array(edges, np.int64).reshape(-1, 3).T
    return TickGraph.from_edges(n_nodes, tail, head, ticks.astype(np.uint32))


@worlds_to_try
@given(graphs())
def test_graph_searches_equal_scipy(drawn) -> None:
    n_nodes, edges, sources, cutoff_s = drawn
    graph = tick_graph(n_nodes, edges)
    search = GraphSearch(graph, cutoff_s, wanted=range(n_nodes), in_ticks=True)
    for source in sources:
        want = scipy_ticks(n_nodes, edges, source, limit=cutoff_s * 4096)
        found = search.within([source])
        node, ticks = found.place, found.times
        assert node.tolist() == np.flatnonzero(np.isfinite(want)).tolist()
        assert ticks.tolist() == want[node].tolist()
    every = np.array([scipy_ticks(n_nodes, edges, source) for source in sources])
    ticks, row = nearest_on_graph(graph, np.array(sources))
    is_reached = np.isfinite(every).any(axis=0)
    assert (row >= 0).tolist() == is_reached.tolist()
    assert ticks[is_reached].tolist() == every.min(axis=0)[is_reached].tolist()
    assert row[is_reached].tolist() == every.argmin(axis=0)[is_reached].tolist()


@st.composite
def rasters(draw):
    shape = draw(st.sampled_from([(1, 1), (1, 9), (9, 1), (3, 3), (5, 7), (1, 40), (40, 1), (16, 3)]))
    # the last: steps 45,000 times as long as the fastest, which no short ring of narrow buckets spans
    palette = draw(
        st.sampled_from(
            [[0.1], [0.1, np.inf], [0.0277, 0.72, np.inf], [0.03, 0.1, 0.3, 0.7, np.inf], [0.0125, 0.3, 400.0]]
        )
    )
    size = shape[0] * shape[1]
    friction = np.array(draw(st.lists(st.sampled_from(palette), min_size=size, max_size=size))).reshape(shape)
    sources = draw(st.lists(st.sampled_from([0, shape[1] - 1, size - 1, size // 2]), min_size=1, max_size=3))
    return friction, sources, draw(st.sampled_from([0, 15, 120, 4000, 65_535]))


@worlds_to_try
@given(rasters())
def test_raster_searches_equal_scipy(drawn) -> None:
    compare_with_scipy(*drawn)


@st.composite
def patched_rasters(draw):
    """Patches of one friction each, barriers among them, so that ties abound; numbers of classes about every limit."""
    shape = draw(st.sampled_from([(1, 12), (12, 1), (2, 30), (9, 9), (14, 11), (8, 25)]))
    n_classes, cell_size_m = draw(st.sampled_from([1, 4, 15, 16, 63, 64, 127, 128, 255, 256])), draw(CELL_SIZES_M)
    palette = [*draw(st.sampled_from([[0.1, 0.1001], [0.03, 0.72], [0.05, 0.0501, 0.1, 0.2]])), np.inf]
    friction = np.full(shape, draw(st.sampled_from(palette[:-1])))
    for _ in range(draw(st.integers(0, 8))):
        row, column = draw(st.integers(0, shape[0] - 1)), draw(st.integers(0, shape[1] - 1))
        height, width = draw(st.integers(1, 6)), draw(st.integers(1, 6))
        friction[row : row + height, column : column + width] = draw(st.sampled_from(palette))
    more = 0.3 + np.arange(max(n_classes - len(palette) + 1, 0)) / 1000
    friction = np.vstack([friction, np.resize(np.append(more, np.inf), (len(more) // shape[1] + 1, shape[1]))])
    cell = st.integers(0, shape[0] * shape[1] - 1)
    sources = draw(st.lists(cell, min_size=1, max_size=4))
    return friction, sources, draw(st.sampled_from([1, 15, 120, 4000])), cell_size_m


CELL_SIZES_M = st.sampled_from([0.1, 1.0, 25.0, 1000.0])


@worlds_to_try
@given(patched_rasters())
def test_patched_rasters_equal_scipy(drawn) -> None:
    compare_with_scipy(*drawn)


@pytest.mark.parametrize(("n_classes", "n_marks"), [(15, 4), (16, 2), (63, 2), (64, 1), (127, 1), (128, 0), (256, 0)])
def test_cells_are_marked_where_a_trip_need_only_go_straight_on(n_classes: int, n_marks: int) -> None:
    rng = np.random.default_rng(n_classes)
    friction = np.append(0.1 + np.arange(n_classes) / 1000, np.full(800 - n_classes, 0.1))
    friction = friction[rng.permutation(800)].reshape(20, 40)
    friction[rng.random(friction.shape) < 0.1] = np.inf
    friction.flat[:n_classes] = 0.1 + np.arange(n_classes) / 1000
    raster = TickRaster.of(friction, cell_size_m=25.0)
    assert raster.n_marks == n_marks
    if n_marks == 0:
        return
    straight, diagonal = raster.half_ticks_of_cells()
    marks = raster.kinds >> (8 - n_marks)
    for place, ways in ways_straight_on(friction, 25.0).items():
        lines = {way for way in range(4) if {way, (way + 2) % 4} <= ways}
        want = {4: ways, 2: lines & {0, 1}, 1: {0} if lines == set(range(4)) else set()}[n_marks]
        assert {bit for bit in range(n_marks) if marks[place] >> bit & 1} == want
        assert (straight[place], diagonal[place]) == half_ticks(float(friction[place]), 25.0)
    assert (raster.kinds[np.isinf(friction)] == 0).all()
    assert TickRaster.of(friction, cell_size_m=25.0, is_marked=False).n_marks == 0


@pytest.mark.parametrize("seed", range(3))
def test_rasters_of_many_classes_equal_scipy(seed: int) -> None:
    # more than 255 frictions take two bytes a cell, and 64 bits for time and class together
    rng = np.random.default_rng(seed)
    friction = rng.choice(np.linspace(0.03, 0.7, 400), (21, 24))
    friction[rng.random(friction.shape) < 0.2 * seed] = np.inf
    for cutoff_s in (200, 4000):
        compare_with_scipy(friction, [0, 23, friction.size - 1, 260], cutoff_s)


def compare_with_scipy(friction, sources, cutoff_s, cell_size_m=25.0) -> None:
    """Every place within the cutoff of each source, and the nearest source of every cell: tick for tick."""
    edges = raster_edges(friction, cell_size_m)
    raster = TickRaster.of(friction, cell_size_m=cell_size_m)
    search = RasterSearch(raster, cutoff_s, in_ticks=True)
    is_open = np.isfinite(friction).ravel()
    every = np.full((len(sources), friction.size), np.inf)
    for row, source in enumerate(sources):
        if is_open[source]:
            every[row] = scipy_ticks(friction.size, edges, source)
        found = search.within([source])
        cell, ticks = found.place, found.times
        assert cell.tolist() == np.flatnonzero(every[row] <= cutoff_s * 4096).tolist()
        assert ticks.tolist() == every[row][cell].tolist()
    ticks, row = nearest_on_raster(raster, np.array(sources))
    is_reached = np.isfinite(every).any(axis=0)
    assert (row.ravel() >= 0).tolist() == is_reached.tolist()
    assert ticks.ravel()[is_reached].tolist() == every.min(axis=0)[is_reached].tolist()
    assert row.ravel()[is_reached].tolist() == every.argmin(axis=0)[is_reached].tolist()


def test_edges_that_take_no_time_leave_the_buckets_wide() -> None:
    # a bucket a tick, as by the median of these edges, were 7 million in half an hour
    edges = [(0, 1, 8192), (1, 2, 8192), (0, 3, 0), (1, 4, 0), (2, 5, 1)]
    assert tick_graph(6, edges).shift >= 8
    assert tick_graph(6, [(0, 1, 5000)] * 9 + [(0, 2, 100_000)]).shift == 13


def test_a_bucket_that_overflows_is_made_roomier() -> None:
    # a star: 5,000 nodes at one distance fill one bucket of 1,024
    n_leaves = 5000
    edges = np.column_stack([np.zeros(n_leaves), np.arange(1, n_leaves + 1), np.full(n_leaves, 7)]).astype(np.int64)
    search = GraphSearch(tick_graph(n_leaves + 1, edges), 1, wanted=range(n_leaves + 1), in_ticks=True)
    for _ in range(2):
        found = search.within([0])
        node, ticks = found.place, found.times
        assert node.tolist() == list(range(n_leaves + 1))
        assert set(ticks[1:].tolist()) == {7}
    raster = TickRaster.of(np.full((60, 60), 0.5), cell_size_m=1.0)
    want, _ = nearest_on_raster(raster, np.array([1830]))
    search = RasterSearch(raster, 3600, in_ticks=True)
    search.queue = search.queue[:, :8].copy()
    found = search.within([1830])
    assert len(found.place) == 3600
    assert (found.times == want.ravel()).all()


def test_integer_time_keeps_its_stated_error() -> None:
    rng = np.random.default_rng(7)
    friction = rng.choice([3.6 / 5, 3.6 / 50, 3.6 / 110], (60, 60))
    ticks, _ = nearest_on_raster(TickRaster.of(friction, cell_size_m=200.0), np.array([1830]))
    exact_edges = {}
    for tail, head, _ in raster_edges(friction, 200.0):
        step = abs(tail // 60 - head // 60) + abs(tail % 60 - head % 60)
        mean = (friction.ravel()[tail] + friction.ravel()[head]) / 2
        exact_edges[tail, head] = 200.0 * (2**0.5 if step == 2 else 1.0) * mean
    ends = np.array(list(exact_edges))
    graph = csr_array((list(exact_edges.values()), (ends[:, 0], ends[:, 1])), shape=(3600, 3600))
    exact_s = dijkstra(graph, indices=1830)
    # one tick at most for each step, and no trip here has more than 120
    assert np.abs(ticks.ravel() / 4096 - exact_s).max() < 120 / 4096


def test_edges_that_do_not_fit_are_refused() -> None:
    with pytest.raises(DataError, match="not there"):
        tick_graph(2, [(0, 2, 1)])
    with pytest.raises(DataError, match="one of each"):
        TickGraph.from_edges(2, np.array([0]), np.array([1, 1]), np.array([1], np.uint32))
    slow = tick_graph(2, [(0, 1, 2**32 - 4096 * 60)])
    with pytest.raises(DataError, match="32 bits"):
        GraphSearch(slow, 3600, wanted=range(2))


@pytest.mark.slow
@pytest.mark.skipif(IS_SLOW, reason="this is the inner run")
@pytest.mark.parametrize("mode", ["NUMBA_DISABLE_JIT", "NUMBA_BOUNDSCHECK"])
def test_kernels_interpreted_and_bounds_checked(mode: str, tmp_path: Path) -> None:
    # kernels compiled for this alone, so without optimising: 29 s of CPU in place of 35
    environment = os.environ | {mode: "1", "NUMBA_OPT": "0", "NUMBA_CACHE_DIR": str(tmp_path)}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", "equal_scipy or roomier", __file__]
    run = subprocess.run(command, env=environment, capture_output=True, text=True, cwd=Path(__file__).parents[1])
    assert run.returncode == 0, run.stdout + run.stderr


def test_importing_siting_compiles_nothing_and_does_not_load_numba() -> None:
    code = "import sys, siting.travel; sys.exit('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
