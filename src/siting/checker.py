"""Check a plan and its bound with plain arithmetic on the whole problem.

Nothing here is shared with the code that made the plan: no solver, no reduction, no heuristic. A bound is
drawn from *multipliers*, one number per demand cell: whatever they are, the bound is right; good ones
make it tight. Where weights are whole numbers the multipliers are whole multiples of 2**-20, so that
every sum is exact in float64 and a bound may be rounded up or down without doubt.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

_CELLS_AT_ONCE = 65_536
"""Bounds the memory to a few hundred bytes a cell, whatever the size of the country."""


@dataclass(frozen=True)
class CoverMatrix:
    """Which sites cover each cell, as bare arrays (compressed sparse rows), and who may open.

    Attributes
    ----------
    cell_start : int64 array, shape (n_cells + 1,)
    site : int32 array, shape (n_pairs,)
    persons : float64 array, shape (n_cells,)
    n_sites : int
    existing, forced, forbidden : integer arrays of site rows
    """

    cell_start: NDArray[np.int64]
    site: NDArray[np.int32]
    persons: NDArray[np.float64]
    n_sites: int
    existing: NDArray[np.int32]
    forced: NDArray[np.int32]
    forbidden: NDArray[np.int32]

    @property
    def is_candidate(self) -> NDArray[np.bool_]:
        """Shape (n_sites,): sites that a plan may open."""
        allowed = np.ones(self.n_sites, dtype=np.bool_)
        allowed[self.existing] = False
        allowed[self.forbidden] = False
        return allowed

    def covered_by(self, sites: NDArray[np.int32]) -> NDArray[np.bool_]:
        """Shape (n_cells,): cells with one of ``sites`` in their cover set."""
        is_open = np.zeros(self.n_sites, dtype=np.bool_)
        is_open[sites] = True
        is_covered = np.zeros(len(self.cell_start) - 1, dtype=np.bool_)
        some = np.flatnonzero(np.diff(self.cell_start)) if len(sites) else sites
        if len(some):
            is_covered[some] = np.logical_or.reduceat(is_open[self.site], self.cell_start[some])
        return is_covered

    def nearest_s(
        self, time_s: NDArray[np.float32], sites: NDArray[np.int32], otherwise_s: float
    ) -> NDArray[np.float64]:
        """Shape (n_cells,): time to the nearest of ``sites``, ``otherwise_s`` where that is nearer or none."""
        is_open = np.zeros(self.n_sites, dtype=np.bool_)
        is_open[sites] = True
        hits = np.flatnonzero(is_open[self.site])
        cell = np.searchsorted(self.cell_start, hits, side="right") - 1
        nearest = np.full(len(self.cell_start) - 1, float(otherwise_s))
        np.minimum.at(nearest, cell, time_s[hits])
        return nearest

    def loads(self, multipliers: NDArray[np.float64]) -> NDArray[np.float64]:
        """Shape (n_sites,): the sum of the multipliers of the cells that each site covers."""
        total = np.zeros(self.n_sites)
        for first in range(0, len(multipliers), _CELLS_AT_ONCE):
            last = min(first + _CELLS_AT_ONCE, len(multipliers))
            if not multipliers[first:last].any():
                continue
            counts = np.diff(self.cell_start[first : last + 1])
            sites = self.site[self.cell_start[first] : self.cell_start[last]]
            weights = np.repeat(multipliers[first:last], counts)
            total += np.bincount(sites, weights=weights, minlength=self.n_sites)
        return total


@dataclass(frozen=True)
class Checked:
    """What arithmetic says of a plan.

    Attributes
    ----------
    faults : tuple of str
        The rules that the plan breaks; empty when it keeps them all.
    objective : float
        Recounted.
    bound : float
        No plan does better, proven by the multipliers alone.
    """

    faults: tuple[str, ...]
    objective: float
    bound: float


def check_lscp(
    matrix: CoverMatrix,
    opened: NDArray[np.int32],
    multipliers: NDArray[np.float64],
    *,
    max_new: int | None = None,
    cost: NDArray[np.float64] | None = None,
) -> Checked:
    """Recount an LSCP plan; bound: f + Σ_i u_i − Σ_j max(0, Σ_{i covered by j} u_i − c_j), rounded up.

    ``u`` counts on the cells that must be covered and that neither existing nor forced sites (which cost ``f``)
    cover; ``j`` runs over the other candidates. ``cost``, shape (n_sites,): 1 each when absent. Cells that share
    no candidate, directly or through others, form parts that are rounded up one by one, where costs are whole.
    """
    costs = np.ones(matrix.n_sites) if cost is None else cost
    faults = _broken_rules(matrix, opened)
    if max_new is not None and len(opened) > max_new:
        faults.append(f"{len(opened)} houses open, but at most {max_new} may")
    allowed = np.flatnonzero(matrix.is_candidate | _among(matrix.n_sites, matrix.existing))
    is_wanted = matrix.covered_by(allowed.astype(np.int32))
    missing = is_wanted & ~matrix.covered_by(np.concatenate([matrix.existing, opened]))
    if missing.any():
        faults.append(f"{missing.sum()} cells that some site could cover are not covered")
    already = np.concatenate([matrix.existing, matrix.forced])
    u = np.where(is_wanted & ~matrix.covered_by(already), np.maximum(multipliers, 0.0), 0.0)
    bound = float(costs[matrix.forced].sum()) + _sum_of_ceilings(matrix, u, costs)
    return Checked(tuple(faults), float(costs[opened].sum()), bound)


def check_mclp(
    matrix: CoverMatrix, opened: NDArray[np.int32], multipliers: NDArray[np.float64], *, new_houses: int
) -> Checked:
    """Recount an MCLP plan; bound: w₀ + Σ_i (w_i − u_i) + the p − f largest Σ_{i covered by j} u_i.

    ``w₀``: persons whom existing and forced sites (``f`` of them) cover; ``i`` runs over the other cells
    that some candidate covers, with 0 ≤ u_i ≤ w_i. Rounded down where all persons are whole numbers.
    """
    faults = _broken_rules(matrix, opened)
    if len(opened) > new_houses:
        faults.append(f"{len(opened)} houses open, but at most {new_houses} may")
    is_covered = matrix.covered_by(np.concatenate([matrix.existing, opened]))
    already = matrix.covered_by(np.concatenate([matrix.existing, matrix.forced]))
    candidates = matrix.is_candidate
    candidates[matrix.forced] = False
    is_free = ~already & matrix.covered_by(np.flatnonzero(candidates).astype(np.int32))
    u = np.where(is_free, np.clip(multipliers, 0.0, matrix.persons), 0.0)
    loads = np.sort(matrix.loads(u)[candidates])[::-1][: new_houses - len(matrix.forced)]
    bound = matrix.persons[already].sum() + (matrix.persons - u)[is_free].sum() + loads.sum()
    if (matrix.persons % 1 == 0).all():
        bound = math.floor(bound)
    return Checked(tuple(faults), float(matrix.persons[is_covered].sum()), float(bound))


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
    faults = _broken_rules(matrix, opened)
    if len(opened) > new_houses:
        faults.append(f"{len(opened)} houses open, but at most {new_houses} may")
    already = np.concatenate([matrix.existing, matrix.forced])
    v_s = np.clip(multipliers, 0.0, matrix.nearest_s(time_s, already, penalty_s))
    free = matrix.is_candidate
    free[matrix.forced] = False
    savings = np.zeros(matrix.n_sites)
    for first in range(0, len(v_s), _CELLS_AT_ONCE):
        last = min(first + _CELLS_AT_ONCE, len(v_s))
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
    (`is_table_small`), else with the last cell cut. Fixed sites are existing or forced. Rounded up where
    persons, times and penalty are whole numbers.
    """
    faults = _broken_rules(matrix, opened)
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
    is_fixed = _among(matrix.n_sites, np.concatenate([matrix.existing, matrix.forced]))
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
    pays = profit > 0
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


