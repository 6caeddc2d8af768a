"""On which days of the week people reach a doctor within the standard, with and without a car."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from siting.access import n_days, spread_days
from siting.simulation.instruments import FLOWS
from siting.simulation.rules import CONSULTATIONS_PER_PERSON, Rules
from siting.simulation.values import Schedule, State, World

Masks = NDArray[np.uint8]
_SPREAD = np.array([spread_days(n) for n in range(8)], np.uint8)


def opening_masks(world: World, state: State, schedule: Schedule, rules: Rules) -> Masks:
    """Days on which a doctor is to be seen in each row, as masks (`siting.access.days`), shape (n_rows,).

    A row opens where a doctor or a junior works, on as many days as a planner's table says or as is assumed; a label
    opens with the doctors of its commune's practices. Each stop of a bus has its day, a part-time house its two;
    doctors who give days make as many whole ones a week as their days of the year add up to. Booths do not count:
    nobody sees a doctor there.
    """
    days = rules.days
    staff = (state.doctors.sum(axis=1) + state.juniors)[world.home]
    is_closed_house = (schedule.kind != "practice") & ~state.is_house
    assumed = np.where(staff > 1, days.shared_days, days.single_days)
    mask = _SPREAD[np.where(world.own_days > 0, world.own_days, assumed)]
    mask |= np.where(state.is_house, _SPREAD[days.house_days], 0).astype(np.uint8)
    mask[(staff == 0) | is_closed_house] = 0
    stops = world.outpost[: rules.outposts.n_stops]
    day = (1 << (np.arange(len(stops)) % rules.outposts.stops_per_round)).astype(np.uint8)
    mask[stops] |= np.where(state.granted[stops, FLOWS.index("medicobus")] > 0, day, 0).astype(np.uint8)
    mask[state.granted[:, FLOWS.index("part_time")] > 0] |= _SPREAD[rules.outposts.part_time_days]
    return np.asarray(mask | _SPREAD[_days_given(state, rules)])


def reached_days(world: World, mask: Masks, rules: Rules, *, quarter: int) -> dict[str, NDArray[np.float64]]:
    """Sums by commune, shape (n_communes,) each, of people as they were at the start.

    Keys: ``days_per_week`` and ``days_per_week_no_car`` are days times persons, ``persons_without_day`` and
    ``persons_without_day_no_car`` persons who reach no doctor on any day, ``persons_no_car`` those without a car.

    Those without a car go on foot, or ride where a shuttle or a driver takes them, on the days of that service, to
    what a car reaches. The seats are shared by those to whom a ride gives more days than that: where seats
    are short of their consultations, the days gained count for that share of them.
    """
    cells, n_communes = world.cells, len(world.code)
    by_car, alone = cells.by_car.open_days(mask), cells.without_car.open_days(mask)
    service, trips = _services(world, rules, quarter)
    ridden = alone | (by_car & service[cells.commune])
    gained = (n_days(ridden) - n_days(alone)).astype(np.float64)
    no_car = cells.persons_no_car

    def added(values: NDArray[np.floating]) -> NDArray[np.float64]:
        return np.bincount(cells.commune, values, n_communes).astype(np.float64)

    wanted = added(no_car * (gained > 0)) * CONSULTATIONS_PER_PERSON
    seated = np.minimum(np.divide(trips, wanted, out=np.zeros(n_communes), where=wanted > 0), 1.0)[cells.commune]
    left = 1 - seated * (ridden != 0)
    return {
        "days_per_week": added(cells.persons * n_days(by_car)),
        "days_per_week_no_car": added(no_car * (n_days(alone) + seated * gained)),
        "persons_without_day": added(cells.persons * (by_car == 0)),
        "persons_without_day_no_car": added(no_car * (alone == 0) * left),
        "persons_no_car": added(no_car),
    }


def _services(world: World, rules: Rules, quarter: int) -> tuple[Masks, NDArray[np.float64]]:
    """Days and trips a year of the service of each commune, shape (n_communes,) each; 0 where there is none."""
    transport = rules.transport
    mask, trips = np.zeros(len(world.code), np.uint8), np.zeros(len(world.code))
    n_shuttles, n_on_demand = transport.running(quarter)
    shuttle = world.commune[world.transport[:n_shuttles]]
    on_demand = world.commune[world.transport[n_shuttles:][:n_on_demand]]
    mask[shuttle], trips[shuttle] = _SPREAD[transport.shuttle_days], transport.shuttle_trips_per_year
    mask[on_demand], trips[on_demand] = _SPREAD[transport.on_demand_days], transport.on_demand_trips_per_year
    return mask, trips


def _days_given(state: State, rules: Rules) -> NDArray[np.int64]:
    """Whole days a week, five at most, that the consultations received from solidarity are."""
    arrived = np.maximum(state.granted[:, FLOWS.index("solidarity")], 0.0)
    per_day = rules.mean_consultations / rules.day.days_per_year
    return np.minimum(arrived / per_day / rules.outposts.visit_weeks_per_year + 1e-9, 5).astype(np.int64)
