"""Plans for many cells: shared out between the open sites first, then sites exchanged, and cells made whole.

With sites given, sharing out is a transportation problem. Its prices say what each site would be worth (`price` of
their best packings), so that few exchanges need be tried; and it splits fewer cells than there are open sites, so that
the others can stay where it puts them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from siting.allocation.covering.growing import GrowingProgram
from siting.allocation.effort import Effort
from siting.allocation.kernels import single_source
from siting.allocation.medians.packing_core import Core, Standing, price

_SOME = 1e-6
_LARGE = 0.5
"""Of the largest row that is split: rows as large are settled at once."""
_TRIED = 40
"""Exchanges for each plan: of 310 sites and 10 houses, 17 are tried before the first that is better, 76 in all."""


@dataclass(frozen=True)
class Shared:
    """Free columns that are open, what sharing out costs then, the price of each row, and the part of pairs used."""

    free: NDArray[np.integer]
    cost: float
    v: NDArray[np.float64]
    pair: NDArray[np.int64]
    part: NDArray[np.float64]


def share_out(core: Core, standing: Standing, effort: Effort) -> Standing:
    """The better of a standing and the plan that sharing out, exchanges and whole cells lead to."""
    every = np.ones(len(core.row), dtype=np.bool_)
    is_free = ~core.dense.is_fixed
    used = np.unique(standing.column[standing.column >= 0])
    plans = (used[is_free[used]], np.flatnonzero(is_free & price(core, every, standing.v).is_chosen))
    shared = [found for free in plans if (found := shared_by(core, free, effort)) is not None]
    if not shared:
        return standing
    best = _exchanged(core, min(shared, key=lambda one: one.cost), effort.share(0.8))
    column = _whole(core, best, effort)
    cost = single_source.total(core.dense, column)
    return replace(standing, column=column, cost=cost) if cost < standing.cost else standing


def _exchanged(core: Core, shared: Shared, effort: Effort) -> Shared:
    """One open column for another, the most promising first, while that costs less."""
    every, seen = np.ones(len(core.row), dtype=np.bool_), {tuple(shared.free.tolist())}
    has_moved = True
    while has_moved:
        has_moved = False
        values = np.where(core.dense.is_fixed, -np.inf, price(core, every, shared.v).values)
        others = values.copy()
        others[shared.free] = -np.inf
        gains = (others[None, :] - values[shared.free][:, None]).ravel()
        for place in np.argsort(-gains, kind="stable")[: min(_TRIED, int((gains > 0).sum()))].tolist():
            out, into = divmod(place, len(values))
            free = np.sort(np.append(np.delete(shared.free, out), into))
            if tuple(free.tolist()) in seen or effort.left_s == 0:
                continue
            seen.add(tuple(free.tolist()))
            found = shared_by(core, free, effort)
            if found is not None and found.cost < shared.cost * (1.0 - 1e-9):
                shared, has_moved = found, True
                break
    return shared


def shared_by(
    core: Core, free: NDArray[np.integer], effort: Effort, settled: NDArray[np.int32] | None = None
) -> Shared | None:
    """Least cost when rows may be shared out between the fixed columns and these; None where the time is up.

    ``settled``, shape (n_rows,): columns of rows that are whole already and take their room there, -1 for the others.
    """
    dense, n_rows = core.dense, len(core.dense.demand)
    settled = np.full(n_rows, -1, dtype=np.int32) if settled is None else settled
    opened = np.flatnonzero(dense.is_fixed | np.isin(np.arange(len(core.site)), free))
    place = np.full(len(core.site), -1)
    place[opened] = np.arange(len(opened))
    unserved = np.where(settled < 0, dense.unserved, 0.0)
    pair = np.flatnonzero((place[core.column] >= 0) & (core.cost < unserved[core.row]))
    row = core.row[pair]
    order = np.argsort(row, kind="stable")
    program = GrowingProgram(np.concatenate([core.cost[pair], unserved]), 1.0)
    start = np.searchsorted(row[order], np.arange(n_rows + 1)).astype(np.int64)
    alone = len(pair) + np.arange(n_rows)
    once = np.insert(order, start[1:], alone).astype(np.int32)
    program.take(start + np.arange(n_rows + 1), once, np.ones(len(once)), np.ones(n_rows))
    first = np.searchsorted(place[core.column[pair]], np.arange(len(opened) + 1)).astype(np.int64)
    load = -dense.demand[row].astype(np.float64)
    room = _room(core, settled)[opened].astype(np.float64)
    program.take(first, np.arange(len(pair), dtype=np.int32), load, -room)
    solved = program.solved(effort)
    if solved is None:
        return None
    used = np.flatnonzero(solved.x[: len(pair)] > _SOME)
    return Shared(free, solved.value, np.clip(solved.price[:n_rows], 0.0, unserved), pair[used], solved.x[used])


def _room(core: Core, settled: NDArray[np.int32]) -> NDArray[np.int64]:
    """Shape (n_columns,): capacity that settled rows leave."""
    placed = settled >= 0
    load = np.bincount(settled[placed], weights=core.dense.demand[placed], minlength=len(core.site))
    return np.asarray(core.dense.capacity - load.astype(np.int64))


def _whole(core: Core, shared: Shared, effort: Effort) -> NDArray[np.int32]:
    """Large rows that are split settle where most of them is, the others are shared out again, until few are left.

    These go where there is room; then shifts, swaps and ejections.
    """
    settled, n_settled = np.full(len(core.dense.demand), -1, dtype=np.int32), -1
    while n_settled != (settled >= 0).sum():
        n_settled = (settled >= 0).sum()
        settled = _settled(core, shared, settled)
        shared = shared_by(core, shared.free, effort, settled) or shared
    search = single_source.stand(core.dense, shared.free.astype(np.int32))
    single_source.restore(core.dense, search, _placed(core, shared, settled))
    search.is_open[shared.free] = True
    single_source.insert(core.dense, search)
    while single_source.improve(core.dense, search) and effort.left_s > 0:
        pass
    return search.column


def _placed(core: Core, shared: Shared, settled: NDArray[np.int32]) -> NDArray[np.int32]:
    """The settled rows and those that are whole but for a millionth; small ones that no longer fit for that wait."""
    row, column = core.row[shared.pair], settled.copy()
    is_whole = (shared.part > 1.0 - _SOME) & (settled[row] < 0)
    column[row[is_whole]] = core.column[shared.pair[is_whole]]
    room = _room(core, column)
    for j in np.flatnonzero(room < 0).tolist():
        movable = np.flatnonzero((column == j) & (settled < 0))
        movable = movable[np.argsort(core.dense.demand[movable], kind="stable")]
        n_waiting = 1 + int(np.searchsorted(np.cumsum(core.dense.demand[movable]), -room[j]))
        column[movable[:n_waiting]] = -1
    return column


def _settled(core: Core, shared: Shared, settled: NDArray[np.int32]) -> NDArray[np.int32]:
    """The settled rows, and the largest of those that are split, each where most of it is and it has room."""
    row = core.row[shared.pair]
    is_split = (shared.part < 1.0 - _SOME) & (settled[row] < 0)
    demand = np.where(is_split, core.dense.demand[row], 0)
    large = np.flatnonzero(is_split & (demand >= _LARGE * demand.max(initial=0)))
    settled, room = settled.copy(), _room(core, settled)
    for place in large[np.argsort(-shared.part[large], kind="stable")].tolist():
        i, j = row[place], core.column[shared.pair[place]]
        if settled[i] < 0 and room[j] >= demand[place]:
            settled[i] = j
            room[j] -= demand[place]
    return settled
