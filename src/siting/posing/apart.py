"""Which new houses would stand too near each other: as the crow flies, or by the minutes of a trip."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from siting.errors import DataError
from siting.scenario import Scenario
from siting.scenario.rules import ApartRule
from siting.territory import Demand, Territory
from siting.territory.values import Sites
from siting.travel import build_surface, travel_times
from siting.travel.travel_times import TravelTimes

MOST_PAIRS = 200_000
"""Pairs of sites that are too near each other: each is a row of the integer program."""

Pairs = NDArray[np.int32]


def too_near(scenario: Scenario, territory: Territory, path: str, rule: ApartRule) -> Pairs:
    """Pairs of candidates nearer than a rule allows, shape (n, 2), sorted; exactly as far is far enough.

    By minutes two candidates are too near where one way or the other is shorter: on the run's own surface, from the
    middle of the cell in which the one stands to the other, in seconds rounded up like all times of a run.

    Raises
    ------
    DataError
        There are more than `MOST_PAIRS`.
    """
    candidates = np.flatnonzero(~territory.sites.is_existing)
    if rule.at_least_min is None:
        pairs = _near_on_the_map(scenario, territory, f"{path}.at_least_km", candidates, rule.at_least_km or 0.0)
    else:
        cutoff_s = math.ceil(60 * rule.at_least_min) - 1
        one, other, _ = trips_between(scenario, territory, candidates, cutoff_s=cutoff_s)
        near = np.unique(np.sort(np.column_stack([one, other]), axis=1), axis=0)
        _refuse_too_many(scenario, f"{path}.at_least_min", len(near))
        pairs = candidates[near]
    return pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))].astype(np.int32)


def nearest_apart(scenario: Scenario, territory: Territory, rule: ApartRule, opened: NDArray[np.int32]) -> float:
    """Between the two nearest of some houses, in the unit of a rule; NaN where there are not two.

    Trips are looked for as far as those of people (``travel.cutoff_min``): NaN too where all are longer.
    """
    if len(opened) < 2:
        return float("nan")
    if rule.at_least_min is None:
        sites = territory.sites
        points = np.column_stack([sites.x_m, sites.y_m])[opened]
        return float(KDTree(points).query(points, k=2)[0][:, 1].min() / 1000)
    *_, seconds = trips_between(scenario, territory, opened, cutoff_s=scenario.travel.cutoff_s)
    return float(seconds.min() / 60) if len(seconds) else float("nan")


def trips_between(
    scenario: Scenario, territory: Territory, rows: NDArray[np.integer], *, cutoff_s: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.uint16]]:
    """Trips between sites: places in ``rows`` from and to, and seconds; those within the cutoff, both ways."""
    sites, grid = territory.sites, territory.grid
    cell = grid.cell_at(sites.x_m[rows], sites.y_m[rows])
    cells, place = np.unique(cell, return_inverse=True)
    some = _of_rows(sites, rows)
    nobody = np.zeros(len(cells))
    stands = Demand(
        cells, nobody, np.zeros((len(cells), 3)), np.zeros(len(cells), np.int32), np.zeros(len(cells), np.int32)
    )
    surface = build_surface(replace(territory, sites=some, demand=stands), scenario.travel)
    found = travel_times(surface, cutoff_s=cutoff_s)
    origin, destination, seconds = _spread(found, place)
    is_trip = (origin != destination) & territory.is_land.ravel()[cell[origin]]
    return origin[is_trip], destination[is_trip], seconds[is_trip]


def _of_rows(sites: Sites, rows: NDArray[np.integer]) -> Sites:
    """Some of the sites, as far as a search needs them."""
    names = ("id", "name", "kind", "commune", "x_m", "y_m", "is_existing", "in_study_area")
    return Sites(*(getattr(sites, name)[rows] for name in names))


def _spread(
    times: TravelTimes, place: NDArray[np.integer]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.uint16]]:
    """From, to and seconds: the times of each cell for every site that stands in it; ``place``: the cell of each."""
    order = np.argsort(place, kind="stable")
    first = np.searchsorted(place[order], np.arange(times.n_cells + 1))
    n_standing = np.diff(first)[times.cell]
    pair = np.repeat(np.arange(times.n_pairs), n_standing)
    offset = np.arange(len(pair)) - np.repeat(np.cumsum(n_standing) - n_standing, n_standing)
    site = np.repeat(np.arange(times.n_sites), np.diff(times.site_start))
    return order[first[times.cell[pair]] + offset], site[pair], times.time_s[pair]


def _near_on_the_map(
    scenario: Scenario, territory: Territory, path: str, candidates: NDArray[np.int64], at_least_km: float
) -> NDArray[np.int64]:
    tree = KDTree(np.column_stack([territory.sites.x_m, territory.sites.y_m])[candidates])
    metres = np.nextafter(1000 * at_least_km, 0)
    _refuse_too_many(scenario, path, (int(tree.count_neighbors(tree, metres)) - len(candidates)) // 2)
    near: NDArray[np.int64] = candidates[tree.query_pairs(metres, output_type="ndarray")]
    return near


def _refuse_too_many(scenario: Scenario, path: str, n_pairs: int) -> None:
    if n_pairs <= MOST_PAIRS:
        return
    words = (
        (f"{n_pairs:,} pairs of candidates are nearer than that, more than can be looked at", "a smaller figure")
        if scenario.language == "en"
        else (f"{n_pairs} paires de candidats sont plus proches : trop pour le calcul", "un chiffre plus petit")
    )
    raise DataError(scenario.fault(path, *words))
