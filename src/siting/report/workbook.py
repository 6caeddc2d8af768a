"""tables.xlsx: the houses and the areas for people who work in a spreadsheet, one sheet per table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from siting.report.findings import Findings
from siting.report.page_data import area_columns, areas, existing_sites, houses
from siting.report.sentences import standard, texts_of

_FIXED_DATE = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)
"""Written where Excel wants a date of creation, so that the same run gives the same bytes."""
HOUSE_HEADS = {
    "name": "house", "commune": "commune", "kind": "kind", "added": "persons_added", "within": "persons_within",
    "lost": "persons_only_it", "capacity": "consultations_capacity", "given": "consultations_given",
}  # fmt: skip
EXISTING_HEADS = {"name": "existing_site", "commune": "commune", "option": "decision"} | {
    key: HOUSE_HEADS[key] for key in ("within", "lost", "capacity", "given")
}
AREA_HEADS = {
    "code": "area_code", "name": "area_name", "persons": "persons", "minutes_mean_before": "minutes_before",
    "minutes_mean_after": "minutes_after", "gained": "persons_gained",
}  # fmt: skip


def write_tables_xlsx(findings: Findings, folder: Path) -> None:
    """Write ``tables.xlsx``. Texts are cells of text: none is read as a formula, no code loses its zero."""
    texts = texts_of(findings)
    opened = houses(findings)
    opened["kind"] = [texts(f"kind_{kind}") for kind in opened["kind"]]
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(folder / "tables.xlsx"), options) as book:
        book.set_properties({"created": _FIXED_DATE, "title": findings.scenario.title})
        _write_sheet(book, texts("sheet_houses"), opened, _heads(findings, HOUSE_HEADS, opened))
        existing = existing_sites(findings)
        if "option" in existing or "capacity" in existing:
            _write_sheet(book, texts("sheet_existing"), existing, _heads(findings, EXISTING_HEADS, existing))
        heads = {key: _head(findings, AREA_HEADS.get(key, key)) for key in ("code", "name", *area_columns(findings))}
        for level, columns in areas(findings).items():
            _write_sheet(book, texts(f"level_{level}"), columns, heads)


def _heads(findings: Findings, heads: Mapping[str, str], columns: Mapping[str, Any]) -> dict[str, str]:
    """The heads of the columns that there are."""
    return {key: _head(findings, head) for key, head in heads.items() if key in columns}


def _head(findings: Findings, key: str) -> str:
    return texts_of(findings)(key, standard=standard(findings))


def _write_sheet(
    book: xlsxwriter.Workbook, name: str, columns: Mapping[str, Sequence[Any]], heads: Mapping[str, str]
) -> None:
    """A sheet of the columns that ``heads`` names, its first row fixed and filterable."""
    sheet = book.add_worksheet(name)
    formats = {True: book.add_format({"num_format": "#,##0.0"}), False: book.add_format({"num_format": "#,##0"})}
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(heads) - 1, 17)
    for place, head in enumerate(heads.values()):
        sheet.write_string(0, place, head, bold)
    n_rows = len(columns[next(iter(heads))])
    for row in range(n_rows):
        for place, key in enumerate(heads):
            value = columns[key][row]
            if isinstance(value, str):
                sheet.write_string(row + 1, place, value)
            elif value is not None:
                sheet.write_number(row + 1, place, value, formats[key.startswith("minutes")])
    sheet.autofilter(0, 0, max(n_rows, 1), len(heads) - 1)
