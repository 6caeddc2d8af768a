"""What the schema finds wrong, as faults with their place, their reason and a remedy."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from siting.errors import Fault
from siting.scenario import remedies
from siting.scenario.contradictions import Contradiction
from siting.scenario.fields import Section
from siting.scenario.messages import MESSAGES, hint, message
from siting.scenario.origin import FieldPath, Origin, path_from, path_text
from siting.scenario.schema import Scenario, variants
from siting.scenario.travel_settings import HIGHWAY_CLASSES

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
    "too_short": "empty_list",
    "string_type": "not_text",
    "path_type": "not_text",
    "string_too_short": "text_length",
    "string_too_long": "text_length",
    "int_from_float": "not_whole",
}
_ABOUT_KEYS = ("missing", "unknown_key")


@dataclass(frozen=True)
class _Place:
    """Where an error is: ``chosen`` is the variant of the section, ``""`` where there is no choice."""

    path: FieldPath
    chosen: str

    @classmethod
    def of(cls, details: ErrorDetails) -> _Place:
        loc = details["loc"]
        models = variants(str(loc[0])) if loc else {}
        chosen = str(loc[1]) if len(loc) > 1 and loc[1] in models else ""
        path = (loc[0], *loc[2:]) if chosen else loc
        if details["type"].startswith("union_tag"):
            path = (*path, _discriminator(str(loc[0])))
        return cls(path[:-1] if path[-1:] == ("[key]",) else path, chosen)

    @property
    def models(self) -> dict[str, type[Section]]:
        """The variants of the section."""
        return variants(str(self.path[0]))

    @property
    def known_keys(self) -> tuple[str, ...]:
        """The keys that may stand where the last key of the path does."""
        if len(self.path) == 1:
            return tuple(Scenario.model_fields)
        if len(self.path) == 2:
            return tuple(self.models[self.chosen].model_fields)
        return HIGHWAY_CLASSES

    def described(self, language: str) -> str:
        """The manual's words on the last key of the path."""
        model = self.models.get(self.chosen) or next(iter(self.models.values()), None)
        fields = Scenario.model_fields if len(self.path) == 1 or model is None else model.model_fields
        return str(fields[str(self.path[-1])].description).split("\n\n")[0 if language == "fr" else 1]


def _discriminator(section: str) -> str:
    return str(Scenario.model_fields[section].discriminator)


def schema_faults(error: ValidationError, origin: Origin, language: str) -> Iterator[tuple[FieldPath, Fault]]:
    """Each error of the schema as a fault, beside the place it is about."""
    for details in error.errors(include_url=False):
        place = _Place.of(details)
        key = details["type"] if details["type"] in MESSAGES else _KEYS.get(details["type"], "other")
        if details["input"] is None and key not in _ABOUT_KEYS:
            key = "no_value"
        if place.path != details["loc"] and details["loc"][-1] == "[key]":
            key = "unknown_key"
        position = origin.key_at(place.path) if key in _ABOUT_KEYS else origin.value_at(place.path)
        words = message(key, language, **_values(key, place, details, language))
        yield place.path, Fault(origin.file, *position, path_text(place.path), *words)


def contradiction_faults(
    found: Iterable[Contradiction], origin: Origin, language: str
) -> Iterator[tuple[FieldPath, Fault]]:
    """Each contradiction as a fault that names the line of the other field."""
    for one in found:
        path = path_from(one.path)
        problem, remedy = message(one.key, language, **one.values)
        if one.other:
            line, _ = origin.key_at(path_from(one.other))
            problem += hint("see_line", language, line=line, field=one.other)
        yield path, Fault(origin.file, *origin.value_at(path), one.path, problem, remedy)


def _values(key: str, place: _Place, details: ErrorDetails, language: str) -> dict[str, Any]:
    """What fills in the message ``key``."""
    given, context = details["input"], details.get("ctx", {})
    values: dict[str, Any] = {"value": given, "reason": details["msg"], "limit": context.get("max_length", 1)}
    values |= context
    unit = remedies.unit_of(place.path, language)
    values["unit"] = hint("in_unit", language, unit=unit) if unit and key == "not_a_number" else unit
    if isinstance(values["value"], (str, list, dict)):
        values["value"] = str(values["value"])[:60]
    values["hint"] = _remedy(key, place, details, language)
    return values


def _remedy(key: str, place: _Place, details: ErrorDetails, language: str) -> str:
    given, context = details["input"], details.get("ctx", {})
    match key:
        case "missing" | "not_a_mapping":
            return place.described(language)
        case "unknown_key":
            return _remedy_of_key(place, language)
        case "bad_choice":
            expected = str(context.get("expected_tags", context.get("expected")))
            choices = re.findall(r"'([^']+)'", expected)
            return remedies.nearest_of(context.get("tag", given), choices, language)
        case "out_of_bounds":
            return remedies.other_unit(context["value"], context["low"], context["high"], place.path, language)
        case "not_a_number":
            return remedies.number_in(given, 30, language)
        case "bad_commune" | "bad_departement" | "bad_site_id":
            return remedies.quoted(context["proposals"], key.replace("bad", "example"), language)
        case "path_missing" if context["near"]:
            return hint("did_you_mean", language, nearest=context["near"])
        case "path_missing":
            return hint("copy_file", language, path=context["path"])
    return ""


def _remedy_of_key(place: _Place, language: str) -> str:
    key = str(place.path[-1])
    others = [name for name, model in place.models.items() if key in model.model_fields] if place.chosen else []
    if len(place.path) == 2 and others:
        section = str(place.path[0])
        names = {"discriminator": _discriminator(section), "variants": ", ".join(others), "chosen": place.chosen}
        return hint("of_other_model", language, **names)
    return remedies.nearest_of(key, place.known_keys, language)
