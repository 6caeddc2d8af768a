"""Relief: how much altitude varies around a place, for want of slopes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import rasterio
from numpy.typing import NDArray
from pyproj import Transformer
from scipy.ndimage import binary_dilation, gaussian_filter, map_coordinates
from scripts.build_data.raw import RawFiles

SPACING_KM = 5
AROUND_KM = 5.0
"""Standard deviation of the Gaussian window over which the altitudes vary."""
MARGIN_CELLS = 3
"""Points kept beyond the land, so that a place on the coast lies between four of them."""
PADDING_CELLS = 8
STEPS_PER_DEGREE = 12
METRES_PER_STEP, LOWEST_M, NO_DATA = 28, -450, 255
"""Encoding of pvlib's altitudes, a byte each, the first at the north-west corner of the world."""


def relief_table(raw: RawFiles, cells: pd.DataFrame, crs: str = "EPSG:3035") -> pd.DataFrame:
    """Relief at points 5 km apart (centres of 5 km cells of ``crs``, that of the cells) on and near their land.

    Columns ``x_5km, y_5km`` (south-west corner / 5 km) and ``relief_m``, the standard deviation of the altitude
    around the point, in whole metres.
    """
    west, south = cells.x_km.min() // SPACING_KM - PADDING_CELLS, cells.y_km.min() // SPACING_KM - PADDING_CELLS
    east, north = cells.x_km.max() // SPACING_KM + PADDING_CELLS, cells.y_km.max() // SPACING_KM + PADDING_CELLS
    x_5km, y_5km = np.meshgrid(np.arange(west, east + 1), np.arange(south, north + 1))
    is_near = np.zeros(x_5km.shape, dtype=bool)
    is_near[cells.y_km // SPACING_KM - south, cells.x_km // SPACING_KM - west] = True
    is_near = binary_dilation(is_near, np.ones((3, 3)), iterations=MARGIN_CELLS)
    x_m, y_m = (x_5km + 0.5) * SPACING_KM * 1000, (y_5km + 0.5) * SPACING_KM * 1000
    relief_m = _relief_m(_altitude_m(raw, x_m, y_m, crs))
    return pd.DataFrame(
        {
            "x_5km": x_5km[is_near],
            "y_5km": y_5km[is_near],
            "relief_m": np.round(relief_m[is_near]).astype(np.int64),
        }
    )


def _relief_m(altitude_m: NDArray[np.float64]) -> NDArray[np.float64]:
    sigma = AROUND_KM / SPACING_KM
    mean = gaussian_filter(altitude_m, sigma)
    return np.sqrt(np.maximum(gaussian_filter(altitude_m**2, sigma) - mean**2, 0))


def _altitude_m(raw: RawFiles, x_m: NDArray[np.float64], y_m: NDArray[np.float64], crs: str) -> NDArray[np.float64]:
    """Altitude by linear interpolation between the 1/12 degree cells; the sea is at 0."""
    with rasterio.open(raw.altitude) as source:
        steps = source.read(1)
    altitude_m = np.where(steps == NO_DATA, 0, np.maximum(steps * float(METRES_PER_STEP) + LOWEST_M, 0))
    lon, lat = Transformer.from_crs(crs, "EPSG:4326", always_xy=True).transform(x_m, y_m)
    row = (90 - np.asarray(lat)) * STEPS_PER_DEGREE - 0.5
    column = (np.asarray(lon) + 180) * STEPS_PER_DEGREE - 0.5
    return np.asarray(map_coordinates(altitude_m, [row, column], order=1))
