"""Figures by quarter as inline SVG: the mean of the draws as a line, their band around it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup, escape
from numpy.typing import NDArray

from siting.report.charts import BOTTOM, Frame, svg, tick_label
from siting.report.texts import Texts

WIDTH, HEIGHT, LEFT, RIGHT = 480, 260, 64, 16
LABELLED_QUARTERS = 5
SCALES = ((2e6, 1e6, "unit_millions"), (2e4, 1e3, "unit_thousands"), (0.0, 1.0, "unit_none"))
"""From which value figures are told in which unit."""


@dataclass(frozen=True)
class Line:
    """A figure by quarter; arrays of shape (n_quarters,).

    Attributes
    ----------
    label : str
        ``""`` where the line is alone.
    mean, low, high : float64 arrays
        Over the draws: mean, first and ninth decile.
    """

    label: str
    mean: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]


def band_chart(
    title: str, quarters: Sequence[str], lines: Sequence[Line], texts: Texts, *, is_share: bool = False
) -> Markup:
    """A figure with its title: each line, the second one dashed, in its band.

    Parameters
    ----------
    quarters : sequence of str
        As the axis names them, one for each figure of the lines.
    lines : sequence of Line
        One or two.
    is_share : bool
        Figures are shares (0–1), told in per cent.
    """
    values = np.concatenate([part for line in lines for part in (line.low, line.mean, line.high)])
    values = values[np.isfinite(values)]
    ticks = axis_ticks(float(values.min(initial=np.inf)), float(values.max(initial=-np.inf)))
    frame = Frame(len(quarters) - 1, ticks[-1], ticks[0], WIDTH, HEIGHT, LEFT, RIGHT)
    _, scale, unit = next(row for row in SCALES if ticks[-1] >= row[0])
    parts = []
    for tick in ticks:
        parts.append(frame.line(0, tick, frame.x_max, tick, "grid"))
        parts.append(tick_label(LEFT - 6, frame.y(tick) + 4, _tick(tick, ticks, scale, texts, is_share), "end"))
    for at in np.unique(np.linspace(0, len(quarters) - 1, LABELLED_QUARTERS).round().astype(int)).tolist():
        anchor = "end" if at == len(quarters) - 1 else "middle"
        parts.append(tick_label(frame.x(at), HEIGHT - BOTTOM + 18, quarters[at], anchor))
    labelled = apart(lines)
    for rank, line in enumerate(lines):
        parts += _drawn(line, frame, "after second" if rank else "after", labelled)
    caption = escape(title + texts(unit))
    return Markup('<figure class="quarters"><figcaption>{}</figcaption>{}</figure>').format(
        caption, svg(parts, caption, width=WIDTH, height=HEIGHT)
    )


def axis_ticks(low: float, high: float) -> list[float]:
    """Four steps of 1, 2, 2.5 or 5 times a power of ten around the values; from 0 where they come near it."""
    if not np.isfinite([low, high]).all():
        return [0.0, 1.0, 2.0, 3.0, 4.0]
    if low >= 0 and low <= 0.5 * high:
        low = 0.0
    span = max(high - low, abs(high) * 0.02, 1e-6)
    power = 10.0 ** np.floor(np.log10(span / 4))
    steps = [factor * power for factor in (1.0, 2.0, 2.5, 5.0, 10.0, 20.0)]
    for step in steps:
        first = np.floor(low / step + 1e-9) * step
        if first + 4 * step >= high - 1e-9 * step:
            return [float(first + step * rank) for rank in range(5)]
    raise AssertionError("20 times the power below a fourth of the span is beyond it")


def apart(lines: Sequence[Line]) -> int:
    """The quarter nearest the middle where two lines are about as far from each other as anywhere: labels go there."""
    middle = len(lines[0].mean) // 2
    if len(lines) < 2:
        return middle
    gap = np.nan_to_num(np.abs(lines[0].mean - lines[1].mean))
    far = np.flatnonzero(gap >= 0.8 * gap.max())
    return int(far[np.abs(far - middle).argmin()])


def _drawn(line: Line, frame: Frame, kind: str, labelled: int) -> list[str]:
    known = np.flatnonzero(np.isfinite(line.mean)).tolist()
    if not known:
        return []
    edge = [(at, line.high[at]) for at in known] + [(at, line.low[at]) for at in known[::-1]]
    parts = [f'<polygon class="band" points="{_points(edge, frame)}"/>']
    parts.append(f'<polyline class="{kind}" points="{_points([(at, line.mean[at]) for at in known], frame)}"/>')
    if line.label and np.isfinite(line.high[labelled]):
        anchor = "end" if labelled > 0.7 * frame.x_max else "start" if labelled < 0.3 * frame.x_max else "middle"
        label = f'<text class="after-label" x="{frame.x(labelled):.1f}" y="{frame.y(line.high[labelled]) - 6:.1f}"'
        parts.append(f'{label} text-anchor="{anchor}">{escape(line.label)}</text>')
    return parts


def _points(places: Sequence[tuple[int, float]], frame: Frame) -> str:
    return " ".join(f"{frame.x(at):.1f},{frame.y(value):.1f}" for at, value in places)


def _tick(value: float, ticks: Sequence[float], scale: float, texts: Texts, is_share: bool) -> str:
    step = (ticks[1] - ticks[0]) * 100 if is_share else (ticks[1] - ticks[0]) / scale
    decimals = next(n for n in range(7) if np.isclose(step * 10**n, round(step * 10**n)) or n == 6)
    return texts.number.percent(value, decimals) if is_share else texts.number.decimal(value / scale + 0.0, decimals)
