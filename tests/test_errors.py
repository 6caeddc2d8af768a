"""The exception tree: one line per fault, in the order of the file, and a builtin behind each error."""

import inspect

import pytest

from siting import errors
from siting.errors import Fault, InputError


def test_a_fault_is_one_line_with_its_place_and_its_remedy():
    fault = Fault("a.yaml", 12, 3, "goal.max_hoses", "clé inconnue", "vouliez-vous dire max_new_houses ?")
    assert str(fault) == "a.yaml:12:3: goal.max_hoses: clé inconnue (vouliez-vous dire max_new_houses ?)"


def test_a_fault_of_a_whole_file_has_no_line():
    assert str(Fault("a.csv", 0, 0, "", "fichier vide")) == "a.csv: fichier vide"


def test_faults_come_in_the_order_of_the_file_and_once():
    second, first = Fault("a", 2, 1, "f", "p"), Fault("a", 1, 9, "f", "p")
    assert InputError([second, first, second]).faults == (first, second)


@pytest.mark.parametrize(
    ("name", "builtin", "exit_code"),
    [
        ("ScenarioError", ValueError, 2),
        ("DataError", ValueError, 2),
        ("RunFolderError", OSError, 2),
        ("InfeasibleError", Exception, 1),
        ("SolverError", RuntimeError, 1),
        ("VerificationError", Exception, 1),
    ],
)
def test_each_error_is_the_builtin_a_caller_expects_and_has_its_exit_code(name, builtin, exit_code):
    error = getattr(errors, name)
    assert issubclass(error, (errors.SitingError, builtin)) and issubclass(error, builtin)
    assert error.exit_code == exit_code


def test_the_docstring_draws_every_error():
    drawn = errors.__doc__
    for name, thing in inspect.getmembers(errors, inspect.isclass):
        if thing.__module__ == errors.__name__ and issubclass(thing, (Exception, Warning)):
            assert name in drawn
