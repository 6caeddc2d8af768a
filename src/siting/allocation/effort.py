"""How hard to try, and what came of it: shared by the searches of every model."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from siting.allocation import clock

if TYPE_CHECKING:
    from siting.allocation.highs import Outcome
    from siting.allocation.reductions import Reductions


@dataclass(frozen=True)
class Effort:
    """Until when to search (`siting.allocation.clock`), the relative gap at which to stop, the seed, and a stop.

    Setting ``stop`` from another thread or a signal handler ends the search with what it has found.
    """

    deadline_s: float
    gap: float
    seed: int
    stop: threading.Event = field(default_factory=threading.Event)

    @classmethod
    def within(cls, seconds: float, gap: float, seed: int, stop: threading.Event | None = None) -> Effort:
        """For so many seconds from now on."""
        return cls(clock.now_s() + seconds, gap, seed, stop or threading.Event())

    @property
    def left_s(self) -> float:
        """Seconds left, 0 at the least."""
        return 0.0 if self.stop.is_set() else max(self.deadline_s - clock.now_s(), 0.0)

    def share(self, part: float) -> Effort:
        """The same with only this share of the time that is left."""
        return Effort.within(part * self.left_s, self.gap, self.seed, self.stop)


@dataclass(frozen=True)
class Found:
    """What the search for one model found, on the cells and sites of the whole problem.

    Attributes
    ----------
    opened : int32 array
        Rows of the sites to open, ascending.
    bound : float
        No plan does better, by branch and bound where that was used.
    multipliers : float64 array, shape (n_cells,)
        Whole multiples of 2**-20: `siting.checker` gets a bound from them by one pass of arithmetic.
    runs : tuple of Outcome
        Of HiGHS, where branch and bound was needed.
    reductions : Reductions, optional
        What was left of the problem after the exact reductions, where there are some.
    """

    opened: NDArray[np.int32]
    bound: float
    multipliers: NDArray[np.float64]
    runs: tuple[Outcome, ...] = field(default=())
    reductions: Reductions | None = None
