"""The two files of a calibration: a YAML fragment to paste, and the JSON report that a run cites."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from siting.calibration.calibrating import Calibration, Errors
from siting.errors import DataError, Fault, RunFolderError
from siting.scenario import Scenario
from siting.scenario.speed_validation import KIND
from siting.territory.road_cache import sha256_of
from siting.territory.values import RoadNetwork
from siting.territory.whole_file import whole_file


def check_target(out: Path, inputs: Iterable[Path]) -> None:
    """Refuse to write where an input is, or what is no YAML file.

    Raises
    ------
    DataError
    """
    written = {path.resolve() for path in (out, out.with_suffix(".json"))}
    if out.suffix not in (".yaml", ".yml"):
        raise DataError(Fault(str(out), 0, 0, "--out", "n'est pas un nom de fichier YAML", "--out vitesses.yaml"))
    if not out.absolute().parent.is_dir():
        raise DataError(Fault(str(out), 0, 0, "--out", "ce dossier n'existe pas", f"mkdir -p {out.parent}"))
    if written & {path.resolve() for path in inputs}:
        problem = "le fragment ou son rapport .json remplacerait un fichier que le calage lit"
        raise DataError(Fault(str(out), 0, 0, "--out", problem, "un autre nom"))


def write_calibration(found: Calibration, out: Path, *, scenario: Scenario, roads: RoadNetwork, times: Path) -> Path:
    """Write ``out`` and the report beside it, each whole or not at all; the report is returned.

    Raises
    ------
    RunFolderError
        A file cannot be written.
    """
    report = out.with_suffix(".json")
    told = {
        "kind": KIND,
        "scenario": scenario.scenario,
        "roads_sha256": dict(roads.about).get("sha256", ""),
        "times": {"file": times.name, "sha256": sha256_of(times)},
        **found.as_dict(),
    }
    _write(report, json.dumps(told, ensure_ascii=False, indent=2, allow_nan=False) + "\n")
    _write(out, fragment(found, report.name, times.name))
    return report


def fragment(found: Calibration, report: str, times: str) -> str:
    """The keys of ``travel:``, to be put in place of those of the scenario."""
    lines = [
        f"# Vitesses calées par « siting calibrate » sur {times} : à reporter sous travel: dans le scénario.",
        f"# Entre lieux mis à part : {sentence(found.before['holdout'])} avant,",
        f"# {sentence(found.after['holdout'])} après.",
        "travel:",
    ]
    for name, value in found.settings.items():
        lines += _lines(name, value)
    return "\n".join([*lines, f"  validated_by: {json.dumps(report, ensure_ascii=False)}"]) + "\n"


def sentence(errors: Errors) -> str:
    """How far off, in words."""
    return (
        f"écart moyen {errors.mae_min:.1f} min, biais {errors.bias_min:+.1f} min, r {errors.r:.3f}, "
        f"30 min {errors.agree_30:.1%} ({errors.trips} trajets)"
    )


def _lines(name: str, value: Any) -> list[str]:
    if isinstance(value, dict):
        return [f"  {name}:", *(f"    {key}: {one:g}" for key, one in value.items())]
    return [f"  {name}: {value:g}"]


def _write(path: Path, text: str) -> None:
    try:
        with whole_file(path) as stream:
            stream.write(text.encode("utf-8"))
    except OSError as error:
        raise RunFolderError(f"{path} ne peut être écrit : {error.strerror or error}") from error
