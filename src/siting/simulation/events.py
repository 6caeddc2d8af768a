"""What happens to doctors in a quarter: each event takes stocks, and gives them back with what to book.

Numbers are whole and drawn; each event has its own random stream, so that switching one off leaves the draws of the
others as they were.
"""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from siting.simulation.ledger import Entries, entries
from siting.simulation.rules import Demography, Recruitment

Whole = NDArray[np.int64]
Reals = NDArray[np.float64]


def age(doctors: Whole, age_from: tuple[float, ...], per_doctor: Reals, random: Generator) -> tuple[Whole, Entries]:
    """Doctors pass to the next age class, each with the chance ``1 / (4 × years of the class)`` a quarter.

    So ages are taken to be spread evenly within a class.
    """
    chance = np.append(1 / (4 * np.diff(np.array(age_from))), 0.0)
    passing = some(random, doctors, chance)
    after = doctors - passing
    after[:, 1:] += passing[:, :-1]
    gained = passing[:, :-1] @ np.diff(per_doctor)
    return after, entries("ageing", gained, destination=np.arange(len(doctors)))


def leave(doctors: Whole, demography: Demography, per_doctor: Reals, random: Generator) -> tuple[Whole, Whole, Entries]:
    """Doctors stop, each with the chance ``1 - (1 - yearly)^(1/4)``; posts open for what they gave.

    Returns
    -------
    doctors, posts : int64 arrays
        A post is the work of one recruit (age class 0); fractions are drawn.
    entries : Entries
    """
    chance = 1 - (1 - np.array(demography.leaving_per_year)) ** 0.25
    leaving = some(random, doctors, chance)
    lost = leaving @ per_doctor
    posts = whole(random, lost / per_doctor[0])
    return doctors - leaving, posts, entries("departure", lost, origin=np.arange(len(doctors)))


def give_up(vacancies: Whole, recruitment: Recruitment, random: Generator) -> Whole:
    """Vacancies that are still looked for, some being given up."""
    return vacancies - some(random, vacancies, np.array(recruitment.withdrawal_chance))


def hire(vacancies: Whole, chance: Reals, pool: int, random: Generator) -> Whole:
    """Posts that find a doctor: each with its chance, and ``pool`` at most in all, chosen at random.

    Parameters
    ----------
    vacancies : int64 array, shape (n_rows,)
    chance : float64 array, shape (n_rows,)
        That a post finds somebody within the quarter.
    pool : int
        Doctors there are to hire.
    """
    agreed = some(random, vacancies, chance)
    if agreed.sum() <= pool:
        return agreed
    at = np.flatnonzero(agreed)
    hired = np.zeros_like(agreed)
    hired[at] = random.multivariate_hypergeometric(agreed[at], pool, method="marginals")
    return hired


def fill_chance(recruitment: Recruitment, odds_factor: Reals) -> Reals:
    """Chance that a post finds somebody within a quarter, its odds times ``odds_factor`` (n_rows,)."""
    odds = recruitment.fill_chance / (1 - recruitment.fill_chance) * odds_factor
    return np.asarray(odds / (1 + odds))


def place(number: float, hosts: Whole, random: Generator) -> Whole:
    """Whole people placed with hosts, in proportion to the doctors there; nobody where there is no host."""
    total = int(whole(random, np.array([number]))[0])
    if hosts.sum() == 0:
        return np.zeros_like(hosts)
    at = np.flatnonzero(hosts)
    placed = np.zeros_like(hosts)
    placed[at] = random.multinomial(total, hosts[at] / hosts[at].sum())
    return placed


def whole(random: Generator, amounts: Reals) -> Whole:
    """Whole numbers of the same mean: 2.3 is 2 seven times in ten, else 3. Near-whole amounts are whole."""
    nearest = np.round(amounts)
    floor = np.where(np.abs(amounts - nearest) < 1e-9, nearest, np.floor(amounts))
    rest = np.maximum(amounts - floor, 0.0)
    up = np.zeros(amounts.shape, np.int64)
    at = np.nonzero(rest > 1e-9)
    up[at] = random.random(len(at[0])) < rest[at]
    return floor.astype(np.int64) + up


def some(random: Generator, count: Whole, chance: Reals) -> Whole:
    """Binomial draws where there is anybody: nine rows in ten of a national run are empty."""
    drawn = np.zeros_like(count)
    at = np.nonzero(count)
    drawn[at] = random.binomial(count[at], np.broadcast_to(chance, count.shape)[at])
    return drawn
