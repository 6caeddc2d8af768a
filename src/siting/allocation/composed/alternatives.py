"""Why these sites, for any composed problem: what could stand in for each, other plans, and sites in all of them.

And what more houses would bring.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from siting.allocation.composed.clauses import Differs
from siting.allocation.composed.problem import Composed, recount, signed
from siting.allocation.cover import CoverSets
from siting.allocation.plan import Plan
from siting.allocation.problems import Rules, mclp
from siting.allocation.solving import solve
from siting.arguments import amount
from siting.errors import InfeasibleError, SolverError
from siting.progress import Progress, silent


@dataclass(frozen=True)
class StandIns:
    """What each opened site is worth, in the order of ``Plan.opened``.

    Attributes
    ----------
    best_swap : int32 array
        The site that would best take its place; -1 where doing without is as good, or none keeps the clauses.
    lost : float64 array
        How much worse the first goal would be; inf where no single site can take its place.
    """

    best_swap: NDArray[np.int32]
    lost: NDArray[np.float64]


def stand_ins(problem: Composed, plan: Plan) -> StandIns:
    """Replacement cost of each opened site: the loss to the first goal without it, its best stand-in opened.

    Parameters
    ----------
    problem : Composed
        That the plan answers.
    plan : Plan
    """
    goal = problem.goals[0]
    value = signed(goal, goal.value(recount(problem, plan.opened)))
    may_open = problem.rules.is_candidate(problem.cover.n_sites)
    swaps, lost = [], []
    for j in plan.opened.tolist():
        fewer = plan.opened[plan.opened != j]
        least, best = np.inf, -1
        others = [k for k in np.flatnonzero(may_open).tolist() if k != j and k not in plan.opened]
        for k in [-1, *others]:
            after = recount(problem, fewer if k < 0 else np.sort(np.append(fewer, k)).astype(np.int32))
            cost = signed(goal, goal.value(after))
            if cost < least and all(clause.is_kept(after) for clause in problem.clauses):
                least, best = cost, k
        swaps.append(best)
        lost.append(least - value)
    return StandIns(np.array(swaps, dtype=np.int32), np.array(lost))


def other_plans(
    problem: Composed,
    *,
    count: int,
    loss_share: float,
    differ_by: int = 1,
    time_limit_s: float = 60.0,
    progress: Progress = silent,
) -> list[Plan]:
    """The best plans, best first, each with ``differ_by`` sites of every earlier one left closed.

    Stops at ``count`` plans, at the first whose first goal is worse than the best plan's by more than
    ``loss_share`` of it, when no other plan exists, or none is found within ``time_limit_s``.

    Raises
    ------
    InfeasibleError, SolverError
        There is no first plan, or none was found.
    """
    amount(loss_share, where="other_plans", name="loss_share")
    amount(differ_by, where="other_plans", name="differ_by", positive=True)
    plans: list[Plan] = []
    while len(plans) < count:
        progress(len(plans), count)
        clauses = (*problem.clauses, *(Differs(plan.opened, differ_by) for plan in plans))
        try:
            plan = solve(replace(problem, clauses=clauses), time_limit_s=time_limit_s)
        except (InfeasibleError, SolverError):
            if not plans:
                raise
            break
        if plans and _is_worse(problem, plan.objective, plans[0].objective, loss_share):
            break
        plans.append(plan)
    return plans


def in_all_plans(
    problem: Composed, plan: Plan, *, loss_share: float, time_limit_s: float = 10.0, progress: Progress = silent
) -> NDArray[np.float64]:
    """Shape (n_opened,): 1 where a site is in every plan whose first goal loses at most ``loss_share``, 0 where not.

    Each site is forbidden in turn, for ``time_limit_s`` at most: its bound says that every plan without it is worse,
    or a plan found says that one is not; nan where neither is known. Forced sites are in every plan.
    """
    amount(loss_share, where="in_all_plans", name="loss_share")
    only_first = replace(problem, goals=problem.goals[:1])
    is_in = np.full(len(plan.opened), np.nan)
    is_in[np.isin(plan.opened, problem.rules.forced)] = 1.0
    for place in np.flatnonzero(np.isnan(is_in)).tolist():
        progress(place, len(plan.opened))
        if is_in[place] == 0.0:
            continue
        rules = problem.rules
        forbidden = np.union1d(rules.forbidden, plan.opened[place]).astype(np.int32)
        without = replace(only_first, rules=Rules(rules.existing, rules.forced, forbidden))
        without = replace(without, kept=without.kept[without.kept != plan.opened[place]])
        try:
            other = solve(without, time_limit_s=time_limit_s)
        except InfeasibleError:
            is_in[place] = 1.0
            continue
        except SolverError:
            continue
        if _is_worse(problem, other.bound, plan.objective, loss_share):
            is_in[place] = 1.0
        elif not _is_worse(problem, other.objective, plan.objective, loss_share):
            is_in[~np.isin(plan.opened, other.opened)] = 0.0
    return is_in


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


def _is_worse(problem: Composed, value: float, best: float, loss_share: float) -> bool:
    """Whether a value of the first goal is worse than the best by more than a share of it."""
    goal = problem.goals[0]
    allowed = loss_share * abs(best) + 1e-9 * max(abs(best), 1.0)
    return signed(goal, value) > signed(goal, best) + allowed
