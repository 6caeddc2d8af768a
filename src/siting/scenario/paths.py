"""Files that a scenario names: only those that its author could have meant."""

from __future__ import annotations

import difflib
import re
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, ValidationInfo

from siting.errors import DataError
from siting.scenario.messages import refuse

# GDAL opens /vsicurl/… and http: as files; neither is a file of the planner's.
_REMOTE = re.compile(r"\s*(/+vsi|[a-z][a-z0-9+.-]+:)", re.IGNORECASE)


LONGEST_PATH = 1_000


def find_file(text: str, folder: Path) -> Path:
    """The file that ``text`` names, seen from ``folder``.

    It must exist once its links are followed, in ``folder`` or in the working folder (never taken for
    allowed when it is the root of the disk). ``data:NAME`` is a file of the catalogue, fetched before.

    Raises
    ------
    PydanticCustomError
        Where the file is missing, remote, no plain file, elsewhere, or not fetched.
    """
    if text.startswith("data:"):
        return _fetched(text)
    if _REMOTE.match(text):
        raise refuse("remote_path", value=text)
    if len(text) > LONGEST_PATH:
        raise refuse("text_length", max_length=LONGEST_PATH)
    if not text.strip() or not text.isprintable():
        raise refuse("not_one_line", value=text)
    here, working = folder.resolve(), Path.cwd().resolve()
    allowed = {here, working} - {Path(working.anchor)}
    try:
        path = (here / text).resolve()
        if not any(path.is_relative_to(root) for root in allowed):
            raise refuse("path_outside", value=text, path=path, folder=here)
        if not path.exists():
            raise refuse("path_missing", value=text, path=path, near=_near(path))
        if not path.is_file():
            raise refuse("path_no_file", value=text, path=path)
    except (OSError, RuntimeError) as error:  # too long a name, a loop of links, no right to look
        raise refuse("path_unreadable", value=text, reason=error) from error
    return path


def _fetched(text: str) -> Path:
    from siting.catalogue import path_in_scenario  # brings requests, 0.2 s that few scenarios need

    try:
        return path_in_scenario(text)
    except DataError as error:
        fault = error.faults[0]
        raise refuse("not_fetched", problem=fault.problem, remedy=fault.remedy) from error


def _near(path: Path) -> str:
    if not path.parent.is_dir():
        return ""
    names = [entry.name for entry in path.parent.iterdir() if entry.is_file()]
    return next(iter(difflib.get_close_matches(path.name, names, n=1)), "")


def input_file(value: object, info: ValidationInfo) -> object:
    """The path that a scenario writes, as `find_file` finds it; what is no text is left to the schema."""
    if not isinstance(value, (str, Path)):
        return value
    return find_file(str(value), Path.cwd() if info.context is None else info.context.folder)


InputFile = Annotated[Path, BeforeValidator(input_file)]
"""Path of a file that exists, absolute, its links followed."""
