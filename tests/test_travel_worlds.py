"""The worlds of the benchmarks, small: every search gives what SciPy gives, tick for tick."""

from __future__ import annotations

import numpy as np
import pytest
from benchmarks.travel.graphs import quickest
from benchmarks.travel.rasters import raster_graph
from benchmarks.travel.worlds import RASTER_KINDS, corsica, lattice_world, raster_world
from scipy.sparse.csgraph import dijkstra

from siting.travel.raster_search import RasterSearch, nearest_on_raster
from siting.travel.tick_graph import GraphSearch, TickGraph, nearest_on_graph
from siting.travel.tick_raster import TickRaster
from siting.travel.ticks import whole_ticks


@pytest.mark.parametrize("cell_size_m", [1000.0, 200.0, 100.0])
@pytest.mark.parametrize("kind", RASTER_KINDS)
def test_rasters_equal_scipy(kind: str, cell_size_m: float) -> None:
    world = raster_world(kind, side_km=60 * cell_size_m / 1000, cell_size_m=cell_size_m, seed=4)
    raster = TickRaster.of(world.friction_s_per_m, cell_size_m=cell_size_m)
    graph = raster_graph(raster.half_ticks_of_cells())
    sources = world.villages[:4]
    for cutoff_s in (120, 1800):
        search = RasterSearch(raster, cutoff_s, in_ticks=True)
        for source, want in zip(sources, dijkstra(graph, indices=sources, limit=cutoff_s * 4096), strict=True):
            found = search.within([source])
            assert found.place.tolist() == np.flatnonzero(np.isfinite(want)).tolist()
            assert (found.times == want[found.place]).all()
    every = dijkstra(graph, indices=sources)
    ticks, row = nearest_on_raster(raster, sources)
    is_reached = np.isfinite(every).any(axis=0)
    assert ((row.ravel() >= 0) == is_reached).all()
    assert (ticks.ravel()[is_reached] == every.min(axis=0)[is_reached]).all()
    assert (row.ravel()[is_reached] == every.argmin(axis=0)[is_reached]).all()


@pytest.mark.parametrize("name", ["corsica", "lattice"])
def test_graphs_equal_scipy(name: str) -> None:
    world = corsica() if name == "corsica" else lattice_world(60)
    n_nodes, ticks = len(world.x_m), whole_ticks(world.time_s)
    graph = quickest(world.tail, world.head, ticks, n_nodes)
    ours = TickGraph.from_edges(n_nodes, world.tail, world.head, ticks)
    sources = np.random.default_rng(1).integers(0, n_nodes, 5)
    search = GraphSearch(ours, 1800, wanted=range(n_nodes), in_ticks=True)
    for source, want in zip(sources, dijkstra(graph, indices=sources, limit=1800.0 * 4096), strict=True):
        found = search.within([source])
        assert found.place.tolist() == np.flatnonzero(np.isfinite(want)).tolist()
        assert (found.times == want[found.place]).all()
    every = dijkstra(graph, indices=sources)
    found, row = nearest_on_graph(ours, sources)
    is_reached = np.isfinite(every).any(axis=0)
    assert ((row >= 0) == is_reached).all()
    assert (found[is_reached] == every.min(axis=0)[is_reached]).all()
    assert (row[is_reached] == every.argmin(axis=0)[is_reached]).all()
