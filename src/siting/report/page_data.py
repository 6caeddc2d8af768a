"""What the scripts of the page read: layers, sites, areas and texts, as one JSON block."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from siting.report.areas import departement_table, epci_table
from siting.report.decisions import kind_of_houses
from siting.report.findings import Findings, Measured
from siting.report.images import beyond_overlay, minutes_overlay, population_overlay
from siting.report.sentences import standard, texts_of
from siting.report.tables import commune_table
from siting.territory.embedded import read_departement_outlines
from siting.territory.values import SITE_KINDS

AREA_COLUMNS = {
    "before": {"persons": 0, "minutes_mean_before": 1, "minutes_max_before": 1, "beyond_before": 0},
    "after": {"minutes_mean_after": 1, "minutes_max_after": 1, "beyond_after": 0, "gained": 0},
}
"""Figures of an area as the page shows them at each moment, and how many decimals."""
NO_HOUSES: dict[str, list[Any]] = {"name": [], "x": [], "y": []}
SCRIPT_TEXTS = (
    "map_existing", "map_opened", "rank", "commune", "kind", "persons_added", "persons_within", "persons_only_it",
    "persons", "minutes_before", "minutes_after", "search_none", "show_more", "rows_shown",
    "download_csv", "sort_by", "level_commune", "level_epci", "level_departement", "without_epci", "area_name",
    "area_code", "minutes_max_before", "minutes_max_after", "beyond_before", "beyond_after", "persons_gained",
    "show_on_map", "zoom_in", "zoom_out", "close", "decision", "consultations_capacity", "consultations_given",
)  # fmt: skip


def page_data(findings: Measured) -> dict[str, Any]:
    """Every value is text, a number, or a list of them; coordinates are metres from the grid's south-west corner."""
    texts, grid = texts_of(findings), findings.territory.grid
    return {
        "language": {"fr": "fr-FR", "en": "en-GB"}[texts.language],
        "size": [grid.n_columns * grid.cell_size_m, grid.n_rows * grid.cell_size_m],
        "view": _view(findings),
        "layers": overlays(findings),
        "outlines": _outlines(findings),
        "houses": houses(findings) if isinstance(findings, Findings) else NO_HOUSES,
        "existing": existing_sites(findings),
        "areas": areas(findings),
        "decimals": area_columns(findings),
        "texts": {key: texts(key, standard=standard(findings)) for key in SCRIPT_TEXTS},
        "kinds": {kind: texts(f"kind_{kind}") for kind in ("practice", *SITE_KINDS)},
    }


def overlays(measured: Measured) -> dict[str, str]:
    """The pictures of the map as data URIs, by layer."""
    everywhere = {when: minutes_overlay(measured, near) for when, near in measured.moments_everywhere.items()}
    beyond = {f"beyond_{when}": beyond_overlay(measured, near) for when, near in measured.moments.items()} | {
        f"beyond_{mode.name}_{when}": beyond_overlay(measured, near)
        for mode in measured.modes
        for when, near in mode.moments.items()
    }
    return everywhere | {"population": population_overlay(measured)} | beyond


def areas(measured: Measured) -> dict[str, dict[str, list[Any]]]:
    """By level: code, name and the figures of `area_columns` of each area, by column; None where there is no figure."""
    return {
        "commune": _communes(measured),
        "epci": _area(measured, epci_table(measured)),
        "departement": _area(measured, departement_table(measured)),
    }


def area_columns(measured: Measured) -> dict[str, int]:
    """The figures of an area at the moments measured, and how many decimals each has."""
    return {name: decimals for when in measured.moments for name, decimals in AREA_COLUMNS[when].items()}


def _view(findings: Measured) -> list[float]:
    """West, south, east, north of the study area."""
    grid = findings.territory.grid
    row, column = np.nonzero(findings.territory.in_study_area)
    corners = (column.min(), grid.n_rows - 1 - row.max(), column.max() + 1, grid.n_rows - row.min())
    return [float(corner * grid.cell_size_m) for corner in corners]


def _outlines(findings: Measured) -> list[list[int]]:
    """Rings of the départements that the grid shows, as x, y, x, y…; bends smaller than a cell are left out."""
    grid = findings.territory.grid
    west, south, east, north = grid.bounds_m
    shapes = read_departement_outlines(grid.crs).geometry
    lines = shapes.cx[west:east, south:north].simplify(grid.cell_size_m / 2).boundary.explode()
    return [np.round(np.asarray(line.coords)[:, :2] - (west, south)).astype(int).ravel().tolist() for line in lines]


