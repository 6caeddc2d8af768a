"""map.png, map.svg, map.pdf: the country today and with the plan, fit for a council paper.

It reads without colour: people beyond the standard are darker than the others, their land is hatched, and
sites differ by shape.
"""

from __future__ import annotations

import io
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib import rc_context
from matplotlib.figure import Figure

from siting.report.findings import Findings
from siting.report.map_panel import Extent, draw_panel
from siting.report.map_side import draw_side
from siting.report.map_style import BEYOND
from siting.report.sentences import answer, proof, screening_warning, texts_of
from siting.territory.embedded import read_departement_outlines

DPI = 200
STYLE: dict[Any, Any] = {"font.family": "DejaVu Sans", "hatch.linewidth": 0.5, "svg.hashsalt": "siting"}
NO_DATE: dict[str, dict[str, Any]] = {
    "png": {"Software": None}, "svg": {"Date": None, "Creator": None}, "pdf": {"CreationDate": None}
}  # fmt: skip
_SIDE_IN, _FOOT_IN, _MARGIN_IN = 3.0, 0.5, 0.2


@dataclass(frozen=True)
class _Frame:
    """Where the parts of the figure are, in inches, and what of the grid the panels show."""

    extent: Extent
    panel_width: float
    panel_height: float
    headline: list[str]
    proof: list[str]

    @property
    def width(self) -> float:
        return _width(self.panel_width)

    @property
    def head(self) -> float:
        return 0.9 + 0.265 * len(self.headline) + 0.17 * len(self.proof)

    @property
    def height(self) -> float:
        return self.panel_height + self.head + _FOOT_IN

    def axes(self, left: float, width: float) -> tuple[float, float, float, float]:
        """Axes as high as the panels, as the fractions of the figure that matplotlib wants."""
        return left / self.width, _FOOT_IN / self.height, width / self.width, self.panel_height / self.height

    def from_top(self, inches: float) -> float:
        """A height in the figure as matplotlib wants it."""
        return 1 - inches / self.height


def write_maps(findings: Findings, folder: Path) -> None:
    """Draw ``map.png, map.svg`` and ``map.pdf``; the same findings give the same bytes with the same matplotlib."""
    with rc_context(STYLE):
        figure = draw_map(findings)
        for suffix, metadata in NO_DATE.items():
            figure.savefig(folder / f"map.{suffix}", dpi=DPI, metadata=metadata)


def draw_map_png(findings: Findings, *, dpi: int) -> bytes:
    """The figure of `draw_map` as a PNG."""
    stream = io.BytesIO()
    with rc_context(STYLE):
        draw_map(findings).savefig(stream, format="png", dpi=dpi, metadata=NO_DATE["png"])
    return stream.getvalue()


def draw_map(findings: Findings) -> Figure:
    """Two panels, today and with the plan; title, legend, the first houses, scale bar and sources around them."""
    frame = _frame(findings)
    outlines = read_departement_outlines(findings.territory.grid.crs)
    # on a bare Figure geopandas' asking for a redraw after each plot is void; a canvas of Agg would draw all again
    figure = Figure(figsize=(frame.width, frame.height), facecolor="white")
    step = frame.panel_width + _MARGIN_IN
    for place, when in enumerate(("before", "after")):
        axes = figure.add_axes(frame.axes(_MARGIN_IN + place * step, frame.panel_width))
        draw_panel(axes, findings, frame.extent, outlines=outlines, when=when)
    side = figure.add_axes(frame.axes(_MARGIN_IN + 2 * step, _SIDE_IN))
    draw_side(side, findings, width_in=_SIDE_IN, height_in=frame.panel_height)
    _write_head(figure, findings, frame)
    _write_foot(figure, findings, frame)
    return figure


def _frame(findings: Findings) -> _Frame:
    """Panels of the shape of the study area, within what a landscape page and the list of houses allow."""
    west, east, south, north = _bounds(findings)
    height_in = float(np.clip(5.3 * (north - south) / (east - west), 5.6, 7.2))
    width_in = float(np.clip(height_in * (east - west) / (north - south), 3.3, 5.3))
    metres_per_inch = max((east - west) / width_in, (north - south) / height_in)
    x, y = (west + east) / 2, (south + north) / 2
    half_x, half_y = width_in * metres_per_inch / 2, height_in * metres_per_inch / 2
    return _Frame(
        extent=(x - half_x, x + half_x, y - half_y, y + half_y),
        panel_width=width_in,
        panel_height=height_in,
        headline=_balanced(answer(findings), int(_width(width_in) * 8.9)),
        proof=_balanced(proof(findings), int(_width(width_in) * 14)),
    )


def _width(panel_width_in: float) -> float:
    return 2 * panel_width_in + _SIDE_IN + 4 * _MARGIN_IN


def _bounds(findings: Findings) -> Extent:
    """The study area and a margin around it."""
    grid = findings.territory.grid
    row, column = np.nonzero(findings.territory.in_study_area)
    margin = 1 + 0.03 * max(np.ptp(row), np.ptp(column))
    west = grid.x_min_m + (column.min() - margin) * grid.cell_size_m
    east = grid.x_min_m + (column.max() + 1 + margin) * grid.cell_size_m
    north = grid.y_max_m - (row.min() - margin) * grid.cell_size_m
    south = grid.y_max_m - (row.max() + 1 + margin) * grid.cell_size_m
    return float(west), float(east), float(south), float(north)


def _write_head(figure: Figure, findings: Findings, frame: _Frame) -> None:
    """The question, the finding as a title, then what is proven of it; a screening model says so loudly."""
    left = _MARGIN_IN / frame.width
    style: dict[str, Any] = {"va": "top", "linespacing": 1.25}
    proof_top_in = 0.48 + 0.265 * len(frame.headline)
    texts: list[tuple[float, str, dict[str, Any]]] = [
        (0.13, findings.scenario.title, {"fontsize": 9.5, "color": "#444444"}),
        (0.38, "\n".join(frame.headline), {"fontsize": 14, "fontweight": "bold"}),
        (proof_top_in, "\n".join(frame.proof), {"fontsize": 9}),
    ]
    for top_in, text, font in texts:
        figure.text(left, frame.from_top(top_in), text, **(style | font))
    if warning := screening_warning(findings.scenario, short=True):
        badge = {"facecolor": BEYOND[2], "edgecolor": "none", "pad": 3}
        font = {"fontsize": 9, "fontweight": "bold", "color": "white", "ha": "right", "bbox": badge}
        figure.text(1 - left, frame.from_top(0.13), warning, **(style | font))


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
