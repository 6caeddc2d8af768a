"""Raster cases: siting, the same in C, and its peers, on the same integer weights where a peer takes weights."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from benchmarks.measure import Contender, Measurement, interleaved
from benchmarks.travel import in_c
from benchmarks.travel.worlds import RasterWorld, raster_world
from siting.travel.casts import PlacesByRow, WindowSearch, nearest_on_raster
from siting.travel.classes import FrictionClasses, classify

CUTOFF_S = 1800


def bounded_case(kind: str, cell_size_m: float, *, n_sources: int, peers: bool) -> list[Measurement]:
    """30 minutes from each of some villages, without collecting who lives there."""
    world = raster_world(kind, side_km=160.0, cell_size_m=cell_size_m)
    classes = classify(world.friction_s_per_m, cell_size_m=cell_size_m)
    nobody = PlacesByRow.of(np.empty(0, np.int64), classes.raster.shape)
    search = WindowSearch(classes, nobody, CUTOFF_S)
    sources = _central(world, search, n_sources)
    settled = float(np.median([np.isfinite(_settled(search, source)).sum() for source in sources]))
    prepare: dict[str, Callable[[], Contender]] = {
        "siting": lambda: WindowSearch(classes, nobody, CUTOFF_S).within,
        "scipy": lambda: _scipy(search),
    }
    library = in_c.library()
    if library is not None and classes.raster.dtype == np.uint8:
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
    classes = classify(world.friction_s_per_m, cell_size_m=cell_size_m)
    villages = world.villages[:500]
    ticks, row = nearest_on_raster(classes, villages)

    def build_scipy() -> Contender:
        graph = raster_graph(classes.raster, classes)
        found = dijkstra(graph, indices=villages, min_only=True)
        assert (np.isfinite(found) == (row >= 0).ravel()).all()
        assert (found[row.ravel() >= 0] == ticks.ravel()[row.ravel() >= 0]).all()
        return lambda _: dijkstra(graph, indices=villages, min_only=True, return_predecessors=True)

    prepare: dict[str, Callable[[], Contender]] = {
        "siting": lambda: lambda _: nearest_on_raster(classes, villages),
        "scipy": build_scipy,
    }
    if peers:
        prepare["scikit-image"] = lambda: _skimage_nearest(world, villages)
    return interleaved(f"nearest {kind} {cell_size_m:g} m", prepare, [0, 0, 0], settled=float((row >= 0).sum()))


def raster_graph(raster: NDArray[np.integer], classes: FrictionClasses) -> csr_array:
    """SciPy's graph of a raster of classes, by the rules of `FrictionSurface`, in whole ticks."""
    n_rows, n_columns = raster.shape
    cell = np.arange(n_rows * n_columns, dtype=np.int32).reshape(raster.shape)
    tails, heads, weights = [], [], []
    for down, right in ((0, 1), (1, 0), (1, 1), (1, -1)):
        here = (slice(0, n_rows - down), slice(max(0, -right), n_columns - max(0, right)))
        there = (slice(down, n_rows), slice(max(0, right), n_columns + min(0, right)))
        is_open = (raster[here] > 0) & (raster[there] > 0)
        if down and right:
            is_open &= (raster[there[0], here[1]] > 0) | (raster[here[0], there[1]] > 0)
        half = classes.half_ticks[int(bool(down and right))].astype(np.float64)
        tails.append(cell[here][is_open])
        heads.append(cell[there][is_open])
        weights.append((half[raster[here]] + half[raster[there]])[is_open])
    tail, head, weight = np.concatenate(tails), np.concatenate(heads), np.concatenate(weights)
    ends = (np.concatenate([tail, head]), np.concatenate([head, tail]))
    return csr_array((np.concatenate([weight, weight]), ends), shape=(cell.size, cell.size))


def _central(world: RasterWorld, search: WindowSearch, n_sources: int) -> list[int]:
    """Villages whose searches stay clear of the raster's edge, and settle something."""
    n_rows, n_columns = world.friction_s_per_m.shape
    row, column = np.divmod(world.villages, n_columns)
    margin = np.minimum.reduce([row, n_rows - 1 - row, column, n_columns - 1 - column])
    inner = world.villages[np.argsort(-margin, kind="stable")][: 20 * n_sources : 2]
    return [int(cell) for cell in inner if np.isfinite(_settled(search, int(cell))).sum() > 200][:n_sources]


def _settled(search: WindowSearch, source: int) -> NDArray[np.float64]:
    """Ticks of the cells of a source's window, its closed outermost cells left out; inf where not settled."""
    state, first_row, _ = search.searched(source)
    top, _, height, width, _ = search.window(source)
    ticks = np.full((height, width), np.inf)
    opened = ticks[first_row - top :][: len(state)]
    opened[:] = state >> search.class_bits
    opened[(state == 0) | (opened > search.limit)] = np.inf
    return ticks[1:-1, 1:-1]


class _Crops:
    """For each source, what a peer needs: the window that siting opens, the smallest known beforehand to do."""

    def __init__(self, search: WindowSearch, build: Callable[[tuple[slice, slice], int], object]) -> None:
        self._search, self._build, self._ready = search, build, dict[int, object]()

    def __getitem__(self, source: int) -> object:
        if source not in self._ready:
            top, left, height, width, start = self._search.window(source)
            row, column = divmod(start, width)
            crop = slice(top + 1, top + height - 1), slice(left + 1, left + width - 1)
            self._ready = {source: self._build(crop, (row - 1) * (width - 2) + column - 1)}
        return self._ready[source]


def _scipy(search: WindowSearch) -> Contender:
    def build(box: tuple[slice, slice], start: int) -> object:
        return raster_graph(search.classes.raster[box], search.classes), start

    crops = _Crops(search, build)
    is_checked = set()

    def run(source: int) -> object:
        graph, start = crops[source]
        found = dijkstra(graph, indices=start, limit=float(search.limit))
        if source not in is_checked:
            assert (found == _settled(search, source).ravel()).all(), "siting and SciPy differ"
            is_checked.add(source)
        return found

    return run


def _c(search: WindowSearch, library) -> Contender:
    classes = search.classes.raster
    n_waiting = np.empty(len(search.queue), np.uint64)
    address = in_c.pointer

    def run(source: int) -> object:
        top, left, height, width, start = search.window(source)
        state, queue = search.memory[: height * width], search.queue
        done = library.search_window(
            address(classes), classes.shape[1], top, left, address(state), height, width, start, search.limit,
            address(search.half_step), search.half_step.shape[1], search.shift, address(queue), queue.shape[0],
            queue.shape[1], address(n_waiting),
        )  # fmt: skip
        assert done == 1
        return state

    return run


def _skimage(search: WindowSearch, world: RasterWorld, *, is_bounded: bool) -> Contender:
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


def _xrspatial(search: WindowSearch, world: RasterWorld) -> Contender:
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
