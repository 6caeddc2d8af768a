"""How a long step tells its caller how far it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol


class Progress(Protocol):
    """Called with how much of ``total`` is done; the caller draws it. Must be cheap and thread-safe."""

    def __call__(self, done: int, total: int, /) -> None: ...


class Watcher(Protocol):
    """Told of each stage of a run as it starts and ends; gives the stage its Progress."""

    def __call__(self, stage: str, /) -> AbstractContextManager[Progress]: ...


def silent(done: int, total: int, /) -> None:
    """Progress that nobody watches."""


@contextmanager
def unwatched(_stage: str, /) -> Iterator[Progress]:
    """A stage that nobody watches."""
    yield silent
