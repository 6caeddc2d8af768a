"""Cuts: what the rows of a program cannot say of a plan in a few words.

A measure is a cost of the set of open sites. Lagrangian multipliers, one per row, give a linear function of the
sites that is never above it: a cut. The right multipliers make the cut exact at a given plan (Benders, 1962,
Partitioning procedures for solving mixed-variables programming problems, Numerische Mathematik 4, 238-252).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from siting.allocation.subgradient import Box


@dataclass(frozen=True)
class Cut:
    """The measure is at least ``constant`` + Σ_j ``slope``_j x_j, for every set of open sites x."""

    constant: float
    slope: NDArray[np.float64]


class Measure(Protocol):
    """A cost of the set of open sites."""

    @property
    def least(self) -> float:
        """No set of open sites has less."""

    @property
    def box(self) -> Box:
        """Where multipliers may lie."""

    def value(self, is_open: NDArray[np.bool_]) -> float:
        """Recounted."""

    def multipliers(self, is_open: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Good ones at a plan."""

    def cut(self, multipliers: NDArray[np.float64]) -> Cut:
        """Right whatever the multipliers are."""

    def slope(self, multipliers: NDArray[np.float64], opened: NDArray[np.float64]) -> NDArray[np.float64]:
        """How the cut at ``opened`` (parts of sites allowed) moves with the multipliers."""


def exact_cut(measure: Measure, is_open: NDArray[np.bool_], is_new: NDArray[np.bool_]) -> Cut:
    """A cut that is exact at a plan: by multipliers, or, where none are, by how far other plans are from it.

    The second says: the value of the plan, less the most that there is to gain for every site that differs.
    """
    value = measure.value(is_open)
    cut = measure.cut(measure.multipliers(is_open))
    if cut.constant + cut.slope[is_open].sum() >= value - 1e-9 * max(abs(value), 1.0):
        return cut
    most = value - measure.least
    slope = np.where(is_open, most, -most)
    slope[is_open & ~is_new] = 0.0
    return Cut(value - most * float((is_open & is_new).sum()), slope)
