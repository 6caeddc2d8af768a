"""How a long step tells its caller how far it is."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Called with how much of ``total`` is done; the caller draws it. Must be cheap and thread-safe."""

    def __call__(self, done: int, total: int, /) -> None: ...


def silent(done: int, total: int, /) -> None:
    """Progress that nobody watches."""
