"""Where to open: cover sets, problems, and plans with a proof of how good they are."""

from siting.allocation.cell_times import CellTimes, cell_times
from siting.allocation.cover import CoverSets, cover_sets
from siting.allocation.medians import PMedian, p_median
from siting.allocation.plan import Certificate, Plan, Status
from siting.allocation.problems import Lscp, Mclp, Problem, lscp, mclp
from siting.allocation.solving import solve

__all__ = [
    "CellTimes",
    "Certificate",
    "CoverSets",
    "Lscp",
    "Mclp",
    "PMedian",
    "Plan",
    "Problem",
    "Status",
    "cell_times",
    "cover_sets",
    "lscp",
    "mclp",
    "p_median",
    "solve",
]
