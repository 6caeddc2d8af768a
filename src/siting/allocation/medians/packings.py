"""What is left of a capacitated p-median as a choice of packings: listed, relaxed with cuts on triples, branched on.

Multipliers price every packing (rows that one column serves together) by what it adds to the bound. Where few add less
than the gap, all of them are listed and one packing for each open column is chosen: Baldacci, Hadjiconstantinou,
Maniezzo and Mingozzi (2002), A new method for solving capacitated location problems based on a set partitioning
approach, Computers & Operations Research 29(4), 365-386. Cuts on three rows after Jepsen, Petersen, Spoorendonk and
Pisinger (2008), Subset-row inequalities applied to the vehicle-routing problem with time windows, Operations Research
56(2), 497-511.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from siting.allocation import formulation
from siting.allocation.effort import Effort
from siting.allocation.formulation import Packings
from siting.allocation.highs import Outcome, run_highs
from siting.allocation.kernels import packing
from siting.allocation.medians.packing_core import Core, Priced
from siting.allocation.medians.packing_program import PackingProgram

_MOST = 2_000_000
_AT_FIRST = 2_000
_FEW = 2_500
"""That HiGHS ends in a second; with 54,000 and no cuts it was open after 140 s."""
_MOST_TO_BRANCH, _BRANCHED_PER_S = 3_000_000, 300_000
"""Rows in the packings left, all together. A program of 20 million took 36 s to put together, and HiGHS 22 s to look at
the clock."""
_LISTED_PER_S = 1_000_000
_WORTH_A_ROUND = 0.02
"""Of what is open: cuts end when a round closes less."""


@dataclass(frozen=True)
class Chosen:
    """The column of each row in the best choice of packings, None without one; no choice costs less than ``bound``."""

    column: NDArray[np.int32] | None
    bound: float
    runs: tuple[Outcome, ...] = ()


def listed(core: Core, priced: Priced, slack: float, effort: Effort) -> Packings | None:
    """Every packing that adds at most ``slack`` to the bound; None where there are too many, or too little time."""
    starts, rows, columns = [np.zeros(1, dtype=np.int64)], [], []
    n_left = int(min(_MOST, _LISTED_PER_S * effort.left_s))
    for j in np.flatnonzero(np.maximum(priced.values, priced.toll) - priced.values <= slack).tolist():
        place = slice(core.start[j], core.start[j + 1])
        pays = priced.profit[place] >= -slack
        least = max(priced.values[j], priced.toll[j]) - slack
        found = (core.row[place][pays], priced.profit[place][pays], core.dense.demand, int(core.dense.capacity[j]))
        start, row = packing.packings(*found, least, n_left + 1)
        n_left -= len(start) - 1
        if n_left < 0:
            return None
        starts.append(start[1:] + starts[-1][-1])
        rows.append(row)
        columns.append(np.full(len(start) - 1, j, dtype=np.int32))
    alone = np.flatnonzero(core.dense.unserved - priced.v <= slack) if not core.must_serve else np.zeros(0, np.int64)
    starts.append(starts[-1][-1] + 1 + np.arange(len(alone)))
    row = np.concatenate([*rows, alone]).astype(np.int32)
    column = np.concatenate([*columns, np.full(len(alone), -1)]).astype(np.int32)
    start = np.concatenate(starts)
    of = np.repeat(np.arange(len(column)), np.diff(start))
    is_served, costs = column[of] >= 0, core.dense.unserved[row]
    costs[is_served] = core.dense.cost[row[is_served], column[of[is_served]]]
    return Packings(start, row, column, np.bincount(of, weights=costs, minlength=len(column)).astype(np.float64))


def choose(core: Core, priced: Priced, packings: Packings, cutoff: float, effort: Effort) -> Chosen | None:
    """The best choice that costs ``cutoff`` at most: a relaxation with cuts, which drops packings, then HiGHS.

    None where too many are left for HiGHS.
    """
    program = PackingProgram(core, cutoff)
    no_triples = np.zeros(len(priced.v) + 1, dtype=np.int64), np.zeros(0, dtype=np.int32), np.zeros(0)
    worth = packing.added(*packings, priced.v, np.maximum(priced.values, priced.toll), *no_triples)
    program.take(packings.only(np.sort(np.argsort(worth, kind="stable")[:_AT_FIRST])))
    bound = -math.inf
    while True:
        solved, added = program.solved(packings, effort)
        if solved is None:
            return Chosen(None, bound)
        before, bound = bound, max(bound, solved.value)
        if bound > cutoff + 1e-6:
            return Chosen(None, math.inf)
        packings = packings.only(np.flatnonzero(added <= cutoff - solved.value + 1e-6))
        few = len(packings.column) <= _FEW
        if few or bound - before < _WORTH_A_ROUND * (cutoff - bound) or not program.cut(solved.x):
            if len(packings.row) > min(_MOST_TO_BRANCH, _BRANCHED_PER_S * effort.left_s):
                return None
            return _branched(core, packings, program.triples, bound, effort)


def _branched(core: Core, packings: Packings, triples: NDArray[np.int32], bound: float, effort: Effort) -> Chosen:
    n_rows = len(core.dense.demand)
    if len(np.unique(packings.row)) < n_rows:  # no better choice serves every row
        return Chosen(None, math.inf)
    model, z = formulation.packings_model(packings, n_rows, ~core.dense.is_fixed, core.houses, triples)
    # The presolve of HiGHS 1.15.1 ends in an error on one choice of 690 packings, and never on one of 20 rows.
    run = run_highs(model, effort, has_presolve=False)
    if run.ended == "infeasible":
        return Chosen(None, math.inf, (run,))
    column = None
    if run.has_values:
        chosen = packings.only(formulation.chosen_columns(z))
        column = np.full(n_rows, -1, dtype=np.int32)
        column[chosen.row] = np.repeat(chosen.column, np.diff(chosen.start))
    return Chosen(column, max(bound, run.bound), (run,))
