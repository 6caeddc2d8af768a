"""Check: one thing that was compared, and whether it holds."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Check:
    """One thing that was compared.

    Attributes
    ----------
    name : str
        What was compared.
    holds : bool
    detail : str
        The figure that both sides agree on, or how they differ.
    """

    name: str
    holds: bool
    detail: str

    def __str__(self) -> str:
        return f"{'✓' if self.holds else '✗'} {self.name} : {self.detail}"


def same(name: str, *, said: Any, recounted: Any, tolerance: float = 0.0) -> Check:
    """Compare what the folder says with the recount; numbers within ``tolerance``, everything else exactly."""
    if isinstance(said, (int, float)) and isinstance(recounted, (int, float)):
        holds = math.isclose(said, recounted, rel_tol=0.0, abs_tol=tolerance)
    else:
        holds = type(said) is type(recounted) and said == recounted
    return Check(name, holds, shown(recounted) if holds else f"{shown(said)} écrit, {shown(recounted)} recompté")


def none_of(name: str, wrong: list[str], *, otherwise: str) -> Check:
    """A check that holds when nothing is wrong; shows the first few things that are."""
    more = f" … ({len(wrong)} en tout)" if len(wrong) > 3 else ""
    return Check(name, not wrong, ", ".join(wrong[:3]) + more if wrong else otherwise)


def shown(value: Any) -> str:
    """A value as a line of a terminal shows it: whole numbers whole, the others with six decimals at most."""
    if isinstance(value, float) and math.isfinite(value):
        return f"{value:.6f}".rstrip("0").rstrip(".")
    return str(value)
