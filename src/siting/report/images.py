"""Rasters of a run as pictures to lay under a map: palette PNGs, one pixel or a few to a cell."""

from __future__ import annotations

import base64
import io

import numpy as np
from matplotlib.colors import to_rgb
from numpy.typing import NDArray
from PIL import Image

from siting.report.findings import Measured
from siting.report.map_style import BEYOND, LAND_OUTSIDE, WITHIN
from siting.report.minute_steps import minute_bounds
from siting.travel.travel_times import NearestTimes

MINUTE_COLOURS = ("#ffffcc", "#c7e9b4", "#7fcdbb", "#41b6c4", "#2c7fb8", "#253494")
"""Classes of minutes, light to dark and yellow to blue: read in grey, and by people who see no red or green."""
NO_WAY = "#ffffff"
DENSITY_COLOURS = ("#eceae5", "#c9c3d6", "#9588b8", "#5b4a8a", "#2b1a55")
DENSITY_STEPS = (20.0, 100.0, 500.0, 2000.0)
_HATCHED_CELLS = 400_000
"""Above this the hatching gets 2 pixels to a cell instead of 4: a browser holds 4 bytes of each pixel."""


def minutes_overlay(findings: Measured, nearest: NearestTimes) -> str:
    """Time to the nearest open site on the land of the study area, in classes; a class holds its upper bound."""
    territory = findings.territory
    bounds = minute_bounds(findings.scenario.goal.standard_s)
    reached = np.isfinite(nearest.time_s)
    time_min = np.where(reached, nearest.time_s, 0).astype(np.float64) / 60
    shade = np.searchsorted(np.array(bounds), time_min, side="left") + 2
    shade = np.where(reached, shade, len(bounds) + 3)
    shade = np.where(territory.is_land & territory.in_study_area, shade, territory.is_land)
    return _png(shade, (LAND_OUTSIDE, *MINUTE_COLOURS, NO_WAY))


def population_overlay(findings: Measured) -> str:
    """Residents per km² of every cell of the grid, in classes; a class holds its lower bound."""
    grid, persons = findings.territory.grid, findings.territory.persons
    density = persons / (grid.cell_size_m / 1000) ** 2
    shade = np.where(persons > 0, np.searchsorted(DENSITY_STEPS, density, side="right") + 2, findings.territory.is_land)
    return _png(shade, ("#ffffff", *DENSITY_COLOURS))


def beyond_overlay(findings: Measured, nearest: NearestTimes) -> str:
    """The cells with people beyond the standard, hatched so that they read without colour; clear elsewhere."""
    grid, demand = findings.territory.grid, findings.territory.demand
    is_beyond = np.zeros(grid.n_cells, dtype=np.bool_)
    is_beyond[demand.cell] = (demand.persons > 0) & ~(nearest.time_s <= findings.scenario.goal.standard_s)
    pixels = 4 if grid.n_cells <= _HATCHED_CELLS else 2
    large = is_beyond.reshape(grid.shape).repeat(pixels, axis=0).repeat(pixels, axis=1)
    diagonal = np.add.outer(np.arange(large.shape[0]), np.arange(large.shape[1]))
    stripe = diagonal % pixels < pixels // 2
    return _png(np.where(large, 1 + stripe, 0), (WITHIN[0], BEYOND[1]))


def _png(shade: NDArray[np.integer], colours: tuple[str, ...]) -> str:
    """A palette PNG as a data URI: shade 0 is clear, shade k the k-th of the colours."""
    picture = Image.fromarray(shade.astype(np.uint8), mode="P")
    palette = [(0, 0, 0), *(tuple(round(255 * part) for part in to_rgb(colour)) for colour in colours)]
    picture.putpalette([part for colour in palette for part in colour])
    stream = io.BytesIO()
    picture.save(stream, "PNG", optimize=True, transparency=0)
    return "data:image/png;base64," + base64.b64encode(stream.getvalue()).decode("ascii")
