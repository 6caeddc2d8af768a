"""Why no plan keeps all that is asked: an irreducible set of clauses, and what would do in the place of each."""

from __future__ import annotations

from collections.abc import Sequence

import pulp

from siting.allocation.composed.building import Building
from siting.allocation.composed.clauses import Clause
from siting.allocation.composed.problem import Composed
from siting.allocation.effort import Effort
from siting.allocation.highs import Outcome, run_highs
from siting.errors import ConflictError


def conflict(problem: Composed, effort: Effort) -> ConflictError:
    """The clauses that contradict each other, none of which can be left out, and what would do in their place."""
    core = list(problem.clauses)
    for clause in problem.clauses:
        rest = [other for other in core if other is not clause]
        if _is_infeasible(problem, rest, effort):
            core = rest
    conflicts = [(clause, _shortfall(problem, clause, effort)) for clause in core]
    remedies = [clause.instead(shortfall) for clause, shortfall in conflicts if shortfall is not None]
    words = f"no plan keeps all of: {'; '.join(map(str, core))}. Any one of these would do: {'; or '.join(remedies)}"
    return ConflictError(words, conflicts)


def is_feasible(problem: Composed, *, time_limit_s: float) -> bool | None:
    """Whether some plan keeps all clauses; None where the time does not tell."""
    run = _feasibility(problem, problem.clauses, Effort.within(time_limit_s, 0.0, 0))
    if run.has_values:
        return True
    return False if run.ended == "infeasible" else None


def _reasons(effort: Effort) -> Effort:
    """Half a minute for each question asked once a problem is known to have no plan."""
    return Effort.within(30.0, 0.0, effort.seed, effort.stop)


def _is_infeasible(problem: Composed, clauses: Sequence[Clause], effort: Effort) -> bool:
    return _feasibility(problem, clauses, _reasons(effort)).ended == "infeasible"


def _feasibility(problem: Composed, clauses: Sequence[Clause], effort: Effort) -> Outcome:
    building = Building("feasibility", problem.cover, problem.rules)
    for clause in clauses:
        clause.constrain(building)
    building.model.setObjective(pulp.LpAffineExpression(dict.fromkeys(building.x.values(), 0.0)))
    return run_highs(building.model, effort)


def _shortfall(problem: Composed, clause: Clause, effort: Effort) -> float | None:
    """The least to grant in the place of one clause, all others kept; None where 30 s do not tell."""
    building = Building("remedy", problem.cover, problem.rules)
    for other in problem.clauses:
        if other is not clause:
            other.constrain(building)
    shortfall = clause.shortfall(building)
    building.model.setObjective(shortfall)
    run = run_highs(building.model, _reasons(effort))
    return float(shortfall.value()) if run.ended == "optimal" else None
