"""Charts of the page as inline SVG: who is covered within how many minutes, and what each house adds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from markupsafe import Markup, escape
from numpy.typing import NDArray

from siting.report.findings import Findings, Measured
from siting.report.map_style import BEYOND, HOUSE
from siting.report.minute_steps import minute_marks
from siting.report.sentences import texts_of

WIDTH, HEIGHT = 720, 300
LEFT, RIGHT, TOP, BOTTOM = 56, 130, 14, 42
CURVE_POINTS = 120
BARS = 200


@dataclass(frozen=True)
class Frame:
    """The plotting area: values 0 … x_max and y_min … y_max to the pixels of the picture."""

    x_max: float
    y_max: float
    y_min: float = 0.0
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = RIGHT

    def x(self, value: float) -> float:
        return self.left + (self.width - self.left - self.right) * value / self.x_max

    def y(self, value: float) -> float:
        share = (value - self.y_min) / (self.y_max - self.y_min)
        return self.height - BOTTOM - (self.height - TOP - BOTTOM) * share

    def line(self, x1: float, y1: float, x2: float, y2: float, kind: str) -> str:
        return (
            f'<line class="{kind}" x1="{self.x(x1):.1f}" y1="{self.y(y1):.1f}"'
            f' x2="{self.x(x2):.1f}" y2="{self.y(y2):.1f}"/>'
        )


def cumulative_share(
    time_s: NDArray[np.float32], persons: NDArray[np.float64], minutes: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Share of the persons whose time is at most each of ``minutes``; those who reach no site count as beyond."""
    order = np.argsort(time_s, kind="stable")
    cumulated = np.concatenate(([0.0], np.cumsum(persons[order])))
    within = np.searchsorted(time_s[order], minutes * 60, side="right")
    share: NDArray[np.float64] = cumulated[within] / max(cumulated[-1], 1e-9)
    return share


def coverage_curve(findings: Measured) -> Markup:
    """Share of residents by minutes, today (dashed) and with the plan (full line), up to twice the standard."""
    texts, persons = texts_of(findings), findings.territory.demand.persons
    standard_min = findings.scenario.goal.standard_s / 60
    minutes = np.linspace(0, 2 * standard_min, CURVE_POINTS + 1)
    frame = Frame(2 * standard_min, 1.0)
    parts = [*_share_axis(frame, findings), *_minute_axis(frame, findings)]
    parts.append(frame.line(standard_min, 0, standard_min, 1, "mark"))
    ends = []
    for when, near in findings.moments.items():
        share = cumulative_share(near.time_s, persons, minutes)
        points = " ".join(f"{frame.x(m):.1f},{frame.y(s):.1f}" for m, s in zip(minutes, share, strict=True))
        parts.append(f'<polyline class="{when}" points="{points}"/>')
        ends.append((float(frame.y(share[-1])), when))
    if len(ends) > 1:
        ends[1] = (min(ends[1][0], ends[0][0] - 15), ends[1][1])  # with the plan is never below today
    for y, when in ends:
        label = escape(texts(when))
        parts.append(f'<text x="{WIDTH - RIGHT + 6}" y="{y + 10:.1f}" class="{when}-label">{label}</text>')
    return svg(parts, texts("chart_curve"))


def gain_bars(findings: Findings) -> Markup:
    """People whom each opened house adds to those before it; the first `BARS` of them."""
    texts, added = texts_of(findings), findings.site_figures.persons_added[:BARS]
    top = _round_up(float(added.max()))
    frame = Frame(float(len(added)), top)
    parts = []
    for value in np.linspace(0, top, 5):
        parts.append(frame.line(0, value, frame.x_max, value, "grid"))
        parts.append(tick_label(LEFT - 6, frame.y(value) + 4, texts.number.whole(value), "end"))
    width = (frame.x(1) - frame.x(0)) * 0.8
    for rank, value in enumerate(added):
        x, y = frame.x(rank + 0.1), frame.y(value)
        parts.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{frame.y(0) - y:.1f}" fill="{HOUSE}"/>'
        )
    for rank in sorted({1, len(added)} | set(range(10, len(added), max(10, len(added) // 50 * 10)))):
        parts.append(tick_label(frame.x(rank - 0.5), HEIGHT - BOTTOM + 16, texts.number.whole(rank), "middle"))
    parts.append(tick_label((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 6, texts("chart_rank"), "middle"))
    return svg(parts, texts("chart_gain"))


def chart_style() -> str:
    """The style sheet of every chart."""
    return (
        ".chart text{font:12px system-ui,sans-serif;fill:#1b2326}.chart .grid{stroke:#d5dbdd}"
        ".chart .mark{stroke:#4a565b;stroke-dasharray:2 3}.chart polyline{fill:none;stroke-width:2.5}"
        f".chart .before{{stroke:{BEYOND[1]};stroke-dasharray:7 4}}.chart .after{{stroke:{HOUSE}}}"
        f".chart .before-label{{fill:{BEYOND[2]}}}.chart .after-label{{fill:{HOUSE};font-weight:700}}"
        f".chart .band{{fill:{HOUSE};fill-opacity:.16}}.chart .second{{stroke-dasharray:6 4}}"
    )


def _share_axis(frame: Frame, findings: Measured) -> list[str]:
    number = texts_of(findings).number
    parts = []
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        parts.append(frame.line(0, share, frame.x_max, share, "grid"))
        parts.append(tick_label(LEFT - 6, frame.y(share) + 4, number.percent(share, decimals=0), "end"))
    return parts


def _minute_axis(frame: Frame, findings: Measured) -> list[str]:
    texts = texts_of(findings)
    labels = [
        tick_label(frame.x(minute), HEIGHT - BOTTOM + 16, texts.number.short(minute), "middle")
        for minute in (0.0, *minute_marks(findings.scenario.goal.standard_s))
    ]
    return [*labels, tick_label((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 6, texts("chart_minutes"), "middle")]


def tick_label(x: float, y: float, text: str, anchor: str) -> str:
    """A text of the picture."""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _round_up(value: float) -> float:
    """The next of 4, 8, 20, 40, 80, 200…: it divides by four into round steps."""
    power = 10 ** np.floor(np.log10(max(value, 4.0)))
    return float(next(step * power for step in (2, 4, 8, 20) if step * power >= value))


def svg(parts: list[str], title: str, *, width: int = WIDTH, height: int = HEIGHT) -> Markup:
    """The picture around parts whose texts are escaped."""
    head = f'<svg class="chart" viewBox="0 0 {width} {height}" role="img" aria-label="{escape(title)}">'
    return Markup(head + "".join(parts) + "</svg>")
