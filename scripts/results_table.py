"""The table of results of the README, from run folders: ``python scripts/results_table.py runs/corse …``."""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path
from typing import Any

from siting.numbers import ENGLISH

HEAD = (
    "| scenario | question | people | covered today | with the plan "
    "| worst 1 % today → plan | plan | proof | time, memory |"
)


QUESTIONS = {
    "lscp": "fewest houses so that all who can be are within {standard} min",
    "mclp": "most people within {standard} min",
    "p_median": "shortest mean trip",
    "p_center": "shortest trip of the farthest",
    "lexicographic": "{goals}, {standard} min",
}


def row(folder: Path) -> str:
    """One run as a line of the table."""
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    certificate = json.loads((folder / "certificate.json").read_text(encoding="utf-8"))
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    goals = " then ".join(stage["goal"].replace("_", " ") for stage in summary.get("stages", []))
    question = QUESTIONS[summary["model"]].format(standard=f"{summary['standard_min']:g}", goals=goals)
    n_rules = len({one["path"] for one in summary["rules"]})
    if n_rules:
        question += f", under {n_rules} rule{'s' if n_rules > 1 else ''}"
    is_optimal = summary["status"] == "optimal"
    proof = f"optimal ({certificate['bound_by']})" if is_optimal else f"gap {ENGLISH.gap(summary['gap'])}"
    travel = {"roads": "real roads", "friction": "screening model"}[summary["travel"]]
    cells = (
        f"`{summary['scenario']}` ({travel})",
        question,
        f"{summary['persons_total']:,.0f}",
        ENGLISH.percent(summary["covered_before"]["share"], 2),
        ENGLISH.percent(summary["covered_after"]["share"], 2),
        f"{math.ceil(summary['p99_minutes_before'])} → {math.ceil(summary['p99_minutes_after'])} min",
        f"{summary['sites']['opened']} houses, {_kept(summary)}",
        proof,
        f"{sum(manifest['seconds'].values()):.0f} s, {manifest['peak_memory_mb'] / 1000:.1f} GB",
    )
    return f"| {' | '.join(cells)} |"


def _kept(summary: dict[str, Any]) -> str:
    sites = summary["sites"]
    outside, closed = sites["existing_outside"], summary.get("decisions", {}).get("existing", {}).get("close", 0)
    around = f" and {outside} around" if outside else ""
    return f"{sites['existing'] - outside - closed} sites kept{around}{f', {closed} closed' if closed else ''}"


if __name__ == "__main__":
    print(HEAD, "|---" * (HEAD.count("|") - 1) + "|", *(row(Path(folder)) for folder in sys.argv[1:]), sep="\n")
