"""A Scenario back to YAML: every value written out, the same bytes each time."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from siting.scenario.schema import Scenario

_HEADER = {
    "fr": "# Scénario complet, valeurs par défaut comprises, écrit par siting {version}.",
    "en": "# Complete scenario, defaults included, written by siting {version}.",
}
# What may stand without quotes and means the same to every YAML reader.
_BARE = re.compile(r"(?!(?:null|true|false|yes|no|on|off|y|n)$)[a-z][a-z_]*")
_KEY = re.compile(r"[a-z]\w*", re.ASCII)
_WIDEST = 100


def dump(scenario: Scenario, *, files: Mapping[str, str | None] | None = None) -> str:
    """The scenario as YAML text that `load` reads back as an equal Scenario.

    Parameters
    ----------
    scenario : Scenario
    files : mapping of str to str or None, optional
        What to write for a field that names a file, ``{"candidates.file": "candidates.csv"}``, where the text goes
        to another folder with copies of the files. The others are named from the folder the scenario was read
        from (a scenario made in Python: from the working folder).
    """
    start = Path(scenario.origin.file).parent
    lines = [_HEADER[scenario.language].format(version=version("siting"))]
    for name, value in scenario.model_dump().items():
        if value is None or value == ():
            continue
        if isinstance(value, dict):
            value = {key: (files or {}).get(f"{name}.{key}", part) for key, part in value.items()}
        is_block = isinstance(value, (dict, tuple))
        lines += ["", *_lines(name, value, "", start)] if is_block else _lines(name, value, "", start)
    return "\n".join(lines) + "\n"


def _lines(name: str, value: Any, indent: str, folder: Path) -> Iterator[str]:
    if isinstance(value, dict):
        yield f"{indent}{name}:" if value else f"{indent}{name}: {{}}"
        for key, part in value.items():
            text = key if _KEY.fullmatch(key) else json.dumps(key, ensure_ascii=False)
            yield from _lines(text, part, indent + "  ", folder)
        return
    if not isinstance(value, tuple):
        yield f"{indent}{name}: {_scalar(value, folder)}"
        return
    if value and isinstance(value[0], dict):
        yield f"{indent}{name}:"
        for entry in value:
            given = [line for key, part in entry.items() for line in _lines(key, part, indent + "    ", folder)]
            yield from [f"{indent}  - {given[0].lstrip()}", *given[1:]]
        return
    items = [_scalar(item, folder) for item in value]
    line = f"{indent}{name}: [{', '.join(items)}]"
    if len(line) <= _WIDEST:
        yield line
    else:
        yield f"{indent}{name}:"
        yield from (f"{indent}  - {item}" for item in items)


def _scalar(value: Any, folder: Path) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Path):
        value = Path(os.path.relpath(value, folder.resolve())).as_posix()
    if isinstance(value, str):
        return value if _BARE.fullmatch(value) else json.dumps(value, ensure_ascii=False)
    return str(int(value)) if value == int(value) else repr(value)
