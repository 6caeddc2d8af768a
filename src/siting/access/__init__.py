"""Access: who is reached and how well."""

from siting.access.coverage import mean_min, percentile_min, persons_within
from siting.access.reasons import REASONS, persons_by_reason, uncoverable_reason

__all__ = [
    "REASONS",
    "mean_min",
    "percentile_min",
    "persons_by_reason",
    "persons_within",
    "uncoverable_reason",
]
