"""summary.json, certificate.json with its multipliers, scenario.yaml: what machines read, the same bytes each time."""

from __future__ import annotations

import json
import math
import re
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from siting.report.findings import Findings
from siting.report.manifest import describe_file
from siting.scenario import Scenario, dump
from siting.scenario.speed_validation import speed_validation
from siting.territory import prepared_roads
from siting.territory.roads import prepared_network

ROADS = "roads.npz"
"""The roads of a run that a planner's file gave."""


def write_summary_json(findings: Findings, folder: Path) -> None:
    """Write the summary in the order of its keys."""
    _write_json(findings.summary, folder / "summary.json")


def write_certificate_json(findings: Findings, folder: Path) -> None:
    """Write the certificate, and what a checker needs to redo the sum: no timing, nothing of the machine."""
    _write_json(certificate(findings), folder / "certificate.json")


def certificate(findings: Findings) -> dict[str, Any]:
    """How good the plan is, the rules it was asked to keep and what it opens."""
    goal, sites = findings.scenario.goal, findings.territory.sites
    covered = findings.plan.is_covered
    return {
        "scenario": findings.scenario.scenario,
        **_without_nan(asdict(findings.plan.certificate)),
        "model": goal.model,
        "search": findings.summary["search"],
        "stages": findings.summary["stages"],
        "goal": goal.model_dump(mode="json"),
        "rules": [rule.model_dump(mode="json") for rule in findings.scenario.rules],
        "sites": {
            "existing": int(sites.is_existing.sum()),
            "candidates": int((~sites.is_existing).sum()),
            "opened": sites.id[findings.plan.opened].tolist(),
            **_opened_as(findings),
        },
        "demand": {
            "cells": len(covered),
            "persons": float(findings.territory.demand.persons.sum()),
            "cells_covered": int(covered.sum()),
            "persons_covered": float(findings.territory.demand.persons[covered].sum()),
        },
    }


def _opened_as(findings: Findings) -> dict[str, Any]:
    """Kind and phase of each house that the plan opens, and what it closes and when, where it had a choice."""
    decisions, opened, closed = findings.plan.decisions, findings.plan.opened, findings.plan.closed
    if decisions is None:
        return {}
    rows = {"opened_in_phase": opened, "closed_in_phase": closed} if findings.scenario.phases is not None else {}
    return {
        "opened_as": decisions.option[opened].tolist(),
        "closed": findings.territory.sites.id[closed].tolist(),
        **{name: decisions.phase[sites].tolist() for name, sites in rows.items()},
    }


def _without_nan(values: dict[str, Any]) -> dict[str, Any]:
    """NaN as None: JSON has no other word for a bound that nobody drew."""
    return {key: None if isinstance(value, float) and math.isnan(value) else value for key, value in values.items()}


def write_multipliers_npz(findings: Findings, folder: Path) -> None:
    """Write the multipliers that prove the bound, where a plan has some: what `siting.checker` needs.

    ``multipliers.npz`` holds ``cell`` (int64, cells of the grid, ascending) and ``multiplier`` (float64),
    the multipliers that are not 0.
    """
    multipliers = findings.plan.multipliers
    if multipliers is not None:
        row = np.flatnonzero(multipliers)
        cell = findings.territory.demand.cell[row]
        np.savez_compressed(folder / "multipliers.npz", cell=cell, multiplier=multipliers[row])


def write_scenario_yaml(findings: Findings, folder: Path) -> None:
    """Write the scenario as resolved, its files named by their copies; running it again gives the same plan."""
    copies: dict[str, str | None] = {field: name for field, (name, _) in input_copies(findings.scenario).items()}
    if road_file(findings.scenario):
        copies |= {"travel.file": ROADS, "travel.mapping": None}
    (folder / "scenario.yaml").write_text(dump(findings.scenario, files=copies), encoding="utf-8", newline="\n")


def write_roads_npz(findings: Findings, folder: Path) -> None:
    """Write the part of a planner's roads that the run travels on: the file itself may hold a whole region."""
    roads = findings.territory.roads
    if roads is not None and road_file(findings.scenario):
        prepared_roads.save(prepared_network(roads, findings.territory.grid.crs), folder / ROADS)


def describe_travel(findings: Findings) -> dict[str, Any]:
    """For the manifest: which roads, with their hash and licence, which speeds, and what known times say of them."""
    travel, roads = findings.scenario.travel, findings.territory.roads
    about = {"roads": {**dict(roads.about), "source": roads.source}} if roads is not None else {}
    settings = travel.model_dump(mode="json", exclude={"file", "mapping", "validated_by"})
    validation = speed_validation(findings.scenario)
    return {
        **about,
        "settings": settings,
        "is_validated": validation is not None,
        "validation": asdict(validation) if validation else None,
    }


def road_file(scenario: Scenario) -> Path | None:
    """The file of roads to prepare, if the scenario names one: not what a run folder keeps."""
    path = scenario.files.get("travel.file")
    return None if path is None or path.suffix.lower() == prepared_roads.SUFFIX else path


def input_copies(scenario: Scenario) -> dict[str, tuple[str, Path]]:
    """The planner's files that a run folder holds a copy of: field -> (name of the copy, path)."""
    copies = {field: (_copy_name(field, path), path) for field, path in scenario.files.items()}
    if road_file(scenario):  # the run folder keeps the prepared roads: neither the file nor how to read it
        copies = {field: copy for field, copy in copies.items() if field not in ("travel.file", "travel.mapping")}
    return copies


def described_inputs(scenario: Scenario) -> dict[str, dict[str, Any]]:
    """Hash and size of each planner's file, by the name of its copy, with what the scenario says of its origin.

    A file of roads goes by its own name: the run folder keeps only what it gave.
    """
    described = {}
    roads = road_file(scenario)
    of_roads = {"travel.file": (roads.name, roads)} if roads else {}
    for field, (name, path) in (input_copies(scenario) | of_roads).items():
        section = getattr(scenario, field.split(".")[0])
        origin = {key: getattr(section, key, None) for key in ("source", "vintage", "licence")}
        described[name] = describe_file(path) | {key: value for key, value in origin.items() if value}
    return described


def _copy_name(field: str, path: Path) -> str:
    """``candidates.csv`` for ``candidates.file``, ``travel_land_cover.tif`` for ``travel.land_cover``."""
    if field == "travel.file":
        return ROADS
    plain = re.sub(r"\W+", "_", field.removesuffix(".file")).strip("_")
    return f"{plain}{path.suffix.lower()}"


def _write_json(value: dict[str, Any], path: Path) -> None:
    text = json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")
