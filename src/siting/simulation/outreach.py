"""Care brought to people, and people to care: buses, part-time houses, booths, shuttles; and when doors are open.

Every figure is an assumption unless it says [policy] or [press]; see `siting.simulation.rules`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Outposts:
    """Care brought to the communes worst served today: stops of a médicobus, part-time houses and tele sites.

    Attributes
    ----------
    tele_sites, medicobus_rounds, part_time_houses : int
        How many, in the area; the worst served communes come first: the bus, then the house, then the booth.
    tele_consultations_per_year : float
        Staffed hours only: 20 h a week, 2 an hour, 48 weeks [assumption].
    tele_share : float
        Most of a commune's consultations that can be remote: 2.2 % of activity in rural places [press].
    tele_share_of_old : float
        How much of that share holds for people of 65 and more [assumption].
    stops_per_round : int
        Communes that a bus serves, one a day of the week each.
    part_time_days : int
        Days a week that a part-time house is open: two, for a place of 900 people [policy].
    visit_consultations_per_day : float
        Of a bus or of a part-time house [assumption].
    visit_weeks_per_year : float
        [assumption].
    """

    tele_sites: int = 0
    medicobus_rounds: int = 0
    part_time_houses: int = 0
    tele_consultations_per_year: float = 1_920.0
    tele_share: float = 0.022
    tele_share_of_old: float = 0.5
    stops_per_round: int = 5
    part_time_days: int = 2
    visit_consultations_per_day: float = 20.0
    visit_weeks_per_year: float = 46.0

    @property
    def n_stops(self) -> int:
        return self.medicobus_rounds * self.stops_per_round


@dataclass(frozen=True)
class Transport:
    """What takes people without a car to a doctor, from the communes where most of them reach none on foot.

    Attributes
    ----------
    shuttles, on_demand : int
        Communes served by each, shuttles first.
    shuttle_days : int
        Days a week that a shuttle runs: three [policy].
    shuttle_seats : int
        With 50 weeks a year, 1,800 trips [policy] are 12 seats on each of the three days.
    shuttle_weeks_per_year : float
    first_quarter : int
        When both begin.
    on_demand_days : int
    on_demand_trips_per_year : float
        Of volunteer drivers for 80,000 € a year [assumption].
    """

    shuttles: int = 0
    on_demand: int = 0
    shuttle_days: int = 3
    shuttle_seats: int = 12
    shuttle_weeks_per_year: float = 50.0
    on_demand_days: int = 5
    on_demand_trips_per_year: float = 3_000.0
    first_quarter: int = 0

    def running(self, quarter: int) -> tuple[int, int]:
        """Shuttles and services on demand of a quarter."""
        return (self.shuttles, self.on_demand) if quarter >= self.first_quarter else (0, 0)

    @property
    def shuttle_trips_per_year(self) -> float:
        """Trips there and back of one passenger."""
        return self.shuttle_seats * self.shuttle_days * self.shuttle_weeks_per_year


@dataclass(frozen=True)
class OpeningDays:
    """On how many days of the week doors are open; `siting.access.spread_days` says on which.

    Attributes
    ----------
    single_days : int
        Where one doctor works [assumption].
    shared_days : int
        Where several do [assumption].
    house_days : int
        A house that a doctor works in: at least 5, the rule of the label [press].
    """

    single_days: int = 4
    shared_days: int = 5
    house_days: int = 5


@dataclass(frozen=True)
class Appointments:
    """How much of a door's work cannot be planned, and how much it keeps for that.

    Attributes
    ----------
    unplanned_share : float
        Of the consultations asked for (0–1) [assumption].
    kept_share : float
        Of the consultations offered (0–1), kept for them [assumption].
    """

    unplanned_share: float = 0.25
    kept_share: float = 0.30


@dataclass(frozen=True)
class Patients:
    """Who needs a regular doctor, and how many one doctor takes.

    Attributes
    ----------
    per_doctor : float
        Standardised inhabitants on the list of a doctor [assumption: with it, 5.7 of the 65.4 million people of
        metropolitan France are without one at the start, as 6 million [policy] of 68.6 are].
    long_term_illness_share : tuple of float
        Share (0–1) of each age group of `siting.territory.AGE_GROUPS` with a long-term illness (ALD) [assumption: of
        the order of 12 million people in all].
    """

    per_doctor: float = 900.0
    long_term_illness_share: tuple[float, ...] = (0.03, 0.12, 0.45)
