"""The p-median problem: its value, and its search by greedy, exchange, subgradient and branch and bound."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from siting.allocation import formulation, subgradient
from siting.allocation.cell_times import CellTimes
from siting.allocation.effort import Effort, Found
from siting.allocation.highs import Outcome, run_highs
from siting.allocation.kernels import incidence, median
from siting.allocation.multipliers import exact
from siting.allocation.problems import Rules, make_rules
from siting.errors import DataError, Fault
from siting.progress import Progress

_ITERATIONS = 1_500
_ROUNDS_AT_LEAST = 200
_ROUNDS_PER_HOUSE = 30
_MOST_CLOSED_AT_ONCE = 8
_MOST_PAIRS_TO_BRANCH = 400_000


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
    penalty_s: float,
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
    penalty_s : float
        ``D`` > 0. The cutoff of the times is the natural choice: nobody counts for less than farther.
    existing, forced, forbidden : rows of the sites table

    Raises
    ------
    DataError
        When the rules contradict each other, or the penalty is not positive.

    References
    ----------
    ReVelle and Swain (1970), Central facilities location, Geographical Analysis 2(1), 30-42.
    """
    rules = make_rules("p_median", times.n_sites, existing, forced, forbidden, "new_houses", new_houses)
    if not (np.isfinite(penalty_s) and penalty_s > 0):
        raise DataError(Fault("p_median", 0, 0, "penalty_s", f"must be positive, found {penalty_s}"))
    return PMedian(times, rules, int(new_houses), float(penalty_s))


@dataclass(frozen=True)
class _Core:
    """What the free candidates can still save: cells, columns, and the time that each cell has already."""

    timed: median.Timed
    site: NDArray[np.int32]

    @property
    def cost(self) -> float:
        """Person-seconds if nothing is opened."""
        return float((self.timed.weight * self.timed.cap_s).sum())


@dataclass(frozen=True)
class _Standing:
    columns: NDArray[np.int32]
    cost: float
    bound: float
    v_s: NDArray[np.float64]

    def is_done(self, effort: Effort) -> bool:
        """Whether the gap asked for is reached or the time is up."""
        return self.cost - self.bound <= (effort.gap + 1e-9) * self.cost or effort.left_s == 0


def search_p_median(problem: PMedian, effort: Effort, progress: Progress) -> Found:
    """Least person-seconds over the whole problem."""
    core = _core(problem)
    houses = problem.new_houses - len(problem.rules.forced)
    progress(0, 3)
    standing = _improve(core.timed, houses, effort)
    progress(1, 3)
    standing = _bound(core.timed, houses, standing, effort)
    progress(2, 3)
    run = None
    if not standing.is_done(effort):
        standing, run = _branch(core.timed, houses, standing, effort)
    progress(3, 3)
    opened = np.union1d(problem.rules.forced, core.site[standing.columns]).astype(np.int32)
    return Found(opened, standing.bound, exact(standing.v_s), () if run is None else (run,))


def _core(problem: PMedian) -> _Core:
    times, rules = problem.times, problem.rules
    cap_s = times.nearest_s(np.union1d(rules.existing, rules.forced), problem.penalty_s)
    is_free = rules.is_candidate(times.n_sites)
    is_free[rules.forced] = False
    site = np.flatnonzero(is_free).astype(np.int32)
    new_site = np.full(times.n_sites, -1, dtype=np.int32)
    new_site[site] = np.arange(len(site), dtype=np.int32)
    rows = incidence.keep_nearer(times.cell_start, times.site, times.time_s, cap_s, new_site)
    columns = incidence.transpose_times(*rows, len(site))
    return _Core(median.Timed(*rows, *columns, times.persons, cap_s), site)


def _improve(timed: median.Timed, houses: int, effort: Effort) -> _Standing:
    """Greedy, then exchange until nothing moves, then ruin and recreate for a number of rounds."""
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
    rounds = _ROUNDS_AT_LEAST + _ROUNDS_PER_HOUSE * houses if 2 <= n_opened == houses < len(search.gain) else 0
    random = np.array([effort.seed], dtype=np.uint64)
    for _ in range(0, rounds, 50):
        if share.left_s > 0:
            median.ruin_and_recreate(timed, search, random, 50, min(_MOST_CLOSED_AT_ONCE, houses))
    columns = np.flatnonzero(search.is_in).astype(np.int32)
    return _Standing(columns, _cost(timed, columns), 0.0, np.zeros(len(timed.cap_s)))


def _bound(timed: median.Timed, houses: int, standing: _Standing, effort: Effort) -> _Standing:
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
    return _Standing(standing.columns, standing.cost, max(-bound, 0.0), v_s)


def _branch(timed: median.Timed, houses: int, standing: _Standing, effort: Effort) -> tuple[_Standing, Outcome | None]:
    """Branch and bound on the columns whose entry the multipliers do not price above the gap."""
    savings = median.column_savings(timed, standing.v_s)
    is_large = np.zeros(len(savings), dtype=np.bool_)
    is_large[subgradient.largest(savings, houses)] = True
    slack = standing.cost - standing.bound + 1e-9 * standing.cost
    lowest_in = savings[is_large].min(initial=np.inf)
    may = np.flatnonzero(is_large | (lowest_in - savings <= slack)).astype(np.int32)
    new_site = np.full(len(savings), -1, dtype=np.int32)
    new_site[may] = np.arange(len(may), dtype=np.int32)
    rows = incidence.keep_nearer(timed.start, timed.site, timed.time_s, timed.cap_s, new_site)
    if len(rows[1]) > _MOST_PAIRS_TO_BRANCH:
        return standing, None
    model, x = formulation.p_median_model(*rows, timed.weight, timed.cap_s, len(may), houses)
    formulation.set_start(x, new_site[standing.columns][new_site[standing.columns] >= 0])
    run = run_highs(model, effort)
    columns, cost = standing.columns, standing.cost
    if run.has_values:
        found = may[formulation.chosen_columns(x)]
        if len(found) <= houses and _cost(timed, found) < cost:
            columns, cost = found, _cost(timed, found)
    bound = min(standing.cost, max(standing.bound, run.bound))
    return _Standing(columns, cost, bound, standing.v_s), run


def _cost(timed: median.Timed, columns: NDArray[np.int32]) -> float:
    return float((timed.weight * median.two_nearest(timed, columns)[0]).sum())
