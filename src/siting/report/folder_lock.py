"""FolderLock: one run at a time on a folder, and the next is told who is at it."""

from __future__ import annotations

import fcntl
import json
import os
import socket
from datetime import datetime
from pathlib import Path

from siting.errors import RunFolderError


class FolderLock:
    """An advisory lock on ``path``, a file beside the folder that it protects.

    The kernel drops the lock with the process that holds it, so that a killed run leaves no stale one:
    the file may stay behind, and the next run takes it over.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor = -1

    def acquire(self, *, guarded: Path) -> None:
        """Take the lock, or raise RunFolderError naming its holder; ``guarded`` is the folder to name."""
        while True:
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                holder = _read_holder(descriptor)
                os.close(descriptor)
                raise RunFolderError(f"{guarded} est en cours d'écriture par {holder}") from None
            if _is_same_file(descriptor, self.path):
                break
            os.close(descriptor)  # its last holder removed the file between our open and our lock
        self._descriptor = descriptor
        _write_holder(descriptor)

    def release(self) -> None:
        """Let go, and remove the file while it is still ours."""
        if self._descriptor >= 0:
            self.path.unlink(missing_ok=True)
            os.close(self._descriptor)
            self._descriptor = -1


def _is_same_file(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False


def _write_holder(descriptor: int) -> None:
    since = datetime.now().astimezone().strftime("le %d/%m/%Y à %H:%M")
    holder = {"pid": os.getpid(), "host": socket.gethostname(), "since": since}
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, json.dumps(holder).encode(), 0)


def _read_holder(descriptor: int) -> str:
    try:
        holder = json.loads(os.pread(descriptor, 4096, 0))
        return f"le processus {holder['pid']} sur {holder['host']}, depuis {holder['since']}"
    except (ValueError, KeyError, TypeError):  # the holder took the lock an instant ago
        return "un autre processus"
