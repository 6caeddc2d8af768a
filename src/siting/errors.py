"""What can go wrong, as one tree; each error is also the builtin a caller would expect.

SitingError
├── InputError (ValueError)        the input is wrong: carries every fault found      exit code 2
│   ├── ScenarioError              … in a scenario file
│   └── DataError                  … in a file or array that the scenario names
├── RunFolderError (OSError)       a run folder cannot be written, or is held         exit code 2
├── InfeasibleError                the problem has no solution                        exit code 1
│   ├── TooFewHousesError          … because more houses are needed than may open
│   └── ConflictError              … because clauses contradict each other
├── SolverError (RuntimeError)     the solver ended without an answer                 exit code 1
│   └── OutOfTimeError             … for want of time
└── VerificationError              a run folder does not hold what it claims          exit code 1

SitingWarning (UserWarning)        something the user should know, that stops nothing
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, order=True)
class Fault:
    """One thing wrong with an input: where it is, what is wrong and what would do.

    ``line`` and ``column`` count from 1; 0 means that the place within the file is not known.
    """

    file: str
    line: int
    column: int
    field: str
    problem: str
    remedy: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        field = f" {self.field}:" if self.field else ""
        remedy = f" ({self.remedy})" if self.remedy else ""
        return f"{place}:{field} {self.problem}{remedy}"


class SitingError(Exception):
    """Base of every error that siting raises on purpose."""

    exit_code: ClassVar[int] = 1


class InputError(SitingError, ValueError):
    """The input is wrong. ``faults`` holds every independent fault, in the order of the file."""

    exit_code = 2

    def __init__(self, faults: Iterable[Fault] | Fault) -> None:
        self.faults = (faults,) if isinstance(faults, Fault) else tuple(sorted(set(faults)))
        super().__init__("\n".join(map(str, self.faults)))


class ScenarioError(InputError):
    """A scenario file is wrong."""


class DataError(InputError):
    """A file or an array that a scenario or a caller names is wrong."""


class RunFolderError(SitingError, OSError):
    """A run folder cannot be written: it holds other people's files, or another run holds it."""

    exit_code = 2


class InfeasibleError(SitingError):
    """No plan satisfies the rules asked for."""


class TooFewHousesError(InfeasibleError):
    """More houses are needed than may open.

    Attributes
    ----------
    new_houses : int
        Most that may open.
    at_least, enough : int
        Houses needed by proof; houses that a plan was found for.
    persons_coverable, persons_left_out : float
        People to be covered; those that ``new_houses`` houses, chosen greedily, leave out of them.
    """

    def __init__(
        self, *, new_houses: int, at_least: int, enough: int, persons_coverable: float, persons_left_out: float
    ) -> None:
        self.new_houses = new_houses
        self.at_least = at_least
        self.enough = enough
        self.persons_coverable = persons_coverable
        self.persons_left_out = persons_left_out
        super().__init__(
            f"{new_houses} new houses cannot cover the {persons_coverable:,.0f} persons that some site can cover: at "
            f"least {at_least} are needed. Cheapest relaxation: {enough} houses; or leave out at most "
            f"{persons_left_out:,.0f} persons with {new_houses} houses"
        )


class ConflictError(InfeasibleError):
    """No plan keeps all that is asked.

    Attributes
    ----------
    conflicts : tuple of (clause, float or None)
        Clauses that contradict each other, none of which can be left out, each with the least that would have to be
        granted in its place, the others kept (`siting.allocation.composed.clauses`); None where that was not found in
        time.
    """

    def __init__(self, words: str, conflicts: Iterable[tuple[object, float | None]]) -> None:
        self.conflicts = tuple(conflicts)
        super().__init__(words)


class SolverError(SitingError, RuntimeError):
    """The solver ended without a usable answer."""


class OutOfTimeError(SolverError):
    """The time ran out before a plan was found, or excluded."""


class VerificationError(SitingError):
    """A run folder does not hold what it claims."""


class SitingWarning(UserWarning):
    """Something that the user should know and that stops nothing."""
