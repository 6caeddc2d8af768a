"""Covers of a few rows by plain Python sets."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations


def least_cost(rows: frozenset[int], sets: Sequence[frozenset[int]], price: Sequence[float]) -> float:
    """Least price of ``sets`` that cover ``rows``, by trying every choice of them; inf where none does."""
    choices = (choice for size in range(len(sets) + 1) for choice in combinations(range(len(sets)), size))
    costs = [sum(price[t] for t in one) for one in choices if rows <= frozenset().union(*(sets[t] for t in one))]
    return min(costs, default=float("inf"))


def neighbours(
    rows: Sequence[set[int]], value: Sequence[float], noise: Sequence[float], first: int, most: int, too_alike: float
) -> list[int]:
    """Rows around ``first``, each next one sharing most value with the columns of those before."""
    taken = [first]
    while len(taken) < most:
        seen = set().union(*(rows[i] for i in taken))

        def shared(i: int, seen: set[int] = seen) -> float:
            return sum(value[j] for j in sorted(rows[i] & seen))

        able = [
            i
            for i in range(len(rows))
            if i not in taken
            and shared(i) > 0
            and all(sum(value[j] for j in sorted(rows[i] & rows[k])) < too_alike for k in taken)
        ]
        if not able:
            break
        taken.append(max(able, key=lambda i: (shared(i) + noise[i], -i)))
    return taken
