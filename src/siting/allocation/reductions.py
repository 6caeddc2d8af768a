"""Exact reductions: the same problem with fewer rows and columns, and the way back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from siting.allocation import kernels
from siting.allocation.cover import CoverSets


@dataclass(frozen=True)
class Core:
    """What is left of a covering problem.

    Attributes
    ----------
    cover : CoverSets
        Rows still to cover, with the persons merged into them, and columns still free.
    site : int32 array, shape (cover.n_sites,)
        Row of the sites table of each column.
    """

    cover: CoverSets
    site: NDArray[np.int32]


def free_core(cover: CoverSets, is_free: NDArray[np.bool_], is_wanted: NDArray[np.bool_]) -> Core:
    """The cells ``is_wanted`` (n_cells,) and the sites ``is_free`` (n_sites,) alone."""
    site = np.flatnonzero(is_free).astype(np.int32)
    new_site = np.full(cover.n_sites, -1, dtype=np.int32)
    new_site[site] = np.arange(len(site), dtype=np.int32)
    start, pairs = kernels.keep(cover.cell_start, cover.site, is_wanted, new_site)
    return Core(CoverSets(start, pairs, cover.persons[is_wanted], len(site)), site)


def merge_equal_rows(core: Core) -> Core:
    """Rows with the same cover set become one, with their persons added.

    Exact for every model in which a cell only asks which of its sites is open (LSCP, MCLP and the
    other covering models), not for those that ask how far it is (p-median).
    """
    cover = core.cover
    hashes = kernels.row_hashes(cover.cell_start, cover.site)
    order = np.lexsort((hashes[:, 1], hashes[:, 0]))
    leader = kernels.group_equal_rows(cover.cell_start, cover.site, order, hashes)
    persons = np.bincount(leader, weights=cover.persons, minlength=cover.n_cells)
    is_leader = leader == np.arange(cover.n_cells)
    everyone = np.arange(cover.n_sites, dtype=np.int32)
    start, pairs = kernels.keep(cover.cell_start, cover.site, is_leader, everyone)
    return Core(CoverSets(start, pairs, persons[is_leader], cover.n_sites), core.site)


def split(core: Core) -> list[Core]:
    """Connected components, the one with fewest pairs first; columns that cover nothing are dropped."""
    cover = core.cover
    of_row, of_site, n = kernels.components(cover.cell_start, cover.site, cover.n_sites)
    parts = []
    for number in range(n):
        part = free_core(cover, of_site == number, of_row == number)
        parts.append(Core(part.cover, core.site[part.site]))
    return sorted(parts, key=lambda part: part.cover.n_pairs)
