"""map.png: the country today and with the plan, fit for a council paper.

It reads without colour: people beyond the standard are darker than the others, their land is hatched, and
sites differ by shape.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from siting.report.findings import Findings
from siting.report.map_panel import Extent, draw_panel
from siting.report.map_style import BEYOND, DENSITY_STEPS, HATCH, HATCH_LINE, HOUSE, LAND_BEYOND, NUMBERED, WITHIN
from siting.report.sentences import answer, is_screening, proof, standard, texts_of

DPI = 200
_STYLE: dict[Any, Any] = {"font.family": "DejaVu Sans", "hatch.linewidth": 0.5}
_SIDE_IN, _HEAD_IN, _FOOT_IN, _MARGIN_IN = 3.0, 1.45, 0.5, 0.2


@dataclass(frozen=True)
class _Frame:
    """Where the parts of the figure are, in inches, and what of the grid they show, in metres."""

    extent: Extent
    panel_width: float
    panel_height: float

    @property
    def width(self) -> float:
        return 2 * self.panel_width + _SIDE_IN + 4 * _MARGIN_IN

    @property
    def height(self) -> float:
        return self.panel_height + _HEAD_IN + _FOOT_IN

    def axes(self, left: float, bottom: float, width: float, height: float) -> tuple[float, float, float, float]:
        """A place in inches as the fractions of the figure that matplotlib wants."""
        return left / self.width, bottom / self.height, width / self.width, height / self.height


def write_map_png(findings: Findings, folder: Path) -> None:
    """Draw ``map.png``; the same findings give the same bytes with the same matplotlib."""
    with rc_context(_STYLE):
        draw_map(findings).savefig(folder / "map.png", dpi=DPI, metadata={"Software": None})


def draw_map(findings: Findings) -> Figure:
    """Two panels, today and with the plan; title, legend, the first houses, scale bar and sources around them."""
    frame = _frame(findings)
    figure = Figure(figsize=(frame.width, frame.height), facecolor="white")
    FigureCanvasAgg(figure)
    for place, when in enumerate(("before", "after")):
        left = _MARGIN_IN + place * (frame.panel_width + _MARGIN_IN)
        axes = figure.add_axes(frame.axes(left, _FOOT_IN, frame.panel_width, frame.panel_height))
        draw_panel(axes, findings, frame.extent, when=when)
    side_left = 3 * _MARGIN_IN + 2 * frame.panel_width
    side = figure.add_axes(frame.axes(side_left, _FOOT_IN, _SIDE_IN, frame.panel_height))
    _draw_side(side, findings, frame)
    _write_head(figure, findings, frame)
    _write_foot(figure, findings, frame)
    return figure


def _frame(findings: Findings) -> _Frame:
    """Show the study area and a margin, in panels that fit a landscape page."""
    grid = findings.territory.grid
    row, column = np.nonzero(findings.territory.in_study_area)
    margin = 1 + 0.03 * max(np.ptp(row), np.ptp(column))
    west = grid.x_min_m + (column.min() - margin) * grid.cell_size_m
    east = grid.x_min_m + (column.max() + 1 + margin) * grid.cell_size_m
    north = grid.y_max_m - (row.min() - margin) * grid.cell_size_m
    south = grid.y_max_m - (row.max() + 1 + margin) * grid.cell_size_m
    height_in = float(np.clip(4.9 * (north - south) / (east - west), 5.4, 7.2))
    width_in = float(np.clip(height_in * (east - west) / (north - south), 3.3, 4.9))
    return _Frame((west, east, south, north), width_in, height_in)


def _draw_side(axes: Axes, findings: Findings, frame: _Frame) -> None:
    axes.set(xlim=(0, _SIDE_IN), ylim=(0, frame.panel_height), xticks=[], yticks=[])
    axes.axis("off")
    y_in = _draw_legend(axes, findings, frame.panel_height - 0.1)
    _list_houses(axes, findings, y_in - 0.3)


def _draw_legend(axes: Axes, findings: Findings, y_in: float) -> float:
    """Draw the legend downwards from ``y_in``; return where it ends."""
    texts, minutes = texts_of(findings), standard(findings)
    entries: list[tuple[str, dict[str, Any]]] = [
        ("map_existing", {"marker": "s", "s": 26, "facecolor": "white", "edgecolor": "black", "linewidth": 0.9}),
        ("map_opened", {"marker": "o", "s": 70, "facecolor": HOUSE, "edgecolor": "white"}),
    ]
    for key, style in entries:
        axes.scatter([0.15], [y_in], **style)
        axes.text(0.4, y_in, texts(key), fontsize=8.5, va="center")
        y_in -= 0.26
    axes.add_patch(
        Rectangle(
            (0.0, y_in - 0.08), 0.3, 0.16, facecolor=LAND_BEYOND, hatch=HATCH, edgecolor=HATCH_LINE, linewidth=0.5
        )
    )
    axes.text(0.4, y_in, texts("map_land_beyond", standard=minutes), fontsize=8.5, va="center")
    y_in -= 0.34
    for key, shades in (("map_people_within", WITHIN), ("map_people_beyond", BEYOND)):
        axes.text(0.0, y_in, texts(key, standard=minutes), fontsize=8.5, va="center")
        for place, shade in enumerate(shades):
            axes.add_patch(Rectangle((place * 0.55, y_in - 0.3), 0.53, 0.17, facecolor=shade))
        y_in -= 0.48
    for place, step in enumerate(DENSITY_STEPS, start=1):
        axes.text(place * 0.55, y_in + 0.06, texts.number.whole(step), fontsize=7, ha="center", va="center")
    axes.text(2.25, y_in + 0.06, texts("density_unit"), fontsize=7, va="center")
    return y_in


def _list_houses(axes: Axes, findings: Findings, y_in: float) -> None:
    texts, sites = texts_of(findings), findings.territory.sites
    figures = findings.site_figures
    ranked = figures.opened
    if not len(ranked):
        return
    axes.text(0.0, y_in, texts("map_houses", standard=standard(findings)), fontsize=8.5, fontweight="bold", va="center")
    for rank, site in enumerate(ranked[:NUMBERED], start=1):
        y_in -= 0.22
        axes.text(0.2, y_in, str(rank), fontsize=8, ha="right", va="center", color=HOUSE, fontweight="bold")
        axes.text(0.3, y_in, textwrap.shorten(str(sites.name[site]), 30, placeholder="…"), fontsize=8, va="center")
        gain = texts.number.whole(figures.persons_added[rank - 1])
        axes.text(2.85, y_in, f"+{gain}", fontsize=8, ha="right", va="center")
    if len(ranked) > NUMBERED:
        axes.text(
            0.3, y_in - 0.24, texts.count("map_more", len(ranked) - NUMBERED), fontsize=8, va="center", style="italic"
        )


def _write_head(figure: Figure, findings: Findings, frame: _Frame) -> None:
    """The question, the finding as a title, then what is proven of it; a screening model says so loudly."""
    texts = texts_of(findings)
    left, characters = _MARGIN_IN / frame.width, int(frame.width * 8.9)
    lines = _balanced(answer(findings), characters)
    style: dict[str, Any] = {"va": "top", "linespacing": 1.25}
    figure.text(left, 1 - 0.13 / frame.height, findings.scenario.title, fontsize=9.5, color="#444444", **style)
    figure.text(left, 1 - 0.33 / frame.height, "\n".join(lines), fontsize=14, fontweight="bold", **style)
    under = "\n".join(_balanced(proof(findings), int(frame.width * 14)))
    figure.text(left, 1 - (0.42 + 0.265 * len(lines)) / frame.height, under, fontsize=9, **style)
    if is_screening(findings):
        warning = texts("screening_short")
        figure.text(
            1 - left, 1 - 0.13 / frame.height, warning, fontsize=9, fontweight="bold", color="white", ha="right",
            bbox={"facecolor": BEYOND[2], "edgecolor": "none", "pad": 3}, **style,
        )  # fmt: skip


def _balanced(text: str, characters: int) -> list[str]:
    """Lines of about the same length, none over ``characters``: no word alone on the last."""
    n_lines = len(textwrap.wrap(text, characters))
    for narrower in range(-(-len(text) // n_lines), characters):
        lines = textwrap.wrap(text, narrower)
        if len(lines) == n_lines:
            return lines
    return textwrap.wrap(text, characters)


def _write_foot(figure: Figure, findings: Findings, frame: _Frame) -> None:
    texts = texts_of(findings)
    text = f"{texts('sources')}{texts.colon}{' · '.join(findings.territory.sources)}"
    lines = textwrap.wrap(text, int(frame.width * 17))
    figure.text(
        _MARGIN_IN / frame.width, 0.42 / frame.height, "\n".join(lines[:3]), fontsize=6.8, va="top", color="#333333"
    )
