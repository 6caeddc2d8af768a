"""Leaflet as an installed package brings it (BSD-2-Clause), made fit for a page that fetches nothing."""

from __future__ import annotations

import re
from importlib.resources import files


def leaflet_script() -> str:
    """Leaflet's minified script, without the comment that points to its source map."""
    return re.sub(r"//# sourceMappingURL=.*", "", _read("leaflet.js"))


def leaflet_style() -> str:
    """Leaflet's style sheet, without the rules that would fetch a picture."""
    without_comments = re.sub(r"/\*.*?\*/", "", _read("leaflet.css"), flags=re.DOTALL)
    return re.sub(r"[^{}]*\{[^{}]*url\([^{}]*\}", "", without_comments)


def _read(name: str) -> str:
    text = files("xstatic.pkg.leaflet").joinpath("data", name).read_text(encoding="utf-8")
    return text.replace("\r\n", "\n")
