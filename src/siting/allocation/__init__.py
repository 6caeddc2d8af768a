"""Where to open: cover sets, problems, and plans with a proof of how good they are."""

from siting.allocation.alternatives import StandIns, frontier, in_all_plans, other_plans, stand_ins
from siting.allocation.capacitated_medians import CapacitatedPMedian, capacitated_p_median
from siting.allocation.cell_times import CellTimes, cell_times
from siting.allocation.centers import PCenter, p_center
from siting.allocation.clauses import Apart, Budget, Clause, CoveredShare, Differs, Houses, NewPerZone
from siting.allocation.composed_centers import ComposedCenter, compose_center
from siting.allocation.composing import Composed, compose
from siting.allocation.cover import CoverSets, cover_sets
from siting.allocation.everyone import Everyone
from siting.allocation.expanding import expand
from siting.allocation.goals import FewestHouses, Goal, GoalName, LeastCost, LeastTime, MostCovered, MostServed
from siting.allocation.measures import Served, Waiting, served, waiting
from siting.allocation.medians import PMedian, p_median
from siting.allocation.option_clauses import OnePerSite, StaysOpen
from siting.allocation.options import KEEP, Kind, Opening, Options
from siting.allocation.plan import Certificate, Decisions, Plan, Status
from siting.allocation.problems import Lscp, Mclp, Problem, Rules, lscp, mclp
from siting.allocation.reasons import is_feasible
from siting.allocation.solving import solve

__all__ = [
    "KEEP",
    "Apart",
    "Budget",
    "CapacitatedPMedian",
    "CellTimes",
    "Certificate",
    "Clause",
    "Composed",
    "ComposedCenter",
    "CoverSets",
    "CoveredShare",
    "Decisions",
    "Differs",
    "Everyone",
    "FewestHouses",
    "Goal",
    "GoalName",
    "Houses",
    "Kind",
    "LeastCost",
    "LeastTime",
    "Lscp",
    "Mclp",
    "MostCovered",
    "MostServed",
    "NewPerZone",
    "OnePerSite",
    "Opening",
    "Options",
    "PCenter",
    "PMedian",
    "Plan",
    "Problem",
    "Rules",
    "Served",
    "StandIns",
    "Status",
    "StaysOpen",
    "Waiting",
    "capacitated_p_median",
    "cell_times",
    "compose",
    "compose_center",
    "cover_sets",
    "expand",
    "frontier",
    "in_all_plans",
    "is_feasible",
    "lscp",
    "mclp",
    "other_plans",
    "p_center",
    "p_median",
    "served",
    "solve",
    "stand_ins",
    "waiting",
]
