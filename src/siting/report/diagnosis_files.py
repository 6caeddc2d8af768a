"""What a diagnosis writes: the page, and a table by commune, EPCI, département and age group."""

from __future__ import annotations

from pathlib import Path

from siting.report.areas import age_table, departement_table, epci_table
from siting.report.diagnosis import Diagnosis
from siting.report.page import render_diagnosis_page
from siting.report.run_folder import writing
from siting.report.tables import area_decimals, commune_table, write_csv


def write_diagnosis(diagnosis: Diagnosis, folder: Path) -> None:
    """Write ``report.html, communes.csv, epcis.csv, departements.csv, ages.csv`` into an existing folder."""
    tables = {
        "communes": commune_table(diagnosis),
        "epcis": epci_table(diagnosis),
        "departements": departement_table(diagnosis),
        "ages": age_table(diagnosis),
    }
    with writing(folder):
        for name, table in tables.items():
            write_csv(table, folder / f"{name}.csv", decimals=area_decimals(table.columns))
        (folder / "report.html").write_text(render_diagnosis_page(diagnosis), encoding="utf-8", newline="\n")
