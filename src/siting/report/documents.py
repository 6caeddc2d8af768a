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
        "goal": goal.model_dump(mode="json"),
        "sites": {
            "existing": int(sites.is_existing.sum()),
            "candidates": int((~sites.is_existing).sum()),
            "opened": sites.id[findings.plan.opened].tolist(),
        },
        "demand": {
            "cells": len(covered),
            "persons": float(findings.territory.demand.persons.sum()),
            "cells_covered": int(covered.sum()),
            "persons_covered": float(findings.territory.demand.persons[covered].sum()),
        },
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
    copies = {field: name for field, (name, _) in input_copies(findings.scenario).items()}
    (folder / "scenario.yaml").write_text(dump(findings.scenario, files=copies), encoding="utf-8", newline="\n")


def input_copies(scenario: Scenario) -> dict[str, tuple[str, Path]]:
    """The planner's files that a scenario reads: field -> (name of the copy in the run folder, path)."""
    return {field: (_copy_name(field, path), path) for field, path in scenario.files.items()}


def described_inputs(scenario: Scenario) -> dict[str, dict[str, Any]]:
    """Hash and size of each planner's file, by the name of its copy, with what the scenario says of its origin."""
    described = {}
    for field, (name, path) in input_copies(scenario).items():
        section = getattr(scenario, field.split(".")[0])
        origin = {key: getattr(section, key, None) for key in ("source", "vintage", "licence")}
        described[name] = describe_file(path) | {key: value for key, value in origin.items() if value}
    return described


def _copy_name(field: str, path: Path) -> str:
    """``candidates.csv`` for ``candidates.file``, ``travel_land_cover.tif`` for ``travel.land_cover``."""
    plain = re.sub(r"\W+", "_", field.removesuffix(".file")).strip("_")
    return f"{plain}{path.suffix.lower()}"


def _write_json(value: dict[str, Any], path: Path) -> None:
    text = json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")
