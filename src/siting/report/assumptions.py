"""What a run takes for granted: said on the page, setting by setting."""

from __future__ import annotations

from pathlib import Path

from siting.report.filling import people_go
from siting.report.findings import Findings, Measured
from siting.report.sentences import screening_warning, standard, texts_of
from siting.report.texts import Texts
from siting.scenario import FrictionTravel, LayersTravel, RoadTravel, Scenario
from siting.scenario.rules import AgeWeight, ModeWeight
from siting.scenario.sites import BpeSites, FinessSites
from siting.scenario.speed_validation import speed_validation
from siting.territory.values import SITE_KINDS


def assumptions(findings: Measured) -> list[str]:
    """Sentences on what the figures rest on, and on what they leave out; the territory's own notes last."""
    texts = texts_of(findings)
    cell = texts.number.short(findings.territory.grid.cell_size_m / 1000)
    modes = ["assumed_modes"] if findings.modes else []
    if findings.modes and findings.scenario.travel.surface != "roads":
        modes.append("assumed_modes_raster")
    keys = ["assumed_car", *modes, "assumed_capacity" if findings.scenario.capacity is None else "assumed_full"]
    return [
        *filter(None, [screening_warning(findings.scenario)]),
        *([texts("assumed_layers")] if isinstance(findings.scenario.travel, LayersTravel) else []),
        _speeds(findings.scenario, texts),
        *map(texts, keys),
        _existing(findings.scenario, texts),
        texts("assumed_census", cell=cell),
        *_counted(findings, texts),
        *findings.territory.notes,
    ]


def _speeds(scenario: Scenario, texts: Texts) -> str:
    """Whether the speeds are assumed, or how far off they were where they were compared with known times."""
    found = speed_validation(scenario)
    if found is None:
        return texts("assumed_speed")
    number = texts.number
    return texts(
        "validated_speed",
        n=number.whole(found.trips),
        file=found.times,
        mae=number.decimal(found.mae_min, 1),
        bias=number.decimal(found.bias_min, 1),
        agree=number.percent(found.agree_30),
    )


def settings(findings: Measured) -> list[tuple[str, str]]:
    """(name, value) of the settings that a reader would argue about."""
    texts, travel = texts_of(findings), findings.scenario.travel
    rows = [
        (texts("setting_standard"), f"{standard(findings)} min"),
        (texts("setting_candidates"), _candidates(findings.scenario, texts)),
        *_costs(findings, texts),
        *_tele(findings, texts),
        *_capacities(findings.scenario, texts),
        *_weights(findings.scenario, texts),
    ]
    if isinstance(travel, FrictionTravel):
        return [*rows, *_friction_speeds(travel, texts), *_mode_settings(findings.scenario, texts)]
    if isinstance(travel, LayersTravel):
        return [*rows, *_layers_speeds(travel, texts), *_mode_settings(findings.scenario, texts)]
    speeds = [
        (texts("setting_speed", road=texts.road(name)), _kmh(speed, texts))
        for name, speed in travel.speeds_kmh.items()
        if texts.road(name)
    ]
    factor = (texts("setting_factor"), texts.number.decimal(travel.speed_factor, 2))
    off_road = (texts("setting_off_road"), _kmh(travel.off_road_kmh, texts))
    return [
        *rows,
        *speeds,
        factor,
        *_road_conditions(travel, texts),
        off_road,
        *_mode_settings(findings.scenario, texts),
    ]


def _road_conditions(travel: RoadTravel, texts: Texts) -> list[tuple[str, str]]:
    """One row for each condition that changes the speed from one road of a class to another."""
    yes, number = texts("setting_yes"), texts.number
    flags = [(texts(f"setting_{name}"), yes) for name in ("use_maxspeed", "use_ferries") if getattr(travel, name)]
    added = [
        (texts(f"setting_{name}"), f"+{number.percent(getattr(travel, name))}")
        for name in ("urban_slowing", "bend_slowing", "relief_slowing")
        if getattr(travel, name)
    ]
    is_told = travel.file is not None and travel.unpaved_speed_share != 1
    unpaved = [(texts("setting_unpaved"), number.percent(travel.unpaved_speed_share))] if is_told else []
    return [*flags, *unpaved, *added]


def _costs(findings: Measured, texts: Texts) -> list[tuple[str, str]]:
    """What each kind of candidate costs, and each fate of an existing site, where a plan weighs costs."""
    scenario, sites = findings.scenario, findings.territory.sites
    kept_may = getattr(scenario.existing, "kept_may", ())
    if not (kept_may or sites.may_be is not None or any(rule.rule == "budget" for rule in scenario.rules)):
        return []
    costs = scenario.costs.model_dump()
    found = [kind for kind in SITE_KINDS if sites.may_become(kind).any() or kind in kept_may]
    found += ["keep"] if kept_may else []
    found += ["close"] if "close" in kept_may else []
    return [
        (texts(f"setting_cost_{kind}"), texts("euros", n=texts.number.whole(costs[f"{kind}_eur"]))) for kind in found
    ]


def _tele(findings: Measured, texts: Texts) -> list[tuple[str, str]]:
    """That whoever has a tele-equipped place near counts as covered, where there may be some."""
    if not findings.territory.sites.may_become("tele").any():
        return []
    return [(texts("setting_tele"), texts("setting_tele_whole"))]


