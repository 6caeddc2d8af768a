"""Two commits measured side by side: each in a worktree of its own, turn by turn, on the same machine."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.results import read

ROUNDS = 3
ROOT = Path(__file__).parents[1]


def measure_both(old: str, new: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Smoke records of both commits, the median of `ROUNDS` turns each, by the benchmarks each commit has."""
    with tempfile.TemporaryDirectory() as folder:
        trees = {commit: Path(folder) / str(i) for i, commit in enumerate((old, new))}
        try:
            for commit, tree in trees.items():
                subprocess.run(["git", "worktree", "add", "--detach", str(tree), commit], cwd=ROOT, check=True)
            turns = [{commit: _smoke(tree) for commit, tree in trees.items()} for _ in range(ROUNDS)]
        finally:
            for tree in trees.values():
                subprocess.run(["git", "worktree", "remove", "--force", str(tree)], cwd=ROOT, check=False)
    return _median([turn[old] for turn in turns], old), _median([turn[new] for turn in turns], new)


def _smoke(tree: Path) -> dict[str, Any]:
    """One smoke run with the siting of a worktree."""
    record = tree / "smoke.json"
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(tree / "src"), str(tree)])}
    command = [sys.executable, "-m", "benchmarks", "--smoke", "--out", str(record)]
    subprocess.run(command, cwd=tree, env=environment, check=True, stdout=subprocess.DEVNULL)
    return read(record)


def _median(records: list[dict[str, Any]], commit: str) -> dict[str, Any]:
    rows = [dict(row) for row in records[0]["measurements"]]
    for i, row in enumerate(rows):
        row["ratio"] = float(np.median([record["measurements"][i]["ratio"] for record in records]))
    return records[0] | {"commit": commit, "measurements": rows}
