"""Forecast: what a simulation was given and what it gave, in one frozen value that every reader takes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from siting.simulation.draws import Draws
from siting.simulation.phases import Milestone
from siting.simulation.rules import Rules
from siting.simulation.values import NEVER, Schedule, World, quarter_text


@dataclass(frozen=True)
class Forecast:
    """Quarters simulated after a plan.

    Attributes
    ----------
    world : World
    schedule : Schedule
    rules : Rules
    draws : Draws
    milestones : tuple of Milestone
    n_houses : int
        The plan's, the last rows of ``world``.
    has_own_supply : bool
        Whether doctors and nurses are those of a planner's table, not the practices of 2019.
    """

    world: World
    schedule: Schedule
    rules: Rules
    draws: Draws
    milestones: tuple[Milestone, ...]
    n_houses: int
    has_own_supply: bool = False

    def opening_of_houses(self) -> NDArray[np.str_]:
        """``"2027-Q4"`` for each house of the plan, in its order; ``""`` for one that never opens. (n_houses,)"""
        opens = self.schedule.opens[len(self.schedule.opens) - self.n_houses :]
        return np.array(["" if quarter == NEVER else quarter_text(quarter) for quarter in opens.tolist()], dtype=str)
