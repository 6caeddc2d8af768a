"""Multipliers: one number per row, from which a bound is drawn by one pass of arithmetic."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from siting.allocation.cover import CoverSets
from siting.allocation.kernels import incidence

MULTIPLIER_UNIT = 2.0**-20
"""Sums of multiples of this are exact in float64 up to 8.6e9: a bound can be rounded up without doubt."""


def exact(multipliers: NDArray[np.float64]) -> NDArray[np.float64]:
    """Multipliers rounded down to whole multiples of 2**-20, negative ones to 0."""
    return np.floor(np.maximum(multipliers, 0.0) / MULTIPLIER_UNIT) * MULTIPLIER_UNIT


def covering_bound(cover: CoverSets, multipliers: NDArray[np.float64], cost: NDArray[np.float64]) -> float:
    """Σ_i u_i − Σ_j max(0, Σ_{i covered by j} u_i − c_j): no cover costs less. Rounded up where costs are whole."""
    loads = incidence.loads(cover.cell_start, cover.site, multipliers, cover.n_sites)
    bound = float(multipliers.sum() - np.maximum(loads - cost, 0.0).sum())
    return float(np.ceil(bound)) if (cost % 1 == 0).all() else bound
