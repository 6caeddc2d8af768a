"""What a planner says of a file beside its path: where it comes from, of when, under which licence."""

from __future__ import annotations

from typing import Annotated

from siting.scenario.fields import OneLine, Section, manual


class DataFile(Section):
    """The provenance of a file: repeated on the page, the pictures and in the manifest."""

    source: Annotated[
        OneLine | None,
        manual(
            "D'où vient le fichier, pour la mention des sources : producteur et nom du jeu de données.",
            "Where the file comes from, for the line of sources: producer and name of the data set.",
            examples=["INSEE, Filosofi carroyé"],
        ),
    ] = None
    vintage: Annotated[
        OneLine | None,
        manual("Millésime du fichier.", "Vintage of the file.", examples=["2019"]),
    ] = None
    licence: Annotated[
        OneLine | None,
        manual("Licence du fichier.", "Licence of the file.", examples=["Licence Ouverte 2.0"]),
    ] = None

    def attribution(self, default: str) -> str:
        """The line to print: ``source (vintage), licence``, with ``default`` for a source that is not given."""
        vintage = f" ({self.vintage})" if self.vintage else ""
        return f"{self.source or default}{vintage}" + (f", {self.licence}" if self.licence else "")
