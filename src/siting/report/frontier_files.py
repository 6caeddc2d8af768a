"""frontier.csv, frontier.png and frontier.svg: people covered against new houses, and what is proven."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib import rc_context
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from siting.numbers import number_format
from siting.report.map import DPI, NO_DATE, STYLE
from siting.report.map_style import HOUSE
from siting.report.sentences import screening_warning
from siting.report.tables import write_csv
from siting.report.texts import Texts
from siting.scenario import Scenario

DECIMALS = {"persons_covered": 1, "share_covered": 6, "gap": 6, "persons_per_house": 1}
_WIDTH_IN, _HEIGHT_IN = 8.0, 4.8


@dataclass(frozen=True)
class FrontierPoint:
    """The best plan found with a number of new houses.

    Attributes
    ----------
    houses, opened : int
        Allowed, and opened by the plan.
    persons_covered, share_covered : float
        Within the service standard, recounted; NaN where there is no plan.
    status : str
        ``"optimal"``, ``"feasible"``, ``"infeasible"`` (no plan keeps the rules) or ``"out_of_time"`` (none was found).
    gap : float
        No plan covers more than (1 + gap) times as many, by the weights of the scenario.
    """

    houses: int
    opened: int
    persons_covered: float
    share_covered: float
    status: str
    gap: float


def frontier_table(points: Sequence[FrontierPoint]) -> pd.DataFrame:
    """One row per point; ``persons_per_house``: people gained by each house opened since the row before.

    Rules, or places that cover nobody more, may let a plan open fewer houses than it is allowed.
    """
    table = pd.DataFrame([vars(point) for point in points])
    more, opened = (table[column].diff().to_numpy(np.float64) for column in ("persons_covered", "opened"))
    table["persons_per_house"] = more / np.where(opened > 0, opened, np.nan)
    return table


def write_frontier(points: Sequence[FrontierPoint], scenario: Scenario, folder: Path) -> None:
    """Write the table and the picture; the same points give the same bytes."""
    write_csv(frontier_table(points), folder / "frontier.csv", decimals=DECIMALS)
    with rc_context(STYLE):
        figure = draw_frontier(points, scenario)
        for suffix in ("png", "svg"):
            figure.savefig(folder / f"frontier.{suffix}", dpi=DPI, metadata=NO_DATE[suffix])


def draw_frontier(points: Sequence[FrontierPoint], scenario: Scenario) -> Figure:
    """Share of people covered by each number of houses, and up to where a better plan is not excluded."""
    texts = Texts(scenario.language)
    known = [point for point in points if np.isfinite(point.share_covered)]
    houses = [point.houses for point in known]
    share = np.array([100 * point.share_covered for point in known])
    most = np.minimum(share * (1 + np.array([point.gap for point in known])), 100)
    figure = Figure(figsize=(_WIDTH_IN, _HEIGHT_IN), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.fill_between(houses, share, most, color=HOUSE, alpha=0.2, linewidth=0, label=texts("frontier_band"))
    axes.plot(houses, share, color=HOUSE, marker="o", label=texts("frontier_line"))
    for number, value in zip(houses, share, strict=True):
        text = texts.number.percent(value / 100)
        axes.annotate(text, (number, value), textcoords="offset points", xytext=(-5, 6), ha="right", fontsize=8)
    axes.set_xlabel(texts("frontier_houses"))
    axes.set_ylabel(texts("frontier_share", standard=texts.number.short(scenario.goal.standard_min)))
    axes.yaxis.set_major_formatter(lambda value, _: texts.number.short(round(value, 1)))
    axes.margins(y=0.12)
    axes.grid(alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(loc="lower right", frameon=False)
    title = texts("frontier_title", scenario=scenario.scenario)
    axes.set_title("\n".join(filter(None, [title, screening_warning(scenario, short=True)])), loc="left", fontsize=11)
    return figure


def _houses_told(point: FrontierPoint, texts: Texts) -> str:
    allowed, opened = map(texts.number.whole, (point.houses, point.opened))
    return texts("frontier_fewer", houses=allowed, opened=opened) if point.opened < point.houses else allowed


def render_frontier(points: Sequence[FrontierPoint], scenario: Scenario) -> str:
    """A line per number of houses, for a terminal."""
    texts, number = Texts(scenario.language), number_format(scenario.language)
    rows = [
        screening_warning(scenario, short=True),
        texts("frontier_head", standard=number.short(scenario.goal.standard_min)),
    ]
    for point, more in zip(points, frontier_table(points)["persons_per_house"].tolist(), strict=True):
        if not np.isfinite(point.share_covered):
            rows.append(texts(f"frontier_{point.status}", houses=number.whole(point.houses)))
            continue
        key = "frontier_row" if point.houses else "frontier_today"
        rows.append(
            texts(
                key,
                houses=_houses_told(point, texts),
                persons=number.whole(point.persons_covered),
                share=number.percent(point.share_covered, decimals=2),
                more=number.whole(more),
                status=texts(f"status_{point.status}"),
                gap=number.gap(point.gap),
            )
        )
    return "\n".join(filter(None, rows))
