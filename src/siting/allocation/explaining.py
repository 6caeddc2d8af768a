"""Why these sites: what each is worth, what other plans there are, and what more houses would bring."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from siting.allocation.clauses import Clause, Differs, Houses
from siting.allocation.composing import compose
from siting.allocation.cover import CoverSets
from siting.allocation.plan import Plan
from siting.allocation.problems import Rules, mclp
from siting.allocation.solving import solve
from siting.errors import InfeasibleError


@dataclass(frozen=True)
class Worth:
    """What each opened site is worth, in the order of ``Plan.opened``.

    Attributes
    ----------
    persons_alone : float64 array
        Persons whom no other open site covers.
    best_swap : int32 array
        The candidate that would make up for most of that, with people left out so far; -1 where none does.
    persons_lost : float64 array
        How many fewer persons are covered after that swap: the cost of having to do without the site.
    """

    persons_alone: NDArray[np.float64]
    best_swap: NDArray[np.int32]
    persons_lost: NDArray[np.float64]


def worth(cover: CoverSets, rules: Rules, plan: Plan) -> Worth:
    """Replacement cost of each opened site: the persons lost without it, its best stand-in opened.

    Parameters
    ----------
    cover : CoverSets
    rules : Rules
        Of the problem that the plan answers.
    plan : Plan
    """
    is_open = np.zeros(cover.n_sites, dtype=np.int64)
    is_open[plan.opened] = is_open[rules.existing] = 1
    hits = np.concatenate([[0], np.cumsum(is_open[cover.site])])[cover.cell_start]
    n_covering = np.diff(hits)
    site_start, cell = cover.by_site()
    may_open = rules.is_candidate(cover.n_sites) & (is_open == 0)
    left_out = np.where(n_covering == 0, cover.persons, 0.0)
    gains = _gains(cover, np.arange(cover.n_cells), left_out)
    alone, swap, lost = [], [], []
    for j in plan.opened.tolist():
        cells = cell[site_start[j] : site_start[j + 1]]
        only_here = cells[n_covering[cells] == 1]
        persons = float(cover.persons[only_here].sum())
        kept = (gains + _gains(cover, only_here, cover.persons)) * may_open
        best = int(np.argmax(kept))
        alone.append(persons)
        swap.append(best if kept[best] > 0 else -1)
        lost.append(persons - float(kept[best]))
    return Worth(np.array(alone), np.array(swap, dtype=np.int32), np.array(lost))


def frontier(cover: CoverSets, houses: Sequence[int], *, time_limit_s: float = 60.0, **rules: ArrayLike) -> list[Plan]:
    """MCLP plans for several numbers of new houses, each with its bound: what the next house would bring.

    Parameters
    ----------
    cover : CoverSets
    houses : sequence of int
    time_limit_s : float
        For each number.
    **rules
        ``existing``, ``forced``, ``forbidden`` as for `mclp`.
    """
    return [solve(mclp(cover, new_houses=p, **rules), time_limit_s=time_limit_s) for p in houses]


def best_plans(
    cover: CoverSets,
    *,
    new_houses: int,
    count: int,
    loss_share: float,
    differ_by: int = 1,
    time_limit_s: float = 60.0,
    **rules: ArrayLike,
) -> list[Plan]:
    """The best MCLP plans, best first, each with ``differ_by`` houses of every earlier one left closed.

    Stops at ``count`` plans, at the first that covers fewer than (1 − ``loss_share``) of the best plan's
    persons, or when no other plan exists. Houses in all of them are those to be surest of.
    """
    plans: list[Plan] = []
    while len(plans) < count:
        clauses: list[Clause] = [Houses(new_houses), *(Differs(plan.opened, differ_by) for plan in plans)]
        try:
            plan = solve(compose(cover, ["most_covered"], clauses=clauses, **rules), time_limit_s=time_limit_s)
        except InfeasibleError:
            break
        if plans and plan.objective < (1 - loss_share) * plans[0].objective:
            break
        plans.append(plan)
    return plans


def _gains(cover: CoverSets, cells: NDArray[np.int_], persons: NDArray[np.float64]) -> NDArray[np.float64]:
    """Shape (n_sites,): persons of ``cells`` that each site covers."""
    counts = np.diff(cover.cell_start)[cells]
    first = np.repeat(cover.cell_start[cells] - np.concatenate([[0], np.cumsum(counts)[:-1]]), counts)
    sites = cover.site[first + np.arange(counts.sum())] if len(cells) else cover.site[:0]
    gains = np.bincount(sites, weights=np.repeat(persons[cells], counts), minlength=cover.n_sites)
    return gains.astype(np.float64)