def check_p_center(
    matrix: CoverMatrix,
    time_s: NDArray[np.float32],
    opened: NDArray[np.int32],
    multipliers: NDArray[np.float64],
    *,
    new_houses: int,
) -> Checked:
    """Recount a p-center plan: worst time of the inhabited cells that some allowed site reaches.

    Bound: the least time T that the multipliers do not exclude. They exclude T when the covering bound of
    `check_lscp`, drawn from them at the standard T, is above ``new_houses``, or when a cell has no site
    within T at all. A standard that is excluded excludes every lower one, so T is found by bisection.
    """
    faults = _broken_rules(matrix, opened)
    if len(opened) > new_houses:
        faults.append(f"{len(opened)} houses open, but at most {new_houses} may")
    allowed = matrix.is_candidate | _among(matrix.n_sites, matrix.existing)
    least_s = matrix.nearest_s(time_s, np.flatnonzero(allowed).astype(np.int32), np.inf)
    is_wanted = np.isfinite(least_s) & (matrix.persons > 0)
    worst_s = matrix.nearest_s(time_s, np.concatenate([matrix.existing, opened]), np.inf)[is_wanted]
    u = np.where(is_wanted, np.maximum(multipliers, 0.0), 0.0)
    levels = np.unique(np.concatenate([[0.0], time_s]))
    levels = levels[levels >= least_s[is_wanted].max(initial=0.0)]
    low, high = 0, len(levels)
    while low < high:
        middle = (low + high) // 2
        if _houses_within(matrix, time_s, u, float(levels[middle])) > new_houses:
            low = middle + 1
        else:
            high = middle
    bound = float(levels[low]) if low < len(levels) else math.inf
    return Checked(tuple(faults), float(worst_s.max(initial=0.0)), bound)


