"""Clause: every cell that some site could cover is covered, as in the LSCP, beside other clauses."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pulp
from numpy.typing import NDArray

from siting.allocation.building import Building
from siting.allocation.clauses import Recount


@dataclass(frozen=True)
class Everyone:
    """Each of ``cells`` (rows of the demand) has an open site within the standard; some site could cover it."""

    cells: NDArray[np.int64]

    def constrain(self, building: Building) -> None:
        for number, sites in enumerate(self._different_rows(building)):
            building.at_least(building.new_houses(sites), 1.0, f"everyone_{number:06d}")

    def is_kept(self, plan: Recount) -> bool:
        return bool(plan.is_covered[self.cells].all())

    def shortfall(self, building: Building) -> pulp.LpAffineExpression:
        """Persons left out."""
        persons = float(building.cover.persons[self.cells].sum())
        return persons - building.covered_persons(self.cells)

    def instead(self, shortfall: float) -> str:
        return f"{shortfall:,.0f} persons left out"

    def _different_rows(self, building: Building) -> list[NDArray[np.int64]]:
        """The cover sets of the cells that no existing site covers, each once."""
        cover = building.cover
        is_new = np.zeros(cover.n_sites, dtype=np.bool_)
        is_new[building.candidates] = True
        rows = {}
        for i in self.cells.tolist():
            sites = cover.site[cover.cell_start[i] : cover.cell_start[i + 1]]
            if not building.has_existing(sites):
                rows[sites[is_new[sites]].tobytes()] = sites[is_new[sites]].astype(np.int64)
        return list(rows.values())

    def __str__(self) -> str:
        return "everyone covered who can be"
