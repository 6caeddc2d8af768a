"""Codes of places and sites: always text, and what was probably meant when they are wrong."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated

from pydantic import BeforeValidator, Field, StringConstraints

from siting.scenario.messages import refuse

DEPARTEMENT = r"0[1-9]|1[0-9]|2[1-9AB]|[3-8][0-9]|9[0-5]|97[1-46]"
COMMUNE = r"(0[1-9]|1[0-9]|2[1-9AB]|[3-8][0-9]|9[0-5])[0-9]{3}|97[1-46][0-9]{2}"

EPCI = r"2[0-9]{8}"

_SITE_OF_COMMUNE = re.compile(r"(practice):(.*)", re.DOTALL)


def _code_reader(kind: str, pattern: str, width: int) -> Callable[[object], object]:
    def read(value: object) -> object:
        if value is None or isinstance(value, (list, dict, tuple)):
            return value
        text = str(value)
        if not (isinstance(value, str) and re.fullmatch(pattern, text)):
            raise refuse(f"bad_{kind}", value=value, proposals=_proposals(text, pattern, width))
        return text

    return read


def _proposals(text: str, pattern: str, width: int) -> tuple[str, ...]:
    """What ``text`` would be with its spaces, case, leading zeros or Corsican letter put right."""
    tidy = re.sub(r"\s", "", text).upper()
    tidy = tidy.zfill(width) if tidy.isascii() and tidy.isdecimal() else tidy
    corsican = (f"2A{tidy[2:]}", f"2B{tidy[2:]}") if tidy.startswith("20") else ()
    return tuple(code for code in (tidy, *corsican) if re.fullmatch(pattern, code))


def meant_communes(text: str) -> tuple[str, ...]:
    """The codes of communes that a text may have been before a spreadsheet read it: 1004, 1004.0, 2a004."""
    return tuple(code for code in _proposals(re.sub(r"[.,]0+$", "", text), COMMUNE, 5) if code != text)


def _site_id(value: object) -> object:
    """``value``, unless it is the site of a commune with a slip in the code, blank, or padded.

    Whether there is such a site is known once the territory is.
    """
    if not isinstance(value, str):
        return value
    named = _SITE_OF_COMMUNE.fullmatch(value)
    proposals = _proposals(named[2], COMMUNE, 5) if named else ()
    if named and proposals and named[2] not in proposals:
        raise refuse("bad_site_id", value=value, proposals=tuple(f"{named[1]}:{code}" for code in proposals))
    plain = value.strip()
    if not plain or value != plain or not value.isprintable():
        raise refuse("bad_site_id", value=value, proposals=(plain,) if plain and plain.isprintable() else ())
    return value


# An editor reads an unquoted 01004 as the number 1004: its schema takes numbers too, and `check` decides.
def _text_or_number(pattern: str) -> dict[str, object]:
    return {"type": ["string", "integer"], "pattern": f"^({pattern})$"}


DepartementCode = Annotated[
    str,
    BeforeValidator(_code_reader("departement", DEPARTEMENT, 2)),
    Field(json_schema_extra=_text_or_number(DEPARTEMENT)),
]
CommuneCode = Annotated[
    str, BeforeValidator(_code_reader("commune", COMMUNE, 5)), Field(json_schema_extra=_text_or_number(COMMUNE))
]
EpciCode = Annotated[
    str, BeforeValidator(_code_reader("epci", EPCI, 9)), Field(json_schema_extra=_text_or_number(EPCI))
]
SiteId = Annotated[str, StringConstraints(min_length=1, max_length=200), BeforeValidator(_site_id)]
