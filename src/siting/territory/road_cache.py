"""Prepared roads in the user's cache folder, under the hash of what they were made from."""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Callable
from pathlib import Path

from siting.cache import cache_folder
from siting.errors import SitingWarning
from siting.territory import prepared_roads
from siting.territory.prepared_roads import PreparedRoads

SHAPEFILE_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")


def sha256_of(path: Path) -> str:
    """Hex digest of a file's content; of a Shapefile, that of the digests of its parts."""
    if path.suffix.lower() == ".shp":
        parts = [path.with_suffix(suffix) for suffix in SHAPEFILE_PARTS]
        digests = "".join(_digest(part) for part in parts if part.exists())
        return hashlib.sha256(digests.encode()).hexdigest()
    return _digest(path)


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def cached(key: str, build: Callable[[], PreparedRoads]) -> PreparedRoads:
    """What ``build`` makes, or made before under the same key.

    A damaged entry is made again, with a `SitingWarning`; so is a folder that cannot be written told of.

    Parameters
    ----------
    key : str
        Of letters, digits, ``.`` and ``-``: says the content and the importer.
    build : callable
    """
    path = cache_folder() / "roads" / f"{key}{prepared_roads.SUFFIX}"
    try:
        return prepared_roads.read(path)
    except FileNotFoundError:
        pass
    except (OSError, ValueError) as error:
        warnings.warn(f"réseau gardé en cache illisible, préparé de nouveau : {error}", SitingWarning, stacklevel=2)
    roads = build()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        prepared_roads.save(roads, path)
    except OSError as error:
        warnings.warn(f"le réseau préparé n'a pu être gardé en cache : {error}", SitingWarning, stacklevel=2)
    return roads
