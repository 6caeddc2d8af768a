"""The ledger: double entry of every consultation (a year) created, moved or lost, and by what.

Each entry takes from one account and gives to another. Accounts are the rows of the world and `OUTSIDE`: what
comes from there is created, what goes there is lost, what goes from a row to a row is moved.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from siting.errors import SitingError

OUTSIDE = -1
CAUSES = (
    "ageing",
    "departure",
    "recruitment",
    "juniors",
    "assistants",
    "solidarity",
    "solidarity_trips",
    "medicobus",
    "part_time",
    "tele",
    "closure",
)
"""What moves consultations, by the code of an entry."""


@dataclass(frozen=True)
class Entries:
    """Entries of a quarter, amounts above 0.

    Attributes
    ----------
    cause : int8 array, shape (n,)
        Row of `CAUSES`.
    origin, destination : int32 arrays, shape (n,)
        Rows of the world, or `OUTSIDE`.
    consultations : float64 array, shape (n,)
        A year.
    """

    cause: NDArray[np.int8]
    origin: NDArray[np.int32]
    destination: NDArray[np.int32]
    consultations: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.cause)

    @property
    def kind(self) -> NDArray[np.str_]:
        """``"created"``, ``"lost"`` or ``"moved"``, shape (n,)."""
        return np.where(self.origin == OUTSIDE, "created", np.where(self.destination == OUTSIDE, "lost", "moved"))

    def change(self, n_rows: int) -> NDArray[np.float64]:
        """What the entries change the supply of each row by, shape (n_rows,)."""
        gained = np.bincount(self.destination + 1, self.consultations, n_rows + 1)
        given = np.bincount(self.origin + 1, self.consultations, n_rows + 1)
        return np.asarray((gained - given)[1:])


class LedgerError(SitingError):
    """Supply changed by something else than what the ledger says: a fault of the engine."""


def entries(
    cause: str, consultations: NDArray[np.float64], *, origin: object = OUTSIDE, destination: object = OUTSIDE
) -> Entries:
    """Entries of one cause; an amount below 0 goes the other way, 0 is left out.

    Parameters
    ----------
    cause : str
        One of `CAUSES`.
    consultations : float64 array, shape (n,)
    origin, destination : int array of shape (n,), or int
    """
    kept = np.flatnonzero(consultations)
    amount = consultations[kept]
    start, end = (np.broadcast_to(np.asarray(a, np.int32), consultations.shape)[kept] for a in (origin, destination))
    is_back = amount < 0
    return Entries(
        cause=np.full(len(kept), CAUSES.index(cause), np.int8),
        origin=np.where(is_back, end, start).astype(np.int32),
        destination=np.where(is_back, start, end).astype(np.int32),
        consultations=np.abs(amount),
    )


def joined(parts: Sequence[Entries]) -> Entries:
    """All entries, in order."""
    return Entries(
        *(
            np.concatenate([getattr(part, name) for part in parts])
            for name in ("cause", "origin", "destination", "consultations")
        )
    )


def check(before: NDArray[np.float64], after: NDArray[np.float64], booked: Entries) -> None:
    """Refuse a quarter whose supply, counted from the stocks, is not the earlier one plus what was booked.

    Raises
    ------
    LedgerError
    """
    difference = after - before - booked.change(len(before))
    worst = float(np.abs(difference).max(initial=0.0))
    # 1e-9 of the largest supply: float64 adds up a few dozen amounts per row and quarter.
    if worst > 1e-9 * max(float(np.abs(after).max(initial=0.0)), 1.0):
        row = int(np.abs(difference).argmax())
        raise LedgerError(f"row {row}: supply moved by {difference[row]:g} consultations that no entry tells of")
