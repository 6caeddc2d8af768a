"""Scenario texts for tests: a small valid one, its sections to swap, and ``§`` marks where faults must point."""

from __future__ import annotations

from pathlib import Path

import pytest

from siting.errors import Fault, ScenarioError
from siting.scenario import Scenario, load

SECTIONS = {
    "scenario": "scenario: essai",
    "title": "title: Un essai",
    "study_area": 'study_area:\n  departements: ["2A", "2B"]',
    "candidates": "candidates:\n  rule: town_halls",
    "existing": "existing:\n  rule: gp_practices",
    "travel": "travel:\n  surface: roads\n  network: corsica",
    "goal": "goal:\n  model: lscp",
}


def text_with(**sections: str) -> str:
    """The valid scenario with some sections swapped, left out (``""``) or added."""
    return "\n".join(text for text in {**SECTIONS, **sections}.values() if text) + "\n"


def load_text(text: str | bytes, folder: Path) -> Scenario:
    """Load ``text`` from a file in ``folder``."""
    path = folder / "essai.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load(path)


def faults_of(text: str | bytes, folder: Path) -> list[Fault]:
    """The faults of ``text``, which must have some."""
    with pytest.raises(ScenarioError) as caught:
        load_text(text, folder)
    assert caught.value.exit_code == 2
    return list(caught.value.faults)


def marked(text: str) -> tuple[str, list[tuple[int, int]]]:
    """``text`` without its ``§``, and the line and column that each stood before."""
    places = []
    for number, line in enumerate(text.split("\n"), start=1):
        while "§" in line:
            column = line.index("§")
            places.append((number, column + 1))
            line = line.replace("§", "", 1)
    return text.replace("§", ""), places
