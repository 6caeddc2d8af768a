"""A scenario file to a Scenario, or every fault of the file at once."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, get_args

from pydantic import TypeAdapter, ValidationError

from siting.errors import Fault, ScenarioError
from siting.scenario.contradictions import STUDY_AREAS, contradictions
from siting.scenario.document import MOST_FAULTS, NOT_TEXT, Document, compose
from siting.scenario.faults import contradiction_faults, schema_faults
from siting.scenario.messages import hint, message
from siting.scenario.origin import FieldPath
from siting.scenario.schema import LISTS, Scenario

LARGEST_BYTES = 1_000_000


@dataclass
class _Reading:
    """What the schema is told while it reads a file, and what it notes (see `fields.Section`)."""

    folder: Path
    valid: dict[str, Any] = field(default_factory=dict)


def load(path: str | Path) -> Scenario:
    """Read a scenario file.

    Parameters
    ----------
    path : str or Path
        A YAML 1.2 file in UTF-8, of 1 MB at most.

    Raises
    ------
    ScenarioError
        Where anything is wrong, with every independent fault, its line and what would do; in French unless
        the file says ``language: en``.
    """
    path = Path(path)
    return _parse(_bytes_of(path), file=str(path), folder=path.parent)


def _bytes_of(path: Path) -> bytes:
    try:
        if not path.exists():
            folder = path.parent if path.parent.is_dir() else Path()
            near = difflib.get_close_matches(path.name, [one.name for one in folder.glob("*.y*ml")], n=1)
            remedy = hint("did_you_mean", "fr", nearest=folder / near[0]) if near else hint("start_from", "fr")
            raise ScenarioError(
                Fault(str(path), 0, 0, "", *message("no_file", "fr", path=path.absolute(), hint=remedy))
            )
        if not path.is_file():
            raise ScenarioError(Fault(str(path), 0, 0, "", *message("not_a_file", "fr", path=path.absolute())))
        with path.open("rb") as stream:
            return stream.read(LARGEST_BYTES + 1)
    except OSError as error:
        words = message("unreadable_file", "fr", reason=error.strerror or error)
        raise ScenarioError(Fault(str(path), 0, 0, "", *words)) from error


def _parse(content: bytes, *, file: str, folder: Path) -> Scenario:
    language = "en" if re.search(rb"""^language:[ ]*["']?en\b""", content, re.MULTILINE) else "fr"
    if len(content) > LARGEST_BYTES:
        words = message("too_large", language, limit=LARGEST_BYTES)
        raise ScenarioError(Fault(file, 1, 1, "", *words))
    document = compose(_decode(content, file=file, language=language), file=file, language=language)
    scenario, faults = _check(document, _Reading(folder))
    if scenario is None or faults:
        raise _error(faults, language)
    return scenario


def _error(faults: list[Fault], language: str) -> ScenarioError:
    """The error of all ``faults``, or of as many as anyone would read."""
    faults = sorted(set(faults))
    if len(faults) > MOST_FAULTS:
        place = faults[MOST_FAULTS]
        more = Fault(place.file, place.line, place.column, "", *message("more_faults", language))
        faults = [*faults[:MOST_FAULTS], more]
    return ScenarioError(faults)


def _decode(content: bytes, *, file: str, language: str) -> str:
    """The text, with line ends as \\n, or the place of every character that is none."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ScenarioError(Fault(file, 1, 1, "", *message("utf_16", language)))
    lines = content.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    faults, texts = [], []
    for number, line in enumerate(lines, start=1):
        try:
            text = line.decode("utf-8")
        except UnicodeDecodeError as error:
            column = len(line[: error.start].decode("utf-8", "replace")) + 1
            words = message("not_utf8", language, value=f"0x{line[error.start]:02X}")
            faults.append(Fault(file, number, column, "", *words))
            text = ""
        for found in islice(NOT_TEXT.finditer(text), MOST_FAULTS + 1):
            words = message("control_character", language, value=ascii(found[0])[1:-1])
            faults.append(Fault(file, number, found.start() + 1, "", *words))
        texts.append(text)
        if len(faults) > MOST_FAULTS:
            break
    if faults:
        raise _error(faults, language)
    return "\n".join(texts)


def _check(document: Document, reading: _Reading) -> tuple[Scenario | None, list[Fault]]:
    """The scenario, where the schema takes it, and every fault."""
    faults = list(document.faults)
    if () in document.spoiled:
        return None, faults
    scenario: Scenario | None = None
    found: list[tuple[FieldPath, Fault]] = []
    try:
        scenario = Scenario.model_validate(document.value, context=reading)
        scenario._origin = document.origin
    except ValidationError as error:
        found += schema_faults(error, document.origin, document.language)
    if any(path[0] == "goal" for path, _ in found):
        reading.valid["goal"] = "wrong"
    _note_wrong_fields(document.value, reading.valid)
    if "population" not in document.value:
        reading.valid["population.rule"] = "census"
    _note_entries(document.value, reading)
    found += contradiction_faults(contradictions(reading.valid), document.origin, document.language)
    for path, fault in found:
        if not any(path[: len(spoiled)] == spoiled for spoiled in document.spoiled):
            faults.append(fault)
    return scenario, faults


def _note_entries(value: dict[str, Any], reading: _Reading) -> None:
    """Note each entry of a list that is right by itself, as ``"rules[0]"``."""
    for name in LISTS:
        entry = TypeAdapter(get_args(Scenario.model_fields[name].annotation)[0])
        items = value.get(name)
        for row, item in enumerate(items if isinstance(items, list) else ()):
            try:
                reading.valid[f"{name}[{row}]"] = entry.validate_python(item, context=reading)
            except ValidationError:
                continue


def _note_wrong_fields(value: dict[str, Any], valid: dict[str, Any]) -> None:
    """Let a study area that is wrong count as given, and a list of sites as far as it goes.

    So a wrong code beside it does not hide that a site is both forced and forbidden.
    """
    for section, names in (("study_area", STUDY_AREAS), ("goal", ("forced_open", "forbidden"))):
        part = value.get(section)
        for name in names:
            items = part.get(name) if isinstance(part, dict) else None
            if items is not None:
                sites = items if section == "goal" and isinstance(items, list) else ()
                valid.setdefault(f"{section}.{name}", tuple(map(str, sites)))
