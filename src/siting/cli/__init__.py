"""The command line: each command is a few lines over the library."""

from __future__ import annotations

import sys
from importlib.metadata import version
from typing import Annotated

import typer

from siting.cli import data
from siting.cli.french import FrenchCommand, FrenchGroup
from siting.cli.measuring import calibrate, diagnose
from siting.cli.planning import alternatives, check, frontier, new, run, schema
from siting.cli.reading import compare, verify, why
from siting.cli.simulating import simulate
from siting.errors import SitingError

INTERRUPTED = 130
"""What typer makes of Ctrl-C."""

app = typer.Typer(
    cls=FrenchGroup,
    name="siting",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for command in (new, check, run, verify, diagnose, compare, why, frontier, alternatives, simulate, calibrate, schema):
    app.command(cls=FrenchCommand)(command)
app.add_typer(data.app, name="data")


def _print_version(asked: bool) -> None:
    if asked:
        print(f"siting {version('siting')}")
        raise typer.Exit


@app.callback()
def siting(
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Dire la version et finir.")
    ] = False,
) -> None:
    """Où ouvrir les maisons France Santé : temps de trajet exacts, plans prouvés."""


def main() -> None:
    """Entry point: 0 done, 1 no solution or a difference, 2 wrong input, 130 interrupted."""
    try:
        app(prog_name="siting")
    except SitingError as error:
        print(error, file=sys.stderr)
        sys.exit(error.exit_code)
    except SystemExit as end:
        if end.code == INTERRUPTED:
            print("Interrompu : ce qu'un calcul précédent a écrit est intact.", file=sys.stderr)
        raise
