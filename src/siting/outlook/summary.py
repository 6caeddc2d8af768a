"""What ``simulation.json`` holds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from siting.scenario import SimulationSettings
from siting.simulation import INDICATORS, Forecast, houses_late, quarter_text
from siting.simulation.instruments import FLOWS


def summary_of(settings: SimulationSettings, forecast: Forecast, notes: Sequence[str]) -> dict[str, Any]:
    """Settings, totals of the central draw, milestones, and what must be told."""
    central, world, rules = forecast.draws.central, forecast.world, forecast.rules
    last = central.states[-1]
    moved = {name: float(np.maximum(last.granted[:, at], 0).sum()) for at, name in enumerate(FLOWS)}
    quarters = [central.states[0], last]
    told = world.in_study_area[world.commune]
    return {
        "settings": settings.model_dump(mode="json"),
        "figures": _figures(forecast),
        "national_share": world.national_share,
        "totals": [
            {
                "quarter": quarter_text(state.quarter),
                "doctors": int(state.doctors[told].sum()),
                "vacancies": int(state.vacancies[told].sum()),
                "juniors": int(state.juniors[told].sum()),
                "assistants": int(state.assistants[told].sum()),
                "houses": int(state.is_house[told].sum()),
                "consultations_per_year": float(state.supply(rules)[told].sum()),
            }
            for state in quarters
        ],
        "consultations_per_year_at_the_end": moved,
        "milestones": [
            {"quarter": quarter_text(one.quarter), "houses": one.houses, "houses_missing": late}
            for one, late in zip(
                forecast.milestones, houses_late(forecast.schedule.opens, forecast.milestones), strict=True
            )
        ],
        "notes": list(notes),
    }


def _figures(forecast: Forecast) -> dict[str, dict[str, float | None]]:
    """Each indicator of the study area at the start and at the end: mean of the draws, and the band of the end."""
    draws = forecast.draws
    mean, (low, high) = draws.mean(draws.total)[:, 0], draws.band(draws.total)
    columns = {"start": mean[0], "end": mean[-1], "end_p10": low[-1, 0], "end_p90": high[-1, 0]}
    return {
        name: {key: float(values[at]) if np.isfinite(values[at]) else None for key, values in columns.items()}
        for at, name in enumerate(INDICATORS)
    }
