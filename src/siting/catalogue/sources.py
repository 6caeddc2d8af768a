"""The list of public data: `sources.toml`, and a planner's own file beside it."""

from __future__ import annotations

import difflib
import os
import tomllib
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from siting.errors import DataError, Fault

OWN_CATALOGUE = "SITING_CATALOGUE"
"""Environment variable that names a planner's own list."""

_PLAIN_NAME = r"^[A-Za-z0-9][A-Za-z0-9._-]*$"


class Source(BaseModel):
    """One thing to fetch.

    Attributes
    ----------
    title, publisher, licence, vintage : str
        What it is, whose, under what terms, of when.
    address : str
        Where its publisher has it; http or https.
    file : str
        Name it gets on this disk.
    sha256 : str
        Of the file; empty where it is not known: then that of the first download is kept and checked from then on.
    size_mb : float
        About, so that a reader knows what to expect; a download over three times as large is refused.
    members : tuple of str
        For an archive: the patterns of the members to unpack. None: the file is used as it is.
    unpacked_mb : float
        About; more than three times as much is refused.
    note : str
        What to know before using it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: Annotated[str, Field(min_length=3)]
    publisher: str
    licence: str
    vintage: str
    address: Annotated[str, Field(pattern=r"^https?://")]
    file: Annotated[str, Field(pattern=_PLAIN_NAME)]
    sha256: Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$")] = ""
    size_mb: Annotated[float, Field(gt=0)]
    members: tuple[str, ...] = ()
    unpacked_mb: Annotated[float, Field(gt=0)] = 1.0
    note: str = ""


@dataclass(frozen=True)
class Catalogue:
    """Sources by name, in the order of names."""

    sources: dict[str, Source]

    def __getitem__(self, name: str) -> Source:
        """
        Raises
        ------
        DataError
            No source has this name.
        """
        if name not in self.sources:
            problem = f"aucune donnée ne s'appelle « {name} »"
            near = difflib.get_close_matches(name, self.sources, n=1)
            remedy = f"vouliez-vous dire {near[0]} ?" if near else "siting data list"
            raise DataError(Fault("catalogue", 0, 0, "", problem, remedy))
        return self.sources[name]


def read_catalogue(own: Path | None = None) -> Catalogue:
    """The sources that siting knows, and those of a planner's own file.

    Parameters
    ----------
    own : Path, optional
        A TOML file as ``sources.toml``: a table ``[sources.NAME]`` each, which replaces the one of the same name;
        ``mirror = "https://…"`` has every file fetched as ``mirror/file`` instead. By default what the environment
        variable ``SITING_CATALOGUE`` names, if anything.

    Raises
    ------
    DataError
        The file cannot be read, or entries are wrong: every fault at once.
    """
    ours = tomllib.loads(files("siting.catalogue").joinpath("sources.toml").read_text(encoding="utf-8"))
    own = own or (Path(os.environ[OWN_CATALOGUE]) if os.environ.get(OWN_CATALOGUE) else None)
    theirs = {} if own is None else _read_own(own)
    tables = ours["sources"] | theirs.get("sources", {})
    sources = _checked(tables, str(own))
    mirror = theirs.get("mirror", "").rstrip("/")
    if mirror:
        sources = {name: one.model_copy(update={"address": f"{mirror}/{one.file}"}) for name, one in sources.items()}
    return Catalogue(dict(sorted(sources.items())))


def _read_own(path: Path) -> dict[str, Any]:
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise DataError(Fault(str(path), 0, 0, "", f"catalogue illisible : {error.strerror}")) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DataError(Fault(str(path), 0, 0, "", f"ce n'est pas du TOML : {error}")) from error
    faults = [
        Fault(str(path), 0, 0, key, "clé inconnue", "mirror ou [sources.NOM]")
        for key in table
        if key not in ("mirror", "sources")
    ]
    mirror = table.get("mirror", "")
    if not (isinstance(mirror, str) and (not mirror or mirror.startswith(("http://", "https://")))):
        faults.append(Fault(str(path), 0, 0, "mirror", "ce n'est pas une adresse http ou https"))
    if not isinstance(table.get("sources", {}), dict):
        faults.append(Fault(str(path), 0, 0, "sources", "une table par donnée est attendue", "[sources.NOM]"))
    if faults:
        raise DataError(faults)
    return table


def _checked(tables: dict[str, Any], file: str) -> dict[str, Source]:
    sources, faults = {}, []
    for name, table in tables.items():
        if not name.replace("-", "").isalnum():
            faults.append(Fault(file, 0, 0, f"sources.{name}", "un nom est fait de lettres, de chiffres et de tirets"))
        try:
            sources[name] = Source.model_validate(table)
        except ValidationError as error:
            for one in error.errors():
                key = ".".join(str(part) for part in one["loc"])
                faults.append(Fault(file, 0, 0, f"sources.{name}.{key}".rstrip("."), one["msg"]))
    if faults:
        raise DataError(faults)
    return sources
