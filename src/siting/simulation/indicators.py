"""What a state means for people, by area: the columns of ``quarters.csv``."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from siting.simulation.rules import Rules
from siting.simulation.values import Schedule, State, World

INDICATORS = (
    "doctors",
    "persons_per_doctor",
    "vacancies",
    "consultations_offered",
    "consultations_per_person",
    "apl",
    "apl_worst_tenth",
    "persons_below_2_5",
    "persons_without_access",
    "houses",
    "aid_eur",
)
"""Columns of `of_state`.

doctors, vacancies, houses
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
aid_eur
    Paid to houses in the quarter, in euros.
"""
_WORST_TENTH = INDICATORS.index("apl_worst_tenth")
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
        Row of the area of each commune.
    members : sparse array, shape (n_areas, n_communes)
        1 where a commune is in the area.
    """

    level: str
    code: NDArray[np.str_]
    of: NDArray[np.integer]
    members: sparse.csr_array


def areas_of(world: World, level: str) -> Areas:
    """The areas of a level; ``"total"`` is one, the study area."""
    total = np.full(len(world.code), "")
    codes = {"total": total, "departement": world.departement, "epci": world.epci, "commune": world.code}[level]
    code, of = np.unique(codes, return_inverse=True)
    n_communes = len(codes)
    ones = (np.ones(n_communes), (of, np.arange(n_communes)))
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
    supply = state.supply(rules)
    offered = world.catchments.access(supply, growth=growth).per_person
    apl = world.catchments.access(state.apl_supply(rules), growth=growth).per_person
    persons, demand = world.persons * growth, world.catchments.demand * growth
    is_aided = state.is_house & (state.quarter - schedule.opens < rules.houses.aid_quarters)

    def by_commune(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.bincount(world.commune, values, len(persons)).astype(np.float64)

    sums = np.column_stack(
        [
            by_commune(state.doctors.sum(axis=1).astype(np.float64)),
            persons,
            by_commune(state.vacancies.astype(np.float64)),
            by_commune(supply),
            offered * demand,
            apl * demand,
            apl,  # the place of apl_worst_tenth, which is no sum
            persons * (offered < UNDER_SERVED),
            persons * (apl == 0),
            by_commune(state.is_house.astype(np.float64)),
            by_commune(is_aided.astype(np.float64) * rules.houses.aid_eur_per_year / 4),
            demand,
        ]
    )
    order = np.argsort(apl, kind="stable")
    found = []
    for level in areas:
        figures = _ratios(level.members @ sums)
        figures[:, _WORST_TENTH] = worst_tenth(apl, persons, level, order=order)
        found.append(figures.astype(np.float32))
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


def _ratios(sums: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sums over an area to `INDICATORS`; NaN where nobody is to be divided by."""
    found = sums[:, :-1].copy()
    with np.errstate(divide="ignore", invalid="ignore"):
        found[:, 1] = np.where(sums[:, 0] > 0, sums[:, 1] / sums[:, 0], np.nan)
        found[:, 4:6] = np.where(sums[:, -1:] > 0, sums[:, 4:6] / sums[:, -1:], np.nan)
    return found
