"""Problems: what is asked of a cover matrix, as frozen values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from siting.allocation.cover import CoverSets
from siting.arguments import numbers, row_numbers
from siting.errors import DataError, Fault


@dataclass(frozen=True)
class Rules:
    """What the sites of a problem may do. Rows of the sites table, each once, ascending.

    Attributes
    ----------
    existing : int32 array
        Open today and kept: they cover, and cost nothing.
    forced : int32 array
        Candidates that must open.
    forbidden : int32 array
        Candidates that must not.
    """

    existing: NDArray[np.int32]
    forced: NDArray[np.int32]
    forbidden: NDArray[np.int32]

    def is_candidate(self, n_sites: int) -> NDArray[np.bool_]:
        """Shape (n_sites,): the sites that a plan may open, forced ones included."""
        allowed = np.ones(n_sites, dtype=np.bool_)
        allowed[self.existing] = False
        allowed[self.forbidden] = False
        return allowed


@dataclass(frozen=True)
class Lscp:
    """Location set covering problem. Make one with `lscp`, whose docstring has the formulation."""

    cover: CoverSets
    rules: Rules
    max_new: int | None
    cost: NDArray[np.float64]

    @property
    def is_coverable(self) -> NDArray[np.bool_]:
        """Shape (n_cells,): the cells that some existing or allowed site covers; a plan covers them all."""
        return _is_coverable(self.cover, self.rules)


@dataclass(frozen=True)
class Mclp:
    """Maximal covering location problem. Make one with `mclp`, whose docstring has the formulation."""

    cover: CoverSets
    rules: Rules
    new_houses: int

    @property
    def is_coverable(self) -> NDArray[np.bool_]:
        """Shape (n_cells,): the cells that some existing or allowed site covers."""
        return _is_coverable(self.cover, self.rules)


Problem = Lscp | Mclp
MOST_HOUSES = 2**31 - 1


def lscp(
    cover: CoverSets,
    *,
    existing: ArrayLike = (),
    forced: ArrayLike = (),
    forbidden: ArrayLike = (),
    max_new: int | None = None,
    cost: ArrayLike | None = None,
) -> Lscp:
    """Fewest (or least costly) new houses so that every coverable person is within the standard of one.

    .. code-block:: text

        minimise    Σ_j c_j x_j
        subject to  Σ_{j ∈ N_i} x_j ≥ 1     for each cell i in R
                    x_j = 1                 for each forced site j
                    Σ_j x_j ≤ max_new       where it is given
                    x_j ∈ {0, 1}            for each candidate j

    ``N_i``: candidates within the standard of cell i. ``R``: cells that no existing site covers and that
    some candidate does. Cells that nobody can cover are left to the caller: see ``is_coverable``. ``c_j``: 1, or
    the cost of site j, which makes this the weighted set covering problem.

    Parameters
    ----------
    cover : CoverSets
    existing, forced, forbidden : rows of the sites table
        Open and kept; must open; must not open. Every other site is a candidate.
    max_new : int, optional
        Most houses that may open, forced ones included; not together with ``cost``.
    cost : numbers > 0, shape (n_sites,), optional
        Of each new house, in any unit in which a millionth does not matter; best whole numbers, whose bounds can
        be rounded up. One each when absent.

    Raises
    ------
    DataError
        When the rules contradict each other or name a site that does not exist, or the costs do not fit.

    References
    ----------
    Toregas, Swain, ReVelle and Bergman (1971), The location of emergency service facilities,
    Operations Research 19(6), 1363-1373.
    """
    rules = make_rules("lscp", cover.n_sites, existing, forced, forbidden, "max_new", max_new)
    costs = np.ones(cover.n_sites) if cost is None else numbers(cost, where="lscp", name="cost")
    if costs.shape != (cover.n_sites,) or not (np.isfinite(costs).all() and (costs > 0).all()):
        raise DataError(
            Fault("lscp", 0, 0, "cost", f"must be positive and finite, one for each of {cover.n_sites} sites")
        )
    if max_new is not None and cost is not None:
        raise DataError(
            Fault("lscp", 0, 0, "max_new", "counts houses, while cost counts their costs", "give one of them")
        )
    return Lscp(cover=cover, rules=rules, max_new=max_new, cost=costs)


def mclp(
    cover: CoverSets,
    *,
    new_houses: int,
    existing: ArrayLike = (),
    forced: ArrayLike = (),
    forbidden: ArrayLike = (),
) -> Mclp:
    """Most people within the standard of a house, with a number of new houses.

    .. code-block:: text

        maximise    Σ_i w_i y_i
        subject to  y_i ≤ Σ_{j ∈ N_i} x_j   for each cell i that no existing site covers
                    Σ_j x_j ≤ p
                    x_j = 1                 for each forced site j
                    0 ≤ y_i ≤ 1,  x_j ∈ {0, 1}

    ``w_i``: persons of cell i. ``N_i``: candidates within the standard of cell i. ``p``: new houses. The
    objective reported also counts the persons whom existing sites cover. A plan opens fewer than ``p``
    houses when no further one would cover anybody else.

    Parameters
    ----------
    cover : CoverSets
    new_houses : int
        ``p`` ≥ 0, forced ones included.
    existing, forced, forbidden : rows of the sites table
        Open and kept; must open; must not open. Every other site is a candidate.

    Raises
    ------
    DataError
        When the rules contradict each other, or name a site that does not exist.

    References
    ----------
    Church and ReVelle (1974), The maximal covering location problem, Papers of the Regional Science
    Association 32, 101-118.
    """
    rules = make_rules("mclp", cover.n_sites, existing, forced, forbidden, "new_houses", new_houses)
    return Mclp(cover=cover, rules=rules, new_houses=int(new_houses))


def make_rules(
    model: str,
    n_sites: int,
    existing: ArrayLike,
    forced: ArrayLike,
    forbidden: ArrayLike,
    limit_name: str,
    limit: int | None,
) -> Rules:
    """The rules as sorted rows, or every contradiction among them at once."""
    faults: list[tuple[str, str, str]] = []
    named = []
    for name, rows in (("existing", existing), ("forced", forced), ("forbidden", forbidden)):
        try:
            named.append(np.unique(row_numbers(rows, n_sites, where=model, name=name)))
        except DataError as error:
            faults.extend((fault.field, fault.problem, fault.remedy) for fault in error.faults)
            named.append(np.zeros(0, np.int64))
    kept, must, never = named
    both = np.intersect1d(must, never)
    if len(both):
        faults.append(("forced", f"also forbidden: {_listed(both)}", "keep each site in one of the two"))
    kept_and_never = np.intersect1d(kept, never)
    if len(kept_and_never):
        problem = f"existing sites are kept, yet these are forbidden: {_listed(kept_and_never)}"
        faults.append(("forbidden", problem, "leave them out of existing to close them"))
    must = np.setdiff1d(must, kept)
    is_whole = isinstance(limit, (int, float, np.number)) and limit % 1 == 0 and abs(limit) <= MOST_HOUSES
    if limit is not None and not is_whole:
        faults.append((limit_name, f"must be whole, found {limit}", f"a number from 0 to {MOST_HOUSES}"))
    elif limit is not None and limit < 0:
        faults.append((limit_name, f"must be 0 or more, found {limit}", ""))
    elif limit is not None and len(must) > limit:
        problem = f"{len(must)} sites are forced open, but only {limit} may open"
        faults.append((limit_name, problem, f"allow {len(must)}, or force fewer"))
    if faults:
        raise DataError(Fault(model, 0, 0, *fault) for fault in faults)
    return Rules(*(rows.astype(np.int32) for rows in (kept, must, never)))


def _listed(rows: Sequence[int] | NDArray[np.int64]) -> str:
    shown = ", ".join(str(row) for row in rows[:5])
    return shown if len(rows) <= 5 else f"{shown} and {len(rows) - 5} more"


def _is_coverable(cover: CoverSets, rules: Rules) -> NDArray[np.bool_]:
    allowed = rules.is_candidate(cover.n_sites)
    allowed[rules.existing] = True
    return cover.covered_by(np.flatnonzero(allowed))
