"""Cuts of covering from a few rows at a time: what a linear relaxation does not see of whole houses.

Take some rows Q. A function f of what a column covers of them, such that every cover of Q by whole columns weighs 1 or
more, gives the cut Σ_j f(Q ∩ rows of j) x_j ≥ 1. Among all f the one that the relaxation breaks most is found by
taking in covers of Q as they are needed; the cheapest cover at given f comes from a table over the subsets of Q, and
the same table extends f to all columns (lifting by a subadditive function). After Avella, Boccia and Vasilyev (2009),
Computational experience with general cutting planes for the set covering problem, Operations Research Letters
37(1), 16-20, whose rows are chosen otherwise and whose covers come from branch and bound.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from siting.allocation import reductions
from siting.allocation.cover import CoverSets
from siting.allocation.covering.growing import GrowingProgram
from siting.allocation.effort import Effort
from siting.allocation.kernels import incidence, subcovers
from siting.allocation.multipliers import MULTIPLIER_UNIT

_ROWS = 10
"""A part of 9,399 × 3,785 of a country, relaxation 200.71: 202.50 after 6.9 s of CPU with 8 rows at a time, 202.57
after 7.1 s with 10, 202.61 after 10.5 s with 12; without cuts branch and bound had 201.7 after 80 s."""

_TOO_ALIKE = 0.85
"""With 0.7 the same part stayed at 202.3."""

_NOISE = 0.2
TIGHT = 1e-5
BROKEN_BY = 0.01
_USES_OF_A_ROW = 2
_ROUNDS_OF_COVERS = 60


@dataclass(frozen=True)
class Cut:
    """Σ weight x over the columns ``site`` is at least ``least`` in every cover."""

    site: NDArray[np.int32]
    weight: NDArray[np.float64]
    least: float


def cut_of(cover: CoverSets, rows: NDArray[np.int32], value: NDArray[np.float64], effort: Effort) -> Cut | None:
    """The cut of a few rows that a fractional cover ``value`` (n_sites,) breaks most; None where it breaks none."""
    columns, masks = _traces(cover, rows)
    kinds, kind_of = np.unique(masks, return_inverse=True)
    worth = np.bincount(kind_of, value[columns], minlength=len(kinds)).astype(np.float64)
    used, worth = kinds[worth > 0], worth[worth > 0]
    price = _prices(len(rows), used, worth, effort)
    if price is None:
        return None
    least, _ = subcovers.least_costs(len(rows), used, price)
    weight = subcovers.most_added(least, kinds)[kind_of]
    if least[-1] - weight @ value[columns] < BROKEN_BY:
        return None
    return Cut(columns[weight > 0], weight[weight > 0], float(least[-1]))


def cuts_around(
    cover: CoverSets, x: NDArray[np.float64], most: int, rng: np.random.Generator, effort: Effort
) -> list[Cut]:
    """Up to ``most`` cuts that ``x`` breaks, around the rows that it covers just once, each of them in few cuts."""
    is_tight = incidence.sums(cover.cell_start, cover.site, x) <= 1.0 + TIGHT
    whole = reductions.Core(cover, np.arange(cover.n_sites, dtype=np.int32), np.arange(cover.n_cells, dtype=np.int32))
    near, _ = reductions.merge_equal_rows(whole.restricted(is_tight, x > 0))
    matrix = (near.cover.cell_start, near.cover.site, *near.cover.by_site())
    noise = _NOISE * rng.random(near.cover.n_cells)
    times_used = np.zeros(near.cover.n_cells, dtype=np.int64)
    cuts: list[Cut] = []
    for tried, first in enumerate(rng.permutation(near.cover.n_cells).tolist()):
        if len(cuts) == most or effort.left_s == 0 or 4 * len(cuts) + 20 < tried:
            break
        if times_used[first] >= _USES_OF_A_ROW:
            continue
        rows = subcovers.neighbours(*matrix, x[near.site], noise, first, _ROWS, _TOO_ALIKE)
        cut = cut_of(cover, near.cell[rows], x, effort) if len(rows) > 2 else None
        if cut is not None:
            cuts.append(cut)
            times_used[rows] += 1
    return cuts


def _traces(cover: CoverSets, rows: NDArray[np.int32]) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """The columns of a few rows, ascending, and what each covers of them, one bit a row."""
    sites = [cover.site[cover.cell_start[i] : cover.cell_start[i + 1]] for i in rows.tolist()]
    columns, place = np.unique(np.concatenate(sites), return_inverse=True)
    bits = np.repeat(1 << np.arange(len(rows)), [len(one) for one in sites])
    masks = np.bincount(place, bits).astype(np.int64)
    return columns, masks


def _prices(
    n_rows: int, masks: NDArray[np.int64], worth: NDArray[np.float64], effort: Effort
) -> NDArray[np.float64] | None:
    """Prices of ``masks`` of least Σ worth price such that each cover of the rows costs 1 or more; None if ≥ 1.

    Whole multiples of 2**-20, rounded up, so that sums of them are exact.
    """
    program, price = GrowingProgram(worth, 1.0), np.zeros(len(masks))
    for _ in range(_ROUNDS_OF_COVERS):
        # A grain more than nothing, so that covers hold no set they could do without.
        least, by = subcovers.least_costs(n_rows, masks, price + 1e-9)
        if least[-1] >= 1.0 - 1e-6:
            return np.ceil(price / MULTIPLIER_UNIT) * MULTIPLIER_UNIT
        start, member = subcovers.cheap_covers(masks, price, least, by, 1.0 - 1e-6)
        program.take(start, member, np.ones(len(member)), np.ones(len(start) - 1))
        found = program.solved(effort)
        if found is None or found.value > 1.0 - BROKEN_BY:
            return None
        price = found.x
    return None
