"""Runs that several test modules read: made once a session, never written to."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(autouse=True, scope="session")
def cache_of_the_tests(tmp_path_factory):
    """Prepared roads go to a folder of the tests, not to the user's."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SITING_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(autouse=True, scope="session")
def maps_of_few_dots():
    """Every part of a map is drawn, on a sixteenth of the dots: 0.7 s in place of 1.7 for each folder written."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("siting.report.map.DPI", 50)
        yield


SCENARIOS = Path(__file__).parent.parent / "scenarios"


@pytest.fixture(scope="session")
def corsican_run(tmp_path_factory) -> Path:
    """The run folder of ``scenarios/corse.yaml``."""
    from siting.pipeline import run
    from siting.scenario import load

    return run(load(SCENARIOS / "corse.yaml")).save(tmp_path_factory.mktemp("runs") / "corse")
