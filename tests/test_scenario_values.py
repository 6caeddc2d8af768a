"""The Scenario that the other rooms read, made from a file or in Python; and its resolved copy."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from scenario_texts import load_text, text_with
from siting.scenario import (
    CellCandidates,
    FileCandidates,
    FrictionTravel,
    GridSettings,
    LscpGoal,
    MclpGoal,
    NoSites,
    PracticeSites,
    RoadTravel,
    Scenario,
    SolverSettings,
    StudyArea,
    TownHallCandidates,
    dump,
    load,
)

SCENARIOS = Path(__file__).parent.parent / "scenarios"
CORSICA = {
    "scenario": "essai",
    "title": "Un essai",
    "study_area": StudyArea(departements=("2A", "2B")),
    "candidates": TownHallCandidates(rule="town_halls"),
    "existing": PracticeSites(rule="gp_practices"),
    "travel": RoadTravel(surface="roads", network="corsica"),
    "goal": LscpGoal(model="lscp"),
}


def test_a_scenario_made_in_python_equals_the_one_read(tmp_path):
    assert Scenario(**CORSICA) == load_text(text_with(), tmp_path)


def test_the_defaults_are_those_of_the_manual(tmp_path):
    scenario = load_text(text_with(), tmp_path)
    assert (scenario.language, scenario.crs, scenario.grid.cell_size_m) == ("fr", "EPSG:3035", 1000)
    assert (scenario.solver.time_limit_s, scenario.solver.gap, scenario.solver.seed) == (60, 0, 0)
    assert (scenario.existing.treatment, scenario.existing.min_gp_practices) == ("keep", 1)
    assert (scenario.goal.standard_min, scenario.goal.max_new_houses) == (30, None)
    assert scenario.goal.forced_open == scenario.goal.forbidden == ()


def test_minutes_outside_are_whole_seconds_inside():
    assert LscpGoal(model="lscp", standard_min=12.5).standard_s == 750
    assert MclpGoal(model="mclp", standard_min=15, new_houses=3).standard_s == 900
    travel = FrictionTravel(surface="friction", cutoff_min=20.1)
    assert (travel.cutoff_s, type(travel.cutoff_s)) == (1206, int)
    assert RoadTravel(surface="roads", network="corsica", cutoff_min=45).cutoff_s == 2700


def test_the_longest_cutoff_fits_the_seconds_of_travel_times():
    assert FrictionTravel(surface="friction", cutoff_min=240).cutoff_s < 2**16


def test_the_halo_is_as_wide_as_the_longest_trip_unless_given():
    travel = RoadTravel(
        surface="roads", network="corsica", cutoff_min=60, speeds_kmh={"motorway": 100}, speed_factor=0.5
    )
    assert travel.fastest_kmh == 52.5  # trunk, 105 km/h by default, is now the fastest
    scenario = Scenario(**{**CORSICA, "travel": travel})
    assert scenario.halo_m == 52_500
    assert Scenario(**{**CORSICA, "travel": travel, "grid": GridSettings(halo_km=60)}).halo_m == 60_000


def test_walking_to_the_road_may_be_the_fastest_part():
    slow = dict.fromkeys(RoadTravel(surface="roads", network="corsica").speeds_kmh, 10)
    travel = RoadTravel(surface="roads", network="corsica", speeds_kmh=slow, off_road_kmh=15)
    assert travel.fastest_kmh == 15


def test_speeds_left_out_keep_their_default():
    travel = RoadTravel(surface="roads", network="corsica", speeds_kmh={"residential": 30})
    assert (travel.speeds_kmh["residential"], travel.speeds_kmh["primary"]) == (30, 80)
    assert RoadTravel(surface="roads", network="corsica").speeds_kmh["residential"] == 35


def test_one_scenario_does_not_change_the_defaults_of_the_next():
    RoadTravel(surface="roads", network="corsica").speeds_kmh["primary"] = 1
    assert RoadTravel(surface="roads", network="corsica").speeds_kmh["primary"] == 80


def test_a_scenario_is_frozen():
    scenario = Scenario(**CORSICA)
    with pytest.raises(ValidationError):
        scenario.title = "autre"
    with pytest.raises(ValidationError):
        scenario.goal.standard_min = 10


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"goal": LscpGoal(model="lscp", standard_min=45)}, "standard of 45 minutes lies beyond"),
        ({"goal": LscpGoal(model="lscp", forced_open=("a",), forbidden=("a",))}, "'a' is both forbidden and forced"),
        ({"study_area": StudyArea()}, "no study area is given"),
        ({"study_area": StudyArea(communes=("71270",))}, "does not cover 71270"),
        ({"house": 1}, "house"),
    ],
)
def test_a_scenario_made_in_python_is_checked_too(wrong, said):
    with pytest.raises(ValidationError, match=said):
        Scenario(**{**CORSICA, **wrong})


@pytest.mark.parametrize("value", [True, float("nan"), float("inf"), 0.5, 1800, "5,5", None])
def test_a_number_made_in_python_is_checked_too(value):
    with pytest.raises(ValidationError):
        LscpGoal(model="lscp", standard_min=value)


def test_a_code_that_is_a_number_in_python_is_refused():
    with pytest.raises(ValidationError, match="1004"):
        StudyArea(communes=(1004,))


def test_a_scenario_made_in_python_has_no_lines():
    fault = Scenario(**CORSICA).fault("goal.standard_min", "trop court", "allongez")
    assert (fault.line, fault.field, fault.problem) == (0, "goal.standard_min", "trop court")


@pytest.mark.parametrize("path", sorted(SCENARIOS.glob("*.yaml")), ids=lambda path: path.name)
def test_every_scenario_of_the_project_is_named_after_its_file_and_comes_back_equal(path, tmp_path):
    scenario = load(path)
    assert scenario.scenario == path.stem
    assert load_text(dump(scenario), tmp_path) == scenario


def test_the_resolved_copy_is_stable_and_complete(tmp_path):
    text = dump(load_text(text_with(), tmp_path))
    assert dump(load_text(text, tmp_path)) == text
    assert text == RESOLVED


def test_the_resolved_copy_names_files_from_the_scenario_folder_or_as_asked(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "à côté.csv").touch()
    text = text_with(candidates="candidates:\n  rule: file\n  file: data/à côté.csv")
    scenario = load_text(text, tmp_path)
    assert 'file: "data/à côté.csv"' in dump(scenario)
    assert load_text(dump(scenario), tmp_path) == scenario
    assert 'file: "candidates.csv"' in dump(scenario, files={"candidates.file": "candidates.csv"})
    made = Scenario(**{**CORSICA, "candidates": FileCandidates(rule="file", file="data/à côté.csv")})
    assert 'file: "data/à côté.csv"' in dump(made)


def test_a_long_list_takes_one_line_per_item(tmp_path):
    sites = tuple(f"practice:2A{i:03}" for i in range(40))
    scenario = Scenario(**{**CORSICA, "goal": LscpGoal(model="lscp", forced_open=sites)})
    assert '  forced_open:\n    - "practice:2A000"\n    - "practice:2A001"\n' in dump(scenario)
    assert load_text(dump(scenario), tmp_path) == scenario


DEPARTEMENTS = [*(f"{i:02}" for i in range(1, 96) if i != 20), "2A", "2B"]
WORDS = st.text(st.characters(categories=["L", "N", "P", "S", "Zs"], codec="utf-8"), min_size=1, max_size=40).filter(
    lambda text: text.strip() and text.isprintable()
)
SITES = st.lists(WORDS.filter(lambda text: text == text.strip()).map(lambda text: f"x{text}"), unique=True, max_size=6)


@st.composite
def scenarios(draw) -> Scenario:
    """Any scenario that reads no file."""
    sites = draw(SITES)
    cut = draw(st.integers(0, len(sites)))
    lists = {"forced_open": tuple(sites[:cut]), "forbidden": tuple(sites[cut:])}
    cutoff_min = draw(st.floats(1, 240))
    standard_min = draw(st.floats(1, cutoff_min))
    n_classes = draw(st.integers(1, 5))
    densities = sorted(draw(st.sets(st.floats(0.01, 1e5), min_size=n_classes - 1, max_size=n_classes - 1)))
    speeds = draw(st.lists(st.floats(1, 150), min_size=n_classes, max_size=n_classes))
    return Scenario(
        scenario=draw(st.from_regex(r"[a-z0-9]{1,8}(-[a-z0-9]{1,8}){0,3}", fullmatch=True)),
        title=draw(WORDS),
        language=draw(st.sampled_from(["fr", "en"])),
        study_area=StudyArea(
            departements=tuple(draw(st.lists(st.sampled_from(DEPARTEMENTS), unique=True, min_size=1)))
        ),
        grid=GridSettings(cell_size_m=draw(st.floats(100, 1e4)), halo_km=draw(st.sampled_from([None, 500]))),
        candidates=draw(st.builds(CellCandidates, rule=st.just("cells"), min_persons=st.integers(0, 1000))),
        existing=draw(
            st.builds(NoSites, rule=st.just("none"))
            | st.builds(
                PracticeSites, rule=st.just("gp_practices"), treatment=st.sampled_from(["keep", "label", "ignore"])
            )
        ),
        travel=FrictionTravel(
            surface="friction",
            cutoff_min=min(cutoff_min, 200),
            density_persons_per_km2=(0, *densities),
            speeds_kmh=tuple(speeds),
        ),
        goal=draw(
            st.just(LscpGoal(model="lscp", standard_min=min(standard_min, 200), **lists))
            | st.builds(
                lambda more: MclpGoal(model="mclp", standard_min=1, new_houses=cut + more, **lists), st.integers(1, 9)
            )
        ),
        solver=draw(st.builds(SolverSettings, time_limit_s=st.floats(1, 86_400), gap=st.floats(0, 0.5))),
    )


@given(scenarios())
@settings(deadline=None)
def test_any_scenario_comes_back_equal_from_its_resolved_copy(tmp_path_factory, scenario):
    folder = tmp_path_factory.getbasetemp()
    assert load_text(dump(scenario), folder) == scenario


def test_reading_scenarios_loads_no_heavy_library():
    heavy = {"numba", "geopandas", "pandas", "rasterio", "scipy", "pulp", "matplotlib"}
    code = f"import sys, siting.scenario; print(sorted(set(sys.modules) & {heavy}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


RESOLVED = """\
# Scénario complet, valeurs par défaut comprises, écrit par siting 0.1.0.
scenario: essai
title: "Un essai"
language: fr

