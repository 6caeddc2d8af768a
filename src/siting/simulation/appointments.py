"""The 48-hour appointment: a queue at each door, and the chance not to wait longer.

Requests that cannot be planned come to a door at λ a day that it is open; its c doctors keep slots for them, μ a day
each. In an M/M/c queue (requests at random, slots of random length, first come first served) the wait exceeds t
open days with the chance, for a = λ / μ < c and Erlang's formulas B and C,

    P(W > t) = C exp(-(c μ - λ) t),   C = B / (1 - (a / c) (1 - B)),   B = (a^c / c!) / Σ_k≤c a^k / k!

and without end where a ≥ c. A request made on a weekday has within 48 hours half of that day, the next day and half
of the day after, as far as the door is open; the chance is the mean over Monday to Friday, and 0 on a day with no open
time ahead.

A. K. Erlang, Løsning af nogle Problemer fra Sandsynlighedsregningen af Betydning for de automatiske Telefoncentraler,
Elektroteknikeren 13, 1917; D. Gross et al., Fundamentals of Queueing Theory, 4th ed., 2008, section 2.3.

What it does not see: requests made while the door is closed all wait for its opening, and come in a lump; nobody
tries a second door; a full waiting room turns nobody away.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincc, gammaln

from siting.access import AreaCatchments, n_days
from siting.simulation.rules import CONSULTATIONS_PER_PERSON, Rules

WEEKDAYS = range(5)
WEEKS_PER_YEAR = 52.0

Reals = NDArray[np.float64]


@dataclass(frozen=True)
class Offer:
    """What a door offers, arrays of shape (n_rows,).

    Attributes
    ----------
    supply : float64 array
        Consultations a year.
    staff : int64 array
        Doctors and juniors; a door without any that gives consultations (a bus) is one.
    mask : uint8 array
        Days of the week on which it is open.
    """

    supply: Reals
    staff: NDArray[np.int64]
    mask: NDArray[np.uint8]


def chance_within_48h(offer: Offer, demand: Reals, rules: Rules) -> Reals:
    """Chance of an appointment within 48 hours at each door, shape (n_rows,); 0 where there is none.

    Parameters
    ----------
    offer : Offer
    demand : float64 array, shape (n_rows,)
        Consultations a year asked for at each door.
    """
    days = n_days(offer.mask).astype(np.float64)
    is_open = (days > 0) & (offer.supply > 0)
    servers = np.maximum(offer.staff, 1)[is_open]
    per_open_day = 1 / (days[is_open] * WEEKS_PER_YEAR)
    slots = rules.appointments.kept_share * offer.supply[is_open] * per_open_day
    requests = rules.appointments.unplanned_share * demand[is_open] * per_open_day
    waits = erlang_c(servers, requests / (slots / servers))
    ahead = _OPEN_DAYS_AHEAD[offer.mask[is_open]]
    slack = np.maximum(slots - requests, 0.0)
    chance = np.where(ahead > 0, 1 - waits[:, None] * np.exp(-slack[:, None] * ahead), 0.0)
    found = np.zeros(len(offer.supply))
    found[is_open] = chance.mean(axis=1)
    return found


def asked_and_met(catchments: AreaCatchments, offer: Offer, rules: Rules, *, growth: Reals) -> tuple[Reals, Reals]:
    """(chance by row, chance by commune) of an appointment within 48 hours.

    Everybody asks for what their age consumes, shared among the doors within reach in proportion to what each offers
    times the weight of its distance; who reaches no door has no chance.

    Parameters
    ----------
    growth : float64 array, shape (n_communes,)
        Demand as a multiple of ``catchments.demand``.
    """
    weighted = catchments.weighted_demand
    supply = np.maximum(offer.supply, 0.0)
    within = weighted.T @ supply
    is_served = within > 0
    per_offer = np.divide(catchments.demand * growth, within, out=np.zeros(len(within)), where=is_served)
    asked = CONSULTATIONS_PER_PERSON * supply * (weighted @ per_offer)
    by_row = chance_within_48h(offer, asked, rules)
    by_commune = np.divide(weighted.T @ (supply * by_row), within, out=np.zeros(len(within)), where=is_served)
    return by_row, by_commune


def erlang_c(servers: NDArray[np.int64], load: Reals) -> Reals:
    """Chance that all ``servers`` are busy when somebody comes, for a ``load`` of λ / μ; 1 from ``servers`` on."""
    log_load = np.log(np.maximum(load, 1e-300))
    last = np.exp(servers * log_load - load - gammaln(servers + 1.0))
    lost = last / np.maximum(gammaincc(servers + 1.0, load), 1e-300)
    waiting = lost / np.maximum(1 - load / servers * (1 - lost), 1e-300)
    return np.asarray(np.where(load >= servers, 1.0, np.minimum(waiting, 1.0)))


def _open_days_ahead() -> Reals:
    """Open days within 48 hours of a request on each weekday, for each mask, shape (128, 5)."""
    is_open = (np.arange(128)[:, None] >> np.arange(7)) & 1
    return np.column_stack(
        [is_open[:, day] / 2 + is_open[:, (day + 1) % 7] + is_open[:, (day + 2) % 7] / 2 for day in WEEKDAYS]
    )


_OPEN_DAYS_AHEAD = _open_days_ahead()
