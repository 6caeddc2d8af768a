"""What a state means for people, by area: the columns of ``quarters.csv``."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from siting.access import n_days
from siting.simulation.appointments import Offer, asked_and_met
from siting.simulation.costs import beyond_means, cost_by_payer, units
from siting.simulation.prices import PAYERS
from siting.simulation.reached import opening_masks, reached_days
from siting.simulation.rules import Rules
from siting.simulation.values import Schedule, State, World

COSTS = tuple(f"cost_{payer}_eur" for payer in PAYERS)
INDICATORS = (
    "doctors",
    "nurses",
    "persons_per_doctor",
    "vacancies",
    "consultations_offered",
    "consultations_per_person",
    "apl",
    "apl_worst_tenth",
    "persons_below_2_5",
    "persons_without_access",
    "persons_without_gp",
    "ill_without_gp",
    "within_48h",
    "persons_no_car",
    "days_per_week",
    "days_per_week_no_car",
    "persons_without_day",
    "persons_without_day_no_car",
    "houses",
    "houses_keeping_rules",
    "cost_eur",
    *COSTS,
    "communes_beyond_means",
)
"""Columns of `of_state`.

doctors, nurses, vacancies, houses
    Counted in the area when the quarter ends.
persons_per_doctor
    Residents over doctors of the area; NaN where there is no doctor.
consultations_offered
    A year, by what stands in the area.
consultations_per_person
    Consultations a year within reach of a standardised inhabitant (E2SFCA), all doctors counted.
apl
    The same by the official definition: no doctor above the age bound.
apl_worst_tenth
    The ``apl`` that one resident in ten of the area does not exceed, communes taken as wholes.
persons_below_2_5
    Residents of communes whose ``consultations_per_person`` is under 2.5, called under-served. Not ``apl``: with
    assumed ages its mean over France is 2.9, the published ones are 3.3 to 3.5, and half the country would be below.
persons_without_access
    Residents of communes that no doctor counted by the index is within reach of.
persons_without_gp, ill_without_gp
    Residents, and those with a long-term illness (ALD), for whom the lists of the doctors within reach have no place.
within_48h
    Chance (0–1) of an appointment within 48 hours (`siting.simulation.appointments`).
houses_keeping_rules
    Houses with a GP, a nurse and five days a week, three rules of the label.
persons_no_car
    Residents without a car.
days_per_week, days_per_week_no_car
    Days of the week on which a doctor is within the standard, by car; for people without one on foot, or where a
    shuttle or a driver takes them.
persons_without_day, persons_without_day_no_car
    Residents, and those without a car, within the standard of no doctor on any day.
cost_eur, cost_state_eur, …
    Euros of the quarter that the instruments cost, in all and by payer (`siting.simulation.prices`).
communes_beyond_means
    Communes that pay more than 5 % of their budget in the quarter.
