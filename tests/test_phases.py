"""Phases: what opens when, decided by the plan, from a scenario to its simulation and to what `verify` recounts."""

from __future__ import annotations

import json
import shutil
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cap_corse import communes_north_of, ground_of, scenario_of
from scenario_texts import faults_of, marked, text_with
from siting.errors import DataError, InfeasibleError
from siting.pipeline import run
from siting.posing import ask, pose, solve_posed
from siting.replay import simulate_again
from siting.report import RunFolder
from siting.report.tables import read_csv, write_csv
from siting.territory import Territory
from siting.travel import TravelTimes
from siting.verify import verify

HEAD = """scenario: cap-corse
title: Cap Corse
study_area: {communes: [%s]}
grid: {halo_km: 20}
candidates: {rule: town_halls, min_persons: 1400, kinds: [create, itinerant]}
existing: {rule: gp_practices, min_gp_practices: 50, treatment: keep}
travel: {surface: roads, network: corsica, cutoff_min: 15, speeds_kmh: {motorway: 90, trunk: 90}}
"""
PHASES = """goal: {model: mclp, standard_min: 8}
phases: {decided: 2026-Q1, until: [2026-Q4, 2028-Q1], at_most_eur: [40000, 120000], lead_quarters: {itinerant: 2}}
costs: {create_eur: 50000, itinerant_eur: 40000}
simulation: {start: 2026-Q2, quarters: 8, draws: 1}
"""


@pytest.fixture(scope="module")
def head() -> str:
    return HEAD % communes_north_of(42.65)


@pytest.fixture(scope="module")
def ground(head, tmp_path_factory) -> tuple[Territory, TravelTimes]:
    scenario = scenario_of(head, PHASES, tmp_path_factory.mktemp("ground"))
    return ground_of(scenario)


@pytest.fixture(scope="module")
def phased_run(head, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("phased")
    return run(scenario_of(head, PHASES, folder)).save(folder / "run")


def near_cells(times: TravelTimes, standard_s: int) -> np.ndarray:
    """Bools, sites × cells."""
    near = np.zeros((times.n_sites, times.n_cells), dtype=bool)
    for j in range(times.n_sites):
        pairs = slice(times.site_start[j], times.site_start[j + 1])
        near[j, times.cell[pairs][times.time_s[pairs] <= standard_s]] = True
    return near


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    first=st.integers(1, 12), more=st.integers(0, 12), create=st.integers(1, 6), itinerant=st.integers(1, 6),
    create_lead=st.integers(0, 9), itinerant_lead=st.integers(0, 9), n_first=st.integers(0, 3),
)  # fmt: skip
def test_most_people_in_the_end_then_early_then_least_cost_is_the_best_of_all_plans(
    head, ground, tmp_path, first, more, create, itinerant, create_lead, itinerant_lead, n_first
):
    territory, times = ground
    text = f"""goal: {{model: mclp, standard_min: 8}}
phases: {{decided: 2026-Q1, until: [2026-Q4, 2028-Q1], at_most_eur: [{first}0000, {first + more}0000],
  at_most_houses: [{n_first}, 3], lead_quarters: {{create: {create_lead}, itinerant: {itinerant_lead}}}}}
costs: {{create_eur: {create}0000, itinerant_eur: {itinerant}0000}}
"""
    scenario = scenario_of(head, text, tmp_path)
    near, persons, is_existing = near_cells(times, 480), territory.demand.persons, territory.sites.is_existing
    candidates = np.flatnonzero(~is_existing)
    assert 3 <= len(candidates) <= 6, "few enough to try every plan"
    able = [(cost, phase) for cost, lead in ((create, create_lead), (itinerant, itinerant_lead))
            for phase, end in enumerate((3, 8)) if lead <= end]  # fmt: skip
    best = (-1.0, 0.0, 0.0)
    for plan in product([None, *able], repeat=len(candidates)):
        taken = [(j, *one) for j, one in zip(candidates, plan, strict=True) if one]
        cost = [sum(c for _, c, phase in taken if phase <= t) for t in (0, 1)]
        n = [sum(phase <= t for *_, phase in taken) for t in (0, 1)]
        if cost[0] > first or cost[1] > first + more or n[0] > n_first or n[1] > 3:
            continue
        covered = []
        for t in (0, 1):
            is_open = is_existing.copy()
            is_open[[j for j, _, phase in taken if phase <= t]] = True
            covered.append(float(persons[near[is_open].any(axis=0)].sum()))
        best = max(best, (covered[1], covered[0], -cost[1]))
    plan = solve_posed(scenario, territory, times, pose(scenario, territory, times, ask(scenario, territory)))
    assert [stage.objective for stage in plan.stages[:2]] == list(best[:2])
    assert plan.decisions.cost.sum() == -10_000 * best[2]


def test_a_plan_with_phases_comes_through_to_the_simulation_and_to_verify(phased_run):
    assert [check for check in verify(phased_run) if not check.holds] == []
    table = read_csv(phased_run / "sites.csv")
    opened = table[table["decision"] == "opened"]
    assert set(opened["done_by"]) == {"2026-Q4", "2028-Q1"}
    assert (opened["opening_quarter"] == opened["done_by"]).all(), "the simulation follows the plan"
    assert (opened.loc[opened["done_by"] == "2026-Q4", "option"] == "itinerant").all(), "a creation takes two years"
    phases = json.loads((phased_run / "summary.json").read_text(encoding="utf-8"))["phases"]
    assert phases[0]["cost_eur"] <= 40_000 and phases[0]["persons_covered"] <= phases[1]["persons_covered"]
    assert "Quand les maisons ouvrent" in (phased_run / "report.html").read_text(encoding="utf-8")


