"""What people read of a comparison: terminal lines, ``compare.html`` and CSV tables that say the same."""

from __future__ import annotations

import json
import math
import textwrap
from collections.abc import Sequence
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd

from siting.report.comparison import Comparison
from siting.report.page_table import PageTable
from siting.report.rendering import read_template, render_template
from siting.report.tables import write_csv
from siting.report.terminal import WIDTH
from siting.report.texts import Texts

COMMUNES_SHOWN = 15
NAMES_SHOWN = 12
ROWS_IN_TERMINAL = 12
LONGEST_SETTING = 120
"""Characters of a setting in a terminal: a whole block has a thousand, and the page has it."""
LONGEST_HEAD = 30
SCRIPT_TEXTS = ("download_csv", "sort_by")


def render_comparison(comparison: Comparison) -> str:
    """The comparison as lines of a terminal, in the language of the first run."""
    texts = _texts(comparison)
    settings = [f"{key}{texts.colon}{_cut(one)} → {_cut(other)}" for key, one, other in setting_table(comparison).rows]
    tables = [figure_table(comparison), movement_table(comparison)]
    tables += [commune_rows(comparison, "gained"), commune_rows(comparison, "lost")]
    parts = [
        _filled(answer(comparison)),
        _filled(scope(comparison)),
        _block(texts("compare_settings"), settings or [texts("compare_none")]),
        *(_block(table.caption, _lines(table)) for table in tables if table.rows),
        "",
        *map(_filled, site_lines(comparison)),
    ]
    return "\n".join(parts)


def write_comparisons(comparisons: Sequence[Comparison], folder: Path) -> None:
    """Write ``compare.html`` and ``settings, figures, movements, communes, sites`` as CSV into an existing folder.

    Each comparison is of the first run with another; the CSV say which in their columns ``one, other``.
    """
    (folder / "compare.html").write_text(render_comparison_page(comparisons), encoding="utf-8", newline="\n")
    named = {
        "settings": [_as_table(c.settings, "setting") for c in comparisons],
        "figures": [_as_table(c.figures, "figure") for c in comparisons],
        "movements": [c.movements for c in comparisons],
        "communes": [c.communes for c in comparisons],
        "sites": [c.sites for c in comparisons],
    }
    for name, tables in named.items():
        labelled = [_labelled(table, c) for table, c in zip(tables, comparisons, strict=True)]
        whole = pd.concat(labelled, ignore_index=True)
        decimals = {column: 2 if column.startswith("minutes") else 1 for column in whole.select_dtypes("float").columns}
        write_csv(whole, folder / f"{name}.csv", decimals=decimals)


def render_comparison_page(comparisons: Sequence[Comparison]) -> str:
    """``compare.html``: a section for each comparison with the first run."""
    texts = _texts(comparisons[0])
    parts = [
        {"answer": answer(c), "scope": scope(c), "tables": _numbered(_tables(c), rank)}
        for rank, c in enumerate(comparisons, start=1)
    ]
    return render_template(
        "compare.html.j2",
        scripts=[read_template(name) for name in ("page.js", "tables.js")],
        styles=[read_template("page.css")],
        data={
            "language": {"fr": "fr-FR", "en": "en-GB"}[texts.language],
            "texts": {key: texts(key) for key in SCRIPT_TEXTS},
        },
        t=partial(texts),
        language=texts.language,
        title=texts("compare_title", one=comparisons[0].one.folder.name),
        parts=parts,
        version=version("siting"),
    )


def answer(comparison: Comparison) -> str:
    """Who gains and who loses, in a sentence."""
    texts, everyone = _texts(comparison), comparison.movements.iloc[0]
    return texts(
        "compare_answer",
        one=comparison.one.folder.name,
        other=comparison.other.folder.name,
        gained=texts.count("compare_come", everyone["gained"]),
        lost=texts.count("compare_leave", everyone["lost"]),
        standard=texts.number.short(comparison.standard_min),
    )


