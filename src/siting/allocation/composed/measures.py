"""Measures that cuts describe: waiting times, and demand served within the capacity of sites."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order, maximum_flow

from siting.allocation.cell_times import CellTimes
from siting.allocation.composed.cuts import Cut
from siting.allocation.composed.options import Options
from siting.allocation.kernels import serving
from siting.allocation.subgradient import Box
from siting.arguments import numbers
from siting.errors import DataError, Fault

MOST_DEMAND = 2**31 - 1
"""What SciPy's flows count in."""


@dataclass(frozen=True, eq=False)
class Waiting:
    """Person-seconds to the nearest open site, at most ``penalty_s`` each. Make one with `waiting`.

    .. code-block:: text

        Σ_i w_i min(D, min_{j open} t_ij)  ≥  Σ_i w_i v_i − Σ_j x_j Σ_i w_i max(0, v_i − t_ij),   0 ≤ v_i ≤ D
    """

    times: CellTimes
    weights: NDArray[np.float64]
    penalty_s: float

    @property
    def least(self) -> float:
        return 0.0

    @property
    def is_whole(self) -> bool:
        """Whether every person-second is a whole number."""
        return all(bool((part % 1 == 0).all()) for part in (self.weights, self.times.time_s, np.array(self.penalty_s)))

    @property
    def box(self) -> Box:
        upper = np.full(self.times.n_cells, self.penalty_s)
        return Box(upper, np.maximum(self.weights, 1e-9) ** -1.5)

    def value(self, is_open: NDArray[np.bool_]) -> float:
        return float((self.weights * self._nearest_s(is_open)[0]).sum())

    def multipliers(self, is_open: NDArray[np.bool_]) -> NDArray[np.float64]:
        first, second = self._nearest_s(is_open)
        return 0.5 * (first + second)

    def cut(self, multipliers: NDArray[np.float64]) -> Cut:
        times = self.times
        saved = serving.savings(times.cell_start, times.site, times.time_s, self.weights, multipliers, times.n_sites)
        return Cut(float((self.weights * multipliers).sum()), -saved)

    def slope(self, multipliers: NDArray[np.float64], opened: NDArray[np.float64]) -> NDArray[np.float64]:
        times = self.times
        n_nearer = serving.nearer(times.cell_start, times.site, times.time_s, multipliers, opened)
        return self.weights * (1.0 - n_nearer)

    def _nearest_s(self, is_open: NDArray[np.bool_]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        times = self.times
        return serving.two_nearest_s(times.cell_start, times.site, times.time_s, is_open, self.penalty_s)


@dataclass(frozen=True, eq=False)
class Served:
    """Minus the demand served within the standard and within capacity. Make one with `served`.

    .. code-block:: text

        served = max Σ_ij f_ij      Σ_j f_ij ≤ q_i,  Σ_i f_ij ≤ C_j x_j,  f ≥ 0 within the standard
               ≤ Σ_i q_i u_i + Σ_j x_j K_j(u),      0 ≤ u_i ≤ 1
        K_j(u) = max Σ_i (1 − u_i) f_ij             f_ij ≤ q_i,  Σ_i f_ij ≤ C_j

    ``to_nearest``: every row goes to its nearest open site within the standard, which serves up to its capacity;
    else rows are shared out so that most is served. The second is never less, so its cuts hold for the first.
    """

    start: NDArray[np.int64]
    site: NDArray[np.int32]
    time_s: NDArray[np.float32]
    demand: NDArray[np.int64]
    capacity: NDArray[np.int64]
    to_nearest: bool

    @property
    def least(self) -> float:
        return -float(self.demand.sum())

    @property
    def box(self) -> Box:
        return Box(np.ones(len(self.demand)), np.maximum(self.demand, 1.0) ** -1.5)

    def value(self, is_open: NDArray[np.bool_]) -> float:
        if not self.to_nearest:
            return -float(self.flow(is_open)[0])
        loads = serving.nearest_loads(self.start, self.site, self.time_s, self.demand, is_open)
        return -float(np.minimum(loads, self.capacity).sum())

    def multipliers(self, is_open: NDArray[np.bool_]) -> NDArray[np.float64]:
        """The least cut of the flow: 0 for rows that could still send, were there room; 1 for the others."""
        return self.flow(is_open)[1]

    def flow(self, is_open: NDArray[np.bool_]) -> tuple[int, NDArray[np.float64]]:
        """Most demand that the open sites serve, and the price of each row: 0 where sites are full, 1 elsewhere."""
        pair = np.flatnonzero(is_open[self.site])
        n_rows, n_sites = len(self.demand), len(self.capacity)
        source, sink = n_rows + n_sites, n_rows + n_sites + 1
        tail = np.concatenate([np.full(n_rows, source), self._row[pair], n_rows + np.arange(n_sites)])
        head = np.concatenate([np.arange(n_rows), n_rows + self.site[pair], np.full(n_sites, sink)])
        most = np.concatenate([self.demand, self.demand[self._row[pair]], np.where(is_open, self.capacity, 0)])
        graph = csr_array((most.astype(np.int32), (tail, head)), shape=(sink + 1, sink + 1))
        found = maximum_flow(graph, source, sink)
        residual = csr_array(graph - found.flow)
        residual.data[residual.data < 0] = 0
        residual.eliminate_zeros()
        price = np.ones(sink + 1)
        price[breadth_first_order(residual, source, return_predecessors=False)] = 0.0
        return int(found.flow_value), price[:n_rows]

    def cut(self, multipliers: NDArray[np.float64]) -> Cut:
        earned, _ = self._fill(multipliers)
        return Cut(-float((self.demand * multipliers).sum()), -earned)

    def slope(self, multipliers: NDArray[np.float64], opened: NDArray[np.float64]) -> NDArray[np.float64]:
        taken = self._fill(multipliers)[1] * opened[self.site]
        sent = np.bincount(self._row, weights=taken, minlength=len(self.demand)).astype(np.float64)
        return sent - self.demand

    def _fill(self, price: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        order = np.argsort(price, kind="stable")
        return serving.fill(self.start, self.site, order, self.demand, price, self.capacity)

    @cached_property
    def _row(self) -> NDArray[np.int64]:
        return np.repeat(np.arange(len(self.demand)), np.diff(self.start))


def waiting(times: CellTimes | Options, *, penalty_s: float, weights: ArrayLike | None = None) -> Waiting:
    """Person-seconds to the nearest open site, for `LeastTime`.

    Parameters
    ----------
    times : CellTimes or Options
        Of options: the times within their standards, in the last phase, of those that meet all needs.
    penalty_s : float
        Seconds counted for a person whom no open site serves within them.
    weights : numbers, shape (n_cells,), optional
        Counted in the place of persons.

    Raises
    ------
    DataError
        When the penalty is not positive.
    """
    if not (np.isfinite(penalty_s) and penalty_s > 0):
        raise DataError(Fault("waiting", 0, 0, "penalty_s", f"must be positive, found {penalty_s}"))
    found = times.times if isinstance(times, Options) else times
    wanted = (found.n_cells,)
    counted = found.persons if weights is None else numbers(weights, where="waiting", name="weights", shape=wanted)
    if not (np.isfinite(counted).all() and (counted >= 0).all()):
        raise DataError(Fault("waiting", 0, 0, "weights", "must be finite and ≥ 0"))
    return Waiting(found, counted, float(penalty_s))


def served(
    times: CellTimes | Options,
    *,
    demand: ArrayLike,
    capacity: ArrayLike | None = None,
    standard_s: float = np.inf,
    phase: int | None = None,
    to_nearest: bool = False,
) -> Served:
    """Demand served within the standard and within the capacity of sites, for `MostServed`.

    Parameters
    ----------
    times : CellTimes or Options
    demand : whole numbers ≥ 0, shape (n_cells,)
        Consultations a year, say; of options that meet a share of needs, the rest is left to others.
    capacity : whole numbers ≥ 0 (or inf), one or shape (n_sites,)
        Of options, their own by default.
    standard_s : float
        Of options, their own.
    phase : int, optional
        The last by default.
    to_nearest : bool
        Whether people go to the nearest open site even where it is full.

    Raises
    ------
    DataError
        When demand or capacity are not whole numbers.
    """
    if isinstance(times, Options):
        asked = _whole("demand", times.rows(demand, phase=times.n_phases - 1 if phase is None else phase), split=True)
        room = times.capacity if capacity is None else capacity
        start, site, time_s, n_sites = times.cover.cell_start, times.cover.site, times.time_s, times.cover.n_sites
    else:
        asked = _whole("demand", numbers(demand, where="served", name="demand", shape=(times.n_cells,)))
        room = np.inf if capacity is None else capacity
        near = times.within(standard_s)
        start, site, n_sites = near.cell_start, near.site, times.n_sites
        time_s = _times_of(times, standard_s)
    if asked.sum() > MOST_DEMAND:
        problem = f"adds up to {asked.sum()}, at most {MOST_DEMAND} can be counted"
        raise DataError(Fault("served", 0, 0, "demand", problem, "give demand and capacity in larger units"))
    room = np.full(n_sites, room) if np.ndim(room) == 0 else room
    most = np.minimum(numbers(room, where="served", name="capacity", shape=(n_sites,)), asked.sum())
    return Served(start, site, time_s, asked, _whole("capacity", most), to_nearest)


def _times_of(times: CellTimes, standard_s: float) -> NDArray[np.float32]:
    """The times of the pairs of ``times.within(standard_s)``, in their order."""
    is_near = times.time_s <= standard_s
    cell = np.repeat(np.arange(times.n_cells), np.diff(times.cell_start))[is_near]
    return times.time_s[is_near][np.lexsort((times.site[is_near], cell))]


def _whole(name: str, values: NDArray[np.float64], *, split: bool = False) -> NDArray[np.int64]:
    """Whole numbers; ``split``: shares of whole numbers, rounded."""
    whole = np.round(values)
    if not (values >= 0).all() or not (split or (whole == values).all()):
        raise DataError(Fault("served", 0, 0, name, "must be whole numbers ≥ 0"))
    return whole.astype(np.int64)