"""
_PER = {
    "persons_per_doctor": "doctors",
    "consultations_per_person": "demand",
    "apl": "demand",
    "days_per_week": "persons",
    "within_48h": "demand",
    "days_per_week_no_car": "persons_no_car",
}
"""What an indicator that is no sum over communes is divided by."""
LABEL_DAYS = 5
"""Days a week that a house must open [press]."""
UNDER_SERVED = 2.5
"""Consultations a year per inhabitant below which a place is called under-served."""


@dataclass(frozen=True)
class Areas:
    """Areas of one level, and the communes of each.

    Attributes
    ----------
    level : str
        ``"total"``, ``"departement"``, ``"epci"`` or ``"commune"``.
    code : str array, shape (n_areas,)
        Ascending; ``""`` is the total, or the communes without EPCI.
    of : int16 or int32 array, shape (n_communes,)
        Row of the area of each commune; n_areas where it is in none.
    members : sparse array, shape (n_areas, n_communes)
        1 where a commune is in the area.
    """

    level: str
    code: NDArray[np.str_]
    of: NDArray[np.integer]
    members: sparse.csr_array


def areas_of(world: World, level: str, *, around: bool = False) -> Areas:
    """The areas of a level; ``"total"`` is one, the study area. With ``around``, communes of the halo are in them."""
    total = np.full(len(world.code), "")
    codes = {"total": total, "departement": world.departement, "epci": world.epci, "commune": world.code}[level]
    n_communes = len(codes)
    counted = np.arange(n_communes) if around else np.flatnonzero(world.in_study_area)
    code, of_counted = np.unique(codes[counted], return_inverse=True)
    of = np.full(n_communes, len(code))
    of[counted] = of_counted
    ones = (np.ones(len(counted)), (of_counted, counted))
    # A stable sort of int16 is a radix sort: ten times as fast.
    of = of.astype(np.int16 if len(code) < 2**15 else np.int32)
    return Areas(level, code, of, sparse.coo_array(ones, shape=(len(code), n_communes)).tocsr())


def of_state(
    world: World, state: State, schedule: Schedule, rules: Rules, areas: tuple[Areas, ...], *, since: int
) -> list[NDArray[np.float32]]:
    """`INDICATORS` of a state for the areas of each level: float32 arrays of shape (n_areas, n_indicators).

    Parameters
    ----------
    since : int
        The first quarter, from which demand grows.
    """
    growth = world.growth(state.quarter - since)
    persons = world.persons * growth
    supply, staff = state.supply(rules), state.doctors.sum(axis=1)
    lists = staff * rules.patients.per_doctor
    supplies = np.column_stack([supply, state.apl_supply(rules), lists])
    offered, apl, listed = world.catchments.access_to_each(supplies, growth=growth).T
    demand = world.catchments.demand * growth
    masks = opening_masks(world, state, schedule, rules)
    offer = Offer(supply, staff + state.juniors, masks)
    _, within_48h = asked_and_met(world.catchments, offer, rules, growth=growth)
    unlisted = np.maximum(1 - listed, 0.0)
    sums = {
        "doctors": _by_commune(world, staff),
        "nurses": _by_commune(world, state.nurses),
        "persons_per_doctor": persons,
        "vacancies": _by_commune(world, state.vacancies),
        "consultations_offered": _by_commune(world, supply),
        "consultations_per_person": offered * demand,
        "apl": apl * demand,
        "persons_below_2_5": persons * (offered < UNDER_SERVED),
        "persons_without_access": persons * (apl == 0),
        "persons_without_gp": persons * unlisted,
        "ill_without_gp": world.persons_ill * growth * unlisted,
        "within_48h": within_48h * demand,
        "houses": _by_commune(world, state.is_house),
        "houses_keeping_rules": _by_commune(world, keeps_rules(world, state, masks)),
        "persons": persons,
        "demand": demand,
        **{name: people * growth for name, people in reached_days(world, masks, rules, quarter=state.quarter).items()},
        **_costs(world, state, schedule, rules),
    }
    order = np.argsort(apl, kind="stable")
    table = np.column_stack(list(sums.values()))
    found = []
    for level in areas:
        figures = _ratios(dict(zip(sums, (level.members @ table).T, strict=True)))
        figures["apl_worst_tenth"] = worst_tenth(apl, persons, level, order=order)
        found.append(np.column_stack([figures[name] for name in INDICATORS]).astype(np.float32))
    return found


def worst_tenth(
    per_person: NDArray[np.float64], persons: NDArray[np.float64], areas: Areas, *, order: NDArray[np.int64]
) -> NDArray[np.float64]:
    """The figure that a tenth of the persons of each area do not exceed, shape (n_areas,); NaN where nobody lives.

    Parameters
    ----------
    per_person, persons : float64 arrays, shape (n_communes,)
    order : int64 array, shape (n_communes,)
        The communes by ``per_person``, ascending.
    """
    by_area = order[np.argsort(areas.of[order], kind="stable")]
    cumulated = np.cumsum(persons[by_area])
    total = np.asarray(areas.members @ persons)
    before = np.cumsum(total) - total
    # Within 1e-9 of a tenth is a tenth: the sums are rounded.
    reached = np.searchsorted(cumulated, before + 0.1 * total * (1 - 1e-9), side="left")
    return np.where(total > 0, per_person[by_area[np.minimum(reached, len(by_area) - 1)]], np.nan)


def keeps_rules(world: World, state: State, masks: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Houses where a GP and a nurse work and that open five days a week, shape (n_rows,).

    A label has the doctors and nurses of its commune's practices.
    """
    doctors, nurses = state.doctors.sum(axis=1), state.nurses
    return np.asarray(
        state.is_house & (doctors[world.home] > 0) & (nurses[world.home] > 0) & (n_days(masks) >= LABEL_DAYS)
    )


def _by_commune(world: World, values: NDArray[np.generic]) -> NDArray[np.float64]:
    return np.bincount(world.commune, values, len(world.code)).astype(np.float64)


def _costs(world: World, state: State, schedule: Schedule, rules: Rules) -> dict[str, NDArray[np.float64]]:
    paid = cost_by_payer(world, units(world, state, schedule, rules), rules.prices)
    of_communes = paid[:, PAYERS.index("commune")]
    return {
        "cost_eur": paid.sum(axis=1),
        **dict(zip(COSTS, paid.T, strict=True)),
        "communes_beyond_means": beyond_means(world, of_communes, rules.prices).astype(np.float64),
    }


def _ratios(sums: dict[str, NDArray[np.float64]]) -> dict[str, NDArray[np.float64]]:
    """Sums over areas, those of `_PER` divided; NaN where there is nothing to divide by."""
    found = dict(sums)
    for name, below in _PER.items():
        whole = sums[below]
        found[name] = np.divide(sums[name], whole, out=np.full(len(whole), np.nan), where=whole > 0)
    return found
