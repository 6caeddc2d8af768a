"""The rule apart in minutes: which candidates are too near, either way, and what `verify` recounts of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cap_corse import communes_north_of, ground_of, scenario_of
from scenario_texts import faults_of, marked, text_with
from siting.errors import DataError
from siting.pipeline import run
from siting.posing import ask, kept_rules, pose, solve_posed
from siting.posing.apart import too_near, trips_between
from siting.scenario import Scenario
from siting.territory import Territory, assemble
from siting.verify import verify
from siting.verify.scipy_times import ticks_graph

HEAD = """scenario: cap-corse
title: Cap Corse
study_area: {communes: [%s]}
grid: {halo_km: 20}
candidates: {rule: town_halls}
existing: {rule: gp_practices, min_gp_practices: 10, treatment: keep}
travel: {%s, cutoff_min: 15}
"""
SURFACES = ("surface: roads, network: corsica, speeds_kmh: {motorway: 90, trunk: 90}", "surface: friction")
GOAL = "goal: {model: mclp, standard_min: 8, new_houses: 4}\nrules: [{rule: apart, at_least_min: %s}]\n"


@pytest.fixture(scope="module", params=SURFACES)
def world(request, tmp_path_factory) -> tuple[Scenario, Territory]:
    head = HEAD % (communes_north_of(42.68), request.param)
    scenario = scenario_of(head, GOAL % 9, tmp_path_factory.mktemp("apart"))
    return scenario, assemble(scenario)


def naive_seconds(scenario: Scenario, territory: Territory, rows: np.ndarray) -> np.ndarray:
    """From each of some sites to each, by SciPy's Dijkstra: seconds at the cell in which the one stands."""
    cell = territory.grid.cell_at(territory.sites.x_m[rows], territory.sites.y_m[rows])
    graph = ticks_graph(scenario.travel, territory)
    cells, place = np.unique(cell, return_inverse=True)
    found = np.full((len(rows), len(cells)), np.inf)
    for row, (near, seconds) in enumerate(graph.within_s(rows, cells, scenario.travel.cutoff_s)):
        found[row, near] = seconds
    return found[:, place].T


def test_trips_between_candidates_are_those_of_another_search(world):
    scenario, territory = world
    rows = np.flatnonzero(~territory.sites.is_existing)
    seconds = naive_seconds(scenario, territory, rows)
    found = np.full(seconds.shape, np.inf)
    origin, destination, found_s = trips_between(scenario, territory, rows, cutoff_s=scenario.travel.cutoff_s)
    found[origin, destination] = found_s
    seconds[np.diag_indices(len(rows))] = np.inf
    assert np.isfinite(seconds).sum() > 50
    assert np.array_equal(found, seconds)


def test_too_near_is_shorter_either_way_and_exactly_as_long_is_not(world):
    scenario, territory = world
    rows = np.flatnonzero(~territory.sites.is_existing)
    seconds = naive_seconds(scenario, territory, rows)
    shorter_s = np.minimum(seconds, seconds.T)[np.triu_indices(len(rows), 1)]
    for at_least_s in np.sort(shorter_s[shorter_s >= 120])[[0, 5, 20]]:
        for limit_s in (at_least_s, at_least_s + 0.5):
            rule = scenario.rules[0].model_copy(update={"at_least_min": limit_s / 60})
            pairs = too_near(scenario, territory, "rules[0]", rule)
            one, other = np.nonzero(np.triu(np.minimum(seconds, seconds.T) < limit_s, 1))
            assert pairs.tolist() == np.column_stack([rows[one], rows[other]]).tolist()


def test_a_plan_keeps_its_houses_apart_and_is_recounted(world, tmp_path):
    scenario, territory = world
    done = run(scenario)
    seconds = naive_seconds(scenario, territory, done.plan.opened)
    seconds[np.diag_indices(len(done.plan.opened))] = np.inf
    assert len(done.plan.opened) > 1 and seconds.min() >= 9 * 60
    (told,) = done.findings.summary["rules"]
    assert (told["rule"], told["asked"]) == ("apart_min", 9)
    assert told["found"] == (seconds.min() / 60 if np.isfinite(seconds.min()) else None)
    folder = done.save(tmp_path / "run")
    assert [str(check) for check in verify(folder) if not check.holds] == []
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "trajet entre maisons nouvelles" in page


def test_the_recount_says_how_near_houses_stand(world):
    scenario, _ = world
    free = scenario.model_copy(update={"rules": ()})
    territory, times = ground_of(free)
    posed = pose(free, territory, times, ())
    plan = solve_posed(free, territory, times, posed)
    opened = np.flatnonzero(~territory.sites.is_existing)[:9].astype(np.int32)
    (kept,) = kept_rules(scenario, territory, posed.cover, replace(plan, opened=opened))
    seconds = naive_seconds(scenario, territory, opened)
    seconds[np.diag_indices(len(opened))] = np.inf
    assert kept.found == seconds.min() / 60 and kept.left == kept.found - 9
    (kept,) = kept_rules(scenario, territory, posed.cover, replace(plan, opened=opened[:1]))
    assert np.isnan(kept.found)


def test_more_pairs_than_a_program_holds_are_refused_with_their_line(world, monkeypatch):
    scenario, territory = world
    monkeypatch.setattr("siting.posing.apart.MOST_PAIRS", 3)
    with pytest.raises(DataError, match=r":9:\d+: rules\[0\].at_least_min: \d+ paires"):
        ask(scenario, territory)


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ("rules:\n  - rule: apart\n    at_least_km: 3\n    at_least_min: §9", "deux règles apart"),
        ("rules:\n  - §rule: apart", "at_least_km ou at_least_min"),
        ("rules:\n  - rule: apart\n    at_least_min: §900", "si 900 est en secondes, écrivez 15"),
        ("rules:\n  - rule: apart\n    at_least_min: §45", "travel.cutoff_min"),
        ("rules:\n  - {rule: apart, at_least_min: 9}\n  - §{rule: apart, at_least_min: 8}", "deux fois"),
    ],
)
def test_distances_that_cannot_be_are_refused_with_their_line(rules, said, tmp_path):
    text, places = marked(text_with(rules=rules, goal="goal:\n  model: mclp\n  new_houses: 3"))
    (fault,) = faults_of(text, tmp_path)
    assert (fault.line, fault.column) == places[0]
    assert said in f"{fault.problem} {fault.remedy}"
