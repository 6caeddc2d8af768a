"""The linear relaxation of covering with local cuts, solved again and again while rows and cuts come in."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from siting.allocation.cover import CoverSets
from siting.allocation.covering.growing import GrowingProgram, Solved
from siting.allocation.covering.local_cuts import BROKEN_BY, TIGHT, Cut, cuts_around
from siting.allocation.effort import Effort
from siting.allocation.kernels import incidence

_ZERO = 1e-7
_WORTH_A_ROUND = 0.01
"""Of what is open: cuts end when a round closes less."""


class CutRelaxation:
    """The relaxation of one problem.

    Parameters
    ----------
    cover : CoverSets
    cost : float64 array, shape (n_sites,)
    is_first : bool array, shape (n_cells,)
        Rows to begin with; the others are taken in when they are broken.
    seed : int

    Attributes
    ----------
    first_value : float
        Of the relaxation before `tightened` took in cuts.
    """

    def __init__(self, cover: CoverSets, cost: NDArray[np.float64], is_first: NDArray[np.bool_], seed: int) -> None:
        self._cover, self._program = cover, GrowingProgram(cost, 1.0)
        self._is_in = np.zeros(cover.n_cells, dtype=np.bool_)
        self._rng = np.random.default_rng(seed)
        self._cuts: list[Cut] = []
        self.first_value = -np.inf
        self._take_rows(is_first)

    def limit(self, is_open: NDArray[np.bool_], may_open: NDArray[np.bool_]) -> None:
        """From now on columns ``is_open`` are open, and none but ``may_open``; the cuts hold all the same."""
        self._program.limit(is_open.astype(np.float64), may_open.astype(np.float64))

    def solved(self, effort: Effort) -> Solved | None:
        """The relaxation; None where HiGHS has none in time."""
        while (found := self._program.solved(effort)) is not None:
            x = np.where(found.x > _ZERO, found.x, 0.0)
            covered = incidence.sums(self._cover.cell_start, self._cover.site, x)
            broken = (covered < 1.0 - TIGHT) & ~self._is_in
            if not broken.any():
                return replace(found, x=x)
            self._take_rows(broken)
        return None

    def tightened(self, target: float, effort: Effort) -> Solved | None:
        """The relaxation with more and more cuts, until it reaches ``target``, rises no more or the time is up."""
        best = self.solved(effort)
        self.first_value = -np.inf if best is None else best.value
        while best is not None and best.value < target and effort.left_s > 0:
            before = best.value
            if not self.cut(best.x, max(30, self._cover.n_sites // 10), effort):
                break
            best = self.solved(effort) or best
            if best.value - before <= _WORTH_A_ROUND * (target - before):
                break
        return best

    def cut(self, x: NDArray[np.float64], most: int, effort: Effort) -> bool:
        """Take in up to ``most`` cuts that ``x`` breaks; whether there are any."""
        new = cuts_around(self._cover, x, most, self._rng, effort)
        if new:
            start = np.array([0, *np.cumsum([len(cut.site) for cut in new]).tolist()], dtype=np.int64)
            site, weight = (np.concatenate([getattr(cut, name) for cut in new]) for name in ("site", "weight"))
            self._program.take(start, site, weight, np.array([cut.least for cut in new]))
            self._cuts += new
        return bool(new)

    def held(self, x: NDArray[np.float64]) -> list[Cut]:
        """The cuts that hold the relaxation at ``x``."""
        return [cut for cut in self._cuts if cut.weight @ x[cut.site] < cut.least + BROKEN_BY]

    def _take_rows(self, is_new: NDArray[np.bool_]) -> None:
        every = np.arange(self._cover.n_sites, dtype=np.int32)
        start, site = incidence.keep(self._cover.cell_start, self._cover.site, is_new, every)
        self._program.take(start, site, np.ones(len(site)), np.ones(len(start) - 1))
        self._is_in |= is_new
