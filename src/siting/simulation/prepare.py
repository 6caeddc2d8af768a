"""A world and its first state, from what a run knows: communes, people, practices and travel times."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from siting.access import (
    APL_STEPS,
    RELATIVE_CONSUMPTION,
    SITES_PER_BLOCK,
    AtSpeed,
    Decay,
    catchments_by_area,
    standardised_demand,
    within_standard,
)
from siting.simulation.events import place
from siting.simulation.instruments import FLOWS
from siting.simulation.outreach import Patients
from siting.simulation.rules import Demography, Rules
from siting.simulation.staff import Staff
from siting.simulation.values import Cells, State, World
from siting.territory.values import Communes, Demand, Sites, Territory
from siting.travel.travel_times import TravelTimes

RED_EPCI_SHARE = 0.11
"""Share of the EPCI that are in red zones [policy]."""
ILLNESS_SHARE = Patients().long_term_illness_share
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


@dataclass(frozen=True)
class Reach:
    """Within what time people count as reached, who has no car, and how they go.

    Attributes
    ----------
    standard_s : float
        Within the cutoff of both travel times, at the fastest of the speeds too.
    without_car : TravelTimes
        From the demand cells to the rows, for people without a car.
    persons_no_car : float64 array, shape (n_cells,)
        Those people.
    """

    standard_s: float
    without_car: TravelTimes
    persons_no_car: NDArray[np.float64]


def build_world(
    communes: Communes,
    demand: Demand,
    times: TravelTimes,
    rows: Rows,
    *,
    reach: Reach,
    mean_consultations: float,
    national_doctors: float,
    decay: Decay = APL_STEPS,
    relative_consumption: tuple[float, ...] = RELATIVE_CONSUMPTION,
    red_epci_share: float = RED_EPCI_SHARE,
    growth_per_year: float = 0.0,
    long_term_illness_share: tuple[float, ...] = ILLNESS_SHARE,
    speed_factors: tuple[float, ...] = (),
) -> World:
    """The world of a study area; red zones and outposts follow from who is worst served at the start.

    Red zones are those of the communes' own list, else the EPCI whose people have the lowest mean access,
    ``red_epci_share`` of those of the area (rounded up, none where no commune has an EPCI). Trips between two places
    are the mean time of the people of the one commune to the other place, known within the cutoff of ``times``.

    Parameters
    ----------
    communes, demand : Communes, Demand
    times : TravelTimes
        From the demand cells to ``rows``, by car.
    rows : Rows
    reach : Reach
    mean_consultations : float
        Of a doctor, a year.
    national_doctors : float
        Of the country, counted as ``rows.staff.doctors`` are.
    decay : Decay
    relative_consumption : tuple of float
        See `siting.access.standardised_demand`.
    red_epci_share : float
        0–1.
    growth_per_year : float
        Of demand, 0.01 for 1 % a year.
    long_term_illness_share : tuple of float
        See `siting.simulation.Patients`.
    speed_factors : tuple of float
        Speeds among which draws choose, as multiples of those of ``times``, whose cutoff they must not outreach.
    """
    n_communes, is_inside = len(communes), communes.in_study_area
    area, commune = demand.commune, rows.commune
    needs = standardised_demand(demand.persons_by_age, relative_consumption)
    catchments = catchments_by_area(times, demand=needs, area=area, n_areas=n_communes, decay=decay)
    access = catchments.access(rows.staff.doctors.astype(np.float64) * mean_consultations).per_person
    is_red = np.zeros(n_communes, np.bool_)
    is_red[is_inside] = red_zones(
        access[is_inside], catchments.demand[is_inside], communes.epci[is_inside], share=red_epci_share
    )
    if communes.is_red_zone is not None:
        is_red = communes.is_red_zone & is_inside
    site, place, trip_s = _mean_trips(times, area, demand.persons, n_communes)
    is_donor_trip = is_red[commune[site]] & ~is_red[place]
    red_row, red_s = _nearest(site[is_donor_trip], place[is_donor_trip], trip_s[is_donor_trip], n_communes)
    outpost = _worst_served(access, np.where(is_inside, communes.persons, 0), commune)
    has_doctors = np.bincount(commune, rows.staff.doctors, n_communes) > 0
    is_bus_trip = has_doctors[place]
    _, bus_s = _nearest(place[is_bus_trip], site[is_bus_trip], trip_s[is_bus_trip], len(rows.id))
    is_red_row = is_red[commune]
    cells = _cells(demand, area, times, reach, speed_factors)
    return World(
        row_id=rows.id,
        commune=commune,
        code=communes.code,
        epci=communes.epci,
        departement=communes.departement,
        in_study_area=is_inside,
        persons=_added(area, demand.persons, n_communes),
        persons_old=_added(area, demand.persons_by_age[:, 2], n_communes),
        persons_ill=_added(area, demand.persons_by_age @ np.array(long_term_illness_share), n_communes),
        home=rows.home,
        own_days=rows.staff.days,
        cells=cells,
        catchments=catchments,
        is_red=is_red,
        outpost=outpost,
        transport=_most_without_a_way(cells, rows.staff.doctors, commune, is_inside),
        trip_to_red_s=np.where(is_red_row, np.inf, red_s[commune]),
        red_row=np.where(is_red_row, -1, red_row[commune]).astype(np.int32),
        trip_to_outpost_s=bus_s[outpost],
        national_share=float(rows.staff.doctors.sum() / national_doctors),
        growth_per_year=np.full(n_communes, growth_per_year),
        catchments_at_speeds=tuple(
            catchments_by_area(times, demand=needs, area=area, n_areas=n_communes, decay=AtSpeed(decay, factor))
            for factor in speed_factors
        ),
    )


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


def red_zones(
    access: NDArray[np.float64], demand: NDArray[np.float64], epci: NDArray[np.str_], *, share: float
) -> NDArray[np.bool_]:
    """Communes of the EPCI of lowest mean access (by demand); ties go to the lowest code, "sans EPCI" to none."""
    codes, of = np.unique(epci, return_inverse=True)
    people = np.bincount(of, demand, len(codes))
    mean = np.divide(
        np.bincount(of, demand * access, len(codes)), people, out=np.full(len(codes), np.inf), where=people > 0
    )
    mean[codes == ""] = np.inf
    n_red = int(np.ceil(share * (codes != "").sum() - 1e-9))
    is_red = np.zeros(len(codes), np.bool_)
    is_red[np.argsort(mean, kind="stable")[:n_red]] = True
    return np.asarray((is_red & np.isfinite(mean))[of])


def _worst_served(
    access: NDArray[np.float64], persons: NDArray[np.int64], commune: NDArray[np.int32]
) -> NDArray[np.int32]:
    """The first row of each commune that has people and a row, least access first, then most people."""
    served, row = np.unique(commune, return_index=True)
    order = np.lexsort((-persons[served], access[served]))
    order = order[persons[served][order] > 0]
    return row[order].astype(np.int32)


def _cells(
    demand: Demand, area: NDArray[np.int32], times: TravelTimes, reach: Reach, speed_factors: tuple[float, ...]
) -> Cells:
    """Where people live, with and without a car, and what is within the standard at each speed of cars."""
    return Cells(
        commune=area,
        persons=demand.persons,
        persons_no_car=reach.persons_no_car,
        by_car=within_standard(times, standard_s=reach.standard_s),
        without_car=within_standard(reach.without_car, standard_s=reach.standard_s),
        by_car_at_speeds=tuple(
            within_standard(times, standard_s=reach.standard_s * factor) for factor in speed_factors
        ),
    )


def _most_without_a_way(
    cells: Cells, doctors: NDArray[np.int64], commune: NDArray[np.int32], is_inside: NDArray[np.bool_]
) -> NDArray[np.int32]:
    """The first row of the communes where people without a car reach no doctor, most of them first."""
    is_reached = cells.without_car.open_days((doctors > 0).astype(np.uint8)) > 0
    left_out = _added(cells.commune, cells.persons_no_car * ~is_reached, len(is_inside)) * is_inside
    served, row = np.unique(commune, return_index=True)
    order = np.argsort(-left_out[served], kind="stable")
    return row[order[left_out[served][order] > 0]].astype(np.int32)


def _added(area: NDArray[np.int32], values: NDArray[np.float64], n_areas: int) -> NDArray[np.float64]:
    return np.bincount(area, values, n_areas).astype(np.float64)


def _mean_trips(
    times: TravelTimes, area: NDArray[np.int32], persons: NDArray[np.float64], n_areas: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """(site, area, seconds): the mean time, by persons, of the people of an area who are within the cutoff."""
    found = []
    for first in range(0, times.n_sites, SITES_PER_BLOCK):
        start = times.site_start[first : first + SITES_PER_BLOCK + 1]
        pairs = slice(int(start[0]), int(start[-1]))
        cell = times.cell[pairs]
        site = np.repeat(np.arange(first, first + len(start) - 1), np.diff(start))
        key, of = np.unique(site * n_areas + area[cell], return_inverse=True)
        people = np.bincount(of, persons[cell], len(key))
        seconds = np.bincount(of, persons[cell] * times.time_s[pairs], len(key))
        kept = people > 0
        found.append((*np.divmod(key[kept], n_areas), seconds[kept] / people[kept]))
    site_rows, area_rows, trip_s = (np.concatenate(part) for part in zip(*found, strict=True))
    return site_rows, area_rows, trip_s


def _nearest(
    candidate: NDArray[np.int64], place: NDArray[np.int64], trip_s: NDArray[np.float64], n_places: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """For each place the candidate of the shortest trip (ties: the lowest), -1 and inf where there is none."""
    order = np.lexsort((candidate, trip_s, place))
    first = order[np.unique(place[order], return_index=True)[1]]
    nearest, least_s = np.full(n_places, -1, np.int64), np.full(n_places, np.inf)
    nearest[place[first]], least_s[place[first]] = candidate[first], trip_s[first]
    return nearest, least_s
