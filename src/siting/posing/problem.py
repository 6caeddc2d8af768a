"""Which problem a scenario poses, and which search answers it: decided here and nowhere else.

The searches of `lscp`, `mclp`, `p_median` and `p_center` reach the size of the country, and their bounds are proven
again by arithmetic. They know no rules: what has rules, a budget or a share is composed into one integer program.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from siting.allocation import (
    CapacitatedPMedian,
    CellTimes,
    Clause,
    Composed,
    ComposedCenter,
    CoverSets,
    Everyone,
    LeastCost,
    Lscp,
    Mclp,
    MostCovered,
    Options,
    PCenter,
    PMedian,
    cell_times,
    compose,
    compose_center,
    cover_sets,
    lscp,
    mclp,
    p_center,
    p_median,
)
from siting.errors import DataError
from siting.posing.asked import Asked
from siting.posing.choices import chooses_kinds, has_choices, options_of, over_options, too_early
from siting.posing.goals import goal_names, goal_of_options, plain_goal
from siting.posing.prices import least_cost_eur
from siting.posing.single_source import single_source
from siting.posing.weights import weighted_persons
from siting.posing.zones import whole_area
from siting.scenario import LscpGoal, MclpGoal, PMedianGoal, Scenario
from siting.scenario.goal import CapacitatedPMedianGoal, PCenterGoal
from siting.scenario.messages import message
from siting.scenario.rules import BudgetRule
from siting.territory import Territory
from siting.travel.travel_times import TravelTimes

Search = Lscp | Mclp | PMedian | CapacitatedPMedian | PCenter | Composed | ComposedCenter

SEARCHES: dict[type, str] = {
    Lscp: "lscp",
    Mclp: "mclp",
    PMedian: "p_median",
    CapacitatedPMedian: "capacitated_p_median",
    PCenter: "p_center",
    Composed: "composed",
    ComposedCenter: "composed",
}
"""What the certificate calls each search."""


@dataclass(frozen=True, eq=False)
class Posed:
    """A scenario as one allocation problem.

    Attributes
    ----------
    problem : Lscp, Mclp, PMedian, CapacitatedPMedian, PCenter, Composed or ComposedCenter
        What `siting.allocation.solve` takes.
    cover : CoverSets
        Who is within the service standard of what, in plain persons, whatever the goal counts.
    asked : tuple of Asked
        The clauses of a composed problem and where the scenario asks for each.
    clauses : tuple of Clause
        The same as ``problem`` has them: over its options, where sites have some.
    options : Options or None
        What may be done at each site, where that is more than opening it.
    is_coverable : bool array, shape (n_demand,)
        Cells within the standard of some site that is not forbidden.
    weighted_persons : float
        All people, each with the weights of the scenario.
    """

    problem: Search
    cover: CoverSets
    asked: tuple[Asked, ...]
    clauses: tuple[Clause, ...]
    options: Options | None
    is_coverable: NDArray[np.bool_]
    weighted_persons: float

    @property
    def search(self) -> str:
        """Which search answers it, in one word."""
        return SEARCHES[type(self.problem)]

    def minutes(self, value: float) -> float | None:
        """An objective or a bound in minutes: of the mean person (p-median) or the farthest; None where it is none."""
        if isinstance(self.problem, PCenter | ComposedCenter):
            return value / 60
        first = self.problem.goals[0].name if isinstance(self.problem, Composed) else ""
        if isinstance(self.problem, PMedian | CapacitatedPMedian) or first == "least_time":
            return self.mean_minutes(value)
        return None

    def mean_minutes(self, person_seconds: float) -> float:
        """Minutes of the mean person, each counted with the weights of the scenario."""
        return person_seconds / 60 / max(self.weighted_persons, 1.0)


def pose(
    scenario: Scenario, territory: Territory, times: TravelTimes, asked: tuple[Asked, ...], *, composed: bool = False
) -> Posed:
    """The problem of a scenario, by the fastest search that its rules allow.

    Parameters
    ----------
    scenario : Scenario
    territory : Territory
    times : TravelTimes
    asked : tuple of Asked
        From `ask`.
    composed : bool
        As an integer program even where a faster search would do, so that clauses may be added. Not for p_center and
        capacitated_p_median.
    """
    ground = _Ground.of(scenario, territory, times, asked)
    if has_choices(scenario, territory):
        _refuse_choices(scenario)
        asked = ground.asked_in_a_program()
        problem, options, clauses = with_choices(scenario, territory, times, asked, standard_s=scenario.goal.standard_s)
        return replace(ground.posed(problem, asked), clauses=clauses, options=options)
    search = None if composed else _own_search(ground)
    return _program(ground) if search is None else ground.posed(search)


@dataclass(frozen=True, eq=False)
class _Ground:
    """What every problem of a scenario is posed with: see `Posed`; ``rows`` are what the goal says of single sites."""

    scenario: Scenario
    territory: Territory
    times: TravelTimes
    asked: tuple[Asked, ...]
    rows: dict[str, NDArray[np.intp]]
    cover: CoverSets
    is_coverable: NDArray[np.bool_]
    weights: NDArray[np.float64]

    @classmethod
    def of(cls, scenario: Scenario, territory: Territory, times: TravelTimes, asked: tuple[Asked, ...]) -> _Ground:
        goal, sites = scenario.goal, territory.sites
        rows = {
            "existing": np.flatnonzero(sites.is_existing),
            "forced": np.flatnonzero(np.isin(sites.id, goal.forced_open)),
            "forbidden": np.flatnonzero(np.isin(sites.id, goal.forbidden)),
        }
        cover = cover_sets(times, standard_s=goal.standard_s, persons=territory.demand.persons)
        is_coverable = cover.covered_by(np.setdiff1d(np.arange(len(sites)), rows["forbidden"]))
        weights = weighted_persons(scenario, territory)
        return cls(scenario, territory, times, asked, rows, cover, is_coverable, weights)

    @property
    def by_cell(self) -> CellTimes:
        """Times of every cell, its people with their weights."""
        return cell_times(self.times, persons=self.weights)

    def asked_in_a_program(self) -> tuple[Asked, ...]:
        """What is asked, and of an lscp that it covers everyone who can be, which its own search knows."""
        goal, persons = self.scenario.goal, self.territory.demand.persons
        if not isinstance(goal, LscpGoal) or goal.covered_share is not None:
            return self.asked
        everyone = Everyone(np.flatnonzero(self.is_coverable & (persons > 0)))
        return (Asked("goal.model", "", whole_area(self.territory), everyone), *self.asked)

    def posed(self, problem: Search, asked: tuple[Asked, ...] = ()) -> Posed:
        """A problem, and the things asked that it has as clauses."""
        clauses = tuple(one.clause for one in asked)
        return Posed(problem, self.cover, asked, clauses, None, self.is_coverable, float(self.weights.sum()))


def _own_search(ground: _Ground) -> Search | None:
    """The problem for a search made for its goal; None where rules ask for a program, or the goal has no search."""
    goal, rules, rows = ground.scenario.goal, ground.scenario.rules, ground.rows
    most = _most_houses(ground.scenario, ground.territory)
    if isinstance(goal, CapacitatedPMedianGoal):
        return single_source(ground.scenario, ground.territory, ground.times, ground.weights, **rows)
    if isinstance(goal, LscpGoal):
        is_plain = not rules and goal.covered_share is None
        return lscp(ground.cover, **rows, max_new=goal.max_new_houses) if is_plain else None
    if most is None:
        return None
    if isinstance(goal, MclpGoal):
        weighted = cover_sets(ground.times, standard_s=goal.standard_s, persons=ground.weights)
        return mclp(weighted, **rows, new_houses=most)
    if isinstance(goal, PMedianGoal):
        return p_median(ground.by_cell, **rows, new_houses=most, penalty_s=ground.times.cutoff_s)
    return p_center(ground.by_cell, **rows, new_houses=most) if isinstance(goal, PCenterGoal) else None


def _program(ground: _Ground) -> Posed:
    """The goal and all that is asked as one integer program, or one for each time that a p-center asks about."""
    scenario, territory = ground.scenario, ground.territory
    asked = ground.asked_in_a_program()
    clauses = [one.clause for one in asked]
    if isinstance(scenario.goal, PCenterGoal):
        center = compose_center(ground.by_cell, ground.cover, clauses=clauses, **ground.rows)
        return ground.posed(center, (Asked("goal.model", "", whole_area(territory), center.reach), *asked))
    goals = [plain_goal(name, scenario, territory, ground.times, ground.weights) for name in goal_names(scenario)]
    return ground.posed(compose(ground.cover, goals, clauses=clauses, **ground.rows), asked)


_ALONE = {"p_center": "choice_of_other_model", "capacitated_p_median": "goal_on_its_own"}


def _refuse_choices(scenario: Scenario) -> None:
    """A file of candidates may leave the choice of their kinds, which only its reader learns."""
    model = scenario.goal.model
    if model in _ALONE:
        raise DataError(scenario.fault("goal.model", *message(_ALONE[model], scenario.language, value=model)))


def with_choices(
    scenario: Scenario, territory: Territory, times: TravelTimes, asked: tuple[Asked, ...], *, standard_s: int
) -> tuple[Composed, Options, tuple[Clause, ...]]:
    """The problem where sites have options, at a service standard: its options, and the clauses asked over them.

    Of plans that reach the goals of the scenario equally, the one that covers most people at the end of the first
    phase, then of the second…; then the cheapest: nothing else says which site may close.
    """
    options = options_of(
        scenario, territory, cell_times(times, persons=territory.demand.persons), standard_s=standard_s
    )
    clauses = tuple(over_options(one, options) for one in asked)
    names = goal_names(scenario)
    goals = [goal_of_options(name, scenario, territory, options) for name in names]
    weights = weighted_persons(scenario, territory)
    goals += [MostCovered(options.rows(weights, phase=phase)) for phase in range(options.n_phases - 1)]
    if "least_cost" not in names and chooses_kinds(scenario, territory):
        goals.append(LeastCost(options.cost))
    forbidden = too_early(scenario, territory, options)
    return compose(options, goals, clauses=clauses, forbidden=forbidden), options, clauses


def _most_houses(scenario: Scenario, territory: Territory) -> int | None:
    """How many houses may open, where nothing else limits them: a budget at one cost for all is a number of houses.

    None where other rules do, or nothing does.
    """
    most, rules = scenario.goal.most_houses, scenario.rules
    if not rules:
        return most
    costs = np.unique(least_cost_eur(scenario, territory)[~territory.sites.is_existing])
    if len(rules) != 1 or not isinstance(rules[0], BudgetRule) or len(costs) != 1 or costs[0] <= 0:
        return None
    paid = int(rules[0].at_most_eur / costs[0] + 1e-9)
    return paid if most is None else min(most, paid)
