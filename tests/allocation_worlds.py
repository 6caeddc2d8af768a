"""Random small covering worlds for the tests of allocation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

from siting.allocation import CoverSets


@dataclass(frozen=True)
class World:
    """A cover matrix as Python sets, and rules that do not contradict each other."""

    cells: tuple[frozenset[int], ...]
    persons: tuple[float, ...]
    n_sites: int
    existing: frozenset[int]
    forced: frozenset[int]
    forbidden: frozenset[int]

    @property
    def cover(self) -> CoverSets:
        return cover_of(self.cells, self.persons, self.n_sites)

    @property
    def rules(self) -> dict[str, list[int]]:
        return {name: sorted(getattr(self, name)) for name in ("existing", "forced", "forbidden")}


def cover_of(cells, persons, n_sites) -> CoverSets:
    """Cover sets from Python sets of sites."""
    start = np.r_[0, np.cumsum([len(sites) for sites in cells], dtype=np.int64)]
    site = [j for sites in cells for j in sites]
    return CoverSets.from_csr(start, site, n_sites=n_sites, persons=persons)


@st.composite
def worlds(draw, max_sites: int = 8, max_cells: int = 14) -> World:
    """Cells that repeat, contain each other, or that nobody covers; sites that cover nothing."""
    n_sites = draw(st.integers(1, max_sites))
    subsets = st.frozensets(st.integers(0, n_sites - 1), max_size=4)
    cells = draw(st.lists(subsets, max_size=max_cells))
    weights = st.one_of(st.integers(0, 50).map(float), st.floats(0, 50, allow_nan=False))
    persons = draw(st.lists(weights, min_size=len(cells), max_size=len(cells)))
    kind = draw(st.lists(st.sampled_from("efn...."), min_size=n_sites, max_size=n_sites))
    rows = {k: frozenset(j for j in range(n_sites) if kind[j] == k) for k in "efn"}
    return World(tuple(cells), tuple(persons), n_sites, rows["e"], rows["f"], rows["n"])
