"""What a simulation tells a reader: results, milestones missed, and what the figures stand on."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

import numpy as np

from siting.report.phases import quarter_words
from siting.report.quarters import band_table
from siting.report.terminal import WIDTH
from siting.report.texts import Texts
from siting.simulation import CAUSES, INDICATORS, SOLIDARITY_FACTOR, Forecast, houses_late, quarter_text
from siting.simulation.instruments import FLOWS

_LABEL = 58
TOLD = (
    "doctors",
    "vacancies",
    "consultations_offered",
    "apl",
    "apl_worst_tenth",
    "persons_below_2_5",
    "persons_without_gp",
    "within_48h",
    "days_per_week",
    "days_per_week_no_car",
    "houses",
    "houses_keeping_rules",
    "cost_eur",
)
"""What the terminal tells, of the columns of ``quarters.csv``."""

NEARLY_ALL = 0.99
"""Days given to red zones below this share of what was announced are told."""


def render_outlook(forecast: Forecast, notes: Sequence[str], *, language: str) -> str:
    """Start and end as lines for a terminal, with the band of the end; then what must be told."""
    table = band_table(forecast, Texts(language))
    told = dict(zip(INDICATORS, table.rows, strict=True))
    lines = [f"{'':{_LABEL}}{table.head[1]:>12}{table.head[2]:>12}   {'(P10 – P90)'}"]
    for name in TOLD:
        label, first, last, low, high = told[name]
        lines.append(
            f"{textwrap.shorten(label, _LABEL - 1, placeholder='…'):{_LABEL}}{first:>12}{last:>12}   ({low} – {high})"
        )
    return "\n".join([*lines, "", *(textwrap.fill(note, WIDTH, subsequent_indent="  ") for note in notes)])


def results(forecast: Forecast, *, language: str) -> list[str]:
    """How supply ends, what closes, and the milestones that are missed."""
    texts = Texts(language)
    whole, quarters = texts.number.whole, forecast.draws.quarters
    changes = {name: _change(forecast, name, texts) for name in ("doctors", "vacancies", "consultations_offered")}
    lines = [
        texts(
            "outlook_result",
            start=quarter_words(quarter_text(int(quarters[0])), texts),
            end=quarter_words(quarter_text(int(quarters[-1])), texts),
            draws=whole(len(forecast.draws.figures[forecast.draws.total])),
            **changes,
        )
    ]
    if len(forecast.schedule.closures.row):
        lines.append(_closures_told(forecast, texts))
    late = houses_late(forecast.schedule.opens, forecast.milestones)
    return lines + [
        texts(
            "outlook_milestone_missed",
            quarter=quarter_words(quarter_text(one.quarter), texts),
            late=whole(missing),
            houses=whole(one.houses),
            absent=whole(max(one.houses - forecast.n_houses, 0)),
        )
        for one, missing in zip(forecast.milestones, late, strict=True)
        if missing
    ]


def reserves(forecast: Forecast, *, language: str) -> list[str]:
    """What the figures stand on."""
    texts = Texts(language)
    supply = texts("outlook_supply_own" if forecast.has_own_supply else "outlook_supply_registered")
    notes = [
        texts("outlook_solidarity", factor=texts.number.whole(SOLIDARITY_FACTOR)),
        texts("outlook_supply", supply=supply),
        *map(texts, ("outlook_assumed", "outlook_apl", "outlook_label", "outlook_indicators", "outlook_costs")),
    ]
    given = _given_share(forecast)
    if given < NEARLY_ALL:
        notes.append(texts("outlook_days_short", share=texts.number.percent(given, 0)))
    return notes


def _change(forecast: Forecast, name: str, texts: Texts) -> str:
    """An indicator at the start and at the end, with its band."""
    at, row, whole = INDICATORS.index(name), forecast.draws.total, texts.number.whole
    mean, (low, high) = forecast.draws.mean(row)[:, 0, at], forecast.draws.band(row)
    low, high = low[-1, 0, at], high[-1, 0, at]
    return texts("outlook_change", first=whole(mean[0]), last=whole(mean[-1]), low=whole(low), high=whole(high))


def _closures_told(forecast: Forecast, texts: Texts) -> str:
    """When sites close, and the consultations a year that go with them in the central draw."""
    closing = sorted(set(forecast.schedule.closures.quarter.tolist()))
    quarters = [quarter_words(quarter_text(quarter), texts) for quarter in closing]
    code = CAUSES.index("closure")
    lost = sum(float(one.consultations[one.cause == code].sum()) for one in forecast.draws.central.booked)
    return texts("outlook_closures", quarters=", ".join(quarters), lost=texts.number.whole(lost))


def _given_share(forecast: Forecast) -> float:
    """Consultations moved to red zones at the end, as a share of the area's part of what the scenario wants."""
    wanted = forecast.rules.solidarity
    if not wanted:
        return 1.0
    moved = np.maximum(forecast.draws.central.states[-1].granted[:, FLOWS.index("solidarity")], 0).sum()
    return float(moved / (wanted.consultations_per_year * forecast.world.national_share))
