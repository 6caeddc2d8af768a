"""What a quarter costs: units of each instrument, times their prices, shared among those who pay."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from siting.simulation.instruments import FLOWS
from siting.simulation.prices import INVESTMENT_QUARTERS, ONCE, PAYERS, Prices
from siting.simulation.rules import Rules
from siting.simulation.values import Schedule, State, World

Reals = NDArray[np.float64]


def units(world: World, state: State, schedule: Schedule, rules: Rules) -> dict[str, Reals]:
    """How much of each instrument each row uses in the quarter that ``state`` ends; arrays of shape (n_rows,).

    What is priced by the year is counted as it stands, what is paid once as it happens in the quarter; days of
    solidarity count where they are given, as many a year as that.
    """
    is_created = state.is_house & (schedule.kind == "create")
    since = np.where(state.is_house, state.quarter - schedule.opens, 0)
    is_aided = state.is_house & (since < rules.houses.aid_quarters)
    is_salaried = is_created & is_aided & (rules.houses.salaried_odds > 1)
    until = rules.installation_aid_until
    is_installing = world.is_red[world.commune] & (until is not None and state.quarter <= until)
    per_day = rules.mean_consultations / rules.day.days_per_year
    n_shuttles, n_on_demand = rules.transport.running(state.quarter)
    given = np.maximum(-state.granted[:, FLOWS.index("solidarity")], 0.0)
    return {
        "house_aid": is_aided.astype(np.float64),
        "creation": (is_created & (since < INVESTMENT_QUARTERS)).astype(np.float64),
        "salaried_doctor": state.doctors.sum(axis=1) * is_salaried.astype(np.float64),
        "junior": state.juniors.astype(np.float64),
        "assistant": state.assistants.astype(np.float64),
        "solidarity_day": given / per_day,
        "medicobus": (state.granted[:, FLOWS.index("medicobus")] > 0) / rules.outposts.stops_per_round,
        "part_time": (state.granted[:, FLOWS.index("part_time")] > 0).astype(np.float64),
        "shuttle_trip": _at(world, world.transport[:n_shuttles]) * rules.transport.shuttle_trips_per_year,
        "on_demand": _at(world, world.transport[n_shuttles:][:n_on_demand]),
        "tele": (state.granted[:, FLOWS.index("tele")] > 0).astype(np.float64),
        "installation": state.arriving[:, -1] * is_installing.astype(np.float64),
    }


def cost_by_payer(
    world: World, used: dict[str, Reals], prices: Prices, *, instruments: tuple[str, ...] | None = None
) -> Reals:
    """Euros of the quarter by commune and payer, shape (n_communes, n_payers).

    Parameters
    ----------
    used : dict
        `units`.
    instruments : tuple of str, optional
        Which to count; all by default.
    """
    names = tuple(used) if instruments is None else instruments
    by_commune = np.column_stack([np.bincount(world.commune, used[name], len(world.code)) for name in names])
    price = np.array([_per_quarter(name, prices) for name in names])
    return np.asarray(by_commune @ price)


def beyond_means(world: World, of_communes: Reals, prices: Prices) -> NDArray[np.bool_]:
    """Communes whose cost of the quarter, shape (n_communes,), is more than they can spend in a fourth of a year."""
    budget = world.persons * prices.budget_eur_per_person * prices.affordable_share / 4
    return np.asarray(of_communes > budget)


def _at(world: World, rows: NDArray[np.int32]) -> Reals:
    return np.bincount(rows, minlength=world.n_rows).astype(np.float64)


def _per_quarter(name: str, prices: Prices) -> list[float]:
    price = prices.of[name]
    eur = price.eur if name in ONCE else price.eur / 4
    return [eur * price.shares.get(payer, 0.0) for payer in PAYERS]
