"""Unpacking an archive that nobody vouches for."""

from __future__ import annotations

import fnmatch
import shutil
import tempfile
import zipfile
from pathlib import Path, PurePosixPath

from siting.errors import DataError, Fault
from siting.progress import Progress

MOST_MEMBERS = 10_000
LARGEST_RATIO = 200
"""Bytes out of one byte in: CSV of the census reach 20, a bomb 1,000 and more."""
BLOCK_BYTES = 1 << 20


def unpack(archive: Path, members: tuple[str, ...], target: Path, *, largest_bytes: int, progress: Progress) -> None:
    """Unpack the members that match one of the patterns into ``target``, whole or not at all.

    Parameters
    ----------
    archive : Path
        A zip file.
    members : tuple of str
        Patterns (``*.csv``) of the names, folders left out; every other member stays packed.
    target : Path
        Replaced once everything is out. Folders of the archive are flattened.
    largest_bytes : int
        Of all that is unpacked.
    progress : Progress
        Told of bytes.

    Raises
    ------
    DataError
        It is no zip file, has too many members, a name that leads out, nothing that matches, two members of one
        name, or more bytes than allowed or believable.
    """
    try:
        with zipfile.ZipFile(archive) as packed:
            wanted = _wanted(packed, archive, members, largest_bytes)
            target.parent.mkdir(parents=True, exist_ok=True)
            folder = Path(tempfile.mkdtemp(dir=target.parent, prefix=".unpacking-"))
            try:
                _write(packed, wanted, folder, archive, progress)
                if target.exists():
                    shutil.rmtree(target)
                folder.rename(target)
            finally:
                shutil.rmtree(folder, ignore_errors=True)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise _refused(archive, f"archive abîmée, ou d'un format que l'on ne sait pas lire : {error}") from error


def _wanted(
    packed: zipfile.ZipFile, archive: Path, members: tuple[str, ...], largest_bytes: int
) -> list[zipfile.ZipInfo]:
    """The members to unpack, once every one of the archive has been looked at."""
    found = packed.infolist()
    if len(found) > MOST_MEMBERS:
        raise _refused(archive, f"{len(found)} membres, {MOST_MEMBERS} au plus sont admis")
    for one in found:
        parts = PurePosixPath(one.filename.replace("\\", "/")).parts
        if not parts or parts[0].startswith("/") or ".." in parts or ":" in parts[0]:
            raise _refused(archive, f"le membre « {one.filename} » mène hors de l'archive")
    wanted = [one for one in found if not one.is_dir() and _matches(one, members)]
    if not wanted:
        raise _refused(archive, f"aucun membre de la forme {' ou '.join(members)} : l'archive a changé")
    names = [PurePosixPath(one.filename).name for one in wanted]
    if len(set(names)) < len(names):
        raise _refused(archive, "deux membres ont le même nom")
    said = sum(one.file_size for one in wanted)
    if said > min(largest_bytes, LARGEST_RATIO * archive.stat().st_size):
        limits = f"{largest_bytes} au plus, et {LARGEST_RATIO} fois la taille de l'archive, sont admis"
        raise _refused(archive, f"{said} octets une fois dépaquetée ; {limits}")
    return wanted


def _matches(member: zipfile.ZipInfo, patterns: tuple[str, ...]) -> bool:
    return any(fnmatch.fnmatch(PurePosixPath(member.filename).name, pattern) for pattern in patterns)


def _write(
    packed: zipfile.ZipFile, wanted: list[zipfile.ZipInfo], folder: Path, archive: Path, progress: Progress
) -> None:
    """Write each member, and no byte more of it than the archive said: what it says may be a lie."""
    total, done = sum(one.file_size for one in wanted), 0
    for one in wanted:
        written = 0
        with packed.open(one) as source, (folder / PurePosixPath(one.filename).name).open("wb") as stream:
            while block := source.read(BLOCK_BYTES):
                written += len(block)
                if written > one.file_size:
                    raise _refused(archive, f"le membre « {one.filename} » est plus grand qu'annoncé")
                stream.write(block)
                progress(done + written, total)
        done += written


def _refused(archive: Path, problem: str) -> DataError:
    return DataError(Fault(str(archive), 0, 0, "", problem, "rien n'a été dépaqueté"))
