"""Road-graph cases: siting, the same in C, and its peers, on the same times."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from benchmarks.measure import BATCH, CROPPED, WHOLE_GRAPH, Contender, Measurement, interleaved
from benchmarks.travel import in_c
from benchmarks.travel.worlds import GraphWorld, corsica, lattice_world
from siting.travel.arrays import ReadyGraph
from siting.travel.tick_graph import SEEN, GraphSearch, TickGraph
from siting.travel.ticks import whole_ticks
from siting.travel.travel_times import TICKS_PER_S

CUTOFF_S = 1800
NODES_FOR_SLOW_PEERS = 300_000


def bounded_case(name: str, *, n_sources: int, peers: bool) -> list[Measurement]:
    """30 minutes from each of some nodes; siting and its peers tell the time of every node reached."""
    world = corsica() if name == "corsica" else lattice_world(int(name.removeprefix("lattice ")))
    ticks = whole_ticks(world.time_s)
    n_nodes = len(world.x_m)
    graph = TickGraph.from_edges(n_nodes, world.tail, world.head, ticks)
    everything = GraphSearch(graph, CUTOFF_S, wanted=range(n_nodes), in_ticks=True)
    centre = np.hypot(world.x_m - world.x_m.mean(), world.y_m - world.y_m.mean())
    sources = np.argsort(centre, kind="stable")[: n_nodes // 3][:: max(n_nodes // 3 // n_sources, 1)][:n_sources]
    settled = float(everything.within(sources).counts.mean())
    ready = ReadyGraph(n_nodes, (world.tail, world.head, world.time_s), cutoff_s=CUTOFF_S, towards=False)
    prepare: dict[str, Callable[[], Contender]] = {
        "siting": lambda: ready.within,
        CROPPED: lambda: _scipy(world, ticks, everything),
        WHOLE_GRAPH: lambda: _scipy_whole(world, ticks),
    }
    library = in_c.library()
    if library is not None:
        prepare["C"] = lambda: _c(graph, everything, library)
    if peers:
        prepare["pandana, batch"] = lambda: _pandana(world)
        prepare["RoutingKit CCH, batch"] = lambda: _routingkit(world, ticks)
        if n_nodes <= NODES_FOR_SLOW_PEERS:
            prepare["networkx"] = lambda: _networkx(world)
    return interleaved(f"bounded graph {name}", prepare, [int(source) for source in sources], settled=settled)


def _scipy(world: GraphWorld, ticks: NDArray[np.uint32], search: GraphSearch) -> Contender:
    """SciPy on the nodes no farther, in a straight line, than the farthest it has to reach."""
    ready: dict[int, tuple[csr_array, int]] = {}

    def crop(source: int) -> tuple[csr_array, int]:
        found = search.within(np.array([source]))
        away_m = np.hypot(world.x_m - world.x_m[source], world.y_m - world.y_m[source])
        is_kept = away_m <= away_m[found.place].max()
        new = np.cumsum(is_kept) - 1
        is_edge = is_kept[world.tail] & is_kept[world.head]
        graph = quickest(new[world.tail[is_edge]], new[world.head[is_edge]], ticks[is_edge], int(is_kept.sum()))
        times = dijkstra(graph, indices=new[source], limit=float(CUTOFF_S * TICKS_PER_S))
        assert np.isfinite(times).sum() == len(found.place), "siting and SciPy differ"
        assert (times[new[found.place]] == found.times).all(), "siting and SciPy differ"
        return graph, int(new[source])

    def run(source: int) -> object:
        if source not in ready:
            ready.clear()
            ready[source] = crop(source)
        graph, start = ready[source]
        return dijkstra(graph, indices=start, limit=float(CUTOFF_S * TICKS_PER_S))

    return run


def _scipy_whole(world: GraphWorld, ticks: NDArray[np.uint32]) -> Contender:
    graph = quickest(world.tail, world.head, ticks, len(world.x_m))
    return lambda source: dijkstra(graph, indices=source, limit=float(CUTOFF_S * TICKS_PER_S))


def quickest(tail: NDArray[np.int64], head: NDArray[np.int64], ticks: NDArray[np.uint32], n_nodes: int) -> csr_array:
    """SciPy's graph; of parallel edges the quickest, for a sparse matrix would add them up."""
    order = np.lexsort((ticks, head, tail))
    tail, head, ticks = tail[order], head[order], ticks[order]
    is_first = np.ones(len(tail), np.bool_)
    is_first[1:] = (tail[1:] != tail[:-1]) | (head[1:] != head[:-1])
    start = np.searchsorted(tail[is_first], np.arange(n_nodes + 1))
    return csr_array((ticks[is_first].astype(np.float64), head[is_first], start), shape=(n_nodes, n_nodes))


