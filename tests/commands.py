"""`siting` and its words, as a planner types them."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

from siting.cli import main


@dataclass(frozen=True)
class Done:
    """How a command ended and what it said."""

    returncode: int
    stdout: str
    stderr: str


def siting(*words: object, cwd: Path | None = None, **environment: str) -> Done:
    """The command in this process: the same words and exit code, without 3 s of CPU for imports."""
    stdout, stderr, code = io.StringIO(), io.StringIO(), 0
    with (
        contextlib.chdir(cwd or Path.cwd()),
        contextlib.redirect_stdout(stdout),
        contextlib.redirect_stderr(stderr),
        mock.patch.object(sys, "argv", ["siting", *map(str, words)]),
        mock.patch.dict(os.environ, environment),
    ):
        try:
            main()
        except SystemExit as end:
            code = int(end.code or 0)
    return Done(code, stdout.getvalue(), stderr.getvalue())


def siting_apart(*words: object, cwd: Path | None = None) -> Done:
    """The command in a process of its own, where that is what is tested."""
    command = [sys.executable, "-m", "siting.cli", *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=cwd, timeout=300, check=False)
    return Done(done.returncode, done.stdout, done.stderr)
