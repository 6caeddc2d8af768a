"""The texts of pages, maps and summaries: one table per language, ``templates/texts.*.toml``, the same keys in each."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from siting.numbers import NARROW_SPACE, NumberFormat, number_format

Tables = dict[str, dict[str, str]]


@dataclass(frozen=True)
class Texts:
    """The texts and the number format of one language, ``"fr"`` or ``"en"``."""

    language: str

    @property
    def number(self) -> NumberFormat:
        """How this language writes numbers."""
        return number_format(self.language)

    @property
    def colon(self) -> str:
        """What stands between a label and what it announces."""
        return "\u00a0: " if self.language == "fr" else ": "

    def __call__(self, key: str, /, **values: str) -> str:
        """The text of ``key`` with its blanks filled in."""
        return read_texts(self.language)["text"][key].format(**values)

    def count(self, key: str, n: float, /, **values: str) -> str:
        """The text of ``key_none`` (where there is one and n is 0), ``key_one`` or ``key_many``, for ``n`` things."""
        whole = round(n)
        singular = whole in (0, 1) if self.language == "fr" else whole == 1
        suffix = "one" if singular else "many"
        if whole == 0 and f"{key}_none" in read_texts(self.language)["text"]:
            suffix = "none"
        return self(f"{key}_{suffix}", n=self.number.whole(whole), **values)

    def road(self, highway: str) -> str:
        """Name of a class of roads; empty where the class is not worth a line."""
        return read_texts(self.language)["road"].get(highway, "")


@cache
def read_texts(language: str) -> Tables:
    """The tables ``text`` and ``road`` of a language, with its typography."""
    source = files("siting.report").joinpath("templates", f"texts.{language}.toml").read_text(encoding="utf-8")
    tables: Tables = tomllib.loads(source)
    if language == "fr":
        return {name: {key: _french(text) for key, text in table.items()} for name, table in tables.items()}
    return tables


def _french(text: str) -> str:
    """French typography: curved apostrophes, and spaces before and within signs that do not break."""
    text = text.replace("'", "’").replace(" :", "\u00a0:").replace("« ", "«\u00a0").replace(" »", "\u00a0»")
    return re.sub(r" (?=[;?!%])", NARROW_SPACE, text)