def scope(comparison: Comparison) -> str:
    """Whom the comparison counts, and by which standard."""
    texts = _texts(comparison)
    return texts(
        "compare_scope",
        persons=texts.number.whole(comparison.movements.iloc[0]["persons"]),
        standard=texts.number.short(comparison.standard_min),
        one=comparison.one.folder.name,
    )


def setting_table(comparison: Comparison) -> PageTable:
    """Where the scenarios differ, by their YAML keys."""
    rows = [(key, _value(one), _value(other)) for key, one, other in comparison.settings]
    return PageTable("settings", _texts(comparison)("compare_settings"), _pair_head(comparison, "setting"), rows, 3)


def figure_table(comparison: Comparison) -> PageTable:
    """Figures of the summaries, side by side."""
    texts = _texts(comparison)
    rows = [
        (_figure_name(texts, path), _figure(texts, path, one), _figure(texts, path, other))
        for path, one, other in comparison.figures
    ]
    return PageTable("figures", texts("compare_figures"), _pair_head(comparison, "figure"), rows, 1)


def _figure_name(texts: Texts, path: str) -> str:
    if path.startswith("modes."):
        _, mode, figure = path.split(".", 2)
        return f"{texts(f'mode_{mode}')}{texts.colon}{_figure_name(texts, figure)}"
    return texts(f"compare_figure_{path.replace('.', '_')}")


def movement_table(comparison: Comparison) -> PageTable:
    """Persons by group: covered by each run, gained and lost from the one to the other."""
    texts, whole = _texts(comparison), _texts(comparison).number.whole
    columns = ("persons", "covered_one", "covered_other", "gained", "lost")
    rows = [
        (
            texts("compare_everyone") if row["group"] == "all" else texts(f"age_{row['group']}"),
            *(whole(row[column]) for column in columns),
        )
        for row in comparison.movements.to_dict("records")
    ]
    return PageTable("movements", texts("compare_groups"), _movement_head(comparison, "compare_group"), rows, 1)


def commune_rows(comparison: Comparison, which: str) -> PageTable:
    """The communes with most people ``"gained"`` or ``"lost"``."""
    texts, table = _texts(comparison), comparison.communes
    whole = texts.number.whole
    first = table[table[which] > 0].sort_values(which, ascending=False, kind="stable").head(COMMUNES_SHOWN)
    rows = [
        (
            f"{row['name']} ({row['code']})",
            *(whole(row[column]) for column in ("persons", "covered_one", "covered_other", "gained", "lost")),
        )
        for row in first.to_dict("records")
    ]
    return PageTable(which, texts(f"compare_communes_{which}"), _movement_head(comparison, "commune"), rows, 1)


def site_table(comparison: Comparison) -> PageTable:
    """The sites that only one of the runs opens."""
    texts, sites = _texts(comparison), comparison.sites
    differing = sites[(sites["decision_one"] == "opened") != (sites["decision_other"] == "opened")]
    rows = [
        (row["name"], row["id"], *(_decision(texts, row[f"decision_{which}"]) for which in ("one", "other")))
        for row in differing.to_dict("records")
    ]
    head = (texts("house"), texts("area_code"), comparison.one.folder.name, comparison.other.folder.name)
    return PageTable("sites", texts("compare_sites"), head, rows, 4)


def site_lines(comparison: Comparison) -> list[str]:
    """How many houses both runs open, and which only one does."""
    texts, sites = _texts(comparison), comparison.sites
    in_one, in_other = sites["decision_one"] == "opened", sites["decision_other"] == "opened"
    lines = [texts("compare_both_open", n=texts.number.whole((in_one & in_other).sum()))]
    for run, only in ((comparison.one, in_one & ~in_other), (comparison.other, in_other & ~in_one)):
        names = sites.loc[only, "name"].tolist()
        more = ", …" if len(names) > NAMES_SHOWN else ""
        listed = ", ".join(names[:NAMES_SHOWN]) + more or texts.number.none
        lines.append(texts("compare_only", run=run.folder.name, n=texts.number.whole(len(names)), names=listed))
    return lines


