"""RunFolder: a run written whole or not at all.

Files go to a hidden folder beside the target; `RunFolder.finish` writes the manifest, syncs everything to
the disk and only then changes the names. Whatever happens before leaves an earlier run as it was.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

from siting.errors import RunFolderError
from siting.report.folder_lock import FolderLock
from siting.report.manifest import files_named_by, write_manifest

_CAUSES = {
    errno.ENOSPC: "le disque est plein",
    errno.EDQUOT: "le quota de disque est atteint",
    errno.EFBIG: "la taille de fichier permise est dépassée",
    errno.EROFS: "le disque est en lecture seule",
    errno.EACCES: "l'accès en écriture est refusé",
    errno.EPERM: "l'accès en écriture est refusé",
    errno.ENAMETOOLONG: "le nom est trop long",
    errno.EEXIST: "un fichier tient la place d'un dossier",
    errno.ENOTDIR: "un fichier tient la place d'un dossier",
}


class RunFolder:
    """The folder of one run, held from before the first step until the last file.

    >>> with RunFolder(Path("runs/corse"), inputs=[Path("scenarios/corse.yaml")]) as folder:  # doctest: +SKIP
    ...     findings = ...                          # the long part
    ...     build_report(findings, folder.path)
    ...     folder.finish({"seconds": seconds})     # without it, nothing is kept

    Parameters
    ----------
    target : Path
        Where the run is to stand. It may not exist yet, be empty, or hold an earlier run and nothing else.
    inputs : iterable of Path
        Files and folders that the run reads; none may lie in ``target``.

    Raises
    ------
    RunFolderError
        On entry: ``target`` is a file, holds other people's files or an input, cannot be written, or another
        run is at it. On `finish`: it cannot be written.
    """

    def __init__(self, target: Path, *, inputs: Iterable[Path] = ()) -> None:
        self.target = Path(target)
        self._real = self.target.resolve()
        self._inputs = tuple(inputs)
        self._lock = FolderLock(self._beside("lock"))
        self._earlier = self._beside("earlier")
        self.path = self._beside("partial")

    def _beside(self, suffix: str) -> Path:
        return self._real.parent / f".{self._real.name}.siting-{suffix}"

    def __enter__(self) -> RunFolder:
        self._refuse_inputs()
        with writing(self.target):
            self._real.parent.mkdir(parents=True, exist_ok=True)
            self._lock.acquire(guarded=self.target)
        try:
            with writing(self.target):
                self._recover()
                self._refuse_strangers()
                self.path.mkdir()
        except BaseException:
            self._lock.release()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            shutil.rmtree(self.path, ignore_errors=True)
        finally:
            self._lock.release()

    def finish(self, about: Mapping[str, Any]) -> None:
        """Write the manifest (see `write_manifest`), then put the folder in the place of the earlier run."""
        with writing(self.target):
            write_manifest(self.path, about)
            for path in (*self.path.iterdir(), self.path):
                _sync(path)
            self._refuse_strangers()
            self._exchange()
            _sync(self._real.parent)
            shutil.rmtree(self._earlier, ignore_errors=True)

    def _exchange(self) -> None:
        try:
            if self._real.exists():
                self._real.rename(self._earlier)
            self.path.rename(self._real)
        except BaseException:
            self._restore()
            raise

    def _recover(self) -> None:
        """Clear what a killed run left behind; the lock says that nobody is at it."""
        self._restore()
        for leftover in (self._earlier, self.path):
            if leftover.exists():
                shutil.rmtree(leftover)

    def _restore(self) -> None:
        if self._earlier.exists() and not self._real.exists():
            self._earlier.rename(self._real)

    def _refuse_inputs(self) -> None:
        for path in self._inputs:
            if path.resolve().is_relative_to(self._real):
                raise RunFolderError(
                    f"{self.target} contient une donnée d'entrée du calcul ({path}) : "
                    "choisissez un autre dossier de sortie"
                )

    def _refuse_strangers(self) -> None:
        if not self._real.exists():
            return
        if not self._real.is_dir():
            raise RunFolderError(f"{self.target} est un fichier : choisissez un autre dossier de sortie")
        ours = files_named_by(self._real)
        strangers = sorted(p.name for p in self._real.iterdir() if p.name not in ours or not p.is_file())
        if strangers:
            shown = ", ".join(strangers[:3]) + (", …" if len(strangers) > 3 else "")
            raise RunFolderError(
                f"{self.target} contient des fichiers que siting n'a pas écrits ({shown}) : "
                "choisissez un autre dossier de sortie, ou déplacez-les"
            )


@contextmanager
def writing(target: Path) -> Iterator[None]:
    """Turn the failure of a write into a RunFolderError of one French line that names ``target``."""
    try:
        yield
    except RunFolderError:
        raise
    except OSError as error:
        cause = _CAUSES.get(error.errno or 0, error.strerror or str(error))
        raise RunFolderError(f"impossible d'écrire {target} : {cause}") from error


def _sync(path: Path) -> None:
    """Have the system put a file or the names in a folder on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
