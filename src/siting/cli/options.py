"""Arguments and options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

ScenarioFile = Annotated[Path, typer.Argument(metavar="FILE", help="Scénario YAML.")]
RunDir = Annotated[Path, typer.Argument(metavar="DIR", help="Dossier écrit par « siting run ».")]
Threads = Annotated[int | None, typer.Option(min=1, metavar="N", help="Fils de calcul [tous les processeurs].")]
Json = Annotated[bool, typer.Option("--json", help="Écrire le résultat en JSON sur la sortie standard.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="Ne rien écrire d'autre que les fautes.")]
