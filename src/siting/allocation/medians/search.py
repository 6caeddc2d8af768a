"""The p-median problem: its value, and its search by greedy, exchange, subgradient and branch and bound."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import ArrayLike, NDArray

from siting import progress as progress_values
from siting.allocation import subgradient
from siting.allocation.cell_times import CellTimes
from siting.allocation.effort import Effort, Found
from siting.allocation.kernels import incidence, median
from siting.allocation.medians.core import Core
from siting.allocation.medians.tree import Standing, Tree
from siting.allocation.multipliers import exact
from siting.allocation.problems import Rules, make_rules
from siting.allocation.reductions import Reductions
from siting.errors import DataError, Fault
from siting.progress import Progress

_NEAR_PER_HOUSE = 10
_NEAR_AT_LEAST = 20
"""Pairs of a row that the searches see: ten times as many as it takes, on average, to meet an open site.
Synthetic France, p = 5,000: 25 of 49 million pairs, exchange and subgradient three times faster."""

_ITERATIONS = 700
_ROUNDS_AT_LEAST = 1_500
_ROUNDS_PER_HOUSE = 30
_ROUNDS_AT_MOST = 30_000
_MOST_CLOSED_AT_ONCE = 8


@dataclass(frozen=True)
class PMedian:
    """p-median problem. Make one with `p_median`, whose docstring has the formulation."""

    times: CellTimes
    rules: Rules
    new_houses: int
    penalty_s: float


def p_median(
    times: CellTimes,
    *,
    new_houses: int,
    penalty_s: float | None = None,
    existing: ArrayLike = (),
    forced: ArrayLike = (),
    forbidden: ArrayLike = (),
) -> PMedian:
    """Least total travel time to the nearest house, with a number of new houses.

    .. code-block:: text

        minimise    Σ_i w_i (Σ_j t_ij z_ij + D z_i0)
        subject to  Σ_j z_ij + z_i0 = 1         for each cell i
                    z_ij ≤ x_j                  for each cell i and site j within the cutoff
                    Σ_j x_j ≤ p
                    x_j = 1                     for each forced site j
                    z ≥ 0,  x_j ∈ {0, 1}

    ``w_i``: persons. ``t_ij``: seconds. ``D``: seconds counted for a person whom no open site serves
    within them. ``p``: new houses; existing sites are open at no cost. The objective is in
    person-seconds: divided by the persons it is the mean time.

    Parameters
    ----------
    times : CellTimes
    new_houses : int
        ``p`` ≥ 0, forced ones included.
    penalty_s : float, optional
        ``D`` > 0. The cutoff of the times is the natural choice: nobody counts for less than farther. It may be
        left out where every cell has a time to every site, and some site opens: nobody is left unserved then.
    existing, forced, forbidden : rows of the sites table

    Raises
    ------
    DataError
        When the rules contradict each other, or the penalty is not positive or missing though some cell needs it.

    References
    ----------
    ReVelle and Swain (1970), Central facilities location, Geographical Analysis 2(1), 30-42.
    """
    rules = make_rules("p_median", times.n_sites, existing, forced, forbidden, "new_houses", new_houses)
    if penalty_s is None:
        penalty_s = _longest(times, int(new_houses) + len(rules.existing))
    if not (np.isfinite(penalty_s) and penalty_s > 0):
        raise DataError(Fault("p_median", 0, 0, "penalty_s", f"must be positive, found {penalty_s}"))
    return PMedian(times, rules, int(new_houses), float(penalty_s))


def _longest(times: CellTimes, n_open: int) -> float:
    """A penalty that nobody meets: the longest of all times, where each cell has one to each site."""
    if n_open == 0 or (np.diff(times.cell_start) < times.n_sites).any():
        problem = "is needed: some cell has no time to some site, or no site opens"
        raise DataError(Fault("p_median", 0, 0, "penalty_s", problem, "give the seconds that a person left out counts"))
    return max(float(times.time_s.max(initial=0.0)), 1.0)


def search_p_median(problem: PMedian, effort: Effort, progress: Progress) -> Found:
    """Least person-seconds over the whole problem."""
    houses = problem.new_houses - len(problem.rules.forced)
    core = _core(problem, houses)

    def tell(done: int, standing: Standing) -> None:
        progress(done, 3, progress_values.Standing.at(standing.cost, standing.bound))

    progress(0, 3)
    standing = _improve(core, houses, effort)
    tell(1, standing)
    standing = _bound(core.near, houses, standing, effort)
    tell(2, standing)
    if not standing.is_done(effort):
        tree = Tree(core, houses, is_whole=_is_whole(problem))
        standing = tree.search(standing, effort, partial(tell, 2))
    tell(3, standing)
    opened = np.union1d(problem.rules.forced, core.site[standing.columns]).astype(np.int32)
    left = _reductions(core, standing)
    return Found(opened, standing.bound, exact(standing.v_s), standing.runs, left)


def _reductions(core: Core, standing: Standing) -> Reductions:
    """Prices settle columns; rows are not merged, since two cells with the same sites differ by their times."""
    size = (len(core.cap_s), len(core.site))
    return Reductions(*size, *size, n_parts=1, n_essential=0, n_priced=standing.n_priced)


def _is_whole(problem: PMedian) -> bool:
    """Whether every plan costs a whole number of person-seconds."""
    values = (problem.times.persons, problem.times.time_s, np.array([problem.penalty_s]))
    return all(bool((one % 1 == 0).all()) for one in values)


def _core(problem: PMedian, houses: int) -> Core:
    times, rules = problem.times, problem.rules
    cap_s = times.nearest_s(np.union1d(rules.existing, rules.forced), problem.penalty_s)
    is_free = rules.is_candidate(times.n_sites)
    is_free[rules.forced] = False
    site = np.flatnonzero(is_free).astype(np.int32)
    new_site = np.full(times.n_sites, -1, dtype=np.int32)
    new_site[site] = np.arange(len(site), dtype=np.int32)
    most = _NEAR_PER_HOUSE * len(site) // max(houses, 1) + _NEAR_AT_LEAST
    pairs = (times.cell_start, times.site, times.time_s)
    start, column, time_s, near_s = incidence.keep_nearer(*pairs, cap_s, new_site, most)
    by_column = incidence.transpose_times(start, column, time_s, len(site))
    near = median.Timed(start, column, time_s, *by_column, times.persons, near_s)
    return Core(near, site, times, cap_s, new_site)


def _improve(core: Core, houses: int, effort: Effort) -> Standing:
    """Greedy, then exchange until nothing moves, then ruin and recreate for a number of rounds."""
    timed = core.near
    search = median.stand(timed)
    n_opened = median.extend(timed, search, houses)
    share = effort.share(0.5)
    has_moved = n_opened == houses
    while has_moved and share.left_s > 0:
        has_moved = False
        columns = np.flatnonzero(search.is_in).astype(np.int32)
        for first in range(0, len(columns), 50):
            if share.left_s > 0:
                has_moved |= median.exchange(timed, search, columns[first : first + 50]) > 0
    rounds = min(_ROUNDS_AT_LEAST + _ROUNDS_PER_HOUSE * houses, _ROUNDS_AT_MOST)
    rounds = rounds if 2 <= n_opened == houses < len(search.gain) else 0
    random = np.array([effort.seed], dtype=np.uint64)
    for _ in range(0, rounds, 50):
        if share.left_s > 0:
            median.ruin_and_recreate(timed, search, random, 50, min(_MOST_CLOSED_AT_ONCE, houses))
    columns = np.flatnonzero(search.is_in).astype(np.int32)
    return Standing(columns, core.cost(columns), 0.0, np.zeros(len(timed.cap_s)))


def _bound(timed: median.Timed, houses: int, standing: Standing, effort: Effort) -> Standing:
    """Lower bound Σ w v − the largest savings of ``houses`` columns on rows that wait v, v in [0, cap]."""

    def evaluate(v_s: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        savings = median.column_savings(timed, v_s)
        chosen = subgradient.largest(savings, houses)
        bound = float((timed.weight * v_s).sum() - savings[chosen].sum())
        return -bound, timed.weight * (median.times_saved(timed, chosen, v_s) - 1.0)

    first_s, second_s = median.two_nearest(timed, standing.columns)
    bound, v_s = subgradient.lower(
        evaluate,
        0.5 * (first_s + second_s),
        subgradient.Box(timed.cap_s, np.maximum(timed.weight, 1e-9) ** -1.5),
        target=-standing.cost,
        iterations=_ITERATIONS,
        effort=effort.share(0.7),
    )
    return replace(standing, bound=max(-bound, 0.0), v_s=v_s)