def _c(graph: TickGraph, search: GraphSearch, library) -> Contender:
    queue, address = search.queue, in_c.pointer
    n_waiting = np.empty(len(queue), np.uint64)
    limit = CUTOFF_S * TICKS_PER_S
    ticks = np.full(graph.n_nodes, limit + 1, np.uint32)
    touched = np.empty(graph.n_nodes + 1, np.uint32)
    seen = np.empty(graph.most_edges + SEEN, np.uint64)
    position, found = np.empty(graph.n_nodes + 1, np.int32), np.empty(graph.n_nodes + 1, np.uint32)

    def run(source: int) -> object:
        n_touched = library.search_graph(
            address(graph.start), address(graph.edge), source, limit, graph.shift, address(ticks), address(touched),
            address(seen), len(seen), address(queue), queue.shape[0], queue.shape[1], address(n_waiting),
        )  # fmt: skip
        n_taken = library.take(
            address(ticks), address(touched), n_touched, limit, graph.n_nodes, address(position), address(found)
        )
        return position[:n_taken].copy(), found[:n_taken].copy()

    return run


def _pandana(world: GraphWorld) -> Contender:
    import pandana
    import pandas as pd

    edges = pd.DataFrame({"time_s": world.time_s})
    x_m, y_m, tail, head = (pd.Series(column) for column in (world.x_m, world.y_m, world.tail, world.head))
    with _nothing_printed():
        network = pandana.Network(x_m, y_m, tail, head, edges, twoway=False)
    n_nodes = len(world.x_m)
    return lambda source: network.nodes_in_range(_batch(source, n_nodes), CUTOFF_S)


@contextmanager
def _nothing_printed() -> Iterator[None]:
    """What C++ prints goes nowhere; it does not know of Python's ``sys.stdout``."""
    sys.stdout.flush()
    kept = os.dup(1)
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        os.dup2(nowhere.fileno(), 1)
    try:
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)


def _routingkit(world: GraphWorld, ticks: NDArray[np.uint32]) -> Contender:
    """Many to many, from a batch to all nodes: it knows no cutoff."""
    from pyroutingkit import CCHMetric, CCHTopology

    n_nodes = len(world.x_m)
    topology = CCHTopology()
    tail, head = world.tail.astype(np.uint32), world.head.astype(np.uint32)
    topology.build(tail, head, world.y_m.astype(np.float32), world.x_m.astype(np.float32), n_nodes)
    metric = CCHMetric(topology)
    metric.customize(ticks)
    everywhere = np.arange(n_nodes, dtype=np.uint32)
    return lambda source: metric.distances_many_to_many(np.array(_batch(source, n_nodes), np.uint32), everywhere)


def _batch(source: int, n_nodes: int) -> list[int]:
    return [(source + 97 * i) % n_nodes for i in range(BATCH)]


def _networkx(world: GraphWorld) -> Contender:
    import networkx

    graph = networkx.DiGraph()
    graph.add_weighted_edges_from(zip(world.tail.tolist(), world.head.tolist(), world.time_s.tolist(), strict=True))
    return lambda source: networkx.single_source_dijkstra_path_length(graph, source, cutoff=CUTOFF_S)
