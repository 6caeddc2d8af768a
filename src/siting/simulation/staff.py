"""The people who work at each place at the start: how many, of which ages, on how many days."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from siting.territory.values import Doctors


@dataclass(frozen=True)
class Staff:
    """Who works in each row of a world at the start.

    Attributes
    ----------
    doctors, nurses : int64 arrays, shape (n_rows,)
    fte_by_age : float64 array, shape (n_rows, n_ages), or None
        Full-time equivalents of the doctors whose age is known; None where no age is.
    days : int64 array, shape (n_rows,)
        Days a week on which doctors receive; 0 where nobody says.
    """

    doctors: NDArray[np.int64]
    nurses: NDArray[np.int64]
    fte_by_age: NDArray[np.float64] | None
    days: NDArray[np.int64]

    @classmethod
    def of(cls, doctors: NDArray[np.integer], nurses: NDArray[np.integer] | None = None) -> Staff:
        """Doctors of unknown ages and days; no nurses by default."""
        found = np.zeros(len(doctors), np.int64) if nurses is None else nurses.astype(np.int64)
        return cls(doctors.astype(np.int64), found, None, np.zeros(len(doctors), np.int64))

    def told_by(self, table: Doctors, age_from: tuple[float, ...]) -> Staff:
        """The same with the ages and days of the GPs of a planner's table, where it tells them.

        The first row of a commune, in the order of `Communes`, holds its practices. Days are those of the one who
        receives on most; several together receive on five at least, if their days add up to as many.
        """
        kept = table.profession == "gp"
        row, fte, age, days = table.commune[kept], table.fte[kept], table.age[kept], table.days_per_week[kept]
        n_rows, n_ages = len(self.doctors), len(age_from)
        is_aged = np.isfinite(age)
        of_age = np.maximum(np.searchsorted(np.array(age_from), age[is_aged], side="right") - 1, 0)
        by_age = np.bincount(row[is_aged] * n_ages + of_age, fte[is_aged], n_rows * n_ages).reshape(n_rows, n_ages)
        is_told = np.isfinite(days)
        most, in_all = np.zeros(n_rows), np.bincount(row[is_told], days[is_told], n_rows)
        np.maximum.at(most, row[is_told], days[is_told])
        together = np.minimum(np.maximum(most, 5), in_all)
        return Staff(
            self.doctors,
            self.nurses,
            by_age.astype(np.float64) if is_aged.any() else None,
            np.ceil(np.where(in_all > most, together, most) - 1e-9).astype(np.int64),
        )

    def ages(self, shares: NDArray[np.float64], random: np.random.Generator) -> NDArray[np.int64]:
        """Doctors by age class, shape (n_rows, n_ages): whole equivalents of known ages, the rest drawn.

        What is left of a row is drawn by the known fractions, and by ``shares`` for those of unknown age.
        """
        if self.fte_by_age is None:
            return random.multinomial(self.doctors, shares).astype(np.int64)
        known = self.fte_by_age * np.minimum(1.0, self.doctors / np.maximum(self.fte_by_age.sum(axis=1), 1e-9)).reshape(
            -1, 1
        )
        whole = np.floor(known + 1e-9)
        unknown = np.maximum(self.doctors - known.sum(axis=1), 0.0)
        weights = np.maximum(known - whole, 0.0) + unknown[:, None] * shares
        total = weights.sum(axis=1, keepdims=True)
        chance = np.where(total > 0, weights / np.maximum(total, 1e-300), shares)
        rest = np.maximum(self.doctors - whole.sum(axis=1), 0).astype(np.int64)
        return np.asarray(whole.astype(np.int64) + random.multinomial(rest, chance))
