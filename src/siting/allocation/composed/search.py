"""Solve a composed problem goal after goal: a start, cuts from multipliers, and HiGHS until the bound is met."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from siting.allocation import subgradient
from siting.allocation.composed.building import Building
from siting.allocation.composed.cuts import Cut, Measure, exact_cut
from siting.allocation.composed.goals import Goal, LeastTime, MostServed
from siting.allocation.composed.problem import Composed, composed_model, recount, signed
from siting.allocation.composed.reasons import conflict
from siting.allocation.composed.starting import greedy_start, improve_start
from siting.allocation.cover import CoverSets
from siting.allocation.effort import Effort
from siting.allocation.highs import VERSION, Outcome, Relaxation, run_highs
from siting.allocation.plan import Certificate, Plan
from siting.errors import OutOfTimeError, SolverError
from siting.progress import Progress, Standing

_ITERATIONS = 400
_CUTS_AT_FIRST = 30
_LEAST_LEFT_S = 0.1

Cuts = dict[Measure, list[Cut]]


@dataclass(frozen=True)
class _Found:
    """The best plan for one goal so far, its value and the bound, the less the better; None without a plan."""

    opened: NDArray[np.int32] | None
    value: float
    bound: float
    run: Outcome


def solve_composed(problem: Composed, effort: Effort, progress: Progress) -> Plan:
    """Solve goal after goal; the certificate is the first goal's, ``stages`` has one per goal."""
    values: list[float] = []
    stages: list[Certificate] = []
    cuts: Cuts = {}
    opened: NDArray[np.int32] | None = None
    for number, goal in enumerate(problem.goals):
        progress(number, len(problem.goals))
        share = effort.share(1 / (len(problem.goals) - number))
        if opened is None:
            opened = greedy_start(problem, share)
            if opened is not None and isinstance(goal, LeastTime | MostServed):
                opened = improve_start(problem, goal, opened, share.share(0.3))
        told = _Stage(goal, number, len(problem.goals), progress)
        found = _solve_stage(problem, values, cuts, opened, share, told)
        assert found.opened is not None
        opened = found.opened
        values.append(signed(goal, found.value))
        stages.append(_certificate(goal, found, problem.cover))
    progress(len(problem.goals), len(problem.goals))
    assert opened is not None
    final = recount(problem, opened)  # a goal left unproven may come out better than when it was left
    for number, goal in enumerate(problem.goals):
        value = signed(goal, goal.value(final))
        if value < signed(goal, stages[number].objective):
            stages[number] = _judged(stages[number], value)
    is_covered = problem.cover.covered_by(np.union1d(problem.rules.existing, opened))
    return Plan(opened, is_covered, stages[0], stages=tuple(stages))


@dataclass(frozen=True)
class _Stage:
    """Tells the caller where the search for one goal stands, in the sense of the goal."""

    goal: Goal
    number: int
    n_goals: int
    progress: Progress

    def __call__(self, objective: float, bound: float) -> None:
        gap = abs(objective - bound) / max(abs(objective), 1.0) if math.isfinite(objective) else math.inf
        values = signed(self.goal, objective), signed(self.goal, bound)
        standing = Standing(*values, gap, self.goal.name, self.number + 1, self.n_goals)
        self.progress(self.number, self.n_goals, standing)

    def of(self, recounted: float) -> Callable[[float, float], None]:
        """Tells of the best plan recounted so far, where HiGHS has plans by estimates that no plan may keep."""
        return lambda _estimated, bound: self(recounted, bound)


def _solve_stage(
    problem: Composed,
    values: Sequence[float],
    cuts: Cuts,
    start: NDArray[np.int32] | None,
    effort: Effort,
    stage: _Stage,
) -> _Found:
    """Solve the program, recount its plan, and cut off what it promised too much, until it keeps its word."""
    goal = stage.goal
    value = math.inf if start is None else signed(goal, goal.value(recount(problem, start)))
    if isinstance(goal, LeastTime | MostServed) and goal.measure not in cuts:
        cuts[goal.measure] = _first_cuts(problem, goal.measure, value, effort.share(0.3))
    found = _Found(start, value, signed(goal, goal.best(problem.cover)), Outcome("limit", False, -math.inf, 0, 0, 0))
    while True:
        model, building = composed_model(problem, values, cuts)
        if found.opened is not None:
            building.start(found.opened)
        limit, watch = (effort.share(0.5), stage.of(found.value)) if building.estimates else (effort, stage)
        run = run_highs(model, limit, watch)
        if run.ended == "infeasible" and found.opened is None:
            raise conflict(problem, effort)
        found = replace(found, bound=max(found.bound, run.bound), run=run)
        if run.ended == "infeasible":
            found = replace(found, bound=found.value)
        if not run.has_values:
            break
        found, is_word_kept = _recounted(problem, values, cuts, building, found, goal)
        stage(found.value, min(found.bound, found.value))
        is_near = found.value - found.bound <= (effort.gap + 1e-9) * max(abs(found.value), 1.0)
        if is_word_kept or is_near or effort.left_s < _LEAST_LEFT_S:
            break
    if found.opened is None:
        raise OutOfTimeError("no plan was found in the time allowed, and none is excluded (allow more time)")
    return found


