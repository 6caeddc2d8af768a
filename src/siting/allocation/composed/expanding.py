"""From sites to options: a column for each kind that may stand at a site, in each phase."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from siting.allocation.cell_times import CellTimes
from siting.allocation.composed.clauses import Clause
from siting.allocation.composed.option_clauses import OnePerSite, StaysOpen
from siting.allocation.composed.options import KEEP, Kind, Options
from siting.allocation.cover import CoverSets
from siting.arguments import amount, row_numbers
from siting.errors import DataError, Fault

_T = TypeVar("_T", bound=np.generic)


def expand(
    times: CellTimes,
    kinds: Sequence[Kind],
    *,
    standard_s: float,
    existing: ArrayLike = (),
    keep: Kind = KEEP,
    forced: ArrayLike = (),
    forbidden: ArrayLike = (),
    phase_weights: Sequence[float] = (1.0,),
) -> Options:
    """The options of every site: one column for each kind that may stand there, in each phase.

    .. code-block:: text

        x_skt ∈ {0, 1}      kind k is in place at site s in phase t
        Σ_k x_skt ≤ 1       one kind at each site; = 1 at existing sites (keep is one) and at forced ones
        x_skt ≤ x_sk,t+1    what opens stays open; an existing site that is kept may be changed later
        rows (i, l, t)      cell i at need level l in phase t, of weight g_t w_i (a_l - a_l+1), covered by the
                            options of phase t whose need share is at least a_l

    ``a_1 > a_2 > …`` are the need shares that occur, 1 the first, and 0 after the last. A person within the
    standard of an option that meets 30 % of needs counts for 0.3, and for 1 once a house is near.

    Parameters
    ----------
    times : CellTimes
        To a cutoff that is no less than any standard.
    kinds : sequence of Kind
        An existing site may be changed by every kind whose ``may_open`` is true there; ``close`` is a kind with
        ``need_share`` 0.
    standard_s : float
    existing : rows of the sites table
    keep : Kind
        What an existing site is when nothing is done.
    forced, forbidden : rows of the sites table
        Where some kind must stand in the last phase; where none may.
    phase_weights : sequence of float > 0
        ``g_t``, one per phase: how much a person covered in it counts.

    Raises
    ------
    DataError
        When a site that does not exist is named, one is both forced and forbidden, a forced one has no kind, or
        a share or weight is out of range.

    References
    ----------
    Berman and Krass (2002), The generalized maximal covering location problem, Computers & Operations
    Research 29(6), 563-581 (levels of cover); Schilling (1980), Dynamic location modeling for public-sector
    facilities, Decision Sciences 11(4), 714-724 (phases).
    """
    amount(standard_s, where="expand", name="standard_s")
    n_sites, n_phases = times.n_sites, len(phase_weights)
    is_existing, is_forced, is_forbidden = (_mask(n_sites, rows) for rows in (existing, forced, forbidden))
    everything = [*kinds, keep]
    allowed = np.stack([_where(kind, ~is_existing) & ~is_forbidden for kind in kinds] + [is_existing])
    _check(everything, allowed, is_existing, is_forced, is_forbidden, phase_weights)
    once = _OnePhase.of(everything, allowed, standard_s)
    levels = np.unique([1.0, *(k.need_share for k in everything if k.need_share > 0)])[::-1]
    steps = np.tile(levels - np.r_[levels[1:], 0.0], times.n_cells)
    cell = np.repeat(np.arange(times.n_cells, dtype=np.int32), len(levels))
    start, column, time_s = _pairs(times, once.site, once.standard_s, once.share, levels)
    cover = _over_phases(start, column, times.persons[cell] * steps, phase_weights, len(once.site))

    def every_phase(values: NDArray[_T]) -> NDArray[_T]:
        return np.tile(values, n_phases)

    return Options(
        cover=cover,
        kinds=tuple(k.name for k in everything),
        site=every_phase(once.site),
        kind=every_phase(once.kind),
        phase=np.repeat(np.arange(n_phases, dtype=np.int32), len(once.site)),
        option_cost=every_phase(once.cost),
        capacity=every_phase(once.capacity),
        is_counted=every_phase(np.array([k.counts for k in everything])[once.kind]),
        cell=every_phase(cell),
        cell_phase=np.repeat(np.arange(n_phases, dtype=np.int32), len(cell)),
        need=every_phase(steps),
        time_s=every_phase(time_s),
        times=_last_times(times, once.site, once.share, n_phases),
        existing=np.flatnonzero(every_phase(once.is_settled)).astype(np.int32),
        kept=np.flatnonzero(every_phase(once.is_kept & ~once.is_settled)).astype(np.int32),
        clauses=_clauses(once, is_existing, is_existing | is_forced, n_phases),
        n_phases=n_phases,
    )


@dataclass(frozen=True)
class _OnePhase:
    """The options of one phase, site after site.

    Attributes
    ----------
    site, kind : int32 arrays, shape (n_options,)
    cost, capacity, share, standard_s : float64 arrays, same shape
        Of what stands there; ``share`` is that of the needs that it meets.
    is_kept : bool array, same shape
        An existing site to which nothing is done.
    is_settled : bool array, same shape
        It cannot be otherwise. What is kept at a cost counts in budgets and goals, so it stays an option, the
        only one of its site.
    """

    site: NDArray[np.int32]
    kind: NDArray[np.int32]
    cost: NDArray[np.float64]
    capacity: NDArray[np.float64]
    share: NDArray[np.float64]
    standard_s: NDArray[np.float64]
    is_kept: NDArray[np.bool_]
    is_settled: NDArray[np.bool_]

    @classmethod
    def of(cls, kinds: Sequence[Kind], allowed: NDArray[np.bool_], standard_s: float) -> _OnePhase:
        """By what is allowed, kinds × sites; the last kind is to keep a site as it is."""
        site, kind = (rows.astype(np.int32) for rows in np.nonzero(allowed.T))
        n_sites = allowed.shape[1]
        per_site = [_value(k.cost, n_sites) for k in kinds], [_value(k.capacity, n_sites) for k in kinds]
        cost, capacity = (np.stack(values)[kind, site] for values in per_site)
        standards = np.array([standard_s if k.standard_s is None else k.standard_s for k in kinds])
        is_kept = kind == len(kinds) - 1
        return cls(
            site=site,
            kind=kind,
            cost=cost,
            capacity=capacity,
            share=np.array([k.need_share for k in kinds])[kind],
            standard_s=standards[kind],
            is_kept=is_kept,
            is_settled=is_kept & (allowed.sum(axis=0)[site] == 1) & (cost == 0),
        )


def _over_phases(
    start: NDArray[np.int64],
    column: NDArray[np.int32],
    persons: NDArray[np.float64],
    phase_weights: Sequence[float],
    n_options: int,
) -> CoverSets:
    """The rows of one phase, once for each phase and each of its own options."""
    phases = range(len(phase_weights))
    starts = np.concatenate([[0], *(start[1:] + phase * start[-1] for phase in phases)])
    columns = np.concatenate([column + phase * n_options for phase in phases]).astype(np.int32)
    weights = np.concatenate([weight * persons for weight in phase_weights])
    return CoverSets(starts.astype(np.int64), columns, weights, len(phases) * n_options)


def _clauses(
    once: _OnePhase, is_existing: NDArray[np.bool_], must: NDArray[np.bool_], n_phases: int
) -> tuple[Clause, ...]:
    """One option per site and phase; and options that stay: a kept site may only change, never go back."""
    site, is_settled = once.site, once.is_settled
    n_once, n_sites = len(site), len(must)
    group = np.where(is_settled, -1, site)
    groups = np.concatenate([np.where(group < 0, -1, group + t * n_sites) for t in range(n_phases)])
    exact = np.concatenate([is_existing if t < n_phases - 1 else must for t in range(n_phases)])
    used, dense = np.unique(groups[groups >= 0], return_inverse=True)
    number = np.full(len(groups), -1, dtype=np.int32)
    number[groups >= 0] = dense
    free = np.flatnonzero(~is_settled)
    early = np.concatenate([free + t * n_once for t in range(n_phases - 1)] or [free[:0]])
    pairs = np.stack([early, early + n_once], axis=1)
    goes_back = once.is_kept[early % n_once]
    pairs[goes_back] = pairs[goes_back, ::-1]
    clauses: list[Clause] = [OnePerSite(number, exact[used])] if len(used) else []
    return (*clauses, StaysOpen(pairs.astype(np.int32))) if len(pairs) else tuple(clauses)


def _pairs(
    times: CellTimes,
    site: NDArray[np.int32],
    standard_s: NDArray[np.float64],
    share: NDArray[np.float64],
    levels: NDArray[np.float64],
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float32]]:
    """Rows (cell, level) × options of one phase, within each option's standard and share: start, option, time."""
    order = np.argsort(site, kind="stable")
    first = np.searchsorted(site[order], np.arange(times.n_sites + 1))
    n_options = np.diff(first)[times.site]
    pair = np.repeat(np.arange(len(times.site)), n_options)
    offset = np.arange(len(pair)) - np.repeat(np.cumsum(n_options) - n_options, n_options)
    option = order[first[times.site[pair]] + offset]
    cell = np.repeat(np.arange(times.n_cells), np.diff(times.cell_start))[pair]
    time_s = times.time_s[pair]
    is_near = time_s <= standard_s[option]
    rows, columns, seconds = [], [], []
    for level, at_least in enumerate(levels):
        taken = is_near & (share[option] >= at_least)
        rows.append(cell[taken] * len(levels) + level)
        columns.append(option[taken])
        seconds.append(time_s[taken])
    row, column = np.concatenate(rows), np.concatenate(columns)
    ordered = np.lexsort((column, row))
    start = np.searchsorted(row[ordered], np.arange(times.n_cells * len(levels) + 1))
    return start.astype(np.int64), column[ordered].astype(np.int32), np.concatenate(seconds)[ordered]


