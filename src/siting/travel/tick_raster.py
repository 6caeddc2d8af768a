"""A friction raster in ticks, ready to be searched."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from siting.arguments import amount
from siting.errors import DataError, Fault
from siting.travel.ticks import whole_ticks
from siting.travel.travel_times import TICKS_PER_S

MOST_CLASSES = 255
MARKS_OF_CLASSES = ((2**4, 4), (2**6, 2), (2**7, 1), (2**8, 0))
"""Below so many classes, barriers included, a byte has room for so many marks."""
FASTEST_KMH = 300
MOST_HALF_TICKS = 2**30
"""Ticks that half a cell may take (3 days)."""


@dataclass(frozen=True)
class TickRaster:
    """A raster of what it takes to cross half of each cell, straight and diagonally, in whole ticks.

    Up to 255 different frictions are classes, in one byte a cell with what marks there is room for; where there are
    more, each cell has its own half steps, in four. Either way they are ``round half even (cell_size_m / 2 × friction
    × 4096)`` ticks, and ``round half even (cell_size_m / 2 × √2 × friction × 4096)`` diagonally, in float64.

    Attributes
    ----------
    kinds : uint8 or uint32 array, shape (n_rows, n_columns)
        The class of each cell and, in the uppermost bits, its marks; or its half steps
        (`siting.travel.kernels.preparing.pack_half_steps`); 0 = barrier.
    half_ticks : uint32 array, shape (2, n_kinds), or None
        Ticks to cross half a cell of each kind, straight (row 0) and diagonally (row 1); 0 where no class is.
        None where each cell has its own.
    shortest_step, longest_step : int
        Ticks of the fastest straight step and of the slowest diagonal one; 0 if all is barriers.
    n_marks : int
        Bits of a kind that tell where a search need only go straight on: 4, 2, 1 or none
        (`siting.travel.kernels.preparing.mark_straight_on`).
    """

    kinds: NDArray[np.uint8] | NDArray[np.uint32]
    half_ticks: NDArray[np.uint32] | None
    shortest_step: int
    longest_step: int
    n_marks: int

    @classmethod
    def of(cls, friction_s_per_m: NDArray[np.floating], *, cell_size_m: float, is_marked: bool = True) -> TickRaster:
        """Of frictions in s/m, inf = barrier.

        Parameters
        ----------
        friction_s_per_m : float array, shape (n_rows, n_columns)
        cell_size_m : float
        is_marked : bool
            Where classes leave room for marks, make them: 5 ns a cell, which one search alone does not bring in.

        Raises
        ------
        DataError
            Where a friction is below that of 300 km/h, or NaN (how many cells, and the first); where half a cell
            takes less than a tick, or more than 3 days.
        """
        friction = checked_friction(friction_s_per_m)
        amount(cell_size_m, where="travel", name="cell_size_m", positive=True)
        classes = _classes(friction, cell_size_m)
        if classes is None:
            return _own_steps(friction, cell_size_m)
        return _marked(classes) if is_marked else classes

    @property
    def shape(self) -> tuple[int, int]:
        """(n_rows, n_columns)."""
        return self.kinds.shape[0], self.kinds.shape[1]

    @property
    def kind_bits(self) -> int:
        """Bits of a cell's kind."""
        return 8 * self.kinds.dtype.itemsize

    def half_ticks_of_cells(self) -> NDArray[np.uint32]:
        """Straight and diagonal half step of every cell, shape (2, n_rows, n_columns); 0 at barriers."""
        if self.half_ticks is not None:
            return self.half_ticks[:, self.kinds]
        from siting.travel.kernels.preparing import half_step

        packed = self.kinds.astype(np.uint64)
        both = np.stack([half_step(packed, np.uint64(slant)) for slant in (0, 1)])
        return np.where(packed > 0, both, 0).astype(np.uint32)