study_area:
  departements: ["2A", "2B"]
  communes: null
  country: null

grid:
  crs: null
  cell_size_m: 1000
  halo_km: null

population:
  rule: census

candidates:
  rule: town_halls
  min_persons: 0
  kinds: [create]

existing:
  rule: gp_practices
  min_gp_practices: 1
  treatment: keep
  kept_may: []
  never_close: []

travel:
  surface: roads
  network: corsica
  file: null
  mapping: null
  cutoff_min: 30
  speeds_kmh:
    motorway: 125
    motorway_link: 70
    trunk: 105
    trunk_link: 60
    primary: 80
    primary_link: 50
    secondary: 70
    secondary_link: 45
    tertiary: 60
    tertiary_link: 40
    unclassified: 50
    residential: 35
    living_street: 20
    service: 20
    track: 15
    ferry: 20
  speed_factor: 0.85
  use_maxspeed: false
  use_ferries: false
  unpaved_speed_share: 0.7
  urban_slowing: 0
  bend_slowing: 0
  relief_slowing: 0
  validated_by: null
  off_road_kmh: 15
  access_links: 4
  max_access_m: 3000

goal:
  model: lscp
  standard_min: 30
  forced_open: []
  forbidden: []
  covered_share: null
  max_new_houses: null

costs:
  keep_eur: 50000
  close_eur: 0
  create_eur: 50000
  label_eur: 50000
  upgrade_eur: 50000
  itinerant_eur: 50000
  tele_eur: 50000

solver:
  time_limit_s: 60
  gap: 0
  seed: 0
"""
