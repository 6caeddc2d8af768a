"""The world of a study area: who lives where, what is reached, where the help goes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from siting.access import (
    APL_STEPS,
    RELATIVE_CONSUMPTION,
    AreaCatchments,
    AtSpeed,
    Decay,
    catchments_by_area,
    standardised_demand,
    within_standard,
)
from siting.simulation.outreach import Patients
from siting.simulation.rows import Rows
from siting.simulation.trips import Trips, mean_trips, nearest_by
from siting.simulation.values import Cells, World
from siting.territory.values import Communes, Demand
from siting.travel.travel_times import TravelTimes

RED_EPCI_SHARE = 0.11
"""Share of the EPCI that are in red zones [policy]."""
ILLNESS_SHARE = Patients().long_term_illness_share


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

    def catchments_with(weight: Decay) -> AreaCatchments:
        return catchments_by_area(times, demand=needs, area=area, n_areas=n_communes, decay=weight)

    def by_commune(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.bincount(area, values, n_communes).astype(np.float64)

    catchments = catchments_with(decay)
    access = catchments.access(rows.staff.doctors.astype(np.float64) * mean_consultations).per_person
    is_red = _red_communes(communes, access, catchments.demand, red_epci_share)
    outpost = _worst_served(access, np.where(is_inside, communes.persons, 0), commune)
    cells = _cells(demand, area, times, reach, speed_factors)
    trips = mean_trips(times, area, demand.persons, n_communes)
    red_row, trip_to_red_s = _to_red_zones(trips, is_red, commune)
    return World(
        row_id=rows.id,
        commune=commune,
        code=communes.code,
        epci=communes.epci,
        departement=communes.departement,
        in_study_area=is_inside,
        persons=by_commune(demand.persons),
        persons_old=by_commune(demand.persons_by_age[:, 2]),
        persons_ill=by_commune(demand.persons_by_age @ np.array(long_term_illness_share)),
        home=rows.home,
        own_days=rows.staff.days,
        cells=cells,
        catchments=catchments,
        is_red=is_red,
        outpost=outpost,
        transport=_most_without_a_way(cells, rows.staff.doctors, commune, is_inside),
        trip_to_red_s=trip_to_red_s,
        red_row=red_row,
        trip_to_outpost_s=_from_doctors_s(trips, rows)[outpost],
        national_share=float(rows.staff.doctors.sum() / national_doctors),
        growth_per_year=np.full(n_communes, growth_per_year),
        catchments_at_speeds=tuple(catchments_with(AtSpeed(decay, factor)) for factor in speed_factors),
    )


def _red_communes(
    communes: Communes, access: NDArray[np.float64], needs: NDArray[np.float64], epci_share: float
) -> NDArray[np.bool_]:
    """The communes' own list, or those of the EPCI of the study area with the lowest access."""
    inside = communes.in_study_area
    if communes.is_red_zone is not None:
        return communes.is_red_zone & inside
    is_red = np.zeros(len(communes), np.bool_)
    is_red[inside] = red_zones(access[inside], needs[inside], communes.epci[inside], share=epci_share)
    return is_red


def _to_red_zones(
    trips: Trips, is_red: NDArray[np.bool_], commune: NDArray[np.int32]
) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """For the doctors of each row the nearest row in a red zone, and seconds; -1 and inf from a red zone itself."""
    of_donor = trips.where(is_red[commune[trips.site]] & ~is_red[trips.area])
    red_row, red_s = nearest_by(of_donor.site, of_donor.area, of_donor.time_s, len(is_red))
    is_red_row = is_red[commune]
    return (
        np.where(is_red_row, -1, red_row[commune]).astype(np.int32),
        np.where(is_red_row, np.inf, red_s[commune]),
    )


def _from_doctors_s(trips: Trips, rows: Rows) -> NDArray[np.float64]:
    """Seconds to each row from the nearest commune that has doctors."""
    has_doctors = np.bincount(rows.commune, rows.staff.doctors, trips.n_areas) > 0
    by_bus = trips.where(has_doctors[trips.area])
    return nearest_by(by_bus.area, by_bus.site, by_bus.time_s, len(rows.id))[1]


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
    left_out = np.bincount(cells.commune, cells.persons_no_car * ~is_reached, len(is_inside)) * is_inside
    served, row = np.unique(commune, return_index=True)
    order = np.argsort(-left_out[served], kind="stable")
    return row[order[left_out[served][order] > 0]].astype(np.int32)
