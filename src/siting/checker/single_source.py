"""The capacitated p-median: every cell whole at one site, within its capacity."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from siting.checker.matrix import Checked, CoverMatrix, among, broken_rules


def check_capacitated_p_median(
    matrix: CoverMatrix,
    time_s: NDArray[np.float32],
    opened: NDArray[np.int32],
    served_by: NDArray[np.int32],
    multipliers: NDArray[np.float64],
    *,
    demand: NDArray[np.int64],
    capacity: NDArray[np.int64],
    new_houses: int,
    penalty_s: float | None = None,
) -> Checked:
    """Recount a capacitated p-median plan; bound: Σ_i v_i − Σ_j k_j over fixed sites − the p − f largest other k_j.

    ``served_by``, shape (n_cells,): the site that serves each cell, -1 where none. ``v_i`` ≥ 0 is in
    person-seconds, at most what the cell costs unserved. ``k_j``: most Σ (v_i − w_i t_ij) of cells whose demand
    fits into the capacity of site j together, by dynamic programming where its table is small
    (`is_table_small`), else with the last cell cut, of those that fit alone. Fixed sites are existing or forced.
    Rounded up where persons, times and penalty are whole numbers.
    """
    faults = broken_rules(matrix, opened)
    if len(opened) > new_houses:
        faults.append(f"{len(opened)} houses open, but at most {new_houses} may")
    cell = np.repeat(np.arange(len(demand)), np.diff(matrix.cell_start))
    seconds, is_served = np.full(len(demand), np.nan if penalty_s is None else float(penalty_s)), served_by >= 0
    is_used = matrix.site == served_by[cell]
    seconds[cell[is_used]] = time_s[is_used]
    if is_served.sum() != is_used.sum() or not np.isin(served_by[is_served], [*matrix.existing, *opened]).all():
        faults.append("a cell is served by a site that is not open or out of reach")
    if penalty_s is None and not is_served.all():
        faults.append(f"{(~is_served).sum()} cells are not served")
    loads = np.bincount(served_by[is_served], weights=demand[is_served], minlength=matrix.n_sites)
    if (loads > capacity).any():
        faults.append(f"{(loads > capacity).sum()} sites serve more than their capacity")
    v = np.maximum(multipliers, 0.0) if penalty_s is None else np.clip(multipliers, 0.0, matrix.persons * penalty_s)
    order = np.argsort(matrix.site, kind="stable")
    start = np.searchsorted(matrix.site[order], np.arange(matrix.n_sites + 1))
    profit = (v[cell] - matrix.persons[cell] * time_s)[order]
    weight = demand[cell][order]
    packed = np.array(
        [_packed(profit[a:b], weight[a:b], int(room)) for a, b, room in zip(start, start[1:], capacity, strict=False)]
    )
    is_fixed = among(matrix.n_sites, np.concatenate([matrix.existing, matrix.forced]))
    best = np.sort(packed[matrix.is_candidate & ~is_fixed])[::-1][: new_houses - len(matrix.forced)]
    bound = float(v.sum() - packed[is_fixed].sum() - best.sum())
    if all((values % 1 == 0).all() for values in (matrix.persons, time_s, np.array([penalty_s or 0.0]))):
        bound = float(math.ceil(bound - 1e-9 * abs(bound)))
    return Checked(tuple(faults), float((matrix.persons * seconds).sum()), bound)


def is_table_small(n_rows: NDArray[np.int64], capacity: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which knapsacks of ``n_rows`` and ``capacity`` are filled by dynamic programming."""
    return np.asarray((n_rows + 1) * (capacity + 1) <= 1_000_000)


def _packed(profit: NDArray[np.float64], weight: NDArray[np.int64], capacity: int) -> float:
    """Most profit of rows whose weights fit together; an upper bound on it where the table would be large."""
    pays = (profit > 0) & (weight <= capacity)
    is_small = bool(is_table_small(np.array([len(profit)]), np.array([capacity]))[0])
    profit, weight = profit[pays], weight[pays]
    if is_small:
        best = np.zeros(capacity + 1)
        for gain, taken in zip(profit, weight.tolist(), strict=True):
            if taken <= capacity:
                best[taken:] = np.maximum(best[taken:], best[: capacity + 1 - taken] + gain)
        return float(best[-1])
    order = np.argsort(-profit / np.maximum(weight, 1e-9), kind="stable")
    before = np.concatenate([[0], np.cumsum(weight[order])[:-1]])
    part = np.clip((capacity - before) / np.maximum(weight[order], 1e-9), 0.0, 1.0)
    part[weight[order] == 0] = 1.0
    return float((part * profit[order]).sum())
