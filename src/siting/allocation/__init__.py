"""Where to open: cover sets, problems, and plans with a proof of how good they are."""

from siting.allocation.cover import CoverSets, cover_sets
from siting.allocation.plan import Certificate, Plan, Status
from siting.allocation.problems import Lscp, Mclp, Problem, lscp, mclp
from siting.allocation.solving import solve

__all__ = [
    "Certificate",
    "CoverSets",
    "Lscp",
    "Mclp",
    "Plan",
    "Problem",
    "Status",
    "cover_sets",
    "lscp",
    "mclp",
    "solve",
]
