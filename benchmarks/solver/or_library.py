"""Instances of the OR-Library (Beasley 1990, Journal of the Operational Research Society 41(11)): its two formats, and
random instances of the same families, for those who do not have its files.

Set covering ``scp*``: ``rows columns``, the cost of each column, then for each row how many columns cover it and which.
p-median ``pmed*``: ``points edges p``, then ``end end length`` of each edge; distances are shortest paths, and where an
edge is given twice the last line holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import shortest_path

from siting.allocation import CellTimes, CoverSets, Lscp, PMedian, lscp, p_median


@dataclass(frozen=True)
class Family:
    """Set covering instances as Beasley drew them: a share of ones, each row in at least 2 columns."""

    rows: int
    columns: int
    share: float
    most_cost: int


FAMILIES = {
    "scp4": Family(200, 1000, 0.02, 100),
    "scp5": Family(200, 2000, 0.02, 100),
    "scp6": Family(200, 1000, 0.05, 100),
    "scpa": Family(300, 3000, 0.02, 100),
    "scpb": Family(300, 3000, 0.05, 100),
    "scpc": Family(400, 4000, 0.02, 100),
    "scpd": Family(400, 4000, 0.05, 100),
    "scpe": Family(50, 500, 0.20, 1),
    "scpnre": Family(500, 5000, 0.10, 100),
}


def read_scp(path: Path) -> Lscp:
    """A set covering instance: rows are cells, columns are sites."""
    numbers = np.array(path.read_text().split(), dtype=np.int64)
    rows, columns = numbers[:2]
    cost, rest = numbers[2 : 2 + columns], numbers[2 + columns :]
    start, sites, place = [0], [], 0
    for _ in range(rows):
        count = int(rest[place])
        sites.append(rest[place + 1 : place + 1 + count] - 1)
        start.append(start[-1] + count)
        place += 1 + count
    return lscp(CoverSets.from_csr(start, np.concatenate(sites), n_sites=int(columns)), cost=cost)


def read_pmed(path: Path) -> PMedian:
    """A p-median instance: each point is a cell and a site."""
    numbers = np.array(path.read_text().split(), dtype=np.int64)
    points, edges, houses = numbers[:3].tolist()
    return _on_a_graph(points, numbers[3 : 3 + 3 * edges].reshape(-1, 3) - [1, 1, 0], houses)


def random_scp(family: str, seed: int) -> Lscp:
    """An instance of the sizes, density and costs of a family."""
    made = FAMILIES[family]
    rng = np.random.default_rng(seed)
    is_in = rng.random((made.rows, made.columns)) < made.share
    for row in np.flatnonzero(is_in.sum(axis=1) < 2):
        is_in[row, rng.choice(made.columns, 2, replace=False)] = True
    for column in np.flatnonzero(~is_in.any(axis=0)):
        is_in[rng.integers(made.rows), column] = True
    start = np.r_[0, np.cumsum(is_in.sum(axis=1))]
    cover = CoverSets.from_csr(start, np.nonzero(is_in)[1], n_sites=made.columns)
    return lscp(cover, cost=rng.integers(1, made.most_cost + 1, made.columns))


def random_pmed(points: int, houses: int, seed: int) -> PMedian:
    """An instance as in pmed1 to pmed40: points²/50 random edges of length 1 to 100, over a random tree."""
    rng = np.random.default_rng(seed)
    tree = np.stack([np.arange(1, points), rng.integers(0, np.arange(1, points))], axis=1)
    chords = rng.integers(0, points, (points * points // 50 - len(tree), 2))
    ends = np.concatenate([tree, chords[chords[:, 0] != chords[:, 1]]])
    return _on_a_graph(points, np.column_stack([ends, rng.integers(1, 101, len(ends))]), houses)


def _on_a_graph(points: int, edges: np.ndarray, houses: int) -> PMedian:
    length = dict(zip(map(tuple, np.sort(edges[:, :2], axis=1).tolist()), edges[:, 2].tolist(), strict=True))
    one, other = np.array(list(length)).T
    graph = csr_array((np.array(list(length.values()), dtype=float), (one, other)), shape=(points, points))
    return p_median(CellTimes.from_dense(shortest_path(graph, directed=False)), new_houses=houses)
