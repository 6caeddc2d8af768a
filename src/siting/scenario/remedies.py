"""What would do: the remedy that goes with a fault, from what was written and what could have been meant."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence

from siting.scenario.messages import hint
from siting.scenario.origin import FieldPath

# Suffix of a key: its unit, and the units it is mistaken for with their size in it. The longer suffix first.
_UNITS: tuple[tuple[str, tuple[str, str], tuple[tuple[tuple[str, str], float], ...]], ...] = (
    ("_min", ("minutes", "minutes"), ((("secondes", "seconds"), 1 / 60), (("heures", "hours"), 60))),
    ("_per_km2", ("habitants par km²", "persons per km²"), ()),
    ("_kmh", ("km/h", "km/h"), ((("m/s", "m/s"), 3.6),)),
    ("_km", ("kilomètres", "kilometres"), ((("mètres", "metres"), 1 / 1000),)),
    ("_m", ("mètres", "metres"), ((("kilomètres", "kilometres"), 1000),)),
    ("_s", ("secondes", "seconds"), ((("minutes", "minutes"), 60),)),
    ("_share", ("(une part)", "(a share)"), ((("%", "%"), 1 / 100),)),
    ("_eur", ("euros", "euros"), ()),
    ("_persons", ("habitants", "persons"), ()),
)


def _in_language(words: tuple[str, str], language: str) -> str:
    return words[0] if language == "fr" else words[1]


def _units_of(path: FieldPath) -> tuple[tuple[str, str], tuple[tuple[tuple[str, str], float], ...]]:
    keys = [step for step in reversed(path) if isinstance(step, str)]
    return next(
        ((unit, mistaken) for key in keys for suffix, unit, mistaken in _UNITS if key.endswith(suffix)), (("", ""), ())
    )


def unit_of(path: FieldPath, language: str) -> str:
    """The unit that the name of a key states; ``""`` where it states none."""
    return _in_language(_units_of(path)[0], language)


def nearest(given: object, known: Iterable[str]) -> str:
    """The known word that ``given`` is a slip of; ``""`` where none is near."""
    return next(iter(difflib.get_close_matches(str(given)[:100].lower(), sorted(known), n=1)), "")


def nearest_of(given: object, known: Iterable[str], language: str) -> str:
    """The known word that ``given`` is a slip of, or all of them."""
    near = nearest(given, known)
    if near:
        return hint("did_you_mean", language, nearest=near)
    return hint("one_of", language, known=", ".join(sorted(known)))


def quoted(proposals: Sequence[str], example: str, language: str) -> str:
    """The text to write between quotes, or what one looks like."""
    if not proposals:
        return hint(example, language)
    return hint("write", language, text=hint("or", language).join(f'"{text}"' for text in proposals))


def other_unit(value: float, low: float, high: float, path: FieldPath, language: str) -> str:
    """What to write if the number was in another unit; ``""`` where none makes it plausible."""
    for unit, size in _units_of(path)[1]:
        if low <= value * size <= high:
            return hint("converted", language, value=value, unit=_in_language(unit, language), text=value * size)
    return ""


def number_in(value: object, example: object, language: str) -> str:
    """The number to write in place of a text that is none."""
    text = re.sub(r"\s", "", str(value)[:100])
    if re.fullmatch(r"[-+]?[0-9]+,[0-9]+", text):
        return hint("decimal_point", language, text=text.replace(",", "."))
    if re.fullmatch(r"[-+]?[0-9_]+(\.[0-9]+)?", text) and any(map(str.isdecimal, text)):
        return hint("write", language, text=text.replace("_", ""))
    with_unit = re.fullmatch(r"([-+]?[0-9]+([.,][0-9]+)?)[^\W\d_/%²][\w/%²]*", text)
    if with_unit:
        return hint("number_alone", language, text=with_unit[1].replace(",", "."))
    return hint("a_number", language, text=example)