def _last_times(times: CellTimes, site: NDArray[np.int32], share: NDArray[np.float64], n_phases: int) -> CellTimes:
    """To every option of the last phase that meets all needs."""
    anywhere = np.full(len(site), np.inf)
    start, column, time_s = _pairs(times, site, anywhere, share, np.ones(1))
    n_once = len(site)
    return CellTimes.from_csr(
        start, column + (n_phases - 1) * n_once, time_s, n_sites=n_phases * n_once, persons=times.persons
    )


def _mask(n_sites: int, rows: ArrayLike) -> NDArray[np.bool_]:
    mask = np.zeros(n_sites, dtype=np.bool_)
    mask[row_numbers(rows, n_sites, where="expand", name="sites")] = True
    return mask


def _where(kind: Kind, otherwise: NDArray[np.bool_]) -> NDArray[np.bool_]:
    return otherwise if kind.may_open is None else np.asarray(kind.may_open, dtype=np.bool_)


def _value(value: ArrayLike, n_sites: int) -> NDArray[np.float64]:
    return np.broadcast_to(np.asarray(value, dtype=np.float64), (n_sites,))


def _is_told(kind: Kind) -> bool:
    """Costs are finite, capacities and the standard at least 0."""
    standard_s = 0.0 if kind.standard_s is None else kind.standard_s
    is_costed = np.isfinite(np.asarray(kind.cost, dtype=np.float64)).all()
    return bool(is_costed and (np.asarray(kind.capacity, dtype=np.float64) >= 0).all() and standard_s >= 0)


