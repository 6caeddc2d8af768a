"""Monte Carlo: many seeded draws of the same quarters, and the bands they span."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from siting.progress import Progress, silent
from siting.simulation.engine import Simulation, simulate
from siting.simulation.indicators import INDICATORS, Areas, of_state
from siting.simulation.rows import first_state
from siting.simulation.rules import Rules
from siting.simulation.staff import Staff
from siting.simulation.values import Schedule, World

BAND = (0.1, 0.9)
"""Quantiles of the draws that make a band."""


@dataclass(frozen=True)
class Spread:
    """How uncertain the rules are: standard deviations of the logarithm of a factor on each [assumption].

    Attributes
    ----------
    leaving : float
        Of the chances to leave.
    uptake : float
        Of solidarity, juniors, assistants and the pool, drawn apart.
    """

    leaving: float = 0.1
    uptake: float = 0.2


@dataclass(frozen=True)
class Draws:
    """What the draws gave.

    Attributes
    ----------
    quarters : int64 array, shape (n_quarters + 1,)
        The first is the start.
    areas : tuple of Areas
    figures : tuple of float32 arrays, shape (n_draws, n_quarters + 1, n_areas, n_indicators)
        `INDICATORS` of each level.
    central : Simulation
        The first draw, with the rules as they are: its ledger is the one that is told.
    """

    quarters: NDArray[np.int64]
    areas: tuple[Areas, ...]
    figures: tuple[NDArray[np.float32], ...]
    central: Simulation

    @property
    def total(self) -> int:
        """The level, among `areas`, that is the whole study area."""
        return next(at for at, areas in enumerate(self.areas) if areas.level == "total")

    def mean(self, level: int) -> NDArray[np.float64]:
        """Mean over the draws, shape (n_quarters + 1, n_areas, n_indicators); NaN where a draw has no figure."""
        return np.asarray(self.figures[level].mean(axis=0, dtype=np.float64))

    def band(self, level: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """`BAND` over the draws, one quarter at a time: the whole would copy all draws."""
        low, high = zip(
            *(np.quantile(self.figures[level][:, at], BAND, axis=0) for at in range(len(self.quarters))), strict=True
        )
        return np.array(low, np.float64), np.array(high, np.float64)


def run_draws(
    world: World,
    staff: Staff,
    schedule: Schedule,
    rules: Rules,
    *,
    start: int,
    n_quarters: int,
    n_draws: int,
    seed: int,
    areas: tuple[Areas, ...],
    spread: Spread | None = None,
    threads: int = 1,
    progress: Progress = silent,
) -> Draws:
    """Simulate ``n_draws`` times; the same seed gives the same bytes with any number of threads.

    Parameters
    ----------
    world, schedule, rules : World, Schedule, Rules
        The draws after the first take each one of the speeds of the world.
    staff : Staff
        Ages that are not known are drawn anew in each draw.
    start : int
        The quarter that has just ended; ``n_quarters`` follow.
    n_draws : int
        The first takes the rules as they are, the others as ``spread`` draws them.
    seed : int
    areas : tuple of Areas
    spread : Spread, optional
    threads : int
    progress : Progress

    Notes
    -----
    Memory: 4 bytes × draws × (quarters + 1) × areas × indicators.
    """
    shape = (n_draws, n_quarters + 1)
    figures = tuple(np.empty((*shape, len(level.code), len(INDICATORS)), np.float32) for level in areas)

    def one(draw: int) -> Simulation:
        key = (seed, draw)
        own = rules if draw == 0 else drawn(rules, spread or Spread(), np.random.default_rng(key))
        place = world if draw == 0 else at_drawn_speed(world, np.random.default_rng((*key, 1)))
        begin = first_state(staff, own, national_share=world.national_share, quarter=start, seed=key)
        simulation = simulate(world, begin, schedule, own, n_quarters=n_quarters, seed=key)
        for at, state in enumerate(simulation.states):
            for level, found in enumerate(of_state(place, state, schedule, own, areas, since=start)):
                figures[level][draw, at] = found
        return simulation

    central = one(0)
    progress(1, n_draws)

    def other(draw: int) -> None:
        one(draw)  # its states are not kept: 50 MB a draw over France

    with ThreadPoolExecutor(threads) as pool:
        for done, _ in enumerate(pool.map(other, range(1, n_draws)), start=2):
            progress(done, n_draws)
    return Draws(np.arange(start, start + n_quarters + 1), areas, figures, central)


def at_drawn_speed(world: World, random: Generator) -> World:
    """The world at one of its speeds, each as likely, the usual one among them."""
    at = int(random.integers(1 + len(world.catchments_at_speeds)))
    if at == 0:
        return world
    cells = replace(world.cells, by_car=world.cells.by_car_at_speeds[at - 1])
    return replace(world, catchments=world.catchments_at_speeds[at - 1], cells=cells)


def drawn(rules: Rules, spread: Spread, random: Generator) -> Rules:
    """The rules, each uncertain figure times a factor of median 1."""
    leaving = np.exp(spread.leaving * random.standard_normal())
    pool, solidarity, juniors, assistants = np.exp(spread.uptake * random.standard_normal(4)).tolist()
    ages = rules.demography
    return replace(
        rules,
        demography=ages
        and replace(ages, leaving_per_year=tuple(min(chance * leaving, 1.0) for chance in ages.leaving_per_year)),
        recruitment=replace(rules.recruitment, pool_per_year=rules.recruitment.pool_per_year * pool),
        solidarity=rules.solidarity
        and replace(rules.solidarity, consultations_per_year=rules.solidarity.consultations_per_year * solidarity),
        juniors=rules.juniors and replace(rules.juniors, cohort=rules.juniors.cohort * juniors),
        assistants=rules.assistants
        and replace(rules.assistants, contracts_per_quarter=rules.assistants.contracts_per_quarter * assistants),
    )
