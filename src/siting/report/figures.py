"""What each site does for people, counted from the travel times."""

from __future__ import annotations

import heapq
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from siting.travel.travel_times import TravelTimes

DECISIONS = ("existing", "opened", "not_opened", "closed")
"""What a plan says of a site, in the order in which maps and tables show them."""

EXISTING, OPENED, NOT_OPENED, CLOSED = range(4)


@dataclass(frozen=True)
class SiteFigures:
    """What each site of the territory does for people; float64 persons, shape (n_sites,), but the decision.

    Attributes
    ----------
    decision : int8 array
        Row of `DECISIONS`.
    persons_within_standard : residents within the standard of the site
    persons_newly_covered : those of them who are beyond the standard of every site open today
    persons_only_it_covers : those of them whom no other site of the plan covers: lost if it closes or,
        for a site that is not opened or closed, still to be won by it
    opened : intp array, shape (n_opened,)
        Rows of the opened sites, each time the one that adds most people to those before it; ties in the
        order of rows.
    persons_added : float64 array, shape (n_opened,)
        People whom each of ``opened`` adds to the existing sites that stay and to the houses before it.
    """

    decision: NDArray[np.int8]
    persons_within_standard: NDArray[np.float64]
    persons_newly_covered: NDArray[np.float64]
    persons_only_it_covers: NDArray[np.float64]
    opened: NDArray[np.intp]
    persons_added: NDArray[np.float64]


def site_figures(
    times: TravelTimes, *, persons: NDArray[np.float64], decision: NDArray[np.int8], standard_s: int
) -> SiteFigures:
    """Count the persons of each site.

    Parameters
    ----------
    times : TravelTimes
        Its cutoff is at least the standard.
    persons : float64 array, shape (n_cells,)
    decision : int8 array, shape (n_sites,)
        Rows of `DECISIONS`.
    """
    n_kept = _n_within(times, np.flatnonzero(decision == EXISTING), standard_s)
    n_today = n_kept + _n_within(times, np.flatnonzero(decision == CLOSED), standard_s)
    n_open = n_kept + _n_within(times, np.flatnonzero(decision == OPENED), standard_s)
    weights = np.column_stack((persons, persons * (n_today == 0), persons * (n_open == 1), persons * (n_open == 0)))
    within, new, alone, still_out = _sum_within(times, weights, standard_s).T
    opened, added = _opening_order(times, np.flatnonzero(decision == OPENED), persons * (n_kept == 0), standard_s)
    is_shut = (decision == NOT_OPENED) | (decision == CLOSED)
    return SiteFigures(decision, within, new, np.where(is_shut, still_out, alone), opened, added)


def _opening_order(
    times: TravelTimes, opened: NDArray[np.intp], persons: NDArray[np.float64], standard_s: int
) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """The opened sites by what each adds to ``persons`` covered by those before it, and how much that is.

    What a site adds can only fall as others open: one whose figure is still true on top of the heap is the best.
    """
    left = persons.copy()
    heap = [(-float(left[_cells_within(times, int(site), standard_s)].sum()), int(site)) for site in opened]
    heapq.heapify(heap)
    order, added = [], []
    while heap:
        promised, site = heap[0]
        cells = _cells_within(times, site, standard_s)
        adds = float(left[cells].sum())
        if adds < -promised:
            heapq.heapreplace(heap, (-adds, site))
            continue
        heapq.heappop(heap)
        left[cells] = 0.0
        order.append(site)
        added.append(adds)
    return np.array(order, dtype=np.intp), np.array(added, dtype=np.float64)


def _sum_within(times: TravelTimes, weights: NDArray[np.float64], standard_s: int) -> NDArray[np.float64]:
    """Sums of ``weights`` (n_cells, k) over the cells within the standard of each site: (n_sites, k)."""
    sums = np.zeros((times.n_sites, weights.shape[1]))
    for site in range(times.n_sites):
        sums[site] = weights[_cells_within(times, site, standard_s)].sum(axis=0)
    return sums


def _n_within(times: TravelTimes, sites: NDArray[np.intp], standard_s: int) -> NDArray[np.int32]:
    """How many of the sites are within the standard of each cell."""
    count = np.zeros(times.n_cells, dtype=np.int32)
    for site in sites:
        count[_cells_within(times, int(site), standard_s)] += 1  # a cell occurs once within a site
    return count


def _cells_within(times: TravelTimes, site: int, standard_s: int) -> NDArray[np.int32]:
    pairs = slice(times.site_start[site], times.site_start[site + 1])
    return times.cell[pairs][times.time_s[pairs] <= standard_s]
