"""Covering models by enumeration: every set of candidates, counted with Python sets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations


def covered_persons(cover: Sequence[set[int]], persons: Sequence[float], is_open: set[int]) -> float:
    """Persons of the cells that have an open site in their cover set."""
    return sum(p for sites, p in zip(cover, persons, strict=True) if sites & is_open)


def plans(n_sites: int, existing: set[int], forced: set[int], forbidden: set[int]) -> Iterable[tuple[int, ...]]:
    """Every set of new houses that the rules allow, the smallest sets first."""
    free = [j for j in range(n_sites) if j not in existing | forced | forbidden]
    for size in range(len(free) + 1):
        for extra in combinations(free, size):
            yield tuple(sorted(forced - existing | set(extra)))


def lscp(cover: Sequence[set[int]], n_sites: int, existing: set[int], forced: set[int], forbidden: set[int]) -> int:
    """Fewest new houses that cover all that the allowed sites cover together."""
    allowed = set(range(n_sites)) - forbidden
    wanted = [sites for sites in cover if sites & allowed]
    for plan in plans(n_sites, existing, forced, forbidden):
        if all(sites & (existing | set(plan)) for sites in wanted):
            return len(plan)
    raise AssertionError("opening every allowed site covers all that is wanted")


def lscp_cost(
    cover: Sequence[set[int]],
    cost: Sequence[float],
    existing: set[int],
    forced: set[int],
    forbidden: set[int],
) -> float:
    """Least cost of new houses that cover all that the allowed sites cover together."""
    allowed = set(range(len(cost))) - forbidden
    wanted = [sites for sites in cover if sites & allowed]
    return min(
        sum(cost[j] for j in plan)
        for plan in plans(len(cost), existing, forced, forbidden)
        if all(sites & (existing | set(plan)) for sites in wanted)
    )


def mclp(
    cover: Sequence[set[int]],
    persons: Sequence[float],
    n_sites: int,
    houses: int,
    existing: set[int],
    forced: set[int],
    forbidden: set[int],
) -> float:
    """Most persons covered, existing sites included, with at most ``houses`` new ones."""
    return max(
        covered_persons(cover, persons, existing | set(plan))
        for plan in plans(n_sites, existing, forced, forbidden)
        if len(plan) <= houses
    )
