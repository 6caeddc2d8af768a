"""The quarters of a simulation as people read them: charts with their bands, and the same figures in tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from siting.report.page_table import PageTable
from siting.report.quarter_charts import Line, band_chart
from siting.report.texts import Texts
from siting.simulation import COSTS, INDICATORS, Forecast
from siting.territory.embedded import departement_names

CHARTS: dict[str, tuple[str, ...]] = {
    "consultations": ("consultations_offered",),
    "doctors": ("doctors",),
    "apl": ("apl", "apl_worst_tenth"),
    "under_served": ("persons_below_2_5",),
    "days": ("days_per_week", "days_per_week_no_car"),
    "appointment": ("within_48h",),
    "without_gp": ("persons_without_gp", "ill_without_gp"),
    "houses": ("houses", "houses_keeping_rules"),
    "cost": ("cost_eur",),
}
"""What each chart draws, by columns of ``quarters.csv``."""
AREA_INDICATORS = (
    "doctors",
    "apl",
    "apl_worst_tenth",
    "persons_below_2_5",
    "ill_without_gp",
    "within_48h",
    "days_per_week_no_car",
    "houses",
    "cost_eur",
)
"""What the table by département tells, at the start and at the end."""
DECIMALS = {
    "consultations_per_person": 2,
    "apl": 2,
    "apl_worst_tenth": 2,
    "days_per_week": 2,
    "days_per_week_no_car": 2,
}
"""Of the indicators that are not whole numbers of something."""
SHARES = ("within_48h",)
"""Indicators told in per cent."""


@dataclass(frozen=True)
class QuarterSection:
    """What a page shows of a simulation; the text of every cell and chart is in one language.

    Attributes
    ----------
    charts : sequence of Markup
    tables : sequence of PageTable
        Start and end with their bands, then every quarter, its costs, then the départements if they were asked for.
    """

    charts: Sequence[Markup]
    tables: Sequence[PageTable]


def quarter_section(forecast: Forecast, texts: Texts) -> QuarterSection:
    """The charts and tables of a simulation, over the whole study area."""
    drawn = [name for names in CHARTS.values() for name in names]
    costs = ["cost_eur", *COSTS, "communes_beyond_means"]
    tables = [
        band_table(forecast, texts),
        quarter_table(forecast, texts, drawn, name="simulation-quarters", caption="table_quarters"),
        quarter_table(forecast, texts, costs, name="simulation-costs", caption="table_quarter_costs"),
    ]
    if any(level.level == "departement" for level in forecast.draws.areas):
        tables.append(departement_table(forecast, texts))
    return QuarterSection([_chart(name, forecast, texts) for name in CHARTS], tables)


def band_table(forecast: Forecast, texts: Texts) -> PageTable:
    """Each indicator at the start and at the end: mean of the draws, first and ninth decile."""
    total = _level(forecast, "total")
    mean, (low, high) = forecast.draws.mean(total), forecast.draws.band(total)
    rows = []
    for column, name in enumerate(INDICATORS):
        values = [figures[at, 0, column] for at, figures in ((0, mean), (-1, mean), (-1, low), (-1, high))]
        rows.append((texts(f"quarter_{name}"), *(_told(name, value, texts) for value in values)))
    first, last = (_quarter(forecast, at, texts) for at in (0, -1))
    head = (texts("figure"), first, last, texts("quarter_low", quarter=last), texts("quarter_high", quarter=last))
    return PageTable("simulation-figures", texts("table_quarter_bands"), head, rows, 1)


def quarter_table(forecast: Forecast, texts: Texts, indicators: Sequence[str], *, name: str, caption: str) -> PageTable:
    """Some indicators in each quarter, mean of the draws."""
    mean = forecast.draws.mean(_level(forecast, "total"))[:, 0]
    rows = [
        (
            _quarter(forecast, at, texts),
            *(_told(name, mean[at, INDICATORS.index(name)], texts) for name in indicators),
        )
        for at in range(len(mean))
    ]
    head = (texts("quarter"), *(texts(f"quarter_{indicator}") for indicator in indicators))
    return PageTable(name, texts(caption), head, rows, 1)


def departement_table(forecast: Forecast, texts: Texts) -> PageTable:
    """The départements at the start and at the end, mean of the draws."""
    name_of = departement_names()
    level = _level(forecast, "departement")
    mean = forecast.draws.mean(level)
    rows = [
        (
            f"{name_of.get(code, code)} ({code})",
            *(_told(name, mean[at, row, INDICATORS.index(name)], texts) for name in AREA_INDICATORS for at in (0, -1)),
        )
        for row, code in enumerate(forecast.draws.areas[level].code.tolist())
    ]
    quarters = [_quarter(forecast, at, texts) for at in (0, -1)]
    heads = [f"{texts(f'quarter_{name}')}, {quarter}" for name in AREA_INDICATORS for quarter in quarters]
    caption = texts("table_quarter_departements")
    return PageTable("simulation-departements", caption, (texts("level_departement"), *heads), rows, 1)


def _chart(name: str, forecast: Forecast, texts: Texts) -> Markup:
    total = _level(forecast, "total")
    mean, (low, high) = forecast.draws.mean(total), forecast.draws.band(total)
    lines = []
    for drawn in CHARTS[name]:
        column = INDICATORS.index(drawn)
        label = texts(f"line_{drawn}") if len(CHARTS[name]) > 1 else ""
        lines.append(Line(label, *(figures[:, 0, column] for figures in (mean, low, high))))
    quarters = [_quarter(forecast, at, texts) for at in range(len(mean))]
    return band_chart(texts(f"chart_quarters_{name}"), quarters, lines, texts, is_share=CHARTS[name][0] in SHARES)


def _level(forecast: Forecast, name: str) -> int:
    return next(row for row, level in enumerate(forecast.draws.areas) if level.level == name)


def _quarter(forecast: Forecast, at: int, texts: Texts) -> str:
    year, quarter = divmod(int(forecast.draws.quarters[at]), 4)
    return texts("quarter_of_year", quarter=str(quarter + 1), year=str(year))


def _told(name: str, value: float, texts: Texts) -> str:
    if name in SHARES:
        return texts.number.percent(value)
    return texts.number.decimal(float(np.round(value, 6)), DECIMALS.get(name, 0))
