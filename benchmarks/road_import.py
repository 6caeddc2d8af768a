"""Import of made-up OpenStreetMap extracts of two sizes: rate and memory, and what a region of 500 MB would take.

python -m benchmarks.road_import
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import osmium
from osmium.osm.mutable import Node, Way

STREETS = (100_000, 300_000)
"""Each street brings 28 nodes, 7 of them of roads: buildings hold the others, as in published extracts."""
ROAD_NODES, BUILDING_NODES = 7, 21
REGION_MB, REGION_NODES = 500, 65_000_000
"""A region of Geofabrik: about 7.7 bytes a node."""


def write_extract(path: Path, n_streets: int) -> None:
    """A lattice of streets with their buildings, nodes in the order of their ids."""
    side = int(n_streets**0.5)
    shift = np.random.default_rng(0).uniform(0, 1e-4, (n_streets, ROAD_NODES + BUILDING_NODES, 2))
    along = np.arange(ROAD_NODES + BUILDING_NODES) % ROAD_NODES * (0.002 / ROAD_NODES)
    first = np.arange(n_streets) * (ROAD_NODES + BUILDING_NODES) + 1
    with osmium.SimpleWriter(str(path), overwrite=True) as writer:
        for street in range(n_streets):
            row, column = divmod(street, side)
            lon = 4 + column * 0.002 + along + shift[street, :, 0]
            lat = 44 + row * 0.0015 + shift[street, :, 1]
            for step, place in enumerate(zip(lon.tolist(), lat.tolist(), strict=True)):
                writer.add_node(Node(id=int(first[street]) + step, location=place))
        for street in range(n_streets):
            here = int(first[street])
            east = [int(first[street + 1])] if (street + 1) % side and street + 1 < n_streets else []
            tags = {"highway": "residential", "name": f"Rue {street}"}
            writer.add_way(Way(id=3 * street + 1, nodes=[*range(here, here + ROAD_NODES), *east], tags=tags))
            if street + side < n_streets:
                north = int(first[street + side])
                tags = {"highway": "tertiary", "maxspeed": "50"}
                writer.add_way(Way(id=3 * street + 2, nodes=[here, north], tags=tags))
            ring = [*range(here + ROAD_NODES, here + ROAD_NODES + BUILDING_NODES), here + ROAD_NODES]
            writer.add_way(Way(id=3 * street + 3, nodes=ring, tags={"building": "yes"}))


def measure(path: Path) -> None:
    """Import one file and print seconds of processor, megabytes of memory on top of the start, nodes of the graph."""
    from siting.territory.osm_file import read_osm_roads

    at_start_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    clock = time.process_time()
    roads = read_osm_roads(path, about={})
    cpu_s = time.process_time() - clock
    more_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 - at_start_mb
    print(f"{cpu_s:.2f} {more_mb:.0f} {len(roads.node_x)}")


def main() -> None:
    """Write the extracts, import each in a process of its own, and print a table and the extrapolation."""
    rows = []
    print(f"load {os.getloadavg()[0]:.1f}, {os.cpu_count()} processors")
    with tempfile.TemporaryDirectory() as folder:
        for n_streets in STREETS:
            path = Path(folder) / f"{n_streets}.osm.pbf"
            write_extract(path, n_streets)
            command = [sys.executable, "-m", "benchmarks.road_import", str(path)]
            cpu_s, more_mb, n_graph = map(
                float, subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
            )
            n_nodes = n_streets * (ROAD_NODES + BUILDING_NODES)
            rows.append((n_nodes, cpu_s, more_mb))
            n_road_nodes, size_mb = n_streets * ROAD_NODES, path.stat().st_size / 1e6
            print(
                f"{size_mb:6.1f} MB, {n_nodes / 1e6:4.1f} M nodes ({n_road_nodes / 1e6:.1f} M of roads, "
                f"{n_graph / 1e6:.2f} M in the graph): {cpu_s:5.1f} s of processor, {more_mb:5.0f} MB more"
            )
    (few, few_s, few_mb), (many, many_s, many_mb) = rows
    a_node_s, a_node_mb = (many_s - few_s) / (many - few), (many_mb - few_mb) / (many - few)
    print(
        f"by extrapolation, not measured: {REGION_MB} MB, {REGION_NODES / 1e6:.0f} M nodes: "
        f"{(many_s + a_node_s * (REGION_NODES - many)) / 60:.1f} minutes, "
        f"{(many_mb + a_node_mb * (REGION_NODES - many)) / 1000:.1f} GB"
    )


if __name__ == "__main__":
    measure(Path(sys.argv[1])) if len(sys.argv) > 1 else main()
