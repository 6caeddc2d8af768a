"""``python -m benchmarks.solver.composed [NAME …]``: composed problems on the synthetic département.

395 sites, 15,453 cells, 750,000 pairs within 30 minutes; 60 s of wall clock each. A line has the goals in order, with
what was found, the bound and the gap of each; then CPU and wall seconds.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.solver.countries import country
from siting.allocation import (
    Budget,
    CellTimes,
    Houses,
    Kind,
    LeastTime,
    MostCovered,
    MostServed,
    Options,
    capacitated_p_median,
    cell_times,
    compose,
    expand,
    served,
    solve,
    waiting,
)

LIMIT_S = 60.0
STANDARD_S = 900.0


@dataclass(frozen=True)
class Land:
    """The département: times, consultations asked for in a year, and the sites that exist."""

    times: CellTimes
    consultations: np.ndarray
    existing: np.ndarray

    def options(self, phase_weights: tuple[float, ...] = (1.0,)) -> Options:
        """Practices that may be labelled, new houses, tele and itinerant services."""
        is_existing = np.isin(np.arange(self.times.n_sites), self.existing)
        kinds = [
            Kind("label", 50e3, is_existing, capacity=60_000),
            Kind("create", 600e3, capacity=40_000),
            Kind("tele", 60e3, need_share=0.3, capacity=5_000),
            Kind("itinerant", 150e3, standard_s=600, need_share=0.6, capacity=8_000),
        ]
        keep = Kind("keep", counts=False, capacity=15_000)
        return expand(
            self.times, kinds, standard_s=STANDARD_S, existing=self.existing, keep=keep, phase_weights=phase_weights
        )


def least_time(land: Land) -> Any:
    goal = LeastTime(waiting(land.times, penalty_s=1800))
    return compose(land.times.within(STANDARD_S), [goal], clauses=[Houses(10)])


def covered_then_time_then_cost(land: Land) -> Any:
    goals = ["most_covered", LeastTime(waiting(land.times, penalty_s=1800)), "least_cost"]
    return compose(land.times.within(STANDARD_S), goals, clauses=[Houses(12)], existing=land.existing[:20])


def most_served(land: Land, *, to_nearest: bool = False) -> Any:
    asked = {"demand": land.consultations, "capacity": 100_000, "standard_s": STANDARD_S}
    goal = MostServed(served(land.times, **asked, to_nearest=to_nearest))
    return compose(land.times.within(STANDARD_S), [goal], clauses=[Houses(15)])


def kinds_covered(land: Land) -> Any:
    options = land.options()
    return compose(options, ["most_covered", "least_cost"], clauses=[Budget(options.cost, 5e6)])


def kinds_served(land: Land) -> Any:
    options = land.options()
    goal = MostServed(served(options, demand=land.consultations))
    return compose(options, [goal], clauses=[Budget(options.cost, 5e6)])


def two_phases(land: Land) -> Any:
    options = land.options((1.0, 1.0))
    last_first = [MostCovered(options.rows(land.times.persons, phase=phase)) for phase in (1, 0)]
    budgets = [Budget(options.cost_by(0), 2e6), Budget(options.cost_by(1), 5e6)]
    return compose(options, last_first, clauses=budgets)


def whole_cells(land: Land) -> Any:
    return capacitated_p_median(
        land.times, new_houses=20, demand=land.times.persons, capacity=40_000, penalty_s=1800, existing=()
    )


CASES: dict[str, tuple[str, Callable[[Land], Any]]] = {
    "time": ("least time, 10 houses", least_time),
    "lexicographic": ("most covered, least time, least cost, 12 houses", covered_then_time_then_cost),
    "served": ("most served, 15 houses of 100,000", most_served),
    "nearest": ("the same, each to the nearest", lambda land: most_served(land, to_nearest=True)),
    "kinds": ("four kinds, 5 M€: most covered, least cost", kinds_covered),
    "kinds-served": ("four kinds, 5 M€: most served", kinds_served),
    "phases": ("four kinds, 2 then 5 M€: last phase first", two_phases),
    "whole": ("capacitated p-median, 20 houses of 40,000", whole_cells),
}


def main(arguments: list[str]) -> int:
    """Print the table of the cases named, of all by default."""
    drawn = country("departement")
    times = cell_times(drawn.times, persons=drawn.persons)
    land = Land(times, np.round(3.3 * drawn.persons), np.sort(drawn.practices[:60]))
    print("| case | goals: found, bound, gap | CPU s | wall s |")
    print("|---|---|---|---|")
    for name in arguments or CASES:
        title, pose = CASES[name]
        begin, wall = time.process_time(), time.perf_counter()
        plan = solve(pose(land), time_limit_s=LIMIT_S)
        stages = plan.stages or (plan.certificate,)
        told = "; ".join(f"{s.model} {s.objective:,.0f}, {s.bound:,.0f}, {100 * s.gap:.2f} %" for s in stages)
        seconds = f"{time.process_time() - begin:.1f} | {time.perf_counter() - wall:.1f}"
        print(f"| {title} | {told} | {seconds} |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
