"""report.html of a plan simulated again: the quarters alone, the plan being the same."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from importlib.metadata import version
from pathlib import Path

from siting.report.charts import chart_style
from siting.report.quarters import quarter_section
from siting.report.rendering import read_template, render_template
from siting.report.run_folder import writing
from siting.report.texts import Texts
from siting.simulation import Forecast

SCRIPT_TEXTS = ("download_csv", "sort_by")


def write_simulation_page(forecast: Forecast, folder: Path, *, title: str, language: str, notes: Sequence[str]) -> None:
    """Write ``report.html`` into an existing folder.

    Parameters
    ----------
    title : str
        Of the scenario.
    language : str
        ``"fr"`` or ``"en"``.
    notes : sequence of str
        What a reader must be told, the result first.
    """
    texts = Texts(language)
    page = render_template(
        "simulation.html.j2",
        scripts=[read_template(name) for name in ("page.js", "tables.js")],
        styles=[read_template("page.css"), chart_style()],
        data={
            "language": {"fr": "fr-FR", "en": "en-GB"}[language],
            "texts": {key: texts(key) for key in SCRIPT_TEXTS},
        },
        t=partial(texts),
        language=language,
        title=title,
        notes=notes,
        section=quarter_section(forecast, texts),
        version=version("siting"),
    )
    with writing(folder):
        (folder / "report.html").write_text(page, encoding="utf-8", newline="\n")
