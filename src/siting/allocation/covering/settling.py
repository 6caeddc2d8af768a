"""Among plans that are equally good, the one that is easiest to explain."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from siting.allocation.cover import CoverSets
from siting.allocation.kernels import incidence
from siting.allocation.problems import Lscp


def settle(problem: Lscp, opened: NDArray[np.int32], is_wanted: NDArray[np.bool_]) -> NDArray[np.int32]:
    """Move each house to the site that covers most persons among those that can take its place.

    A site can take the place of a house when it costs the same and covers every wanted cell that this house
    alone covers: the plan costs as much and covers all that is wanted. Of equal sites the lowest row. Houses
    move in the order of their rows, once each, so that the outcome depends on the plan alone.
    """
    cover, rules = problem.cover, problem.rules
    site_start, cell = cover.by_site()
    persons = incidence.sums(site_start, cell, cover.persons)
    may_open = rules.is_candidate(cover.n_sites)
    may_open[opened] = False
    times_covered = np.zeros(cover.n_cells, dtype=np.int64)
    for j in np.union1d(rules.existing, opened).tolist():
        times_covered[cell[site_start[j] : site_start[j + 1]]] += 1
    settled = []
    for j in opened.tolist():
        costs_the_same = problem.cost == problem.cost[j]
        cells = cell[site_start[j] : site_start[j + 1]]
        only_here = cells[is_wanted[cells] & (times_covered[cells] == 1)]
        place = j if j in rules.forced else _best_place(cover, only_here, j, may_open & costs_the_same, persons)
        times_covered[cells] -= 1
        times_covered[cell[site_start[place] : site_start[place + 1]]] += 1
        may_open[[j, place]] = [True, False] if place != j else [False, False]
        settled.append(place)
    return np.sort(np.array(settled, dtype=np.int32))


def _best_place(
    cover: CoverSets,
    cells: NDArray[np.int32],
    j: int,
    may_open: NDArray[np.bool_],
    persons: NDArray[np.float64],
) -> int:
    """The site that covers all of ``cells`` and most persons: ``j`` itself or one that may open."""
    if len(cells) == 0:
        return j
    counts = np.diff(cover.cell_start)[cells]
    first = np.repeat(cover.cell_start[cells] - np.concatenate([[0], np.cumsum(counts)[:-1]]), counts)
    n_covered = np.bincount(cover.site[first + np.arange(counts.sum())], minlength=cover.n_sites)
    able = np.flatnonzero(may_open & (n_covered == len(cells)))
    if len(able) == 0:
        return j
    best = int(able[np.argmax(persons[able])])
    is_better = persons[best] > persons[j] or (persons[best] == persons[j] and best < j)
    return best if is_better else j
