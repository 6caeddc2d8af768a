"""The linear relaxation of maximal covering, solved on the rows that its own values break, again and again.

Of the 10,203 rows of a département 2,400 say all that the others do: 0.1 s of CPU, where all rows take HiGHS 1.5 s.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import highspy
import numpy as np
from numpy.typing import NDArray

from siting.allocation import subgradient
from siting.allocation.cover import CoverSets
from siting.allocation.effort import Effort
from siting.allocation.highs import run_until
from siting.allocation.kernels import incidence

_ROWS_AT_LEAST = 300
_ROWS_SHARE = 1 / 20
"""Taken in at a time: 300 of 10,000, and no fewer. A region of 34,402 rows and 50 houses: 11 s with 3,000 at a time."""

_NEGLIGIBLE = 1e-6
"""Share of the weight that rows outside may still ask for: the bound is right without them."""

_SLACK = 1.02
"""Rows covered more often than that, without a multiplier, are forgotten when the relaxation is started anew."""

_STATUS = {int(status): status for status in highspy.HighsBasisStatus.__members__.values()}


@dataclass(frozen=True)
class Node:
    """Columns that are open, and columns that may open; the others are closed. Bool arrays, shape (n_columns,)."""

    is_open: NDArray[np.bool_]
    is_free: NDArray[np.bool_]


@dataclass(frozen=True)
class Relaxed:
    """The relaxation of a node.

    Attributes
    ----------
    left_out : float
        No plan of the node leaves less weight uncovered, proven by the multipliers.
    values : float64 array, shape (n_columns,)
        How far each column is open.
    loads : float64 array, shape (n_columns,)
        Σ of the multipliers of the rows that each column covers.
    """

    left_out: float
    values: NDArray[np.float64]
    loads: NDArray[np.float64]


@dataclass(frozen=True)
class Basis:
    """Where the simplex method stood: a byte for each column and row, since thousands of nodes keep one."""

    of_columns: bytes
    of_rows: bytes


class Relaxation:
    """Least weight left out by ``houses`` columns, each open by a part of 0 to 1.

    Parameters
    ----------
    cover : CoverSets
    houses : int
    weight : float64 array, shape (n_rows,)
        Lost with each row that stays uncovered: its persons, or more for a row that every plan of interest covers.
    rows : int64 array
        To begin with.

    Attributes
    ----------
    multipliers : float64 array, shape (n_rows,)
        Of the node solved last.
    """

    def __init__(self, cover: CoverSets, houses: int, weight: NDArray[np.float64], rows: NDArray[np.int64]) -> None:
        self._cover, self._houses, self._weight = cover, houses, weight
        self.multipliers = np.zeros(cover.n_cells)
        self._more = max(_ROWS_AT_LEAST, int(_ROWS_SHARE * cover.n_cells))
        self._begin(rows)

    def _begin(self, rows: NDArray[np.int64]) -> None:
        n = self._cover.n_sites
        self._highs = highspy.Highs()  # type: ignore[no-untyped-call]
        # Presolve takes longer than the simplex method here, 0.9 s to 0.6 s on a département, and finds nothing.
        options: dict[str, bool | int | str] = {"output_flag": False, "threads": 1, "presolve": "off"}
        for name, value in options.items():
            self._highs.setOptionValue(name, value)
        nothing = np.zeros(0, dtype=np.int32)
        self._highs.addCols(n, np.zeros(n), np.zeros(n), np.ones(n), 0, nothing, nothing, np.zeros(0))
        self._highs.addRow(-math.inf, float(self._houses), n, np.arange(n, dtype=np.int32), np.ones(n))
        self._rows = np.zeros(0, dtype=np.int64)
        self._is_in = np.zeros(self._cover.n_cells, dtype=np.bool_)
        self._take_in(rows)

    def solve(self, node: Node, enough: float, effort: Effort) -> Relaxed | None:
        """The relaxation of a node; not solved to its end once ``enough`` is left out. None where time runs out."""
        n = self._cover.n_sites
        lower, upper = node.is_open.astype(np.float64), (node.is_open | node.is_free).astype(np.float64)
        self._highs.changeColsBounds(n, np.arange(n, dtype=np.int32), lower, upper)
        while effort.left_s > 0:
            self._highs.setOptionValue("time_limit", self._highs.getRunTime() + effort.left_s)
            run_until(self._highs, effort.stop)
            if self._highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
                return None
            solution = self._highs.getSolution()
            values = np.array(solution.col_value)[:n]
            relaxed = self._proven(node, values, np.array(solution.row_dual)[1:])
            covered = incidence.row_sums(self._cover.cell_start, self._cover.site, values)
            missing = np.where(self._is_in, 0.0, self._weight * np.maximum(1.0 - covered, 0.0))
            if relaxed.left_out >= enough or missing.sum() <= _NEGLIGIBLE * self._weight.sum():
                return relaxed
            worst = np.argsort(-missing, kind="stable")[: self._more]
            self._take_in(np.sort(worst[missing[worst] > 0.0]))
        return None

    def weigh(self, weight: NDArray[np.float64]) -> None:
        """From now on rows weigh ``weight``."""
        self._weight = weight
        place = (self._cover.n_sites + np.arange(len(self._rows))).astype(np.int32)
        self._highs.changeColsCost(len(place), place, weight[self._rows])

    def forget_slack_rows(self, relaxed: Relaxed) -> None:
        """Start anew with the rows that said something last time: three times as many nodes a second."""
        covered = incidence.row_sums(self._cover.cell_start, self._cover.site, relaxed.values)
        is_tight = (self.multipliers > 0) | (covered < _SLACK)
        self._begin(np.flatnonzero(self._is_in & is_tight))

    def basis(self) -> Basis:
        """Where the simplex method stands, to come back to."""
        basis = self._highs.getBasis()
        return Basis(bytes(map(int, basis.col_status)), bytes(map(int, basis.row_status)))

    def come_back(self, basis: Basis) -> None:
        """Go on from there; rows taken in since are slack."""
        n_new = 1 + len(self._rows) - len(basis.of_rows)
        back = highspy.HighsBasis()
        back.col_status = [*map(_STATUS.__getitem__, basis.of_columns), *[highspy.HighsBasisStatus.kLower] * n_new]
        back.row_status = [*map(_STATUS.__getitem__, basis.of_rows), *[highspy.HighsBasisStatus.kBasic] * n_new]
        back.valid, back.alien = True, False
        self._highs.setBasis(back)

    def _proven(self, node: Node, values: NDArray[np.float64], duals: NDArray[np.float64]) -> Relaxed:
        """The bound of the node by arithmetic: right whatever HiGHS says the multipliers are."""
        u = np.zeros(self._cover.n_cells)
        u[self._rows] = np.clip(duals, 0.0, self._weight[self._rows])
        loads = incidence.loads(self._cover.cell_start, self._cover.site, u, self._cover.n_sites)
        free = loads[node.is_free]
        best = free[subgradient.largest(free, self._houses - int(node.is_open.sum()))]
        self.multipliers = u
        return Relaxed(float(u.sum() - loads[node.is_open].sum() - best.sum()), values, loads)

    def _take_in(self, rows: NDArray[np.int64]) -> None:
        """Rows Σ_j x_j + z ≥ 1, each with its own z ≥ 0, which costs its weight."""
        n, n_before = len(rows), self._cover.n_sites + len(self._rows)
        is_new = np.zeros(self._cover.n_cells, dtype=np.bool_)
        is_new[rows] = True
        every = np.arange(self._cover.n_sites, dtype=np.int32)
        start, site = incidence.keep(self._cover.cell_start, self._cover.site, is_new, every)
        place = np.arange(n_before, n_before + n, dtype=np.int32)
        index = np.insert(site, start[1:], place)
        starts = (start[:-1] + np.arange(n)).astype(np.int32)
        nothing = np.zeros(0, dtype=np.int32)
        above = np.full(n, math.inf)
        self._highs.addCols(n, self._weight[rows], np.zeros(n), above, 0, nothing, nothing, np.zeros(0))
        self._highs.addRows(n, np.ones(n), above, len(index), starts, index, np.ones(len(index)))
        self._rows = np.concatenate([self._rows, rows])
        self._is_in |= is_new


def promising_rows(cover: CoverSets) -> NDArray[np.int64]:
    """Rows to begin a relaxation with: many people, few columns."""
    hardness = cover.persons / np.maximum(np.diff(cover.cell_start), 1)
    return np.sort(np.argsort(-hardness, kind="stable")[:_ROWS_AT_LEAST])
