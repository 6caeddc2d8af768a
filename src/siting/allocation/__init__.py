"""Where to open: cover sets, problems, and plans with a proof of how good they are."""

from siting.allocation.cell_times import CellTimes, cell_times
from siting.allocation.composed.alternatives import StandIns, frontier, in_all_plans, other_plans, stand_ins
from siting.allocation.composed.centers import ComposedCenter, compose_center
from siting.allocation.composed.clauses import Apart, Budget, Clause, CoveredShare, Differs, Houses, NewPerZone
from siting.allocation.composed.everyone import Everyone
from siting.allocation.composed.expanding import expand
from siting.allocation.composed.goals import FewestHouses, Goal, GoalName, LeastCost, LeastTime, MostCovered, MostServed
from siting.allocation.composed.measures import Served, Waiting, served, waiting
from siting.allocation.composed.option_clauses import OnePerSite, StaysOpen
from siting.allocation.composed.options import KEEP, Kind, Opening, Options
from siting.allocation.composed.problem import Composed, compose
from siting.allocation.composed.reasons import is_feasible
from siting.allocation.cover import CoverSets, cover_sets
from siting.allocation.medians.capacitated import CapacitatedPMedian, capacitated_p_median
from siting.allocation.medians.centers import PCenter, p_center
from siting.allocation.medians.search import PMedian, p_median
from siting.allocation.plan import Certificate, Decisions, Plan, Status
from siting.allocation.problems import Lscp, Mclp, Problem, Rules, lscp, mclp
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
