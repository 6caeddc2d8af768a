"""Where to open: cover sets, problems, and plans with a proof of how good they are."""

from siting.allocation.cell_times import CellTimes, cell_times
from siting.allocation.clauses import Apart, Budget, Clause, CoveredShare, Houses, NewPerZone
from siting.allocation.composing import Composed, Goal, compose
from siting.allocation.cover import CoverSets, cover_sets
from siting.allocation.medians import PMedian, p_median
from siting.allocation.plan import Certificate, Plan, Status
from siting.allocation.problems import Lscp, Mclp, Problem, lscp, mclp
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
    "Goal",
    "Houses",
    "Lscp",
    "Mclp",
    "NewPerZone",
    "PMedian",
    "Plan",
    "Problem",
    "Status",
    "cell_times",
    "compose",
    "cover_sets",
    "lscp",
    "mclp",
    "p_median",
    "solve",
]
