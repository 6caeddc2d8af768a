"""From the catalogue to this disk, checked; and from a scenario to what was fetched."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pooch
import requests

from siting.cache import cache_folder
from siting.catalogue.downloading import HalfFileError, ResumingDownloader, TooLargeError
from siting.catalogue.sources import Source, read_catalogue
from siting.catalogue.unpacking import unpack
from siting.errors import DataError, Fault
from siting.progress import Progress, silent

DATA_FOLDER = "SITING_DATA"
"""Environment variable that names the folder of what is fetched."""
LARGER_THAN_SAID = 3
_MB = 1_000_000


def data_folder() -> Path:
    """Where fetched data are: what ``SITING_DATA`` names, else ``data`` in the `cache_folder`."""
    named = os.environ.get(DATA_FOLDER)
    return Path(named) if named else cache_folder() / "data"


def fetched_path(name: str, source: Source) -> Path:
    """Where the file of a source is, or will be; for an archive, the folder of its members."""
    folder = data_folder() / name
    return folder / "members" if source.members else folder / source.file


def fetch(name: str, source: Source, *, again: bool = False, progress: Progress = silent) -> Path:
    """Fetch a source, unless it is there; check it, unpack it, and return `fetched_path`.

    Parameters
    ----------
    name : str
        Of the source in the catalogue.
    source : Source
    again : bool
        Fetch it even so; where its hash is not known beforehand, take the new one for true.
    progress : Progress, optional
        Told of bytes.

    Raises
    ------
    DataError
        It cannot be had, is cut short, too large, or has another hash; what was there before stays.
    """
    folder = data_folder() / name
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / source.file
    expected = source.sha256 or ("" if again else _first_hash(folder))
    if file.exists() and not again:
        _refuse_another_hash(file, expected, source)
    else:
        _download(source, file, expected, progress)
    _note_hash(folder, source, pooch.file_hash(str(file)))
    target = fetched_path(name, source)
    if source.members and (again or not target.exists()):
        largest = round(source.unpacked_mb * LARGER_THAN_SAID * _MB)
        unpack(file, source.members, target, largest_bytes=largest, progress=progress)
    return target


def path_in_scenario(text: str) -> Path:
    """The file that a scenario names by ``data:NAME`` or, of an archive, ``data:NAME/MEMBER``.

    Raises
    ------
    DataError
        The catalogue has no such name, it is not fetched yet, or has no such member.
    """
    name, _, member = text.removeprefix("data:").partition("/")
    source = read_catalogue()[name]
    place = fetched_path(name, source)
    if not place.exists():
        raise DataError(
            Fault("catalogue", 0, 0, "", f"« {name} » n'est pas encore ici : {place}", f"siting data fetch {name}")
        )
    if not source.members:
        return place
    members = sorted(one.name for one in place.iterdir())
    if member not in members:
        raise DataError(Fault("catalogue", 0, 0, "", f"« {name} » n'a pas de fichier « {member} »", ", ".join(members)))
    return place / member


def _download(source: Source, file: Path, expected: str, progress: Progress) -> None:
    downloader = ResumingDownloader(
        partial=file.with_name(f".{file.name}.partial"),
        largest_bytes=round(source.size_mb * LARGER_THAN_SAID * _MB),
        progress=progress,
    )
    # pooch leaves a file alone whose hash it is not given: with `again` the old one steps aside for a while.
    aside = file.with_name(f".{file.name}.earlier")
    if file.exists():
        file.replace(aside)
    pooch.get_logger().setLevel("ERROR")
    try:
        pooch.retrieve(
            source.address,
            known_hash=f"sha256:{expected}" if expected else None,
            fname=file.name,
            path=str(file.parent),
            downloader=downloader,
        )
    except requests.HTTPError as error:
        raise _unfetched(source, file, f"le serveur répond {error.response.status_code}") from error
    except requests.RequestException as error:
        raise _unfetched(source, file, "pas de réponse : hors ligne, ou serveur en panne") from error
    except HalfFileError as error:
        remedy = "relancez la commande : elle reprend où elle s'est arrêtée"
        raise DataError(Fault(source.address, 0, 0, "", f"téléchargement interrompu, {error}", remedy)) from error
    except TooLargeError as error:
        raise _unfetched(source, file, f"{error}, pour {source.size_mb:g} Mo annoncés au catalogue") from error
    except ValueError as error:
        problem = f"empreinte différente de celle attendue, {expected} : {error}"
        raise DataError(Fault(source.address, 0, 0, "", problem, "rien n'a été remplacé")) from error
    finally:
        if aside.exists():
            aside.unlink() if file.exists() else aside.replace(file)


def _unfetched(source: Source, file: Path, problem: str) -> DataError:
    remedy = f"téléchargez-le par un autre moyen et posez-le ici : {file}"
    return DataError(Fault(source.address, 0, 0, "", problem, remedy))


def _refuse_another_hash(file: Path, expected: str, source: Source) -> None:
    found = pooch.file_hash(str(file))
    if expected and found != expected:
        problem = f"ce fichier n'est pas celui attendu : empreinte {found}, {expected} attendue"
        raise DataError(Fault(str(file), 0, 0, "", problem, f"siting data fetch --again le reprend à {source.address}"))


def _first_hash(folder: Path) -> str:
    about = folder / "fetched.json"
    return str(json.loads(about.read_text(encoding="utf-8"))["sha256"]) if about.exists() else ""


def _note_hash(folder: Path, source: Source, sha256: str) -> None:
    """Keep what was fetched from where, for the checks to come and for whoever wonders."""
    text = json.dumps({"sha256": sha256, **source.model_dump(exclude={"sha256"})}, ensure_ascii=False, indent=2)
    about = folder / "fetched.json"
    partial = about.with_suffix(".json.partial")
    partial.write_text(text + "\n", encoding="utf-8")
    partial.replace(about)
