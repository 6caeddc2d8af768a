"""Closures: existing sites that a plan closes, from a quarter on, with the doctors and nurses who work there."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from siting.simulation import events
from siting.simulation.ledger import Entries, entries
from siting.simulation.values import Closures, State


def closures_of(row: NDArray[np.integer], quarter: NDArray[np.integer], share: NDArray[np.floating]) -> Closures:
    """Closures of sites, each with a share of those who work in a row at the start, as shares of who is left then.

    Of a row that loses a third in one quarter and a third in a later one, half of the rest goes the second time.

    Parameters
    ----------
    row, quarter : int arrays, shape (n_closed,)
        In the quarter the site is closed already.
    share : float64 array, shape (n_closed,)
        Of those who work in the row; those of a row may add up to more than 1, which is all.
    """
    at, which = np.unique(np.column_stack([row, quarter]).astype(np.int64).reshape(-1, 2), axis=0, return_inverse=True)
    lost = np.bincount(which.ravel(), share, len(at)).astype(np.float64)
    before = np.cumsum(lost) - lost
    left = 1 - (before - before[np.searchsorted(at[:, 0], at[:, 0])])
    of_left = np.where(lost < left, lost / np.maximum(left, 1e-9), 1.0)
    return Closures(at[:, 0].astype(np.int32), at[:, 1], of_left)


def close(
    state: State, share: NDArray[np.float64], per_doctor: NDArray[np.float64], random: Generator
) -> tuple[State, Entries]:
    """A state without those who work at what closes, and what is lost with them.

    They leave the area, as do posts that look for somebody there and doctors who were hired and have not come: no
    other place takes over what they gave [assumption]. Juniors and assistants go when no doctor is left.

    Parameters
    ----------
    state : State
    share : float64 array, shape (n_rows,)
        Of those who work there; 0 where nothing closes.
    per_doctor : float64 array, shape (n_ages,)
        Consultations a year.
    random : Generator
    """
    if not share.any():
        return state, entries("closure", np.zeros(0))
    of_row = share[:, None]
    leaving = events.some(random, state.doctors, of_row)
    after = replace(
        state,
        doctors=state.doctors - leaving,
        vacancies=state.vacancies - events.some(random, state.vacancies, share),
        arriving=state.arriving - events.some(random, state.arriving, of_row),
        nurses=state.nurses - events.some(random, state.nurses, share),
        nurse_vacancies=state.nurse_vacancies - events.some(random, state.nurse_vacancies, share),
    )
    return after, entries("closure", leaving @ per_doctor, origin=np.arange(len(share)))