def _check(
    kinds: Sequence[Kind],
    allowed: NDArray[np.bool_],
    is_existing: NDArray[np.bool_],
    is_forced: NDArray[np.bool_],
    is_forbidden: NDArray[np.bool_],
    phase_weights: Sequence[float],
) -> None:
    faults = []
    for name, mask, remedy in (
        ("forced", is_forced & is_forbidden, "keep each site in one of the two"),
        ("forbidden", is_existing & is_forbidden, "a kind named close says which existing sites may close"),
        ("forced", is_forced & ~is_forbidden & ~allowed.any(axis=0), "allow some kind there"),
    ):
        if mask.any():
            problem = "also forced or existing" if name == "forbidden" else "also forbidden, or no kind may open there"
            faults.append((name, f"{problem}: site {int(np.argmax(mask))}", remedy))
    shares = [kind.name for kind in kinds if not 0.0 <= kind.need_share <= 1.0]
    if shares:
        faults.append(("need_share", f"must lie in 0 … 1: {', '.join(shares)}", ""))
    odd = [kind.name for kind in kinds if not _is_told(kind)]
    if odd:
        faults.append(("kinds", f"a cost, a capacity or a standard is NaN, or capacity below 0: {', '.join(odd)}", ""))
    if len(phase_weights) == 0 or not all(0 < weight < np.inf for weight in phase_weights):
        faults.append(("phase_weights", "must be one number > 0 for each phase", ""))
    if faults:
        raise DataError(Fault("expand", 0, 0, *fault) for fault in faults)
