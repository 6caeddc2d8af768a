"""Adam steps of one row, written out."""

from __future__ import annotations

from collections.abc import Sequence


def value_after(start: float, slopes: Sequence[float], reach: float, upper: float) -> float:
    """Where a row ends that starts at ``start`` and has met ``slopes``, one a step."""
    value = start
    for done in range(1, len(slopes) + 1):
        age = range(done)
        mean_of = [0.9 ** (done - 1 - k) for k in age]
        square_of = [0.99 ** (done - 1 - k) for k in age]
        mean = sum(part * slopes[k] for k, part in enumerate(mean_of)) / sum(mean_of)
        square = sum(part * slopes[k] ** 2 for k, part in enumerate(square_of)) / sum(square_of)
        if square > 0:
            value = min(max(value - reach * mean / square**0.5, 0.0), upper)
    return value
