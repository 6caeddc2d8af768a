"""The relief of a Grid, for models of travel that have no roads."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates

from siting.grid import Grid
from siting.scenario.projections import crs_of_cells
from siting.territory.embedded import read_relief
from siting.territory.transforming import transformer

SPACING_M = 5000.0


def relief_on(grid: Grid) -> NDArray[np.float32]:
    """Standard deviation of the altitude within about 5 km of each cell, in metres.

    The embedded points, 5 km apart, are interpolated linearly to the centres of the cells.

    Returns
    -------
    float32 array, shape ``grid.shape``
        0 beyond France and its shores.
    """
    crs = crs_of_cells(grid.crs)
    points = read_relief(crs)
    west, south = int(points.x_5km.min()), int(points.y_5km.min())
    relief_m = np.zeros((int(points.y_5km.max()) - south + 1, int(points.x_5km.max()) - west + 1))
    relief_m[points.y_5km - south, points.x_5km - west] = points.relief_m
    x_m, y_m = grid.centre_of(np.arange(grid.n_cells))
    if grid.crs != crs:
        x_m, y_m = transformer(grid.crs, crs).transform(x_m, y_m)
    at = [np.asarray(y_m) / SPACING_M - south - 0.5, np.asarray(x_m) / SPACING_M - west - 0.5]
    on_cells: NDArray[np.float64] = map_coordinates(relief_m, at, order=1, mode="constant")
    return on_cells.astype(np.float32).reshape(grid.shape)
