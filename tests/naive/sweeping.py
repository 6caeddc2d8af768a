"""What columns in an order waste of prices, by trying every choice of them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product


def least_extra(
    rows: Sequence[set[int]], cost: Sequence[float], price: Sequence[float], order: Sequence[int], begin: int
) -> float:
    """Over the choices of ``order[begin:]`` that cover all rows of these alone, the least of what each column, open
    or not, costs more than the prices of the rows that it is the first to cover; inf where there is no choice."""
    columns = list(order[begin:])
    must = {i for i, row in enumerate(rows) if row <= set(columns)}
    best = float("inf")
    for opens in product((False, True), repeat=len(columns)):
        covered: set[int] = set()
        extra = 0.0
        for j, is_open in zip(columns, opens, strict=True):
            mine = {i for i, row in enumerate(rows) if j in row}
            extra += max(sum(price[i] for i in mine) - cost[j], 0.0)
            if is_open:
                extra += cost[j] - sum(price[i] for i in mine - covered)
                covered |= mine
        if must <= covered:
            best = min(best, extra)
    return best


def width(rows: Sequence[set[int]], price: Sequence[float], order: Sequence[int]) -> list[float]:
    """After each column, the price of the rows of which it or one before it is the first, and another one the last."""
    seen = [set(order[: k + 1]) for k in range(len(order))]
    return [sum(p for row, p in zip(rows, price, strict=True) if row & done and row - done) for done in seen]


def undominated(states: Sequence[tuple[frozenset[int], float]]) -> list[int]:
    """The states that no other one covers as much as at no more cost; of equal ones the first."""
    return [
        s
        for s, (covered, cost) in enumerate(states)
        if not any(
            covered <= more and less <= cost and ((more, less) != (covered, cost) or t < s)
            for t, (more, less) in enumerate(states)
            if t != s
        )
    ]
