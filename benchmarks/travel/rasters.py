"""Raster cases: siting, the same in C, and its peers, on the same integer weights where a peer takes weights."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from benchmarks.measure import BATCH, CROPPED, WHOLE_GRAPH, Contender, Measurement, interleaved
from benchmarks.travel import in_c
from benchmarks.travel.worlds import RasterWorld, raster_world
from siting.travel.arrays import ReadyRaster
from siting.travel.raster_search import TOGETHER, RasterSearch, nearest_on_raster
from siting.travel.tick_raster import TickRaster
from siting.travel.travel_times import TICKS_PER_S

CUTOFF_S = 1800
LIMIT = CUTOFF_S * TICKS_PER_S
COUNTRY_KM, REGION_KM = 1000.0, 160.0
"""Side of a raster: at 1 km that of France, as in national runs; of finer cells, what SciPy has room for."""
MOST_CELLS_OF_A_GRAPH = 3_000_000
"""Of a raster whose whole graph SciPy is given: 2.6 million take 1 GB and 5 s to build."""


def bounded_case(kind: str, cell_size_m: float, *, n_sources: int, peers: bool) -> list[Measurement]:
    """30 minutes from each of some villages; every contender tells the time of every cell reached."""
    world = raster_world(kind, side_km=COUNTRY_KM if cell_size_m >= 1000 else REGION_KM, cell_size_m=cell_size_m)
    ready = ReadyRaster(world.friction_s_per_m, cell_size_m=cell_size_m, cutoff_s=CUTOFF_S)
    search = RasterSearch(ready.raster, CUTOFF_S, in_ticks=True)
    central = _central(world, search, max(n_sources, BATCH))
    sources, together = central[:n_sources], np.column_stack(np.divmod(central[:BATCH], ready.raster.shape[1]))
    settled = float(search.within(np.array(sources)).counts.mean())
    n_columns = ready.raster.shape[1]
    prepare: dict[str, Callable[[], Contender]] = {
        "siting": lambda: lambda source: ready.within(divmod(source, n_columns)),
        "siting, batch": lambda: lambda _: ready.travel_times(together, threads=1),
        CROPPED: lambda: _scipy(search),
    }
    if world.friction_s_per_m.size <= MOST_CELLS_OF_A_GRAPH:
        prepare[WHOLE_GRAPH] = lambda: _scipy_whole(search)
    library = in_c.library()
    if library is not None and search.table is not None and search.memory.itemsize == 4:
        prepare["C"] = lambda: _c(search, library)
    if peers:
        prepare |= {
            "scikit-image, bounded": lambda: _skimage(search, world, is_bounded=True),
            "scikit-image": lambda: _skimage(search, world, is_bounded=False),
            "xarray-spatial": lambda: _xrspatial(search, world),
        }
    return interleaved(f"bounded {kind} {cell_size_m:g} m", prepare, sources, settled=settled)


def nearest_case(kind: str, cell_size_m: float, *, peers: bool) -> list[Measurement]:
    """Nearest of 500 villages, time and owner, over a whole raster; SciPy gets its graph built."""
    world = raster_world(kind, side_km=240.0, cell_size_m=cell_size_m)
    raster = TickRaster.of(world.friction_s_per_m, cell_size_m=cell_size_m)
    villages = world.villages[:500]
    ticks, row = nearest_on_raster(raster, villages)

    def build_scipy() -> Contender:
        graph = raster_graph(raster.half_ticks_of_cells())
        found = dijkstra(graph, indices=villages, min_only=True)
        assert (np.isfinite(found) == (row >= 0).ravel()).all()
        assert (found[row.ravel() >= 0] == ticks.ravel()[row.ravel() >= 0]).all()
        return lambda _: dijkstra(graph, indices=villages, min_only=True, return_predecessors=True)

    prepare: dict[str, Callable[[], Contender]] = {
        "siting": lambda: lambda _: nearest_on_raster(raster, villages),
        "scipy": build_scipy,
    }
    if peers:
        prepare["scikit-image"] = lambda: _skimage_nearest(world, villages)
    return interleaved(f"nearest {kind} {cell_size_m:g} m", prepare, [0, 0, 0], settled=float((row >= 0).sum()))


def raster_graph(half_ticks: NDArray[np.uint32]) -> csr_array:
    """SciPy's graph of a raster of classes, by the rules of `FrictionSurface`, in whole ticks."""
    is_free, (n_rows, n_columns) = half_ticks[0] > 0, half_ticks[0].shape
    cell = np.arange(n_rows * n_columns, dtype=np.int32).reshape(n_rows, n_columns)
    tails, heads, weights = [], [], []
    for down, right in ((0, 1), (1, 0), (1, 1), (1, -1)):
        here = (slice(0, n_rows - down), slice(max(0, -right), n_columns - max(0, right)))
        there = (slice(down, n_rows), slice(max(0, right), n_columns + min(0, right)))
        is_open = is_free[here] & is_free[there]
        if down and right:
            is_open &= is_free[there[0], here[1]] | is_free[here[0], there[1]]
        half = half_ticks[int(bool(down and right))].astype(np.float64)
        tails.append(cell[here][is_open])
        heads.append(cell[there][is_open])
        weights.append((half[here] + half[there])[is_open])
    tail, head, weight = np.concatenate(tails), np.concatenate(heads), np.concatenate(weights)
    ends = (np.concatenate([tail, head]), np.concatenate([head, tail]))
    return csr_array((np.concatenate([weight, weight]), ends), shape=(cell.size, cell.size))


