"""Access: who is reached and how well."""

from siting.access.coverage import mean_min, percentile_min, persons_within
from siting.access.days import DAYS, Within, day_mask, n_days, spread_days, within_standard
from siting.access.decay import APL_STEPS, AtSpeed, Decay, ExponentialDecay, GaussianDecay, StepDecay
from siting.access.e2sfca import (
    RELATIVE_CONSUMPTION,
    SITES_PER_BLOCK,
    Accessibility,
    AreaCatchments,
    catchments_by_area,
    e2sfca,
    standardised_demand,
    supply_below_age,
)
from siting.access.filling import Filling, fill
from siting.access.modes import ModeTimes, measure_modes, mode_figures, persons_in_mode
from siting.access.outside import served_from_outside
from siting.access.reasons import REASONS, persons_by_reason, uncoverable_reason

__all__ = [
    "APL_STEPS",
    "DAYS",
    "REASONS",
    "RELATIVE_CONSUMPTION",
    "SITES_PER_BLOCK",
    "Accessibility",
    "AreaCatchments",
    "AtSpeed",
    "Decay",
    "ExponentialDecay",
    "Filling",
    "GaussianDecay",
    "ModeTimes",
    "StepDecay",
    "Within",
    "catchments_by_area",
    "day_mask",
    "e2sfca",
    "fill",
    "mean_min",
    "measure_modes",
    "mode_figures",
    "n_days",
    "percentile_min",
    "persons_by_reason",
    "persons_in_mode",
    "persons_within",
    "served_from_outside",
    "spread_days",
    "standardised_demand",
    "supply_below_age",
    "uncoverable_reason",
    "within_standard",
]
