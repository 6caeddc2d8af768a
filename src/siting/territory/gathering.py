"""Faults of independent steps, told together."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from siting.errors import DataError, Fault

Found = TypeVar("Found")


class Gathering:
    """Runs steps that do not need each other, and keeps the faults of those that fail."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def take(self, step: Callable[[], Found]) -> Found | None:
        """What ``step`` gives; None where it raises a `DataError`."""
        try:
            return step()
        except DataError as error:
            self._faults.extend(error.faults)
            return None

    def refuse(self) -> None:
        """Raise the faults of all steps.

        Raises
        ------
        DataError
            Where there is any.
        """
        if self._faults:
            raise DataError(self._faults)
