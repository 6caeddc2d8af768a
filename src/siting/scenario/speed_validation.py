"""What a calibration found of the speeds of a scenario, read from the report that the scenario names."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from siting.errors import DataError
from siting.scenario.schema import Scenario
from siting.scenario.travel_settings import RoadTravel

KIND = "siting speed calibration 1"


@dataclass(frozen=True)
class SpeedValidation:
    """How far the speeds were off known times between places that their fit never saw.

    Attributes
    ----------
    times, times_sha256 : str
        Name and hash of the table of known times.
    roads_sha256 : str
        Of the roads; ``""`` for an embedded network.
    trips : int
    r, bias_min, mae_min, agree_30 : float
        See `siting.calibration.calibrating.Errors`.
    """

    times: str
    times_sha256: str
    roads_sha256: str
    trips: int
    r: float
    bias_min: float
    mae_min: float
    agree_30: float


def speed_validation(scenario: Scenario) -> SpeedValidation | None:
    """What ``travel.validated_by`` tells; None where the scenario names no report.

    Raises
    ------
    DataError
        The file is no such report, or tells of other speeds than those of the scenario.
    """
    travel = scenario.travel
    if not isinstance(travel, RoadTravel) or travel.validated_by is None:
        return None
    try:
        report = json.loads(travel.validated_by.read_text(encoding="utf-8"))
        if report["kind"] != KIND:
            raise KeyError("kind")
        holdout = report["after"]["holdout"]
        found = SpeedValidation(
            times=str(report["times"]["file"]),
            times_sha256=str(report["times"]["sha256"]),
            roads_sha256=str(report["roads_sha256"]),
            **{name: holdout[name] for name in ("trips", "r", "bias_min", "mae_min", "agree_30")},
        )
        other = _first_difference(travel, report["settings"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        remedy = "le fichier .json écrit par « siting calibrate »"
        problem = "n'est pas un rapport de calage des vitesses"
        raise DataError(scenario.fault("travel.validated_by", problem, remedy)) from error
    if other:
        problem = f"ce rapport porte sur d'autres vitesses : {other}"
        remedy = "reprenez les valeurs du fichier .yaml de « siting calibrate », ou retirez la clé"
        raise DataError(scenario.fault("travel.validated_by", problem, remedy))
    return found


def _first_difference(travel: RoadTravel, settings: Mapping[str, Any]) -> str:
    """The first setting that the report gives otherwise than the scenario; ``""`` where all agree."""
    for name, value in settings.items():
        given = getattr(travel, name)
        pairs = [(f"{name}.{key}", given[key], kmh) for key, kmh in value.items()] if isinstance(value, dict) else []
        for label, here, there in pairs or [(name, given, value)]:
            if not math.isclose(here, there, abs_tol=1e-9):
                return f"{label} {here:g} ici, {there:g} dans le rapport"
    return ""
