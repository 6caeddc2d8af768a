"""What a run takes for granted: said on the page, setting by setting."""

from __future__ import annotations

from itertools import pairwise

from siting.report.findings import Measured
from siting.report.sentences import is_screening, standard, texts_of
from siting.report.texts import Texts
from siting.scenario import Scenario


def assumptions(findings: Measured) -> list[str]:
    """Sentences on what the figures rest on, and on what they leave out; the territory's own notes last."""
    texts = texts_of(findings)
    cell = texts.number.short(findings.territory.grid.cell_size_m / 1000)
    keys = ["assumed_speed", "assumed_car", "assumed_capacity"]
    return [
        *([texts("screening")] if is_screening(findings) else []),
        *map(texts, keys),
        _existing(findings.scenario, texts),
        texts("assumed_census", cell=cell),
        *findings.territory.notes,
    ]


def settings(findings: Measured) -> list[tuple[str, str]]:
    """(name, value) of the settings that a reader would argue about."""
    texts, travel = texts_of(findings), findings.scenario.travel
    rows = [
        (texts("setting_standard"), f"{standard(findings)} min"),
        (texts("setting_candidates"), _candidates(findings.scenario, texts)),
    ]
    if travel.surface == "friction":
        return rows + _friction_speeds(travel.density_persons_per_km2, travel.speeds_kmh, texts)
    speeds = [
        (texts("setting_speed", road=texts.road(name)), _kmh(speed, texts))
        for name, speed in travel.speeds_kmh.items()
        if texts.road(name)
    ]
    factor = (texts("setting_factor"), texts.number.decimal(travel.speed_factor, 2))
    return [*rows, *speeds, factor, (texts("setting_off_road"), _kmh(travel.off_road_kmh, texts))]


def _friction_speeds(
    densities: tuple[float, ...], speeds_kmh: tuple[float, ...], texts: Texts
) -> list[tuple[str, str]]:
    """One row per class of density: from this one to the next."""
    number = texts.number
    spans = [
        texts("setting_density", low=number.whole(low), high=number.whole(high)) for low, high in pairwise(densities)
    ]
    spans.append(texts("setting_density_above", low=number.whole(densities[-1])))
    return [(span, _kmh(speed, texts)) for span, speed in zip(spans, speeds_kmh, strict=True)]


def _existing(scenario: Scenario, texts: Texts) -> str:
    existing = scenario.existing
    if existing.rule == "none" or existing.treatment == "ignore":
        return texts("assumed_none")
    if existing.rule == "file":
        source = texts("assumed_file", file=str(existing.file))
    else:
        source = texts.count("assumed_practices", existing.min_gp_practices)
    return f"{source} {texts('assumed_label')}" if existing.treatment == "label" else source


def _candidates(scenario: Scenario, texts: Texts) -> str:
    candidates = scenario.candidates
    if candidates.rule == "file":
        return texts("candidates_file", file=str(candidates.file))
    return texts(f"candidates_{candidates.rule}", n=texts.number.whole(candidates.min_persons))


def _kmh(speed: float, texts: Texts) -> str:
    return f"{texts.number.short(speed)} km/h"
