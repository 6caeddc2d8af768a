"""The p-center problem: its value, and its search by covering at one service standard after another."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from siting.allocation.cell_times import CellTimes
from siting.allocation.covering.search import search_lscp
from siting.allocation.effort import Effort, Found
from siting.allocation.maximal.search import greedy_sites
from siting.allocation.problems import Lscp, Mclp, Rules, make_rules
from siting.errors import OutOfTimeError, TooFewHousesError
from siting.progress import Progress, silent


@dataclass(frozen=True)
class PCenter:
    """p-center problem. Make one with `p_center`, whose docstring has the formulation."""

    times: CellTimes
    rules: Rules
    new_houses: int

    @property
    def is_wanted(self) -> NDArray[np.bool_]:
        """Shape (n_cells,): inhabited cells that some existing or allowed site reaches within the cutoff."""
        return is_reached(self.times, self.rules)


def is_reached(times: CellTimes, rules: Rules) -> NDArray[np.bool_]:
    """Shape (n_cells,): inhabited cells that some existing or allowed site reaches within the cutoff."""
    return np.isfinite(_least_s(times, rules)) & (times.persons > 0)


def levels_s(times: CellTimes, rules: Rules, cells: NDArray[np.integer]) -> NDArray[np.float64]:
    """Seconds that the longest trip of some cells may take, ascending: each of them has a site within the first."""
    floor_s = _least_s(times, rules)[cells].max(initial=0.0)
    is_asked = np.zeros(times.n_cells, dtype=np.bool_)
    is_asked[cells] = True
    may_be = np.repeat(is_asked, np.diff(times.cell_start)) & (times.time_s >= floor_s)
    return np.unique(times.time_s[may_be]).astype(np.float64) if len(cells) else np.zeros(1)


def _least_s(times: CellTimes, rules: Rules) -> NDArray[np.float64]:
    """Shape (n_cells,): seconds to the nearest existing or allowed site, inf where none is within the cutoff."""
    allowed = rules.is_candidate(times.n_sites)
    allowed[rules.existing] = True
    return times.nearest_s(np.flatnonzero(allowed), np.inf)


def p_center(
    times: CellTimes,
    *,
    new_houses: int,
    existing: ArrayLike = (),
    forced: ArrayLike = (),
    forbidden: ArrayLike = (),
) -> PCenter:
    """Least worst travel time to the nearest house, with a number of new houses.

    .. code-block:: text

        minimise    T
        subject to  Σ_{j: t_ij ≤ T} x_j ≥ 1     for each inhabited cell i that some site reaches
                    Σ_j x_j ≤ p
                    x_j = 1                     for each forced site j
                    x_j ∈ {0, 1}

    Solved by bisection over the times that occur: T is enough when the location set covering problem at
    the standard T needs at most p houses. The plan found at the least such T is the answer; that the
    next lower T needs more than p is its proof.

    Parameters
    ----------
    times : CellTimes
    new_houses : int
        ``p`` ≥ 0, forced ones included.
    existing, forced, forbidden : rows of the sites table

    Raises
    ------
    DataError
        When the rules contradict each other, or name a site that does not exist.

    References
    ----------
    Minieka (1970), The m-center problem, SIAM Review 12(1), 138-139.
    """
    rules = make_rules("p_center", times.n_sites, existing, forced, forbidden, "new_houses", new_houses)
    return PCenter(times, rules, int(new_houses))


def search_p_center(problem: PCenter, effort: Effort, progress: Progress) -> Found:
    """Least worst time; the multipliers are those that exclude every time below the bound.

    Raises
    ------
    TooFewHousesError
        When even the whole cutoff takes more houses.
    OutOfTimeError
        When that was not found out in the time allowed.
    """
    is_wanted = problem.is_wanted
    levels = levels_s(problem.times, problem.rules, np.flatnonzero(is_wanted))
    opened, multipliers = problem.rules.forced, np.zeros(problem.times.n_cells)
    excluded, low, high = -1, 0, len(levels) - 1
    best: NDArray[np.int32] | None = None
    found: Found | None = None
    while low <= high and (best is None or effort.left_s > 0):
        progress(len(levels) - 1 - (high - low), len(levels))
        middle = high if best is None else (low + high) // 2  # is there a plan at all?
        found = _cover_within(problem, is_wanted, float(levels[middle]), effort.share(0.4))
        if len(found.opened) <= problem.new_houses:
            best = opened = found.opened
            open_s = problem.times.nearest_s(np.union1d(problem.rules.existing, opened), np.inf)
            high = int(np.searchsorted(levels, open_s[is_wanted].max(initial=0.0))) - 1
            continue
        if found.bound > problem.new_houses:
            excluded, multipliers = middle, found.multipliers
        low = middle + 1
    progress(len(levels), len(levels))
    if best is None:
        _refuse(problem, is_wanted, float(levels[-1]), found)
    bound = float(levels[excluded + 1]) if excluded + 1 < len(levels) else float(levels[-1])
    return Found(opened, bound, multipliers)


def _cover_within(problem: PCenter, is_wanted: NDArray[np.bool_], standard_s: float, effort: Effort) -> Found:
    """Fewest houses within a standard, at which every wanted cell has a site."""
    lscp = Lscp(problem.times.within(standard_s), problem.rules, None, np.ones(problem.times.n_sites))
    return search_lscp(lscp, effort, silent, is_wanted)


def _refuse(problem: PCenter, is_wanted: NDArray[np.bool_], cutoff_s: float, found: Found | None) -> None:
    """More houses are needed than may open, or were not found to be few enough: ``found`` at the whole cutoff."""
    houses = problem.new_houses
    if found is None or found.bound <= houses:
        raise OutOfTimeError(f"no plan of {houses} new houses was found in time, and none is excluded (more time)")
    persons = problem.times.persons
    cover = problem.times.within(cutoff_s)
    best = greedy_sites(Mclp(cover, problem.rules, houses))
    is_left = is_wanted & ~cover.covered_by(np.union1d(problem.rules.existing, best))
    raise TooFewHousesError(
        new_houses=houses,
        at_least=math.ceil(found.bound - 1e-6),
        enough=len(found.opened),
        persons_coverable=float(persons[is_wanted].sum()),
        persons_left_out=float(persons[is_left].sum()),
    )
