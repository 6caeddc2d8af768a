"""Posing: a scenario's goal, rules, costs and weights as one allocation problem, and what became of each rule."""

from siting.posing.asked import Asked, ask, check_asked
from siting.posing.consultations import fillings
from siting.posing.goals import goal_names
from siting.posing.kept import KeptRule, kept_rules
from siting.posing.problem import Posed, pose
from siting.posing.refusals import told_with_lines
from siting.posing.solving import at_sites, solve_posed

__all__ = [
    "Asked",
    "KeptRule",
    "Posed",
    "ask",
    "at_sites",
    "check_asked",
    "fillings",
    "goal_names",
    "kept_rules",
    "pose",
    "solve_posed",
    "told_with_lines",
]