def _at(findings: Measured, x_m: NDArray[np.float64], y_m: NDArray[np.float64]) -> dict[str, list[int]]:
    west, south, _, _ = findings.territory.grid.bounds_m
    return {"x": _whole(x_m - west), "y": _whole(y_m - south)}


def houses(findings: Findings) -> dict[str, list[Any]]:
    """The opened houses in order of gain, by column."""
    sites, figures = findings.territory.sites, findings.site_figures
    opened = figures.opened
    return {
        "id": sites.id[opened].tolist(),
        "name": sites.name[opened].tolist(),
        "commune": _commune_names(findings, opened),
        "kind": kind_of_houses(findings)[opened].tolist(),
        **_at(findings, sites.x_m[opened], sites.y_m[opened]),
        "added": _whole(figures.persons_added),
        "within": _whole(figures.persons_within_standard[opened]),
        "lost": _whole(figures.persons_only_it_covers[opened]),
        **_filled(findings, opened),
    }


def existing_sites(measured: Measured) -> dict[str, list[Any]]:
    """The existing sites by column; with a plan, whom each serves."""
    sites = measured.territory.sites
    existing = np.flatnonzero(sites.is_existing)
    columns: dict[str, list[Any]] = {
        "name": sites.name[existing].tolist(),
        "commune": _commune_names(measured, existing),
        "kind": sites.kind[existing].tolist(),
        **_at(measured, sites.x_m[existing], sites.y_m[existing]),
    }
    if isinstance(measured, Findings):
        columns["within"] = _whole(measured.site_figures.persons_within_standard[existing])
        columns["lost"] = _whole(measured.site_figures.persons_only_it_covers[existing])
        columns |= existing_decisions(measured, existing) | _filled(measured, existing)
    return columns


def existing_decisions(findings: Findings, existing: NDArray[np.intp]) -> dict[str, list[Any]]:
    """What the plan does with existing sites, in words, and which close; nothing where all stay."""
    decisions = findings.plan.decisions
    if decisions is None:
        return {}
    texts, option = texts_of(findings), decisions.option[existing].tolist()
    return {"option": [texts(f"option_{one}") for one in option], "closed": [one == "close" for one in option]}


def _filled(findings: Findings, site: NDArray[np.integer]) -> dict[str, list[Any]]:
    """Consultations that sites can give and give with the plan; nothing without capacities."""
    if not findings.fillings:
        return {}
    filling = findings.fillings["after"]
    return {"capacity": _whole(filling.capacity[site]), "given": _whole(filling.load[site])}


def _commune_names(findings: Measured, site: NDArray[np.integer]) -> list[str]:
    """``Ajaccio (2A004)`` of the commune where each site stands; empty abroad."""
    communes, row = findings.territory.communes, findings.territory.sites.commune[site]
    return [f"{communes.name[r]} ({communes.code[r]})" if r >= 0 else "" for r in row]


def _communes(findings: Measured) -> dict[str, list[Any]]:
    communes = findings.territory.communes
    inside = communes.in_study_area
    return _area(findings, commune_table(findings)) | _at(findings, communes.x_m[inside], communes.y_m[inside])


def _area(measured: Measured, table: pd.DataFrame) -> dict[str, list[Any]]:
    """Code, name and the figures of `AREA_COLUMNS`, by column; None where there is no figure."""
    beyond = {f"beyond_{when}": table["persons"] - table[f"persons_covered_{when}"] for when in measured.moments}
    table = table.assign(**beyond)
    if "after" in measured.moments:
        table = table.assign(gained=table["beyond_before"] - table["beyond_after"])
    figures = {name: _rounded(table[name].to_numpy(np.float64), n) for name, n in area_columns(measured).items()}
    return {"code": table["code"].tolist(), "name": table["name"].tolist(), **figures}


def _rounded(values: NDArray[np.float64], decimals: int) -> list[float | int | None]:
    """Persons to the nearest; minutes up to the next tenth, so that 30.02 is not said to be 30.0."""
    if not decimals:
        return _whole(values)  # type: ignore[return-value]
    up = np.ceil(values * 10 - 1e-6) / 10
    return [float(value) if np.isfinite(value) else None for value in up]


def _whole(values: NDArray[np.float64]) -> list[int]:
    return [round(value) for value in values.tolist()]
