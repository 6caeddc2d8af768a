"""Exact reductions: the same problem with fewer rows and columns, and the way back."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from siting.allocation import clock
from siting.allocation.cover import CoverSets
from siting.allocation.effort import Effort
from siting.allocation.kernels import dominance, incidence, merging

_ROUND_PER_MERGE = 5
"""Synthetic France: the first merge takes 0.4 s, a round of dominance 2 s."""


@dataclass(frozen=True)
class Core:
    """What is left of a covering problem.

    Attributes
    ----------
    cover : CoverSets
        Rows still to cover, with the persons merged into them, and columns still free.
    site : int32 array, shape (cover.n_sites,)
        Row of the sites table of each column.
    cell : int32 array, shape (cover.n_cells,)
        Row of the demand table of each row (of the first of the cells merged into it).
    """

    cover: CoverSets
    site: NDArray[np.int32]
    cell: NDArray[np.int32]

    def restricted(self, is_row: NDArray[np.bool_], is_column: NDArray[np.bool_]) -> Core:
        """The rows ``is_row`` and the columns ``is_column`` alone."""
        if is_row.all() and is_column.all():
            return self
        cover = self.cover
        column = np.flatnonzero(is_column).astype(np.int32)
        new_column = np.full(cover.n_sites, -1, dtype=np.int32)
        new_column[column] = np.arange(len(column), dtype=np.int32)
        start, pairs = incidence.keep(cover.cell_start, cover.site, is_row, new_column)
        smaller = CoverSets(start, pairs, cover.persons[is_row], len(column))
        return Core(smaller, self.site[column], self.cell[is_row])


@dataclass(frozen=True)
class Reductions:
    """What exact reductions left of a problem, before branch and bound.

    Attributes
    ----------
    n_rows, n_columns : int
        Cells still to cover and candidates still free, once existing, forced and forbidden sites are taken out.
    n_rows_left, n_columns_left : int
        After merging equal rows and dropping dominated rows and columns.
    n_parts : int
        Connected parts, solved apart.
    n_essential : int
        Columns that some row cannot do without: parts of one column.
    n_priced : int
        Columns opened or closed for good by their reduced cost.
    """

    n_rows: int
    n_columns: int
    n_rows_left: int
    n_columns_left: int
    n_parts: int
    n_essential: int
    n_priced: int


def statistics(free: Core, parts: list[Core], *, n_priced: int) -> Reductions:
    """What the reductions made of the problem ``free``, whose connected parts are ``parts``."""
    return Reductions(
        n_rows=free.cover.n_cells,
        n_columns=free.cover.n_sites,
        n_rows_left=sum(part.cover.n_cells for part in parts),
        n_columns_left=sum(part.cover.n_sites for part in parts),
        n_parts=len(parts),
        n_essential=sum(part.cover.n_sites == 1 for part in parts),
        n_priced=n_priced,
    )


def free_core(cover: CoverSets, is_free: NDArray[np.bool_], is_wanted: NDArray[np.bool_]) -> Core:
    """The cells ``is_wanted`` (n_cells,) and the sites ``is_free`` (n_sites,) alone."""
    everything = Core(cover, np.arange(cover.n_sites, dtype=np.int32), np.arange(cover.n_cells, dtype=np.int32))
    return everything.restricted(is_wanted, is_free)


def equal_rows(cover: CoverSets) -> NDArray[np.int32]:
    """Shape (n_cells,): for each row the first row with the same cover set."""
    hashes = merging.row_hashes(cover.cell_start, cover.site)
    order = np.lexsort((hashes[:, 1], hashes[:, 0]))
    return merging.group_equal_rows(cover.cell_start, cover.site, order, hashes)


def merge_equal_rows(core: Core) -> tuple[Core, NDArray[np.int32]]:
    """Rows with the same cover set become one, with their persons added; and the new row of each old one.

    Exact for every model in which a cell only asks which of its sites is open (LSCP, MCLP and the
    other covering models), not for those that ask how far it is (p-median).
    """
    cover = core.cover
    leader = equal_rows(cover)
    is_leader = leader == np.arange(cover.n_cells)
    new_row = (np.cumsum(is_leader) - 1).astype(np.int32)[leader]
    merged = core.restricted(is_leader, np.ones(cover.n_sites, dtype=np.bool_))
    persons = np.zeros(merged.cover.n_cells)
    np.add.at(persons, new_row, cover.persons)
    return replace(merged, cover=replace(merged.cover, persons=persons)), new_row


def drop_dominated_columns(core: Core, cost: NDArray[np.float64]) -> Core:
    """Drop each site that another one, at no more cost, can replace in any plan.

    Exact for the covering models without rules on single sites: whatever a plan covers with the site,
    it covers with the other.
    """
    cover = core.cover
    site_start, row = cover.by_site()
    bits = dominance.signatures(site_start, row)
    by = dominance.dominated_columns(cover.cell_start, cover.site, site_start, row, cost, bits)
    return core.restricted(np.ones(cover.n_cells, dtype=np.bool_), by < 0)


def drop_dominated_rows(core: Core, is_must: NDArray[np.bool_]) -> Core:
    """Drop each row that is covered whenever one of the rows ``is_must`` is. Exact where these must be covered."""
    cover = core.cover
    bits = dominance.signatures(cover.cell_start, cover.site)
    by = dominance.dominated_rows(cover.cell_start, cover.site, *cover.by_site(), bits, is_must)
    return core.restricted(by < 0, np.ones(cover.n_sites, dtype=np.bool_))


def reduce_covering(core: Core, cost: NDArray[np.float64], effort: Effort) -> Core:
    """Every reduction that is exact when all rows must be covered, until none helps any more or the time is up.

    A site that some row cannot do without ends as a component of one row and one column.

    Parameters
    ----------
    core : Core
    cost : float64 array over the sites table
    effort : Effort
        Merging alone is done in any case, 0.4 s on a country; the rest where there is time for it.
    """
    begin_s = clock.now_s()
    core, _ = merge_equal_rows(core)
    round_s = _ROUND_PER_MERGE * (clock.now_s() - begin_s)
    while effort.left_s > round_s:
        before = core.cover.n_pairs
        core = drop_dominated_columns(core, cost[core.site])
        every = np.ones(core.cover.n_cells, dtype=np.bool_)
        core = drop_dominated_rows(core, every) if effort.left_s > 0 else core
        core, _ = merge_equal_rows(core)
        if core.cover.n_pairs == before:
            break
    return core


def split(core: Core) -> list[Core]:
    """Connected components, the one with fewest pairs first; columns that cover nothing are dropped."""
    cover = core.cover
    of_row, of_site, n = incidence.components(cover.cell_start, cover.site, cover.n_sites)
    parts = [core.restricted(of_row == number, of_site == number) for number in range(n)]
    return sorted(parts, key=lambda part: part.cover.n_pairs)
