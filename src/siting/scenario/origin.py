"""Origin: where each field of a scenario was written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from siting.errors import Fault

FieldPath = tuple[str | int, ...]
"""A place in a scenario: ``("goal", "forced_open", 0)``."""

Position = tuple[int, int]
"""Line and column, both from 1."""

_PLAIN_KEY = re.compile(r"\w{1,60}")


def path_text(path: FieldPath) -> str:
    """``("goal", "forced_open", 0)`` as ``goal.forced_open[0]``."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            text += f"{'.' if text else ''}{step if _PLAIN_KEY.fullmatch(step) else ascii(step)[:60]}"
    return text


def path_from(text: str) -> FieldPath:
    """The reverse of `path_text`."""
    return tuple(int(step) if step.isdecimal() else step for step in re.findall(r"[^.\[\]]+", text))


@dataclass(frozen=True)
class Origin:
    """The file a scenario was read from, and the positions of its keys and values.

    Any two origins are equal: where a scenario was written is no part of what it says.
    """

    file: str = field(default="", compare=False)
    keys: Mapping[FieldPath, Position] = field(default_factory=dict, compare=False, repr=False)
    values: Mapping[FieldPath, Position] = field(default_factory=dict, compare=False, repr=False)

    def key_at(self, path: FieldPath) -> Position:
        """Where the key of ``path`` is, or the nearest section or entry of a list around it that was written."""
        while path and path not in self.keys:
            if isinstance(path[-1], int) and path in self.values:
                return self.values[path]
            path = path[:-1]
        return self.keys.get(path, (1, 1) if self.file else (0, 0))

    def value_at(self, path: FieldPath) -> Position:
        """Where the value of ``path`` starts; where it was not written, the key of the section around it."""
        return self.values[path] if path in self.values else self.key_at(path)

    def fault(self, field_path: str, problem: str, remedy: str = "") -> Fault:
        """A fault at the value of ``field_path`` (as ``"goal.forced_open[0]"``)."""
        line, column = self.value_at(path_from(field_path))
        return Fault(self.file, line, column, field_path, problem, remedy)
