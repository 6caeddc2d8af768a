"""Branch and bound for covering everybody, on a relaxation that local cuts tighten in every node.

A cut of a few rows holds whatever is open, so that what is found in one node helps in all. The column to open or
close is chosen by trying the likeliest (strong branching: Applegate, Bixby, Chvátal and Cook, 1995, Finding cuts in the
TSP, DIMACS Technical Report 95-05).
"""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from siting.allocation.cover import CoverSets
from siting.allocation.covering.cut_relaxation import CutRelaxation
from siting.allocation.covering.growing import Solved
from siting.allocation.effort import Effort

_TRIED = 5
_CUTS = 30
_DOUBT = 1e-6
"""Of a solver's floats."""

_LEAST_GAIN = 1e-3


@dataclass(frozen=True)
class Node:
    """Columns that are open, columns that may be open (these among them), and the relaxation."""

    is_open: NDArray[np.bool_]
    may_open: NDArray[np.bool_]
    found: Solved


class CoveringTree:
    """The branch and bound of one problem.

    Parameters
    ----------
    cover : CoverSets
    cost : float64 array, shape (n_sites,)
    relaxation : CutRelaxation
        Of the same problem.
    columns : int32 array
        The best cover known.
    """

    def __init__(
        self,
        cover: CoverSets,
        cost: NDArray[np.float64],
        relaxation: CutRelaxation,
        columns: NDArray[np.int32],
    ) -> None:
        self._cover, self._cost, self._relaxation = cover, cost, relaxation
        self._step = 1.0 - _DOUBT if (cost % 1 == 0).all() else _DOUBT
        self._reach = np.sqrt(np.bincount(cover.site, minlength=cover.n_sites))
        self.columns = columns

    @property
    def _value(self) -> float:
        return float(self._cost[self.columns].sum())

    def search(self, root: Solved, effort: Effort) -> float:
        """The most that no cover costs less than, once the tree is empty or the time is up.

        ``columns`` are then the best cover known.
        """
        nothing = np.zeros(self._cover.n_sites, dtype=np.bool_)
        heap, count, unsolved = [(root.value, 0, self._priced(Node(nothing, ~nothing, root)))], 0, math.inf
        while heap and effort.left_s > 0 and self._is_open(heap[0][0]):
            node = heapq.heappop(heap)[2]
            for child in self._parted(node, effort):
                if child is None:
                    unsolved = min(unsolved, node.found.value)
                elif self._is_open(child.found.value):
                    count += 1
                    heapq.heappush(heap, (child.found.value, count, self._priced(child)))
        return min(self._value, unsolved, *(entry[0] for entry in heap[:1] if self._is_open(entry[0])))

    def _is_open(self, bound: float) -> bool:
        """Whether a cover that costs ``bound`` or more may be cheaper than the best known."""
        return bound <= self._value - self._step

    def _priced(self, node: Node) -> Node:
        """The node without the columns that no cheaper cover opens or closes, by their reduced cost."""
        slack = self._value - self._step - node.found.value + _DOUBT
        is_open = node.is_open | (node.may_open & (node.found.added < -slack))
        return Node(is_open, node.may_open & (is_open | (node.found.added <= slack)), node.found)

    def _parted(self, node: Node, effort: Effort) -> list[Node | None]:
        """The children that may hold a cheaper cover, tightened; None for one that the time was too short for."""
        best: list[Node | None] = []
        most = -1.0
        for j in self._likeliest(node):
            children = [
                self._bounded(limits, effort) for limits in _with_and_without(node, j) if self._covers(limits[1])
            ]
            bounds = [node.found.value if child is None else child.found.value for child in children]
            gains = [max(min(bound, self._value) - node.found.value, _LEAST_GAIN) for bound in bounds]
            promise = math.prod(gains) * self._value ** (2 - len(gains))
            if promise > most:
                best, most = children, promise
            if not all(self._is_open(bound) for bound in bounds) or effort.left_s == 0:
                break
        if most < 0:
            return self._whole(node)
        return [self._tightened(child, effort) for child in best]

    def _likeliest(self, node: Node) -> list[int]:
        """Columns open by half that cover most."""
        half = np.where(node.may_open & ~node.is_open, np.minimum(node.found.x, 1.0 - node.found.x), 0.0)
        first = np.argsort(-half * self._reach, kind="stable")[:_TRIED]
        return [int(j) for j in first if half[j] > _DOUBT]

    def _covers(self, may_open: NDArray[np.bool_]) -> bool:
        return bool(self._cover.covered_by(np.flatnonzero(may_open)).all())

    def _bounded(self, limits: tuple[NDArray[np.bool_], NDArray[np.bool_]], effort: Effort) -> Node | None:
        self._relaxation.limit(*limits)
        found = self._relaxation.solved(effort)
        return None if found is None else Node(*limits, found)

    def _tightened(self, child: Node | None, effort: Effort) -> Node | None:
        """The node after one more round of cuts."""
        if child is None or not self._is_open(child.found.value):
            return child
        if not self._relaxation.cut(child.found.x, _CUTS, effort):
            return child
        return self._bounded((child.is_open, child.may_open), effort) or child

    def _whole(self, node: Node) -> list[Node | None]:
        """No column is open by a part: a cover, of which nothing cheaper is in the node, or a solver's doubt."""
        columns = np.flatnonzero(node.found.x > 0.5).astype(np.int32)
        if not self._cover.covered_by(columns).all():
            return [None]
        if self._cost[columns].sum() < self._value:
            self.columns = columns
        return []


def _with_and_without(node: Node, j: int) -> list[tuple[NDArray[np.bool_], NDArray[np.bool_]]]:
    opened, others = node.is_open.copy(), node.may_open.copy()
    opened[j], others[j] = True, False
    return [(opened, node.may_open), (node.is_open, others)]
