"""The command that plays the quarters of a plan again."""

from __future__ import annotations

import json
import re
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
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Dossier à écrire [DIR-simulation, et ce qui change].")
    ] = None,
    threads: Threads = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Simuler de nouveau le plan d'un dossier.

    Sous d'autres hypothèses (--set solidarity=observed), sans chercher le plan de nouveau ; écrit un autre dossier.
    """
    settings = _settings(changes or [])
    from siting.outlook.texts import render_outlook
    from siting.replay import simulate_again
    from siting.report import RunFolder

    watcher = unwatched if quiet or as_json else watch
    target = out or folder.with_name("-".join([folder.resolve().name, "simulation", *map(_in_a_name, changes or [])]))
    with RunFolder(target, inputs=[folder]) as held:
        done = simulate_again(folder, held, changes=settings, watcher=watcher, threads=threads)
    if as_json:
        print(json.dumps(done.summary(), ensure_ascii=False, indent=2))
    elif not quiet:
        print(render_outlook(done.forecast, done.notes, language=done.language))
        print(f"\n→ {target / 'report.html'}")


def _settings(changes: list[str]) -> dict[str, str]:
    pairs = [change.partition("=") for change in changes]
    keys = [key for key, _, _ in pairs]
    faults = [
        Fault("--set", 0, 0, key, "il manque une valeur", "--set clé=valeur") for key, equals, _ in pairs if not equals
    ]
    faults += [
        Fault("--set", 0, 0, key, "est donnée plusieurs fois", "une valeur par clé")
        for key in set(keys)
        if keys.count(key) > 1
    ]
    if faults:
        raise InputError(faults)
    return {key: value for key, _, value in pairs}


def _in_a_name(change: str) -> str:
    """``solidarity=observed`` as part of the name of a folder."""
    return re.sub(r"[^\w.]+", "-", change).strip("-")[:40]
