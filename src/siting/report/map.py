"""map.png: the country today and with the plan, fit for a council paper.

It reads without colour: people beyond the standard are darker than the others, their land is hatched, and
sites differ by shape.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from siting.grid import Grid
from siting.report.figures import opened_by_gain, site_figures
from siting.report.findings import Findings
from siting.report.sentences import answer, is_screening, proof, standard, texts_of
from siting.territory.embedded import read_departement_outlines
from siting.travel.travel_times import NearestTimes

DENSITY_STEPS = (20.0, 100.0, 500.0)
"""Residents per km² between the four shades of a cell."""

WITHIN = ("#e2e2de", "#cbccc9", "#b3b5b4", "#9a9d9d")
BEYOND = ("#d0553f", "#b23327", "#86181a", "#4d060c")
SEA, LAND, LAND_BEYOND, LINE = "#e6eef2", "#ffffff", "#f7e3d4", "#3d4548"
HATCH, HATCH_LINE = "/////", "#c29a7e"
HOUSE = "#00558c"

DPI = 200
NUMBERED = 15
"""Houses whose rank is written on the map and listed beside it."""

_STYLE = {"font.family": "DejaVu Sans", "hatch.linewidth": 0.5}
_MAIN_ROADS = {"motorway": 0.9, "trunk": 0.8, "primary": 0.6, "secondary": 0.4}
_SIDE_IN, _HEAD_IN, _FOOT_IN, _MARGIN_IN = 3.0, 1.25, 0.5, 0.2


@dataclass(frozen=True)
class _Frame:
    """Where the parts of the figure are, in inches, and what of the grid they show, in metres."""

    west: float
    east: float
    south: float
    north: float
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
        _draw_panel(axes, findings, frame, when)
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
    return _Frame(
        west, east, south, north, float(np.clip(height_in * (east - west) / (north - south), 3.3, 4.9)), height_in
    )


def _draw_panel(axes: Axes, findings: Findings, frame: _Frame, when: str) -> None:
    nearest = findings.before_everywhere if when == "before" else findings.after_everywhere
    at_demand = findings.before if when == "before" else findings.after
    _draw_ground(axes, findings, nearest)
    _draw_roads(axes, findings)
    _draw_outlines(axes, findings.territory.grid)
    _draw_people(axes, findings, at_demand)
    _draw_sites(axes, findings, with_plan=when == "after")
    axes.set(xlim=(frame.west, frame.east), ylim=(frame.south, frame.north), facecolor=SEA)
    axes.set(xticks=[], yticks=[], xlabel="", ylabel="")
    axes.set_aspect("equal", adjustable="datalim")
    for spine in axes.spines.values():
        spine.set(color=LINE, linewidth=0.6)
    _write_panel_title(axes, findings, when)
    if when == "before":
        _draw_scale_bar(axes, frame)


def _draw_ground(axes: Axes, findings: Findings, nearest: NearestTimes) -> None:
    territory = findings.territory
    shown = territory.is_land & territory.in_study_area
    beyond = shown & ~(nearest.time_s <= findings.scenario.goal.standard_s)
    image = np.zeros((*territory.grid.shape, 4))
    image[territory.is_land] = to_rgba("#f4f4f1")
    image[shown] = to_rgba(LAND)
    image[beyond] = to_rgba(LAND_BEYOND)
    extent = _extent(territory.grid)
    axes.imshow(image, extent=extent, interpolation="nearest", zorder=1)
    if beyond.any():
        x_m, y_m = _centres(territory.grid)
        hatching = axes.contourf(x_m, y_m, beyond, levels=[0.5, 1.5], colors="none", hatches=[HATCH], zorder=1.5)
        hatching.set(edgecolor=HATCH_LINE, linewidth=0.0)


def _draw_people(axes: Axes, findings: Findings, nearest: NearestTimes) -> None:
    grid, demand = findings.territory.grid, findings.territory.demand
    density = demand.persons / (grid.cell_size_m / 1000) ** 2
    shade = np.searchsorted(DENSITY_STEPS, density, side="right")
    is_within = nearest.time_s <= findings.scenario.goal.standard_s
    colour = np.where(is_within[:, None], _rgba(WITHIN)[shade], _rgba(BEYOND)[shade])
    colour[demand.persons <= 0] = 0.0
    image = np.zeros((grid.n_cells, 4))
    image[demand.cell] = colour
    axes.imshow(image.reshape(*grid.shape, 4), extent=_extent(grid), interpolation="nearest", zorder=2)


def _draw_roads(axes: Axes, findings: Findings) -> None:
    roads = findings.territory.roads
    if roads is None:
        return
    width = np.array([_MAIN_ROADS.get(name, 0.0) for name in roads.classes])[roads.link_class]
    main = np.flatnonzero(width)
    start = np.column_stack((roads.node_x_m[roads.link_from[main]], roads.node_y_m[roads.link_from[main]]))
    end = np.column_stack((roads.node_x_m[roads.link_to[main]], roads.node_y_m[roads.link_to[main]]))
    lines = np.stack((start, end), axis=1)
    axes.add_collection(LineCollection(lines, colors="#6b7478", linewidths=width[main], zorder=2.5), autolim=False)


def _draw_outlines(axes: Axes, grid: Grid) -> None:
    outlines = read_departement_outlines().to_crs(grid.crs)
    outlines.boundary.plot(ax=axes, color=LINE, linewidth=0.7, zorder=3, autolim=False)


def _draw_sites(axes: Axes, findings: Findings, *, with_plan: bool) -> None:
    sites = findings.territory.sites
    existing = sites.is_existing
    axes.scatter(
        sites.x_m[existing], sites.y_m[existing], s=_marker_area(int(existing.sum()), 16), marker="s",
        facecolor="white", edgecolor="black", linewidth=0.8, zorder=4,
    )  # fmt: skip
    if not with_plan or not len(findings.plan.opened):
        return
    ranked = opened_by_gain(findings, site_figures(findings))
    first, others = ranked[:NUMBERED], ranked[NUMBERED:]
    style = {"marker": "o", "facecolor": HOUSE, "edgecolor": "white", "linewidth": 0.6}
    axes.scatter(sites.x_m[others], sites.y_m[others], s=_marker_area(len(ranked), 34), zorder=5, **style)
    axes.scatter(sites.x_m[first], sites.y_m[first], s=92, zorder=6, **style)
    for rank, site in reversed(list(enumerate(first, start=1))):
        axes.text(
            sites.x_m[site], sites.y_m[site], str(rank), color="white", fontsize=5.8, fontweight="bold",
            ha="center", va="center_baseline", zorder=7, clip_on=True,
        )  # fmt: skip


def _marker_area(n: int, largest: float) -> float:
    """Points² of a marker: smaller where thousands share the map."""
    return float(np.clip(largest * 150 / max(n, 1), 1.5, largest))


def _draw_scale_bar(axes: Axes, frame: _Frame) -> None:
    """About a fifth of the panel, a round number of kilometres."""
    steps_km = np.array([1, 2, 5, 10, 20, 50, 100, 200, 500])
    length_km = int(steps_km[np.abs(steps_km - (frame.east - frame.west) / 5000).argmin()])
    width = frame.east - frame.west
    left, bottom = frame.west + 0.05 * width, frame.south + 0.035 * (frame.north - frame.south)
    bar = Rectangle((left, bottom), length_km * 1000, 0.008 * width, facecolor="black", zorder=8)
    axes.add_patch(bar)
    axes.annotate(
        f"{length_km} km", (left + length_km * 500, bottom + 0.008 * width), (0, 3), textcoords="offset points",
        ha="center", va="bottom", fontsize=7.5, zorder=8,
    )  # fmt: skip


def _write_panel_title(axes: Axes, findings: Findings, when: str) -> None:
    texts, summary = texts_of(findings), findings.summary
    covered = summary[f"covered_{when}"]
    beyond = summary["persons_total"] - covered["persons"]
    share = texts.number.percent(covered["share"])
    axes.set_title(
        f"{texts(when)} : {share}  ·  {texts.count('map_beyond_count', beyond)}", fontsize=9.5, loc="left", pad=5
    )


def _draw_side(axes: Axes, findings: Findings, frame: _Frame) -> None:
    axes.set(xlim=(0, _SIDE_IN), ylim=(0, frame.panel_height), xticks=[], yticks=[])
    axes.axis("off")
    y_in = _draw_legend(axes, findings, frame.panel_height - 0.1)
    _list_houses(axes, findings, y_in - 0.3)


def _draw_legend(axes: Axes, findings: Findings, y_in: float) -> float:
    """Draw the legend downwards from ``y_in``; return where it ends."""
    texts, minutes = texts_of(findings), standard(findings)
    entries = [
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
    figures = site_figures(findings)
    ranked = opened_by_gain(findings, figures)
    if not len(ranked):
        return
    axes.text(0.0, y_in, texts("map_houses", standard=standard(findings)), fontsize=8.5, fontweight="bold", va="center")
    for rank, site in enumerate(ranked[:NUMBERED], start=1):
        y_in -= 0.22
        axes.text(0.2, y_in, str(rank), fontsize=8, ha="right", va="center", color=HOUSE, fontweight="bold")
        axes.text(0.3, y_in, textwrap.shorten(str(sites.name[site]), 30, placeholder="…"), fontsize=8, va="center")
        gain = texts.number.whole(figures.persons_newly_covered[site])
        axes.text(2.85, y_in, f"+{gain}", fontsize=8, ha="right", va="center")
    if len(ranked) > NUMBERED:
        axes.text(
            0.3, y_in - 0.24, texts.count("map_more", len(ranked) - NUMBERED), fontsize=8, va="center", style="italic"
        )


def _write_head(figure: Figure, findings: Findings, frame: _Frame) -> None:
    """The finding as a title, then what is proven of it; a screening model says so first."""
    left, characters = _MARGIN_IN / frame.width, int(frame.width * 9.6)
    lines = _balanced(f"{findings.scenario.title} : {_lower_first(answer(findings))}", characters)
    style = {"va": "top", "linespacing": 1.25}
    figure.text(left, 1 - 0.13 / frame.height, "\n".join(lines), fontsize=13, fontweight="bold", **style)
    y = 1 - (0.2 + 0.25 * len(lines)) / frame.height
    figure.text(left, y, proof(findings), fontsize=9, **style)
    if is_screening(findings):
        warning = texts_of(findings)("screening_short")
        figure.text(
            1 - left, y, warning, fontsize=9, fontweight="bold", color="white", ha="right",
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
    text = f"{texts_of(findings)('sources')} : {' ; '.join(findings.territory.sources)}"
    lines = textwrap.wrap(text, int(frame.width * 17))
    figure.text(
        _MARGIN_IN / frame.width, 0.42 / frame.height, "\n".join(lines[:3]), fontsize=6.8, va="top", color="#333333"
    )


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]


def _rgba(colours: tuple[str, ...]) -> NDArray[np.float64]:
    return np.array([to_rgba(colour) for colour in colours])


def _extent(grid: Grid) -> tuple[float, float, float, float]:
    west, south, east, north = grid.bounds_m
    return west, east, south, north


def _centres(grid: Grid) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    x_m, _ = grid.centre_of(np.arange(grid.n_columns))
    _, y_m = grid.centre_of(np.arange(grid.n_rows) * grid.n_columns)
    return x_m, y_m
