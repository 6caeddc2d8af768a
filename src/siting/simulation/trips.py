"""Mean trips between sites and areas, and the nearest by them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from siting.access import SITES_PER_BLOCK
from siting.travel.travel_times import TravelTimes


@dataclass(frozen=True)
class Trips:
    """The mean time, by persons, of the people of an area to a site, where they are within the cutoff.

    Attributes
    ----------
    site, area : int64 array, shape (n_trips,)
    time_s : float64 array, shape (n_trips,)
    n_areas : int
    """

    site: NDArray[np.int64]
    area: NDArray[np.int64]
    time_s: NDArray[np.float64]
    n_areas: int

    def where(self, is_kept: NDArray[np.bool_]) -> Trips:
        """Some of them."""
        return Trips(self.site[is_kept], self.area[is_kept], self.time_s[is_kept], self.n_areas)


def mean_trips(times: TravelTimes, area: NDArray[np.int32], persons: NDArray[np.float64], n_areas: int) -> Trips:
    """Trips from the areas of the demand cells to the sites.

    Parameters
    ----------
    times : TravelTimes
    area : int32 array, shape (n_cells,)
    persons : float64 array, shape (n_cells,)
    n_areas : int
    """
    found = []
    for first in range(0, times.n_sites, SITES_PER_BLOCK):
        start = times.site_start[first : first + SITES_PER_BLOCK + 1]
        pairs = slice(int(start[0]), int(start[-1]))
        cell = times.cell[pairs]
        site = np.repeat(np.arange(first, first + len(start) - 1), np.diff(start))
        key, of = np.unique(site * n_areas + area[cell], return_inverse=True)
        people = np.bincount(of, persons[cell], len(key))
        seconds = np.bincount(of, persons[cell] * times.time_s[pairs], len(key))
        kept = people > 0
        found.append((*np.divmod(key[kept], n_areas), seconds[kept] / people[kept]))
    site_rows, area_rows, time_s = (np.concatenate(part) for part in zip(*found, strict=True))
    return Trips(site_rows, area_rows, time_s, n_areas)


def nearest_by(
    candidate: NDArray[np.int64], place: NDArray[np.int64], time_s: NDArray[np.float64], n_places: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """For each place the candidate of the shortest trip (ties: the lowest), -1 and inf where there is none."""
    order = np.lexsort((candidate, time_s, place))
    first = order[np.unique(place[order], return_index=True)[1]]
    nearest, least_s = np.full(n_places, -1, np.int64), np.full(n_places, np.inf)
    nearest[place[first]], least_s[place[first]] = candidate[first], time_s[first]
    return nearest, least_s
