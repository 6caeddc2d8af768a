"""One panel of the map: the ground, the people, the roads and the sites, at one moment."""

from __future__ import annotations

from typing import Any

import numpy as np
from geopandas import GeoDataFrame
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import to_rgba
from matplotlib.patches import Rectangle
from matplotlib.patheffects import withStroke
from numpy.typing import NDArray

from siting.grid import Grid
from siting.report.findings import Findings
from siting.report.map_style import (
    BEYOND,
    DENSITY_STEPS,
    HATCH,
    HATCH_LINE,
    HOUSE,
    LAND,
    LAND_BEYOND,
    LAND_OUTSIDE,
    LINE,
    MAIN_ROADS,
    NUMBERED,
    ROAD,
    SEA,
    WITHIN,
)
from siting.report.sentences import texts_of
from siting.travel.travel_times import NearestTimes

Extent = tuple[float, float, float, float]
"""(west, east, south, north) in metres of the grid's CRS."""


def draw_panel(axes: Axes, findings: Findings, extent: Extent, *, outlines: GeoDataFrame, when: str) -> None:
    """Draw what is within ``extent``, ``"before"`` or ``"after"`` the plan; ``outlines`` are the départements."""
    nearest = findings.before_everywhere if when == "before" else findings.after_everywhere
    at_demand = findings.before if when == "before" else findings.after
    _draw_ground(axes, findings, nearest)
    _draw_roads(axes, findings, extent)
    _draw_outlines(axes, outlines, extent)
    _draw_people(axes, findings, at_demand)
    _draw_sites(axes, findings, with_plan=when == "after")
    axes.set(xlim=extent[:2], ylim=extent[2:], facecolor=SEA)
    axes.set(xticks=[], yticks=[], xlabel="", ylabel="")
    axes.set_aspect("equal")
    for spine in axes.spines.values():
        spine.set(color=LINE, linewidth=0.6)
    _write_panel_title(axes, findings, when)
    if when == "before":
        _draw_scale_bar(axes, extent)


def _draw_ground(axes: Axes, findings: Findings, nearest: NearestTimes) -> None:
    territory = findings.territory
    shown = territory.is_land & territory.in_study_area
    beyond = shown & ~(nearest.time_s <= findings.scenario.goal.standard_s)
    image = np.zeros((*territory.grid.shape, 4))
    image[territory.is_land] = to_rgba(LAND_OUTSIDE)
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


def _draw_roads(axes: Axes, findings: Findings, extent: Extent) -> None:
    roads = findings.territory.roads
    if roads is None:
        return
    width = np.array([MAIN_ROADS.get(name, 0.0) for name in roads.classes])[roads.link_class]
    main = np.flatnonzero(width)
    start = np.column_stack((roads.node_x_m[roads.link_from[main]], roads.node_y_m[roads.link_from[main]]))
    end = np.column_stack((roads.node_x_m[roads.link_to[main]], roads.node_y_m[roads.link_to[main]]))
    # of a territory with a wide halo, most roads are off the map, and a line costs 60 µs on it or off it
    is_shown = _touches(np.minimum(start, end), np.maximum(start, end), extent)
    lines = np.stack((start, end), axis=1)[is_shown]
    drawn = LineCollection(list(lines), colors=ROAD, linewidths=width[main][is_shown], zorder=2.5)
    drawn.set_rasterized(True)  # as vectors, Corsica's roads make 5 MB of map.svg
    axes.add_collection(drawn, autolim=False)


def _touches(least_m: NDArray[np.float64], greatest_m: NDArray[np.float64], extent: Extent) -> NDArray[np.bool_]:
    """Which boxes, by their least and greatest (x, y), meet what is shown, or a margin wider than half a line."""
    west, east, south, north = extent
    margin_m = 0.02 * max(east - west, north - south)
    meets_m = np.array([west, south]) - margin_m, np.array([east, north]) + margin_m
    return np.asarray(((greatest_m >= meets_m[0]) & (least_m <= meets_m[1])).all(axis=1))


def _draw_outlines(axes: Axes, outlines: GeoDataFrame, extent: Extent) -> None:
    """The départements: land where the grid does not reach, and their borders, thinner on a map of the country."""
    west, east, south, north = extent
    outlines = outlines.cx[west:east, south:north]
    if outlines.empty:
        return
    outlines.plot(ax=axes, facecolor=LAND_OUTSIDE, edgecolor="none", zorder=0.5, autolim=False)
    width = float(np.clip(1.0 - (extent[1] - extent[0]) / 1.2e6, 0.3, 0.8))
    outlines.boundary.plot(ax=axes, color=LINE, linewidth=width, zorder=3, autolim=False)


def _draw_sites(axes: Axes, findings: Findings, *, with_plan: bool) -> None:
    sites = findings.territory.sites
    existing = sites.is_existing
    area = _marker_area(int(existing.sum()), 16)
    axes.scatter(
        sites.x_m[existing], sites.y_m[existing], s=area, marker="s",
        facecolor="white", edgecolor="black", linewidth=0.2 * area**0.5, zorder=4,
    )  # fmt: skip
    if not with_plan:
        return
    closed = findings.plan.closed
    axes.scatter(sites.x_m[closed], sites.y_m[closed], s=2 * area, marker="x", color="black", linewidth=1.2, zorder=4.5)
    if not len(findings.plan.opened):
        return
    ranked = findings.site_figures.opened
    first, others = ranked[:NUMBERED], ranked[NUMBERED:]
    style: dict[str, Any] = {"marker": "o", "facecolor": HOUSE, "edgecolor": "white", "linewidth": 0.6}
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


def _draw_scale_bar(axes: Axes, extent: Extent) -> None:
    """About a fifth of the panel, a round number of kilometres."""
    west, east, south, north = extent
    width = east - west
    steps_km = np.array([1, 2, 5, 10, 20, 50, 100, 200, 500])
    length_km = int(steps_km[np.abs(steps_km - width / 5000).argmin()])
    left, bottom = west + 0.05 * width, south + 0.035 * (north - south)
    bar = Rectangle((left, bottom), length_km * 1000, 0.008 * width, facecolor="black", zorder=8)
    axes.add_patch(bar)
    axes.annotate(
        f"{length_km} km", (left + length_km * 500, bottom + 0.008 * width), (0, 3), textcoords="offset points",
        ha="center", va="bottom", fontsize=7.5, zorder=8, path_effects=[withStroke(linewidth=2, foreground="white")],
    )  # fmt: skip


def _write_panel_title(axes: Axes, findings: Findings, when: str) -> None:
    texts, summary = texts_of(findings), findings.summary
    covered = summary[f"covered_{when}"]
    beyond = summary["persons_total"] - covered["persons"]
    share = texts.number.percent(covered["share"])
    axes.set_title(
        f"{texts(when)}{texts.colon}{share}  ·  {texts.count('map_beyond_count', beyond)}",
        fontsize=9.5,
        loc="left",
        pad=5,
    )


def _rgba(colours: tuple[str, ...]) -> NDArray[np.float64]:
    return np.array([to_rgba(colour) for colour in colours])


def _extent(grid: Grid) -> Extent:
    west, south, east, north = grid.bounds_m
    return west, east, south, north


def _centres(grid: Grid) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    x_m, _ = grid.centre_of(np.arange(grid.n_columns))
    _, y_m = grid.centre_of(np.arange(grid.n_rows) * grid.n_columns)
    return x_m, y_m
