"""The road network of Corsica, in whole decimetres."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scripts.build_data.raw import RawFiles


def road_tables(raw: RawFiles) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Nodes (``x_dm, y_dm``, EPSG:2154; the row is the id) and directed links, both in the raw order."""
    nodes = pd.read_parquet(raw.road_nodes)
    links = pd.read_parquet(raw.road_links)
    node_table = pd.DataFrame(
        {"x_dm": _decimetres(nodes.x_l93_m).astype(np.int32), "y_dm": _decimetres(nodes.y_l93_m).astype(np.int32)}
    )
    link_table = pd.DataFrame(
        {
            "from_node": links.from_node.astype(np.uint16),
            "to_node": links.to_node.astype(np.uint16),
            "length_dm": _decimetres(links.length_m).astype(np.uint32),
            "highway": links.highway.astype(str),
            "access": links.access.fillna("").astype(str),
            "is_roundabout": links.junction.eq("roundabout"),
        }
    )
    return node_table, link_table


def _decimetres(metres: pd.Series) -> pd.Series:
    return (metres.astype(np.float64) * 10).round()
