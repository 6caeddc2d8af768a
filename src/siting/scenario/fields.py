"""The building blocks of the schema: bounded numbers, text, and the manual that an editor shows."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, cast

from annotated_types import Ge, GroupedMetadata, Le
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, field_validator
from pydantic.fields import FieldInfo

from siting.scenario.messages import refuse
from siting.scenario.slugs import slug_of

# Numbers of YAML 1.2; also what JSON calls a number. Octal and hexadecimal have no use here.
_INTEGER = re.compile(r"[-+]?[0-9]{1,18}")
_DECIMAL = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?(\.?nan|\.?inf|infinity|∞)", re.IGNORECASE)


def manual(french: str, english: str, *, examples: Sequence[Any] = ()) -> FieldInfo:
    """The description of a field, French first: what an editor shows beside the key."""
    # Field() is declared to return the type of the field's default, which is not what Annotated takes.
    return cast(FieldInfo, Field(description=f"{french}\n\n{english}", examples=list(examples) or None))


class Section(BaseModel):
    """A part of a scenario: frozen, unknown keys refused.

    While a file is read, each field that is right notes its value in the reader's context, so that the
    contradictions between fields are found although others are wrong. Entries of a list have no section of
    their own, ``""``: the reader notes them.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)
    section: ClassVar[str]

    @field_validator("*", mode="after")
    @classmethod
    def _note(cls, value: Any, info: ValidationInfo) -> Any:
        if info.context is not None and cls.section:
            info.context.valid[f"{cls.section}.{info.field_name}"] = value
        return value


@dataclass(frozen=True)
class Between(GroupedMetadata):
    """A finite number from ``low`` to ``high``, both included; text is read as YAML 1.2 would."""

    low: float
    high: float

    def __iter__(self) -> Iterator[object]:
        yield Ge(self.low)
        yield Le(self.high)
        yield BeforeValidator(self._read)

    def _read(self, value: object) -> object:
        if value is None:
            return value
        number = _number(value)
        if not math.isfinite(number):
            raise refuse("not_finite", value=value)
        if not self.low <= number <= self.high:
            raise refuse("out_of_bounds", value=number, low=self.low, high=self.high)
        return number


def _number(value: object) -> float:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return value
    if isinstance(value, str):
        if _INTEGER.fullmatch(value):
            return int(value)
        if _DECIMAL.fullmatch(value):
            return float(value)
        if _NOT_FINITE.fullmatch(value):
            return math.nan
    raise refuse("not_a_number", value=value)


def _yes_or_no(value: object) -> object:
    if isinstance(value, bool):
        return value
    if value in ("true", "false"):
        return value == "true"
    raise refuse("not_a_flag", value=value)


def _one_line(value: str) -> str:
    if not value.strip() or not value.isprintable():
        raise refuse("not_one_line", value=value)
    return value


def _slug(value: str) -> str:
    if not re.fullmatch(SLUG, value):
        raise refuse("bad_slug", value=value, proposal=slug_of(value)[:64].strip("-") or "mon-scenario")
    return value


def _not_empty(value: object) -> object:
    if value in ([], ()):
        raise refuse("empty_list")
    return value


# Not Field(min_length=1): pydantic counts the valid items only, and a list of wrong ones would be empty too.
NOT_EMPTY = BeforeValidator(_not_empty)


def exactly(n: int) -> BeforeValidator:
    """A list of ``n`` items, right or wrong (see `NOT_EMPTY`)."""

    def check(value: object) -> object:
        if isinstance(value, (list, tuple)) and len(value) != n:
            raise refuse("wrong_count", value=len(value), wanted=n)
        return value

    return BeforeValidator(check)


SLUG = r"[a-z0-9]+(-[a-z0-9]+)*"

Flag = Annotated[bool, BeforeValidator(_yes_or_no)]
Minutes = Annotated[float, Between(1, 240)]
RoadKmh = Annotated[float, Between(1, 150)]
OneLine = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_one_line)]
Slug = Annotated[str, Field(max_length=64, json_schema_extra={"pattern": f"^{SLUG}$"}), AfterValidator(_slug)]
