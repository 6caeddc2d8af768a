"""The north of Corsica as a small territory for scenarios: communes, files, and the ground they stand on."""

from __future__ import annotations

from pathlib import Path

from siting.scenario import Scenario, load
from siting.territory import Territory, assemble
from siting.territory.embedded import read_communes
from siting.travel import TravelTimes, build_surface, travel_times


def communes_north_of(lat: float) -> str:
    """The codes of Haute-Corse's communes north of a latitude, as a YAML list holds them."""
    communes = read_communes()
    north = communes["code"][communes["departement"].eq("2B") & communes["lat"].gt(lat)]
    return ", ".join(f'"{code}"' for code in north)


def scenario_of(head: str, text: str, folder: Path) -> Scenario:
    """A scenario written as a file and read."""
    file = folder / "cap-corse.yaml"
    file.write_text(head + text, encoding="utf-8")
    return load(file)


def ground_of(scenario: Scenario) -> tuple[Territory, TravelTimes]:
    """The territory of a scenario and its travel times."""
    territory = assemble(scenario)
    surface = build_surface(territory, scenario.travel)
    return territory, travel_times(surface, cutoff_s=scenario.travel.cutoff_s)
