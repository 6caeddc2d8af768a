"""Choices at sites by trying them all, in plain Python and SciPy's flow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_flow

Option = tuple[str, float, int]
"""Name, cost and capacity; ``""`` and ``"close"`` leave a site shut."""


def plans(options: Sequence[Sequence[Option]]) -> Iterator[tuple[Option, ...]]:
    """Every way to take one option at each site."""
    yield from product(*options)


def cost(plan: Sequence[Option]) -> float:
    return sum(one[1] for one in plan)


def houses(plan: Sequence[Option]) -> int:
    """What opens: what existed before is kept, upgraded (``"extend"``) or closed."""
    return sum(one[0] in ("create", "itinerant") for one in plan)


def is_open(plan: Sequence[Option]) -> np.ndarray:
    return np.array([one[0] not in ("", "close") for one in plan])


def covered(near: np.ndarray, persons: np.ndarray, plan: Sequence[Option]) -> float:
    """``near``: bools, cells × sites."""
    return float(persons[(near & is_open(plan)).any(axis=1)].sum())


def alike(near: np.ndarray, asked: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The different rows of ``near``, and what the cells of each ask for."""
    groups, group = np.unique(near, axis=0, return_inverse=True)
    return groups, np.bincount(group.ravel(), asked, len(groups))


def given(groups: np.ndarray, demand: np.ndarray, plan: Sequence[Option]) -> int:
    """Consultations given where people go where there is room: the greatest flow."""
    capacity = np.array([one[2] for one in plan]) * is_open(plan)
    n, m = groups.shape
    flow = np.zeros((n + m + 2, n + m + 2), dtype=np.int32)
    flow[n + m, :n] = demand
    flow[:n, n : n + m] = np.where(groups, demand[:, None], 0)
    flow[n : n + m, n + m + 1] = capacity
    return int(maximum_flow(csr_array(flow), n + m, n + m + 1).flow_value)


def given_to_nearest(time_s: np.ndarray, standard_s: int, asked: np.ndarray, plan: Sequence[Option]) -> float:
    """Consultations given where everyone goes to the nearest open site: ``time_s``, cells × sites."""
    shut = ~is_open(plan)
    seconds = np.where(shut | (time_s > standard_s), np.inf, time_s)
    total = 0.0
    for j, one in enumerate(plan):
        comes = asked[np.isfinite(seconds.min(axis=1)) & (seconds.argmin(axis=1) == j)].sum()
        total += min(float(comes), one[2])
    return total
