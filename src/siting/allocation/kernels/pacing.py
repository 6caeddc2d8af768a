"""Multipliers that move at their own pace: far where they are drawn one way all the time, hardly where to and fro."""

from __future__ import annotations

import numpy as np
from numba import njit

from siting.allocation.kernels.types import F64

_MEAN_KEEPS = 0.9
_SQUARE_KEEPS = 0.99


@njit(cache=True)
def step(u: F64, averages: tuple[F64, F64], slope: F64, reach: F64, upper: F64, n_done: int) -> None:
    """Move each of ``u`` against its slope by ``reach`` times mean over root of mean square, within 0 and ``upper``.

    ``averages``: of the slope and of its square, brought up to date in place like ``u``; after ``n_done`` steps.
    """
    mean, square = averages
    mean_weight = 1.0 - _MEAN_KEEPS ** (n_done + 1)
    square_weight = 1.0 - _SQUARE_KEEPS ** (n_done + 1)
    for i in range(len(u)):
        mean[i] = _MEAN_KEEPS * mean[i] + (1.0 - _MEAN_KEEPS) * slope[i]
        square[i] = _SQUARE_KEEPS * square[i] + (1.0 - _SQUARE_KEEPS) * slope[i] ** 2
        if square[i] > 0.0:
            way = mean[i] / mean_weight / np.sqrt(square[i] / square_weight)
            u[i] = min(max(u[i] - reach[i] * way, 0.0), upper[i])
