"""Settings of a simulation changed from the command line: ``--set solidarity=observed``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from pydantic import ValidationError

from siting.errors import Fault, ScenarioError
from siting.scenario.contradictions import contradictions
from siting.scenario.faults import option_faults
from siting.scenario.messages import message
from siting.scenario.remedies import nearest_of
from siting.scenario.schema import Scenario
from siting.scenario.simulation_settings import SimulationSettings


def changed_settings(scenario: Scenario, changes: Mapping[str, str]) -> SimulationSettings:
    """The ``simulation:`` block with some values replaced, each read as in a scenario file.

    Raises
    ------
    ScenarioError
        The scenario has no such block, a key is unknown, or a value is wrong; every fault at once.
    """
    if scenario.simulation is None:
        problem, remedy = message("not_simulated", scenario.language)
        raise ScenarioError(replace(scenario.fault("simulation", problem, remedy), line=0, column=0))
    known = list(SimulationSettings.model_fields)
    faults = [
        Fault(
            "--set",
            0,
            0,
            key,
            *message("unknown_key", scenario.language, hint=nearest_of(key, known, scenario.language)),
        )
        for key in changes
        if key not in known
    ]
    values = scenario.simulation.model_dump() | {key: _listed(changes[key], key) for key in changes if key in known}
    try:
        settings = SimulationSettings.model_validate(values)
    except ValidationError as error:
        faults += option_faults(error, "simulation", "--set", scenario.language)
    else:
        for one in contradictions({f"simulation.{key}": value for key, value in settings}):
            field = one.path.removeprefix("simulation.")
            faults.append(Fault("--set", 0, 0, field, *message(one.key, scenario.language, **one.values)))
    if faults:
        raise ScenarioError(faults)
    return settings


def _listed(text: str, key: str) -> object:
    """A list where the key holds one: ``areas=departement,commune``, or ``areas=[departement, commune]``."""
    is_list = isinstance(SimulationSettings.model_fields[key].default, tuple)
    return tuple(part.strip() for part in text.strip("[] ").split(",") if part.strip()) if is_list else text
