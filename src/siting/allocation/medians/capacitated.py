"""The capacitated p-median problem: its value, and its search by exchange, subgradient and branch and bound."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import ArrayLike, NDArray

from siting import progress as progress_values
from siting.allocation import subgradient
from siting.allocation.cell_times import CellTimes
from siting.allocation.composed.measures import MOST_DEMAND
from siting.allocation.effort import Effort, Found
from siting.allocation.kernels import packing, single_source
from siting.allocation.medians import packing_tree
from siting.allocation.medians.packing_core import Core, Standing
from siting.allocation.medians.sharing import share_out
from siting.allocation.multipliers import exact
from siting.allocation.problems import Rules, make_rules
from siting.arguments import numbers
from siting.checker import is_table_small
from siting.errors import DataError, Fault, InfeasibleError, OutOfTimeError
from siting.progress import Progress

_ROUNDS_AT_LEAST = 2_000
_ROUNDS_PER_CELL = 20
_ROWS_AT_ONCE = 10_000
"""Rounds times rows between two looks at the clock."""
_MOST_CLOSED_AT_ONCE = 3
_THRESHOLD = 0.005
_MOST_PAIRS_TO_BRANCH = 60_000
_MUST = 16.0
"""Where everybody must be served, nobody served counts this many times the dearest pair."""


@dataclass(frozen=True)
class CapacitatedPMedian:
    """Capacitated p-median problem. Make one with `capacitated_p_median`, whose docstring has the formulation."""

    times: CellTimes
    rules: Rules
    new_houses: int
    demand: NDArray[np.int64]
    capacity: NDArray[np.int64]
    penalty_s: float | None


def capacitated_p_median(
    times: CellTimes,
    *,
    new_houses: int,
    demand: ArrayLike,
    capacity: ArrayLike,
    penalty_s: float | None = None,
    existing: ArrayLike = (),
    forced: ArrayLike = (),
    forbidden: ArrayLike = (),
) -> CapacitatedPMedian:
    """Least total travel time when each cell is served whole by one house and houses have a capacity.

    .. code-block:: text

        minimise    Σ_i w_i (Σ_j t_ij z_ij + D z_i0)
        subject to  Σ_j z_ij + z_i0 = 1         for each cell i
                    Σ_i q_i z_ij ≤ C_j x_j      for each site j
                    z_ij ≤ x_j                  for each cell i and site j within the cutoff
                    Σ_j x_j ≤ p
                    x_j = 1                     for each forced site j
                    z_ij, x_j ∈ {0, 1}

    ``w_i``: persons. ``q_i``: demand (consultations). ``C_j``: capacity, in the same units. ``D``: seconds
    counted for a person whom nobody serves; without it everybody must be served (z_i0 = 0). Existing sites
    are open with their capacity.

    Parameters
    ----------
    times : CellTimes
    new_houses : int
        ``p`` ≥ 0, forced ones included.
    demand : whole numbers ≥ 0, shape (n_cells,)
    capacity : whole numbers ≥ 0 (or inf), one or shape (n_sites,)
    penalty_s : float, optional
        ``D`` > 0.
    existing, forced, forbidden : rows of the sites table

    Raises
    ------
    DataError
        When the rules contradict each other, or a demand, capacity or penalty is out of range.

    References
    ----------
    Mulvey and Beck (1984), Solving capacitated clustering problems, European Journal of Operational Research
    18(3), 339-348; Osman and Christofides (1994), International Transactions in Operational Research 1(3),
    317-336.
    """
    rules = make_rules("capacitated_p_median", times.n_sites, existing, forced, forbidden, "new_houses", new_houses)
    each = np.full(times.n_sites, capacity) if np.ndim(capacity) == 0 else capacity
    told = partial(numbers, where="capacitated_p_median")
    faults: list[tuple[str, ...]] = []
    q, room = told(demand, name="demand", shape=(times.n_cells,)), told(each, name="capacity", shape=(times.n_sites,))
    if not (np.isfinite(q).all() and _is_whole(q)):
        faults.append(("demand", f"must be {len(q)} whole numbers ≥ 0"))
    elif q.sum() > MOST_DEMAND:
        faults.append(("demand", f"adds up to more than {MOST_DEMAND}", "give demand and capacity in larger units"))
    if not _is_whole(room):
        faults.append(("capacity", f"must be {len(room)} whole numbers ≥ 0"))
    if penalty_s is not None and not (np.isfinite(penalty_s) and penalty_s > 0):
        faults.append(("penalty_s", f"must be positive, found {penalty_s}"))
    if faults:
        raise DataError(Fault("capacitated_p_median", 0, 0, *fault) for fault in faults)
    most = np.minimum(room, q.sum()).astype(np.int64)
    penalty_s = None if penalty_s is None else float(penalty_s)
    return CapacitatedPMedian(times, rules, int(new_houses), q.astype(np.int64), most, penalty_s)


def _is_whole(values: NDArray[np.float64]) -> bool:
    return bool(((values >= 0) & (np.floor(values) == values)).all())


def search_capacitated_p_median(
    problem: CapacitatedPMedian, effort: Effort, progress: Progress
) -> tuple[Found, NDArray[np.int32]]:
    """Least person-seconds under capacity; also the site that serves each cell, -1 where none.

    Raises
    ------
    InfeasibleError
        When everybody must be served and that is proven impossible.
    SolverError
        When it was not found possible in the time allowed.
    """
    core = core_of(problem)
    progress(0, 3)
    standing = _improve(core, effort)
    progress(1, 3)
    standing = packing_tree.bound_first_node(core, standing, effort.share(0.5))
    progress(2, 3, _told(standing))
    if not core.is_exact.all():
        standing = share_out(core, standing, effort.share(0.8))
    is_small = len(core.row) <= _MOST_PAIRS_TO_BRANCH or bool(core.is_exact.all())
    if is_small and effort.left_s > 0 and not standing.is_done(core, effort):
        standing = packing_tree.branch(core, standing, effort, lambda so_far: progress(2, 3, _told(so_far)))
    if not core.serves_all(standing.column):
        _refuse(problem, core, standing)
    progress(3, 3, _told(standing))
    used = np.unique(standing.column[standing.column >= 0])
    opened = np.setdiff1d(np.union1d(core.site[used], problem.rules.forced), problem.rules.existing).astype(np.int32)
    served_by = np.append(core.site, -1).astype(np.int32)[standing.column]
    return Found(opened, standing.bound, exact(standing.v), standing.runs), served_by


def core_of(problem: CapacitatedPMedian) -> Core:
    times, rules = problem.times, problem.rules
    is_allowed = rules.is_candidate(times.n_sites)
    is_allowed[rules.existing] = True
    site = np.flatnonzero(is_allowed).astype(np.int32)
    new_site = np.full(times.n_sites, -1, dtype=np.int32)
    new_site[site] = np.arange(len(site), dtype=np.int32)
    row = np.repeat(np.arange(times.n_cells, dtype=np.int32), np.diff(times.cell_start))
    pair = np.flatnonzero((new_site[times.site] >= 0) & (problem.demand[row] <= problem.capacity[times.site]))
    row = row[pair]
    column = new_site[times.site[pair]]
    cost = times.persons[row] * times.time_s[pair]
    order = np.lexsort((row, column))
    dense = np.full((times.n_cells, len(site)), np.inf)
    dense[row, column] = cost
    most = _MUST * max(float(cost.max(initial=0.0)), 1.0)
    unserved = np.full(times.n_cells, most) if problem.penalty_s is None else times.persons * problem.penalty_s
    is_fixed = np.isin(site, np.concatenate([rules.existing, rules.forced]))
    capacity = problem.capacity[site]
    start = np.searchsorted(column[order], np.arange(len(site) + 1)).astype(np.int64)
    return Core(
        site=site,
        dense=single_source.Packing(dense, unserved, problem.demand, capacity, is_fixed),
        start=start,
        row=row[order],
        column=column[order],
        cost=cost[order],
        is_exact=is_table_small(np.diff(start), capacity),
        weight=times.persons,
        houses=problem.new_houses - len(rules.forced),
        must_serve=problem.penalty_s is None,
    )


def _improve(core: Core, effort: Effort) -> Standing:
    """The columns with most room for what is near, improved by exchange, then ruin and recreate for some rounds."""
    dense = core.dense
    search = single_source.stand(dense, _first_columns(core))
    share = effort.share(0.3 if core.is_exact.all() else 0.1)
    while single_source.improve(dense, search) and share.left_s > 0:
        pass
    best = search.column.copy()
    random = np.array([effort.seed], dtype=np.uint64)
    rounds = _ROUNDS_AT_LEAST + _ROUNDS_PER_CELL * len(best) if len(best) and 0 < core.houses < len(core.site) else 0
    most = min(_MOST_CLOSED_AT_ONCE, core.houses)
    at_once = max(1, _ROWS_AT_ONCE // max(len(best), 1))
    for _ in range(0, rounds, at_once):
        if share.left_s > 0:
            single_source.ruin_and_recreate(dense, search, best, random, at_once, most, _THRESHOLD)
    return Standing(best, single_source.total(dense, best), 0.0, np.zeros(len(best)))


def _first_columns(core: Core) -> NDArray[np.int32]:
    """Columns taken one by one, each where it takes most off the cost with the rows that fit into it."""
    dense, pays = core.dense, core.dense.unserved.copy()
    cut = np.zeros(len(core.site), dtype=np.bool_)
    fixed, chosen = np.flatnonzero(dense.is_fixed), np.zeros(0, dtype=np.int64)
    n_free = len(core.site) - len(fixed)
    for place in range(len(fixed) + min(core.houses, n_free)):
        profit = pays[core.row] - core.cost
        problem = (core.start, core.row, profit, dense.demand, dense.capacity, cut)
        if place < len(fixed):
            j = fixed[place]
        else:
            values = packing.best_values(*problem)
            values[dense.is_fixed] = values[chosen] = -1.0
            j = np.argmax(values)
            chosen = np.append(chosen, j)
        taken = packing.packed_parts(*problem, np.array([j])) == 1.0
        pays[core.row[taken]] = core.cost[taken]
    return chosen.astype(np.int32)


def _told(standing: Standing) -> progress_values.Standing:
    gap = (standing.cost - standing.bound) / max(standing.cost, 1.0)
    return progress_values.Standing(standing.cost, standing.bound, gap)


def _refuse(problem: CapacitatedPMedian, core: Core, standing: Standing) -> None:
    """Everybody must be served, and somebody is not: impossible, or only not found."""
    left_out = problem.times.persons[standing.column < 0].sum()
    largest = subgradient.largest(core.dense.capacity[~core.dense.is_fixed].astype(np.float64), core.houses)
    room = core.dense.capacity[~core.dense.is_fixed][largest].sum() + core.dense.capacity[core.dense.is_fixed].sum()
    demand = problem.demand.sum()
    if room < demand:
        raise InfeasibleError(
            f"capacity: {problem.new_houses} new houses serve {room:,.0f} at most, but {demand:,.0f} are asked for "
            "(allow more houses or more capacity, or give penalty_s to leave people unserved)"
        )
    is_proven = math.isinf(standing.bound)
    words = "cannot all be served" if is_proven else "were not found to be all served in the time allowed"
    text = (
        f"new_houses: with {problem.new_houses} new houses the people {words}: {left_out:,.0f} persons are left "
        "(allow more houses, capacity or cutoff, or give penalty_s to leave people unserved)"
    )
    raise InfeasibleError(text) if is_proven else OutOfTimeError(text)