def _capacities(scenario: Scenario, texts: Texts) -> list[tuple[str, str]]:
    """Consultations asked for and given, where the scenario has capacities."""
    if scenario.capacity is None:
        return []
    asked = (texts("setting_asked"), texts.number.decimal(scenario.capacity.consultations_per_person, 2))
    given = scenario.capacity.model_dump(exclude={"people_go", "consultations_per_person"})
    rows = [(texts(f"setting_{key}"), texts.number.whole(value)) for key, value in given.items()]
    return [(texts("setting_people_go"), texts(f"people_go_{people_go(scenario)}")), asked, *rows]


def _weights(scenario: Scenario, texts: Texts) -> list[tuple[str, str]]:
    rows = []
    for weight in scenario.weights:
        if isinstance(weight, AgeWeight):
            who = texts(f"age_{weight.group}")
        elif isinstance(weight, ModeWeight):
            who = texts(f"mode_{weight.mode}")
        else:
            codes = weight.departements or weight.epcis or weight.communes or ()
            who = texts("red_zones") if weight.red_zones else ", ".join(codes[:5]) + (", …" if len(codes) > 5 else "")
        rows.append((texts("setting_weight", who=who), texts.number.short(weight.weight)))
    return rows


def _mode_settings(scenario: Scenario, texts: Texts) -> list[tuple[str, str]]:
    """(name, value) of the settings of each mode."""
    is_raster = not isinstance(scenario.travel, RoadTravel)
    rows = []
    for name, mode in scenario.modes.items():
        what = texts(f"mode_{name}")
        rows.append((texts("setting_mode_speed", mode=what), _kmh(mode.speed_kmh, texts)))
        if not is_raster:
            rows.append((texts("setting_mode_off_road", mode=what), _kmh(mode.off_road_kmh, texts)))
        shares = " / ".join(texts.number.percent(share) for share in mode.share_by_age)
        rows.append((texts("setting_mode_share", mode=what), shares))
    return rows


def _layers_speeds(travel: LayersTravel, texts: Texts) -> list[tuple[str, str]]:
    """The speed of each class of land and road, and what slope leaves of it."""
    land = {texts("setting_land", name=name): kmh for name, kmh in travel.land_cover_kmh.items()}
    roads = {texts("setting_road_class", name=name): kmh for name, kmh in travel.road_kmh.items()}
    speeds = {texts("setting_other_land"): travel.other_kmh} | land | roads
    slope = [(texts("setting_slope"), texts.number.percent(travel.slope_halving))] if travel.dem else []
    return [*((name, _kmh(kmh, texts)) for name, kmh in speeds.items()), *slope]


def _friction_speeds(travel: FrictionTravel, texts: Texts) -> list[tuple[str, str]]:
    """One row per density where a speed is given, and what relief leaves of it."""
    number = texts.number
    speeds = [
        (texts("setting_density", density=number.whole(density)), _kmh(speed, texts))
        for density, speed in zip(travel.density_persons_per_km2, travel.speeds_kmh, strict=True)
    ]
    return [*speeds, (texts("setting_rugged"), number.percent(travel.rugged_speed_share))]


def _counted(findings: Measured, texts: Texts) -> list[str]:
    """How sure the totals are, and who is served from outside, where a run says so."""
    summary = findings.summary if isinstance(findings, Findings) else {}
    sentences = []
    if "persons_interval" in summary:
        low, high = (texts.number.whole(number) for number in summary["persons_interval"]["covered_after"])
        least, most = (texts.number.whole(number) for number in summary["persons_interval"]["total"])
        sentences.append(texts("counted_interval", low=low, high=high, least=least, most=most))
    outside = summary.get("persons_served_from_outside", {}).get("after", 0)
    if outside >= 0.5:
        sentences.append(texts("counted_outside", n=texts.number.whole(outside)))
    return sentences


def _existing(scenario: Scenario, texts: Texts) -> str:
    existing = scenario.existing
    if existing.rule == "none" or existing.treatment == "ignore":
        return texts("assumed_none")
    if isinstance(existing, FinessSites | BpeSites):
        what = {texts(f"category_{name}"): use for name, use in existing.categories.items()}
        uses = ", ".join(texts(f"use_{use}", what=name) for name, use in what.items())
        return texts("assumed_register", register=existing.rule.upper(), file=Path(existing.file).name, uses=uses)
    if existing.rule == "file":
        source = texts("assumed_file", file=Path(existing.file).name)
    else:
        source = texts.count("assumed_supply" if scenario.supply else "assumed_practices", existing.min_gp_practices)
    return f"{source} {texts('assumed_label')}" if existing.treatment == "label" else source


def _candidates(scenario: Scenario, texts: Texts) -> str:
    candidates = scenario.candidates
    if candidates.rule == "file":
        return texts("candidates_file", file=Path(candidates.file).name)
    return texts(f"candidates_{candidates.rule}", n=texts.number.whole(candidates.min_persons))


def _kmh(speed: float, texts: Texts) -> str:
    return f"{texts.number.short(speed)} km/h"
