"""How the columns of a file of roads read: the mapping that a planner writes, and those of IGN's data."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from siting.errors import DataError, Fault
from siting.scenario.document import compose
from siting.scenario.origin import path_text
from siting.scenario.travel_settings import RoadClass

_PROBLEMS = {
    "missing": ("clé obligatoire absente", "voyez docs/roads.md"),
    "extra_forbidden": ("clé inconnue", "voyez docs/roads.md"),
    "literal_error": ("« {input} » n'est pas une classe de routes", "possible : {expected}"),
    "float_parsing": ("« {input} » n'est pas un nombre", "écrivez un nombre, comme 0.5"),
}


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _as_names(value: object) -> object:
    return (value,) if isinstance(value, str) else value


Names = Annotated[tuple[str, ...], BeforeValidator(_as_names), Field(min_length=1)]
"""One name or several; of columns, the first that the file has is read, whatever its case."""


class ClassColumn(_Part):
    """A column that tells the class of a road."""

    column: Names
    values: dict[str, RoadClass | Literal["closed"]]


class Directions(_Part):
    """A column that tells the way a road is driven; values not listed leave it open both ways."""

    column: Names
    forward: Names = ("1",)
    backward: Names = ("-1",)


class Closures(_Part):
    """A column some of whose values close a road to visitors' cars."""

    column: Names
    closed: Names


class Values(_Part):
    """A column some of whose values mark a road."""

    column: Names
    values: Names


class Number(_Part):
    """A column of numbers."""

    column: Names


class RoadMapping(_Part):
    """What each column of a file of roads means.

    Attributes
    ----------
    layer : str or None
        Name of the layer; None where the file has one only.
    attribution, licence : str
        To print beside anything derived from the file.
    classes : tuple of ClassColumn
        In order: the first column whose value is listed gives the class; a road without is left out.
    oneway, access, unpaved
        None or empty: open both ways, to everybody, paved.
    speed_kmh : Number or None
        Speed of each road, used where the scenario says ``use_maxspeed``; 0 and empty are not known.
    level : Number or None
        Position above (bridges) or below (tunnels) the ground; what is no number is the ground.
    snap_m : float
        Ends of roads this near are one.
    """

    layer: str | None = None
    attribution: str
    licence: str
    classes: Annotated[tuple[ClassColumn, ...], Field(min_length=1)]
    oneway: Directions | None = None
    access: tuple[Closures, ...] = ()
    speed_kmh: Number | None = None
    level: Number | None = None
    unpaved: Values | None = None
    snap_m: Annotated[float, Field(ge=0, le=20)] = 0.5


def read_mapping(mapping: str | Path) -> tuple[RoadMapping, str]:
    """A mapping and its text: one of IGN's by its name, or a planner's YAML file.

    Raises
    ------
    DataError
        With every fault of the file and its line.
    """
    if isinstance(mapping, Path):
        name, text = str(mapping), mapping.read_text(encoding="utf-8-sig", errors="replace")
    else:
        name = f"{mapping}.yaml"
        text = files("siting.territory").joinpath("road_mappings", name).read_text(encoding="utf-8")
    document = compose(text, file=name, language="fr")
    if document.faults:
        raise DataError(document.faults)
    try:
        return RoadMapping.model_validate(document.value), text
    except ValidationError as error:
        faults = []
        for one in error.errors():
            path = tuple(step for step in one["loc"] if not str(step).startswith(("literal[", "function-")))
            words = {"input": str(one["input"])[:60], "expected": one.get("ctx", {}).get("expected", "")}
            problem, remedy = _PROBLEMS.get(one["type"], ("valeur refusée : {input}", "voyez docs/roads.md"))
            line, column = document.origin.value_at(path)
            faults.append(Fault(name, line, column, path_text(path), problem.format(**words), remedy.format(**words)))
        raise DataError(faults) from error
