"""The one table of worlds that tests and benchmarks of travel share. All are synthetic but the Corsican roads.

A raster world is drawn at any cell size: the same hills, walls, coasts and roads, in metres.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter
from scipy.spatial import cKDTree

from siting.territory.embedded import read_roads

OFF_ROAD_KMH = 5.0
CORSICA_KMH = {
    "trunk": 90.0, "trunk_link": 50.0, "primary": 75.0, "primary_link": 50.0, "secondary": 65.0,
    "secondary_link": 45.0, "tertiary": 55.0, "tertiary_link": 40.0, "unclassified": 45.0, "residential": 30.0,
    "living_street": 15.0,
}  # fmt: skip

VILLAGE_KM = 1.7
"""Between villages, about."""
ROAD_TIERS = ((1, 5, 45.0), (4, 5, 60.0), (20, 4, 80.0), (150, 4, 110.0))
"""Every n-th village is joined to its k - 1 nearest of the same tier by a road of that speed."""


@dataclass(frozen=True)
class RasterWorld:
    """A friction raster and where its villages are.

    Attributes
    ----------
    friction_s_per_m : float32 array, shape (n_rows, n_columns)
    cell_size_m : float
    villages : int64 array, shape (n_villages,)
        Cells, none of them a barrier, in random order.
    """

    friction_s_per_m: NDArray[np.float32]
    cell_size_m: float
    villages: NDArray[np.int64]


@dataclass(frozen=True)
class GraphWorld:
    """A road graph: edges in seconds, nodes where they are.

    Attributes
    ----------
    x_m, y_m : float64 arrays, shape (n_nodes,)
    tail, head : int64 arrays, shape (n_edges,)
    time_s : float64 array, shape (n_edges,)
    """

    x_m: NDArray[np.float64]
    y_m: NDArray[np.float64]
    tail: NDArray[np.int64]
    head: NDArray[np.int64]
    time_s: NDArray[np.float64]


def raster_world(kind: str, *, side_km: float, cell_size_m: float, seed: int = 0) -> RasterWorld:
    """The world of `RASTER_KINDS` called ``kind``, ``side_km`` wide."""
    n = max(round(side_km * 1000 / cell_size_m), 2)
    rng = np.random.default_rng(seed)
    friction = RASTER_KINDS[kind](rng, n, side_km).astype(np.float32)
    is_open = np.isfinite(friction).ravel()
    villages = _village_cells(rng, n, side_km)
    return RasterWorld(friction, cell_size_m, villages[is_open[villages]])


def _village_cells(rng: np.random.Generator, n: int, side_km: float) -> NDArray[np.int64]:
    row, column = (rng.random((2, max(int((side_km / VILLAGE_KM) ** 2), 4))) * n).astype(np.int64)
    return np.unique(row * n + column)[rng.permutation(len(np.unique(row * n + column)))]


def _plain(_rng: np.random.Generator, n: int, _side_km: float) -> NDArray[np.floating]:
    return np.full((n, n), 3.6 / 50)


def _rough(rng: np.random.Generator, n: int, _side_km: float) -> NDArray[np.floating]:
    return 3.6 / rng.choice(np.linspace(5, 50, 60).round(), (n, n))


def _maze(rng: np.random.Generator, n: int, _side_km: float) -> NDArray[np.floating]:
    friction = np.full((n, n), 3.6 / 60)
    friction[rng.random((n, n)) < 0.32] = np.inf
    return friction


def _coast(rng: np.random.Generator, n: int, side_km: float) -> NDArray[np.floating]:
    height = _hills(rng, n, side_km) + np.linspace(-1, 1, n)
    friction = 3.6 / np.where(_hills(rng, n, side_km) > 0, 50.0, 20.0)
    friction[height < -0.2] = np.inf
    return friction


def _sparse_roads(rng: np.random.Generator, n: int, side_km: float) -> NDArray[np.floating]:
    speed = np.full((n, n), OFF_ROAD_KMH)
    _burn_roads(rng, speed, side_km, tiers=ROAD_TIERS[2:])
    return 3.6 / speed


def _country(rng: np.random.Generator, n: int, side_km: float) -> NDArray[np.floating]:
    speed = np.full((n, n), OFF_ROAD_KMH)
    rivers = rng.random((int(side_km / 4) + 1, 2, 2))
    rivers[:, 1] = rivers[:, 0] + (rivers[:, 1] - 0.5) * 60 / side_km
    _burn(speed, rivers[:, 0], rivers[:, 1], 0.0)
    _burn_roads(rng, speed, side_km, tiers=ROAD_TIERS)
    with np.errstate(divide="ignore"):
        return 3.6 / speed


def _hills(rng: np.random.Generator, n: int, side_km: float) -> NDArray[np.float64]:
    height = rng.normal(size=(n, n))
    for km in (1.0, 3.0):
        height = uniform_filter(height, max(int(n * km / side_km), 2), mode="reflect")
    return height / height.std()


def _burn_roads(
    rng: np.random.Generator, speed: NDArray[np.float64], side_km: float, *, tiers: tuple[tuple[int, int, float], ...]
) -> None:
    """Roads between villages; where a road meets a river there is a bridge."""
    villages = rng.random((max(int((side_km / VILLAGE_KM) ** 2), 4), 2))
    for every, n_near, kmh in tiers:
        towns = villages[::every]
        near = cKDTree(towns).query(towns, k=[*range(1, min(n_near, len(towns)) + 1)])[1]
        start = np.repeat(np.arange(len(towns)), near.shape[1] - 1)
        _burn(speed, towns[start], towns[near[:, 1:].ravel()], kmh)


def _burn(speed: NDArray[np.float64], begin: NDArray[np.float64], end: NDArray[np.float64], kmh: float) -> None:
    """Draw straight lines between points of the unit square; a road never slows a cell, a river (0) closes it."""
    n = len(speed)
    n_points = (np.abs(end - begin).max(axis=1) * n).astype(np.int64) + 2
    line = np.repeat(np.arange(len(begin)), n_points)
    first = np.cumsum(n_points) - n_points
    part = (np.arange(len(line)) - first[line]) / (n_points[line] - 1)
    row, column = (((begin[line] + (end - begin)[line] * part[:, None]) * n).astype(np.int64).clip(0, n - 1)).T
    if kmh == 0:
        speed[row, column] = 0
    else:
        np.maximum.at(speed, (row, column), kmh)


RASTER_KINDS: dict[str, Callable[[np.random.Generator, int, float], NDArray[np.floating]]] = {
    "plain": _plain,
    "rough": _rough,
    "maze": _maze,
    "coast": _coast,
    "sparse_roads": _sparse_roads,
    "country": _country,
}


def lattice_world(n_side: int, seed: int = 0) -> GraphWorld:
    """A made-up road graph: a bent lattice 190 m apart with streets missing and faster roads every 4, 8 and 64."""
    rng = np.random.default_rng(seed)
    row, column = np.mgrid[:n_side, :n_side]
    bend = rng.uniform(-0.35, 0.35, (2, n_side, n_side))
    x_m, y_m = ((column + bend[0]) * 190.0).ravel(), ((row + bend[1]) * 190.0).ravel()
    node = np.arange(n_side * n_side).reshape(n_side, n_side)
    tails, heads, lines = [], [], []
    for a, b, line in ((node[:, :-1], node[:, 1:], row[:, :-1]), (node[:-1], node[1:], column[:-1])):
        is_built = (rng.random(a.shape) < 0.62) | (line % 8 == 0)
        tails.append(a[is_built])
        heads.append(b[is_built])
        lines.append(line[is_built])
    tail, head, line = np.concatenate(tails), np.concatenate(heads), np.concatenate(lines)
    kmh = np.select([line % 64 == 0, line % 8 == 0, line % 4 == 0], [110.0, 80.0, 50.0], 30.0)
    time_s = np.hypot(x_m[tail] - x_m[head], y_m[tail] - y_m[head]) * 1.15 / (kmh / 3.6)
    return GraphWorld(
        x_m, y_m, np.concatenate([tail, head]), np.concatenate([head, tail]), np.concatenate([time_s, time_s])
    )


def corsica() -> GraphWorld:
    """The real roads of Corsica, at speeds by class (© OpenStreetMap contributors, ODbL 1.0)."""
    nodes, links = read_roads("corsica")
    kmh = links["highway"].map(CORSICA_KMH).to_numpy()
    return GraphWorld(
        nodes["x_l93_m"].to_numpy(),
        nodes["y_l93_m"].to_numpy(),
        links["from_node"].to_numpy().astype(np.int64),
        links["to_node"].to_numpy().astype(np.int64),
        links["length_m"].to_numpy() / (kmh / 3.6),
    )
