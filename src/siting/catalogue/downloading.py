"""A download that goes on where it stopped, and that never takes half a file for a whole one."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import requests

from siting.progress import Progress

CONNECT_S, SILENCE_S = 10, 30
"""Seconds to wait for a server to answer, and for its next byte."""
BLOCK_BYTES = 1 << 16
"""Written at a time; a block that the server does not finish is lost."""


class HalfFileError(OSError):
    """The server stopped before the end; what came is kept, to go on from."""


class TooLargeError(OSError):
    """More than what the source may weigh."""


@dataclass(frozen=True)
class ResumingDownloader:
    """Downloads as pooch wants it: called with the address and the file to write.

    Attributes
    ----------
    partial : Path
        What has come so far, kept from one call to the next; ``.json`` beside it says of which version.
    largest_bytes : int
    progress : Progress
        Told of bytes.
    """

    partial: Path
    largest_bytes: int
    progress: Progress

    def __call__(self, url: str, output_file: str, _pooch: object = None) -> None:
        """Write ``url`` to ``output_file``.

        Raises
        ------
        requests.RequestException
            No server there, or it refuses.
        HalfFileError, TooLargeError
        """
        held = self.partial.stat().st_size if self.partial.exists() else 0
        version = self._version() if held else ""
        # Without If-Range a file that changed since would be stitched from two versions.
        asked = {"Range": f"bytes={held}-", "If-Range": version} if version else {}
        headers = {"Accept-Encoding": "identity"} | asked
        with requests.get(url, headers=headers, stream=True, timeout=(CONNECT_S, SILENCE_S)) as answer:
            answer.raise_for_status()
            goes_on = answer.status_code == requests.codes.partial_content
            start = held if goes_on else 0
            length = answer.headers.get("Content-Length")
            total = start + int(length) if length and length.isdigit() else 0
            self._refuse_larger(total)
            self._note_version(answer.headers.get("ETag") or answer.headers.get("Last-Modified") or "")
            self._receive(answer, start, total)
        self.partial.replace(output_file)
        self._note_version("")

    def _receive(self, answer: requests.Response, start: int, total: int) -> None:
        done = start
        try:
            with self.partial.open("ab" if start else "wb") as stream:
                for block in answer.iter_content(BLOCK_BYTES):
                    done += len(block)
                    self._refuse_larger(done)
                    stream.write(block)
                    self.progress(done, max(total, done))
        except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError) as error:
            raise HalfFileError(f"{done} sur {total or '?'} octets") from error
        if total and done != total:
            raise HalfFileError(f"{done} sur {total} octets")

    def _refuse_larger(self, n_bytes: int) -> None:
        if n_bytes > self.largest_bytes:
            self.partial.unlink(missing_ok=True)
            raise TooLargeError(f"plus de {self.largest_bytes:,} octets".replace(",", "\u202f"))

    @property
    def _about(self) -> Path:
        return self.partial.with_name(self.partial.name + ".json")

    def _version(self) -> str:
        with suppress(OSError, ValueError, KeyError, TypeError):
            version = json.loads(self._about.read_text(encoding="utf-8"))["version"]
            return version if isinstance(version, str) else ""
        return ""

    def _note_version(self, version: str) -> None:
        if version:
            self._about.write_text(json.dumps({"version": version}), encoding="utf-8")
        else:
            self._about.unlink(missing_ok=True)
