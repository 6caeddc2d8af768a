"""p-median and p-center by enumeration, on dense times with inf for pairs beyond the cutoff."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations, product
from math import inf


def seconds_to_nearest(times: Sequence[Sequence[float]], is_open: set[int], penalty_s: float) -> list[float]:
    """Time of each cell (rows of ``times``) to its nearest open site, at most the penalty."""
    return [min([row[j] for j in is_open] + [penalty_s]) for row in times]


def p_median(
    times: Sequence[Sequence[float]],
    persons: Sequence[float],
    houses: int,
    penalty_s: float,
    existing: set[int],
    forced: set[int],
    forbidden: set[int],
) -> float:
    """Least person-seconds with at most ``houses`` new sites."""
    best = inf
    for plan in _plans(len(times[0]), houses, existing, forced, forbidden):
        seconds = seconds_to_nearest(times, existing | plan, penalty_s)
        best = min(best, sum(w * s for w, s in zip(persons, seconds, strict=True)))
    return best


def capacitated_p_median(
    times: Sequence[Sequence[float]],
    persons: Sequence[float],
    demand: Sequence[int],
    capacity: Sequence[int],
    houses: int,
    penalty_s: float,
    existing: set[int],
    forced: set[int],
    forbidden: set[int],
) -> float:
    """Least person-seconds, each cell served whole where there is room, or unserved at the penalty (inf: never)."""
    best = inf
    for plan in _plans(len(times[0]), houses, existing, forced, forbidden):
        for served_by in product([None, *sorted(existing | plan)], repeat=len(times)):
            loads = [sum(q for q, by in zip(demand, served_by, strict=True) if by == j) for j in range(len(times[0]))]
            if any(load > room for load, room in zip(loads, capacity, strict=True)):
                continue
            seconds = [penalty_s if by is None else row[by] for row, by in zip(times, served_by, strict=True)]
            best = min(best, sum(w * s if s < inf else inf for w, s in zip(persons, seconds, strict=True)))
    return best


def p_center(
    times: Sequence[Sequence[float]],
    persons: Sequence[float],
    houses: int,
    existing: set[int],
    forced: set[int],
    forbidden: set[int],
    is_allowed: Callable[[set[int]], bool] = lambda _plan: True,
) -> float:
    """Least worst time of the inhabited cells that some allowed site reaches; inf where no plan is allowed."""
    allowed = set(range(len(times[0]))) - forbidden
    wanted = [
        row for row, w in zip(times, persons, strict=True) if w > 0 and min([row[j] for j in allowed] + [inf]) < inf
    ]
    plans = _plans(len(times[0]), houses, existing, forced, forbidden)
    return min(
        (max(seconds_to_nearest(wanted, existing | plan, inf), default=0.0) for plan in plans if is_allowed(plan)),
        default=inf,
    )


def _plans(n_sites: int, houses: int, existing: set[int], forced: set[int], forbidden: set[int]):
    free = [j for j in range(n_sites) if j not in existing | forced | forbidden]
    for size in range(max(houses - len(forced - existing), 0) + 1):
        for extra in combinations(free, size):
            yield (forced - existing) | set(extra)
