"""How a long step tells its caller how far it is."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True)
class Standing:
    """Where a search for a plan stands.

    Attributes
    ----------
    incumbent : float
        Value of the best plan so far; infinite (of the worse sign) where there is none yet.
    bound : float
        Proven so far: no plan does better.
    gap : float
        ``|incumbent - bound| / max(|incumbent|, 1)``; infinite without a plan.
    goal : str
        What the values are of: a goal by the name that certificates give it; ``""`` where the model says it.
    place, n_goals : int
        Which of several goals that is, from 1, and how many there are.
    """

    incumbent: float
    bound: float
    gap: float
    goal: str = ""
    place: int = 1
    n_goals: int = 1

    @classmethod
    def at(cls, incumbent: float, bound: float) -> Standing:
        """The standing of a plan of some value."""
        return cls(incumbent, bound, abs(incumbent - bound) / max(abs(incumbent), 1.0))


class Progress(Protocol):
    """Called with how much of ``total`` is done, and by a search with where it stands; the caller draws it.

    Must be cheap and thread-safe.
    """

    def __call__(self, done: int, total: int, standing: Standing | None = None, /) -> None: ...


class Watcher(Protocol):
    """Told of each stage of a run as it starts and ends; gives the stage its Progress."""

    def __call__(self, stage: str, /) -> AbstractContextManager[Progress]: ...


def silent(_done: int, _total: int, _standing: Standing | None = None, /) -> None:
    """Progress that nobody watches."""


@contextmanager
def unwatched(_stage: str, /) -> Iterator[Progress]:
    """A stage that nobody watches."""
    yield silent


@dataclass
class Stopwatch:
    """Tells a watcher of each stage and keeps the seconds it took."""

    watcher: Watcher
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str, /) -> Iterator[Progress]:
        """One stage."""
        start = time.perf_counter()
        with self.watcher(name) as progress:
            yield progress
        self.seconds[name] = round(time.perf_counter() - start, 3)
