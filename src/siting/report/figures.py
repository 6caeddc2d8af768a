"""Figures that several writers of the report print, counted once from the findings."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from siting.report.findings import Findings
from siting.travel.travel_times import TravelTimes

DECISIONS = ("existing", "opened", "not_opened")
"""What the plan says of a site, in the order in which maps and tables show them."""


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
        for a site not opened, still to be won by it
    """

    decision: NDArray[np.int8]
    persons_within_standard: NDArray[np.float64]
    persons_newly_covered: NDArray[np.float64]
    persons_only_it_covers: NDArray[np.float64]


def site_figures(findings: Findings) -> SiteFigures:
    """Count the people of each site from the travel times."""
    times, standard_s = findings.times, findings.scenario.goal.standard_s
    persons = findings.territory.demand.persons
    decision = decisions(findings)
    n_open = _open_sites_within(times, np.flatnonzero(decision != DECISIONS.index("not_opened")), standard_s)
    covered_today = findings.before.time_s <= standard_s
    weights = np.column_stack((persons, persons * ~covered_today, persons * (n_open == 1), persons * (n_open == 0)))
    within, new, alone, still_out = _sum_within(times, weights, standard_s).T
    is_open = decision != DECISIONS.index("not_opened")
    return SiteFigures(decision, within, new, np.where(is_open, alone, still_out))


def decisions(findings: Findings) -> NDArray[np.int8]:
    """Row of `DECISIONS` for each site."""
    is_existing = findings.territory.sites.is_existing
    decision = np.where(is_existing, DECISIONS.index("existing"), DECISIONS.index("not_opened")).astype(np.int8)
    decision[findings.plan.opened] = DECISIONS.index("opened")
    return decision


def opened_by_gain(findings: Findings, figures: SiteFigures) -> NDArray[np.int64]:
    """Rows of the opened sites, those that bring most people within the standard first; ties in the order of ids."""
    opened = findings.plan.opened.astype(np.int64)
    return opened[np.argsort(-figures.persons_newly_covered[opened], kind="stable")]


def _sum_within(times: TravelTimes, weights: NDArray[np.float64], standard_s: int) -> NDArray[np.float64]:
    """Sums of ``weights`` (n_cells, k) over the cells within the standard of each site: (n_sites, k)."""
    sums = np.zeros((times.n_sites, weights.shape[1]))
    for site in range(times.n_sites):
        sums[site] = weights[_cells_within(times, site, standard_s)].sum(axis=0)
    return sums


def _open_sites_within(times: TravelTimes, open_rows: NDArray[np.intp], standard_s: int) -> NDArray[np.int32]:
    """How many of the open sites are within the standard of each cell."""
    n_open = np.zeros(times.n_cells, dtype=np.int32)
    for site in open_rows:
        n_open[_cells_within(times, int(site), standard_s)] += 1  # a cell occurs once within a site
    return n_open


def _cells_within(times: TravelTimes, site: int, standard_s: int) -> NDArray[np.int32]:
    pairs = slice(times.site_start[site], times.site_start[site + 1])
    return times.cell[pairs][times.time_s[pairs] <= standard_s]
