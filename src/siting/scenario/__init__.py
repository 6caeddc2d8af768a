"""What a planner writes: a YAML file to a Scenario, every fault with its line."""

from siting.scenario.changes import changed_settings
from siting.scenario.goal import LexicographicGoal, LscpGoal, MclpGoal, PCenterGoal, PMedianGoal
from siting.scenario.json_schema import json_schema
from siting.scenario.layers_travel import LayersTravel
from siting.scenario.reader import load
from siting.scenario.schema import Scenario, SolverSettings
from siting.scenario.simulation_settings import SimulationSettings
from siting.scenario.sites import (
    CellCandidates,
    FileCandidates,
    FileSites,
    NoSites,
    PracticeSites,
    TownHallCandidates,
)
from siting.scenario.study_area import GridSettings, StudyArea
from siting.scenario.travel_settings import FrictionTravel, RoadTravel
from siting.scenario.writer import dump

__all__ = [
    "CellCandidates",
    "FileCandidates",
    "FileSites",
    "FrictionTravel",
    "GridSettings",
    "LayersTravel",
    "LexicographicGoal",
    "LscpGoal",
    "MclpGoal",
    "NoSites",
    "PCenterGoal",
    "PMedianGoal",
    "PracticeSites",
    "RoadTravel",
    "Scenario",
    "SimulationSettings",
    "SolverSettings",
    "StudyArea",
    "TownHallCandidates",
    "changed_settings",
    "dump",
    "json_schema",
    "load",
]
