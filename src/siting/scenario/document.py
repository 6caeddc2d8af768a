"""YAML text to plain values with the position of each: scalars stay text, the schema types them.

YAML's own typing would read 01004 as a number. What lets a small file grow or act (anchors, aliases, tags,
deep nesting) is refused while the events of the parser arrive, before anything is built from them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from siting.errors import Fault
from siting.scenario.messages import hint, message
from siting.scenario.origin import FieldPath, Origin, Position, path_text

DEEPEST = 12
MOST_KEYS = 100
MOST_ITEMS = 40_000  # France has 34,900 communes
MOST_FAULTS = 1_000
NULLS = frozenset({"", "~", "null", "Null", "NULL"})

_SYNTAX = (  # (in the parser's context or problem, message)
    ("escape", "syntax_escape"),
    ("quoted scalar", "syntax_quote"),
    ("flow", "syntax_bracket"),
    ("mapping values are not allowed", "syntax_colon"),
    ("could not find expected ':'", "syntax_no_colon"),
    ("simple key", "syntax_no_colon"),
    ("expected <block end>", "syntax_indent"),
    ("expected '<document start>'", "syntax_indent"),
    ("cannot start any token", "syntax_character"),
    ("expected the node content", "syntax_character"),
)
NOT_TEXT = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ufffd\U00010000-\U0010ffff]|[\ud800-\udfff\ufeff]")


@dataclass
class Document:
    """What a file holds, and what is wrong with it as YAML.

    Attributes
    ----------
    file, language : str
    value : Any
        Nested dict, list, str and None.
    keys, values : dict
        Position of each key and of each value.
    faults : list of Fault
    spoiled : set of FieldPath
        Places whose value could not be taken over; what the schema says of them is no independent fault.
    """

    file: str
    language: str
    value: Any = None
    keys: dict[FieldPath, Position] = field(default_factory=dict)
    values: dict[FieldPath, Position] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    spoiled: set[FieldPath] = field(default_factory=set)

    @property
    def origin(self) -> Origin:
        """The positions, to keep with the scenario."""
        return Origin(self.file, self.keys, self.values)

    def report(self, position: Position, path: FieldPath, key: str, **values: object) -> None:
        """Add a fault, in words of `messages`; stop where there are more than anyone would read."""
        self.faults.append(Fault(self.file, *position, path_text(path), *message(key, self.language, **values)))
        if len(self.faults) > MOST_FAULTS:
            raise _Unreadable


class _Unreadable(Exception):
    """Composition cannot go on; the reason is among the faults."""


def compose(text: str, *, file: str, language: str) -> Document:
    """The only YAML document of ``text``: its value is a dict, or the whole of it is spoiled."""
    document = Document(file, language)
    try:
        try:
            _compose_all(document, YAML(typ="safe", pure=True).parse(text))
        except (YAMLError, ValueError, OverflowError) as error:  # the parser's chr() of an escape beyond Unicode
            _report_syntax(document, text, error)
            raise _Unreadable from error
    except _Unreadable:
        document.spoiled.add(())
    return document


def _compose_all(document: Document, events: Iterator[Event]) -> None:
    n_documents = 0
    for event in events:
        if isinstance(event, DocumentStartEvent):
            n_documents += 1
            if n_documents == 2:
                document.report(_position(event), (), "several_documents")
                raise _Unreadable
            document.value = _node(document, next(events), events, ())
        elif isinstance(event, StreamEndEvent) and n_documents == 0:
            document.report((1, 1), (), "empty", hint=hint("start_from", document.language))
            raise _Unreadable
    if not isinstance(document.value, dict):
        document.report((1, 1), (), "not_a_mapping", hint=hint("start_from", document.language))
        raise _Unreadable


def _node(document: Document, event: Event, events: Iterator[Event], path: FieldPath) -> Any:
    if _is_written_beside_its_key(event) or path not in document.keys:
        document.values[path] = _position(event)
    _check_properties(document, event, path)
    if len(path) >= DEEPEST:
        document.report(_position(event), path, "too_deep", limit=DEEPEST)
        raise _Unreadable
    if isinstance(event, MappingStartEvent):
        return _mapping(document, events, path)
    if isinstance(event, SequenceStartEvent):
        return _sequence(document, events, path)
    if isinstance(event, ScalarEvent):
        strange = NOT_TEXT.search(event.value)  # written as an escape: the text of the file has none
        if strange:
            document.report(_position(event), path, "control_character", value=ascii(strange[0])[1:-1])
            document.spoiled.add(path)
            return None
        return None if event.style is None and event.value in NULLS else event.value
    return None  # an alias, reported


def _is_written_beside_its_key(event: Event) -> bool:
    """Not so for a block of lines below the key, nor for no value at all: the parser places it at what follows."""
    if isinstance(event, ScalarEvent):
        return not (event.value == "" and event.style is None)
    return bool(getattr(event, "flow_style", True))


def _sequence(document: Document, events: Iterator[Event], path: FieldPath) -> list[Any]:
    items: list[Any] = []
    for event in events:
        if isinstance(event, SequenceEndEvent):
            break
        if len(items) == MOST_ITEMS:
            document.report(_position(event), path, "too_many", limit=MOST_ITEMS)
            raise _Unreadable
        items.append(_node(document, event, events, (*path, len(items))))
    return items


def _mapping(document: Document, events: Iterator[Event], path: FieldPath) -> dict[str, Any]:
    items: dict[str, Any] = {}
    for event in events:
        if isinstance(event, MappingEndEvent):
            break
        if not isinstance(event, ScalarEvent) or len(items) == MOST_KEYS:
            key = "too_many" if len(items) == MOST_KEYS else "key_not_text"
            document.report(_position(event), path, key, limit=MOST_KEYS)
            raise _Unreadable
        name, position = NOT_TEXT.sub("\ufffd", event.value), _position(event)
        place = (*path, name)
        _check_properties(document, event, place)
        if name in items:
            first = document.keys[place][0]
            document.report(position, place, "duplicate_key", first=first, second=position[0])
            _node(Document(document.file, document.language), next(events), events, place)
        else:
            document.keys[place] = position
            items[name] = _node(document, next(events), events, place)
    return items


def _check_properties(document: Document, event: Event, path: FieldPath) -> None:
    """Report an alias, an anchor or a tag."""
    if isinstance(event, AliasEvent):
        document.report(_position(event), path, "alias", value=event.anchor)
        document.spoiled.add(path)
        return
    anchor, tag = getattr(event, "anchor", None), getattr(event, "tag", None)
    if anchor is not None:
        document.report(_position(event), path, "anchor", value=anchor)
    if tag is not None:
        document.report(_position(event), path, "tag", value=tag)
        document.spoiled.add(path)


def _position(event: Event) -> Position:
    return event.start_mark.line + 1, event.start_mark.column + 1


def _report_syntax(document: Document, text: str, error: Exception) -> None:
    """Report where the parser stopped; where a tab stopped it, every line that a tab indents."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    lines = text.split("\n")
    indents = [row[: len(row) - len(row.lstrip(" \t"))] for row in lines]
    if line <= len(lines) and "\t" in indents[line - 1]:
        for row, indent in enumerate(indents, start=1):
            if "\t" in indent:
                document.report((row, indent.index("\t") + 1), (), "tab")
        return
    if not isinstance(error, MarkedYAMLError):
        document.report((line, column), (), "syntax", reason=error)
        return
    said = f"{error.context} {error.problem}"
    key = next((key for words, key in _SYNTAX if words in said), "syntax")
    if key in ("syntax_quote", "syntax_bracket") and error.context_mark:
        line, column = error.context_mark.line + 1, error.context_mark.column + 1
    document.report((line, column), (), key, reason=error.problem)
