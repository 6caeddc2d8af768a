"""Other plans that are nearly as good, from a scenario file: against every plan that there is."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from siting.alternatives import alternatives_of
from siting.cli import app
from siting.errors import DataError, InfeasibleError
from siting.report.tables import read_csv
from siting.scenario import Scenario, load
from siting.territory import assemble
from siting.territory.embedded import read_communes
from siting.travel import build_surface, travel_times

HEAD = """scenario: cap-corse
title: Cap Corse
study_area: {communes: [%s]}
grid: {halo_km: 20}
candidates: {rule: town_halls, min_persons: 900}
existing: {rule: gp_practices, min_gp_practices: 50, treatment: keep}
travel: {surface: roads, network: corsica, cutoff_min: 15, speeds_kmh: {motorway: 90, trunk: 90}}
"""
LOSS = 0.02


@pytest.fixture(scope="module")
def head() -> str:
    communes = read_communes()
    north = communes["code"][communes["departement"].eq("2B") & communes["lat"].gt(42.65)]
    return HEAD % ", ".join(f'"{code}"' for code in north)


def scenario_of(head: str, text: str, folder: Path) -> Scenario:
    file = folder / "cap-corse.yaml"
    file.write_text(head + text, encoding="utf-8")
    return load(file)


def values_of(scenario: Scenario, size: int) -> dict[tuple[int, ...], float]:
    """Persons covered (mclp), or minus person-seconds (p_median), by every plan of at most ``size`` houses."""
    territory = assemble(scenario)
    times = travel_times(build_surface(territory, scenario.travel), cutoff_s=scenario.travel.cutoff_s)
    cutoff_s, persons = scenario.travel.cutoff_s, territory.demand.persons
    time_s = np.full((times.n_sites, times.n_cells), float(cutoff_s + 1))
    for j in range(times.n_sites):
        pairs = slice(times.site_start[j], times.site_start[j + 1])
        time_s[j, times.cell[pairs]] = times.time_s[pairs]
    existing = np.flatnonzero(territory.sites.is_existing).tolist()
    candidates = np.flatnonzero(~territory.sites.is_existing).tolist()
    values = {}
    for n in range(size + 1):
        for plan in combinations(candidates, n):
            nearest_s = time_s[[*existing, *plan]].min(axis=0)
            covered = float(persons[nearest_s <= scenario.goal.standard_s].sum())
            seconds = float((persons * np.minimum(nearest_s, cutoff_s)).sum())
            values[plan] = covered if scenario.goal.model == "mclp" else -seconds
    return values


@pytest.mark.parametrize("model", ["mclp", "p_median"])
def test_other_plans_sure_sites_and_stand_ins_are_those_of_all_plans(model, head, tmp_path):
    scenario = scenario_of(head, f"goal: {{model: {model}, standard_min: 8, new_houses: 2}}", tmp_path)
    values = values_of(scenario, 2)
    best = max(values.values())
    found = alternatives_of(scenario, count=4, loss_share=LOSS)
    opened = found.plans[0].opened.tolist()
    sign = 1 if model == "mclp" else -1
    near = [plan for plan, value in values.items() if value >= best - LOSS * abs(best)]
    assert sign * found.plans[0].objective == best
    assert len(found.plans) == min(4, len([plan for plan in near if set(plan) != set(opened)]) + 1)
    objectives = [sign * plan.objective for plan in found.plans]
    assert objectives == sorted(objectives, reverse=True)
    assert len({tuple(plan.opened.tolist()) for plan in found.plans}) == len(found.plans)
    for j in opened:
        assert found.in_all[j] == float(all(j in plan for plan in near))
        rest = set(opened) - {j}
        without = max(value for plan, value in values.items() if rest <= set(plan) and j not in plan)
        assert found.lost[j] == pytest.approx(best - without)
    assert np.isnan(found.in_all[[j for j in range(len(found.in_all)) if j not in opened]]).all()


def test_the_command_tells_the_choice_and_writes_it(head, tmp_path):
    scenario_of(head, "goal: {model: mclp, standard_min: 8, new_houses: 2}", tmp_path)
    out = tmp_path / "choix"
    options = ["--count", "3", "--loss", "0.05", "--out", str(out)]
    result = CliRunner().invoke(app, ["alternatives", str(tmp_path / "cap-corse.yaml"), *options])
    assert result.exit_code == 0
    assert "3 plans à 5,00 % près du meilleur" in result.stdout.replace("\u202f", " ").replace("\u00a0", " ")
    table = read_csv(out / "alternatives.csv")
    assert (table["plan_1"] == "create").sum() == 2
    assert (table[["plan_1", "plan_2", "plan_3"]] == "create").any(axis=1).all()


def test_where_sites_have_a_choice_so_have_the_plans(head, tmp_path):
    text = """goal: {model: mclp, standard_min: 8}
rules: [{rule: budget, at_most_eur: 130000}]
costs: {keep_eur: 20000, itinerant_eur: 30000}
"""
    choice = head.replace("min_persons: 900", "min_persons: 900, kinds: [create, itinerant]")
    scenario = scenario_of(choice.replace("treatment: keep", "treatment: keep, kept_may: [close]"), text, tmp_path)
    found = alternatives_of(scenario, count=2, loss_share=0.5)
    assert len(found.plans) == 2
    assert all(plan.decisions.cost.sum() <= 130_000 for plan in found.plans)
    opened = found.plans[0].opened
    assert set(found.in_all[opened].tolist()) <= {0.0, 1.0}
    assert np.isnan(found.lost).all(), "what could stand in is not looked at"


def test_a_goal_without_other_plans_and_rules_without_any_are_said(head, tmp_path):
    with pytest.raises(DataError, match=r"goal\.model"):
        alternatives_of(
            scenario_of(head, "goal: {model: p_center, standard_min: 8, new_houses: 2}", tmp_path),
            count=2,
            loss_share=LOSS,
        )
    text = "goal: {model: lscp, standard_min: 8, max_new_houses: 1}"
    with pytest.raises(InfeasibleError, match=r"goal\.max_new_houses"):
        alternatives_of(scenario_of(head, text, tmp_path), count=2, loss_share=LOSS)
