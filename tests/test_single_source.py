"""The capacitated p-median of a scenario: whole cells at one place each, from its file to what `verify` recounts."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cap_corse import communes_north_of, ground_of, scenario_of
from scenario_texts import faults_of, marked, text_with
from siting.allocation import CapacitatedPMedian
from siting.errors import DataError
from siting.pipeline import run
from siting.posing import ask, fillings, pose, solve_posed
from siting.verify import verify

HEAD = """scenario: cap-corse
title: Cap Corse
study_area: {communes: [%s]}
grid: {halo_km: 20}
candidates: {rule: town_halls, min_persons: 500}
existing: {rule: gp_practices, min_gp_practices: 4}
travel: {surface: roads, network: corsica, cutoff_min: 15, speeds_kmh: {motorway: 90, trunk: 90}}
"""
GOAL = """goal: {model: capacitated_p_median, standard_min: 12, new_houses: 3}
capacity: {practice_per_year: 2000, create_per_year: 5000}
solver: {time_limit_s: 8}
"""


@pytest.fixture(scope="module")
def head() -> str:
    return HEAD % communes_north_of(42.65)


@pytest.fixture(scope="module")
def done(head, tmp_path_factory) -> tuple:
    folder = tmp_path_factory.mktemp("single")
    found = run(scenario_of(head, GOAL, folder))
    return found, found.save(folder / "run")


def test_each_cell_goes_whole_to_one_open_place_that_has_room(done):
    findings, plan = done[0].findings, done[0].plan
    territory, scenario = findings.territory, findings.scenario
    asked = np.round(territory.demand.persons * 3.35)
    is_open = plan.is_open(territory.sites.is_existing)
    assert len(plan.opened) <= 3 and is_open[plan.served_by[plan.served_by >= 0]].all()
    load = np.bincount(plan.served_by[plan.served_by >= 0], asked[plan.served_by >= 0], len(is_open))
    practices = territory.communes.gp_practices[territory.sites.commune] * 2000
    room = np.where(territory.sites.is_existing, np.where(territory.sites.in_study_area, practices, 0), 5000)
    assert (load <= room).all()
    seconds = np.full((len(asked), len(is_open)), np.inf)
    for j in range(len(is_open)):
        pairs = slice(findings.times.site_start[j], findings.times.site_start[j + 1])
        seconds[findings.times.cell[pairs], j] = findings.times.time_s[pairs]
    own_s = np.where(plan.served_by >= 0, seconds[np.arange(len(asked)), plan.served_by], scenario.travel.cutoff_s)
    assert plan.objective == pytest.approx(float(territory.demand.persons @ own_s))
    assert plan.bound <= plan.objective and (plan.status == "optimal") == (plan.bound == plan.objective)
    filling = findings.fillings["after"]
    assert np.array_equal(filling.load, load) and len(np.unique(filling.cell)) == len(filling.cell)


def test_a_run_is_recounted_and_says_what_it_is(done):
    found, folder = done
    checks = verify(folder)
    assert [str(check) for check in checks if not check.holds] == []
    assert {"chaque maille entière à un seul lieu", "borne prouvée par l'arithmétique"} <= {one.name for one in checks}
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "servie tout entière par un seul lieu" in page and "p-médiane avec capacités" in page
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    assert summary["capacity"]["people_go"] == "one_place"
    assert summary["objective_minutes"] == pytest.approx(found.plan.objective / 60 / summary["persons_total"])


def changed(folder: Path, change) -> list[str]:
    flows = pd.read_parquet(folder / "consultations.parquet")
    change(flows).to_parquet(folder / "consultations.parquet", index=False)
    return [check.name for check in verify(folder) if not check.holds]


@pytest.mark.parametrize(
    ("change", "name"),
    [
        (lambda flows: flows.assign(given=flows["given"] - 1), "chaque maille entière à un seul lieu"),
        (lambda flows: flows.assign(site=flows["site"].iloc[0]), "lieux, places et trajets"),
        (lambda flows: flows.iloc[1:], "certificat, objectif"),
    ],
)
def test_verify_finds_a_cell_that_was_moved(change, name, done, tmp_path):
    assert name in changed(Path(shutil.copytree(done[1], tmp_path / "run")), change)


def test_what_is_too_large_is_refused_in_words(head, tmp_path, monkeypatch):
    scenario = scenario_of(head, GOAL, tmp_path)
    territory, times = ground_of(scenario)
    monkeypatch.setattr("siting.posing.single_source.MOST_PLACES", 100)
    with pytest.raises(DataError, match=r"goal.model: \d+ mailles et \d+ lieux : trop pour ce but"):
        pose(scenario, territory, times, ask(scenario, territory))


def test_with_room_for_all_it_is_the_p_median(head, tmp_path):
    blank = head.replace("existing: {rule: gp_practices, min_gp_practices: 4}", "existing: {rule: none}")
    much = GOAL.replace("create_per_year: 5000", "create_per_year: 9000000")
    scenario = scenario_of(blank, much, tmp_path)
    territory, times = ground_of(scenario)
    posed = pose(scenario, territory, times, ask(scenario, territory))
    assert isinstance(posed.problem, CapacitatedPMedian)
    plan = solve_posed(scenario, territory, times, posed)
    free = scenario_of(blank, "goal: {model: p_median, standard_min: 12, new_houses: 3}\n", tmp_path)
    median = solve_posed(free, territory, times, pose(free, territory, times, ()))
    assert plan.objective == median.objective and plan.opened.tolist() == median.opened.tolist()
    filled = fillings(scenario, territory, times, plan)
    assert filled["before"].given.sum() == 0 and not filled["after"].is_full.any()


@pytest.mark.parametrize(
    ("sections", "said"),
    [
        ({"goal": "goal:\n  model: §capacitated_p_median\n  new_houses: 3"}, "ajoutez la section capacity"),
        ({"capacity": "capacity: {}", "rules": "rules:\n  - §rule: backup\n    at_least_share: 0.1"}, "ni règles"),
        (
            {"capacity": "capacity: {}", "existing": "existing:\n  rule: gp_practices\n  kept_may: §[upgrade]"},
            "most_served",
        ),
        ({"capacity": "capacity: {}", "goal": "goal:\n  model: §capacited_p_median\n  new_houses: 3"}, "capacitated"),
    ],
)
def test_what_it_does_not_know_is_refused_with_its_line(sections, said, tmp_path):
    text, places = marked(text_with(**{"goal": "goal:\n  model: capacitated_p_median\n  new_houses: 3"} | sections))
    (fault,) = faults_of(text, tmp_path)
    assert (fault.line, fault.column) == places[0]
    assert said in f"{fault.problem} {fault.remedy}"
