"""From one coordinate reference system to another."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from pyproj import Transformer


@lru_cache(maxsize=64)
def transformer(of: Any, to: Any) -> Transformer:
    """The transformation of x, y (degrees: longitude, latitude) between two systems, as pyproj names them.

    Made once for each pair, since that takes 50 to 80 ms and a run asks ten times; threads may share it.
    """
    return Transformer.from_crs(of, to, always_xy=True)
