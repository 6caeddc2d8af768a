"""What a run of the benchmarks leaves: a table to read, a JSON file to keep, and what two of those differ by."""

from __future__ import annotations

import json
import platform
import subprocess
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from benchmarks.measure import CROPPED, WHOLE_GRAPH, Measurement

PACKAGES = (
    "siting",
    "numpy",
    "numba",
    "scipy",
    "scikit-image",
    "xarray-spatial",
    "pandana",
    "pyroutingkit",
    "networkx",
)
HISTORY = Path(__file__).with_name("history")
RECORDS = Path("runs")
"""Where records go that nobody asked to keep; those of ``HISTORY`` are drawn by ``chart``."""
NOISE_SHARE = 0.15
"""How much slower, relative to SciPy, a case may look from one run to the next without having become so.

Eight smoke runs on a machine with other work to do gave 13.3 to 14.3 on the raster, 4.2 to 4.8 on the graph.
"""


def print_header() -> None:
    """What the columns of `print_rows` are; the ratio says how many times slower than siting."""
    print(
        f"{'case':<30}{'contender':<24}{'ms':>10}{'quartiles':>20}{'ns/settled':>12}{'ratio':>9}{'MB':>8}", flush=True
    )


def print_rows(measurements: Iterable[Measurement]) -> None:
    """One line per case and contender."""
    for m in measurements:
        quartiles = f"{m.low_ms:.3g}–{m.high_ms:.3g}"
        print(
            f"{m.case:<30}{m.contender:<24}{m.median_ms:>10.3g}{quartiles:>20}"
            f"{m.ns_per_settled:>12.3g}{m.ratio:>9.3g}{m.peak_mb:>8.3g}",
            flush=True,
        )


def as_record(measurements: Sequence[Measurement]) -> dict[str, Any]:
    """The measurements with the commit and the machine."""
    return {
        "commit": _git("rev-parse", "HEAD"),
        "is_clean": _git("status", "--porcelain", "--", "src") == "",
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {"processor": _processor(), "system": platform.platform(), "python": platform.python_version()},
        "packages": {name: _version(name) for name in PACKAGES},
        "measurements": [m.as_row() for m in measurements],
    }


def write(record: dict[str, Any], path: Path) -> None:
    """Keep a record as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def read(path: Path) -> dict[str, Any]:
    """A record that `write` kept."""
    record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return record


def scipy_ratios(record: dict[str, Any]) -> dict[str, float]:
    """How many times faster than SciPy, on the smallest graph it may be given, each case was.

    A figure that travels between machines. Records of before "scipy, whole graph" call the other one "scipy" as well.
    """
    return {row["case"]: row["ratio"] for row in record["measurements"] if row["contender"] in ("scipy", CROPPED)}


def whole_graph_ratios(record: dict[str, Any]) -> dict[str, float]:
    """The same where SciPy is given the whole graph."""
    return {row["case"]: row["ratio"] for row in record["measurements"] if row["contender"] == WHOLE_GRAPH}


def print_comparison(old: dict[str, Any], new: dict[str, Any], *, noise_share: float) -> bool:
    """Print each shared case before and after; False if one fell by more than ``noise_share``."""
    before, after = scipy_ratios(old), scipy_ratios(new)
    shared = [case for case in before if case in after]
    if not shared:
        raise SystemExit("The two records share no case: run the same benchmarks twice.")
    holds = True
    print(f"times faster than SciPy, {old['commit'][:9]} → {new['commit'][:9]} (noise band {noise_share:.0%})")
    for case in shared:
        change = after[case] / before[case] - 1
        is_slower = change < -noise_share
        holds &= not is_slower
        print(f"{case:<34}{before[case]:>8.2f}{after[case]:>8.2f}{change:>+8.0%}{'  SLOWER' if is_slower else ''}")
    return holds


def _git(*arguments: str) -> str:
    run = subprocess.run(["git", *arguments], capture_output=True, text=True, cwd=Path(__file__).parent)
    return run.stdout.strip()


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "absent"


def _processor() -> str:
    if sys.platform == "linux":
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor()
