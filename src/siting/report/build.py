"""build_report: every file of a run folder but its manifest."""

from __future__ import annotations

from pathlib import Path

from siting.report.findings import Findings
from siting.report.run_folder import writing


def build_report(findings: Findings, folder: Path) -> None:
    """Write what a run found into an existing folder; `RunFolder.finish` then adds the manifest.

    Raises
    ------
    RunFolderError
        A file cannot be written.
    """
    # Here, and not above: they bring matplotlib, geopandas and rasterio, 1.6 s that a check does not need.
    from siting.report import documents, filling, layers, map, package, page, qgis, tables, workbook

    with writing(folder):
        documents.write_summary_json(findings, folder)
        documents.write_certificate_json(findings, folder)
        documents.write_multipliers_npz(findings, folder)
        documents.write_scenario_yaml(findings, folder)
        documents.write_roads_npz(findings, folder)
        tables.write_sites_csv(findings, folder)
        tables.write_communes_csv(findings, folder)
        tables.write_population_csv(findings, folder)
        layers.write_sites_gpkg(findings, folder)
        layers.write_cells_parquet(findings, folder)
        filling.write_consultations_parquet(findings, folder)
        layers.write_travel_time_before_tif(findings, folder)
        layers.write_travel_time_after_tif(findings, folder)
        qgis.write_travel_time_qml(findings, folder)
        map.write_maps(findings, folder)
        workbook.write_tables_xlsx(findings, folder)
        package.write_datapackage_json(findings, folder)
        page.write_report_html(findings, folder)
