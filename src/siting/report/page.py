"""report.html: one self-contained page that a planner takes into a meeting."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from typing import Any

from siting.report.assumptions import assumptions
from siting.report.charts import chart_style, coverage_curve, gain_bars
from siting.report.decisions import decision_table, decisions_in_short
from siting.report.diagnosis import Diagnosis, diagnosis_answer
from siting.report.filling import filling_in_short, filling_table, waiting_table
from siting.report.findings import Findings, Measured
from siting.report.images import DENSITY_COLOURS, DENSITY_STEPS, MINUTE_COLOURS, NO_WAY
from siting.report.leaflet import leaflet_script, leaflet_style
from siting.report.minute_steps import minute_bounds
from siting.report.modes import mode_table
from siting.report.page_data import page_data
from siting.report.page_tables import (
    age_rows,
    before_after_table,
    certificate_table,
    gaining_communes,
    house_table,
    houses_more,
    reason_rows,
    reason_table,
    settings_table,
    share_table,
    worst_communes,
)
from siting.report.phases import phase_table
from siting.report.quarters import quarter_section
from siting.report.rendering import read_template, render_template
from siting.report.rule_table import rule_table, rules_more
from siting.report.sentences import answer, first_half, proof, standard, texts_of, uncoverable, warnings_of

SCRIPTS = ("page.js", "map.js", "tables.js", "areas.js")


@dataclass(frozen=True)
class Legend:
    """Classes of colour, (colour, text) each, and the grounds of the map that they explain."""

    grounds: str
    entries: tuple[tuple[str, str], ...]


def write_report_html(findings: Findings, folder: Path) -> None:
    """Write ``report.html`` around the ``map.png`` that ``folder`` already holds."""
    picture = (folder / "map.png").read_bytes()
    (folder / "report.html").write_text(render_page(findings, picture), encoding="utf-8", newline="\n")


def render_page(findings: Findings, map_png: bytes) -> str:
    """The page as HTML. Every text is escaped; the page forbids itself any outside source and any other script."""
    return _render(
        findings,
        answer=answer(findings),
        grounds=("after", "before", "population"),
        layers=("houses", "existing", "beyond", *_mode_layers(findings), "outlines"),
        plan=True,
        proof=proof(findings),
        is_proven=findings.summary["status"] == "optimal",
        first_half=first_half(findings),
        uncoverable=uncoverable(findings),
        map_base64=base64.b64encode(map_png).decode("ascii"),
        reasons=reason_table(findings),
        houses=house_table(findings),
        houses_more=houses_more(findings),
        bars=gain_bars(findings) if len(findings.plan.opened) else "",
        gaining=gaining_communes(findings),
        certificate=certificate_table(findings),
        forecast=quarter_section(findings.forecast, texts_of(findings)) if findings.forecast else None,
        has_closed=len(findings.plan.closed) > 0,
        decisions=decision_table(findings),
        decided=decisions_in_short(findings),
        phases=phase_table(findings),
        filling=filling_table(findings),
        filled=filling_in_short(findings),
        waiting=waiting_table(findings),
        rules=rule_table(findings),
        rules_more=rules_more(findings),
    )


def render_diagnosis_page(diagnosis: Diagnosis) -> str:
    """The same page without a plan: who reaches what today."""
    persons = diagnosis.persons_by_reason()
    return _render(
        diagnosis,
        answer=diagnosis_answer(diagnosis),
        grounds=("before", "population"),
        layers=("existing", "beyond", *_mode_layers(diagnosis), "outlines"),
        plan=False,
        uncoverable=texts_of(diagnosis).count("uncoverable_today", sum(persons.values())),
        map_base64="",
        reasons=reason_rows(diagnosis, persons, "table_unreached"),
        forecast=None,
    )


def _mode_layers(measured: Measured) -> tuple[str, ...]:
    """Who is beyond the standard otherwise than by car: not shown until asked."""
    return tuple(f"beyond_{mode.name}" for mode in measured.modes)


def _render(measured: Measured, **values: Any) -> str:
    """The page around what a run and a diagnosis share."""
    texts = texts_of(measured)
    return render_template(
        "report.html.j2",
        scripts=[leaflet_script(), *map(read_template, SCRIPTS)],
        styles=[leaflet_style(), read_template("page.css"), chart_style()],
        data=page_data(measured),
        t=partial(texts, standard=standard(measured)),
        language=texts.language,
        title=measured.scenario.title,
        last=list(measured.moments)[-1],
        warnings=warnings_of(measured),
        legends=legends(measured),
        before_after=before_after_table(measured),
        modes=mode_table(measured) if measured.modes else None,
        curve=coverage_curve(measured),
        shares=share_table(measured),
        ages=age_rows(measured),
        worst=worst_communes(measured),
        assumptions=assumptions(measured),
        settings=settings_table(measured),
        sources=measured.territory.sources,
        version=version("siting"),
        **values,
    )


def legends(findings: Measured) -> list[Legend]:
    """What the colours of the grounds mean."""
    texts = texts_of(findings)
    bounds = (0.0, *minute_bounds(findings.scenario.goal.standard_s))
    minutes = [
        *(texts("legend_minutes", low=texts.number.short(a), high=texts.number.short(b)) for a, b in pairwise(bounds)),
        texts("legend_minutes_above", low=texts.number.short(bounds[-1])),
        texts("legend_no_way"),
    ]
    densities = [
        *(
            texts("legend_density", low=texts.number.whole(a), high=texts.number.whole(b))
            for a, b in pairwise((0.0, *DENSITY_STEPS))
        ),
        texts("legend_density_above", low=texts.number.whole(DENSITY_STEPS[-1])),
    ]
    return [
        Legend("after before", tuple(zip((*MINUTE_COLOURS, NO_WAY), minutes, strict=True))),
        Legend("population", tuple(zip(DENSITY_COLOURS, densities, strict=True))),
    ]
