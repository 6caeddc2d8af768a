"""Lagrangian branch and bound for the capacitated p-median.

Each node allows some pairs of a cell and a column. Its bound comes from knapsacks (Ceselli and Righini, 2005, A
branch-and-price algorithm for the capacitated p-median problem, Networks 45(3), 125-142: the same bound, met there
by columns and here by a subgradient); pairs that it prices above the gap are dropped. A node of which few packings
may be better has them listed, and the best chosen; HiGHS ends those with few pairs left; in the others a cell that is
packed into several columns has them parted in two.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from siting.allocation import formulation, subgradient
from siting.allocation.effort import Effort
from siting.allocation.highs import run_highs
from siting.allocation.kernels import packing, single_source
from siting.allocation.medians.packing_core import Core, Standing, most_worth, price, profit_of
from siting.allocation.medians.packings import choose, listed

_ROOT_ITERATIONS = 1_500
_NODE_ITERATIONS = 80
_NODE_LENGTH = 0.05
_FADING = 0.95
_PAIRS_FOR_HIGHS = 200
_SHARES = (0.2, 0.5, 1.0)
"""Of the gap. 400 points, p = 30, a gap of 0.8 %: 40 million packings are within it, 11,000 within a sixth of it."""


@dataclass(frozen=True)
class _Node:
    """Pairs still allowed, multipliers, their bound, and how often the last packings used each pair."""

    is_allowed: NDArray[np.bool_]
    v: NDArray[np.float64]
    bound: float
    use: NDArray[np.float64]


def bound_first_node(core: Core, standing: Standing, effort: Effort) -> Standing:
    """Multipliers and bound with every pair allowed."""
    nobody = np.repeat(core.dense.unserved[:, None], 2, axis=1)
    second = np.partition(np.concatenate([core.dense.cost, nobody], axis=1), 1, axis=1)[:, 1]
    everything = np.ones(len(core.row), dtype=np.bool_)
    node = _climb(core, everything, second, standing.cost, _ROOT_ITERATIONS, 0.3, effort)
    return replace(standing, bound=min(max(node.bound, 0.0), standing.cost), v=node.v)


def branch(core: Core, standing: Standing, effort: Effort, tell: Callable[[Standing], None]) -> Standing:
    """Best node first, until the bound meets the cost or the time is up; infinite where not all can be served."""
    everything = np.ones(len(core.row), dtype=np.bool_)
    first = _climb(core, everything, standing.v, standing.cost, _NODE_ITERATIONS, _NODE_LENGTH, effort)
    standing = _deepened(core, first, standing, effort.share(0.7))
    tell(standing)
    heap, count = [(first.bound, 0, first)], 0
    floor = math.inf
    while heap and effort.left_s > 0 and not standing.is_done(core, effort):
        node = heapq.heappop(heap)[2]
        if _is_closed(core, node.bound, standing):
            continue
        node = replace(node, is_allowed=node.is_allowed & _may_be_better(core, node, standing))
        ended = _chosen(core, node, standing, effort)
        if ended is None and (node.is_allowed.sum() <= _PAIRS_FOR_HIGHS or not core.is_exact.all()):
            ended = _finish(core, node, standing, effort)
        if ended is not None:
            standing, bound = ended
            floor = min(floor, bound)
        else:
            for allowed in _parted(core, node):
                child = _climb(core, allowed, node.v, standing.cost, _NODE_ITERATIONS, _NODE_LENGTH, effort)
                child = replace(child, bound=max(child.bound, node.bound))
                if not _is_closed(core, child.bound, standing):
                    count += 1
                    heapq.heappush(heap, (child.bound, count, child))
        least = min([floor, standing.cost, *(entry[0] for entry in heap[:1])])
        standing = replace(standing, bound=max(standing.bound, least))
        tell(standing)
    if not heap and math.isinf(floor):
        return replace(standing, bound=standing.cost if core.serves_all(standing.column) else math.inf)
    return standing


def _is_closed(core: Core, bound: float, standing: Standing) -> bool:
    """Whether nothing better than the best assignment is below a bound."""
    if not core.serves_all(standing.column):
        return False
    return bool((np.ceil(bound - 1e-6) if core.is_whole else bound + 1e-9 * standing.cost) >= standing.cost)


def _climb(
    core: Core,
    is_allowed: NDArray[np.bool_],
    v: NDArray[np.float64],
    target: float,
    iterations: int,
    length: float,
    effort: Effort,
) -> _Node:
    """Lower bound Σ v − the best packings of the columns that open, v in [0, cost of not being served]."""
    dense = core.dense
    use = np.zeros(len(core.row))

    def evaluate(u: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        profit = profit_of(core, is_allowed, u)
        problem = (core.start, core.row, profit, dense.demand, dense.capacity, core.is_exact)
        values = packing.best_values(*problem)
        chosen = most_worth(core, values)
        parts = packing.packed_parts(*problem, chosen)
        use[:] = _FADING * use + (1 - _FADING) * parts
        served = np.bincount(core.row, weights=parts, minlength=len(u)).astype(np.float64)
        return float(values[chosen].sum() - u.sum()), served - 1.0

    bound, best = subgradient.lower(
        evaluate,
        v,
        subgradient.Box(dense.unserved, np.sqrt(np.maximum(core.weight, 1e-9))),
        target=-target,
        iterations=iterations,
        effort=effort,
        first_length=length,
    )
    return _Node(is_allowed, best, -bound, use)


def _may_be_better(core: Core, node: _Node, standing: Standing) -> NDArray[np.bool_]:
    """Pairs that a better assignment may use: forcing one in raises the bound by less than the gap.

    All of them where somebody must be served and is not yet: there is no gap then.
    """
    kept = np.ones(len(core.row), dtype=np.bool_)
    if not core.serves_all(standing.column):
        return kept
    dense, priced = core.dense, price(core, node.is_allowed, node.v)
    lowest_in = priced.values[priced.is_chosen & ~dense.is_fixed].min(initial=np.inf)
    for j in np.flatnonzero(core.is_exact):
        place = slice(core.start[j], core.start[j + 1])
        forced = packing.values_with(core.row[place], priced.profit[place], dense.demand, int(dense.capacity[j]))
        raised = priced.bound + (priced.values[j] if priced.is_chosen[j] else lowest_in) - forced
        kept[place] = (np.ceil(raised - 1e-6) if core.is_whole else raised - 1e-9 * standing.cost) < standing.cost
    return kept


def _parted(core: Core, node: _Node) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """The allowed pairs with the columns of one cell parted in two: a cell that is packed into several."""
    use = np.where(node.is_allowed, node.use, 0.0)
    n_rows = len(core.dense.demand)
    total = np.bincount(core.row, weights=use, minlength=n_rows)
    squares = np.bincount(core.row, weights=use**2, minlength=n_rows)
    spread = 1.0 - np.divide(squares, total**2, out=np.ones(n_rows), where=total > 0)
    n_left = np.bincount(core.row[node.is_allowed], minlength=n_rows)
    cell = int(np.argmax(np.where(n_left > 1, spread * core.dense.demand + 1e-9 * n_left, -1.0)))
    pairs = np.flatnonzero(node.is_allowed & (core.row == cell))
    pairs = pairs[np.argsort(-use[pairs], kind="stable")]
    first, second = node.is_allowed.copy(), node.is_allowed.copy()
    load = [0.0, 0.0]
    for pair in pairs.tolist():
        side = int(load[1] < load[0])
        (second if side == 0 else first)[pair] = False
        load[side] += use[pair] + 1e-12
    return first, second


def _deepened(core: Core, node: _Node, standing: Standing, effort: Effort) -> Standing:
    """A plan within a share of the gap, which is then the best; or the bound that there is none. Then within more."""
    for share in _SHARES:
        is_over = standing.is_done(core, effort) or effort.left_s == 0
        found = None if is_over else _chosen(core, node, standing, effort, share)
        if found is None:
            break
        standing = replace(found[0], bound=max(standing.bound, min(found[1], found[0].cost)))
    return standing


def _chosen(
    core: Core, node: _Node, standing: Standing, effort: Effort, share: float = 1.0
) -> tuple[Standing, float] | None:
    """The best choice of packings within a share of the gap, and the bound; None where they are too many."""
    if not (core.serves_all(standing.column) and core.is_exact.all()):
        return None
    priced = price(core, node.is_allowed, node.v)
    slack = share * max(standing.cost - (1.0 if core.is_whole else 0.0) - priced.bound, 0.0)
    packings = listed(core, priced, slack + 1e-6, effort)
    if packings is None:
        return None
    cutoff = priced.bound + slack
    chosen = choose(core, priced, packings, cutoff, effort)
    if chosen is None:
        return None
    standing = replace(standing, runs=(*standing.runs, *chosen.runs))
    if chosen.column is not None:
        cost = single_source.total(core.dense, chosen.column)
        standing = replace(standing, column=chosen.column, cost=cost) if cost < standing.cost else standing
    bound = max(node.bound, chosen.bound if share == 1.0 else min(chosen.bound, cutoff))
    return standing, math.inf if _is_closed(core, bound, standing) else bound


def _finish(core: Core, node: _Node, standing: Standing, effort: Effort) -> tuple[Standing, float]:
    """Branch and bound of HiGHS on the pairs of one node: the better assignment, and the node's bound."""
    dense = core.dense
    row, column = core.row[node.is_allowed], core.column[node.is_allowed]
    pairs = formulation.Pairs(row, column, core.cost[node.is_allowed])
    unserved = None if core.must_serve else dense.unserved
    model, _, z = formulation.capacitated_p_median_model(
        pairs, dense.demand, dense.capacity, unserved, dense.is_fixed, core.houses
    )
    run = run_highs(model, effort)
    standing = replace(standing, runs=(*standing.runs, run))
    if run.has_values:
        found = np.full(len(standing.column), -1, dtype=np.int32)
        taken = np.array([(variable.varValue or 0.0) > 0.5 for variable in z], dtype=np.bool_)
        found[row[taken]] = column[taken]
        cost = single_source.total(dense, found)
        if cost < standing.cost or not core.serves_all(standing.column):
            standing = replace(standing, column=found, cost=cost)
    if run.ended == "infeasible":
        return standing, math.inf
    bound = max(node.bound, run.bound)
    return standing, math.inf if _is_closed(core, bound, standing) else bound
