"""The public functions of travel: build a surface, and ask it for times."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from siting.errors import DataError, Fault
from siting.progress import Progress, silent
from siting.territory.values import Territory
from siting.travel.friction import FrictionSurface
from siting.travel.roads import RoadSurface
from siting.travel.travel_times import NearestTimes, TravelTimes

if TYPE_CHECKING:
    from siting.scenario.travel_settings import FrictionTravel, RoadTravel

BLOCK_SITES = 64
"""Sites that a thread takes at a time: some 50 ms of work, so that progress moves and threads end together."""


class Search(Protocol):
    """Bounded searches from one site at a time; holds a workspace, so each thread has its own."""

    def within(self, site_row: int) -> tuple[NDArray[np.int32], NDArray[np.uint16]]: ...


class Surface(Protocol):
    """What travel is asked of, on roads or on a raster."""

    @property
    def territory(self) -> Territory: ...
    def searcher(self, cutoff_s: int) -> Search: ...
    def nearest(self, site_rows: NDArray[np.integer]) -> NearestTimes: ...
    def nearest_everywhere(self, site_rows: NDArray[np.integer]) -> NearestTimes: ...
    def unreached_reason(self, site_rows: NDArray[np.integer]) -> NDArray[np.uint8]: ...
    def pocket_sizes(self) -> NDArray[np.int32]: ...


def build_surface(territory: Territory, travel: RoadTravel | FrictionTravel) -> RoadSurface | FrictionSurface:
    """What a scenario travels on, ready to be searched.

    Parameters
    ----------
    territory : Territory
    travel : RoadTravel or FrictionTravel
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
            off_road_kmh=travel.off_road_kmh,
            access_nodes=travel.access_nodes,
            max_access_m=travel.max_access_m,
        )
    from siting.travel.screening import screening_friction

    friction = screening_friction(
        territory.persons,
        territory.is_land,
        cell_size_m=territory.grid.cell_size_m,
        density_persons_per_km2=travel.density_persons_per_km2,
        speeds_kmh=travel.speeds_kmh,
    )
    return FrictionSurface.build(territory, friction)


def travel_times(
    surface: Surface, *, cutoff_s: int, progress: Progress = silent, threads: int | None = None
) -> TravelTimes:
    """Time from every demand cell to every site, where it is within the cutoff.

    Parameters
    ----------
    surface : RoadSurface or FrictionSurface
    cutoff_s : int
        Inclusive; at most 65,535 s.
    progress : callable
        Told the sites done, and how many there are.
    threads : int, optional
        As many as there are processors, unless said. The result is the same, byte for byte.

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
    blocks = [range(first, min(first + BLOCK_SITES, n_sites)) for first in range(0, n_sites, BLOCK_SITES)]
    n_threads = max(1, min(threads or os.cpu_count() or 1, len(blocks)))
    idle = [surface.searcher(cutoff_s) for _ in range(n_threads)]

    def search(block: range) -> list[tuple[NDArray[np.int32], NDArray[np.uint16]]]:
        workspace = idle.pop()
        found = [workspace.within(site) for site in block]
        idle.append(workspace)
        return found

    found: list[tuple[NDArray[np.int32], NDArray[np.uint16]]] = []
    with ThreadPoolExecutor(n_threads) as pool:
        for part in pool.map(search, blocks):
            found.extend(part)
            progress(len(found), n_sites)
    return _joined(found, n_cells=len(surface.territory.demand), cutoff_s=cutoff_s)


def nearest(surface: Surface, site_rows: Sequence[int] | NDArray[np.integer]) -> NearestTimes:
    """Time from every demand cell to the nearest of some sites, without a cutoff.

    Parameters
    ----------
    surface : RoadSurface or FrictionSurface
    site_rows : sequence of int
        Rows of ``territory.sites``, in any order; none is allowed.

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
    rows = np.unique(np.asarray(site_rows, np.int64))
    n_sites = len(surface.territory.sites)
    if len(rows) and not (rows[0] >= 0 and rows[-1] < n_sites):
        raise DataError(
            Fault("sites", 0, 0, "site_rows", f"name sites that are not there: {rows}", f"0 to {n_sites - 1}")
        )
    return rows


def _joined(found: list[tuple[NDArray[np.int32], NDArray[np.uint16]]], *, n_cells: int, cutoff_s: int) -> TravelTimes:
    site_start = np.zeros(len(found) + 1, np.int64)
    site_start[1:] = np.cumsum([len(cell) for cell, _ in found])
    return TravelTimes(
        site_start=site_start,
        cell=np.concatenate([np.empty(0, np.int32), *(cell for cell, _ in found)]),
        time_s=np.concatenate([np.empty(0, np.uint16), *(time_s for _, time_s in found)]),
        n_cells=n_cells,
        cutoff_s=cutoff_s,
    )
