"""What each instrument costs and who pays: every price is an assumption unless it says [policy] or [press].

Fees of consultations are no part of it: they are paid wherever a consultation takes place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

PAYERS = ("state", "assurance_maladie", "europe", "departement", "commune", "doctor")
"""Who pays; ``commune`` is the commune or its EPCI."""


@dataclass(frozen=True)
class Price:
    """What one unit of an instrument costs, and who pays.

    Attributes
    ----------
    eur : float
        A year, or once (`ONCE`).
    shares : dict
        Payer -> share (0–1); they add up to 1.

    Raises
    ------
    ValueError
        A payer is unknown, or the shares do not add up to 1.
    """

    eur: float
    shares: Mapping[str, float]

    def __post_init__(self) -> None:
        if not set(self.shares) <= set(PAYERS):
            raise ValueError(f"payers are {', '.join(PAYERS)}: {sorted(self.shares)}")
        if abs(sum(self.shares.values()) - 1) > 1e-9 or min(self.shares.values()) < 0:
            raise ValueError(f"shares of at least 0 add up to 1: {dict(self.shares)}")


PRICES: dict[str, Price] = {
    # A house and year, up to 50,000 € [press]; that it is always the most, and who pays, are assumptions.
    "house_aid": Price(50_000, {"assurance_maladie": 1.0}),
    # A created house and year, for five years: an investment of 500,000 €. LEADER pays 40 % [policy].
    "creation": Price(100_000, {"europe": 0.4, "state": 0.2, "departement": 0.2, "commune": 0.2}),
    # A salaried doctor and year, what fees do not pay back.
    "salaried_doctor": Price(40_000, {"departement": 0.5, "commune": 0.5}),
    "junior": Price(40_000, {"state": 1.0}),
    "assistant": Price(36_000, {"assurance_maladie": 0.6, "doctor": 0.4}),
    # A day that a doctor gives.
    "solidarity_day": Price(200, {"assurance_maladie": 1.0}),
    # A house open two days a week: rooms and reception.
    "part_time": Price(30_000, {"departement": 0.5, "commune": 0.5}),
    # One passenger there and back; 80,000 € a year for drivers [policy].
    "shuttle_trip": Price(25, {"departement": 0.5, "commune": 0.5}),
    "on_demand": Price(80_000, {"europe": 0.4, "departement": 0.3, "commune": 0.3}),
    "medicobus": Price(300_000, {"assurance_maladie": 0.5, "departement": 0.3, "commune": 0.2}),
    "tele": Price(20_000, {"assurance_maladie": 0.5, "commune": 0.5}),
    # A doctor hired in a red zone while the aid lasts, once: three years without income tax, and housing.
    "installation": Price(50_000, {"state": 0.8, "commune": 0.2}),
}
"""Price of each instrument, by unit."""
ONCE = ("installation",)
"""Paid once, not by the year."""
INVESTMENT_QUARTERS = 20
"""How long a created house is paid for [assumption]."""


@dataclass(frozen=True)
class Prices:
    """What a plan is reckoned with.

    Attributes
    ----------
    of : dict
        Instrument -> Price, the keys of `PRICES`.
    affordable_share : float
        What a commune can spend on care: 5 % of its budget [policy].
    budget_eur_per_person : float
        Budget of a commune, a year and resident [assumption].
    """

    of: Mapping[str, Price] = field(default_factory=lambda: dict(PRICES))
    affordable_share: float = 0.05
    budget_eur_per_person: float = 1_000.0

    def changed(self, eur: Mapping[str, float], shares: Mapping[str, Mapping[str, float]]) -> Prices:
        """The same with other amounts or other shares, by instrument."""
        of = {name: Price(eur.get(name, price.eur), shares.get(name, price.shares)) for name, price in self.of.items()}
        return replace(self, of=of)
