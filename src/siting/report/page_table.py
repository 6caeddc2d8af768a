"""PageTable: a table as the page shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class PageTable:
    """A table as the page shows it: every cell is text; columns from ``first_number`` on are figures.

    ``name`` is its id in the page and the name of its CSV.
    """

    name: str
    caption: str
    head: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    first_number: int
