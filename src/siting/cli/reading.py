"""Commands that read the folders of runs."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from siting.cli.options import Json, Quiet, RunDir
from siting.cli.stages import watch
from siting.errors import Fault, InputError
from siting.progress import unwatched


def verify(
    folder: RunDir,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Recompter un dossier par un autre chemin.

    Temps de trajet par SciPy, habitants recomptés, borne prouvée de nouveau ; code 1 à la moindre différence.
    """
    from siting.verify import verify as verify_run

    checks = verify_run(folder, watcher=unwatched if quiet or as_json else watch)
    if as_json:
        print(json.dumps([vars(check) for check in checks], ensure_ascii=False, indent=2))
    elif not quiet:
        print(*checks, sep="\n")
    failed = [check for check in checks if not check.holds]
    if not (quiet or as_json):
        differences = f"{len(failed)} différence{'s' if len(failed) > 1 else ''}" if failed else "aucune différence"
        print(f"\n{len(checks)} vérifications, {differences}")
    if failed and quiet:
        print(*failed, sep="\n", file=sys.stderr)
    raise typer.Exit(1 if failed else 0)


def compare(
    folders: Annotated[list[Path], typer.Argument(metavar="DIR DIR…", help="Dossiers écrits par « siting run ».")],
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Dossier où écrire la page et les CSV.")
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Comparer des calculs au premier d'entre eux.

    Ce qui diffère dans les scénarios, qui gagne et qui perd, quelles maisons ; d'après les seuls fichiers des dossiers.
    """
    if len(folders) < 2:
        raise InputError(Fault("siting compare", 0, 0, "DIR", "il faut au moins deux dossiers"))
    from siting.report import RunFolder
    from siting.report.comparison import compare as compare_runs
    from siting.report.comparison_report import render_comparison, write_comparisons
    from siting.report.manifest import describe_file
    from siting.report.saved_run import SavedRun

    first, *others = [SavedRun.read(folder) for folder in folders]
    comparisons = [compare_runs(first, other) for other in others]
    if not quiet:
        print(*map(render_comparison, comparisons), sep="\n\n")
    if out:
        with RunFolder(out, inputs=folders) as held:
            write_comparisons(comparisons, held.path)
            manifests = {str(folder): describe_file(folder / "manifest.json") for folder in folders}
            held.finish({"inputs": manifests})
        if not quiet:
            print(f"\n→ {out / 'compare.html'}")


def why(
    folder: RunDir,
    commune: Annotated[
        str | None, typer.Option(metavar="CODE|NOM", help="Code ou nom d'une commune du territoire.")
    ] = None,
    site: Annotated[
        str | None, typer.Option(metavar="ID|NOM", help="Identifiant ou nom d'un site (sites.csv).")
    ] = None,
) -> None:
    """Dire ce qui sert une commune, ou à quoi sert un site.

    Lieu le plus proche, qui reste au-delà et pourquoi, ce qu'il faudrait ; ce qui est perdu sans un site.
    """
    if (commune is None) == (site is None):
        raise InputError(Fault("siting why", 0, 0, "--commune, --site", "donnez l'un des deux"))
    from siting.report.saved_run import SavedRun
    from siting.report.why import Ground, explain_commune, explain_site
    from siting.report.why_report import render_commune, render_site

    ground = Ground.of(SavedRun.read(folder))
    if commune is not None:
        print(render_commune(ground, explain_commune(ground, commune)))
    elif site is not None:
        print(render_site(ground, explain_site(ground, site)))
