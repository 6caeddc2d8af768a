"""How QGIS shows the layers of a run as soon as it opens them: the same signs and colours as the page.

A GeoPackage keeps the styles of its layers in a table ``layer_styles``; a raster takes the ``.qml`` file of its name.
Both hold the same XML. Only what differs from QGIS' defaults is written: QGIS 3.22 and later read it.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from xml.etree import ElementTree as Xml

import pandas as pd
from matplotlib.colors import to_rgb

from siting.report.figures import DECISIONS
from siting.report.findings import Findings
from siting.report.images import MINUTE_COLOURS
from siting.report.map_style import HOUSE
from siting.report.minute_steps import minute_bounds
from siting.report.sentences import texts_of

_SIGNS: dict[str, dict[str, str]] = {
    "existing": {"name": "square", "color": "#ffffff", "outline_color": "#000000", "size": "2.2"},
    "opened": {"name": "circle", "color": HOUSE, "outline_color": "#ffffff", "size": "3.4"},
    "not_opened": {"name": "circle", "color": "#b8bec0", "outline_color": "#7d8588", "size": "1.0"},
    "closed": {"name": "cross2", "color": "#000000", "outline_color": "#000000", "size": "2.2"},
}
"""Sign of each of `DECISIONS`: they differ by shape and size, not by colour alone. Sizes in millimetres."""

FIXED_DATE = "2000-01-01T00:00:00.000Z"
"""Written where GeoPackage wants the date of the last change, so that the same run gives the same bytes."""


def sites_style(findings: Findings) -> pd.DataFrame:
    """The table ``layer_styles`` of ``sites.gpkg``: one row, the default style of layer ``sites``."""
    row = {
        "f_table_catalog": "",
        "f_table_schema": "",
        "f_table_name": "sites",
        "f_geometry_column": "geom",
        "styleName": "siting",
        "styleQML": _sites_qml(findings),
        "styleSLD": "",
        "useAsDefault": True,
        "description": findings.scenario.title,
        "owner": "",
        "ui": None,
        "update_time": pd.Timestamp(FIXED_DATE),
    }
    return pd.DataFrame([row])


def write_travel_time_qml(findings: Findings, folder: Path) -> None:
    """Write ``travel_time_before.qml`` and ``travel_time_after.qml``: classes of minutes, each with its upper bound."""
    text = _minutes_qml(findings) + "\n"
    for when in ("before", "after"):
        (folder / f"travel_time_{when}.qml").write_text(text, encoding="utf-8", newline="\n")


def _sites_qml(findings: Findings) -> str:
    texts = texts_of(findings)
    root = Xml.Element("qgis", styleCategories="Symbology")
    renderer = Xml.SubElement(root, "renderer-v2", type="categorizedSymbol", attr="decision", symbollevels="1")
    categories = Xml.SubElement(renderer, "categories")
    symbols = Xml.SubElement(renderer, "symbols")
    for number, decision in enumerate(DECISIONS):
        label = texts(f"decision_{decision}")
        Xml.SubElement(categories, "category", value=decision, label=label, symbol=str(number), render="true")
        symbol = Xml.SubElement(symbols, "symbol", name=str(number), type="marker", alpha="1")
        # Level by decision: the opened houses lie on the others, where thousands of candidates share the map.
        level = {"not_opened": "0", "existing": "1", "closed": "1", "opened": "2"}[decision]
        layer = Xml.SubElement(symbol, "layer", {"class": "SimpleMarker", "pass": level, "enabled": "1"})
        sign = _SIGNS[decision]
        rgba = {key: _rgba(value) if key.endswith("color") else value for key, value in sign.items()}
        _options(layer, rgba | {"outline_width": "0.2", "outline_width_unit": "MM", "size_unit": "MM"})
    return _text(root)


def _minutes_qml(findings: Findings) -> str:
    texts = texts_of(findings)
    bounds = minute_bounds(findings.scenario.goal.standard_s)
    shown = [texts.number.short(bound) for bound in bounds]
    labels = [
        texts("legend_minutes", low=low, high=high) for low, high in zip(["0", *shown[:-1]], shown, strict=True)
    ] + [texts("legend_minutes_above", low=shown[-1])]
    root = Xml.Element("qgis", styleCategories="Symbology")
    pipe = Xml.SubElement(root, "pipe")
    renderer = Xml.SubElement(
        pipe, "rasterrenderer", type="singlebandpseudocolor", band="1", opacity="1", alphaBand="-1"
    )
    shader = Xml.SubElement(
        Xml.SubElement(renderer, "rastershader"),
        "colorrampshader",
        colorRampType="DISCRETE",
        classificationMode="1",
        clip="0",
    )
    uppers: Iterable[str] = [*(f"{bound:g}" for bound in bounds), "inf"]
    for upper, label, colour in zip(uppers, labels, MINUTE_COLOURS, strict=True):
        Xml.SubElement(shader, "item", value=upper, label=label, color=colour, alpha="255")
    return _text(root)


def _options(parent: Xml.Element, values: dict[str, str]) -> None:
    options = Xml.SubElement(parent, "Option", type="Map")
    for name, value in values.items():
        Xml.SubElement(options, "Option", name=name, value=value, type="QString")


def _rgba(colour: str) -> str:
    return ",".join(str(round(255 * part)) for part in (*to_rgb(colour), 1.0))


def _text(root: Xml.Element) -> str:
    Xml.indent(root)
    return "<!DOCTYPE qgis>\n" + Xml.tostring(root, encoding="unicode")
