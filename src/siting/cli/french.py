"""Help screens and refused command lines in French: typer knows them in English alone.

What typer says is taken as text, by the few words and sentences it has: one that is not listed here stays as it is.
"""

from __future__ import annotations

import re
import sys
from typing import Any, NoReturn, cast

import typer
from typer.core import TyperCommand, TyperGroup

from siting.errors import Fault

UsageError = cast(type[Exception], typer.BadParameter.__base__)
"""What typer raises at any command line that it cannot read, wherever its version keeps the class."""

_HELP = (
    (r"(?m)^Usage: ", "Emploi : "),
    (r"\bCOMMAND \[ARGS\]\.\.\.", "COMMANDE …"),
    (r"(?m)^Arguments:$", "Arguments :"),
    (r"(?m)^Options:$", "Options :"),
    (r"(?m)^Commands:$", "Commandes :"),
    (r"Show this message and exit\.", "Montrer cette aide et finir."),
    (r"\[required\]", "[obligatoire]"),
    (r"\[default: ", "[défaut : "),
    (r" <[a-z \[\]]+>(?:\.\.\.)?", lambda found: " " * len(found[0])),
)
_FAULTS = (
    (r"No such command '(.+?)'\.(?: Did you mean '(.+?)'\?)?", r"pas de commande « \1 »", r"vouliez-vous dire \2 ?"),
    (r"No such option: (\S+?)\.?(?: Did you mean (\S+)\?| \(Possible options: (.+)\))?",
     r"pas d'option « \1 »", r"vouliez-vous dire \2\3 ?"),
    (r"Missing (?:argument|option) '(.+)'\.", r"il manque \1", ""),
    (r"Missing command\.", "il manque une commande", ""),
    (r"Got unexpected extra argument(?:s|\(s\))? \((.+)\)", r"de trop : \1", ""),
    (r"Option '(.+)' requires an argument\.", r"il manque une valeur à \1", ""),
    (r"Option '(.+)' does not take a value\.", r"\1 ne prend pas de valeur", ""),
    (r"Invalid value for '(.+?)': .*valid (?:integer|number|float).*", r"\1 demande un nombre", ""),
    (r"Invalid value for '(.+?)': .*greater.*?(-?[\d.]+)", r"\1 demande \2 au moins", ""),
    (r"Invalid value for '(.+?)': .*less.*?(-?[\d.]+)", r"\1 demande \2 au plus", ""),
    (r"Invalid value for '(.+?)': .*range.*", r"\1 est trop petit ou trop grand", ""),
)  # fmt: skip


def french_help(text: str) -> str:
    """A help screen of typer, its own words in French; columns stay where they are."""
    for words, french in _HELP:
        text = re.sub(words, french, text)
    return text


def french_fault(text: str) -> tuple[str, str]:
    """What typer says of a command line that it refuses, in French; and what may be meant, or ``""``."""
    for words, french, remedy in _FAULTS:
        if found := re.fullmatch(words, text):
            return found.expand(french), found.expand(remedy) if any(found.groups()[1:]) else ""
    return text, ""


class FrenchCommand(TyperCommand):
    """A command whose help is in French."""

    def get_help(self, ctx: Any) -> str:
        """The help screen."""
        return french_help(super().get_help(ctx))


class FrenchGroup(TyperGroup):
    """Commands whose help, and whose faults, are in French."""

    def get_help(self, ctx: Any) -> str:
        """The help screen."""
        return french_help(super().get_help(ctx))

    def main(self, *args: Any, **extra: Any) -> NoReturn:
        """Run a command line and exit: 2 where it cannot be read."""
        try:
            code = super().main(*args, **(extra | {"standalone_mode": False}))
        except UsageError as error:
            _refuse(error)
        sys.exit(code if isinstance(code, int) else 0)


def _refuse(error: Any) -> NoReturn:
    said, path = error.format_message(), error.ctx.command_path if error.ctx else "siting"
    if not said.startswith("Emploi : "):  # a group without a command says its help
        problem, remedy = french_fault(said)
        said = Fault(path, 0, 0, "", problem, remedy or f"{path} --help dit l'emploi")
    print(said, file=sys.stderr)
    sys.exit(2)
