"""The summary that a terminal shows at the end of a run."""

from __future__ import annotations

import textwrap

from siting.report.decisions import decisions_in_short
from siting.report.filling import filling_in_short
from siting.report.findings import Findings
from siting.report.manifest import peak_memory_mb
from siting.report.modes import mode_sentences
from siting.report.phases import phases_in_short
from siting.report.rule_table import rules_in_short
from siting.report.sentences import (
    answer,
    existing_sites,
    farthest_min,
    minutes,
    proof,
    texts_of,
    uncoverable,
    warnings_of,
)

WIDTH = 96
FIRST_HOUSES = 5


def render_summary(findings: Findings) -> str:
    """About fifteen lines in the scenario's language: the answer, before and after, the proof."""
    texts = texts_of(findings)
    rows = [
        *(("summary_warning", warning) for warning in warnings_of(findings)),
        ("summary_scenario", f"{findings.scenario.title} ({findings.scenario.scenario})"),
        ("summary_answer", f"{answer(findings)}."),
        ("summary_before", _covered(findings, "before")),
        ("summary_after", _covered(findings, "after")),
        ("summary_worst", _worst(findings)),
        ("summary_uncoverable", uncoverable(findings)),
        ("summary_sites", _sites(findings)),
        ("summary_first", _first_houses(findings)),
        ("summary_decisions", decisions_in_short(findings)),
        ("summary_phases", phases_in_short(findings)),
        ("summary_filling", filling_in_short(findings)),
        ("summary_rules", rules_in_short(findings)),
        ("summary_proof", proof(findings)),
        ("summary_time", _effort(findings)),
    ]
    labelled = [(texts(key), value) for key, value in rows if value]
    worst = [key for key, value in rows if value].index("summary_worst") + 1
    labelled[worst:worst] = mode_sentences(findings)
    label_width = max(len(label) for label, _ in labelled) + 2
    return "\n".join(_wrapped(label, value, label_width) for label, value in labelled)


def _wrapped(label: str, value: str, label_width: int) -> str:
    return textwrap.fill(value, WIDTH, initial_indent=label.ljust(label_width), subsequent_indent=" " * label_width)


def _covered(findings: Findings, when: str) -> str:
    texts, summary = texts_of(findings), findings.summary
    return texts.count(
        "summary_covered",
        summary[f"covered_{when}"]["persons"],
        total=texts.number.whole(summary["persons_total"]),
        share=texts.number.percent(summary[f"covered_{when}"]["share"]),
        minutes=minutes(findings, summary[f"mean_minutes_{when}"]),
    )


def _worst(findings: Findings) -> str:
    p99 = minutes(findings, findings.summary["p99_minutes_after"])
    worst = minutes(findings, farthest_min(findings, findings.after))
    return texts_of(findings)("summary_p99", p99=p99, worst=worst)


def _sites(findings: Findings) -> str:
    texts, sites = texts_of(findings), findings.summary["sites"]
    counts = {name: texts.number.whole(sites[name]) for name in ("candidates", "opened")}
    return texts("summary_counts", existing=existing_sites(findings), **counts)


def _first_houses(findings: Findings) -> str:
    texts, figures, names = texts_of(findings), findings.site_figures, findings.territory.sites.name
    first = zip(figures.opened[:FIRST_HOUSES], figures.persons_added, strict=False)
    return ", ".join(
        texts("summary_house", name=str(names[site]), persons=texts.number.whole(added)) for site, added in first
    )


def _effort(findings: Findings) -> str:
    texts, summary = texts_of(findings), findings.summary
    seconds = texts.number.decimal(sum(summary["seconds"].values()), 1)
    return texts("summary_seconds", seconds=seconds, memory=texts.number.whole(peak_memory_mb()))