def _recounted(
    problem: Composed, values: Sequence[float], cuts: Cuts, building: Building, found: _Found, goal: Goal
) -> tuple[_Found, bool]:
    """The plan that HiGHS found, if it is better; and whether its measures are what the program said."""
    opened = building.opened()
    plan = recount(problem, opened)
    broken = [str(clause) for clause in problem.clauses if not clause.is_kept(plan)]
    if broken:
        raise SolverError(f"the plan found breaks its own rules ({'; '.join(broken)}): report this")
    loose = [measure for measure, value in building.promised().items() if _is_above(measure.value(plan.is_open), value)]
    for measure in loose:
        cuts.setdefault(measure, []).append(exact_cut(measure, plan.is_open, plan.is_new))
    kept = zip(problem.goals, values, strict=False)
    if not any(_is_above(signed(one, one.value(plan)), signed(one, value)) for one, value in kept):
        value = signed(goal, goal.value(plan))
        found = replace(found, opened=opened, value=value) if value < found.value else found
    return found, not loose


def _is_above(value: float, wanted: float) -> bool:
    """Beyond the tolerances of HiGHS: a site open by a millionth moves a cut of 3e8 person-seconds by some 20."""
    return value > wanted + 1e-6 + 1e-7 * abs(wanted)


def _first_cuts(problem: Composed, measure: Measure, value: float, effort: Effort) -> list[Cut]:
    """Cuts at multipliers that raise the bound of the relaxed program whose clauses are on sites alone."""
    building = Building("sites", problem.cover, problem.rules)
    for clause in problem.clauses:
        alone = Building("alone", problem.cover, problem.rules)
        clause.constrain(alone)
        if not alone.speaks_of_cover:
            clause.constrain(building)
    building.model.setObjective(building.new_houses())
    relaxation = Relaxation(building.model)
    columns = np.array(list(building.x), dtype=np.int64)
    opened = np.zeros(problem.cover.n_sites)
    opened[problem.rules.existing] = 1.0
    improving: list[tuple[float, Cut]] = []

    def evaluate(multipliers: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        cut = measure.cut(multipliers)
        opened[columns] = relaxation.least(list(building.x.values()), cut.slope[columns])
        bound = cut.constant + float((cut.slope * opened).sum())
        if not improving or bound > improving[-1][0]:
            improving.append((bound, cut))
        return -bound, -measure.slope(multipliers, opened)

    nothing = np.zeros(problem.cover.n_sites, dtype=np.bool_)
    nothing[problem.rules.existing] = True
    first = measure.multipliers(nothing)
    target = value if math.isfinite(value) else measure.value(nothing)
    subgradient.lower(evaluate, first, measure.box, target=-target, iterations=_ITERATIONS, effort=effort)
    return [cut for _, cut in improving[-_CUTS_AT_FIRST:]]


def _certificate(goal: Goal, found: _Found, cover: CoverSets) -> Certificate:
    """The solver's bound: branch and bound of a composed program leaves no multipliers."""
    bound = found.bound
    if goal.is_whole(cover) and math.isfinite(bound):
        bound = max(bound, math.ceil(bound - 1e-6 - 1e-8 * abs(found.value)))
    certificate = Certificate(
        model=goal.name,
        sense=goal.sense,
        status="feasible",
        objective=math.nan,
        bound=signed(goal, float(bound)),
        gap=math.nan,
        bound_by="solver",
        solver=VERSION,
        n_rows=found.run.n_rows,
        n_columns=found.run.n_columns,
        n_nonzeros=found.run.n_nonzeros,
    )
    return _judged(certificate, found.value)


def _judged(certificate: Certificate, cost: float) -> Certificate:
    """The certificate with the value that a plan reaches, the less the better."""
    sign = -1.0 if certificate.sense == "max" else 1.0
    bound = sign * certificate.bound
    bound = cost if cost - bound <= 1e-6 + 1e-8 * abs(cost) else bound
    return replace(
        certificate,
        status="optimal" if bound == cost else "feasible",
        objective=sign * cost,
        bound=sign * bound,
        gap=(cost - bound) / max(abs(cost), 1.0),
    )
