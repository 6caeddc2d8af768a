"""The integer programs, written in PuLP; the docstrings of `problems` explain them.

Each takes what is left of a problem once existing, forced and forbidden sites are taken out: every
column is a free candidate.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pulp
from numpy.typing import NDArray

from siting.allocation.cover import CoverSets
from siting.allocation.covering.local_cuts import Cut

Variables = list[pulp.LpVariable]


def lscp_model(
    cover: CoverSets, cost: NDArray[np.float64], cuts: Sequence[Cut] = ()
) -> tuple[pulp.LpProblem, Variables]:
    """Columns of least cost that cover every row; returns the model and x, one variable per column.

    ``cuts`` change the relaxation alone: every cover keeps them.
    """
    model = pulp.LpProblem("lscp", pulp.LpMinimize)
    x = _binaries(model, "open", cover.n_sites)
    model.setObjective(pulp.LpAffineExpression(dict(zip(x, cost.tolist(), strict=True))))
    for i, sites in enumerate(_rows_of(cover)):
        _add(model, dict.fromkeys((x[j] for j in sites), 1), pulp.LpConstraintGE, 1, f"cover_{i:06d}")
    for k, cut in enumerate(cuts):
        terms = {x[j]: weight for j, weight in zip(cut.site.tolist(), cut.weight.tolist(), strict=True)}
        _add(model, terms, pulp.LpConstraintGE, cut.least, f"cut_{k:06d}")
    return model, x


def mclp_model(cover: CoverSets, new_houses: int) -> tuple[pulp.LpProblem, Variables]:
    """Most weight of covered rows with ``new_houses`` columns; returns the model and x."""
    model = pulp.LpProblem("mclp", pulp.LpMaximize)
    x = _binaries(model, "open", cover.n_sites)
    y = [model.add_variable(f"covered_{i:06d}", 0, 1) for i in range(cover.n_cells)]
    model.setObjective(pulp.LpAffineExpression(dict(zip(y, cover.persons.tolist(), strict=True))))
    for i, sites in enumerate(_rows_of(cover)):
        _add(model, {**dict.fromkeys((x[j] for j in sites), 1), y[i]: -1}, pulp.LpConstraintGE, 0, f"cover_{i:06d}")
    _add(model, dict.fromkeys(x, 1), pulp.LpConstraintLE, new_houses, "houses")
    return model, x


def p_median_model(
    start: NDArray[np.int64],
    site: NDArray[np.int32],
    time_s: NDArray[np.float32],
    persons: NDArray[np.float64],
    cap_s: NDArray[np.float64],
    n_sites: int,
    new_houses: int,
) -> tuple[pulp.LpProblem, Variables]:
    """Least person-seconds with ``new_houses`` columns; returns the model and x.

    A row that no column serves counts for its cap; the objective says what each service saves on that.
    """
    model = pulp.LpProblem("p_median", pulp.LpMinimize)
    x = _binaries(model, "open", n_sites)
    costs = pulp.LpAffineExpression(constant=float((persons * cap_s).sum()))
    rows = zip(start[:-1].tolist(), start[1:].tolist(), persons.tolist(), cap_s.tolist(), strict=True)
    for i, (first, last, weight, cap) in enumerate(rows):
        served = [model.add_variable(f"served_{i:06d}_{j:06d}", 0) for j in site[first:last].tolist()]
        for z, j, seconds in zip(served, site[first:last].tolist(), time_s[first:last].tolist(), strict=True):
            costs[z] = weight * (seconds - cap)
            _add(model, {z: 1, x[j]: -1}, pulp.LpConstraintLE, 0, f"open_if_{z.name}")
        if served:
            _add(model, dict.fromkeys(served, 1), pulp.LpConstraintLE, 1, f"once_{i:06d}")
    model.setObjective(costs)
    _add(model, dict.fromkeys(x, 1), pulp.LpConstraintLE, new_houses, "houses")
    return model, x


class Pairs(NamedTuple):
    """Pairs of a row and a column that may serve it, and what that costs."""

    row: NDArray[np.int32]
    column: NDArray[np.int32]
    cost: NDArray[np.float64]


def capacitated_p_median_model(
    pairs: Pairs,
    demand: NDArray[np.int64],
    capacity: NDArray[np.int64],
    unserved: NDArray[np.float64] | None,
    is_fixed: NDArray[np.bool_],
    new_houses: int,
) -> tuple[pulp.LpProblem, Variables, Variables]:
    """Least cost of serving each row whole by one column within its capacity; returns the model, x and z.

    ``unserved``: cost of a row that nobody serves; None where each must be served. ``is_fixed``: columns that
    are open and do not count among the ``new_houses``.
    """
    model = pulp.LpProblem("capacitated_p_median", pulp.LpMinimize)
    x = _binaries(model, "open", len(capacity))
    for j in np.flatnonzero(is_fixed).tolist():
        x[j].lowBound = 1
    listed = list(zip(pairs.row.tolist(), pairs.column.tolist(), pairs.cost.tolist(), strict=True))
    z = [model.add_variable(f"served_{i:06d}_{j:06d}", 0, 1, pulp.LpInteger) for i, j, _ in listed]
    spared = np.zeros(len(demand)) if unserved is None else unserved
    costs = {one: cost - float(spared[i]) for one, (i, _, cost) in zip(z, listed, strict=True)}
    model.setObjective(pulp.LpAffineExpression(costs, constant=float(spared.sum())))
    loads: list[dict[pulp.LpVariable, float]] = [{x[j]: -float(room)} for j, room in enumerate(capacity.tolist())]
    once: list[dict[pulp.LpVariable, float]] = [{} for _ in range(len(demand))]
    for one, (i, j, _) in zip(z, listed, strict=True):
        once[i][one] = 1
        loads[j][one] = float(demand[i])
        _add(model, {one: 1, x[j]: -1}, pulp.LpConstraintLE, 0, f"open_if_{one.name}")
    for i, terms in enumerate(once):
        if terms:
            _add(model, terms, pulp.LpConstraintEQ if unserved is None else pulp.LpConstraintLE, 1, f"once_{i:06d}")
        elif unserved is None:
            _add(model, {model.add_variable(f"nobody_{i:06d}", 0, 0): 1}, pulp.LpConstraintGE, 1, f"once_{i:06d}")
    for j, terms in enumerate(loads):
        _add(model, terms, pulp.LpConstraintLE, 0, f"room_{j:06d}")
    free = [variable for variable, fixed in zip(x, is_fixed.tolist(), strict=True) if not fixed]
    if free:
        _add(model, dict.fromkeys(free, 1), pulp.LpConstraintLE, new_houses, "houses")
    return model, x, z


class Packings(NamedTuple):
    """Sets of rows that a column may serve together: ``row[start[k]:start[k + 1]]`` by ``column[k]``, at ``cost[k]``.

    ``column`` is -1 where nobody serves the rows.
    """

    start: NDArray[np.int64]
    row: NDArray[np.int32]
    column: NDArray[np.int32]
    cost: NDArray[np.float64]

    def only(self, k: NDArray[np.integer]) -> Packings:
        """Some of them."""
        counts = np.diff(self.start)[k]
        start = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        place = np.repeat(self.start[k] - start[:-1], counts) + np.arange(start[-1])
        return Packings(start, self.row[place], self.column[k], self.cost[k])


def packings_model(
    packings: Packings, n_rows: int, is_free: NDArray[np.bool_], new_houses: int, triples: NDArray[np.int32]
) -> tuple[pulp.LpProblem, Variables]:
    """Packings of least cost, each row in one of them, at most one for a column; returns the model and z.

    ``is_free``: columns that count among the ``new_houses``. ``triples`` (n, 3) of rows change the relaxation
    alone: of the packings with two or three of them only one can be chosen.
    """
    model = pulp.LpProblem("packings", pulp.LpMinimize)
    z = _binaries(model, "packing", len(packings.column))
    model.setObjective(pulp.LpAffineExpression(dict(zip(z, packings.cost.tolist(), strict=True))))
    of_row: list[list[int]] = [[] for _ in range(n_rows)]
    of_column: dict[int, list[int]] = {}
    for k, j in enumerate(packings.column.tolist()):
        for i in packings.row[packings.start[k] : packings.start[k + 1]].tolist():
            of_row[i].append(k)
        if j >= 0:
            of_column.setdefault(j, []).append(k)
    for i, chosen in enumerate(of_row):
        _add(model, dict.fromkeys((z[k] for k in chosen), 1), pulp.LpConstraintEQ, 1, f"once_{i:06d}")
    for j, chosen in sorted(of_column.items()):
        _add(model, dict.fromkeys((z[k] for k in chosen), 1), pulp.LpConstraintLE, 1, f"one_{j:06d}")
    for n, rows in enumerate(triples.tolist()):
        several = Counter(k for i in rows for k in of_row[i])
        terms = {z[k]: 1 for k, count in sorted(several.items()) if count > 1}
        if terms:
            _add(model, terms, pulp.LpConstraintLE, 1, f"triple_{n:06d}")
    houses = {z[k]: 1 for j, chosen in sorted(of_column.items()) if is_free[j] for k in chosen}
    if houses:
        _add(model, houses, pulp.LpConstraintLE, new_houses, "houses")
    return model, z


def set_start(x: Variables, chosen: Iterable[int]) -> None:
    """Give the solver a plan to start from: the columns ``chosen`` open, the others not."""
    is_chosen = set(chosen)
    for j, variable in enumerate(x):
        variable.setInitialValue(int(j in is_chosen))


def chosen_columns(x: Variables) -> NDArray[np.int32]:
    """Columns that the solver opened, its 0.9999999 rounded."""
    return np.flatnonzero([variable.varValue is not None and variable.varValue > 0.5 for variable in x]).astype(
        np.int32
    )


def _binaries(model: pulp.LpProblem, name: str, n: int) -> Variables:
    return [model.add_variable(f"{name}_{j:06d}", 0, 1, pulp.LpInteger) for j in range(n)]


def _rows_of(cover: CoverSets) -> Iterable[list[int]]:
    site = cover.site.tolist()
    start = cover.cell_start.tolist()
    return (site[start[i] : start[i + 1]] for i in range(cover.n_cells))


def _add(model: pulp.LpProblem, terms: Mapping[pulp.LpVariable, float], sense: int, rhs: float, name: str) -> None:
    # 3.1 million nonzeros a second this way, 1.8 with lpSum.
    model.addConstraint(pulp.LpConstraint(pulp.LpAffineExpression(terms), sense, name, rhs))
