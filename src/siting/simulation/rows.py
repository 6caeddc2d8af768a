"""Practices and houses as the simulation counts them, and their state at the start."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from siting.simulation.events import place
from siting.simulation.instruments import FLOWS
from siting.simulation.rules import Demography, Rules
from siting.simulation.staff import Staff
from siting.simulation.values import State
from siting.territory.values import Demand, Sites, Territory

_STANDS_ON_PRACTICES = ("label", "upgrade", "tele")


@dataclass(frozen=True)
class Rows:
    """Places that give consultations, in the order of the sites of the travel times.

    Attributes
    ----------
    id : str array, shape (n_rows,)
    commune : int32 array, shape (n_rows,)
        Row of `Communes`, those of the halo among them; the first row of a commune holds its practices.
    staff : Staff
    home : int32 array, shape (n_rows,)
        Row where the doctors of a row work: its own, but for a house put on the practices of its commune.
    """

    id: NDArray[np.str_]
    commune: NDArray[np.int32]
    staff: Staff
    home: NDArray[np.int32]


def plan_rows(territory: Territory, opened: NDArray[np.int32]) -> tuple[Territory, Rows]:
    """The communes, each with its practices at its town hall, then the houses of a plan; and people around them.

    The practices and the people of the halo are counted, so that the edge of a study area is neither crowded by
    people whose own doctors stand outside, nor without those doctors. Ages in the halo are those of the study area.

    A registered practice counts as one doctor, or one nurse [assumption], a planner's table as it says.

    Parameters
    ----------
    territory : Territory
    opened : int32 array, shape (n_opened,)
        Rows of ``territory.sites``.

    Returns
    -------
    territory : Territory
        The same with these rows for its sites and the halo in its demand, to compute travel times with.
    rows : Rows
    """
    communes, sites = territory.communes, territory.sites
    own = len(communes) + np.arange(len(opened))
    # Communes that the grid cuts: where it leaves the town hall out, it leaves out those whom its doctors serve.
    is_on_grid = communes.in_study_area | (territory.grid.cell_at(communes.x_m, communes.y_m) >= 0)
    home = np.where(np.isin(sites.kind[opened], _STANDS_ON_PRACTICES), sites.commune[opened], own)
    rows = Rows(
        id=np.concatenate([np.char.add("commune:", communes.code), np.char.add("house:", sites.id[opened])]),
        commune=np.append(np.arange(len(communes)), sites.commune[opened]).astype(np.int32),
        staff=_staff(territory, is_on_grid, len(opened)),
        home=np.append(np.arange(len(communes)), home).astype(np.int32),
    )
    placed = Sites(
        id=rows.id,
        name=communes.name[rows.commune],
        kind=np.append(np.full(len(communes), "practice"), sites.kind[opened]),
        commune=rows.commune,
        x_m=np.append(communes.x_m, sites.x_m[opened]),
        y_m=np.append(communes.y_m, sites.y_m[opened]),
        is_existing=np.append(np.ones(len(communes), np.bool_), np.zeros(len(opened), np.bool_)),
        in_study_area=communes.in_study_area[rows.commune],
    )
    return replace(territory, sites=placed, demand=_with_halo(territory)), rows


def _staff(territory: Territory, is_on_grid: NDArray[np.bool_], n_houses: int) -> Staff:
    """Who works in the communes, then nobody in the houses."""
    communes, nobody = territory.communes, np.zeros(n_houses, np.int64)
    staff = Staff.of(
        np.append(communes.gp_practices * is_on_grid, nobody), np.append(communes.nurse_practices * is_on_grid, nobody)
    )
    return staff if territory.doctors is None else staff.told_by(territory.doctors, Demography().age_from)


def _with_halo(territory: Territory) -> Demand:
    """The demand cells, and the inhabited cells of the communes around the study area."""
    demand, grid_persons = territory.demand, territory.persons.ravel()
    commune = territory.commune_of_cell.ravel()
    is_around = (grid_persons > 0) & (commune >= 0)
    is_around[is_around] &= ~territory.communes.in_study_area[commune[is_around]]
    around = np.setdiff1d(np.flatnonzero(is_around), demand.cell)
    if not len(around):
        return demand
    persons = grid_persons[around].astype(np.float64)
    ages = demand.persons_by_age.sum(axis=0) / max(float(demand.persons.sum()), 1.0)
    order = np.argsort(np.append(demand.cell, around))
    return Demand(
        cell=np.append(demand.cell, around)[order],
        persons=np.append(demand.persons, persons)[order],
        persons_by_age=np.vstack([demand.persons_by_age, np.outer(persons, ages)])[order],
        commune=np.append(demand.commune, commune[around]).astype(np.int32)[order],
        land_mass=np.append(demand.land_mass, np.zeros(len(around), np.int32)).astype(np.int32)[order],
    )


def first_state(staff: Staff, rules: Rules, *, national_share: float, quarter: int, seed: tuple[int, ...]) -> State:
    """Doctors of ages drawn from ``rules.ages.age_shares`` where they are not known, no house yet, nothing granted.

    Where doctors leave, recruitment is under way: a quarter's pool is about to arrive in each of the quarters of
    the delay, and as many posts are vacant as let the pool be hired in full (pool / fill chance), placed in
    proportion to doctors [assumption]. Where nobody leaves, no post is vacant and nobody is expected.

    Parameters
    ----------
    staff : Staff
    rules : Rules
    national_share : float
        0–1.
    quarter : int
        The quarter that has just ended.
    seed : tuple of int
    """
    random = np.random.default_rng([*seed, quarter])
    shares = np.array(rules.ages.age_shares) / sum(rules.ages.age_shares)
    doctors, by_age = staff.doctors, staff.ages(shares, random)
    n_rows, hiring = len(doctors), rules.recruitment
    pool = hiring.pool_per_year / 4 * national_share if rules.demography else 0.0
    return State(
        quarter=quarter,
        doctors=by_age,
        vacancies=place(pool / hiring.fill_chance, doctors, random),
        arriving=np.column_stack([place(pool, doctors, random) for _ in range(hiring.delay_quarters)]),
        juniors=np.zeros(n_rows, np.int64),
        assistants=np.zeros(n_rows, np.int64),
        nurses=staff.nurses.copy(),
        nurse_vacancies=np.zeros(n_rows, np.int64),
        granted=np.zeros((n_rows, len(FLOWS))),
        is_house=np.zeros(n_rows, np.bool_),
    )
