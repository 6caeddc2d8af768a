"""The tutorial does what it says: its commands are run in order, and what it shows is what they print."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[1] / "docs"


def console_blocks(page: Path) -> list[tuple[str, list[str]]]:
    """(command, lines shown) of the ``console`` blocks of a page, in order."""
    found: list[tuple[str, list[str]]] = []
    for block in re.findall(r"```console\n(.*?)```", page.read_text(encoding="utf-8"), flags=re.DOTALL):
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append((line[2:], []))
            else:
                found[-1][1].append(line)
    return found


def run(command: str, folder: Path) -> str:
    program, *arguments = shlex.split(command)
    assert program == "siting"
    done = subprocess.run(
        [sys.executable, "-m", "siting.cli", *arguments], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    return done.stdout


def assert_shown(said: list[str], printed: str) -> None:
    """Each line of the page is printed, in order; ``…`` stands for any lines, and without it none is left out.

    Spaces that do not break, of any width, are spaces on the page.
    """
    pattern = "\n".join(".*" if line == "…" else re.escape(line) for line in said)
    assert re.fullmatch(pattern, re.sub("[\u202f\u00a0]", " ", printed.strip()), flags=re.DOTALL), printed


@pytest.mark.slow
def test_the_tutorial_can_be_followed_to_the_letter(tmp_path):
    page = DOCS / "tutoriel.md"
    other = re.search(r"```yaml\n(.*?)```", page.read_text(encoding="utf-8"), flags=re.DOTALL)[1]
    for command, said in console_blocks(page):
        if "lozere-cinq" in command and not (tmp_path / "lozere-cinq.yaml").exists():
            text = (tmp_path / "lozere.yaml").read_text(encoding="utf-8")
            text = re.sub(r"^scenario:.*\n", "", text, flags=re.MULTILINE)
            text = re.sub(r"^goal:\n(  .*\n)+", "", text, flags=re.MULTILINE)
            (tmp_path / "lozere-cinq.yaml").write_text(other + text, encoding="utf-8")
        assert_shown(said, run(command, tmp_path))
