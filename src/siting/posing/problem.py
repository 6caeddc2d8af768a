"""Which problem a scenario poses, and which search answers it: decided here and nowhere else.

The searches of `lscp`, `mclp`, `p_median` and `p_center` reach the size of the country, and their bounds are proven
again by arithmetic. They know no rules: what has rules, a budget or a share is composed into one integer program.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from siting.allocation import (
    CapacitatedPMedian,
    Clause,
    Composed,
    ComposedCenter,
    CoverSets,
    Everyone,
    FewestHouses,
    Goal,
    LeastCost,
    LeastTime,
    Lscp,
    Mclp,
    MostCovered,
    MostServed,
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
    waiting,
)
from siting.errors import DataError
from siting.posing.asked import Asked
from siting.posing.choices import chooses_kinds, has_choices, options_of, over_options, too_early
from siting.posing.consultations import consultations_served
from siting.posing.prices import least_cost_eur
from siting.posing.single_source import single_source
from siting.posing.weights import weighted_persons
from siting.posing.zones import whole_area
from siting.scenario import LexicographicGoal, LscpGoal, MclpGoal, PMedianGoal, Scenario
from siting.scenario.goal import CapacitatedPMedianGoal
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
    goal, sites, persons = scenario.goal, territory.sites, territory.demand.persons
    rows = {
        "existing": np.flatnonzero(sites.is_existing),
        "forced": np.flatnonzero(np.isin(sites.id, goal.forced_open)),
        "forbidden": np.flatnonzero(np.isin(sites.id, goal.forbidden)),
    }
    cover = cover_sets(times, standard_s=goal.standard_s, persons=persons)
    is_coverable = cover.covered_by(np.setdiff1d(np.arange(len(sites)), rows["forbidden"]))
    weights = weighted_persons(scenario, territory)
    most = _most_houses(scenario, territory)
    is_plain = (not scenario.rules or most is not None) and not composed

    def posed(problem: Search, clauses: tuple[Asked, ...] = ()) -> Posed:
        found = tuple(one.clause for one in clauses)
        return Posed(problem, cover, clauses, found, None, is_coverable, float(weights.sum()))

    is_program = composed or bool(scenario.rules) or has_choices(scenario, territory)
    if isinstance(goal, LscpGoal) and goal.covered_share is None and is_program:
        everyone = Everyone(np.flatnonzero(is_coverable & (persons > 0)))
        asked = (Asked("goal.model", "", whole_area(territory), everyone), *asked)
    if isinstance(goal, CapacitatedPMedianGoal):
        if has_choices(scenario, territory):  # of a file of candidates, which only its reader learns
            words = message("goal_on_its_own", scenario.language, value=goal.model)
            raise DataError(scenario.fault("goal.model", *words))
        return posed(single_source(scenario, territory, times, weights, **rows))
    if has_choices(scenario, territory):
        _refuse_center_of_kinds(scenario)
        problem, options, clauses = with_choices(scenario, territory, times, asked, standard_s=goal.standard_s)
        return Posed(problem, cover, asked, clauses, options, is_coverable, float(weights.sum()))
    if isinstance(goal, LscpGoal):
        if not is_program and goal.covered_share is None:
            return posed(lscp(cover, **rows, max_new=goal.max_new_houses))
        return posed(compose(cover, ["fewest_houses"], clauses=_clauses(asked), **rows), asked)
    if isinstance(goal, MclpGoal):
        if is_plain and most is not None:
            weighted = cover_sets(times, standard_s=goal.standard_s, persons=weights)
            return posed(mclp(weighted, **rows, new_houses=most))
        return posed(compose(cover, [MostCovered(weights)], clauses=_clauses(asked), **rows), asked)
    if isinstance(goal, LexicographicGoal) or (isinstance(goal, PMedianGoal) and not is_plain):
        names = goal.goals if isinstance(goal, LexicographicGoal) else ("least_time",)
        goals = [_goal(name, scenario, territory, times, weights) for name in names]
        return posed(compose(cover, goals, clauses=_clauses(asked), **rows), asked)
    by_cell = cell_times(times, persons=weights)
    if isinstance(goal, PMedianGoal):
        houses = goal.new_houses if most is None else most
        return posed(p_median(by_cell, **rows, new_houses=houses, penalty_s=times.cutoff_s))
    if is_plain:
        return posed(p_center(by_cell, **rows, new_houses=goal.new_houses if most is None else most))
    center = compose_center(by_cell, cover, clauses=_clauses(asked), **rows)
    return posed(center, (Asked("goal.model", "", whole_area(territory), center.reach), *asked))


def _refuse_center_of_kinds(scenario: Scenario) -> None:
    """A file of candidates may leave the choice of their kinds, which only its reader learns."""
    if scenario.goal.model == "p_center":
        raise DataError(scenario.fault("goal.model", *message("choice_of_other_model", scenario.language)))


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
    goals = [_goal_of_options(name, scenario, territory, options) for name in names]
    weights = weighted_persons(scenario, territory)
    goals += [MostCovered(options.rows(weights, phase=phase)) for phase in range(options.n_phases - 1)]
    if "least_cost" not in names and chooses_kinds(scenario, territory):
        goals.append(LeastCost(options.cost))
    forbidden = too_early(scenario, territory, options)
    return compose(options, goals, clauses=clauses, forbidden=forbidden), options, clauses


def goal_names(scenario: Scenario) -> tuple[str, ...]:
    """The goals of a scenario in order, by the names that a composed problem gives them."""
    goal = scenario.goal
    if isinstance(goal, LexicographicGoal):
        return goal.goals
    return ({"lscp": "fewest_houses", "mclp": "most_covered", "p_median": "least_time"}[goal.model],)


def _goal_of_options(name: str, scenario: Scenario, territory: Territory, options: Options) -> Goal:
    weights = weighted_persons(scenario, territory)
    match name:
        case "fewest_houses":
            return FewestHouses(options.counts)
        case "least_cost":
            return LeastCost(options.cost)
        case "least_time":
            return LeastTime(waiting(options, penalty_s=scenario.travel.cutoff_s, weights=weights))
        case "most_served":
            return MostServed(consultations_served(scenario, territory, options))
        case _:
            last = options.rows(weights, phase=options.n_phases - 1)
            return MostCovered(last, times=1 if name == "most_covered" else 2)


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


def _clauses(asked: tuple[Asked, ...]) -> list[Clause]:
    return [one.clause for one in asked]


def _goal(
    name: str, scenario: Scenario, territory: Territory, times: TravelTimes, weights: NDArray[np.float64]
) -> Goal:
    match name:
        case "fewest_houses":
            return FewestHouses()
        case "least_cost":
            return LeastCost(least_cost_eur(scenario, territory))
        case "least_time":
            by_cell = cell_times(times, persons=weights)
            return LeastTime(waiting(by_cell, penalty_s=times.cutoff_s))
        case _:
            return MostCovered(weights, times=1 if name == "most_covered" else 2)