def _central(world: RasterWorld, search: RasterSearch, n_sources: int) -> list[int]:
    """Villages whose searches stay clear of the raster's edge, and settle something."""
    n_rows, n_columns = world.friction_s_per_m.shape
    row, column = np.divmod(world.villages, n_columns)
    margin = np.minimum.reduce([row, n_rows - 1 - row, column, n_columns - 1 - column])
    inner = world.villages[np.argsort(-margin, kind="stable")][: 20 * n_sources : 2]
    return [int(cell) for cell in inner[search.within(inner).counts > 200][:n_sources]]


class _Crops:
    """For each source, what a peer needs: the window that siting opens, the smallest known beforehand to do."""

    def __init__(self, search: RasterSearch, build: Callable[[tuple[slice, slice], int], object]) -> None:
        self._search, self._build, self._ready = search, build, dict[int, object]()

    def __getitem__(self, source: int) -> object:
        if source not in self._ready:
            n_rows, n_columns = self._search.raster.shape
            (row, column), reach = divmod(source, n_columns), self._search.reach
            crop = (
                slice(max(row - reach, 0), min(row + reach + 1, n_rows)),
                slice(max(column - reach, 0), min(column + reach + 1, n_columns)),
            )
            width = crop[1].stop - crop[1].start
            self._ready = {source: self._build(crop, (row - crop[0].start) * width + column - crop[1].start)}
        return self._ready[source]


def _scipy(search: RasterSearch) -> Contender:
    """SciPy given the graph of the window of each source: more than it can know, and the least it can do."""
    half_ticks = search.raster.half_ticks_of_cells()

    def build(box: tuple[slice, slice], start: int) -> object:
        return raster_graph(half_ticks[:, *box]), start

    crops = _Crops(search, build)
    is_checked = set()

    def run(source: int) -> object:
        graph, start = crops[source]
        times = dijkstra(graph, indices=start, limit=float(LIMIT))
        if source not in is_checked:
            assert (times[np.isfinite(times)] == search.within(np.array([source])).times).all(), (
                "siting and SciPy differ"
            )
            is_checked.add(source)
        return times

    return run


def _scipy_whole(search: RasterSearch) -> Contender:
    """SciPy given the graph of the raster once, as whoever asks it from many sources does."""
    graph = raster_graph(search.raster.half_ticks_of_cells())
    return lambda source: dijkstra(graph, indices=source, limit=float(LIMIT))


def _c(search: RasterSearch, library) -> Contender:
    raster, reach = search.raster, search.reach
    (n_rows, n_columns), queue, table, address = raster.shape, search.queue, search.table, in_c.pointer
    memory = np.empty_like(search.memory)
    n_waiting = np.empty(len(queue), np.uint64)
    cell, time_s = np.empty(raster.kinds.size + 1, np.int32), np.empty(raster.kinds.size + 1, np.uint16)

    def run(source: int) -> object:
        n_found = library.cells_within(
            address(raster.kinds), n_rows, n_columns, source // n_columns, source % n_columns, reach, address(memory),
            LIMIT, address(table), table.shape[1], search.shift, address(search.mark_bits), int(TOGETHER),
            address(queue), queue.shape[0] // 2, queue.shape[1], address(n_waiting), address(cell), address(time_s),
        )  # fmt: skip
        assert n_found >= 0
        return cell[:n_found].copy(), time_s[:n_found].copy()

    return run


def _skimage(search: RasterSearch, world: RasterWorld, *, is_bounded: bool) -> Contender:
    from skimage.graph import MCP_Geometric

    limit = CUTOFF_S / world.cell_size_m

    class Bounded(MCP_Geometric):
        def goal_reached(self, _index, cost):
            return 2 if cost > limit else 0

    def build(box: tuple[slice, slice], start: int) -> object:
        friction = np.where(np.isfinite(world.friction_s_per_m[box]), world.friction_s_per_m[box], -1.0)
        return friction, [divmod(start, friction.shape[1])]

    crops = _Crops(search, build)

    def run(source: int) -> object:
        friction, start = crops[source]
        return (Bounded if is_bounded else MCP_Geometric)(friction).find_costs(start)

    return run


def _skimage_nearest(world: RasterWorld, villages: NDArray[np.int64]) -> Contender:
    from skimage.graph import MCP_Geometric

    friction = np.where(np.isfinite(world.friction_s_per_m), world.friction_s_per_m, -1.0)
    starts = np.column_stack(np.divmod(villages, friction.shape[1]))
    return lambda _: MCP_Geometric(friction).find_costs(starts)


def _xrspatial(search: RasterSearch, world: RasterWorld) -> Contender:
    import xarray
    from xrspatial import cost_distance

    def build(box: tuple[slice, slice], start: int) -> object:
        friction = np.where(np.isfinite(world.friction_s_per_m[box]), world.friction_s_per_m[box], np.nan)
        start_raster = np.zeros(friction.shape, np.float32)
        start_raster.ravel()[start] = 1.0
        metres = [np.arange(n) * world.cell_size_m for n in friction.shape]
        place = {"dims": ("y", "x"), "coords": {"y": metres[0], "x": metres[1]}}
        return xarray.DataArray(start_raster, **place), xarray.DataArray(friction, **place)

    crops = _Crops(search, build)

    def run(source: int) -> object:
        start_raster, friction = crops[source]
        return cost_distance(start_raster, friction, max_cost=float(CUTOFF_S)).values

    return run
