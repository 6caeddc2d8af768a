"""Pairs of site and cell as they are found, in memory or, beyond a budget, on disk."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import IO, Any, Generic, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from siting.arguments import amount
from siting.travel.travel_times import TravelTimes
from siting.travel.workspace import Found

BYTES_PER_PAIR = 6

Item = TypeVar("Item", bound=np.generic)


class PairStore:
    """Takes the pairs of the sites in any order, and gives them as `TravelTimes`.

    Up to the budget they are held in memory, twice for a moment at the end. Beyond it they go to files without a
    name, and so do the arrays of the result, which are then memory-mapped: the disk is freed with them.
    """

    def __init__(self, *, budget_mb: float, folder: Path | None) -> None:
        budget_mb = amount(budget_mb, where="travel", name="memory_budget_mb")
        self._most_pairs = int(budget_mb * 1e6 / BYTES_PER_PAIR / 2)
        self._sites: list[NDArray[np.int64]] = []
        self._counts: list[NDArray[np.int64]] = []
        self._cell = _Column(np.int32, folder)
        self._time_s = _Column(np.uint16, folder)

    def add(self, sites: NDArray[np.int64], found: Found) -> None:
        """Take the cells and seconds of some sites."""
        self._sites.append(sites)
        self._counts.append(found.counts)
        self._cell.add(found.place)
        self._time_s.add(found.times)
        if self._cell.size > self._most_pairs:
            self._cell.spill()
            self._time_s.spill()

    def times(self, *, n_sites: int, n_cells: int, cutoff_s: int) -> TravelTimes:
        """Everything taken so far, by site."""
        sites = np.concatenate([np.empty(0, np.int64), *self._sites])
        counts = np.concatenate([np.empty(0, np.int64), *self._counts])
        site_start = np.zeros(n_sites + 1, np.int64)
        site_start[1 + sites] = counts
        np.cumsum(site_start, out=site_start)
        return TravelTimes(
            site_start=site_start,
            cell=self._cell.placed(site_start[sites], counts),
            time_s=self._time_s.placed(site_start[sites], counts),
            n_cells=n_cells,
            cutoff_s=cutoff_s,
        )


class _Column(Generic[Item]):
    """One array that grows at its end, in memory until it is told to spill."""

    def __init__(self, dtype: type[Item], folder: Path | None) -> None:
        self._dtype, self._folder = dtype, folder
        self._blocks: list[NDArray[Item]] = []
        self._spool: IO[bytes] | None = None
        self.size = 0

    def add(self, block: NDArray[Item]) -> None:
        self._blocks.append(block)
        self.size += len(block)

    def spill(self) -> None:
        """Write to the disk what memory holds."""
        if self._spool is None:
            self._spool = tempfile.TemporaryFile(dir=self._folder)  # noqa: SIM115 - read again at the end
        for block in self._blocks:
            self._spool.write(block.data)
        self._blocks.clear()

    def placed(self, start: NDArray[np.int64], counts: NDArray[np.int64]) -> NDArray[Item]:
        """The array with its runs, ``counts`` long each, moved to ``start``."""
        placed, runs = self._empty(), zip(start.tolist(), counts.tolist(), strict=True)
        for block in self._found():
            position = 0
            while position < len(block):
                to, count = next(runs)
                placed[to : to + count] = block[position : position + count]
                position += count
        return placed

    def _found(self) -> list[NDArray[Item]]:
        """The blocks, each of whole runs; not put together before, which took as long as a tenth of the searches."""
        if self._spool is None:
            return self._blocks
        self.spill()
        self._spool.flush()
        with self._spool:
            return [np.memmap(self._spool, self._dtype, mode="r")]

    def _empty(self) -> NDArray[Item]:
        if self._spool is None:
            return np.empty(self.size, self._dtype)
        with tempfile.TemporaryFile(dir=self._folder) as file:  # the map keeps the disk's room, not the file
            return np.memmap(cast(Any, file), self._dtype, mode="w+", shape=(self.size,))
