"""Options: what may be done at each site and when, as the columns of one cover matrix.

A site that may be labelled, upgraded, closed, or open in 2026 or in 2027, is several columns, and clauses say
which go together. So every goal and every clause works on kinds and phases without knowing of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from siting.allocation.cell_times import CellTimes
from siting.allocation.composed.clauses import Clause
from siting.allocation.cover import CoverSets
from siting.allocation.plan import Decisions, Plan


@dataclass(frozen=True, eq=False)
class Kind:
    """A kind of house, or what becomes of an existing site.

    Attributes
    ----------
    name : str
        ``label``, ``upgrade``, ``create``, ``itinerant``, ``tele``, ``keep``, ``close``: free text here.
    cost : number or numbers, shape (n_sites,)
        Negative where it saves money.
    may_open : bools, shape (n_sites,), optional
        Where; by default every site that does not exist yet.
    standard_s : float, optional
        Its own service standard; by default that of the problem.
    need_share : float
        Share (0–1) of a person's needs that it meets: below 1 for tele. A person counts for the largest
        share among the open options within their standards, never for their sum.
    capacity : number or numbers, shape (n_sites,)
        What it can serve in a phase, in the units of demand (consultations).
    counts : bool
        Whether it is one of the new houses that are counted.
    """

    name: str
    cost: ArrayLike = 0.0
    may_open: ArrayLike | None = None
    standard_s: float | None = None
    need_share: float = 1.0
    capacity: ArrayLike = np.inf
    counts: bool = True


KEEP = Kind("keep", counts=False)
"""An existing site left as it is: free, within the standard of the problem, without a limit of capacity."""


@dataclass(frozen=True)
class Opening:
    """What a plan changes: one entry per site, ascending.

    Attributes
    ----------
    site : int32 array
        Rows of the sites table.
    kind : int32 array
        Place in ``Options.kinds``.
    phase : int32 array
        The first phase, from 0, in which it is so.
    cost, capacity : float64 arrays
    """

    site: NDArray[np.int32]
    kind: NDArray[np.int32]
    phase: NDArray[np.int32]
    cost: NDArray[np.float64]
    capacity: NDArray[np.float64]


@dataclass(frozen=True)
class Options:
    """The options of a problem. Make one with `expand`.

    Attributes
    ----------
    cover : CoverSets
        Rows: a cell in a phase at a level of need; columns: options.
    kinds : tuple of str
    site, kind, phase : int32 arrays, shape (n_options,)
        An option means: at this site, this kind is in place in this phase. ``kind`` is a place in ``kinds``.
    option_cost, capacity : float64 arrays, shape (n_options,)
    is_counted : bool array, shape (n_options,)
        Options of kinds that count as houses, in any phase.
    cell, cell_phase : int32 arrays, shape (n_rows,)
    need : float64 array, shape (n_rows,)
        Share of a person's needs that the row stands for: the rows of a cell in a phase add up to 1.
    time_s : float32 array, shape (cover.n_pairs,)
        Travel time of each pair of ``cover``.
    times : CellTimes
        Cells × options: those in the last phase that meet all needs, to the cutoff, whatever their standard.
    existing : int32 array
        Options of existing sites about which nothing is to be decided, and that cost nothing.
    kept : int32 array
        Options that leave the other existing sites as they are.
    clauses : tuple of Clause
        One option per site and phase; what opens stays open. `compose` adds them.
    n_phases : int
    """

    cover: CoverSets
    kinds: tuple[str, ...]
    site: NDArray[np.int32]
    kind: NDArray[np.int32]
    phase: NDArray[np.int32]
    option_cost: NDArray[np.float64]
    capacity: NDArray[np.float64]
    is_counted: NDArray[np.bool_]
    cell: NDArray[np.int32]
    cell_phase: NDArray[np.int32]
    need: NDArray[np.float64]
    time_s: NDArray[np.float32] = field(repr=False)
    times: CellTimes
    existing: NDArray[np.int32]
    kept: NDArray[np.int32]
    clauses: tuple[Clause, ...]
    n_phases: int

    @property
    def cost(self) -> NDArray[np.float64]:
        """Shape (n_options,): what a whole plan costs, for `LeastCost` and `Budget`."""
        return np.where(self.phase == self.n_phases - 1, self.option_cost, 0.0)

    @property
    def counts(self) -> NDArray[np.bool_]:
        """Shape (n_options,): what counts as one house of a whole plan, for `FewestHouses` and `Houses`."""
        return self.houses_by(self.n_phases - 1)

    def houses_by(self, phase: int) -> NDArray[np.bool_]:
        """Shape (n_options,): what counts as one house by the end of a phase, for `Houses`."""
        return np.asarray(self.is_counted & (self.phase == phase))

    def cost_by(self, phase: int) -> NDArray[np.float64]:
        """Shape (n_options,): what is spent from the first phase to this one, for `Budget`."""
        return np.where(self.phase == phase, self.option_cost, 0.0)

    def cost_in(self, phase: int) -> NDArray[np.float64]:
        """Shape (n_options,): what is spent in one phase alone, for `Budget`."""
        return self.cost_by(phase) - self.cost_by(phase - 1)

    def rows(self, values: ArrayLike, *, phase: int | None = None) -> NDArray[np.float64]:
        """Shape (n_rows,): a value per cell as weights of the rows of one phase, of all by default."""
        weights = np.asarray(values, dtype=np.float64)[self.cell] * self.need
        return weights if phase is None else np.where(self.cell_phase == phase, weights, 0.0)

    def areas(self, area: ArrayLike, *, phase: int | None = None) -> NDArray[np.int32]:
        """Shape (n_rows,): an area per cell as the areas of the rows of one phase (the last), for `CoveredShare`."""
        wanted = self.n_phases - 1 if phase is None else phase
        return np.where(self.cell_phase == wanted, np.asarray(area)[self.cell], -1).astype(np.int32)

    def zones(self, zone: ArrayLike) -> NDArray[np.int32]:
        """Shape (n_options,): a zone per site as the zones of what counts as a house, for `NewPerZone`."""
        return np.where(self.counts, np.asarray(zone)[self.site], -1).astype(np.int32)

    def pairs(self, pairs: ArrayLike) -> NDArray[np.int32]:
        """Shape (n, 2): pairs of sites as pairs of what counts as a house there, for `Apart`."""
        counted = np.flatnonzero(self.counts)
        at = {site: counted[self.site[counted] == site] for site in np.unique(np.asarray(pairs)).tolist()}
        grids = [np.stack(np.meshgrid(at[a], at[b]), axis=-1).reshape(-1, 2) for a, b in np.asarray(pairs).tolist()]
        return np.concatenate([np.zeros((0, 2), dtype=np.int64), *grids]).astype(np.int32)

    def changes(self, plan: Plan) -> NDArray[np.int32]:
        """The options of the last phase that a plan takes, existing sites that are kept left out."""
        is_taken = np.zeros(len(self.site), dtype=np.bool_)
        is_taken[plan.opened] = True
        is_changed = is_taken & (self.kind != len(self.kinds) - 1) & (self.phase == self.n_phases - 1)
        return np.flatnonzero(is_changed).astype(np.int32)

    def opening(self, plan: Plan) -> Opening:
        """What a plan changes, and from which phase on; existing sites that are kept are not in it."""
        is_taken = np.zeros(len(self.site), dtype=np.bool_)
        is_taken[plan.opened] = True
        n_taken = is_taken.reshape(self.n_phases, -1).sum(axis=0)
        last = self.changes(plan) % len(n_taken)
        last = last[np.argsort(self.site[last], kind="stable")]
        phase = (self.n_phases - n_taken[last]).astype(np.int32)
        return Opening(self.site[last], self.kind[last], phase, self.option_cost[last], self.capacity[last])

    def decisions(self, plan: Plan, n_sites: int) -> Decisions:
        """What stands at each site in the last phase, existing sites that are kept among them."""
        n_once = len(self.site) // self.n_phases
        is_there = np.zeros(len(self.site), dtype=np.bool_)
        is_there[plan.opened] = True
        is_there[self.existing] = True
        last = len(self.site) - n_once + np.flatnonzero(is_there[-n_once:])
        site = self.site[last]
        names = np.array(self.kinds)
        option, phase = np.full(n_sites, "", dtype=names.dtype), np.full(n_sites, -1, dtype=np.int32)
        cost, capacity = np.zeros(n_sites), np.zeros(n_sites)
        option[site] = names[self.kind[last]]
        cost[site], capacity[site] = self.option_cost[last], self.capacity[last]
        opening = self.opening(plan)
        phase[opening.site] = opening.phase
        return Decisions(option, phase, cost, capacity)
