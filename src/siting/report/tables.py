"""sites.csv and communes.csv: the tables that people open in a spreadsheet.

The dialect, for machines: UTF-8 with a byte-order mark, ``;`` between cells, decimal comma, lines ended by
``\\n``, an empty cell where there is no figure (``pandas.read_csv(path, sep=";", decimal=",", dtype=…)``).
It is what a French spreadsheet opens by a double click; with a decimal point it would read 12.05 as the
twelfth of May, without the mark it would misread the accents. Codes are text: import them as text, a
double click drops the zero of ``01004``. A text that a spreadsheet would take for a formula starts with ``'``.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from siting.report.areas import area_figures
from siting.report.figures import DECISIONS
from siting.report.filling import filling_columns, waiting_column
from siting.report.findings import Findings, Measured
from siting.territory.transforming import transformer
from siting.territory.values import SITE_DETAILS

TEXT_COLUMNS = (
    "id", "name", "kind", "decision", "option", "done_by", "opening_quarter", "commune", "commune_name", "departement",
    "code", "epci", "epci_name", "premises", "category", "may_be",
)  # fmt: skip
"""Columns of ``sites.csv`` and ``communes.csv`` that hold codes and names."""
SITE_DECIMALS = (
    {"x_m": 1, "y_m": 1, "lon": 6, "lat": 6}
    | {"cost_eur": 2, "capacity_per_year": 1, "lead_time_quarters": 1}
    | {"option_eur": 2, **{f"consultations_{name}": 1 for name in ("capacity", "given", "turned_away")}}
    | dict.fromkeys(("persons_within_standard", "persons_only_it_covers", "persons_newly_covered", "persons_added"), 1)
)


def site_table(findings: Findings) -> pd.DataFrame:
    """Every existing site and every candidate, one row each in the order of ids.

    Columns: ``id, name, kind, decision`` (of `DECISIONS`), ``option, option_eur`` where sites had a choice (keep,
    upgrade, close, or the kind of house opened) and ``done_by`` where the plan has phases, ``opening_quarter`` where
    quarters were simulated (``2027-Q4``; empty for what does not open), ``commune, commune_name, departement, x_m,
    y_m`` (the grid's CRS), ``lon, lat`` (degrees, EPSG:4326), the persons of `SiteFigures`, of an opened house its
    ``opening_rank`` (1: the one that adds most people) and ``persons_added`` to those before it, of an open site the
    ``consultations_…`` of `filling_columns` where there are capacities, and what of `SITE_DETAILS` a planner's file
    gives.
    """
    sites, communes = findings.territory.sites, findings.territory.communes
    figures = findings.site_figures
    opening = opening_of_sites(findings)
    to_degrees = transformer(findings.territory.grid.crs, "EPSG:4326")
    lon, lat = to_degrees.transform(sites.x_m, sites.y_m)
    rank = pd.array([pd.NA] * len(sites), dtype="Int32")
    rank[figures.opened] = np.arange(1, len(figures.opened) + 1, dtype=np.int32)
    added = np.full(len(sites), np.nan)
    added[figures.opened] = figures.persons_added
    return pd.DataFrame(
        {
            "id": sites.id,
            "name": sites.name,
            "kind": sites.kind,
            "decision": np.array(DECISIONS)[figures.decision],
            **_option_columns(findings),
            **({} if opening is None else {"opening_quarter": opening}),
            "commune": _of_commune(communes.code, sites.commune),
            "commune_name": _of_commune(communes.name, sites.commune),
            "departement": _of_commune(communes.departement, sites.commune),
            "in_study_area": sites.in_study_area.astype(np.int64),
            "x_m": sites.x_m,
            "y_m": sites.y_m,
            "lon": np.asarray(lon, dtype=np.float64),
            "lat": np.asarray(lat, dtype=np.float64),
            "persons_within_standard": figures.persons_within_standard,
            "persons_only_it_covers": figures.persons_only_it_covers,
            "persons_newly_covered": figures.persons_newly_covered,
            "opening_rank": rank,
            "persons_added": added,
            **filling_columns(findings),
            **{name: getattr(sites, name) for name in SITE_DETAILS if getattr(sites, name) is not None},
        }
    )


def commune_table(measured: Measured) -> pd.DataFrame:
    """The communes of the study area, one row each in the order of codes.

    Columns: ``code, name, departement, epci, epci_name`` (empty for none), ``municipal_persons`` (official),
    ``persons`` (of the census cells that are served), and at each moment: minutes to the nearest open site (mean
    weighted by persons, and the worst inhabited cell; of those from whom a way leads to one), persons covered,
    persons from whom no way leads.
    """
    communes = measured.territory.communes
    table = pd.DataFrame(
        {
            "code": communes.code,
            "name": communes.name,
            "departement": communes.departement,
            "epci": communes.epci,
            "epci_name": communes.epci_name,
            "municipal_persons": communes.persons,
            **area_figures(measured, measured.territory.demand.commune, len(communes)),
        }
    )
    return table[communes.in_study_area].reset_index(drop=True)


def _option_columns(findings: Findings) -> dict[str, Any]:
    decisions = findings.plan.decisions
    if decisions is None:
        return {}
    columns = {"option": decisions.option, "option_eur": np.where(decisions.option == "", np.nan, decisions.cost)}
    phases = findings.scenario.phases
    if phases is not None:
        columns["done_by"] = done_by(findings)
    return columns


def done_by(findings: Findings) -> NDArray[np.str_]:
    """The last quarter of the phase in which each site changes, ``""`` where it does not; of a plan with phases."""
    phases, decisions = findings.scenario.phases, findings.plan.decisions
    assert phases is not None and decisions is not None
    return np.array([*phases.until, ""])[decisions.phase]


def write_sites_csv(findings: Findings, folder: Path) -> None:
    """Write `site_table` as ``sites.csv``."""
    write_csv(site_table(findings), folder / "sites.csv", decimals=SITE_DECIMALS)


def write_communes_csv(findings: Findings, folder: Path) -> None:
    """Write `commune_table` as ``communes.csv``, with whom no candidate covers, and whom a site outside serves."""
    table, demand = commune_table(findings), findings.territory.demand
    communes = findings.territory.communes
    uncoverable = np.bincount(demand.commune, demand.persons * (findings.reason != 0), len(communes))
    place = table.columns.get_loc("persons_no_way_before")
    table.insert(place, "persons_uncoverable", uncoverable[communes.in_study_area])
    for when, who in findings.from_outside.items():
        served = np.bincount(demand.commune, demand.persons * who, len(communes))
        table[f"persons_served_outside_{when}"] = served[communes.in_study_area]
    for name, waiting in waiting_column(findings).items():
        table[name] = waiting[communes.in_study_area]
    write_csv(table, folder / "communes.csv", decimals=area_decimals(table.columns))


def area_decimals(columns: Iterable[str]) -> dict[str, int]:
    """Decimals of the figures of areas, by column: hundredths of minutes, tenths of persons and consultations."""
    decimals = {"minutes": 2, "persons": 1, "consultations": 1}
    return {name: decimals[name.split("_")[0]] for name in columns if name.split("_")[0] in decimals}


POPULATION_DECIMALS = dict.fromkeys(("persons_in", "persons_on_grid", "persons_served"), 1)


def write_population_csv(findings: Findings, folder: Path) -> None:
    """Write where the people of a planner's file went, by département: ``population_report.csv``; nothing without one.

    The row without département counts people at sea, abroad or in no known commune.
    """
    report = findings.territory.population_report
    if report is None:
        return
    table = pd.DataFrame(
        {
            "departement": report.departement,
            "persons_in": report.persons_in,
            "persons_on_grid": report.persons_on_grid,
            "persons_served": report.persons_served,
            "municipal_persons": report.municipal_persons.astype(np.int64),
        }
    )
    write_csv(table, folder / "population_report.csv", decimals=POPULATION_DECIMALS)


def write_csv(table: pd.DataFrame, path: Path, *, decimals: Mapping[str, int]) -> None:
    """Write a table in the dialect of this module; ``decimals`` names every column that is not whole or text."""
    columns = [_cells(table[name], decimals.get(name)) for name in table.columns]
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream, delimiter=";", lineterminator="\n")
        writer.writerow(table.columns)
        writer.writerows(zip(*columns, strict=True))


def read_csv(path: Path) -> pd.DataFrame:
    """Read a table that `write_csv` wrote: figures as numbers, every other column as text, "" where empty."""
    head = pd.read_csv(path, sep=";", nrows=0, encoding="utf-8-sig").columns
    text = [name for name in TEXT_COLUMNS if name in head]
    table = pd.read_csv(path, sep=";", decimal=",", dtype=dict.fromkeys(text, str), encoding="utf-8-sig")
    return table.assign(**{name: table[name].fillna("") for name in text})


def _cells(column: pd.Series[Any], decimals: int | None) -> Iterable[str]:
    if decimals is not None:
        return [_number(value, decimals) for value in column.tolist()]
    return [
        "" if value is pd.NA else str(value) if isinstance(value, int) else neutral(value) for value in column.tolist()
    ]


def _number(value: float, decimals: int) -> str:
    """At most ``decimals`` decimals after a comma, no zeros at the end; nothing for NaN."""
    if not np.isfinite(value):
        return ""
    text = f"{value:.{decimals}f}"
    text = text.rstrip("0").rstrip(".").replace(".", ",") if decimals else text
    return "0" if text == "-0" else text


def neutral(text: str) -> str:
    """The text on one line, with an apostrophe before it where a spreadsheet would take it for a formula."""
    line = " ".join(text.split())
    return f"'{line}" if line.startswith(("=", "+", "-", "@")) else line


def opening_of_sites(findings: Findings) -> NDArray[np.str_] | None:
    """``"2027-Q4"`` where the plan opens a site, else ``""``, shape (n_sites,); None where no quarter was simulated."""
    if findings.forecast is None:
        return None
    opens = np.full(len(findings.territory.sites), "", dtype="U7")
    opens[findings.plan.opened] = findings.forecast.opening_of_houses()
    return opens


def _of_commune(values: NDArray[np.str_], row: NDArray[np.int32]) -> NDArray[np.str_]:
    """``values[row]``, empty abroad (row -1)."""
    return np.where(row >= 0, values[row], "")
