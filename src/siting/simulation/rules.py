"""What drives the quarters, as values: each with its unit and its source.

Sources: [policy] the policy texts, [press] press pages that report official figures, [calc] computed from these,
[assumption] neither: a planner should put a figure of their own.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from siting.simulation.outreach import Appointments, OpeningDays, Outposts, Patients, Transport
from siting.simulation.prices import Prices

Choice = Literal["off", "announced", "observed"]

NATIONAL_CONSULTATIONS = 230e6
"""GP consultations a year in France [press]."""
NATIONAL_PERSONS = 68.6e6
"""People whose consultations these are [press]."""
CONSULTATIONS_PER_PERSON = NATIONAL_CONSULTATIONS / NATIONAL_PERSONS
"""3.35 a year [calc]."""
SENIOR_FROM_YEARS = 50
"""From this age doctors work 46 h a week, 41.5 h below [press]: `Demography.replacement_ratio`."""


@dataclass(frozen=True)
class Demography:
    """How doctors age, leave and are replaced.

    Attributes
    ----------
    age_from : tuple of float
        Where each age class begins, in years; the last one is open.
    age_shares : tuple of float
        Share of doctors in each class where ages are not known [assumption].
    leaving_per_year : tuple of float
        Chance that a doctor of the class stops within a year [assumption: with the pool below, the 99,457 GPs of
        2023 become about the 92,427 forecast for 2028 [press]].
    replacement_ratio : float
        Recruits needed for the consultations of one doctor of 50 or more: 46 / 41.5 = 1.1 [press]; 2.0 where a
        retiring doctor is said to need two [policy, opinion].
    """

    age_from: tuple[float, ...] = (30, 40, 50, 55, 60, 65, 70)
    age_shares: tuple[float, ...] = (0.22, 0.20, 0.10, 0.13, 0.17, 0.13, 0.05)
    leaving_per_year: tuple[float, ...] = (0.005, 0.005, 0.01, 0.02, 0.06, 0.18, 0.25)
    replacement_ratio: float = 1.1

    def consultations_per_doctor(self, mean: float) -> tuple[float, ...]:
        """Consultations a year of a doctor of each class, ``mean`` over `age_shares`."""
        hours = [self.replacement_ratio if start >= SENIOR_FROM_YEARS else 1.0 for start in self.age_from]
        young = mean / sum(share * factor for share, factor in zip(self.age_shares, hours, strict=True))
        return tuple(young * factor for factor in hours)


@dataclass(frozen=True)
class Recruitment:
    """One pool for all places: a doctor hired here is not hired there.

    Attributes
    ----------
    pool_per_year : float
        New GPs a year in the country; an area has its share. As many as a cohort of docteurs juniors, 3,700
        [policy]; that all of them settle as GPs is an [assumption].
    fill_chance : float
        Chance that a post finds somebody within a quarter, the pool permitting [assumption].
    withdrawal_chance : float
        Chance that a vacant post is given up within a quarter [assumption].
    delay_quarters : int
        Quarters from the agreement to the first consultation, 1 or more [assumption].
    aid_odds : float
        What tax exemption and housing multiply the odds of filling a post in a red zone by [assumption].
    """

    pool_per_year: float = 3_700.0
    fill_chance: float = 0.25
    withdrawal_chance: float = 0.02
    delay_quarters: int = 2
    aid_odds: float = 1.5


@dataclass(frozen=True)
class Solidarity:
    """Doctors who give days in a red zone: what it gains, their own patients lose, and the way there besides.

    Attributes
    ----------
    consultations_per_year : float
        In the country; an area has its share.
    most_days_per_year : float
        A doctor gives no more: 2 days a month [policy].
    longest_trip_s : float
        One way [assumption].
    """

    consultations_per_year: float
    most_days_per_year: float = 24.0
    longest_trip_s: float = 3600.0


SOLIDARITY: dict[Choice, Solidarity | None] = {
    "off": None,
    "announced": Solidarity(30e6),  # [policy] up to 30 million a year
    "observed": Solidarity(6_500 * 12 / 5),  # [press] 6,500 by 300 doctors from October 2025 to February 2026
}
SOLIDARITY_FACTOR = 30e6 / (6_500 * 12 / 5)
"""Announced over observed: 1,923, both by the year [calc]."""


@dataclass(frozen=True)
class Juniors:
    """Docteurs juniors: a cohort a year, for a year, placed where doctors can host them.

    Attributes
    ----------
    cohort : float
        In the country; an area has its share.
    consultations_per_junior : float
        A year.
    """

    cohort: float
    consultations_per_junior: float


JUNIORS: dict[Choice, Juniors | None] = {
    "off": None,
    "announced": Juniors(3_700, 338 * 12),  # [policy] 15 million a year: 338 a month [calc]
    "observed": Juniors(3_700, 200 * 12),  # [calc] at 200 acts a month; no quarter of theirs was observed yet
}
FIRST_JUNIORS = 2026 * 4 + 3
"""Quarter of November 2026 [policy]: ``year * 4 + quarter - 1``."""


@dataclass(frozen=True)
class Assistants:
    """New contracts of medical assistants; those of before the first quarter are in its supply.

    Attributes
    ----------
    contracts_per_quarter : float
        In the country; an area has its share.
    last_quarter : int
    consultations_per_assistant : float
        A year: 2 a day [press] over 170 days, as 15,000 of them make 5.1 million [calc].
    """

    contracts_per_quarter: float
    last_quarter: int = 2028 * 4 + 3
    consultations_per_assistant: float = 340.0


ASSISTANTS: dict[Choice, Assistants | None] = {
    "off": None,
    "announced": Assistants((15_000 - 7_240) / 17),  # [policy] 15,000 by the end of 2028, 7,240 in October 2024
    "observed": Assistants(7_240 / 22),  # [press] 7,240 by October 2024; the 22 quarters since are an [assumption]
}


LEAD_QUARTERS = {"label": 0, "upgrade": 4, "create": 8, "itinerant": 4, "tele": 2}


@dataclass(frozen=True)
class Houses:
    """What a house needs and does.

    Attributes
    ----------
    posts_per_creation : int
        Posts for doctors that a created house opens, filled from the one pool [assumption]. A label put on a
        practice brings no doctor.
    posts_per_upgrade : int
        The same for a structure that is enlarged, and for an itinerant house [assumption].
    nurses_per_creation : int
        Posts for nurses, the label asking for one [press]; they have no common pool [assumption].
    nurse_fill_chance : float
        Chance that such a post finds somebody within a quarter [assumption].
    lead_quarters : dict
        Quarters from the decision to the opening, by kind: no time for a label, two years for a creation [policy];
        a year to enlarge a structure or to equip a bus, half of one for a tele-equipped place [assumption].
    aid_eur_per_year : float
        Up to 50,000 € per house and year [press].
    aid_quarters : int
        How long the aid lasts; what is vacant in a created house when it ends is given up [assumption].
    salaried_odds : float
        What salaries multiply the odds of filling a post of a created house by, while its aid lasts [assumption].
    aid_budget_eur_per_year : float or None
        Openings beyond it wait until the aid of others ends.
    """

    posts_per_creation: int = 2
    posts_per_upgrade: int = 1
    nurses_per_creation: int = 1
    nurse_fill_chance: float = 0.5
    lead_quarters: dict[str, int] = field(default_factory=LEAD_QUARTERS.copy)
    aid_eur_per_year: float = 50_000.0
    aid_quarters: int = 12
    salaried_odds: float = 1.0
    aid_budget_eur_per_year: float | None = None

    @property
    def posts(self) -> dict[str, int]:
        """Posts for doctors that a house opens, by kind; kinds that are not here open none."""
        return {
            "create": self.posts_per_creation,
            "upgrade": self.posts_per_upgrade,
            "itinerant": self.posts_per_upgrade,
        }

    @property
    def most_aided(self) -> int | None:
        """How many houses the budget can aid at a time; None without a budget."""
        budget = self.aid_budget_eur_per_year
        return None if budget is None else int(budget // self.aid_eur_per_year)


@dataclass(frozen=True)
class WorkingDay:
    """A doctor's day: turns days given into consultations, and trips into consultations lost.

    Attributes
    ----------
    days_per_year : float
        [assumption].
    day_s : float
        54 h a week over 5 days [press].
    """

    days_per_year: float = 220.0
    day_s: float = 54 / 5 * 3600


@dataclass(frozen=True)
class Rules:
    """Everything that moves supply; what is None is off.

    Attributes
    ----------
    demography : Demography or None
        None: nobody ages, leaves or needs replacing.
    mean_consultations : float
        Of a doctor, a year, over the ages of `ages`.
    ages : Demography
        Age classes and hours, demography on or off.
    apl_age_bound : float
        The index counts no doctor of an age class that begins here or later, in years [assumption: 65].
    """

    mean_consultations: float
    demography: Demography | None = None
    ages: Demography = field(default_factory=Demography)
    recruitment: Recruitment = field(default_factory=Recruitment)
    solidarity: Solidarity | None = None
    juniors: Juniors | None = None
    assistants: Assistants | None = None
    houses: Houses = field(default_factory=Houses)
    outposts: Outposts = field(default_factory=Outposts)
    transport: Transport = field(default_factory=Transport)
    days: OpeningDays = field(default_factory=OpeningDays)
    appointments: Appointments = field(default_factory=Appointments)
    patients: Patients = field(default_factory=Patients)
    day: WorkingDay = field(default_factory=WorkingDay)
    installation_aid_until: int | None = None
    prices: Prices = field(default_factory=Prices)
    apl_age_bound: float = 65.0

    @property
    def consultations_per_doctor(self) -> tuple[float, ...]:
        """Consultations a year of a doctor of each age class."""
        return self.ages.consultations_per_doctor(self.mean_consultations)
