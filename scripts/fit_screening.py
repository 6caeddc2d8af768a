"""Fit the screening friction to known car times, and print how far off it is.

    python -m scripts.fit_screening --data DIR          the error table of the embedded parameters
    python -m scripts.fit_screening --data DIR --fit    fit them again, on all the pairs and on half of the points
    python -m scripts.fit_screening --data DIR --cross  fit on one département and judge on the other; then leave out
                                                        the trips of a quarter of the places, and judge on those

DIR holds the development halves: isere_osrm_2021_{points,seconds} (mountains, OSRM) and
gironde_metric_osrm_pairs (a plain, INSEE METRIC).

The time of a path is linear in the paces at the knots. So, for each share of the speed left in rugged country:
take the fastest paths under the present paces, solve least squares for those that make their times right
(reweighted towards the mean absolute error), take the paths again, keep the best round; then the best share.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pyproj import Transformer
from scipy.optimize import lsq_linear
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from siting.grid import Grid
from siting.territory.embedded import read_cells
from siting.territory.relief import relief_on
from siting.travel import screening
from siting.travel.screening import screening_friction

Array = NDArray[np.float64]
CRS = "EPSG:3035"
HALO_M = 25_000.0
LONGEST_MIN = 60.0
STANDARD_MIN = 30.0
ROUNDS = 6
LEAST_ERROR_MIN = 2.0
SOURCES_AT_ONCE = 128
FOLDS = 4
SPEED_LIMITS_KMH = (10.0, 80.0)
FITTED_SPEED_OF_KNOT = (0, 0, 1)
"""Two speeds are fitted, that of the two sparsest knots and that of the third. Those of towns are assumed: few of
these trips cross one, and 70 km/h would come out."""
N_FITTED = 2
RUGGED_SPEED_SHARES = (0.4, 0.5, 0.6)


@dataclass(frozen=True)
class Parameters:
    """What is fitted."""

    speeds_kmh: tuple[float, ...]
    rugged_speed_share: float

    def __str__(self) -> str:
        return f"speeds {', '.join(f'{v:.1f}' for v in self.speeds_kmh)} km/h, share {self.rugged_speed_share}"


@dataclass(frozen=True)
class Trips:
    """Known car times between points of one département, and the raster they lie on."""

    name: str
    grid: Grid
    persons: Array
    is_land: NDArray[np.bool_]
    relief_m: NDArray[np.float32]
    from_xy: Array
    to_xy: Array
    minutes: Array

    @property
    def straight_km(self) -> Array:
        return np.hypot(*(self.from_xy - self.to_xy).T) / 1000

    def only(self, chosen: NDArray[np.bool_]) -> Trips:
        return replace(self, from_xy=self.from_xy[chosen], to_xy=self.to_xy[chosen], minutes=self.minutes[chosen])

    def places_in(self, fold: int) -> NDArray[np.bool_]:
        """Trips that start or end at a place of one of `FOLDS` random parts of the places."""
        points = np.unique(np.concatenate([self.from_xy, self.to_xy]), axis=0)
        fold_of = np.random.default_rng(2).integers(0, FOLDS, len(points))
        is_in = {tuple(point) for point in points[fold_of == fold]}
        return np.array([tuple(a) in is_in or tuple(b) in is_in for a, b in zip(self.from_xy, self.to_xy, strict=True)])

    def half(self, second: bool) -> Trips:
        """Trips between points of one random half (the same trips again with the same points)."""
        points = np.unique(np.concatenate([self.from_xy, self.to_xy]), axis=0)
        is_second = np.random.default_rng(1).random(len(points)) < 0.5
        side = {tuple(point): bool(s) for point, s in zip(points, is_second, strict=True)}
        starts = np.array([side[tuple(xy)] for xy in self.from_xy])
        ends = np.array([side[tuple(xy)] for xy in self.to_xy])
        return self.only((starts == second) & (ends == second))


def read_isere(folder: Path, cell_size_m: float) -> Trips:
    points = pd.read_csv(folder / "isere_osrm_2021_points.csv", dtype={"commune": str}).set_index("commune")
    table = pd.read_csv(folder / "isere_osrm_2021_seconds.csv.gz", dtype={"from_commune": str})
    table = table.set_index("from_commune")
    points = points.loc[table.index]
    xy = np.stack(Transformer.from_crs("EPSG:4326", CRS, always_xy=True).transform(points.lon, points.lat), axis=1)
    start, end = np.nonzero(~np.eye(len(points), dtype=bool))
    return _trips("Isère, OSRM", cell_size_m, xy[start], xy[end], table[table.index].to_numpy()[start, end] / 60)


def read_gironde(folder: Path, cell_size_m: float) -> Trips:
    pairs = pd.read_csv(folder / "gironde_metric_osrm_pairs.csv")
    to_grid = Transformer.from_crs("EPSG:2154", CRS, always_xy=True)
    ends = [np.stack(to_grid.transform(pairs[f"x{i}_l93_m"], pairs[f"y{i}_l93_m"]), axis=1) for i in (1, 2)]
    return _trips("Gironde, METRIC", cell_size_m, *ends, pairs.metric_offpeak_min.to_numpy(float))


def _trips(name: str, cell_size_m: float, from_xy: Array, to_xy: Array, minutes: Array) -> Trips:
    both = np.concatenate([from_xy, to_xy])
    bounds_m = (*both.min(axis=0), *both.max(axis=0))
    grid = Grid.covering(bounds_m, cell_size_m=cell_size_m, crs=CRS, halo_m=HALO_M)
    cells = read_cells()
    x_m, y_m = grid.centre_of(np.arange(grid.n_cells))
    west, south = cells.x_km.min(), cells.y_km.min()
    row_at = np.full((cells.y_km.max() - south + 1, cells.x_km.max() - west + 1), -1)
    row_at[cells.y_km - south, cells.x_km - west] = np.arange(len(cells))
    line = np.clip((y_m // 1000).astype(int) - south, 0, len(row_at) - 1)
    column = np.clip((x_m // 1000).astype(int) - west, 0, row_at.shape[1] - 1)
    row = row_at[line, column]
    share = (cell_size_m / 1000) ** 2
    persons = np.where(row >= 0, cells.persons.to_numpy()[row] * share, 0.0)
    return Trips(
        name,
        grid,
        persons.reshape(grid.shape),
        (row >= 0).reshape(grid.shape),
        relief_on(grid),
        from_xy,
        to_xy,
        minutes,
    )


def paths(trips: Trips, pace: Array, basis: Array) -> tuple[Array, Array]:
    """Minutes of the fastest path of each trip, and its kilometres weighted by each column of ``basis``.

    ``pace`` (minutes per km) and ``basis`` (n_cells, n_columns) are per cell.
    """
    start, end = (_open_cells(trips, xy) for xy in (trips.from_xy, trips.to_xy))
    graph = _graph(trips, pace)
    minutes, weighted_km = np.empty(len(start)), np.zeros((len(start), basis.shape[1]))
    sources = np.unique(start)
    for first in range(0, len(sources), SOURCES_AT_ONCE):
        block = sources[first : first + SOURCES_AT_ONCE]
        time, previous = dijkstra(graph, indices=block, return_predecessors=True)
        rows = np.flatnonzero(np.isin(start, block))
        source_row = np.searchsorted(block, start[rows])
        at = end[rows]
        minutes[rows] = time[source_row, at]
        while len(rows):
            before = previous[source_row, at]
            moving = before >= 0
            rows, source_row, at, before = rows[moving], source_row[moving], at[moving], before[moving]
            step_km = _step_km(trips.grid, before, at)
            weighted_km[rows] += step_km[:, None] * (basis[before] + basis[at]) / 2
            at = before
    return minutes, weighted_km


def _step_km(grid: Grid, a: NDArray[np.int32], b: NDArray[np.int32]) -> Array:
    is_straight = (np.abs(a - b) == 1) | (np.abs(a - b) == grid.n_columns)
    return np.where(is_straight, 1.0, np.sqrt(2.0)) * grid.cell_size_m / 1000


def _graph(trips: Trips, pace: Array) -> csr_array:
    """8 neighbours; a step costs its length × the mean pace of its two cells."""
    rows, columns = trips.grid.shape
    cell = np.arange(rows * columns).reshape(rows, columns)
    pairs = [
        (cell[:, :-1], cell[:, 1:]),
        (cell[:-1], cell[1:]),
        (cell[:-1, :-1], cell[1:, 1:]),
        (cell[:-1, 1:], cell[1:, :-1]),
    ]
    a = np.concatenate([p.ravel() for p, _ in pairs])
    b = np.concatenate([q.ravel() for _, q in pairs])
    cost = _step_km(trips.grid, a, b) * (pace[a] + pace[b]) / 2
    is_open = np.isfinite(cost)
    a, b, cost = a[is_open], b[is_open], cost[is_open]
    both = (np.concatenate([a, b]), np.concatenate([b, a]))
    return csr_array((np.concatenate([cost, cost]), both), shape=(cell.size, cell.size))


def _open_cells(trips: Trips, xy: Array) -> NDArray[np.int64]:
    """Cell of each point, or the nearest land cell."""
    cell = trips.grid.cell_at(*xy.T)
    land = np.flatnonzero(trips.is_land.ravel())
    x_m, y_m = trips.grid.centre_of(land)
    for i in np.flatnonzero(~trips.is_land.ravel()[cell]):
        cell[i] = land[np.argmin(np.hypot(x_m - xy[i, 0], y_m - xy[i, 1]))]
    return cell


def predicted_minutes(trips: Trips, parameters: Parameters) -> Array:
    friction = screening_friction(
        trips.persons,
        trips.is_land,
        cell_size_m=trips.grid.cell_size_m,
        relief_m=trips.relief_m,
        speeds_kmh=parameters.speeds_kmh,
        rugged_speed_share=parameters.rugged_speed_share,
    )
    pace = friction.ravel().astype(np.float64) * 1000 / 60
    return paths(trips, pace, np.empty((trips.grid.n_cells, 0)))[0]


def basis_of(trips: Trips, rugged_speed_share: float) -> tuple[Array, Array]:
    """Share of each fitted pace in the pace of each cell (n_cells, 2), and the pace that is assumed (n_cells,)."""
    density = screening.density_around(trips.persons, trips.is_land, trips.grid.cell_size_m).ravel()
    left = screening.speed_share_left(np.log1p(density), trips.relief_m.ravel(), rugged_speed_share)
    knots = np.log1p(screening.DENSITY_PERSONS_PER_KM2)
    hats = np.stack([np.interp(np.log1p(density), knots, unit) / left for unit in np.eye(len(knots))], axis=1)
    fitted = np.zeros((len(density), N_FITTED))
    for knot, speed in enumerate(FITTED_SPEED_OF_KNOT):
        fitted[:, speed] += hats[:, knot]
    is_assumed = slice(len(FITTED_SPEED_OF_KNOT), None)
    return fitted, hats[:, is_assumed] @ (60 / np.array(screening.SPEEDS_KMH[is_assumed]))


def fit(all_trips: list[Trips]) -> Parameters:
    """The parameters with the least sum of mean absolute errors."""
    return min((_fit_speeds(all_trips, share) for share in RUGGED_SPEED_SHARES), key=lambda fitted: fitted[0])[1]


def _fit_speeds(all_trips: list[Trips], rugged_speed_share: float) -> tuple[float, Parameters]:
    """Sum of mean absolute errors, and the parameters, of the best speeds for a share."""
    bases = [basis_of(trips, rugged_speed_share) for trips in all_trips]
    slow, fast = SPEED_LIMITS_KMH
    paces, best, least = np.full(N_FITTED, 60 / 65), np.empty(0), np.inf
    for round_ in range(ROUNDS):
        left, right, error_min = [], [], 0.0
        for trips, (basis, assumed) in zip(all_trips, bases, strict=True):
            pace = np.where(trips.is_land.ravel(), basis @ paces + assumed, np.inf)
            minutes, km = paths(trips, pace, np.column_stack([basis, assumed]))
            judged = trips.minutes <= LONGEST_MIN
            error = np.abs(minutes - trips.minutes)[judged]
            error_min += error.mean()
            weight = 1 / np.sqrt(judged.sum() * np.maximum(error, LEAST_ERROR_MIN))
            left.append(km[judged, :-1] * weight[:, None])
            right.append((trips.minutes[judged] - km[judged, -1]) * weight)
        if error_min < least:
            least, best = error_min, paces
        solved = lsq_linear(np.concatenate(left), np.concatenate(right), bounds=(60 / fast, 60 / slow)).x
        paces = solved if round_ == 0 else (paces + solved) / 2
    fitted_kmh = [float(60 / best[i]) for i in FITTED_SPEED_OF_KNOT]
    return least, Parameters((*fitted_kmh, *screening.SPEEDS_KMH[len(fitted_kmh) :]), rugged_speed_share)


def errors(trips: Trips, minutes: Array) -> str:
    """r, bias and mean absolute error under an hour, and the share of 30-minute answers that agree."""
    judged = trips.minutes <= LONGEST_MIN
    off = (minutes - trips.minutes)[judged]
    agree = (minutes <= STANDARD_MIN) == (trips.minutes <= STANDARD_MIN)
    too_near = ((minutes <= STANDARD_MIN) & ~(trips.minutes <= STANDARD_MIN)).mean()
    r = np.corrcoef(minutes, trips.minutes)[0, 1]
    return (
        f"r {r:.3f} | bias {off.mean():+5.1f} min | MAE {np.abs(off).mean():4.1f} min | "
        f"30 min: agree {agree.mean():.1%}, within an hour {agree[judged].mean():.1%}, wrongly near {too_near:.1%}"
    )


def print_table(all_trips: list[Trips], parameters: Parameters) -> None:
    for trips in all_trips:
        print(f"{trips.name}, {len(trips.minutes):,} trips, {(trips.minutes <= LONGEST_MIN).sum():,} under an hour")
        print("  model        ", errors(trips, predicted_minutes(trips, parameters)))
        for kmh in (50, 55, 60):
            print(f"  line, {kmh} km/h", errors(trips, trips.straight_km / kmh * 60))


def print_cross(all_trips: list[Trips]) -> None:
    """Errors where the fit has not been: in the other département, and at places that it never saw."""
    for fitted, judged in (all_trips, all_trips[::-1]):
        parameters = fit([fitted])
        print(f"fitted on {fitted.name} alone: {parameters}")
        print(f"  {judged.name}: {errors(judged, predicted_minutes(judged, parameters))}")
    for fold in range(FOLDS):
        apart = [trips.places_in(fold) for trips in all_trips]
        parameters = fit([trips.only(~is_apart) for trips, is_apart in zip(all_trips, apart, strict=True)])
        print(f"without the places of part {fold + 1}: {parameters}; judged on their trips:")
        for trips, is_apart in zip(all_trips, apart, strict=True):
            left = trips.only(is_apart)
            print(f"  {trips.name}, {len(left.minutes):,}: {errors(left, predicted_minutes(left, parameters))}")


def main() -> None:
    parser = argparse.ArgumentParser(description="Fit the screening friction, or print its errors.")
    parser.add_argument("--data", type=Path, required=True, help="folder of the development halves")
    parser.add_argument("--cell-size-m", type=float, default=1000.0)
    parser.add_argument("--fit", action="store_true")
    parser.add_argument("--cross", action="store_true")
    arguments = parser.parse_args()
    all_trips = [read(arguments.data, arguments.cell_size_m) for read in (read_isere, read_gironde)]
    parameters = Parameters(screening.SPEEDS_KMH, screening.RUGGED_SPEED_SHARE)
    if arguments.cross:
        print_cross(all_trips)
    if arguments.fit:
        halves = fit([trips.half(False) for trips in all_trips])
        print(f"fitted on one half of the points: {halves}\n… judged on the other half:")
        print_table([trips.half(True) for trips in all_trips], halves)
        print(f"fitted on all: {(parameters := fit(all_trips))}")
    print_table(all_trips, parameters)


if __name__ == "__main__":
    main()