def checked_friction(friction_s_per_m: NDArray[np.floating]) -> NDArray[np.floating]:
    """The frictions as a float32 or float64 raster in C order; see `TickRaster.of` for what is refused."""
    if np.ma.is_masked(friction_s_per_m):
        remedy = "fill them: .filled(np.inf) for barriers"
        raise DataError(Fault("travel", 0, 0, "friction_s_per_m", "has masked values", remedy))
    friction = np.asarray(friction_s_per_m)
    if friction.dtype.kind not in "fiu":
        problem = f"holds {friction.dtype}, not numbers"
        raise DataError(Fault("travel", 0, 0, "friction_s_per_m", problem, "seconds per metre; inf = barrier"))
    if friction.ndim != 2:
        problem = f"has {friction.ndim} dimensions"
        raise DataError(Fault("travel", 0, 0, "friction_s_per_m", problem, "rows and columns"))
    dtype = np.float32 if friction.dtype == np.float32 else np.float64
    friction = np.ascontiguousarray(friction, dtype)
    least = np.float32(3.6 / FASTEST_KMH)
    if friction.size and not friction.min() >= least:  # one pass for all: the least of a NaN and anything is NaN
        is_wrong = ~(friction >= least)
        row, column = (int(i[0]) for i in np.nonzero(is_wrong))
        problem = (
            f"{int(is_wrong.sum())} cells are 0, negative, NaN or faster than {FASTEST_KMH} km/h, "
            f"the first at row {row}, column {column}"
        )
        raise DataError(Fault("travel", 0, 0, "friction_s_per_m", problem, "seconds per metre; inf = barrier"))
    return friction


def _classes(friction: NDArray[np.floating], cell_size_m: float) -> TickRaster | None:
    """One class for each different friction; None where there are too many."""
    from siting.travel.kernels.preparing import number_classes

    bits = friction.ravel().view(np.uint32 if friction.dtype == np.float32 else np.uint64)
    known = np.zeros(MOST_CLASSES + 1, bits.dtype)
    classes = np.empty(friction.shape, np.uint8)
    n_classes = number_classes(bits, np.array([np.inf], friction.dtype).view(bits.dtype)[0], known, classes.ravel())
    if n_classes < 0:
        return None
    levels = known[1 : n_classes + 1].view(friction.dtype).astype(np.float64)
    half_s = cell_size_m / 2 * np.array([[1.0], [np.sqrt(2.0)]]) * levels
    _check_half_steps(half_s.min(initial=np.inf) * TICKS_PER_S, half_s.max(initial=0.0) * TICKS_PER_S, cell_size_m)
    half_ticks = np.zeros((2, n_classes + 1), np.uint32)
    half_ticks[:, 1:] = whole_ticks(half_s)
    shortest, longest = half_ticks[0, 1:].min(initial=2**31), half_ticks[1].max()
    return TickRaster(classes, half_ticks, 2 * int(shortest) if n_classes else 0, 2 * int(longest), n_marks=0)


def _marked(raster: TickRaster) -> TickRaster:
    """The same raster with as many marks as its classes leave room for."""
    from siting.travel.kernels.preparing import mark_straight_on

    assert raster.half_ticks is not None
    n_classes = raster.half_ticks.shape[1]
    n_rooms, n_marks = next(room for room in MARKS_OF_CLASSES if n_classes <= room[0])
    if n_marks == 0:
        return raster
    kinds = np.empty(raster.shape, np.uint8)
    mark_straight_on(raster.kinds, raster.half_ticks, n_marks, kinds)
    half_ticks = np.tile(np.pad(raster.half_ticks, ((0, 0), (0, n_rooms - n_classes))), 2**n_marks)
    return replace(raster, kinds=kinds, half_ticks=half_ticks, n_marks=n_marks)


def _own_steps(friction: NDArray[np.floating], cell_size_m: float) -> TickRaster:
    from siting.travel.kernels.preparing import pack_half_steps

    packed = np.empty(friction.shape, np.uint32)
    half_m = cell_size_m / 2
    shortest, longest = pack_half_steps(
        friction.ravel(), half_m, half_m * float(np.sqrt(2.0)), float(TICKS_PER_S), float(MOST_HALF_TICKS),
        packed.ravel(),
    )  # fmt: skip
    _check_half_steps(shortest, longest, cell_size_m)
    return TickRaster(packed, None, 2 * int(shortest), 2 * int(longest), n_marks=0)


def _check_half_steps(shortest_ticks: float, longest_ticks: float, cell_size_m: float) -> None:
    for is_wrong, problem, advice in (
        (shortest_ticks <= 0.5, "less than a tick (1/4096 s)", "larger cells or slower speeds"),
        (longest_ticks >= MOST_HALF_TICKS, "more than 3 days", "smaller cells, faster speeds, or inf for a barrier"),
    ):
        if is_wrong:
            what = f"half a cell of {cell_size_m} m takes {problem} somewhere"
            raise DataError(Fault("travel", 0, 0, "friction_s_per_m", what, advice))
