"""Codes of communes of any year, brought to those of today."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from siting.territory.embedded import read_old_codes

KINDS_FR = {
    "arrondissement": "est un arrondissement de",
    "delegated": "est une commune déléguée de",
    "associated": "est une commune associée de",
    "merged": "a rejoint",
}


@dataclass(frozen=True)
class Forwarded:
    """Codes brought to today's communes.

    Attributes
    ----------
    code : str array, shape (n,)
        Of today; ``""`` where there is none.
    renamed : dict
        Old code -> code of today, of those that changed.
    unknown : tuple of str
        Codes that never were, as far as siting knows.
    ambiguous : dict
        Code -> the communes that it went to, two or more.
    """

    code: NDArray[np.str_]
    renamed: dict[str, str]
    unknown: tuple[str, ...]
    ambiguous: dict[str, tuple[str, ...]]


@cache
def successors() -> dict[str, tuple[tuple[str, str], ...]]:
    """Old code -> ((code of today, kind), …)."""
    table = read_old_codes()
    return {str(old): tuple(zip(rows["code"], rows["kind"], strict=True)) for old, rows in table.groupby("old_code")}


def bring_forward(codes: Sequence[str] | NDArray[np.str_], current: Iterable[str]) -> Forwarded:
    """The commune of today of each code.

    Parameters
    ----------
    codes : sequence of str
    current : iterable of str
        Codes of today.
    """
    known, table = set(current), successors()
    distinct = pd.unique(pd.Series(np.asarray(codes, dtype=str)))
    to: dict[str, str] = {}
    unknown: list[str] = []
    ambiguous: dict[str, tuple[str, ...]] = {}
    for code in distinct:
        heirs = () if code in known else table.get(code, ())
        if len(heirs) > 1:
            ambiguous[code] = tuple(heir for heir, _ in heirs)
        elif not heirs and code and code not in known:
            unknown.append(code)
        to[code] = code if code in known else heirs[0][0] if len(heirs) == 1 else ""
    return Forwarded(
        code=np.array([to[code] for code in np.asarray(codes, dtype=str)], dtype=str),
        renamed={old: new for old, new in to.items() if new and new != old},
        unknown=tuple(unknown),
        ambiguous=ambiguous,
    )


def counted_twice(codes: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Codes that are part of another one of the list: code -> (that one, kind)."""
    given, table = set(codes), successors()
    return {code: (whole, kind) for code in sorted(given) for whole, kind in table.get(code, ()) if whole in given}
