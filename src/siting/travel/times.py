"""The public functions of travel: build a surface, and ask it for times."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from siting.arguments import row_numbers, whole_number
from siting.errors import DataError, Fault
from siting.progress import Progress, silent
from siting.territory.values import Territory
from siting.travel.friction import FrictionSurface
from siting.travel.pairs import PairStore
from siting.travel.road_speeds import conditions_of
from siting.travel.roads import RoadSurface
from siting.travel.space import space_order
from siting.travel.travel_times import NearestTimes, TravelTimes
from siting.travel.workspace import Found

if TYPE_CHECKING:
    from siting.scenario.layers_travel import LayersTravel
    from siting.scenario.travel_settings import FrictionTravel, RoadTravel

BLOCK_SITES = 64
"""Sites that a thread takes at a time: some 50 ms of work, so that progress moves and threads end together."""
MEMORY_BUDGET_MB = 4000
"""What travel times may take before they go to disk: 0.3e9 pairs."""

Job = TypeVar("Job")
Result = TypeVar("Result")


class Search(Protocol):
    """Bounded searches from some sites at a time; holds a workspace, so each thread has its own."""

    def within(self, site_rows: NDArray[np.integer]) -> Found: ...


class Surface(Protocol):
    """What travel is asked of, on roads or on a raster."""

    @property
    def territory(self) -> Territory: ...
    def searcher(self, cutoff_s: int) -> Search: ...
    def nearest(self, site_rows: NDArray[np.integer]) -> NearestTimes: ...
    def nearest_everywhere(self, site_rows: NDArray[np.integer]) -> NearestTimes: ...
    def unreached_reason(self, site_rows: NDArray[np.integer]) -> NDArray[np.uint8]: ...
    def pocket_sizes(self) -> NDArray[np.int32]: ...


def build_surface(
    territory: Territory, travel: RoadTravel | FrictionTravel | LayersTravel
) -> RoadSurface | FrictionSurface:
    """What a scenario travels on, ready to be searched.

    Parameters
    ----------
    territory : Territory
    travel : RoadTravel, FrictionTravel or LayersTravel
        The ``travel`` part of a scenario.

    Raises
    ------
    DataError
        Where the territory lacks what that way of travelling needs.
    """
    if travel.surface == "roads":
        return RoadSurface.build(
            territory,
            speeds_kmh={str(name): kmh for name, kmh in travel.speeds_kmh.items()},
            speed_factor=travel.speed_factor,
            conditions=conditions_of(travel),
            off_road_kmh=travel.off_road_kmh,
            access_links=travel.access_links,
            max_access_m=travel.max_access_m,
        )
    return FrictionSurface.build(territory, car_friction(territory, travel))


def car_friction(territory: Territory, travel: FrictionTravel | LayersTravel) -> NDArray[np.float32]:
    """Seconds that a car takes to cross one metre of each cell: of the layers, or by the screening model.

    Raises
    ------
    DataError
        The scenario travels on layers and the territory has none.
    """
    if travel.surface == "layers":
        if territory.friction_s_per_m is None:
            problem = "this territory has no layers of friction"
            raise DataError(Fault("travel", 0, 0, "friction_s_per_m", problem, "assemble it from the scenario"))
        return territory.friction_s_per_m
    from siting.territory.relief import relief_on
    from siting.travel.screening import screening_friction

    return screening_friction(
        territory.persons,
        territory.is_land,
        cell_size_m=territory.grid.cell_size_m,
        relief_m=relief_on(territory.grid),
        density_persons_per_km2=travel.density_persons_per_km2,
        speeds_kmh=travel.speeds_kmh,
        rugged_speed_share=travel.rugged_speed_share,
    )


def travel_times(
    surface: Surface,
    *,
    cutoff_s: int,
    progress: Progress = silent,
    threads: int | None = None,
    memory_budget_mb: float = MEMORY_BUDGET_MB,
    spill_folder: Path | None = None,
) -> TravelTimes:
    """Time from every demand cell to every site, where it is within the cutoff.

    Parameters
    ----------
    surface : RoadSurface, FrictionSurface or OverlandSurface
    cutoff_s : int
        Inclusive; at most 65,535 s.
    progress : callable
        Told the sites done, and how many there are.
    threads : int, optional
        As many as there are processors, unless said. The result is the same, byte for byte.
    memory_budget_mb : float
        Beyond this the pairs are kept in nameless files and memory-mapped: the same arrays, read from disk.
    spill_folder : Path, optional
        Where those files go; the system's temporary folder unless said.

    Returns
    -------
    TravelTimes
        Rows are the sites of the territory, cells the rows of its demand table.

    Raises
    ------
    DataError
        Where the cutoff is negative or too long.
    """
    n_sites = len(surface.territory.sites)
    store = PairStore(budget_mb=memory_budget_mb, folder=spill_folder)
    n_done = 0
    for sites, found in _searched_blocks(surface, cutoff_s=cutoff_s, threads=threads):
        store.add(sites, found)
        n_done += len(sites)
        progress(n_done, n_sites)
    return store.times(n_sites=n_sites, n_cells=len(surface.territory.demand), cutoff_s=cutoff_s)


def each_site(
    surface: Surface, *, cutoff_s: int, threads: int | None = None
) -> Iterator[tuple[int, NDArray[np.int32], NDArray[np.uint16]]]:
    """(site, demand rows ascending, seconds) of one site after the other; only a few are ever held.

    For sums over more pairs than fit anywhere: who is covered, how many people a site reaches, how many sites a
    cell can choose from. The order of the sites follows space, and is the same with any number of threads.
    """
    for sites, found in _searched_blocks(surface, cutoff_s=cutoff_s, threads=threads):
        ends = np.cumsum(found.counts)
        for site, first, end in zip(sites.tolist(), (ends - found.counts).tolist(), ends.tolist(), strict=True):
            yield site, found.place[first:end], found.times[first:end]


def _searched_blocks(
    surface: Surface, *, cutoff_s: int, threads: int | None
) -> Iterator[tuple[NDArray[np.int64], Found]]:
    """Blocks of sites, neighbours together, with what each site reaches."""
    sites = surface.territory.sites
    order = space_order(sites.x_m, sites.y_m)
    blocks = [order[first : first + BLOCK_SITES] for first in range(0, len(order), BLOCK_SITES)]
    n_at_once = max(1, min(n_threads(threads), len(blocks)))
    idle = [surface.searcher(cutoff_s) for _ in range(n_at_once)]

    def search(block: NDArray[np.int64]) -> Found:
        workspace = idle.pop()
        found = workspace.within(block)
        idle.append(workspace)
        return found

    yield from zip(blocks, in_threads(search, blocks, n_threads=n_at_once), strict=True)


def n_threads(threads: int | None) -> int:
    """As many threads as asked for, or as there are processors."""
    if threads is None:
        return os.cpu_count() or 1
    return whole_number(threads, where="travel", name="threads", least=1)


def in_threads(work: Callable[[Job], Result], jobs: Iterable[Job], *, n_threads: int) -> Iterator[Result]:
    """Results in the order of the jobs; no thread runs far ahead of who takes them, so few are ever held."""
    if n_threads == 1:  # a pool would cost 0.1 ms, as much as a search of a small raster
        yield from map(work, jobs)
        return
    waiting: deque[Future[Result]] = deque()
    with ThreadPoolExecutor(n_threads) as pool:
        for job in jobs:
            waiting.append(pool.submit(work, job))
            if len(waiting) > 2 * n_threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def nearest(surface: Surface, site_rows: Sequence[int] | NDArray[np.integer]) -> NearestTimes:
    """Time from every demand cell to the nearest of some sites, without a cutoff.

    Parameters
    ----------
    surface : RoadSurface, FrictionSurface or OverlandSurface
    site_rows : sequence of int
        Rows of ``territory.sites``, in any order, or a mask of them; none is allowed.

    Returns
    -------
    NearestTimes
        Arrays of shape (n_demand,). ``site`` is a row of ``territory.sites``; ties go to the lowest.
    """
    return surface.nearest(_checked_rows(surface, site_rows))


def nearest_everywhere(surface: Surface, site_rows: Sequence[int] | NDArray[np.integer]) -> NearestTimes:
    """Time from every land cell of the grid to the nearest of some sites, without a cutoff.

    Returns
    -------
    NearestTimes
        Arrays of shape ``grid.shape``; inf and -1 off the land and where no site is reached. At a demand cell
        they equal those of `nearest` (unless it lies on a barrier and stands in a neighbour).
    """
    return surface.nearest_everywhere(_checked_rows(surface, site_rows))


def _checked_rows(surface: Surface, site_rows: Sequence[int] | NDArray[np.integer]) -> NDArray[np.int64]:
    return np.unique(row_numbers(site_rows, len(surface.territory.sites), where="sites", name="site_rows"))
