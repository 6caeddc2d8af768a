"""datapackage.json: what each table of a run folder holds, for machines (Frictionless Data Package)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd

from siting.report.findings import Findings
from siting.report.tables import POPULATION_DECIMALS, SITE_DECIMALS, TEXT_COLUMNS, area_decimals, read_csv

_PLAIN = {
    "cells.parquet": "application/vnd.apache.parquet",
    "consultations.parquet": "application/vnd.apache.parquet",
    "sites.gpkg": "application/geopackage+sqlite3",
    "travel_time_before.tif": "image/tiff; application=geotiff; profile=cloud-optimized",
    "travel_time_after.tif": "image/tiff; application=geotiff; profile=cloud-optimized",
    "tables.xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def write_datapackage_json(findings: Findings, folder: Path) -> None:
    """Write the descriptor of the tables and layers that ``folder`` already holds."""
    scenario = findings.scenario
    has_report = findings.territory.population_report is not None
    package = {
        "name": scenario.scenario,
        "title": scenario.title,
        "sources": [{"title": source} for source in findings.territory.sources],
        "resources": [
            _csv(folder, "sites", SITE_DECIMALS, key="id"),
            _csv(folder, "communes", area_decimals(read_csv(folder / "communes.csv").columns), key="code"),
            *([_csv(folder, "population_report", POPULATION_DECIMALS, key="departement")] if has_report else []),
            *(_file(name, media) for name, media in _PLAIN.items() if (folder / name).exists()),
        ],
    }
    text = json.dumps(package, ensure_ascii=False, indent=2)
    (folder / "datapackage.json").write_text(text + "\n", encoding="utf-8", newline="\n")


def _csv(folder: Path, name: str, decimals: dict[str, int], *, key: str) -> dict[str, Any]:
    table = read_csv(folder / f"{name}.csv")
    return {
        "name": name,
        "path": f"{name}.csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "dialect": {"delimiter": ";"},
        "schema": {
            "fields": [_field(column, decimals, table) for column in table.columns],
            "missingValues": [""],
            "primaryKey": key,
        },
    }


def _field(column: str, decimals: dict[str, int], table: pd.DataFrame) -> dict[str, Any]:
    if column in decimals:
        return {"name": column, "type": "number", "decimalChar": ","}
    is_text = column in TEXT_COLUMNS or not pd.api.types.is_numeric_dtype(table[column])
    return {"name": column, "type": "string" if is_text else "integer"}


def _file(path: str, media: str) -> dict[str, Any]:
    return {"name": path.replace(".", "-").replace("_", "-"), "path": path, "mediatype": media}
