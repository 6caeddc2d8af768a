"""The wheel, built and installed in an empty environment, plans Corsica: nothing of the checkout is needed."""

from __future__ import annotations

import json
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


def test_the_wheel_carries_the_facts_their_licences_and_no_test(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert {"siting/data/README.md", "siting/data/provenance.json", "siting/py.typed"} <= set(names)
    assert any("LICENSE" in name for name in names)
    assert not any(name.startswith(("tests/", "benchmarks/")) for name in names)
    assert sum(info.file_size for info in zipfile.ZipFile(wheel).infolist() if "/data/" in info.filename) < 6_500_000


@pytest.mark.slow
def test_it_runs_where_nothing_else_is(wheel, tmp_path):
    venv.create(tmp_path / "env", with_pip=True)
    python = tmp_path / "env" / "bin" / "python"
    # not compiled: of 12,000 modules a run reads a quarter
    options = ["--quiet", "--no-compile", "--disable-pip-version-check", "-c", str(ROOT / "constraints.txt")]
    install = ["-m", "pip", "install", *options]
    subprocess.run([python, *install, str(wheel)], check=True, capture_output=True)
    scenario = tmp_path / "corse.yaml"
    scenario.write_text((ROOT / "scenarios" / "corse.yaml").read_text())
    command = [tmp_path / "env" / "bin" / "siting", "run", scenario, "--json"]
    done = subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, text=True)
    assert json.loads(done.stdout)["status"] == "optimal"
    assert (tmp_path / "runs" / "corse" / "report.html").exists()
