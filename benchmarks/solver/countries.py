"""Synthetic countries shaped like France: towns of all sizes, empty stretches, slow mountains.

Nothing in them is real. They have the numbers of the real question: communes, inhabited cells, pairs
within 30 minutes, people.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit

from siting.travel.travel_times import TravelTimes


@dataclass(frozen=True)
class Size:
    """What a country is to look like; the side follows from the cells and their density."""

    n_sites: int
    n_cells: int
    persons: float
    km_per_30_min: float
    cell_km: float = 1.0
    inhabited_share: float = 0.757


SIZES = {
    "departement": Size(n_sites=395, n_cells=15_453, persons=600_000, km_per_30_min=29.5),
    "region": Size(n_sites=3_663, n_cells=41_635, persons=5_500_000, km_per_30_min=20.2),
    "france": Size(n_sites=34_800, n_cells=411_855, persons=65_000_000, km_per_30_min=20.1),
}


@dataclass(frozen=True)
class Country:
    """Travel times of every commune, the persons of every cell, and an order of plausible practices.

    Attributes
    ----------
    times : TravelTimes
    persons : float64 array, shape (n_cells,), whole numbers
    practices : int32 array
        Site rows, the likeliest to hold a practice first: the first 2,500 are "2,500 existing".
    site_xy_km, cell_xy_km : float64 arrays, shape (n, 2)
    """

    times: TravelTimes
    persons: np.ndarray
    practices: np.ndarray
    site_xy_km: np.ndarray
    cell_xy_km: np.ndarray


def country(
    name: str, *, cutoff_min: float = 30.0, seed: int = 0, crowding: float = 2.0, by_commune: bool = False
) -> Country:
    """The country of that name in `SIZES`; the same bytes for the same arguments.

    ``crowding``: with 2, the fullest cells have the share of people that they have in the census of 2021, and practices
    crowd there too; with 1, people and practices are spread more evenly, and fewer and smaller gaps are left.
    ``by_commune``: practices are drawn by the people of the whole commune (the cells nearest to it), not by those of
    the cell of its town hall, where a town of many cells counts no more than its centre.
    """
    size = SIZES[name]
    rng = np.random.default_rng(seed)
    side = int(np.ceil(np.sqrt(size.n_cells / size.inhabited_share)))
    density = _density(rng, side)
    inhabited = np.sort(_heaviest(rng, density, size.n_cells))
    cell_xy = (np.stack(np.divmod(inhabited, side), axis=1)[:, ::-1] + 0.5) * size.cell_km
    weight = density.ravel()[inhabited] ** crowding
    persons = np.maximum(np.round(weight * size.persons / weight.sum()), 1.0)
    site_cells = _heaviest(rng, np.sqrt(density.ravel()[inhabited]) * rng.random(len(inhabited)), size.n_sites)
    site_cells = np.sort(site_cells)
    site_xy = cell_xy[site_cells] + rng.uniform(-0.4, 0.4, (size.n_sites, 2)) * size.cell_km
    slow = _smooth(rng, side, side / 12)
    slowness = 1800.0 / size.km_per_30_min * (1.0 + 0.35 * slow)  # seconds a kilometre
    times = _times(cell_xy, site_xy, slowness.ravel()[inhabited], site_cells, side, size, cutoff_min)
    drawn_by = _commune_persons(times, persons) if by_commune else persons[site_cells]
    practice_score = np.log(np.maximum(drawn_by, 1.0)) + rng.gumbel(size=size.n_sites)
    practices = np.argsort(-practice_score, kind="stable").astype(np.int32)
    return Country(times, persons, practices, site_xy, cell_xy)


def _commune_persons(times: TravelTimes, persons: np.ndarray) -> np.ndarray:
    """People of the cells nearest to each commune, the lowest of equals."""
    site = np.repeat(np.arange(times.n_sites), np.diff(times.site_start))
    nearest = np.full(times.n_cells, np.iinfo(times.time_s.dtype).max, dtype=times.time_s.dtype)
    np.minimum.at(nearest, times.cell, times.time_s)
    is_nearest = times.time_s == nearest[times.cell]
    cell, first = np.unique(times.cell[is_nearest], return_index=True)
    return np.bincount(site[is_nearest][first], persons[cell], minlength=times.n_sites)


def _smooth(rng: np.random.Generator, side: int, scale: float) -> np.ndarray:
    """Standardised smooth noise, clipped to ±2: values drawn in the frequencies below 1 / scale."""
    noise = np.fft.rfft2(rng.standard_normal((side, side)))
    frequency = np.hypot(np.fft.fftfreq(side)[:, None], np.fft.rfftfreq(side)[None, :])
    field = np.fft.irfft2(noise * np.exp(-((frequency * scale) ** 2) * 8), s=(side, side))
    return np.clip((field - field.mean()) / field.std(), -2, 2)


def _density(rng: np.random.Generator, side: int) -> np.ndarray:
    """People per cell, up to a factor: towns by Zipf's law over a rough countryside."""
    density = 3.0 * np.exp(0.9 * _smooth(rng, side, side / 10) + 0.7 * _smooth(rng, side, 6))
    y, x = np.mgrid[0:side, 0:side]
    n_towns = max(side * side // 600, 4)
    for rank in range(n_towns):
        town_x, town_y = rng.random(2) * side
        people, radius = 30_000.0 / (rank + 1) ** 0.8, 1.0 + 9.0 / (rank + 1) ** 0.4
        west, east = int(max(town_x - 6 * radius, 0)), int(min(town_x + 6 * radius, side)) + 1
        north, south = int(max(town_y - 6 * radius, 0)), int(min(town_y + 6 * radius, side)) + 1
        window = np.s_[north:south, west:east]
        distance = np.hypot(x[window] - town_x, y[window] - town_y)
        density[window] += people * np.exp(-distance / radius) / radius**2
    return density


def _heaviest(rng: np.random.Generator, weight: np.ndarray, n: int) -> np.ndarray:
    """``n`` cells, heavier ones likelier, none twice."""
    key = np.log(weight.ravel()) + 1.5 * rng.gumbel(size=weight.size)
    return np.argpartition(-key, n - 1)[:n]


def _times(cell_xy, site_xy, slowness, site_cells, side, size: Size, cutoff_min: float) -> TravelTimes:
    column, row = (cell_xy / size.cell_km).astype(np.int64).T
    lookup = np.full((side, side), -1, dtype=np.int32)
    lookup[row, column] = np.arange(len(cell_xy), dtype=np.int32)
    cutoff_s = int(cutoff_min * 60)
    reach = int(np.ceil(cutoff_s / (0.9 * slowness.min()) / size.cell_km)) + 1
    twist = np.random.default_rng(len(site_xy)).uniform(0, 2 * np.pi, len(site_xy))
    start, cell, time_s = _pairs(
        cell_xy, site_xy, slowness, slowness[site_cells], twist, lookup, reach, size.cell_km, cutoff_s
    )
    return TravelTimes(start, cell, time_s, len(cell_xy), cutoff_s)


@njit(cache=True)
def _pairs(cell_xy, site_xy, cell_slow, site_slow, twist, lookup, reach, cell_km, cutoff_s):
    """Crow-fly kilometres × the mean slowness of both ends, 10 % more or less by direction, + 1 minute.

    The directions stand for valleys and main roads: without them catchments are discs, which are easier.
    """
    side = lookup.shape[0]
    start = np.zeros(len(site_xy) + 1, dtype=np.int64)
    cells = np.empty(1024, dtype=np.int32)
    times = np.empty(1024, dtype=np.uint16)
    n = 0
    for s in range(len(site_xy)):
        column = int(site_xy[s, 0] / cell_km)
        row = int(site_xy[s, 1] / cell_km)
        for r in range(max(row - reach, 0), min(row + reach + 1, side)):
            for c in range(max(column - reach, 0), min(column + reach + 1, side)):
                i = lookup[r, c]
                if i < 0:
                    continue
                x_km, y_km = cell_xy[i, 0] - site_xy[s, 0], cell_xy[i, 1] - site_xy[s, 1]
                detour = 1.0 + 0.1 * np.sin(3.0 * np.arctan2(y_km, x_km) + twist[s])
                slow = 0.5 * (cell_slow[i] + site_slow[s]) * detour
                time_s = np.ceil(60.0 + np.hypot(x_km, y_km) * slow)
                if time_s > cutoff_s:
                    continue
                if n == len(cells):
                    cells = np.concatenate((cells, np.empty(n, dtype=np.int32)))
                    times = np.concatenate((times, np.empty(n, dtype=np.uint16)))
                cells[n] = i
                times[n] = np.uint16(time_s)
                n += 1
        start[s + 1] = n
    return start, cells[:n].copy(), times[:n].copy()
