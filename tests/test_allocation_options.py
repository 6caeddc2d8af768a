"""Kinds of house, closable sites and phases against enumeration."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siting.allocation import (
    Apart,
    Budget,
    CellTimes,
    CoveredShare,
    Houses,
    Kind,
    MostCovered,
    NewPerZone,
    compose,
    expand,
    solve,
)
from siting.errors import DataError, InfeasibleError
from test_allocation_median import cell_times_of

INF = float("inf")


@dataclass(frozen=True)
class OptionWorld:
    """Dense times, persons, what each site is today, kinds as (cost, standard, share, sites), phases."""

    dense: list[list[float]]
    persons: list[float]
    existing: set[int]
    forbidden: set[int]
    kinds: list[tuple[int, int, float, set[int]]]
    phase_weights: list[float]

    @property
    def n_sites(self) -> int:
        return len(self.dense[0])

    @property
    def times(self) -> CellTimes:
        return cell_times_of(self.dense, self.persons, self.n_sites)

    def options(self):
        kinds = [
            Kind(f"kind {k}", cost, np.isin(np.arange(self.n_sites), list(sites)), standard, share)
            for k, (cost, standard, share, sites) in enumerate(self.kinds)
        ]
        return expand(
            self.times,
            kinds,
            standard_s=30,
            existing=sorted(self.existing),
            forbidden=sorted(self.forbidden),
            phase_weights=self.phase_weights,
        )

    def plans(self):
        """Every plan: per site None or (kind, phase from which on)."""
        n_phases = len(self.phase_weights)
        choices = []
        for j in range(self.n_sites):
            able = [k for k, kind in enumerate(self.kinds) if j in kind[3] and j not in self.forbidden]
            choices.append([None, *((k, t) for k in able for t in range(n_phases))])
        return product(*choices)

    def covered(self, plan, phase: int) -> float:
        """Persons covered in a phase: for the largest share among what is in place and near."""
        total = 0.0
        for row, persons in zip(self.dense, self.persons, strict=True):
            best = 0.0
            for j, time_s in enumerate(row):
                if plan[j] is not None and plan[j][1] <= phase:
                    _, standard, share, _ = self.kinds[plan[j][0]]
                    best = max(best, share if time_s <= standard else 0.0)
                elif j in self.existing and time_s <= 30:
                    best = 1.0
            total += persons * best
        return total

    def cost(self, plan, phase: int) -> float:
        return sum(self.kinds[chosen[0]][0] for chosen in plan if chosen and chosen[1] <= phase)


@st.composite
def option_worlds(draw) -> OptionWorld:
    n_sites, n_cells = draw(st.integers(1, 3)), draw(st.integers(1, 6))
    time = st.one_of(st.integers(0, 60), st.just(INF))
    dense = draw(st.lists(st.lists(time, min_size=n_sites, max_size=n_sites), min_size=n_cells, max_size=n_cells))
    persons = draw(st.lists(st.integers(0, 30).map(float), min_size=n_cells, max_size=n_cells))
    today = draw(st.lists(st.sampled_from("en..."), min_size=n_sites, max_size=n_sites))
    sites = st.sets(st.integers(0, n_sites - 1))
    kind = st.tuples(st.integers(-2, 5), st.sampled_from([15, 30, 45]), st.sampled_from([0.0, 0.25, 0.5, 1.0]), sites)
    kinds = draw(st.lists(kind, min_size=1, max_size=2))
    weights = draw(st.sampled_from([[1.0], [1.0, 2.0], [3.0, 1.0]]))
    by_kind = {letter: {j for j in range(n_sites) if today[j] == letter} for letter in "en"}
    return OptionWorld(dense, persons, by_kind["e"], by_kind["n"], kinds, weights)


@settings(max_examples=150, deadline=None)
@given(option_worlds(), st.integers(0, 8), st.integers(0, 2))
def test_kinds_and_phases_are_the_enumerated_optimum(world: OptionWorld, budget: int, houses: int) -> None:
    options, phases = world.options(), range(len(world.phase_weights))
    last = phases[-1]
    clauses = [Houses(houses, options.houses_by(0)), Budget(options.cost_by(last), budget)]

    def is_allowed(plan) -> bool:
        early = sum(chosen is not None and chosen[1] == 0 for chosen in plan)
        return early <= houses and world.cost(plan, last) <= budget

    def value(plan) -> tuple[float, float]:
        covered = sum(g * world.covered(plan, t) for t, g in enumerate(world.phase_weights))
        return covered, -world.cost(plan, last)

    best = max(value(plan) for plan in world.plans() if is_allowed(plan))
    plan = solve(compose(options, ["most_covered", "least_cost"], clauses=clauses))
    assert [stage.objective for stage in plan.stages] == pytest.approx([best[0], -best[1]], abs=1e-6)
    assert {stage.status for stage in plan.stages} == {"optimal"}
    opening = options.opening(plan)
    read = [None] * world.n_sites
    for site, kind, phase in zip(opening.site, opening.kind, opening.phase, strict=True):
        assert read[site] is None
        read[site] = (int(kind), int(phase))
    assert is_allowed(read)
    assert value(read) == pytest.approx(best, abs=1e-6)
    assert opening.cost.sum() == pytest.approx(-best[1])


@settings(max_examples=60, deadline=None)
@given(option_worlds(), st.sampled_from([0.3, 0.7, 1.0]))
def test_last_phase_first_and_a_share_of_it(world: OptionWorld, share: float) -> None:
    options, phases = world.options(), range(len(world.phase_weights))
    goals = [MostCovered(options.rows(world.persons, phase=t)) for t in reversed(phases)]
    area = np.zeros(len(world.persons), dtype=np.int32)
    problem = compose(options, [*goals, "fewest_houses"], clauses=[CoveredShare(share, options.areas(area))])
    enough = share * sum(world.persons) - 1e-9
    values = [
        (*(world.covered(plan, t) for t in reversed(phases)), -sum(chosen is not None for chosen in plan))
        for plan in world.plans()
        if world.covered(plan, phases[-1]) >= enough
    ]
    if not values:
        with pytest.raises(InfeasibleError, match="no plan keeps all of"):
            solve(problem)
        return
    found = solve(problem)
    best = max(values)
    assert [stage.objective for stage in found.stages] == pytest.approx([*best[:-1], -best[-1]], abs=1e-6)


TWO_SITES = cell_times_of([[10.0, 40.0], [40.0, 10.0], [5.0, 50.0]], [100.0, 60.0, 1.0], 2)


def test_an_existing_site_closes_where_that_pays_and_never_comes_back() -> None:
    close = Kind("close", -50.0, [True, False], need_share=0.0, counts=False)
    create = Kind("create", 80.0, [False, True])
    options = expand(TWO_SITES, [close, create], standard_s=30, existing=[0], phase_weights=[1, 1])
    plan = solve(compose(options, ["least_cost"], clauses=[CoveredShare(0.0)]))
    assert plan.objective == -50.0
    closed = options.opening(plan)
    assert (closed.site.tolist(), [options.kinds[k] for k in closed.kind]) == ([0], ["close"])
    last_phase = options.areas(np.array([0, 1, -1]))
    plan = solve(compose(options, ["least_cost", "most_covered"], clauses=[CoveredShare(1.0, last_phase)]))
    opening = options.opening(plan)
    assert (opening.site.tolist(), opening.phase.tolist()) == ([1], [0])
    assert [stage.objective for stage in plan.stages] == [80.0, 322.0]


def test_zones_and_distances_are_between_sites_whatever_the_kind() -> None:
    kinds = [Kind("create", 2.0), Kind("itinerant", 1.0, need_share=0.5)]
    options = expand(TWO_SITES, kinds, standard_s=30)
    apart = Apart(options.pairs([[0, 1]]))
    assert solve(compose(options, ["most_covered"], clauses=[apart])).objective == 101.0
    zones = NewPerZone(options.zones([0, 1]), np.array([0, 1]), np.array([2, 1]))
    plan = solve(compose(options, ["most_covered", "least_cost"], clauses=[apart, zones]))
    assert [stage.objective for stage in plan.stages] == [60.0, 2.0]


def test_a_forced_site_gets_some_kind() -> None:
    kinds = [Kind("create", 2.0), Kind("tele", 1.0, need_share=0.3)]
    options = expand(TWO_SITES, kinds, standard_s=30, forced=[1], phase_weights=[1.0, 1.0])
    plan = solve(compose(options, ["least_cost"]))
    assert plan.objective == 1.0
    assert options.opening(plan).site.tolist() == [1]


def test_what_cannot_be_expanded_is_refused_all_at_once() -> None:
    with pytest.raises(DataError) as caught:
        expand(
            TWO_SITES,
            [Kind("create", may_open=[True, False]), Kind("tele", need_share=1.5)],
            standard_s=30,
            existing=[0],
            forced=[1],
            forbidden=[0, 1],
            phase_weights=[0.0],
        )
    assert {fault.field for fault in caught.value.faults} == {"forced", "forbidden", "need_share", "phase_weights"}
    with pytest.raises(DataError, match="no such row: 5"):
        expand(TWO_SITES, [Kind("create")], standard_s=30, existing=[5])
