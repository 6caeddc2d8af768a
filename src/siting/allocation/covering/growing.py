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

    def limit(self, lower: NDArray[np.float64], upper: NDArray[np.float64]) -> None:
        """From now on lower ≤ x ≤ upper."""
        self._highs.changeColsBounds(len(lower), np.arange(len(lower), dtype=np.int32), lower, upper)

    def solved(self, effort: Effort) -> Solved | None:
        """The optimum; None where HiGHS has none in time."""
        # HiGHS counts the time of all its runs together.
        self._highs.setOptionValue("time_limit", self._highs.getRunTime() + effort.left_s)
        self._highs.run()
        if self._highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        solution = self._highs.getSolution()
        value = float(self._highs.getInfo().objective_function_value)
        columns = np.array(solution.col_value), np.array(solution.col_dual)
        return Solved(value, *columns, np.array(solution.row_dual))
