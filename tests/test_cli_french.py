"""The command line speaks French wherever typer speaks English."""

from __future__ import annotations

import re

import pytest
from typer.testing import CliRunner

from siting.cli import app, data
from siting.cli.french import french_fault

COMMANDS = [command.name or command.callback.__name__ for command in app.registered_commands]
ENGLISH = re.compile(
    r"\b(Usage|Options:|Arguments:|Commands:|COMMAND|ARGS|Show this|required|default:|Try|Error|int|str)\b"
)


def said(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, list(words))
    return result.exit_code, result.output


@pytest.mark.parametrize("words", [(), *([name] for name in COMMANDS), *(["data", c.name or c.callback.__name__]
                                   for c in data.app.registered_commands), ["data"]])  # fmt: skip
def test_no_help_screen_has_an_english_word_of_typer(words):
    code, screen = said(*words, "--help")
    assert code == 0 and screen.startswith("Emploi : siting ") and "Montrer cette aide et finir." in screen
    assert not ENGLISH.search(screen), ENGLISH.findall(screen)


def test_without_a_command_the_help_is_said():
    assert said()[1] == said("--help")[1] and said()[0] == 2
    assert said("data")[1] == said("data", "--help")[1]


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ("verifi", "siting: pas de commande « verifi » (vouliez-vous dire verify ?)"),
        ("run", "siting run: il manque FILE (siting run --help dit l'emploi)"),
        ("run a b", "siting run: de trop : b (siting run --help dit l'emploi)"),
        ("run a --thread 2", "siting run: pas d'option « --thread » (vouliez-vous dire --threads ?)"),
        ("run a --zz", "siting run: pas d'option « --zz » (siting run --help dit l'emploi)"),
        ("run a --threads x", "siting run: --threads demande un nombre (siting run --help dit l'emploi)"),
        ("run a --threads 0", "siting run: --threads demande 1 au moins (siting run --help dit l'emploi)"),
        (
            "alternatives a --loss 3",
            "siting alternatives: --loss demande 1 au plus (siting alternatives --help dit l'emploi)",
        ),
        ("run a --out", "siting: il manque une valeur à --out (siting --help dit l'emploi)"),
        ("run a --quiet=3", "siting: --quiet ne prend pas de valeur (siting --help dit l'emploi)"),
        ("frontier a", "siting frontier: il manque --houses (siting frontier --help dit l'emploi)"),
        ("data zz", "siting data: pas de commande « zz » (siting data --help dit l'emploi)"),
    ],
)
def test_a_command_line_that_cannot_be_read_is_refused_in_french(words, line):
    assert said(*words.split()) == (2, f"{line}\n")


def test_what_typer_may_say_one_day_stays_as_it_is():
    assert french_fault("Something new.") == ("Something new.", "")
