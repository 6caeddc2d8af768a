"""The p-median."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from siting.checker.matrix import CELLS_AT_ONCE, Checked, CoverMatrix, broken_rules


def check_p_median(
    matrix: CoverMatrix,
    time_s: NDArray[np.float32],
    opened: NDArray[np.int32],
    multipliers: NDArray[np.float64],
    *,
    new_houses: int,
    penalty_s: float,
) -> Checked:
    """Recount a p-median plan; bound: Σ_i w_i v_i − the p − f largest Σ_i w_i max(0, v_i − t_ij).

    ``time_s``, shape (n_pairs,): the time of each pair of ``matrix``. ``v_i`` lies between 0 and the time
    to the nearest existing or forced site (``f`` of these), the penalty at most. Rounded up where persons,
    times and penalty are whole numbers.
    """
    faults = broken_rules(matrix, opened)
    if len(opened) > new_houses:
        faults.append(f"{len(opened)} houses open, but at most {new_houses} may")
    already = np.concatenate([matrix.existing, matrix.forced])
    v_s = np.clip(multipliers, 0.0, matrix.nearest_s(time_s, already, penalty_s))
    free = matrix.is_candidate
    free[matrix.forced] = False
    savings = np.zeros(matrix.n_sites)
    for first in range(0, len(v_s), CELLS_AT_ONCE):
        last = min(first + CELLS_AT_ONCE, len(v_s))
        pairs = slice(matrix.cell_start[first], matrix.cell_start[last])
        counts = np.diff(matrix.cell_start[first : last + 1])
        saved = np.maximum(np.repeat(v_s[first:last], counts) - time_s[pairs], 0.0)
        saved *= np.repeat(matrix.persons[first:last], counts)
        savings += np.bincount(matrix.site[pairs], weights=saved, minlength=matrix.n_sites)
    best = np.sort(savings[free])[::-1][: new_houses - len(matrix.forced)]
    nearest_s = matrix.nearest_s(time_s, np.concatenate([matrix.existing, opened]), penalty_s)
    objective = float((matrix.persons * nearest_s).sum())
    bound = float((matrix.persons * v_s).sum() - best.sum())
    if (matrix.persons % 1 == 0).all() and (time_s % 1 == 0).all() and penalty_s % 1 == 0:
        # Person-seconds of a country pass 2**33, where sums of multiples of 2**-20 are no longer exact.
        bound = float(math.ceil(bound - 1e-9 * abs(bound)))
    return Checked(tuple(faults), objective, bound)
