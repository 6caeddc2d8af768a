"""Places in an order in which neighbours stay close, so that what one search loaded serves the next."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

SPREADS = ((8, 0x00FF00FF), (4, 0x0F0F0F0F), (2, 0x33333333), (1, 0x55555555))
"""Shifts and masks that pull the bits of a number apart, each step doubling the gaps."""


def space_order(x_m: NDArray[np.float64], y_m: NDArray[np.float64]) -> NDArray[np.int64]:
    """Rows of the places along a Z-order curve over their bounding square; equal places keep their order.

    Method: G. M. Morton, A computer oriented geodetic data base and a new technique in file sequencing, IBM, 1966.
    """
    if len(x_m) == 0:
        return np.empty(0, np.int64)
    side_m = max(float(np.ptp(x_m)), float(np.ptp(y_m)), 1e-9)
    code = np.zeros(len(x_m), np.uint64)
    for axis, values in enumerate((x_m, y_m)):
        bits = ((values - values.min()) / side_m * 0xFFFF).astype(np.uint64)
        for shift, mask in SPREADS:
            bits = (bits | bits << np.uint64(shift)) & np.uint64(mask)
        code |= bits << np.uint64(axis)
    return np.argsort(code, kind="stable")
