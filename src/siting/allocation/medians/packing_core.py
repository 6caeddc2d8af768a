"""What a capacitated p-median comes to once the sites that may not open are out, and where its search stands."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from siting.allocation import subgradient
from siting.allocation.effort import Effort
from siting.allocation.highs import Outcome
from siting.allocation.kernels import packing, single_source

_NEVER = -1e18


@dataclass(frozen=True)
class Core:
    """The allowed sites and their pairs.

    Attributes
    ----------
    site : int32 array
        Row of the sites table of each column.
    dense : Packing
        Costs by row and column; ``is_fixed`` columns (existing, forced) are open whatever happens.
    start, row, cost : arrays
        The pairs, by column.
    column : int32 array, shape (n_pairs,)
    is_exact : bool array, shape (n_columns,)
        Columns whose knapsack is filled by dynamic programming.
    weight : float64 array, shape (n_rows,)
        Persons.
    houses : int
        Columns that may open beside the fixed ones.
    must_serve : bool
        Whether every row must be served.
    """

    site: NDArray[np.int32]
    dense: single_source.Packing
    start: NDArray[np.int64]
    row: NDArray[np.int32]
    column: NDArray[np.int32]
    cost: NDArray[np.float64]
    is_exact: NDArray[np.bool_]
    weight: NDArray[np.float64]
    houses: int
    must_serve: bool

    @property
    def is_whole(self) -> bool:
        """Whether every cost is a whole number, so that a bound may be rounded up."""
        return bool((self.cost % 1 == 0).all() and (self.must_serve or (self.dense.unserved % 1 == 0).all()))

    def serves_all(self, column: NDArray[np.int32]) -> bool:
        """Whether an assignment serves everybody who must be."""
        return not self.must_serve or bool((column >= 0).all())


@dataclass(frozen=True)
class Standing:
    """The best assignment so far, its cost, the bound, and the multipliers of the first node."""

    column: NDArray[np.int32]
    cost: float
    bound: float
    v: NDArray[np.float64]
    runs: tuple[Outcome, ...] = ()

    def is_done(self, core: Core, effort: Effort) -> bool:
        """Whether the gap asked for is reached."""
        return core.serves_all(self.column) and self.cost - self.bound <= (effort.gap + 1e-9) * self.cost


@dataclass(frozen=True)
class Priced:
    """What multipliers say of a core.

    Attributes
    ----------
    v : float64 array, shape (n_rows,)
    profit : float64 array, shape (n_pairs,)
        What each pair earns, far below 0 where it is not allowed.
    values : float64 array, shape (n_columns,)
        The best packing of each column.
    is_chosen : bool array, shape (n_columns,)
        The fixed columns and the free ones worth most.
    toll : float64 array, shape (n_columns,)
        What a column must earn to be among those: 0 where it is fixed.
    bound : float
    """

    v: NDArray[np.float64]
    profit: NDArray[np.float64]
    values: NDArray[np.float64]
    is_chosen: NDArray[np.bool_]
    toll: NDArray[np.float64]
    bound: float


def price(core: Core, is_allowed: NDArray[np.bool_], v: NDArray[np.float64]) -> Priced:
    """The bound of multipliers where only some pairs are allowed, and what it is made of."""
    dense = core.dense
    profit = profit_of(core, is_allowed, v)
    values = packing.best_values(core.start, core.row, profit, dense.demand, dense.capacity, core.is_exact)
    is_chosen = np.zeros(len(values), dtype=np.bool_)
    is_chosen[most_worth(core, values)] = True
    is_scarce = (~dense.is_fixed).sum() > core.houses
    toll = values[is_chosen & ~dense.is_fixed].min(initial=np.inf) if is_scarce else 0.0
    return Priced(
        v,
        profit,
        values,
        is_chosen,
        np.where(dense.is_fixed, 0.0, toll),
        float(v.sum() - values[is_chosen].sum()),
    )


def profit_of(core: Core, is_allowed: NDArray[np.bool_], v: NDArray[np.float64]) -> NDArray[np.float64]:
    """Shape (n_pairs,): what each pair earns, far below 0 where it is not allowed."""
    return np.where(is_allowed, v[core.row] - core.cost, _NEVER)


def most_worth(core: Core, values: NDArray[np.float64]) -> NDArray[np.int64]:
    """The fixed columns and the ``houses`` free ones of most value."""
    free = np.flatnonzero(~core.dense.is_fixed)
    chosen = free[subgradient.largest(values[free], core.houses)]
    return np.sort(np.concatenate([np.flatnonzero(core.dense.is_fixed), chosen]))
