"""Branch and bound for maximal covering, on a linear relaxation that takes in the rows it breaks.

A column to open or close is chosen by what that did to the bound before: pseudo-costs, after Benichou and others
(1971), Experiments in mixed-integer linear programming, Mathematical Programming 1. The bound of each node is drawn
from its multipliers by arithmetic, and the same prices close and open columns below it.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from siting.allocation import subgradient
from siting.allocation.cover import CoverSets
from siting.allocation.covering.growing import Basis
from siting.allocation.effort import Effort
from siting.allocation.kernels import exchange
from siting.allocation.maximal.relaxation import Node, Relaxation, Relaxed, promising_rows

_POLISHED_AT_FIRST, _POLISHED_EVERY = 20, 10
_MOST_FIRST_ROWS = 3_000
_RAISED = 10.0
"""A row that every better plan covers weighs this many times what the best plan leaves out."""

_FRACTION = 1e-6
_NOISE = 1e-9


@dataclass(frozen=True)
class LeftOut:
    """The best columns so far, the weight that they leave out, and the least that any columns can leave out."""

    columns: NDArray[np.int32]
    left_out: float
    at_least: float


@dataclass(frozen=True)
class _Open:
    """A node that may hold a better plan: its relaxation, and where the simplex method stood."""

    node: Node
    relaxed: Relaxed
    basis: Basis


class Tree:
    """The branch and bound of one problem.

    Parameters
    ----------
    cover : CoverSets
    houses : int
    known : LeftOut
        What the best plan known leaves out, the least that any does, and such of its columns as are in ``cover``.
    multipliers : float64 array, shape (n_rows,)
        Of a relaxation of the same problem; the rows that have one are the first to be looked at.
    """

    def __init__(self, cover: CoverSets, houses: int, known: LeftOut, multipliers: NDArray[np.float64]) -> None:
        self._cover, self._houses = cover, houses
        self._total = float(cover.persons.sum())
        self._step = 1.0 if (cover.persons % 1 == 0).all() else 0.0
        self._matrix = exchange.Weighted(cover.cell_start, cover.site, *cover.by_site(), cover.persons)
        self._standing = known
        telling = np.argsort(-multipliers, kind="stable")[:_MOST_FIRST_ROWS]
        rows = np.union1d(telling[multipliers[telling] > 0], promising_rows(cover))
        self._relaxation = Relaxation(cover, houses, self._weights(), rows)
        self._gain = np.zeros((2, cover.n_sites))
        self._n_gains = np.zeros((2, cover.n_sites))
        self._n_nodes = 0

    def search(self, gap: float, effort: Effort, tell: Callable[[LeftOut], None]) -> LeftOut:
        """Best node first, until no more than ``gap`` (of weight) is open or the time is up."""
        root = Node(np.zeros(self._cover.n_sites, dtype=np.bool_), np.ones(self._cover.n_sites, dtype=np.bool_))
        first = self._bounded(root, 0.0, effort)
        if isinstance(first, _Open):
            self._relaxation.forget_slack_rows(first.relaxed)
            first = self._bounded(first.node, first.relaxed.left_out, effort)
        if not isinstance(first, _Open):
            return self._standing_at(first)
        heap, count, unsolved = [(first.relaxed.left_out, 0, first)], 0, math.inf
        while heap and effort.left_s > 0:
            self._standing_at(min(heap[0][0], unsolved))
            tell(self._standing)
            if self._standing.left_out - self._standing.at_least <= gap:
                break
            parent = heapq.heappop(heap)[2]
            for child in self._parted(parent, effort):
                if isinstance(child, _Open):
                    count += 1
                    heapq.heappush(heap, (child.relaxed.left_out, count, child))
                else:
                    unsolved = min(unsolved, child)
        return self._standing_at(min(heap[0][0] if heap else math.inf, unsolved))

    def _standing_at(self, at_least: float) -> LeftOut:
        """With the bound of the open nodes; of none, the best columns are proven."""
        best = self._standing
        is_met = at_least > self._aim
        proven = math.ceil(at_least - _FRACTION) if self._step and not is_met else at_least
        self._standing = replace(
            best, at_least=best.left_out if is_met else max(best.at_least, min(proven, best.left_out))
        )
        return self._standing

    def _parted(self, parent: _Open, effort: Effort) -> list[_Open | float]:
        """The node with one column opened, and with it closed."""
        column, before = self._column(parent), parent.relaxed.left_out
        others = parent.node.is_free.copy()
        others[column] = False
        opened = parent.node.is_open.copy()
        opened[column] = True
        children = []
        for is_opened, node in ((1, Node(opened, others)), (0, Node(parent.node.is_open, others))):
            self._relaxation.come_back(parent.basis)
            child = self._bounded(node, before, effort)
            self._learn(column, is_opened, parent.relaxed.values[column], before, child)
            children.append(child)
        return children

    def _bounded(self, node: Node, at_least: float, effort: Effort) -> _Open | float:
        """The node with its relaxation and without the columns that it prices out; or, closed, what it leaves out.

        A node without a relaxation for want of time leaves out ``at_least``; one without a better plan, infinity.
        """
        if self._is_leaf(node):
            return math.inf
        relaxed = self._relaxation.solve(node, self._aim + _NOISE * self._total, effort)
        if relaxed is None:
            return at_least
        self._n_nodes += 1
        is_whole = np.abs(relaxed.values - 0.5).min() >= 0.5 - _FRACTION
        if is_whole or self._n_nodes <= _POLISHED_AT_FIRST or self._n_nodes % _POLISHED_EVERY == 0:
            self._polish(relaxed.values)
        if relaxed.left_out > self._aim:
            return math.inf
        node = self._priced(node, relaxed)
        return math.inf if self._is_leaf(node) else _Open(node, relaxed, self._relaxation.basis())

    def _is_leaf(self, node: Node) -> bool:
        """Whether a single plan is left, which is then looked at."""
        left = self._houses - int(node.is_open.sum())
        is_leaf = left == 0 or int(node.is_free.sum()) <= left
        if is_leaf:
            self._take(np.flatnonzero(node.is_open | (node.is_free & (left > 0))).astype(np.int32))
        return is_leaf

    def _priced(self, node: Node, relaxed: Relaxed) -> Node:
        """The node once prices have opened and closed the columns that every better plan opens or closes."""
        left = self._houses - int(node.is_open.sum())
        loads = np.where(node.is_free, relaxed.loads, -np.inf)
        highest = np.partition(loads, len(loads) - left - 1)
        lowest_in, highest_out = highest[-left:].min(), highest[len(loads) - left - 1]
        slack = self._aim - relaxed.left_out
        must = node.is_free & (loads - highest_out > slack)
        never = node.is_free & (lowest_in - loads > slack)
        return Node(node.is_open | must, node.is_free & ~must & ~never)

    def _column(self, parent: _Open) -> int:
        """The free column that promises to raise both bounds most: by what it did before, else by its load."""
        free, relaxed = parent.node.is_free, parent.relaxed
        mean = self._gain.sum(axis=1) / np.maximum(self._n_gains.sum(axis=1), 1) + _FRACTION
        load = relaxed.loads / max(float(relaxed.loads[free].mean()), _FRACTION)
        known = self._n_gains > 0
        gain = np.where(known, self._gain / np.maximum(self._n_gains, 1), mean[:, None] * load)
        up = np.maximum(gain[1] * (1.0 - relaxed.values), _FRACTION)
        down = np.maximum(gain[0] * relaxed.values, _FRACTION)
        is_between = free & (np.abs(relaxed.values - 0.5) < 0.5 - _FRACTION)
        return int(np.argmax(np.where(is_between if is_between.any() else free, up * down, -1.0)))

    def _learn(self, column: int, is_opened: int, value: float, before: float, child: _Open | float) -> None:
        distance = 1.0 - value if is_opened else value
        if distance > _FRACTION:
            after = child.relaxed.left_out if isinstance(child, _Open) else self._standing.left_out
            self._gain[is_opened, column] += max(after - before, 0.0) / distance
            self._n_gains[is_opened, column] += 1

    def _polish(self, values: NDArray[np.float64]) -> None:
        """The columns that are open by the largest parts, exchanged until nothing moves."""
        columns = subgradient.largest(values, self._houses).astype(np.int32)
        search = exchange.stand_on(self._matrix, columns, 0)
        while exchange.exchange(self._matrix, search, np.flatnonzero(search.is_in).astype(np.int32)) > 0:
            pass
        self._take(np.flatnonzero(search.is_in).astype(np.int32))

    def _take(self, columns: NDArray[np.int32]) -> None:
        left_out = self._left_out(columns)
        if left_out < self._standing.left_out - _NOISE * self._total:
            self._standing = replace(self._standing, columns=columns, left_out=left_out)
            self._relaxation.weigh(self._weights())

    @property
    def _aim(self) -> float:
        """The most that a better plan leaves out."""
        return self._standing.left_out - (self._step - _FRACTION if self._step else _NOISE * self._total)

    def _weights(self) -> NDArray[np.float64]:
        """Persons; more where every better plan covers the row, since it weighs more than all it may leave out."""
        persons = self._cover.persons
        is_must = persons > self._aim + _NOISE * self._total
        return np.where(is_must, np.maximum(persons, _RAISED * self._standing.left_out), persons)

    def _left_out(self, columns: NDArray[np.int32]) -> float:
        return float(self._cover.persons[~self._cover.covered_by(columns)].sum())
