"""Simulation: what a plan does, quarter by quarter, and where every consultation comes from.

Three ideas carry this room:

- A quarter is a function from a frozen state to the next one and the entries of its ledger.
- Supply is counted twice, from the stocks and from the ledger; a quarter where they differ is refused.
- What is drawn is drawn from a stream of its own, so that an instrument moves only what it says.
"""

from siting.simulation.engine import Simulation, simulate, step
from siting.simulation.ledger import CAUSES, OUTSIDE, Entries, LedgerError
from siting.simulation.phases import Milestone, houses_late, opening_quarters
from siting.simulation.rules import (
    ASSISTANTS,
    JUNIORS,
    SOLIDARITY,
    SOLIDARITY_FACTOR,
    Assistants,
    Demography,
    Houses,
    Juniors,
    Outposts,
    Recruitment,
    Rules,
    Solidarity,
    WorkingDay,
)
from siting.simulation.values import NEVER, Schedule, State, World, quarter_number, quarter_text

__all__ = [
    "ASSISTANTS",
    "CAUSES",
    "JUNIORS",
    "NEVER",
    "OUTSIDE",
    "SOLIDARITY",
    "SOLIDARITY_FACTOR",
    "Assistants",
    "Demography",
    "Entries",
    "Houses",
    "Juniors",
    "LedgerError",
    "Milestone",
    "Outposts",
    "Recruitment",
    "Rules",
    "Schedule",
    "Simulation",
    "Solidarity",
    "State",
    "WorkingDay",
    "World",
    "houses_late",
    "opening_quarters",
    "quarter_number",
    "quarter_text",
    "simulate",
    "step",
]
