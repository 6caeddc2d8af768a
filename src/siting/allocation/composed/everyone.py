"""Clause: every cell that some site could cover is covered, as in the LSCP, beside other clauses."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pulp
from numpy.typing import NDArray

from siting.allocation.composed.building import Building
from siting.allocation.composed.clauses import Recount
from siting.allocation.cover import CoverSets
from siting.allocation.reductions import free_core, merge_equal_rows


@dataclass(frozen=True)
class Everyone:
    """Each of ``cells`` (rows of the demand) has an open site within the standard; some site could cover it.

    ``cover``: which sites that are, where not those of the problem: those within another time.
    """

    cells: NDArray[np.int64]
    cover: CoverSets | None = None

    def constrain(self, building: Building) -> None:
        for number, (sites, _) in enumerate(self._different_rows(building)):
            building.at_least(building.new_houses(sites), 1.0, f"everyone_{number:06d}")

    def is_kept(self, plan: Recount) -> bool:
        is_covered = plan.is_covered if self.cover is None else self.cover.covered_by(np.flatnonzero(plan.is_open))
        return bool(is_covered[self.cells].all())

    def shortfall(self, building: Building) -> pulp.LpAffineExpression:
        """Persons left out."""
        persons = {}
        for number, (sites, of_row) in enumerate(self._different_rows(building)):
            is_left_out = building.number(f"left_out_{number:06d}")
            building.at_least(building.new_houses(sites) + is_left_out, 1.0, f"nearly_everyone_{number:06d}")
            persons[is_left_out] = of_row
        return pulp.LpAffineExpression(persons)

    def instead(self, shortfall: float) -> str:
        return f"{shortfall:,.0f} persons left out"

    def _different_rows(self, building: Building) -> list[tuple[NDArray[np.int64], float]]:
        """The cover sets of the cells that no existing site covers, each once, and the persons of each."""
        cover = building.cover if self.cover is None else self.cover
        is_new, is_wanted = (np.zeros(n, dtype=np.bool_) for n in (cover.n_sites, cover.n_cells))
        is_new[building.candidates] = True
        is_wanted[self.cells] = True
        n_existing = np.concatenate([[0], np.cumsum(building.is_existing[cover.site])])[cover.cell_start]
        core, _ = merge_equal_rows(free_core(cover, is_new, is_wanted & (np.diff(n_existing) == 0)))
        sites = np.split(core.site[core.cover.site].astype(np.int64), core.cover.cell_start[1:-1])
        return list(zip(sites, core.cover.persons.tolist(), strict=True)) if core.cover.n_cells else []

    def __str__(self) -> str:
        return "everyone covered who can be"
