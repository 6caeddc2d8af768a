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
from siting.allocation.kernels import median
from siting.allocation.medians.core import Core
from siting.allocation.medians.tree import Standing, Tree
from siting.allocation.multipliers import exact
from siting.allocation.problems import Rules, make_rules
from siting.allocation.reductions import Reductions
from siting.errors import DataError, Fault
from siting.progress import Progress

_OPEN_PER_ROW = 3
"""Multipliers go to the third open site at most. Synthetic France: 12 of 29 million pairs, an iteration takes half."""
_ITERATIONS_AT_LEAST = 300
_ITERATIONS_AT_MOST = 1_000
_PAIRS_LOOKED_AT = 3_000_000_000
"""In all iterations together: small problems have many. Gap of the best plans known: synthetic France, p = 5,000,
0.032 % after 200, 0.031 % after 400; p = 2,000, 0.10 and 0.08 %. 3,038 points of a plane, p = 50: 0.40 % after
300, 0.10 % after 1,000, 0.09 % after 3,000."""
_FADING = 0.98
_COLUMNS_AT_LEAST = 2_000
_COLUMNS_PER_HOUSE = 1.5
"""Columns that the improvement sees. Synthetic France, p = 5,000: the last 100 of 200 iterations use 7,300 of 34,800;
among these, ruin and recreate is three times as fast as among all, and ends as well."""
_MOST_TO_BEGIN = 1.05
"""Times the cost of the greedy plan; beyond, the bound was cut short. Synthetic France, p = 500: the columns most used
cost 0.3 % more than greedy, and end 0.15 % below what greedy ends at."""
_ROUNDS_AT_LEAST = 1_500
_ROUNDS_PER_HOUSE = 30
_ROUNDS_AT_MOST = 12_000
_MOST_CLOSED_AT_ONCE = 12
"""Synthetic France, from the plan after exchange, 14.0702 · 10⁹ person-seconds: 14.0682 after 4 s of ruin and recreate
with 12 at once, 14.0683 with 8, 14.0685 with 4."""


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
    standing, use = _bound(core, houses, effort)
    tell(1, standing)
    if not standing.is_done(effort):
        standing = _improve(core, houses, standing, use, effort)
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
    rules = problem.rules
    is_free = rules.is_candidate(problem.times.n_sites)
    is_free[rules.forced] = False
    cap_s = problem.times.nearest_s(np.union1d(rules.existing, rules.forced), problem.penalty_s)
    return Core.of(problem.times, cap_s, is_free, houses)


def _bound(core: Core, houses: int, effort: Effort) -> tuple[Standing, NDArray[np.float64]]:
    """A greedy plan; Σ w v − the largest savings of ``houses`` columns on rows that wait v; how often they were those.

    The searches for v in [0, cap] see the pairs up to the third column of the plan.
    """
    timed = core.near
    search = median.stand(timed)
    median.extend(timed, search, houses)
    columns = np.flatnonzero(search.is_in).astype(np.int32)
    start, column, time_s, whole_s = median.rows_to_open(timed, search.is_in, _OPEN_PER_ROW)
    seen = timed._replace(start=start, site=column, time_s=time_s, cap_s=whole_s)
    use = np.zeros(len(core.site))

    def evaluate(v_s: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        savings = median.column_savings(seen, v_s)
        chosen = subgradient.largest(savings, houses)
        use[:] *= _FADING
        use[chosen] += 1.0 - _FADING
        bound = float((seen.weight * v_s).sum() - savings[chosen].sum())
        return -bound, seen.weight * (median.times_saved(seen, chosen, v_s) - 1.0)

    cost, first_s = core.cost(columns), _first_multipliers(search, seen)
    unit = np.maximum(seen.weight, 1e-9) ** -0.5
    unit *= (seen.weight * first_s).sum() / max((seen.weight * unit).sum(), 1e-9)
    bound, v_s = subgradient.anneal(
        evaluate,
        first_s,
        subgradient.Box(whole_s, unit),
        target=-cost,
        iterations=min(max(_PAIRS_LOOKED_AT // max(len(column), 1), _ITERATIONS_AT_LEAST), _ITERATIONS_AT_MOST),
        effort=effort.share(0.5),
    )
    return Standing(columns, cost, max(-bound, 0.0), v_s), use


def _first_multipliers(search: median.Standing, timed: median.Timed) -> NDArray[np.float64]:
    """Seconds between the nearest and the second nearest column, such that each column saves as much as the price.

    The price: what one column less would cost or, if more, one more save; nothing where none saves anything.
    Synthetic France: the bound begins 4 % below the plan; 40 % with all multipliers half way.
    """
    outside = search.gain[~search.is_in].max(initial=0.0)
    price = max(search.loss[search.is_in].min(initial=np.inf), outside) if outside > 0.0 else 0.0
    share = np.append(np.minimum(price / np.maximum(search.loss, 1e-9), 1.0), 1.0)
    v_s = search.first_s + share[search.first] * (search.second_s - search.first_s)
    return np.minimum(v_s, timed.cap_s)


def _improve(core: Core, houses: int, standing: Standing, use: NDArray[np.float64], effort: Effort) -> Standing:
    """The columns most used by the bound, by exchange until nothing moves, then ruin and recreate for some rounds.

    Among those of some use alone: what the bound never chooses is in hardly any good plan.
    """
    n_kept = max(_COLUMNS_AT_LEAST, int(_COLUMNS_PER_HOUSE * houses))
    is_kept = np.zeros(core.times.n_sites, dtype=np.bool_)
    is_kept[core.site[subgradient.largest(use, n_kept)]] = True
    is_kept[core.site[standing.columns]] = True
    few = Core.of(core.times, core.cap_s, is_kept, houses)
    timed, search = few.near, median.stand(few.near)
    most_used = subgradient.largest(use, houses).astype(np.int32)
    is_good = core.cost(most_used) <= _MOST_TO_BEGIN * standing.cost
    begin = most_used if is_good else standing.columns
    median.open_columns(timed, search, few.new_site[core.site[begin]])
    share = effort.share(0.5)
    has_moved = True
    while has_moved and share.left_s > 0:
        has_moved = False
        columns = np.flatnonzero(search.is_in).astype(np.int32)
        for first in range(0, len(columns), 50):
            if share.left_s > 0:
                has_moved |= median.exchange(timed, search, columns[first : first + 50]) > 0
    rounds = min(_ROUNDS_AT_LEAST + _ROUNDS_PER_HOUSE * houses, _ROUNDS_AT_MOST)
    rounds = rounds if 2 <= houses < len(search.gain) else 0
    random, most = np.array([effort.seed], dtype=np.uint64), min(_MOST_CLOSED_AT_ONCE, max(houses // 2, 2))
    for _ in range(0, rounds, 50):
        if share.left_s > 0:
            median.ruin_and_recreate(timed, search, random, 50, most)
    columns = core.new_site[few.site[np.flatnonzero(search.is_in)]]
    cost = core.cost(columns)
    return replace(standing, columns=columns, cost=cost) if cost < standing.cost else standing
