"""Simulation: what a plan does, quarter by quarter, and where every consultation comes from.

Three ideas carry this room:

- A quarter is a function from a frozen state to the next one and the entries of its ledger.
- Supply is counted twice, from the stocks and from the ledger; a quarter where they differ is refused.
- What is drawn is drawn from a stream of its own, so that an instrument moves only what it says.
"""

from siting.simulation.closures import closures_of
from siting.simulation.draws import BAND, Draws, Spread, run_draws
from siting.simulation.engine import Simulation, simulate, step
from siting.simulation.forecast import Forecast
from siting.simulation.indicators import COSTS, INDICATORS, UNDER_SERVED, Areas, areas_of
from siting.simulation.ledger import CAUSES, OUTSIDE, Entries, LedgerError
from siting.simulation.outputs import delivered_table, ledger_table, quarters_table, write_tables
from siting.simulation.outreach import Appointments, OpeningDays, Outposts, Patients, Transport
from siting.simulation.phases import Milestone, houses_late, opening_quarters, planned_quarters
from siting.simulation.prices import PAYERS, PRICES, Price, Prices
from siting.simulation.rows import Rows, first_state, plan_rows
from siting.simulation.rules import (
    ASSISTANTS,
    JUNIORS,
    SOLIDARITY,
    SOLIDARITY_FACTOR,
    Assistants,
    Demography,
    Houses,
    Juniors,
    Recruitment,
    Rules,
    Solidarity,
    WorkingDay,
)
from siting.simulation.staff import Staff
from siting.simulation.values import (
    NEVER,
    Cells,
    Closures,
    Schedule,
    State,
    World,
    quarter_number,
    quarter_text,
    unscheduled,
)
from siting.simulation.world import RED_EPCI_SHARE, Reach, build_world

__all__ = [
    "ASSISTANTS",
    "BAND",
    "CAUSES",
    "COSTS",
    "INDICATORS",
    "JUNIORS",
    "NEVER",
    "OUTSIDE",
    "PAYERS",
    "PRICES",
    "RED_EPCI_SHARE",
    "SOLIDARITY",
    "SOLIDARITY_FACTOR",
    "UNDER_SERVED",
    "Appointments",
    "Areas",
    "Assistants",
    "Cells",
    "Closures",
    "Demography",
    "Draws",
    "Entries",
    "Forecast",
    "Houses",
    "Juniors",
    "LedgerError",
    "Milestone",
    "OpeningDays",
    "Outposts",
    "Patients",
    "Price",
    "Prices",
    "Reach",
    "Recruitment",
    "Rows",
    "Rules",
    "Schedule",
    "Simulation",
    "Solidarity",
    "Spread",
    "Staff",
    "State",
    "Transport",
    "WorkingDay",
    "World",
    "areas_of",
    "build_world",
    "closures_of",
    "delivered_table",
    "first_state",
    "houses_late",
    "ledger_table",
    "opening_quarters",
    "plan_rows",
    "planned_quarters",
    "quarter_number",
    "quarter_text",
    "quarters_table",
    "run_draws",
    "simulate",
    "step",
    "unscheduled",
    "write_tables",
]
