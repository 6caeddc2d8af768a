"""Flows: consultations a year that solidarity days, buses, part-time houses and booths give to a row, or take."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from siting.simulation.ledger import Entries, entries, joined
from siting.simulation.rules import CONSULTATIONS_PER_PERSON, Rules, WorkingDay
from siting.simulation.values import World

FLOWS = ("solidarity", "medicobus", "part_time", "tele")
"""Columns of `State.granted`."""

Reals = NDArray[np.float64]


def flows(world: World, rules: Rules, *, doctors_supply: Reals, granted: Reals) -> tuple[Reals, Entries]:
    """The flows of a quarter, and what they change.

    Parameters
    ----------
    world, rules : World, Rules
    doctors_supply : float64 array, shape (n_rows,)
        Consultations a year of the doctors of each row.
    granted : float64 array, shape (n_rows, n_flows)
        The flows of the quarter before.
    """
    given, share_left = _solidarity(world, rules, doctors_supply)
    donor = np.flatnonzero(world.red_row >= 0)
    was_given = -granted[donor, 0]
    more = given - was_given
    brought = _outposts(world, rules)
    after = np.zeros_like(granted)
    after[donor, 0] = -given
    after[:, 0] += np.bincount(world.red_row[donor], given * share_left, world.n_rows)
    after[:, 1:] = np.column_stack(brought)
    rows = np.arange(world.n_rows)
    booked = joined(
        [
            entries("solidarity", more * share_left, origin=donor, destination=world.red_row[donor]),
            entries("solidarity_trips", more * (1 - share_left), origin=donor),
            *(
                entries(name, after[:, at] - granted[:, at], destination=rows)
                for at, name in enumerate(FLOWS)
                if name != "solidarity"
            ),
        ]
    )
    return after, booked


def share_of_day_left(trip_s: Reals, day: WorkingDay) -> Reals:
    """What is left of a working day after the way there and back: ``max(0, 1 - 2 trip / day)``; 0 if no way."""
    return np.maximum(1 - 2 * trip_s / day.day_s, 0.0)


def _solidarity(world: World, rules: Rules, doctors_supply: Reals) -> tuple[Reals, Reals]:
    """What each donor (a row with a red zone within reach) gives, and the share of it that arrives.

    All give the same share of what they can, so that what arrives is the area's share of the national figure,
    or all that they can where that is less.
    """
    donor = np.flatnonzero(world.red_row >= 0)
    share_left = share_of_day_left(world.trip_to_red_s[donor], rules.day)
    if rules.solidarity is None:
        return np.zeros(len(donor)), share_left
    is_near = world.trip_to_red_s[donor] <= rules.solidarity.longest_trip_s
    most = doctors_supply[donor] * is_near * rules.solidarity.most_days_per_year / rules.day.days_per_year
    could_arrive = float((most * share_left).sum())
    wanted = rules.solidarity.consultations_per_year * world.national_share
    return most * (min(wanted / could_arrive, 1.0) if could_arrive > 0 else 0.0), share_left


def _outposts(world: World, rules: Rules) -> tuple[Reals, Reals, Reals]:
    """Consultations a year of the stops of buses, part-time houses and booths, shape (n_rows,) each."""
    settings = rules.outposts
    bus, part_time, tele = np.zeros((3, world.n_rows))
    n_stops, n_visited = settings.n_stops, settings.n_stops + settings.part_time_houses
    booth = world.outpost[n_visited : n_visited + settings.tele_sites]
    yearly = settings.visit_consultations_per_day * settings.visit_weeks_per_year
    visit = yearly * share_of_day_left(world.trip_to_outpost_s[:n_visited], rules.day)
    bus[world.outpost[:n_stops]] = visit[:n_stops]
    part_time[world.outpost[n_stops:n_visited]] = visit[n_stops:] * settings.part_time_days
    commune = world.commune[booth]
    old = world.persons_old[commune]
    suited = np.maximum(world.persons[commune] - old, 0) + old * settings.tele_share_of_old
    most = settings.tele_share * CONSULTATIONS_PER_PERSON * suited
    tele[booth] = np.minimum(settings.tele_consultations_per_year, most)
    return bus, part_time, tele