def _houses_within(
    matrix: CoverMatrix, time_s: NDArray[np.float32], u: NDArray[np.float64], standard_s: float
) -> float:
    """The covering bound at a standard, drawn from ``u`` on the cells that no open site covers."""
    is_near = time_s <= standard_s
    start = np.concatenate([[0], np.cumsum(is_near)])[matrix.cell_start]
    near = replace(matrix, cell_start=start, site=matrix.site[is_near])
    already = near.covered_by(np.concatenate([matrix.existing, matrix.forced]))
    return len(matrix.forced) + _sum_of_ceilings(near, np.where(already, 0.0, u), np.ones(matrix.n_sites))


def _broken_rules(matrix: CoverMatrix, opened: NDArray[np.int32]) -> list[str]:
    """The rules on single sites that a plan breaks, in words."""
    faults = []
    if len(np.unique(opened)) != len(opened):
        faults.append("a site is opened twice")
    if not matrix.is_candidate[opened].all():
        faults.append("a site is opened that exists already or is forbidden")
    if not np.isin(matrix.forced, opened).all():
        faults.append("a site that must open is not opened")
    return faults


def _sum_of_ceilings(matrix: CoverMatrix, u: NDArray[np.float64], cost: NDArray[np.float64]) -> float:
    """The LSCP bound of each connected part of the cells with a multiplier, added, rounded up where costs are whole."""
    free = matrix.is_candidate
    free[matrix.forced] = False
    cells = np.flatnonzero(u > 0)
    if len(cells) == 0:
        return 0.0
    counts = np.diff(matrix.cell_start)[cells]
    place = np.repeat(matrix.cell_start[cells] - np.concatenate([[0], np.cumsum(counts)[:-1]]), counts)
    site = matrix.site[place + np.arange(counts.sum())]
    row = np.repeat(np.arange(len(cells)), counts)[free[site]]
    site = site[free[site]]
    n = len(cells)
    links = coo_array((np.ones(len(site), dtype=np.int8), (row, n + site)), shape=(n + matrix.n_sites,) * 2)
    part = connected_components(links, directed=False)[1]
    loads = np.bincount(site, weights=u[cells][row], minlength=matrix.n_sites)
    bounds = np.bincount(part[:n], weights=u[cells], minlength=part.max() + 1)
    bounds -= np.bincount(part[n:], weights=np.maximum(loads - cost, 0.0), minlength=part.max() + 1)
    if (cost % 1 == 0).all():
        bounds = np.ceil(bounds)
    return float(bounds.clip(min=0.0).sum())


def _among(n: int, rows: NDArray[np.int32]) -> NDArray[np.bool_]:
    is_among = np.zeros(n, dtype=np.bool_)
    is_among[rows] = True
    return is_among