def _tables(comparison: Comparison) -> list[PageTable]:
    return [
        setting_table(comparison),
        figure_table(comparison),
        movement_table(comparison),
        commune_rows(comparison, "gained"),
        commune_rows(comparison, "lost"),
        site_table(comparison),
    ]


def _numbered(tables: list[PageTable], rank: int) -> list[PageTable]:
    """Tables with ids of their own in a page of several comparisons."""
    return [PageTable(f"{t.name}-{rank}", t.caption, t.head, t.rows, t.first_number) for t in tables]


def _pair_head(comparison: Comparison, first: str) -> tuple[str, ...]:
    return _texts(comparison)(first), comparison.one.folder.name, comparison.other.folder.name


def _movement_head(comparison: Comparison, first: str) -> tuple[str, ...]:
    texts, names = _texts(comparison), {"one": comparison.one.folder.name, "other": comparison.other.folder.name}
    return (
        texts(first),
        texts("persons"),
        *(texts("compare_covered_by", run=name) for name in names.values()),
        texts("compare_gained", **names),
        texts("compare_lost", **names),
    )


def _decision(texts: Texts, decision: str) -> str:
    return texts(f"decision_{decision}") if decision else texts.number.none


def _figure(texts: Texts, path: str, value: Any) -> str:
    if isinstance(value, str):
        return texts(f"status_{value}")
    if value is None or math.isnan(value):
        return texts.number.none
    if path.endswith("share"):
        return texts.number.percent(value, decimals=2)
    return texts.number.minutes(value) if "minutes" in path else texts.number.whole(value)


def _value(value: Any) -> str:
    """A setting or a figure in the words of a scenario: 30, lscp, ["2A004"]; a dash where there is none."""
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:.10g}"
    if isinstance(value, list):  # rules and weights: without the keys that say nothing
        value = [{k: v for k, v in one.items() if v is not None} if isinstance(one, dict) else one for one in value]
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _as_table(rows: list[tuple[str, Any, Any]], name: str) -> pd.DataFrame:
    cells = [(key, _value(one), _value(other)) for key, one, other in rows]
    return pd.DataFrame(cells, columns=[name, "value_one", "value_other"]).astype(str)


def _labelled(table: pd.DataFrame, comparison: Comparison) -> pd.DataFrame:
    table = table.copy()
    table.insert(0, "one", comparison.one.folder.name)
    table.insert(1, "other", comparison.other.folder.name)
    return table


def _block(title: str, lines: Sequence[str]) -> str:
    return "\n".join(["", title, *(f"  {line}" for line in lines)])


def _lines(table: PageTable) -> list[str]:
    """The first rows under the columns' last words, each column as wide as it needs; the page has the rest."""
    heads = [head.split()[-1] for head in table.head[1:]]
    cut = [head if len(head) <= LONGEST_HEAD else f"{head[: LONGEST_HEAD - 1]}…" for head in heads]
    rows = [("", *cut), *table.rows[:ROWS_IN_TERMINAL]]
    widths = [max(15, *(len(cell) + 2 for cell in column)) for column in list(zip(*rows, strict=True))[1:]]
    return [
        f"{row[0][:38]:<38}" + "".join(f"{cell:>{width}}" for cell, width in zip(row[1:], widths, strict=True))
        for row in rows
    ]


def _cut(setting: str) -> str:
    return setting if len(setting) <= LONGEST_SETTING else f"{setting[:LONGEST_SETTING]} …"


def _filled(line: str) -> str:
    return textwrap.fill(line, WIDTH, subsequent_indent="  ")


def _texts(comparison: Comparison) -> Texts:
    return Texts(comparison.one.scenario.language)
