"""Covering proved by sweeping: a bound from prices, raised by what whole columns must waste of them.

With prices u ≥ 0 on the rows, the columns of a cover cost Σ u − Σ_j w_j + Σ_j (w_j + x_j (c_j − the prices of the rows
that column j covers first)), where w_j = max(0, Σ u over the rows of j − c_j), whatever the order in which the
columns are decided. Each term of the last sum is 0 or more: the extra. Columns are decided one by one, and for each
set of rows at the frontier that the columns so far may cover, the least cost is kept (dynamic programming; dominance
between states). In a country the frontier is a line across a part, a few houses long.

States whose extra leaves no room below the best cover known are dropped. How much room that is says the extra of the
columns still to come at the least, known from sweeps that began later: rows with a column before them may then be
covered already, so that they need not be covered, and are paid for when they are. After Verfaillie, Lemaître and
Schiex (1996), Russian doll search for solving constraint optimization problems, AAAI-96, 181-187.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from siting.allocation.cover import CoverSets
from siting.allocation.effort import Effort
from siting.allocation.kernels import frontier, incidence

_STARTS = 20
_STARTS_LOOKING_AHEAD = 4
"""Looking ahead takes many times as long."""

_WIDEST = 18.0
"""A part of 3,349 × 1,432 of a country has 17 and is helped a little; random covers have more."""

_STATES = (300, 1_000)
"""At once in the sweeps that begin later, first with few. A part of 2,201 × 960 is proven with 300 in 0.7 s of CPU."""

_MORE_FROM_START = 20
"""Times as many in the sweep over all: its first rows have no column before them."""

_ORDERS_KEPT = 2
_WORTH_MORE_STATES = 0.05
"""Of the room, closed with fewest states: random covers, which have no places, close nothing."""

_NEARLY = 0.99
"""Of the cost of a column, paid by its rows: those of the relaxation, whose cost says what a house is."""

_STRIDE = 20
_FIRST_ROOM = 0.1
_CHUNK = 20
"""Steps between two looks at the clock."""


class Sweep:
    """Sweeps over the columns of one problem in one order.

    Parameters
    ----------
    cover : CoverSets
    cost : float64 array, shape (n_sites,)
    price : float64 array, shape (n_cells,)
        0 or more.
    order : int32 array
        Every column, once.

    Attributes
    ----------
    rest : float64 array, shape (n_sites + 1,)
        The least extra of the columns from each step on, as far as it is known.
    """

    def __init__(
        self, cover: CoverSets, cost: NDArray[np.float64], price: NDArray[np.float64], order: NDArray[np.int32]
    ) -> None:
        loads = incidence.loads(cover.cell_start, cover.site, price, cover.n_sites)
        self._steps = frontier.steps_of(cover.cell_start, *cover.by_site(), price, order)
        self._spend, self._waste = cost[order], np.maximum(loads - cost, 0.0)[order]
        self.rest = np.zeros(len(order) + 1)

    def raise_rest(self, room: float, most: int, effort: Effort) -> None:
        """Raise ``rest`` up to ``room``, step by step from the last one on, with up to ``most`` states at once."""
        begin = len(self.rest) - 1
        while begin > 0 and self.rest[begin] <= room and effort.left_s > 0:
            later, begin = begin, max(begin - _STRIDE, 0)
            self.rest[begin:later] = np.maximum(self.rest[begin:later], self.rest[later])
            more = _FIRST_ROOM
            while self.rest[begin] <= room:
                cap = min(float(self.rest[later]) + more, room)
                least = self.least(begin, cap, most, effort)
                if least is None:
                    break
                self.rest[begin] = max(self.rest[begin], least)
                if least <= cap:
                    break
                more *= 2.0

    def least(self, begin: int, cap: float, most: int, effort: Effort) -> float | None:
        """The least extra of the columns from step ``begin`` on, a little more than ``cap`` where it is above that.

        None where it takes more than ``most`` states at once, a hundred times that in all, or more time than
        there is.
        """
        states, k, looked_at, end = frontier.nothing_yet(self._steps), begin, 0, len(self._spend)
        caps = cap - self.rest
        while k < end and len(states.cost) > 0:
            if effort.left_s == 0 or looked_at > 100 * most:
                return None
            to = min(k + _CHUNK, end)
            states, k, n = frontier.sweep(self._steps, self._spend, self._waste, caps, states, begin, k, to, most)
            looked_at += n
            if len(states.cost) > most:
                return None
        return float(states.extra.min()) if len(states.cost) > 0 else float(np.nextafter(cap, np.inf))


def swept(
    cover: CoverSets, cost: NDArray[np.float64], price: NDArray[np.float64], below: float, effort: Effort
) -> float:
    """What every cover costs at the least; infinite where sweeping proves that none costs ``below`` or less.

    The orders that prove most with few states are tried with more.

    Parameters
    ----------
    cover : CoverSets
        Connected.
    cost : float64 array, shape (n_sites,)
        More than 0.
    price : float64 array, shape (n_cells,)
        0 or more, whole multiples of 2**-20: then sums of them are exact.
    below : float
        Covers that cost no more than that are asked for.
    effort : Effort
    """
    loads = incidence.loads(cover.cell_start, cover.site, price, cover.n_sites)
    bound = float(price.sum() - np.maximum(loads - cost, 0.0).sum())
    room = below - bound
    houses = price / cost[loads >= _NEARLY * cost].mean() if (loads >= _NEARLY * cost).any() else price
    sweeps = [Sweep(cover, cost, price, order) for order in _orders(cover, houses, effort)]
    for most in _STATES:
        for sweep in sweeps:
            sweep.raise_rest(room, most, effort)
            if sweep.rest[0] <= room and effort.left_s > 0:
                least = sweep.least(0, room, _MORE_FROM_START * most, effort)
                sweep.rest[0] = max(sweep.rest[0], -np.inf if least is None else least)
            if sweep.rest[0] > room:
                return math.inf
        sweeps = sorted(sweeps, key=lambda sweep: -sweep.rest[0])[:_ORDERS_KEPT]
        if sweeps and sweeps[0].rest[0] < _WORTH_MORE_STATES * room:
            break
    return bound + max((float(sweep.rest[0]) for sweep in sweeps), default=0.0)


def _orders(cover: CoverSets, price: NDArray[np.float64], effort: Effort) -> list[NDArray[np.int32]]:
    """Orders with little at the frontier, there and back; none where that is too much for a sweep."""
    matrix = (cover.cell_start, cover.site, *cover.by_site())
    starts = np.random.default_rng(effort.seed).permutation(cover.n_cells)[:_STARTS].tolist()
    width = {first: frontier.order_from(*matrix, price, first, False)[1] for first in starts if effort.left_s > 0}
    starts = sorted(width, key=lambda first: width[first])
    if not starts or width[starts[0]] > _WIDEST:
        return []
    ahead = [(first, True) for first in starts[:_STARTS_LOOKING_AHEAD] if effort.left_s > 0]
    found = [frontier.order_from(*matrix, price, *how) for how in (*ahead, (starts[0], False))]
    best = min(found, key=lambda one: one[1])[0]
    return [order for one in (best, found[-1][0]) for order in (one, one[::-1].copy())]
