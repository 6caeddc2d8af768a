"""Where to open: cover sets, problems, and plans with a proof of how good they are."""

from siting.allocation.cell_times import CellTimes, cell_times
from siting.allocation.centers import PCenter, p_center
from siting.allocation.clauses import Apart, Budget, Clause, CoveredShare, Houses, NewPerZone
from siting.allocation.composing import Composed, Goal, compose
from siting.allocation.cover import CoverSets, cover_sets
from siting.allocation.explaining import Differs, Worth, best_plans, frontier, worth
from siting.allocation.medians import PMedian, p_median
from siting.allocation.plan import Certificate, Plan, Status
from siting.allocation.problems import Lscp, Mclp, Problem, Rules, lscp, mclp
from siting.allocation.solving import solve

__all__ = [
    "Apart",
    "Budget",
    "CellTimes",
    "Certificate",
    "Clause",
    "Composed",
    "CoverSets",
    "CoveredShare",
    "Differs",
    "Goal",
    "Houses",
    "Lscp",
    "Mclp",
    "NewPerZone",
    "PCenter",
    "PMedian",
    "Plan",
    "Problem",
    "Rules",
    "Status",
    "Worth",
    "best_plans",
    "cell_times",
    "compose",
    "cover_sets",
    "frontier",
    "lscp",
    "mclp",
    "p_center",
    "p_median",
    "solve",
    "worth",
]
