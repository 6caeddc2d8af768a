"""Composed problems: goals in order of importance, and clauses, put together into one integer program.

For what the searches of `covering`, `maximal` and `medians` do not know. No reductions, no heuristics: made
for a region, not for the country.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pulp
from numpy.typing import ArrayLike, NDArray

from siting.allocation.building import Building
from siting.allocation.clauses import Clause, Recount
from siting.allocation.cover import CoverSets
from siting.allocation.effort import Effort
from siting.allocation.goals import Goal, GoalName, named_goal
from siting.allocation.highs import VERSION, Outcome, run_highs
from siting.allocation.options import Options
from siting.allocation.plan import Certificate, Plan
from siting.allocation.problems import Rules, make_rules
from siting.errors import ConflictError, SolverError
from siting.progress import Progress, Standing


@dataclass(frozen=True)
class Composed:
    """A composed problem. Make one with `compose`, whose docstring has the formulation."""

    cover: CoverSets
    rules: Rules
    goals: tuple[Goal, ...]
    clauses: tuple[Clause, ...]


def compose(
    cover: CoverSets | Options,
    goals: Sequence[Goal | GoalName],
    *,
    clauses: Sequence[Clause] = (),
    cost: ArrayLike | None = None,
    existing: ArrayLike = (),
    forced: ArrayLike = (),
    forbidden: ArrayLike = (),
) -> Composed:
    """Goals in order of importance, subject to any clauses.

    .. code-block:: text

        lexicographically  min Σ_j x_j  |  min Σ_j c_j x_j  |  max Σ_i w_i y_i  |  max Σ_i w_i b_i
        subject to  y_i ≤ e_i + Σ_{j ∈ N_i} x_j        covered: e_i existing sites cover cell i
                    2 b_i ≤ e_i + Σ_{j ∈ N_i} x_j      covered twice (at least 1 - e_i where e_i = 1)
                    the constraint of each clause
                    x_j = 1 for each forced site j,  0 ≤ y_i ≤ 1,  x_j, b_i ∈ {0, 1}

    Each goal is solved with the value of the ones before it kept. Partial cover is ``fewest_houses`` with a
    `CoveredShare`; backup cover is ``fewest_houses`` with a share of 1, then ``most_covered_twice``.

    Parameters
    ----------
    cover : CoverSets or Options
        `Options` (from `expand`) where sites have kinds, phases, or may close; its own clauses, costs, existing
        and forced options then come with it, and "site" below means option.
    goals : sequence of Goal, the most important first
        `FewestHouses`, `LeastCost`, `MostCovered`; or, without settings, their names: ``fewest_houses``,
        ``least_cost``, ``most_covered``, ``most_covered_twice``.
    clauses : sequence of Clause
        `Houses`, `Budget`, `CoveredShare`, `NewPerZone`, `Apart`.
    cost : numbers, shape (n_sites,), optional
        What each site costs to open, for ``least_cost``; by default 1 each, or what the options cost.
    existing, forced, forbidden : rows of the sites table

    Raises
    ------
    DataError
        When the rules contradict each other, or name a site that does not exist.

    References
    ----------
    Daskin, Hogan and ReVelle (1988), Integration of multiple, excess, backup, and expected covering models,
    Environment and Planning B 15(1), 15-35 (backup); Daskin and Owen (1999), Two new location covering
    problems, Geographical Analysis 31(3), 217-235 (partial cover).
    """
    counts = None
    costs = None if cost is None else np.asarray(cost, dtype=np.float64)
    if isinstance(cover, Options):
        counts, costs = cover.counts, cover.cost if costs is None else costs
        clauses = [*cover.clauses, *clauses]
        existing = np.concatenate([cover.existing, np.asarray(existing, dtype=np.int64)])
        cover = cover.cover
    rules = make_rules("compose", cover.n_sites, existing, forced, forbidden, "houses", None)
    costs = np.ones(cover.n_sites) if costs is None else costs
    asked = (named_goal(goal, costs, counts) if isinstance(goal, str) else goal for goal in goals)
    return Composed(cover, rules, tuple(asked), tuple(clauses))


def solve_composed(problem: Composed, effort: Effort, progress: Progress) -> Plan:
    """Solve goal after goal; the certificate is the first goal's, ``stages`` has one per goal."""
    values: list[float] = []
    stages: list[Certificate] = []
    for number, goal in enumerate(problem.goals):
        progress(number, len(problem.goals))
        share = effort.share(1 / (len(problem.goals) - number))
        opened, run = _solve_stage(problem, values, share, _Stage(goal, number, len(problem.goals), progress))
        values.append(goal.value(_recount(problem, opened)))
        stages.append(_certificate(goal, values[-1], run))
    progress(len(problem.goals), len(problem.goals))
    is_covered = problem.cover.covered_by(np.union1d(problem.rules.existing, opened))
    return Plan(opened, is_covered, stages[0], stages=tuple(stages))


