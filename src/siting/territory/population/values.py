"""What a population file gives."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class SourceCells:
    """People by rectangle of a file, each spread evenly within its own.

    Attributes
    ----------
    crs : str
    x, y : float64 arrays, shape (n,)
        South-west corners, in the units of ``crs``.
    width, height : float
        Of every rectangle, in the same units; 0 where they are points.
    persons : float64 array, shape (n,)
        0 or more.
    persons_by_age : float64 array, shape (n, 3), or None
        By `siting.territory.AGE_GROUPS`; None where the file tells no ages.
    persons_low, persons_high : float64 arrays, shape (n,), or None
        Between these is the number that statistical secrecy hides; equal to ``persons`` where it is not hidden. None
        where no cell is hidden.
    commune : str array, shape (n,), or None
        Code as the file has it, ``""`` where it has none; None where the file has no codes.
    renamed : tuple of (str, str)
        Codes that were brought to those of today while reading.
    """

    crs: str
    x: Floats
    y: Floats
    width: float
    height: float
    persons: Floats
    persons_by_age: Floats | None = None
    persons_low: Floats | None = None
    persons_high: Floats | None = None
    commune: NDArray[np.str_] | None = None
    renamed: tuple[tuple[str, str], ...] = ()

    def __len__(self) -> int:
        return len(self.x)
