"""The history of the records kept in the repository, as a picture."""

from __future__ import annotations

from pathlib import Path

import matplotlib.pyplot as plt

from benchmarks.results import HISTORY, read, scipy_ratios


def draw_history() -> Path:
    """Draw how many times faster than SciPy each case was, record after record; return where."""
    records = sorted((read(path) for path in HISTORY.glob("*.json")), key=lambda record: record["date"])
    if not records:
        raise SystemExit(f"no record in {HISTORY}: python -m benchmarks --out {HISTORY}/<date>.json")
    figure, axes = plt.subplots(figsize=(9, 5), layout="constrained")
    labels = [f"{record['date'][:10]}\n{record['commit'][:7]}" for record in records]
    latest = scipy_ratios(records[-1])
    cases = dict.fromkeys(case for record in records for case in scipy_ratios(record))
    for i, case in enumerate(sorted(cases, key=lambda case: -latest.get(case, 0.0))):
        ratios = [scipy_ratios(record).get(case) for record in records]
        marker = "s" if "graph" in case else "o"
        axes.plot(range(len(records)), ratios, marker=marker, color=plt.get_cmap("tab20")(i % 20), label=case)
    axes.set_xticks(range(len(records)), labels)
    axes.set_ylabel("times faster than SciPy on the smallest graph it may be given")
    axes.set_ylim(bottom=0)
    figure.legend(loc="outside right upper", fontsize=8)
    target = HISTORY / "history.svg"
    figure.savefig(target, metadata={"Date": None})
    plt.close(figure)
    return target
