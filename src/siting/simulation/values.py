"""World, State and Schedule: what stays, what a quarter leaves behind, and when houses open."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from siting.access import AreaCatchments, Within, supply_below_age
from siting.simulation.rules import Rules

NEVER = np.iinfo(np.int64).max
"""Opening quarter of a row that is no house."""


def quarter_number(text: str) -> int:
    """``"2027-Q1"`` as ``year * 4 + quarter - 1``."""
    year, quarter = text.split("-Q")
    return int(year) * 4 + int(quarter) - 1


def quarter_text(number: int) -> str:
    """The reverse of `quarter_number`."""
    return f"{number // 4}-Q{number % 4 + 1}"


@dataclass(frozen=True)
class Cells:
    """Where people live, and the rows within the standard of each cell.

    Attributes
    ----------
    commune : int32 array, shape (n_cells,)
        Row of the communes of the world.
    persons, persons_no_car : float64 arrays, shape (n_cells,)
        Residents, and those without a car.
    by_car, without_car : Within
        Rows that each reaches; those without a car on foot, or as a scenario says.
    by_car_at_speeds : tuple of Within
        The first at other speeds, in the order of ``World.catchments_at_speeds``.
    """

    commune: NDArray[np.int32]
    persons: NDArray[np.float64]
    persons_no_car: NDArray[np.float64]
    by_car: Within
    without_car: Within
    by_car_at_speeds: tuple[Within, ...] = ()


@dataclass(frozen=True)
class World:
    """What does not change through the quarters.

    A *row* is a place that gives consultations: the practices of a commune, or a house of the plan.

    Attributes
    ----------
    row_id : str array, shape (n_rows,)
    commune : int32 array, shape (n_rows,)
        Row of the communes below.
    code, epci, departement : str arrays, shape (n_communes,)
    in_study_area : bool array, shape (n_communes,)
        The others surround it: their people and doctors count, nothing is told of them.
    persons, persons_old, persons_ill : float64 arrays, shape (n_communes,)
        Residents, those of 65 and more, and those with a long-term illness (ALD).
    home : int32 array, shape (n_rows,)
        Row where the doctors of a row work: its own, but for a label, put on the practices of its commune.
    own_days : int64 array, shape (n_rows,)
        Days a week on which doctors receive there by a planner's table; 0 where it does not say.
    cells : Cells
    catchments : AreaCatchments
        Rows × communes.
    catchments_at_speeds : tuple of AreaCatchments
        The same at other speeds, among which draws choose.
    is_red : bool array, shape (n_communes,)
        Communes in a red zone.
    outpost : int32 array
        Rows where a bus stops or a booth stands first, worst served commune first.
    transport : int32 array
        Rows of the communes that are given a shuttle or drivers first: where most people without a car reach no
        doctor at the start.
    trip_to_red_s : float64 array, shape (n_rows,)
        From each row to the nearest row of a red zone; inf where none is within reach, or in a red zone.
    red_row : int32 array, shape (n_rows,)
        That row; -1 where there is none.
    trip_to_outpost_s : float64 array, shape (n_outposts,)
        From the nearest practice, where a bus starts; inf where none is within reach.
    national_share : float
        Of the doctors of the country, how many are in the area (0–1): its share of national figures.
    growth_per_year : float64 array, shape (n_communes,)
        Change of demand, 0.01 for 1 % a year.
    """

    row_id: NDArray[np.str_]
    commune: NDArray[np.int32]
    code: NDArray[np.str_]
    epci: NDArray[np.str_]
    departement: NDArray[np.str_]
    in_study_area: NDArray[np.bool_]
    persons: NDArray[np.float64]
    persons_old: NDArray[np.float64]
    persons_ill: NDArray[np.float64]
    home: NDArray[np.int32]
    own_days: NDArray[np.int64]
    cells: Cells
    catchments: AreaCatchments
    is_red: NDArray[np.bool_]
    outpost: NDArray[np.int32]
    transport: NDArray[np.int32]
    trip_to_red_s: NDArray[np.float64]
    red_row: NDArray[np.int32]
    trip_to_outpost_s: NDArray[np.float64]
    national_share: float
    growth_per_year: NDArray[np.float64]
    catchments_at_speeds: tuple[AreaCatchments, ...] = ()

    @property
    def n_rows(self) -> int:
        return len(self.row_id)

    def growth(self, quarters: int) -> NDArray[np.float64]:
        """Demand of each commune after ``quarters``, as a multiple of the first."""
        return np.asarray((1 + self.growth_per_year) ** (quarters / 4))


@dataclass(frozen=True)
class Closures:
    """What sites that close take from rows, one entry per row and quarter; see `siting.simulation.closures`.

    Attributes
    ----------
    row : int32 array, shape (n_closures,)
    quarter : int64 array, same shape
        From which on it is closed.
    share : float64 array, same shape
        Of those who work in the row when the quarter before ends (0–1).
    """

    row: NDArray[np.int32]
    quarter: NDArray[np.int64]
    share: NDArray[np.float64]

    @classmethod
    def none(cls) -> Closures:
        """Nothing closes."""
        return cls(np.zeros(0, np.int32), np.zeros(0, np.int64), np.zeros(0))

    def share_of_rows(self, quarter: int, n_rows: int) -> NDArray[np.float64]:
        """What each row loses in a quarter, shape (n_rows,)."""
        share = np.zeros(n_rows)
        now = self.quarter == quarter
        share[self.row[now]] = self.share[now]
        return share


@dataclass(frozen=True)
class Schedule:
    """When each row opens as a house, and what closes.

    Attributes
    ----------
    opens : int64 array, shape (n_rows,)
        Quarter, or `NEVER`.
    kind : str array, shape (n_rows,)
        ``"practice"``, ``"label"`` or ``"create"``.
    closures : Closures
    """

    opens: NDArray[np.int64]
    kind: NDArray[np.str_]
    closures: Closures = field(default_factory=Closures.none)


@dataclass(frozen=True)
class State:
    """Supply at the end of a quarter, one row per practice and house.

    Attributes
    ----------
    quarter : int
        ``year * 4 + quarter - 1``.
    doctors : int64 array, shape (n_rows, n_ages)
        GPs, whole, by age class.
    vacancies : int64 array, shape (n_rows,)
        Posts that look for a doctor.
    arriving : int64 array, shape (n_rows, delay_quarters)
        Doctors hired, by the quarters they still need, less one.
    juniors, assistants, nurses, nurse_vacancies : int64 arrays, shape (n_rows,)
        Nurses neither age nor leave: no input of the package tells of them.
    granted : float64 array, shape (n_rows, n_flows)
        Consultations a year gained (or given, negative) by each of `siting.simulation.instruments.FLOWS`.
    is_house : bool array, shape (n_rows,)
    """

    quarter: int
    doctors: NDArray[np.int64]
    vacancies: NDArray[np.int64]
    arriving: NDArray[np.int64]
    juniors: NDArray[np.int64]
    assistants: NDArray[np.int64]
    nurses: NDArray[np.int64]
    nurse_vacancies: NDArray[np.int64]
    granted: NDArray[np.float64]
    is_house: NDArray[np.bool_]

    def __post_init__(self) -> None:
        for value in vars(self).values():
            if isinstance(value, np.ndarray):
                value.flags.writeable = False

    def _besides_doctors(self, rules: Rules) -> NDArray[np.float64]:
        added = self.granted.sum(axis=1)
        if rules.juniors:
            added = added + self.juniors * rules.juniors.consultations_per_junior
        if rules.assistants:
            added = added + self.assistants * rules.assistants.consultations_per_assistant
        return np.asarray(added)

    def supply(self, rules: Rules) -> NDArray[np.float64]:
        """Consultations a year of each row, shape (n_rows,), counted from the stocks."""
        return np.asarray(self.doctors @ np.array(rules.consultations_per_doctor) + self._besides_doctors(rules))

    def apl_supply(self, rules: Rules) -> NDArray[np.float64]:
        """The same without the doctors above the age bound of the index, never below 0."""
        of_doctors = self.doctors * np.array(rules.consultations_per_doctor)
        counted = supply_below_age(of_doctors, np.array(rules.ages.age_from), age_bound=rules.apl_age_bound)
        return np.maximum(counted + self._besides_doctors(rules), 0.0)


def unscheduled(kind: NDArray[np.str_]) -> Schedule:
    """No row opens as a house."""
    return Schedule(np.full(len(kind), NEVER, np.int64), kind)
