"""The linear relaxation of a choice of packings; it takes in packings and cuts on triples of rows as they are found."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, hstack

from siting.allocation.covering.growing import GrowingProgram, Solved
from siting.allocation.effort import Effort
from siting.allocation.formulation import Packings
from siting.allocation.kernels import packing
from siting.allocation.medians.packing_core import Core

_AT_ONCE = 500
"""100 points, p = 10, 1.6 million packings: 15 s of CPU; 22 s with 2,000 at once."""
_CUTS_AT_ONCE = 60
_BROKEN_BY = 0.02
_ZERO = 1e-6


class PackingProgram:
    """Each row in a packing or more, each column in one at most, ``houses`` of the free ones, and the cuts.

    Parameters
    ----------
    core : Core
    dear : float
        Cost of a row in no packing: no choice that is sought costs as much.

    Attributes
    ----------
    triples : int32 array, shape (n, 3)
        Of the packings with two or three rows of a triple only one can be chosen.
    """

    def __init__(self, core: Core, dear: float) -> None:
        self._core, self._n_rows, self._n_columns = core, len(core.dense.demand), len(core.site)
        self._program = GrowingProgram(np.full(self._n_rows, dear + 1.0), math.inf)
        every = np.arange(self._n_rows + 1)
        self._program.take(every, every[:-1].astype(np.int32), np.ones(self._n_rows), np.ones(self._n_rows))
        least = np.append(np.full(self._n_columns, -1.0), -float(core.houses))
        nothing = np.zeros(0)
        self._program.take(np.zeros(len(least) + 1, dtype=np.int64), nothing.astype(np.int32), nothing, least)
        self._matrix = csr_array((0, self._n_rows))
        self._packings: list[Packings] = []
        self.triples = np.zeros((0, 3), dtype=np.int32)

    def take(self, packings: Packings) -> None:
        """Packings that may be chosen from now on."""
        new = _matrix(packings, self._n_rows)
        served = np.flatnonzero(packings.column >= 0)
        size = (len(packings.column), self._n_columns + 1)
        column = packings.column[served]
        free = served[~self._core.dense.is_fixed[column]]
        place = np.concatenate([served, free]), np.append(column, np.full(len(free), self._n_columns))
        rules = csr_array((np.full(len(place[0]), -1.0), place), shape=size)
        self._program.widen(packings.cost, math.inf, _sorted(hstack([new, rules, -_has_two(new, self.triples)])))
        self._packings.append(packings)

    def solved(self, pool: Packings, effort: Effort) -> tuple[Solved | None, NDArray[np.float64]]:
        """The relaxation over all packings of ``pool``, and what each adds to it; None where there is none in time."""
        while (found := self._program.solved(effort)) is not None:
            added = self._added(pool, found.price)
            cheap = np.flatnonzero(added < -_ZERO)
            if len(cheap) == 0:
                return found, added
            self.take(pool.only(np.sort(cheap[np.argsort(added[cheap], kind="stable")[:_AT_ONCE]])))
        return None, np.zeros(0)

    def cut(self, x: NDArray[np.float64]) -> bool:
        """Take in the triples that the values ``x`` of a relaxation break most; whether there are any."""
        packings = _joined(self._packings)
        used = np.flatnonzero(x[self._n_rows :] > _ZERO)
        some = packings.only(used)
        part = x[self._n_rows + used]
        found, much = packing.broken_triples(some.start, some.row, part, self._n_rows, _BROKEN_BY)
        new = found[np.argsort(-much, kind="stable")[:_CUTS_AT_ONCE]]
        if len(new):
            self._packings = [packings]
            several = _sorted(-_has_two(_matrix(packings, self._n_rows), new).T)
            start, index = several.indptr.astype(np.int64), (several.indices + self._n_rows).astype(np.int32)
            self._program.take(start, index, several.data, np.full(len(new), -1.0))
            self.triples = np.concatenate([self.triples, new])
        return len(new) > 0

    def _added(self, pool: Packings, price: NDArray[np.float64]) -> NDArray[np.float64]:
        by_row, by_column, of_triples = np.split(price, [self._n_rows, self._n_rows + self._n_columns + 1])
        for_houses = np.where(self._core.dense.is_fixed, 0.0, by_column[-1])
        order = np.argsort(self.triples.ravel(), kind="stable")
        start = np.searchsorted(self.triples.ravel()[order], np.arange(self._n_rows + 1)).astype(np.int64)
        triple = (order // 3).astype(np.int32)
        return packing.added(*pool, by_row, by_column[:-1] + for_houses, start, triple, of_triples)


def _matrix(packings: Packings, n_rows: int) -> csr_array:
    """Packings × rows."""
    size = (len(packings.column), n_rows)
    return csr_array((np.ones(len(packings.row)), packings.row, packings.start), shape=size)


def _has_two(matrix: csr_array, triples: NDArray[np.int32]) -> csr_array:
    """Packings × triples: 1 for two rows of the triple or all three."""
    place = (triples.ravel(), np.repeat(np.arange(len(triples)), 3))
    member = csr_array((np.ones(triples.size), place), shape=(matrix.shape[1], len(triples)))
    return csr_array((matrix @ member > 1.5).astype(np.float64))


def _sorted(matrix: csr_array) -> csr_array:
    rows = csr_array(matrix)
    rows.sort_indices()
    return rows


def _joined(parts: list[Packings]) -> Packings:
    lengths = np.concatenate([np.diff(one.start) for one in parts])
    start = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    row, column, cost = (np.concatenate([getattr(one, name) for one in parts]) for name in ("row", "column", "cost"))
    return Packings(start, row, column, cost)