def test_simulating_again_keeps_the_phases_and_the_kinds(phased_run, tmp_path):
    with RunFolder(tmp_path / "again", inputs=[]) as target:
        outlook = simulate_again(phased_run, target, changes={"departures": "off"})
    opened = read_csv(phased_run / "sites.csv").query("decision == 'opened'")
    assert outlook.forecast.opening_of_houses().tolist() == opened["done_by"].tolist()


@pytest.fixture(scope="module")
def closing_run(head, tmp_path_factory) -> Path:
    """A budget that does not keep every existing site and cover most people."""
    folder = tmp_path_factory.mktemp("closing")
    kept = head.replace("min_gp_practices: 50, treatment: keep", "min_gp_practices: 4, kept_may: [close]")
    text = PHASES.replace("[40000, 120000]", "[130000, 130000]").replace("costs: {", "costs: {keep_eur: 40000, ")
    return run(scenario_of(kept, text, folder)).save(folder / "run")


def test_sites_that_close_are_closed_in_the_simulation_too(closing_run, tmp_path):
    assert [check for check in verify(closing_run) if not check.holds] == []
    closed = read_csv(closing_run / "sites.csv").query("decision == 'closed'")
    assert len(closed)
    ledger = read_csv(closing_run / "ledger.csv").query("cause == 'closure'")
    booked = set(zip(ledger["origin"].astype(str), ledger["quarter"], strict=True))
    assert booked == set(zip(closed["commune"].astype(str), closed["done_by"], strict=True))
    with RunFolder(tmp_path / "again", inputs=[]) as target:
        outlook = simulate_again(closing_run, target, changes={"departures": "off"})
    last, world = outlook.forecast.draws.central.states[-1], outlook.forecast.world
    is_closed = np.isin(world.code[world.commune], closed["commune"].to_numpy(dtype=str))
    assert last.doctors[is_closed & (outlook.forecast.schedule.kind == "practice")].sum() == 0
    assert any("ferme" in note for note in outlook.results)


def test_verify_finds_a_closure_that_was_moved(closing_run, tmp_path):
    folder = Path(shutil.copytree(closing_run, tmp_path / "run"))
    text = (folder / "ledger.csv").read_text(encoding="utf-8-sig")
    line = next(line for line in text.splitlines() if ";closure;" in line)
    (folder / "ledger.csv").write_text(text.replace(line, "2027-Q1" + line[7:]), encoding="utf-8-sig")
    assert any(check.name == "fermetures simulées" for check in verify(folder) if not check.holds)


@pytest.mark.parametrize(
    ("column", "value", "name"),
    [("done_by", "2026-Q4", "limites de la phase"), ("done_by", "2027-Q3", "phase de chaque site")],
)
def test_verify_finds_a_phase_that_was_changed(column, value, name, phased_run, tmp_path):
    folder = Path(shutil.copytree(phased_run, tmp_path / "run"))
    table = read_csv(folder / "sites.csv")
    table.loc[table["decision"] == "opened", column] = value
    write_csv(table, folder / "sites.csv", decimals={c: 6 for c in table if pd.api.types.is_float_dtype(table[c])})
    assert any(name in check.name for check in verify(folder) if not check.holds)


def test_what_phases_cannot_do_is_said_with_its_lines(head, ground, tmp_path):
    territory, times = ground
    text = """goal: {model: lscp, standard_min: 8}
phases: {decided: 2026-Q1, until: [2026-Q4, 2028-Q1], at_most_houses: [0, 1]}
"""
    scenario = scenario_of(head, text, tmp_path)
    with pytest.raises(InfeasibleError, match=r"phases.at_most_houses\[1\].*fin de la phase 2"):
        solve_posed(scenario, territory, times, pose(scenario, territory, times, ask(scenario, territory)))
    late = text.replace("standard_min: 8", 'standard_min: 8, forced_open: ["2B043"]').replace(
        "2028-Q1], ", "2027-Q1], "
    )
    scenario = scenario_of(head.replace("[create, itinerant]", "[create]"), late, tmp_path)
    territory, times = ground_of(scenario)
    with pytest.raises(DataError, match="dernière phase"):
        pose(scenario, territory, times, ask(scenario, territory))


@pytest.mark.parametrize(
    ("phases", "said"),
    [
        ("phases:\n  decided: 2026-Q1\n  until: §[2027-Q1, 2026-Q1]\n  at_most_houses: [1, 2]", "croiss"),
        ("phases:\n  decided: §2027-Q2\n  until: [2027-Q1]", "2027-Q2"),
        ("phases:\n  decided: 2026-Q1\n  until: [2026-Q2, 2027-Q1]\n  at_most_houses: §[1]", "2 phases"),
        ("phases:\n  decided: 2026-Q1\n  until: §[2026-Q2, 2027-Q1]", "distingue"),
        ("phases:\n  decided: 2026-Q1\n  until: [2026-Q2, 2027-Q1]\n  at_most_eur: §[20, 10]", "croiss"),
        (
            "phases:\n  decided: 2026-Q1\n  until: [2026-Q2]\nsimulation:\n  start: 2026-Q1\n"
            "  milestone_quarters: §[2026-Q2]\n  milestone_houses: [3]",
            "phases",
        ),
    ],
)
def test_phases_that_cannot_be_are_refused_with_their_line(phases, said, tmp_path):
    text, places = marked(text_with(phases=phases))
    (fault,) = faults_of(text, tmp_path)
    assert (fault.line, fault.column) == places[0]
    assert said in f"{fault.problem} {fault.remedy}"
