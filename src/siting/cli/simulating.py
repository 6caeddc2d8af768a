"""The command that plays the quarters of a plan again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from siting.cli.options import Json, Quiet, RunDir, Threads
from siting.cli.stages import watch
from siting.errors import Fault, InputError
from siting.progress import unwatched


def simulate(
    folder: RunDir,
    changes: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="CLÉ=VALEUR", help="Clé du bloc simulation à changer ; répétable."),
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Dossier à écrire [DIR-simulation].")] = None,
    threads: Threads = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Simuler de nouveau le plan d'un dossier.

    Sous d'autres hypothèses (--set solidarity=observed), sans chercher le plan de nouveau ; écrit un autre dossier.
    """
    pairs = [change.partition("=") for change in changes or ()]
    bad = [key for key, equals, _ in pairs if not equals]
    if bad:
        raise InputError([Fault("--set", 0, 0, key, "il manque une valeur", "--set clé=valeur") for key in bad])
    from siting import pipeline
    from siting.outlook.texts import render_outlook
    from siting.report import RunFolder

    watcher = unwatched if quiet or as_json else watch
    target = out or folder.with_name(f"{folder.resolve().name}-simulation")
    with RunFolder(target, inputs=[folder]) as held:
        done = pipeline.simulate_again(
            folder, held, changes={key: value for key, _, value in pairs}, watcher=watcher, threads=threads
        )
    if as_json:
        print(json.dumps(done.summary(), ensure_ascii=False, indent=2))
    elif not quiet:
        print(render_outlook(done.forecast, done.notes, language=done.language))
        print(f"\n→ {target / 'report.html'}")
