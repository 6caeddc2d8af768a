"""Lagrangian branch and bound for the p-median: open or close one column, bound again from the multipliers at hand.

After Christofides and Beasley (1982), A tree search algorithm for the p-median problem, European Journal of
Operational Research 10(2), 196-204. HiGHS, with a variable for each pair, ends the nodes with few pairs left.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from siting.allocation import formulation, subgradient
from siting.allocation.effort import Effort
from siting.allocation.highs import Outcome, run_highs
from siting.allocation.kernels import median
from siting.allocation.medians.core import Core, Left

_NODE_ITERATIONS = 80
_NODE_LENGTH = 1.0
"""500 points, p = 10: proven in 1.1 s of CPU; 4.9 s with 0.15, open after 10 s with 0.05."""
_FADING = 0.95
_PAIRS_FOR_HIGHS = 100_000
_PAIRS_PER_ROW_FOR_HIGHS = 30
"""900 points, p = 90: 4,100 pairs are left, 5 a row; HiGHS ends after 0.1 s of CPU, the tree has not found the best
plan after 4.4 s. 60 points at random times, p = 4: 3,600 pairs, 60 a row; HiGHS is open after a minute, the tree
ends after 0.3 s."""
_MOST_PAIRS_TO_BRANCH = 2_000_000


@dataclass(frozen=True)
class Standing:
    """The best columns so far, their cost in person-seconds, the bound, and multipliers that prove most of it.

    ``n_priced``: columns that the multipliers open or close for good.
    """

    columns: NDArray[np.int32]
    cost: float
    bound: float
    v_s: NDArray[np.float64]
    runs: tuple[Outcome, ...] = field(default=())
    n_priced: int = 0

    def is_done(self, effort: Effort) -> bool:
        """Whether the gap asked for is reached or the time is up."""
        return self.cost - self.bound <= (effort.gap + 1e-9) * self.cost or effort.left_s == 0


@dataclass(frozen=True)
class _Node:
    """Columns open in it, columns still free, multipliers and bound, how often each column was chosen, and a plan."""

    opened: NDArray[np.int64]
    is_free: NDArray[np.bool_]
    v_s: NDArray[np.float64]
    bound: float
    use: NDArray[np.float64]
    plan: NDArray[np.int64]


class Tree:
    """The branch and bound of one p-median problem.

    Parameters
    ----------
    core : Core
    houses : int
        Columns that may open.
    is_whole : bool
        Whether every plan costs a whole number.
    """

    def __init__(self, core: Core, houses: int, *, is_whole: bool) -> None:
        self._core, self._houses, self._is_whole = core, houses, is_whole
        self._scale = np.maximum(core.near.weight, 1e-9) ** -1.5

    def search(self, standing: Standing, effort: Effort, tell: Callable[[Standing], None]) -> Standing:
        """Best node first, until the bound meets the cost or the time is up."""
        free = np.ones(len(self._core.site), dtype=np.bool_)
        nothing = np.zeros(0, dtype=np.int64)
        root = self._priced(_Node(nothing, free, standing.v_s, standing.bound, np.zeros(len(free)), nothing), standing)
        if len(self._left(root, standing).column) > _MOST_PAIRS_TO_BRANCH:
            return replace(standing, n_priced=int((~root.is_free).sum()))
        root = self._climbed(root, standing, effort)
        standing = self._better(root, replace(standing, v_s=root.v_s, n_priced=int((~root.is_free).sum())))
        if self._is_closed(root.bound, standing):
            return self._bounded(root.bound, standing)
        left = self._left(root, standing)
        few = min(_PAIRS_FOR_HIGHS, _PAIRS_PER_ROW_FOR_HIGHS * len(self._core.near.weight))
        if len(left.column) <= few:
            return self._finished(root, left, standing, effort)
        heap, count = [(root.bound, 0, root)], 0
        while heap and effort.left_s > 0 and not standing.is_done(effort):
            node = heapq.heappop(heap)[2]
            if self._is_closed(node.bound, standing):
                continue
            for child in self._parted(node, standing, effort):
                standing = self._better(child, standing)
                count += 1
                heapq.heappush(heap, (child.bound, count, child))
            standing = self._bounded(heap[0][0] if heap else math.inf, standing)
            tell(standing)
        return self._bounded(heap[0][0] if heap else math.inf, standing)

    def _bounded(self, least: float, standing: Standing) -> Standing:
        """With the bound of the nodes that are open; of none, the best columns are proven."""
        bound = standing.cost if self._is_closed(least, standing) else max(standing.bound, least)
        return replace(standing, bound=bound)

    def _left(self, node: _Node, standing: Standing) -> Left:
        """The pairs that a better plan of the node may use.

        A cell that waits longer than v by more than the gap divided by its weight is in none.
        """
        near = self._core.near
        # Below the time to the open columns, which then save nothing: their savings have no place in the bound.
        v_s = np.minimum(node.v_s, self._cap_s(node))
        savings = median.column_savings(near, v_s)[node.is_free]
        houses = self._houses - len(node.opened)
        bound = (near.weight * v_s).sum() - savings[subgradient.largest(savings, houses)].sum()
        slack = standing.cost - bound + 1e-9 * standing.cost
        longest_s = v_s + (slack + 1.0) / np.maximum(near.weight, 1e-9)
        return self._core.pairs_left(node.opened, np.flatnonzero(node.is_free), longest_s)

    def _finished(self, node: _Node, left: Left, standing: Standing, effort: Effort) -> Standing:
        """Branch and bound of HiGHS on the pairs left of a node that stands for the whole problem."""
        free = np.flatnonzero(node.is_free)
        model, x = formulation.p_median_model(
            left.start,
            left.column,
            left.time_s,
            self._core.times.persons,
            left.cap_s,
            len(free),
            self._houses - len(node.opened),
        )
        run = run_highs(model, effort)
        standing = replace(standing, runs=(*standing.runs, run))
        if run.has_values:
            chosen = free[formulation.chosen_columns(x)][: self._houses - len(node.opened)]
            standing = self._better(replace(node, plan=np.concatenate([node.opened, chosen])), standing)
        return self._bounded(max(node.bound, run.bound), standing)

    def _parted(self, node: _Node, standing: Standing, effort: Effort) -> tuple[_Node, _Node]:
        """The node with one free column opened, and with it closed."""
        column = int(np.argmax(np.where(node.is_free, node.use, -1.0)))
        others = node.is_free.copy()
        others[column] = False
        opened = np.append(node.opened, column)
        return (
            self._climbed(replace(node, opened=opened, is_free=others), standing, effort),
            self._climbed(replace(node, is_free=others), standing, effort),
        )

    def _climbed(self, node: _Node, standing: Standing, effort: Effort) -> _Node:
        """The node with better multipliers, and without the columns that they price out of every better plan."""
        if self._is_leaf(node):
            return self._leaf(node)
        timed, left, free = self._core.near, self._houses - len(node.opened), np.flatnonzero(node.is_free)
        cap_s = self._cap_s(node)
        use = np.zeros(len(node.is_free))

        def evaluate(v_s: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
            savings = median.column_savings(timed, v_s)[free]
            chosen = subgradient.largest(savings, left)
            use[:] *= _FADING
            use[free[chosen]] += 1.0 - _FADING
            bound = float((timed.weight * v_s).sum() - savings[chosen].sum())
            return -bound, timed.weight * (median.times_saved(timed, free[chosen], v_s) - 1.0)

        bound, v_s = subgradient.lower(
            evaluate,
            np.minimum(node.v_s, cap_s),
            subgradient.Box(cap_s, self._scale),
            target=-standing.cost,
            iterations=_NODE_ITERATIONS,
            effort=effort,
            first_length=_NODE_LENGTH,
        )
        return self._priced(replace(node, v_s=v_s, bound=max(node.bound, -bound), use=use), standing)

    def _priced(self, node: _Node, standing: Standing) -> _Node:
        """The node, with the columns that its multipliers open or close for good, and the plan that they suggest."""
        timed, left = self._core.near, self._houses - len(node.opened)
        v_s = np.minimum(node.v_s, self._cap_s(node))
        savings = np.where(node.is_free, median.column_savings(timed, v_s), -np.inf)
        chosen = subgradient.largest(savings, left)
        bound = float((timed.weight * v_s).sum() - savings[chosen].sum())
        must, may = self._undecided(savings, left, bound, standing)
        opened, plan = np.concatenate([node.opened, must]), np.concatenate([node.opened, chosen])
        node = replace(node, opened=opened, is_free=may, plan=plan)
        return self._leaf(node) if self._is_leaf(node) else node

    def _is_leaf(self, node: _Node) -> bool:
        """Whether a single plan is left that may be better than the best one known."""
        return int(node.is_free.sum()) <= self._houses - len(node.opened) or len(node.opened) == self._houses

    def _leaf(self, node: _Node) -> _Node:
        free = np.flatnonzero(node.is_free)[: self._houses - len(node.opened)]
        plan = np.concatenate([node.opened, free])
        return replace(node, plan=plan, bound=max(node.bound, self._cost(plan)))

    def _cap_s(self, node: _Node) -> NDArray[np.float64]:
        """Seconds of each row to the open columns of the node, at most its cap."""
        return median.two_nearest(self._core.near, node.opened.astype(np.int32))[0]

    def _undecided(
        self, savings: NDArray[np.float64], left: int, bound: float, standing: Standing
    ) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Columns that every better plan of the node opens, and those that one may open."""
        is_large = np.zeros(len(savings), dtype=np.bool_)
        is_large[subgradient.largest(savings, left)] = True
        lowest_in = savings[is_large].min(initial=np.inf)
        highest_out = savings[~is_large].max(initial=-np.inf)
        must = is_large & self._is_above(bound + savings - highest_out, standing)
        may = ~must & np.isfinite(savings) & (is_large | ~self._is_above(bound + lowest_in - savings, standing))
        return np.flatnonzero(must), may

    def _better(self, node: _Node, standing: Standing) -> Standing:
        cost = self._cost(node.plan)
        return replace(standing, columns=_sorted(node.plan), cost=cost) if cost < standing.cost else standing

    def _cost(self, columns: NDArray[np.int64]) -> float:
        return self._core.cost(_sorted(columns))

    def _is_closed(self, bound: float, standing: Standing) -> bool:
        """Whether no plan that costs ``bound`` or more is better than the best one known."""
        return bool(self._is_above(np.array([bound]), standing)[0])

    def _is_above(self, bound: NDArray[np.float64], standing: Standing) -> NDArray[np.bool_]:
        if self._is_whole:
            return np.asarray(np.ceil(bound - 1e-6 - 1e-12 * standing.cost) >= standing.cost)
        return np.asarray(bound >= standing.cost * (1.0 - 1e-9))


def _sorted(columns: NDArray[np.int64]) -> NDArray[np.int32]:
    return np.sort(columns).astype(np.int32)
