"""Decays: how much less a site counts the longer one travels to it. Weights lie in 0–1 and are 0 beyond the reach."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray


class Decay(Protocol):
    """A weight for a travel time; 0 beyond ``reach_s``."""

    @property
    def reach_s(self) -> float:
        """The longest time that has a weight, in seconds (inclusive)."""
        ...

    def __call__(self, time_s: ArrayLike, /) -> NDArray[np.float64]: ...


@dataclass(frozen=True)
class StepDecay:
    """Weight ``weights[k]`` up to ``limits_s[k]`` (inclusive), 0 beyond the last limit.

    Attributes
    ----------
    limits_s : tuple of float
        Ascending, in seconds.
    weights : tuple of float
        From 0 to 1, one for each limit, never rising.

    Raises
    ------
    ValueError
        The limits do not ascend, the weights rise or leave 0–1, or there are not as many of both.
    """

    limits_s: tuple[float, ...]
    weights: tuple[float, ...]

    def __post_init__(self) -> None:
        limits, weights = np.array(self.limits_s), np.array(self.weights)
        if not (len(limits) == len(weights) > 0 and (np.diff(limits, prepend=-1.0) > 0).all()):
            raise ValueError(f"as many weights as ascending limits are needed: {self}")
        if not ((weights >= 0).all() and (weights <= 1).all() and (np.diff(weights) <= 0).all()):
            raise ValueError(f"weights lie in 0–1 and never rise: {self}")

    @property
    def reach_s(self) -> float:
        return self.limits_s[-1]

    def __call__(self, time_s: ArrayLike, /) -> NDArray[np.float64]:
        step = np.searchsorted(np.array(self.limits_s, np.float64), np.asarray(time_s, np.float64), side="left")
        return np.append(np.array(self.weights, np.float64), 0.0)[step]


@dataclass(frozen=True)
class GaussianDecay:
    """``(exp(-(t / reach)² / 2) - exp(-1/2)) / (1 - exp(-1/2))``: 1 at no time, smoothly 0 at the reach.

    D. Dai, Black residential segregation, disparities in spatial access to health care facilities, and late-stage
    breast cancer diagnosis in metropolitan Detroit, Health & Place 16, 2010.
    """

    reach_s: float

    def __call__(self, time_s: ArrayLike, /) -> NDArray[np.float64]:
        share = np.asarray(time_s, np.float64) / self.reach_s
        at_reach = np.exp(-0.5)
        weight = (np.exp(-(share**2) / 2) - at_reach) / (1 - at_reach)
        return np.where(share <= 1, weight, 0.0)


@dataclass(frozen=True)
class ExponentialDecay:
    """``0.5 ** (t / half)`` up to the reach (inclusive), 0 beyond."""

    half_s: float
    reach_s: float

    def __call__(self, time_s: ArrayLike, /) -> NDArray[np.float64]:
        time = np.asarray(time_s, np.float64)
        return np.where(time <= self.reach_s, 0.5 ** (time / self.half_s), 0.0)


@dataclass(frozen=True)
class AtSpeed:
    """Another decay, times being those of travel at ``factor`` times the speed.

    Attributes
    ----------
    decay : Decay
    factor : float
        0.9: everybody travels 10 % slower.
    """

    decay: Decay
    factor: float

    @property
    def reach_s(self) -> float:
        return self.decay.reach_s * self.factor

    def __call__(self, time_s: ArrayLike, /) -> NDArray[np.float64]:
        return self.decay(np.asarray(time_s, np.float64) / self.factor)


APL_STEPS = StepDecay(limits_s=(600, 900, 1200), weights=(1.0, 0.3, 0.1))
"""The usual reading of the DREES parameters: 1 to 10 minutes, 0.3 to 15, 0.1 to 20, nothing beyond."""
