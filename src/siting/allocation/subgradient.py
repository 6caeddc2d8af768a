"""Lagrangian bounds by subgradients: averaged, with steps by the gap; or each row at its own pace.

After Held, Wolfe and Crowder (1974), Validation of subgradient optimization, Mathematical Programming 6;
the averaging after Camerini, Fratta and Maffioli (1975), Mathematical Programming Study 3; the own pace of
each row after Kingma and Ba (2015), Adam: a method for stochastic optimization, ICLR.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from siting.allocation.effort import Effort
from siting.allocation.kernels import pacing

_AVERAGING = 0.95
_PATIENCE = 12
_FIRST_LENGTH = 0.3
_SHORTER = 0.7
_SHORTEST = 1e-4
"""Synthetic France, MCLP at 10 minutes with p = 5,000: gap 0.33 % after 400 iterations, 0.27 % after 1,000.
With an averaging of 0.7 and a patience of 15 it stalled at 0.54 %.
p-median with p = 5,000: a patience of 12 proves in 500 iterations what 20 proves in 700."""

_TRIED = 5
_FIRST_REACH = 0.05
_LAST_REACH = 0.0002
"""Steps, in units of the scale. Synthetic France, p-median with p = 5,000: 200 of them prove what 500 by the gap do."""

Evaluate = Callable[[NDArray[np.float64]], tuple[float, NDArray[np.float64]]]
"""Multipliers to (bound, slope of the bound); may change its argument's copy, never the argument."""


@dataclass(frozen=True)
class Box:
    """Where multipliers may lie, and how far a step moves each: 0 ≤ u ≤ upper, in units of ``scale``."""

    upper: NDArray[np.float64]
    scale: NDArray[np.float64]


def lower(
    evaluate: Evaluate,
    start: NDArray[np.float64],
    box: Box,
    *,
    target: float,
    iterations: int,
    effort: Effort,
    first_length: float = _FIRST_LENGTH,
) -> tuple[float, NDArray[np.float64]]:
    """The lowest bound met within the box, and its multipliers.

    Parameters
    ----------
    evaluate : callable
        Upper bound and its slope at given multipliers.
    start : float64 array
    box : Box
    target : float
        Value of the best plan known: no bound is below it, and a bound that meets it is a proof.
    iterations : int
        At most; one is made even when no time is left.
    effort : Effort
    first_length : float
        Of the first steps, as a share of the gap; short where the start is good already.
    """
    u, length, waited = start, first_length, 0
    direction: NDArray[np.float64] | None = None
    best, best_u = np.inf, start
    for _ in range(iterations):
        bound, slope = evaluate(u)
        waited = 0 if bound < best - 1e-6 * abs(best) else waited + 1
        if bound < best:
            best, best_u = bound, u
        if best <= target or length < _SHORTEST or effort.left_s == 0:
            break
        if waited > _PATIENCE:
            u, length, waited = best_u, length * _SHORTER, 0
            continue
        direction = slope if direction is None else (1.0 - _AVERAGING) * slope + _AVERAGING * direction
        norm = float((box.scale * direction**2).sum())
        step = length * (bound - target) / norm if norm > 0 else 0.0
        u = np.clip(u - step * box.scale * direction, 0.0, box.upper)
    return float(best), best_u


def anneal(
    evaluate: Evaluate,
    start: NDArray[np.float64],
    box: Box,
    *,
    target: float,
    iterations: int,
    effort: Effort,
) -> tuple[float, NDArray[np.float64]]:
    """`lower`, each row moving by how steadily it is drawn one way, shorter at each step: first 0.05 of its scale.

    Where `lower` waits for the gap to say how far to go, this goes a way set beforehand: better where rows are
    many and far from each other, since what one region still lacks does not hold up another. Where the time is
    not enough for all ``iterations``, as is seen after the first five, there are fewer, and they shorten faster.
    """
    u, mean, square = start.copy(), np.zeros(len(start)), np.zeros(len(start))
    best, best_u, done, left_s = np.inf, start, 0, effort.left_s
    while done < iterations:
        bound, slope = evaluate(u)
        if bound < best:
            best, best_u = bound, u.copy()
        if best <= target or effort.left_s == 0:
            break
        if done == 0:
            left_s = effort.left_s
        if done == _TRIED:
            iterations = min(iterations, done + _affordable(left_s - effort.left_s, effort))
        reach = _FIRST_REACH * (_LAST_REACH / _FIRST_REACH) ** (done / iterations)
        pacing.step(u, (mean, square), slope, reach * box.scale, box.upper, done)
        done += 1
    return float(best), best_u


def _affordable(spent_s: float, effort: Effort) -> int:
    """Steps that the time left is enough for, after `_TRIED` of them; cut off half way, they would all be too long."""
    return int(_TRIED * effort.left_s / max(spent_s, 1e-9))


def largest(values: NDArray[np.float64], n: int) -> NDArray[np.int64]:
    """Positions of the ``n`` largest values, ascending; of equal values the lowest positions."""
    n = min(n, len(values))
    if n == 0:
        return np.zeros(0, dtype=np.int64)
    threshold = np.partition(values, len(values) - n)[len(values) - n]
    above = np.flatnonzero(values > threshold)
    ties = np.flatnonzero(values == threshold)[: n - len(above)]
    return np.sort(np.concatenate([above, ties]))
