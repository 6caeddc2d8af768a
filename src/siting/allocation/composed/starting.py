"""A plan to start from: sites added one by one where they bring most, as long as no clause breaks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from siting.allocation.composed.clauses import Clause, Recount
from siting.allocation.composed.goals import Goal
from siting.allocation.composed.option_clauses import OnePerSite
from siting.allocation.composed.problem import Composed, recount, signed
from siting.allocation.effort import Effort

_PLACES_TRIED = 3


def greedy_start(problem: Composed, effort: Effort) -> NDArray[np.int32] | None:
    """Sites that keep every clause, or None where adding sites one by one does not find any.

    A site is added when it breaks no clause that was kept. Where the first goal is to open little, adding ends
    when all clauses are kept, and sites that they do not need are taken out again.
    """
    goal, share = problem.goals[0], effort.share(0.2)
    opened = list(dict.fromkeys([*problem.rules.forced.tolist(), *problem.kept.tolist()]))
    plan = recount(problem, np.array(opened, dtype=np.int32))
    is_barred = ~problem.rules.is_candidate(problem.cover.n_sites)
    while share.left_s > 0 and not is_barred.all() and not (goal.is_frugal and _keeps_all(problem, plan)):
        gains = np.where(is_barred | plan.is_new, 0.0, goal.gains(plan))
        best = int(np.argmax(gains))
        if gains[best] <= 0.0:
            break
        kept = [clause for clause in problem.clauses if clause.is_kept(plan)]
        tried = recount(problem, np.array([*opened, best], dtype=np.int32))
        if _keeps(kept, tried):
            opened, plan = [*opened, best], tried
        else:
            is_barred[best] = True
    if not _keeps_all(problem, plan):
        return None
    return without_idle(problem, opened, effort) if goal.is_frugal else np.sort(np.array(opened, dtype=np.int32))


def without_idle(problem: Composed, opened: list[int], effort: Effort) -> NDArray[np.int32]:
    """Take sites out again, the first added last, as long as every clause is kept and there is time."""
    fixed = {*problem.rules.forced.tolist(), *problem.kept.tolist()}
    for j in [j for j in opened if j not in fixed]:
        if effort.left_s == 0:
            break
        fewer = [other for other in opened if other != j]
        if _keeps_all(problem, recount(problem, np.array(fewer, dtype=np.int32))):
            opened = fewer
    return np.sort(np.array(opened, dtype=np.int32))


def _at_same_site(problem: Composed, j: int) -> NDArray[np.bool_]:
    """Shape (n_sites,): the other options of the site of option ``j``; nothing where sites have no options."""
    for clause in problem.clauses:
        if isinstance(clause, OnePerSite) and clause.group[j] >= 0:
            return np.asarray(clause.group == clause.group[j])
    return np.zeros(problem.cover.n_sites, dtype=np.bool_)


def _keeps_all(problem: Composed, plan: Recount) -> bool:
    return _keeps(list(problem.clauses), plan)


def _keeps(clauses: list[Clause], plan: Recount) -> bool:
    return all(clause.is_kept(plan) for clause in clauses)


def improve_start(problem: Composed, goal: Goal, opened: NDArray[np.int32], effort: Effort) -> NDArray[np.int32]:
    """Close a site and open the one that brings most in its place, as long as the goal gains and no clause breaks."""
    fixed = set(problem.rules.forced.tolist())
    may_open = problem.rules.is_candidate(problem.cover.n_sites)
    value, has_moved = signed(goal, goal.value(recount(problem, opened))), True
    while has_moved:
        has_moved = False
        for j in opened.tolist():
            if j in fixed or j not in opened or effort.left_s == 0:
                continue
            fewer = opened[opened != j]
            plan = recount(problem, fewer)
            gains = np.where(may_open & ~plan.is_new, goal.gains(plan), 0.0)
            here = np.where(_at_same_site(problem, j), gains, 0.0)
            for best in [int(np.argmax(here)), *np.argsort(-gains, kind="stable")[:_PLACES_TRIED].tolist()]:
                if best == j or gains[best] <= 0.0:
                    continue
                tried = np.sort(np.append(fewer, best)).astype(np.int32)
                after = recount(problem, tried)
                new_value = signed(goal, goal.value(after))
                if new_value < value - 1e-9 * abs(value) and _keeps_all(problem, after):
                    opened, value, has_moved = tried, new_value, True
                    break
    return opened
