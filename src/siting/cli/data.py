"""`siting data`: public data to plan with, what there is and how to have it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from siting.cli.french import FrenchCommand, FrenchGroup
from siting.progress import Standing

app = typer.Typer(cls=FrenchGroup, no_args_is_help=True, rich_markup_mode=None)

Names = Annotated[list[str], typer.Argument(metavar="NOM…", help="Noms du catalogue : siting data list.")]
Own = Annotated[
    Path | None, typer.Option("--catalogue", metavar="FILE", help="Votre liste, ou un miroir [SITING_CATALOGUE].")
]


@app.callback()
def data() -> None:
    """Lister, télécharger et trouver les données publiques utiles."""


@app.command("list", cls=FrenchCommand)
def list_(own: Own = None) -> None:
    """Dire ce qu'il y a, sous quelle licence, et ce qui est déjà ici."""
    from siting.catalogue import fetched_path, read_catalogue

    sources = read_catalogue(own).sources
    width = max(map(len, sources))
    for name, source in sources.items():
        here = "ici   " if fetched_path(name, source).exists() else f"{source.size_mb:>3.0f} Mo"
        print(f"{name:<{width}}  {here}  {source.title}, {source.vintage}")
        print(f"{'':<{width}}          {source.publisher} ; {source.licence}")
        if source.note:
            print(f"{'':<{width}}          {source.note}")


@app.command(cls=FrenchCommand)
def fetch(
    names: Names,
    again: Annotated[bool, typer.Option("--again", help="Reprendre même ce qui est déjà ici.")] = False,
    own: Own = None,
) -> None:
    """Télécharger, vérifier et dépaqueter ; reprend un téléchargement interrompu."""
    from siting.catalogue import fetch as fetch_source
    from siting.catalogue import read_catalogue

    catalogue = read_catalogue(own)
    sources = {name: catalogue[name] for name in names}
    for name, source in sources.items():
        with _Bytes(name) as progress:
            place = fetch_source(name, source, again=again, progress=progress)
        print(place)


@app.command(cls=FrenchCommand)
def path(names: Names, own: Own = None) -> None:
    """Dire où chaque donnée est, ou sera.

    Un scénario la nomme aussi data:NOM, ou data:NOM/FICHIER pour une archive.
    """
    from siting.catalogue import fetched_path, read_catalogue

    catalogue = read_catalogue(own)
    for name in names:
        print(fetched_path(name, catalogue[name]))


class _Bytes:
    """A bar of bytes on stderr where it is a terminal."""

    def __init__(self, name: str) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

        console = Console(stderr=True)
        columns = (TextColumn(name), BarColumn(bar_width=24), DownloadColumn(), TimeRemainingColumn())
        self._bar = Progress(*columns, console=console, disable=not sys.stderr.isatty())
        self._task = self._bar.add_task(name, total=None)

    def __enter__(self) -> _Bytes:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def __call__(self, done: int, total: int, _standing: Standing | None = None, /) -> None:
        self._bar.update(self._task, completed=done, total=total)
