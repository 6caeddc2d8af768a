"""Whether the arrays of goals and clauses fit a cover matrix: what a composed problem is made of, checked once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields, is_dataclass
from typing import Any, get_args

import numpy as np

from siting.allocation.composed.goals import GoalName
from siting.allocation.cover import CoverSets
from siting.errors import DataError, Fault

_PER_SITE = ("cost", "counts", "zone")
_PER_CELL = ("persons", "weights", "area")
_ROWS = ("pairs", "opened")
_PLAIN = ("at_least", "at_most", "at_least_share", "by")
_LARGEST = {"persons": 1e9, "weights": 1e9, "cost": 1e12}
"""HiGHS keeps rules to a millionth and refuses factors over 1e15, which times and sums of more people would pass."""


def check_fit(cover: CoverSets, goals: Sequence[object], clauses: Sequence[object]) -> None:
    """Refuse goals and clauses that do not fit the cover sets, all at once.

    Raises
    ------
    DataError
        There is no goal, or none of that name; an array has another shape, or holds NaN, infinity or what are no
        numbers; rows of sites that are not there; persons, weights or costs that the solver cannot tell apart.
    """
    faults = [Fault("compose", 0, 0, "goals", "are none", "give at least one")] if len(goals) == 0 else []
    faults.extend(_faults_of("compose", "persons", cover.persons, cover))
    for part in (*goals, *clauses):
        where = "compose" if isinstance(part, str) else type(part).__name__
        if isinstance(part, str):
            if part not in get_args(GoalName):
                known = ", ".join(get_args(GoalName))
                faults.append(Fault(where, 0, 0, "goals", f"no goal is named {part!r}", known))
        elif is_dataclass(part):
            for one in fields(part):
                faults.extend(_faults_of(where, one.name, getattr(part, one.name), cover))
    if faults:
        raise DataError(faults)


def _faults_of(where: str, name: str, value: Any, cover: CoverSets) -> Iterator[Fault]:
    """What is wrong with a field, if it is one of those that are known here."""
    if value is None or name not in (*_PER_SITE, *_PER_CELL, *_ROWS, *_PLAIN):
        return
    if name not in _PLAIN and not isinstance(value, np.ndarray):
        yield Fault(where, 0, 0, name, f"is a {type(value).__name__}", "a NumPy array")
        return
    values = np.asarray(value)
    wanted = (cover.n_sites,) if name in _PER_SITE else (cover.n_cells,) if name in _PER_CELL else values.shape
    if name == "pairs":
        wanted = (len(values), 2)
    if values.dtype.kind not in "fiub" or not np.isfinite(values).all():
        yield Fault(where, 0, 0, name, "holds NaN, infinity or what is no number")
    elif values.shape != wanted:
        yield Fault(where, 0, 0, name, f"has shape {values.shape}, wanted {wanted}")
    elif name in _ROWS and ((values < 0) | (values >= cover.n_sites)).any():
        yield Fault(where, 0, 0, name, "names sites that are not there", f"rows are 0 … {cover.n_sites - 1}")
    elif name == "pairs" and (values[:, 0] == values[:, 1]).any():
        yield Fault(where, 0, 0, name, "holds a site and itself", "pairs of different sites")
    elif name in ("weights", "persons") and (values < 0).any():
        yield Fault(where, 0, 0, name, "is negative somewhere")
    elif np.abs(values).max(initial=0.0) > _LARGEST.get(name, np.inf):
        problem = f"holds {np.abs(values).max():.4g}, more than the solver tells apart ({_LARGEST[name]:.4g})"
        yield Fault(where, 0, 0, name, problem, "give it in larger units")
