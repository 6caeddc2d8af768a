"""Who is reached and how well: persons within a standard, and the times that persons travel."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def persons_within(time_s: NDArray[np.float32], persons: NDArray[np.float64], *, standard_s: float) -> float:
    """Persons whose time is at most the standard (inclusive)."""
    return float(persons[time_s <= standard_s].sum())


def mean_min(time_s: NDArray[np.float32], persons: NDArray[np.float64]) -> float | None:
    """Mean time of the persons who reach a site at all, in minutes; None where nobody does.

    Those who reach none (inf) are not part of a mean: count them apart.
    """
    reached = np.isfinite(time_s)
    total = persons[reached].sum()
    return float((persons[reached] * time_s[reached]).sum() / total / 60.0) if total > 0 else None


def percentile_min(time_s: NDArray[np.float32], persons: NDArray[np.float64], *, share: float) -> float | None:
    """Least time within which at least ``share`` (0–1) of the persons who reach a site reach it, in minutes."""
    reached = np.isfinite(time_s) & (persons > 0)
    if not reached.any():
        return None
    order = np.argsort(time_s[reached], kind="stable")
    cumulated = np.cumsum(persons[reached][order])
    position = np.searchsorted(cumulated, share * cumulated[-1] * (1 - 1e-12))
    return float(time_s[reached][order][position]) / 60.0
