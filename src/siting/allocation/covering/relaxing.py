"""Multipliers of covering from its linear relaxation: at once, or by taking in the rows that it breaks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from siting.allocation.cover import CoverSets
from siting.allocation.effort import Effort
from siting.allocation.highs import covering_relaxation
from siting.allocation.kernels import incidence
from siting.allocation.multipliers import covering_bound, exact

_FIRST_ROWS = 12_000
_MORE_ROWS = 6_000
"""Drawn from the broken rows at random: the most broken ones stand side by side. Region of 18,464 rows, after the
first 1,500 and four times 750: bound 64.2 at random, 63.2 by the most broken."""

_BROKEN = 0.999
"""Rows covered for less than this are taken in; the last thousandth of the bound is not worth a round."""


def multipliers(
    cover: CoverSets, cost: NDArray[np.float64], start: NDArray[np.float64], effort: Effort
) -> NDArray[np.float64]:
    """Dual values of all rows; ``start`` where HiGHS has none in time.

    Whole multiples of 2**-20, not quite feasible perhaps: the bound drawn from them is right whatever they are.
    """
    solved = covering_relaxation(cover, cost, effort)
    return start if solved is None else exact(solved[0])


def by_hardest_rows(
    cover: CoverSets,
    cost: NDArray[np.float64],
    start: NDArray[np.float64],
    hardness: NDArray[np.int64],
    effort: Effort,
) -> NDArray[np.float64]:
    """The multipliers that prove most, met while the relaxation takes in the rows that it breaks.

    It begins with the rows that local search had most trouble with, and forgets those that have become slack.
    Each relaxation leaves rows out, so that its dual values, 0 elsewhere, prove a bound on the whole.
    """
    is_in = np.zeros(cover.n_cells, dtype=np.bool_)
    is_in[np.argsort(-hardness, kind="stable")[:_FIRST_ROWS]] = True
    best, best_u = covering_bound(cover, start, cost), start
    rng = np.random.default_rng(effort.seed)
    while effort.left_s > 0:
        solved = covering_relaxation(_rows(cover, is_in), cost, effort)
        if solved is None:
            break
        u = np.zeros(cover.n_cells)
        u[is_in] = exact(solved[0])
        bound = covering_bound(cover, u, cost)
        best, best_u = (bound, u) if bound >= best else (best, best_u)
        covered = incidence.sums(cover.cell_start, cover.site, solved[1])
        broken = np.flatnonzero(covered < _BROKEN)
        if len(broken) == 0:
            break
        is_in &= (u > 0) | (covered < 1.0 + 1e-3)
        is_in[rng.permutation(broken)[:_MORE_ROWS]] = True
    return best_u


def _rows(cover: CoverSets, is_row: NDArray[np.bool_]) -> CoverSets:
    every = np.arange(cover.n_sites, dtype=np.int32)
    start, site = incidence.keep(cover.cell_start, cover.site, is_row, every)
    return CoverSets(start, site, cover.persons[is_row], cover.n_sites)
