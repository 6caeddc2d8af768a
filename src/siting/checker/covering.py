"""Covering: LSCP and MCLP, and the p-center, which is covering at the least standard that is not excluded."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from siting.checker.matrix import Checked, CoverMatrix, among, broken_rules


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
    faults = broken_rules(matrix, opened)
    if max_new is not None and len(opened) > max_new:
        faults.append(f"{len(opened)} houses open, but at most {max_new} may")
    allowed = np.flatnonzero(matrix.is_candidate | among(matrix.n_sites, matrix.existing))
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
    faults = broken_rules(matrix, opened)
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
    faults = broken_rules(matrix, opened)
    if len(opened) > new_houses:
        faults.append(f"{len(opened)} houses open, but at most {new_houses} may")
    allowed = matrix.is_candidate | among(matrix.n_sites, matrix.existing)
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
