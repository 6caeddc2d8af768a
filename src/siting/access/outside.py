"""Who is served from outside the study area."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from siting.travel import nearest
from siting.travel.times import Surface
from siting.travel.travel_times import NearestTimes


def served_from_outside(surface: Surface, open_rows: NDArray[np.integer], near: NearestTimes) -> NDArray[np.bool_]:
    """Whether an open site outside the study area is nearer to each demand cell than every one inside.

    Parameters
    ----------
    surface : RoadSurface or FrictionSurface
    open_rows : int array, shape (n_open,)
        Rows of ``surface.territory.sites``.
    near : NearestTimes
        To the nearest of them, arrays of shape (n_demand,).

    Returns
    -------
    bool array, shape (n_demand,)
    """
    is_inside = surface.territory.sites.in_study_area[open_rows]
    if is_inside.all():
        return np.zeros(len(near.time_s), dtype=np.bool_)
    return np.asarray(near.time_s < nearest(surface, open_rows[is_inside]).time_s)
