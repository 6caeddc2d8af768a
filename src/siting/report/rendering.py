"""How every page is rendered: texts escaped, styles and scripts within, nothing fetched, no script but its own."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup


def render_template(
    name: str, *, scripts: Sequence[str], styles: Sequence[str], data: dict[str, Any], **values: Any
) -> str:
    """A page as HTML, from a template that places ``styles``, ``policy``, ``data`` and ``scripts``.

    Parameters
    ----------
    scripts, styles : sequences of str
        Sources to write into the page, in order; they are trusted, unlike every other value.
    data : dict
        What the scripts read, as JSON, from the element ``#data``.
    """
    environment = Environment(
        loader=PackageLoader("siting.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(name).render(
        styles=Markup("\n".join(styles)),
        scripts=[Markup(script) for script in scripts],
        data=_script_block(data),
        policy=Markup(_policy(scripts)),
        **values,
    )


def read_template(name: str) -> str:
    """A style sheet or script of ``templates``."""
    return files("siting.report").joinpath("templates", name).read_text(encoding="utf-8")


def _policy(scripts: Sequence[str]) -> str:
    """The content security policy: nothing from outside, and of scripts exactly these, by their hash."""
    digests = [hashlib.sha256(script.encode("utf-8")).digest() for script in scripts]
    allowed = " ".join(f"'sha256-{base64.b64encode(digest).decode('ascii')}'" for digest in digests)
    return (
        "default-src 'none'; img-src data:; style-src 'unsafe-inline'; "
        f"script-src {allowed}; base-uri 'none'; form-action 'none'"
    )


def _script_block(data: dict[str, Any]) -> Markup:
    """JSON that stands in a script element: no text within can end it."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return Markup(text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029"))
