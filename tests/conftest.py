"""Runs that several test modules read: made once a session, never written to."""

from __future__ import annotations

from pathlib import Path

import pytest

SCENARIOS = Path(__file__).parent.parent / "scenarios"


@pytest.fixture(scope="session")
def corsican_run(tmp_path_factory) -> Path:
    """The run folder of ``scenarios/corse.yaml``."""
    from siting.pipeline import run
    from siting.scenario import load

    return run(load(SCENARIOS / "corse.yaml")).save(tmp_path_factory.mktemp("runs") / "corse")
