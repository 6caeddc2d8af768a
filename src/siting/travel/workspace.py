"""What the searches of graphs and of rasters share: limits, queues, and room for what is found.

The kernels are imported when first called, so that importing siting neither loads nor runs numba's compiler.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from siting.arguments import amount
from siting.errors import DataError, Fault
from siting.travel.kernels.endings import FOUND_FULL, QUEUE_FULL
from siting.travel.travel_times import TICKS_PER_S

Word = TypeVar("Word", np.uint32, np.uint64)
Item = TypeVar("Item", bound=np.generic)
Search = Callable[[int, int, NDArray[np.int64], NDArray[np.int32], NDArray[Any]], tuple[int, int, int]]
"""Goes on after some sources done and some places found, into the arrays given; both by now, and how it ended.

Numbers instead of slices of the arrays: those took 2 µs a call, 4 % of a search of 2,000 cells.
"""

LAST_TICK = 2**32 - 2
"""The last time a uint32 can tell from "not reached"."""
MAX_CUTOFF_S = 65_535
"""What uint16 seconds hold."""
START_CAPACITY = 1072
"""Entries a bucket starts with; a search that wants more is begun again with twice as many.

Were it 1,024, all buckets would begin in the same set of the first cache: 3 to 8 % slower.
"""
MOST_AT_START = 2**23
"""Entries a whole queue starts with at most: where steps differ a thousandfold, rings are long."""
MOST_IN_QUEUE = 2**26
"""Entries of a queue with room for many sources at once, or for the front of a search of everything."""
ROOM_AT_START = 2**16
"""Places that a workspace first has room for."""


def limit_ticks(cutoff_s: float, longest_edge: int) -> int:
    """Ticks of an inclusive cutoff, after checking that no sum of ticks can overflow."""
    if not amount(cutoff_s, where="travel", name="cutoff_s") <= MAX_CUTOFF_S:
        raise DataError(Fault("travel", 0, 0, "cutoff_s", f"is {cutoff_s}", f"0 to {MAX_CUTOFF_S} seconds"))
    limit = int(cutoff_s) * TICKS_PER_S
    if limit + longest_edge > LAST_TICK:
        problem = f"{cutoff_s} s and an edge of {longest_edge // TICKS_PER_S} s do not fit together in 32 bits"
        raise DataError(Fault("travel", 0, 0, "cutoff_s", problem, "a shorter cutoff, or faster edges"))
    return limit


def ring_size(longest_edge: int, shift: int) -> int:
    """Buckets in the ring: a power of two that the longest edge cannot go round."""
    return 1 << ((longest_edge >> shift) + 1).bit_length()


def shift_with_room(shift: int, longest_edge: int, n_at_once: int, *, most: int) -> int:
    """The bucket width, made as much greater as keeps a ring of buckets for ``n_at_once`` entries each below ``most``.

    Where many sources start at once, wide buckets are as quick (0.7 to 1.1 times, 20,000 sources and more).
    """
    while ring_size(longest_edge, shift) * n_at_once > most and longest_edge >> shift:
        shift += 1
    return shift


def empty_queue(n_slots: int, word: type[Word], *, least: int = 16) -> NDArray[Word]:
    """An empty queue, each bucket with room for ``least`` entries or more."""
    return np.empty((n_slots, max(min(START_CAPACITY, MOST_AT_START // n_slots), least)), word)


def roomier(queue: NDArray[Word]) -> NDArray[Word]:
    """An empty queue with twice the room."""
    return np.empty((queue.shape[0], 2 * queue.shape[1]), queue.dtype)


class Found(NamedTuple):
    """What searches from several sources found, one source after the other.

    Attributes
    ----------
    counts : int64 array, shape (n_sources,)
        How many places each source reaches.
    place : int32 array, shape (counts.sum(),)
        Ascending within each source.
    times : uint16 or uint32 array, same shape
        Whole seconds, rounded up, or ticks: as the workspace tells them.
    """

    counts: NDArray[np.int64]
    place: NDArray[np.int32]
    times: NDArray[Any]


class Workspace:
    """Room that searches use again and again, and that grows with what they ask for.

    Attributes
    ----------
    queue : uint32 or uint64 array, shape (n_slots, capacity)
        The ring of buckets.
    most_found : int
        Places that one source may reach.
    unit : uint64
        Times are told in units of ``2**unit`` ticks, rounded up.
    """

    def __init__(self, queue: NDArray[np.unsignedinteger], *, most_found: int, in_ticks: bool) -> None:
        """With room for whole seconds, or for ticks."""
        self.queue = queue
        self.most_found = most_found
        self.unit = np.uint64(0 if in_ticks else TICKS_PER_S.bit_length() - 1)
        self._place = np.empty(ROOM_AT_START, np.int32)
        self._times: NDArray[Any] = np.empty(ROOM_AT_START, np.uint32 if in_ticks else np.uint16)

    def found(self, n_sources: int, search: Search) -> Found:
        """Run ``search`` until it is done with every source, with more room each time that it asks for it."""
        counts, n_done, n_found = np.zeros(n_sources, np.int64), 0, 0
        while n_done < n_sources:
            n_done, n_found, ending = search(n_done, n_found, counts, self._place, self._times)
            if ending == QUEUE_FULL:
                self.queue = roomier(self.queue)
            elif ending == FOUND_FULL:
                self._place, self._times = _doubled(self._place, n_found), _doubled(self._times, n_found)
        return Found(counts, self._place[:n_found].copy(), self._times[:n_found].copy())


def _doubled(room: NDArray[Item], n_used: int) -> NDArray[Item]:
    more = np.empty(2 * len(room), room.dtype)
    more[:n_used] = room[:n_used]
    return more
