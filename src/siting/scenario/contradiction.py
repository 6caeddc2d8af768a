"""Contradiction: fields that are right alone and wrong together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from siting.scenario.messages import message


@dataclass(frozen=True)
class Contradiction:
    """Two fields that cannot both hold: ``key`` of `messages`, the field at fault and the one it offends."""

    key: str
    path: str
    other: str = ""
    values: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        problem, remedy = message(self.key, "en", **self.values)
        return f"{self.path}: {problem} ({remedy})"
