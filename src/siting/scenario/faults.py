"""What the schema and the contradictions find wrong, as faults with their place, reason and remedy."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from siting.errors import Fault
from siting.scenario import remedies
from siting.scenario.contradiction import Contradiction
from siting.scenario.messages import MESSAGES, hint, message
from siting.scenario.origin import FieldPath, Origin, path_from, path_text
from siting.scenario.schema import Scenario, discriminator_of, variants

_KEYS = {  # pydantic's name of an error: ours
    "missing": "missing",
    "union_tag_not_found": "missing",
    "extra_forbidden": "unknown_key",
    "literal_error": "bad_choice",
    "union_tag_invalid": "bad_choice",
    "model_type": "not_a_mapping",
    "model_attributes_type": "not_a_mapping",
    "dict_type": "not_a_mapping",
    "tuple_type": "not_a_list",
    "string_type": "not_text",
    "path_type": "not_text",
    "string_too_short": "text_length",
    "string_too_long": "text_length",
    "int_from_float": "not_whole",
}
_ABOUT_KEYS = ("missing", "unknown_key")


@dataclass(frozen=True)
class _Error:
    """An error of the schema: where, what by the keys of `messages`, and in which variant of its section."""

    path: FieldPath
    key: str
    variant: str
    given: Any
    context: dict[str, Any]
    reason: str

    @classmethod
    def of(cls, details: ErrorDetails) -> _Error:
        path, kind, given = details["loc"], details["type"], details["input"]
        key = kind if kind in MESSAGES else _KEYS.get(kind, "other")
        context = details.get("ctx", {})
        models = variants(str(path[0]))
        variant, place = "", 2 if len(path) > 1 and isinstance(path[1], int) else 1
        if len(path) > place and path[place] and path[place] in models:  # pydantic names the variant within the path
            variant, path = str(path[place]), (*path[:place], *path[place + 1 :])
        if kind == "literal_error" and path[-1] == "[key]":
            path, key = path[:-1], "unknown_key"
        if given is None and key not in _ABOUT_KEYS:
            key = "no_value"
        elif kind.startswith("union_tag"):
            discriminator = discriminator_of(str(path[0]))
            given = context.get("tag", given)
            slip = next((name for name in given if remedies.nearest(name, [discriminator])), "")
            if key == "missing" and slip:
                path, key = (*path, slip), "unknown_key"
            else:
                path = (*path, discriminator)
        return cls(path, key, variant, given, context, details["msg"])

    @property
    def inner(self) -> FieldPath:
        """The path without the number of the entry of a list."""
        return (self.path[0], *self.path[2:]) if len(self.path) > 1 and isinstance(self.path[1], int) else self.path

    @property
    def known_keys(self) -> tuple[str, ...]:
        """The keys that may stand where the last key of the path does."""
        if len(self.path) == 1:
            return tuple(Scenario.model_fields)
        if len(self.inner) == 1:
            return (discriminator_of(str(self.path[0])),)
        section = str(self.path[0])
        models = variants(section)
        if len(self.inner) > 2:
            return tuple(_choices(self.context))
        return tuple(models[self.variant].model_fields) if self.variant in models else (discriminator_of(section),)

    @property
    def field(self) -> FieldInfo:
        """The field of the schema that the error is about."""
        models = variants(str(self.path[0]))
        if len(self.inner) == 1 or not models:
            return Scenario.model_fields[str(self.path[0])]
        model = models.get(self.variant) or next(iter(models.values()))
        return model.model_fields[str(self.inner[1])]


def schema_faults(error: ValidationError, origin: Origin, language: str) -> Iterator[tuple[FieldPath, Fault]]:
    """Each error of the schema as a fault, beside the place it is about."""
    errors = [_Error.of(details) for details in error.errors(include_url=False)]
    # A misspelt key is one slip, not an unknown key and a missing one.
    misspelt = {
        (*one.path[:-1], remedies.nearest(one.path[-1], one.known_keys))
        for one in errors
        if one.key == "unknown_key" and not _sections_with(str(one.path[-1]))
    }
    for one in errors:
        if one.key == "missing" and one.path in misspelt:
            continue
        position = origin.key_at(one.path) if one.key in _ABOUT_KEYS else origin.value_at(one.path)
        words = message(one.key, language, **_words(one, language))
        yield one.path, Fault(origin.file, *position, path_text(one.path), *words)


def option_faults(error: ValidationError, section: str, option: str, language: str) -> Iterator[Fault]:
    """Each error of a section whose values a command line option gave."""
    for details in error.errors(include_url=False):
        one = _Error.of({**details, "loc": (section, *details["loc"])})
        yield Fault(option, 0, 0, path_text(one.path[1:]), *message(one.key, language, **_words(one, language)))


def contradiction_faults(
    found: Iterable[Contradiction], origin: Origin, language: str
) -> Iterator[tuple[FieldPath, Fault]]:
    """Each contradiction as a fault that names the line of the other field."""
    for one in found:
        path = path_from(one.path)
        problem, remedy = message(one.key, language, **one.values)
        if one.other:
            line, _ = origin.value_at(path_from(one.other))
            problem += hint("see_line", language, line=line, field=one.other)
        yield path, Fault(origin.file, *origin.value_at(path), one.path, problem, remedy)


def _words(error: _Error, language: str) -> dict[str, Any]:
    """What fills in the message of an error."""
    unit = remedies.unit_of(error.path, language)
    words: dict[str, Any] = {"reason": error.reason, "value": error.given, **error.context}
    if not isinstance(words["value"], (int, float)):
        words["value"] = str(words["value"])[:60]
    words["unit"] = hint("in_unit", language, unit=unit) if unit and error.key == "not_a_number" else unit
    words["limit"] = error.context.get("max_length", "")
    words["hint"] = _remedy(error, language)
    return words


def _remedy(error: _Error, language: str) -> str:
    context = error.context
    match error.key:
        case "missing" if "discriminator" in context:
            return hint("one_of", language, known=", ".join(variants(str(error.path[0]))))
        case "missing" | "not_a_mapping":
            return str(error.field.description).split("\n\n")[0 if language == "fr" else 1]
        case "unknown_key":
            return _remedy_of_key(error, language)
        case "bad_choice":
            return remedies.nearest_of(error.given, _choices(context), language)
        case "out_of_bounds":
            return remedies.other_unit(context["value"], context["low"], context["high"], error.path, language)
        case "not_a_number":
            examples = [one for one in error.field.examples or () if isinstance(one, (int, float))]
            return remedies.number_in(error.given, next(iter(examples), 50), language)
        case "bad_commune" | "bad_departement" | "bad_epci" | "bad_site_id":
            return remedies.quoted(context["proposals"], error.key.replace("bad", "example"), language)
        case "path_missing" if context["near"]:
            return hint("did_you_mean", language, nearest=context["near"])
        case "path_missing":
            return hint("copy_file", language, path=context["path"])
    return ""


def _choices(context: dict[str, Any]) -> list[str]:
    """What pydantic says may stand there: ``'a', 'b' or 'c'``."""
    return re.findall(r"'([^']+)'", str(context.get("expected_tags", context.get("expected"))))


def _sections_with(key: str) -> list[str]:
    """The sections that have ``key``, in any of their models."""
    return [
        name for name in Scenario.model_fields if any(key in model.model_fields for model in variants(name).values())
    ]


def _remedy_of_key(error: _Error, language: str) -> str:
    key, section = str(error.path[-1]), str(error.path[0])
    if len(error.path) == 1:
        sections = _sections_with(key)
        if sections:
            return hint("of_section", language, sections=", ".join(sections))
    elif len(error.inner) == 2 and error.variant:
        others = [name for name, model in variants(section).items() if key in model.model_fields]
        if others:
            names = {"variants": ", ".join(others), "chosen": error.variant}
            return hint("of_other_model", language, discriminator=discriminator_of(section), **names)
    return remedies.nearest_of(key, error.known_keys, language)