def composed_model(problem: Composed, values: Sequence[float] = ()) -> tuple[pulp.LpProblem, Building]:
    """The integer program of the goal after those whose ``values`` are kept."""
    building = Building("composed", problem.cover, problem.rules)
    for clause in problem.clauses:
        clause.constrain(building)
    for number, (goal, value) in enumerate(zip(problem.goals, values, strict=False)):
        noise = 1e-9 * abs(value)
        building.at_most(_least(goal, building), _signed(goal, value) + noise, f"kept_{number}")
    building.model.setObjective(_least(problem.goals[len(values)], building))
    return building.model, building


@dataclass(frozen=True)
class _Stage:
    """Tells the caller where the search for one goal stands, in the sense of the goal."""

    goal: Goal
    number: int
    n_goals: int
    progress: Progress

    def __call__(self, objective: float, bound: float) -> None:
        gap = abs(objective - bound) / max(abs(objective), 1.0) if math.isfinite(objective) else math.inf
        standing = Standing(_signed(self.goal, objective), _signed(self.goal, bound), gap)
        self.progress(self.number, self.n_goals, standing)


def _solve_stage(
    problem: Composed, values: Sequence[float], effort: Effort, stage: _Stage
) -> tuple[NDArray[np.int32], Outcome]:
    model, building = composed_model(problem, values)
    run = run_highs(model, effort, stage)
    if run.ended == "infeasible":
        raise _conflict(problem, effort)
    if not run.has_values:
        raise SolverError("no plan was found in the time allowed, and none is excluded (allow more time)")
    opened = np.array([j for j, x in building.x.items() if (x.varValue or 0.0) > 0.5], dtype=np.int32)
    plan = _recount(problem, opened)
    broken = [str(clause) for clause in problem.clauses if not clause.is_kept(plan)]
    if broken:
        raise SolverError(f"the plan found breaks its own rules ({'; '.join(broken)}): report this")
    return opened, run


def _conflict(problem: Composed, effort: Effort) -> ConflictError:
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
    run = _feasibility(problem, problem.clauses, Effort(time.monotonic() + time_limit_s, 0.0, 0))
    if run.has_values:
        return True
    return False if run.ended == "infeasible" else None


def _reasons(effort: Effort) -> Effort:
    """Half a minute for each question asked once a problem is known to have no plan."""
    return Effort(time.monotonic() + 30.0, 0.0, effort.seed, effort.stop)


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


def _recount(problem: Composed, opened: NDArray[np.int32]) -> Recount:
    is_new = np.zeros(problem.cover.n_sites, dtype=np.bool_)
    is_new[opened] = True
    is_open = is_new.copy()
    is_open[problem.rules.existing] = True
    return Recount(is_new, is_open, problem.cover)


def _least(goal: Goal, building: Building) -> pulp.LpAffineExpression:
    """What HiGHS minimises for a goal."""
    expression = goal.expression(building)
    return -expression if goal.sense == "max" else expression


def _signed(goal: Goal, value: float) -> float:
    return -value if goal.sense == "max" else value


def _certificate(goal: Goal, value: float, run: Outcome) -> Certificate:
    """The solver's bound: branch and bound of a composed program leaves no multipliers."""
    signed = _signed(goal, value)
    noise = 1e-6 + 1e-9 * abs(signed)
    bound = math.ceil(run.bound - noise) if goal.is_whole and math.isfinite(run.bound) else run.bound
    bound = signed if signed - bound <= noise else float(bound)
    return Certificate(
        model=goal.name,
        sense=goal.sense,
        status="optimal" if bound == signed else "feasible",
        objective=value,
        bound=_signed(goal, bound),
        gap=(signed - bound) / max(abs(signed), 1.0),
        bound_by="solver",
        solver=VERSION,
        n_rows=run.n_rows,
        n_columns=run.n_columns,
        n_nonzeros=run.n_nonzeros,
    )
