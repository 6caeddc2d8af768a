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

_WHOLE = 1.0 - 1e-6
_TRIED = 40
"""Exchanges for each plan: of 310 sites and 10 houses, 17 are tried before the first that is better, 76 in all."""


@dataclass(frozen=True)
class Shared:
    """Free columns that are open, what sharing out costs then, the price of each row, and the column of whole rows."""

    free: NDArray[np.integer]
    cost: float
    v: NDArray[np.float64]
    column: NDArray[np.int32]


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


def shared_by(core: Core, free: NDArray[np.integer], effort: Effort) -> Shared | None:
    """Least cost when rows may be shared out between the fixed columns and these; None where the time is up."""
    dense, n_rows = core.dense, len(core.dense.demand)
    opened = np.flatnonzero(dense.is_fixed | np.isin(np.arange(len(core.site)), free))
    place = np.full(len(core.site), -1)
    place[opened] = np.arange(len(opened))
    pair = np.flatnonzero((place[core.column] >= 0) & (core.cost < dense.unserved[core.row]))
    row = core.row[pair]
    order = np.argsort(row, kind="stable")
    program = GrowingProgram(np.concatenate([core.cost[pair], dense.unserved]), 1.0)
    start = np.searchsorted(row[order], np.arange(n_rows + 1)).astype(np.int64)
    alone = len(pair) + np.arange(n_rows)
    once = np.insert(order, start[1:], alone).astype(np.int32)
    program.take(start + np.arange(n_rows + 1), once, np.ones(len(once)), np.ones(n_rows))
    room = np.searchsorted(place[core.column[pair]], np.arange(len(opened) + 1)).astype(np.int64)
    load = -dense.demand[row].astype(np.float64)
    program.take(room, np.arange(len(pair), dtype=np.int32), load, -dense.capacity[opened].astype(np.float64))
    solved = program.solved(effort)
    if solved is None:
        return None
    column = np.full(n_rows, -1, dtype=np.int32)
    is_whole = solved.x[: len(pair)] > _WHOLE
    column[row[is_whole]] = core.column[pair[is_whole]]
    return Shared(free, solved.value, np.clip(solved.price[:n_rows], 0.0, dense.unserved), column)


def _whole(core: Core, shared: Shared, effort: Effort) -> NDArray[np.int32]:
    """The rows that are whole stay where they are; the others go where there is room; then shifts, swaps, ejections."""
    search = single_source.stand(core.dense, shared.free.astype(np.int32))
    single_source.restore(core.dense, search, shared.column)
    search.is_open[shared.free] = True
    single_source.insert(core.dense, search)
    while single_source.improve(core.dense, search) and effort.left_s > 0:
        pass
    return search.column
