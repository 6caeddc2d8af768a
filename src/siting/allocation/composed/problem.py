"""Composed problems: goals in order of importance, and clauses, put together into one integer program.

For what the searches of `covering`, `maximal` and `medians` do not know: made for a region, not for the country.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pulp
from numpy.typing import ArrayLike, NDArray

from siting.allocation.composed.building import NO_CUTS, Building
from siting.allocation.composed.clauses import Clause, Recount
from siting.allocation.composed.cuts import Cut, Measure
from siting.allocation.composed.fitting import check_fit
from siting.allocation.composed.goals import Goal, GoalName, LeastCost, named_goal
from siting.allocation.composed.options import Options
from siting.allocation.cover import CoverSets
from siting.allocation.problems import Rules, make_rules
from siting.arguments import numbers, row_numbers


@dataclass(frozen=True)
class Composed:
    """A composed problem. Make one with `compose`, whose docstring has the formulation."""

    cover: CoverSets
    rules: Rules
    goals: tuple[Goal, ...]
    clauses: tuple[Clause, ...]
    kept: NDArray[np.int32]
    """Options that leave existing sites as they are: where a search starts from."""


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
                           |  min T  |  max S          person-seconds, demand served: see `Waiting` and `Served`
        subject to  y_i ≤ e_i + Σ_{j ∈ N_i} x_j        covered: e_i existing sites cover cell i
                    2 b_i ≤ e_i + Σ_{j ∈ N_i} x_j      covered twice (at least 1 - e_i where e_i = 1)
                    T, S within their cuts             added until the plan is what the program takes it for
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
        `FewestHouses`, `LeastCost`, `MostCovered`, `LeastTime`, `MostServed`; or, without settings, their
        names: ``fewest_houses``, ``least_cost``, ``most_covered``, ``most_covered_twice``.
    clauses : sequence of Clause
        `Houses`, `Budget`, `CoveredShare`, `NewPerZone`, `Apart`.
    cost : numbers, shape (n_sites,), optional
        What each site costs to open, for ``least_cost``; by default 1 each, or what the options cost.
    existing, forced, forbidden : rows of the sites table

    Raises
    ------
    DataError
        When the rules contradict each other, or name a site that does not exist; when goals, clauses or costs do
        not fit the cover sets.

    References
    ----------
    Daskin, Hogan and ReVelle (1988), Integration of multiple, excess, backup, and expected covering models,
    Environment and Planning B 15(1), 15-35 (backup); Daskin and Owen (1999), Two new location covering
    problems, Geographical Analysis 31(3), 217-235 (partial cover); Pirkul and Schilling (1991), The maximal
    covering location problem with capacities on total workload, Management Science 37(2), 233-248 (served).
    """
    counts, kept = None, np.zeros(0, dtype=np.int32)
    costs = None if cost is None else numbers(cost, where="compose", name="cost")
    if isinstance(cover, Options):
        counts, costs = cover.counts, cover.cost if costs is None else costs
        clauses, kept = [*cover.clauses, *clauses], cover.kept
        more = row_numbers(existing, cover.cover.n_sites, where="compose", name="existing")
        existing = np.concatenate([cover.existing, more])
        cover = cover.cover
    rules = make_rules("compose", cover.n_sites, existing, forced, forbidden, "houses", None)
    costs = np.ones(cover.n_sites) if costs is None else costs
    check_fit(cover, goals, [LeastCost(costs), *clauses])
    asked = (named_goal(goal, costs, counts) if isinstance(goal, str) else goal for goal in goals)
    return Composed(cover, rules, tuple(asked), tuple(clauses), kept)


def composed_model(
    problem: Composed, values: Sequence[float] = (), cuts: Mapping[Measure, Sequence[Cut]] = NO_CUTS
) -> tuple[pulp.LpProblem, Building]:
    """The integer program of the goal after those whose ``values`` are kept, as far as the cuts know."""
    building = Building("composed", problem.cover, problem.rules, cuts)
    for clause in problem.clauses:
        clause.constrain(building)
    for number, (goal, value) in enumerate(zip(problem.goals, values, strict=False)):
        noise = 1e-9 * abs(value)
        building.at_most(least_of(goal, building), signed(goal, value) + noise, f"kept_{number}")
    building.model.setObjective(least_of(problem.goals[len(values)], building))
    return building.model, building


def recount(problem: Composed, opened: NDArray[np.int32]) -> Recount:
    """A plan as clauses and goals see it."""
    is_new = np.zeros(problem.cover.n_sites, dtype=np.bool_)
    is_new[opened] = True
    is_open = is_new.copy()
    is_open[problem.rules.existing] = True
    return Recount(is_new, is_open, problem.cover)


def least_of(goal: Goal, building: Building) -> pulp.LpAffineExpression:
    """What HiGHS minimises for a goal."""
    expression = goal.expression(building)
    return -expression if goal.sense == "max" else expression


def signed(goal: Goal, value: float) -> float:
    """A value in the sense of HiGHS: the less the better."""
    return -value if goal.sense == "max" else value
