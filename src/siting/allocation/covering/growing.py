"""A linear program that takes in rows as they are found, solved each time from where it stood."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from siting.allocation.effort import Effort
from siting.allocation.highs import run_until

_LARGE = 300
"""Columns from which a run can be interrupted: that takes 0.4 ms of CPU, a third of what local cuts do with theirs."""

_STATUS = {int(status): status for status in highspy.HighsBasisStatus.__members__.values()}


@dataclass(frozen=True)
class Basis:
    """Where the simplex method stood: a byte for each column and row, since thousands of nodes keep one."""

    of_columns: bytes
    of_rows: bytes


@dataclass(frozen=True)
class Solved:
    """The least value of a program, where it is met, and what each column adds once open (its reduced cost).

    A column that adds less than nothing is open, and costs as much where it is closed. ``price``: of each row.
    """

    value: float
    x: NDArray[np.float64]
    added: NDArray[np.float64]
    price: NDArray[np.float64]


class GrowingProgram:
    """Least Σ cost x over 0 ≤ x ≤ upper and rows Σ weight x ≥ least, by the dual simplex of HiGHS."""

    def __init__(self, cost: NDArray[np.float64], upper: float) -> None:
        self._highs = highspy.Highs()  # type: ignore[no-untyped-call]
        options: dict[str, Any] = {"output_flag": False, "threads": 1, "presolve": "off"}
        for name, value in options.items():
            self._highs.setOptionValue(name, value)
        n = len(cost)
        self._highs.addVars(n, np.zeros(n), np.full(n, upper))
        self._highs.changeColsCost(n, np.arange(n, dtype=np.int32), cost)

    def take(
        self,
        start: NDArray[np.int64],
        column: NDArray[np.int32],
        weight: NDArray[np.float64],
        least: NDArray[np.float64],
    ) -> None:
        """Rows from now on: those of a CSR matrix, row k at least ``least[k]``."""
        first = start[:-1].astype(np.int32)
        self._highs.addRows(len(least), least, np.full(len(least), math.inf), len(column), first, column, weight)

    def widen(self, cost: NDArray[np.float64], upper: float, rows: csr_array) -> None:
        """Columns from now on: those of a matrix, columns × rows."""
        n = len(cost)
        start, row = rows.indptr[:-1].astype(np.int32), rows.indices.astype(np.int32)
        self._highs.addCols(n, cost, np.zeros(n), np.full(n, upper), rows.nnz, start, row, rows.data)

    def reprice(self, first: int, cost: NDArray[np.float64]) -> None:
        """From now on the columns from ``first`` on cost ``cost``."""
        self._highs.changeColsCost(len(cost), np.arange(first, first + len(cost), dtype=np.int32), cost)

    def limit(self, lower: NDArray[np.float64], upper: NDArray[np.float64]) -> None:
        """From now on lower ≤ x ≤ upper, for the first columns."""
        self._highs.changeColsBounds(len(lower), np.arange(len(lower), dtype=np.int32), lower, upper)

    def solved(self, effort: Effort) -> Solved | None:
        """The optimum; None where HiGHS has none in time."""
        # HiGHS counts the time of all its runs together.
        self._highs.setOptionValue("time_limit", self._highs.getRunTime() + effort.left_s)
        if self._highs.getNumCol() < _LARGE:
            self._highs.run()
        else:
            run_until(self._highs, effort.stop)
        if self._highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        solution = self._highs.getSolution()
        value = float(self._highs.getInfo().objective_function_value)
        columns = np.array(solution.col_value), np.array(solution.col_dual)
        return Solved(value, *columns, np.array(solution.row_dual))

    def basis(self) -> Basis:
        """Where the simplex method stands, to come back to."""
        basis = self._highs.getBasis()
        return Basis(bytes(map(int, basis.col_status)), bytes(map(int, basis.row_status)))

    def come_back(self, basis: Basis) -> None:
        """Go on from there; columns taken in since are at 0, rows taken in since are slack."""
        n_columns = self._highs.getNumCol() - len(basis.of_columns)
        n_rows = self._highs.getNumRow() - len(basis.of_rows)
        back = highspy.HighsBasis()
        kinds = highspy.HighsBasisStatus
        back.col_status = [*map(_STATUS.__getitem__, basis.of_columns), *[kinds.kLower] * n_columns]
        back.row_status = [*map(_STATUS.__getitem__, basis.of_rows), *[kinds.kBasic] * n_rows]
        back.valid, back.alien = True, False
        self._highs.setBasis(back)
