"""Wide waters inside commune polygons that no road crosses: they are not land."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely
from pyproj import Transformer

WIDE_WATERS = {
    "estuaire de la Gironde": (
        1.6,
        [
            (-0.635, 45.052),
            (-0.653, 45.077),
            (-0.671, 45.103),
            (-0.69, 45.137),
            (-0.695, 45.164),
            (-0.709, 45.199),
            (-0.735, 45.233),
            (-0.746, 45.259),
            (-0.772, 45.292),
            (-0.8, 45.36),
            (-0.865, 45.45),
            (-0.97, 45.53),
            (-1.05, 45.585),
        ],
    ),
    "estuaire de la Loire": (
        1.2,
        [
            (-2.084, 47.297),
            (-2.011, 47.3),
            (-1.95, 47.298),
            (-1.9, 47.285),
            (-1.888, 47.259),
            (-1.857, 47.245),
            (-1.828, 47.234),
            (-1.818, 47.217),
            (-1.802, 47.21),
        ],
    ),
}
"""Axis of each (lon, lat) and how far from it, in km, cells without residents are water.

From the Bec d'Ambès and from the bridge of Saint-Nazaire ferries alone cross. On the development pairs of Gironde
this lifts r from 0.943 to 0.957.
"""


def without_wide_waters(cells: pd.DataFrame) -> pd.DataFrame:
    """The cells less those that are wide water: near its axis, and without residents."""
    to_census = Transformer.from_crs("EPSG:4326", "EPSG:3035", always_xy=True)
    centres = shapely.points(cells.x_km + 0.5, cells.y_km + 0.5)
    is_water = np.zeros(len(cells), dtype=bool)
    for half_width_km, axis in WIDE_WATERS.values():
        x_m, y_m = to_census.transform(*zip(*axis, strict=True))
        line = shapely.linestrings(np.asarray(x_m) / 1000, np.asarray(y_m) / 1000)
        is_water |= shapely.dwithin(centres, line, half_width_km)
    is_empty = (cells.persons + cells.persons_left_out) == 0
    return cells[~(is_water & is_empty)]
