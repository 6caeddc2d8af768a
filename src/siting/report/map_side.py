"""Beside the panels of the map: the legend, and the houses that add most people."""

from __future__ import annotations

import textwrap
from typing import Any

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from siting.report.findings import Findings
from siting.report.map_style import BEYOND, DENSITY_STEPS, HATCH, HATCH_LINE, HOUSE, LAND_BEYOND, NUMBERED, WITHIN
from siting.report.sentences import standard, texts_of


def draw_side(axes: Axes, findings: Findings, *, width_in: float, height_in: float) -> None:
    """Fill axes of that size, top down."""
    axes.set(xlim=(0, width_in), ylim=(0, height_in), xticks=[], yticks=[])
    axes.axis("off")
    y_in = _draw_legend(axes, findings, height_in - 0.1)
    _list_houses(axes, findings, y_in - 0.3)


def _draw_legend(axes: Axes, findings: Findings, y_in: float) -> float:
    """Draw the legend downwards from ``y_in``; return where it ends."""
    texts, minutes = texts_of(findings), standard(findings)
    entries: list[tuple[str, dict[str, Any]]] = [
        ("map_existing", {"marker": "s", "s": 26, "facecolor": "white", "edgecolor": "black", "linewidth": 0.9}),
        ("map_opened", {"marker": "o", "s": 70, "facecolor": HOUSE, "edgecolor": "white"}),
    ]
    if len(findings.plan.closed):
        entries.append(("map_closed", {"marker": "x", "s": 40, "color": "black"}))
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
