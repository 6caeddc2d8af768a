"""What the scripts of the page read: layers, sites, areas and texts, as one JSON block."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from siting.report.areas import departement_table, epci_table
from siting.report.findings import Findings
from siting.report.images import Overlay, beyond_overlay, minutes_overlay, population_overlay
from siting.report.sentences import standard, texts_of
from siting.report.tables import commune_table
from siting.territory.embedded import read_departement_outlines

AREA_COLUMNS = {
    "persons": 0,
    "minutes_mean_before": 1,
    "minutes_mean_after": 1,
    "minutes_max_after": 1,
    "beyond_before": 0,
    "beyond_after": 0,
    "gained": 0,
}
"""Figures of an area as the page shows them, and how many decimals."""
SCRIPT_TEXTS = (
    "map_existing", "map_opened", "rank", "commune", "kind", "persons_added", "persons_within", "persons_only_it",
    "persons", "minutes_before", "minutes_after", "persons_beyond", "search_none", "show_more", "rows_shown",
    "download_csv", "sort_by", "level_commune", "level_epci", "level_departement", "without_epci", "area_name",
    "area_code", "minutes_worst_after", "beyond_before", "beyond_after", "persons_gained", "show_on_map",
    "zoom_in", "zoom_out", "close",
)  # fmt: skip


def page_data(findings: Findings) -> dict[str, Any]:
    """Every value is text, a number, or a list of them; coordinates are metres from the grid's south-west corner."""
    texts, grid = texts_of(findings), findings.territory.grid
    return {
        "language": {"fr": "fr-FR", "en": "en-GB"}[texts.language],
        "size": [grid.n_columns * grid.cell_size_m, grid.n_rows * grid.cell_size_m],
        "view": _view(findings),
        "layers": {name: overlay.href for name, overlay in overlays(findings).items()},
        "outlines": _outlines(findings),
        "houses": _houses(findings),
        "existing": _existing(findings),
        "areas": {
            "commune": _communes(findings),
            "epci": _area(epci_table(findings)),
            "departement": _area(departement_table(findings)),
        },
        "decimals": AREA_COLUMNS,
        "texts": {key: texts(key, standard=standard(findings)) for key in SCRIPT_TEXTS},
        "kinds": {kind: texts(f"kind_{kind}") for kind in ("practice", "label", "create")},
    }


def overlays(findings: Findings) -> dict[str, Overlay]:
    """The pictures of the map, by layer."""
    return {
        "before": minutes_overlay(findings, findings.before_everywhere),
        "after": minutes_overlay(findings, findings.after_everywhere),
        "population": population_overlay(findings),
        "beyond_before": beyond_overlay(findings, findings.before),
        "beyond_after": beyond_overlay(findings, findings.after),
    }


def _view(findings: Findings) -> list[float]:
    """West, south, east, north of the study area."""
    grid = findings.territory.grid
    row, column = np.nonzero(findings.territory.in_study_area)
    corners = (column.min(), grid.n_rows - 1 - row.max(), column.max() + 1, grid.n_rows - row.min())
    return [float(corner * grid.cell_size_m) for corner in corners]


def _outlines(findings: Findings) -> list[list[int]]:
    """Rings of the départements that the grid shows, as x, y, x, y…; bends smaller than a cell are left out."""
    grid = findings.territory.grid
    west, south, east, north = grid.bounds_m
    shapes = read_departement_outlines().to_crs(grid.crs).geometry
    lines = shapes.cx[west:east, south:north].simplify(grid.cell_size_m / 2).boundary.explode()
    return [np.round(np.asarray(line.coords)[:, :2] - (west, south)).astype(int).ravel().tolist() for line in lines]


def _at(findings: Findings, x_m: NDArray[np.float64], y_m: NDArray[np.float64]) -> dict[str, list[int]]:
    west, south, _, _ = findings.territory.grid.bounds_m
    return {"x": _whole(x_m - west), "y": _whole(y_m - south)}


def _houses(findings: Findings) -> dict[str, list[Any]]:
    """The opened houses in order of gain, by column."""
    sites, figures = findings.territory.sites, findings.site_figures
    opened = figures.opened
    return {
        "id": sites.id[opened].tolist(),
        "name": sites.name[opened].tolist(),
        "commune": _commune_names(findings, opened),
        "kind": sites.kind[opened].tolist(),
        **_at(findings, sites.x_m[opened], sites.y_m[opened]),
        "added": _whole(figures.persons_added),
        "within": _whole(figures.persons_within_standard[opened]),
        "lost": _whole(figures.persons_only_it_covers[opened]),
    }


def _existing(findings: Findings) -> dict[str, list[Any]]:
    sites, figures = findings.territory.sites, findings.site_figures
    existing = np.flatnonzero(sites.is_existing)
    return {
        "name": sites.name[existing].tolist(),
        "commune": _commune_names(findings, existing),
        "kind": sites.kind[existing].tolist(),
        **_at(findings, sites.x_m[existing], sites.y_m[existing]),
        "within": _whole(figures.persons_within_standard[existing]),
        "lost": _whole(figures.persons_only_it_covers[existing]),
    }


def _commune_names(findings: Findings, site: NDArray[np.integer]) -> list[str]:
    """``Ajaccio (2A004)`` of the commune where each site stands; empty abroad."""
    communes, row = findings.territory.communes, findings.territory.sites.commune[site]
    return [f"{communes.name[r]} ({communes.code[r]})" if r >= 0 else "" for r in row]


def _communes(findings: Findings) -> dict[str, list[Any]]:
    communes = findings.territory.communes
    inside = communes.in_study_area
    return _area(commune_table(findings)) | _at(findings, communes.x_m[inside], communes.y_m[inside])


def _area(table: pd.DataFrame) -> dict[str, list[Any]]:
    """Code, name and `AREA_COLUMNS`, by column; None where there is no figure."""
    beyond = {when: table["persons"] - table[f"persons_covered_{when}"] for when in ("before", "after")}
    table = table.assign(
        beyond_before=beyond["before"], beyond_after=beyond["after"], gained=beyond["before"] - beyond["after"]
    )
    figures = {name: _rounded(table[name].to_numpy(np.float64), n) for name, n in AREA_COLUMNS.items()}
    return {"code": table["code"].tolist(), "name": table["name"].tolist(), **figures}


def _rounded(values: NDArray[np.float64], decimals: int) -> list[float | int | None]:
    """Persons to the nearest; minutes up to the next tenth, so that 30.02 is not said to be 30.0."""
    if not decimals:
        return _whole(values)  # type: ignore[return-value]
    up = np.ceil(values * 10 - 1e-6) / 10
    return [float(value) if np.isfinite(value) else None for value in up]


def _whole(values: NDArray[np.float64]) -> list[int]:
    return [round(value) for value in values.tolist()]
