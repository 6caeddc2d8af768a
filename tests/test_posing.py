"""Goals, rules and weights of a scenario, from its file to what `verify` recounts."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cap_corse import communes_north_of, ground_of, scenario_of
from siting.allocation import Composed, ComposedCenter, Lscp, Mclp, PCenter, PMedian, solve
from siting.alternatives import alternatives_of
from siting.checker import CoverMatrix
from siting.errors import DataError, InfeasibleError, OutOfTimeError
from siting.frontier import frontier_of
from siting.pipeline import run
from siting.posing import ask, kept_rules, pose, solve_posed
from siting.posing.weights import weighted_persons
from siting.report.frontier_files import frontier_table, render_frontier, write_frontier
from siting.report.rule_table import binding_rules
from siting.report.sentences import bound, objective
from siting.report.tables import read_csv
from siting.report.texts import Texts
from siting.scenario import Scenario
from siting.territory import Territory
from siting.travel import TravelTimes
from siting.verify import verify

HEAD = """scenario: cap-corse
title: Cap Corse
study_area: {communes: [%s]}
grid: {halo_km: 20}
candidates: {rule: town_halls}
existing: {rule: gp_practices, min_gp_practices: 10, treatment: keep}
travel: {surface: roads, network: corsica, cutoff_min: 15, speeds_kmh: {motorway: 90, trunk: 90}}
"""
BUDGET = """goal: {model: mclp, standard_min: 10}
rules:
  - {rule: budget, at_most_eur: 200000}
  - {rule: apart, at_least_km: 4}
  - {rule: houses, communes: ["2B043", "2B107", "2B086"], name: Le nord, at_least: 1, at_most: 2}
  - {rule: backup, at_least_share: 0.02}
  - {rule: covered_share, at_least_share: 0.02, each: epci}
weights:
  - {who: age, group: over_65, weight: 3}
  - {who: zone, communes: ["2B043"], weight: 2}
"""


@pytest.fixture(scope="module")
def head() -> str:
    return HEAD % communes_north_of(42.68)


@pytest.fixture(scope="module")
def ground(head, tmp_path_factory) -> tuple[Territory, TravelTimes]:
    """The north of Corsica, the same whatever the goal."""
    scenario = scenario_of(head, "goal: {model: lscp, standard_min: 10}", tmp_path_factory.mktemp("ground"))
    return ground_of(scenario)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("goal: {model: lscp, standard_min: 10}", Lscp),
        ("goal: {model: lscp, standard_min: 10, covered_share: 0.5}", Composed),
        ("goal: {model: lscp, standard_min: 10}\nrules:\n  - {rule: apart, at_least_km: 1}", Composed),
        ("goal: {model: mclp, standard_min: 10, new_houses: 2}", Mclp),
        (
            "goal: {model: mclp, standard_min: 10, new_houses: 2}\nrules:\n  - {rule: budget, at_most_eur: 1e6}",
            Mclp,
        ),
        ("goal: {model: p_median, standard_min: 10, new_houses: 2}", PMedian),
        ("goal: {model: p_center, standard_min: 10, new_houses: 2}", PCenter),
        (
            "goal: {model: p_center, standard_min: 10, new_houses: 2}\nrules:\n  - {rule: apart, at_least_km: 1}",
            ComposedCenter,
        ),
        ("goal: {model: lexicographic, standard_min: 10, goals: [most_covered, least_cost]}", Composed),
        (
            "goal: {model: p_median, standard_min: 10, new_houses: 2}\nrules: [{rule: apart, at_least_km: 1}]",
            Composed,
        ),
    ],
)
def test_the_fast_searches_are_taken_where_the_rules_allow(text, problem, head, ground, tmp_path):
    territory, times = ground
    scenario = scenario_of(head, text, tmp_path)
    assert type(pose(scenario, territory, times, ask(scenario, territory)).problem) is problem


@pytest.mark.parametrize(
    "text",
    [
        BUDGET,
        "goal: {model: p_median, new_houses: 3, standard_min: 10}\nweights: [{who: age, group: under_15, weight: 4}]",
        "goal: {model: p_center, standard_min: 10, new_houses: 14}",
        "goal: {model: p_center, standard_min: 10, new_houses: 14}\nrules: [{rule: apart, at_least_km: 3}]",
        "goal: {model: p_center, standard_min: 10, new_houses: 19}\nrules: [{rule: budget, at_most_eur: 700000}]",
        "goal: {model: mclp, standard_min: 10}\nrules: [{rule: budget, at_most_eur: 190000}]",
        "goal: {model: lexicographic, standard_min: 10, goals: [most_covered, fewest_houses, least_time]}",
        "goal: {model: lscp, standard_min: 10, covered_share: 0.8}\nrules:\n  - {rule: houses, each: epci, at_most: 9}",
    ],
)
def test_a_goal_with_rules_comes_through_to_a_folder_that_verify_recounts(text, head, tmp_path):
    done = run(scenario_of(head, text, tmp_path))
    folder = done.save(tmp_path / "run")
    checks = verify(folder)
    assert [str(check) for check in checks if not check.holds] == []
    assert done.plan.status == "optimal" and objective(done.findings) == bound(done.findings)
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert ("recomptées" in page) == ("rules" in text) and "prouvé" in page
    for name in ("certificate.json", "summary.json"):
        assert json.loads((folder / name).read_text())["model"] in text


def test_what_a_rule_leaves_is_recounted(head, tmp_path):
    text = "goal: {model: mclp, standard_min: 10}\nrules: [{rule: budget, at_most_eur: 190000}]"
    folder = run(scenario_of(head, text, tmp_path)).save(tmp_path / "run")
    summary = json.loads((folder / "summary.json").read_text())
    summary["rules"][0]["left"] += 1
    (folder / "summary.json").write_text(json.dumps(summary))
    assert any("rules[0], budget" in check.name for check in verify(folder) if not check.holds)


def test_goals_in_order_reach_what_the_lscp_does_and_say_so(head, tmp_path):
    text = "goal: {model: lexicographic, standard_min: 10, goals: [most_covered, fewest_houses]}"
    in_order = run(scenario_of(head, text, tmp_path)).findings.summary
    lscp = run(scenario_of(head, "goal: {model: lscp, standard_min: 10}", tmp_path)).findings.summary
    assert [stage["goal"] for stage in in_order["stages"]] == ["most_covered", "fewest_houses"]
    assert in_order["stages"][0]["objective"] == lscp["covered_after"]["persons"]
    assert in_order["stages"][1]["objective"] == lscp["objective"]
    assert in_order["status"] == lscp["status"] == "optimal"


def test_a_rule_that_does_not_bind_changes_no_p_median(head, ground, tmp_path):
    territory, times = ground
    plans = []
    for rules in ("", "\nrules: [{rule: houses, communes: ['2B043'], at_most: 5}]"):
        text = f"goal: {{model: p_median, standard_min: 10, new_houses: 3}}{rules}"
        scenario = scenario_of(head, text, tmp_path)
        posed = pose(scenario, territory, times, ask(scenario, territory))
        plans.append(solve_posed(scenario, territory, times, posed))
    assert [plan.status for plan in plans] == ["optimal", "optimal"]
    assert plans[0].objective == plans[1].objective


def test_the_recount_of_rules_says_what_is_left(head, ground, tmp_path):
    territory, times = ground
    scenario = scenario_of(head, BUDGET, tmp_path)
    posed = pose(scenario, territory, times, ask(scenario, territory))
    candidates = np.flatnonzero(~territory.sites.is_existing)
    north = [int(j) for j in candidates if territory.sites.id[j] in ("2B043", "2B107")]
    plan = replace(solve_posed(scenario, territory, times, posed), opened=np.array(north, dtype=np.int32))
    kept = kept_rules(scenario, territory, posed.cover, plan)
    budget, apart, floor, cap, *_ = kept
    assert (budget.found, budget.left, budget.is_binding) == (100_000, 100_000, False)
    assert apart.left == apart.found - 4 and apart.is_binding is None
    assert (floor.place, floor.left, floor.is_binding) == ("Le nord", 1, False)
    assert (cap.left, cap.is_binding) == (0, True)


def test_weights_multiply_by_age_and_by_zone(head, ground, tmp_path):
    territory, _ = ground
    demand = territory.demand
    weighted = weighted_persons(scenario_of(head, BUDGET, tmp_path), territory)
    for i in range(0, len(demand), 7):
        groups = demand.persons_by_age[i]
        mean = (groups[0] + groups[1] + 3 * groups[2]) / groups.sum() if groups.sum() else 1.0
        zone = 2.0 if territory.communes.code[demand.commune[i]] == "2B043" else 1.0
        assert weighted[i] == pytest.approx(demand.persons[i] * mean * zone)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "goal: {model: mclp, standard_min: 10}\nrules:\n  - {rule: budget, at_most_eur: 50000}\n"
            '  - {rule: apart, at_least_km: 1}\n  - {rule: houses, communes: ["2B043", "2B107"], at_least: 2}\n',
            [":10:", "budget de 50", "(ligne 12)", "au moins 2 maisons dans", "il suffirait de 100\u202f000 €"],
        ),
        ("goal: {model: lscp, standard_min: 10, max_new_houses: 1}", [":8:", "goal.max_new_houses", "il en faut"]),
        (
            "goal: {model: p_center, new_houses: 1, standard_min: 10}",
            [
                "goal.new_houses: avec 1 maison",
                "il en faut 10",
                "autoriser 10 maisons",
                "travel.cutoff_min",
            ],
        ),
        (
            "goal: {model: p_center, new_houses: 5, standard_min: 10}\nrules:\n  - {rule: apart, at_least_km: 3}\n",
            [":8:", "goal.new_houses: aucun plan", "il suffirait de 10 maisons", "372 habitants restent au-delà"],
        ),
        (
            "goal: {model: p_center, new_houses: 5, standard_min: 10}\nrules:\n  - {rule: budget, at_most_eur: 99000}\n"
            "  - {rule: houses, communes: ['2B043'], at_most: 0}\n",
            ["rules[0].at_most_eur", "10 maisons y suffiraient, sans limite"],
        ),
        (
            "goal: {model: lscp, standard_min: 10, covered_share: 1}\n",
            ["goal.covered_share", "hors d'atteinte", "demander 0.9"],
        ),
    ],
)
def test_no_plan_is_said_in_words_with_the_lines_concerned(text, said, head, tmp_path):
    with pytest.raises(InfeasibleError) as caught:
        run(scenario_of(head, text, tmp_path))
    lines = str(caught.value).splitlines()
    assert all(line.startswith(str(tmp_path)) for line in lines)
    for words in said:
        assert words in str(caught.value)


def test_places_that_are_not_in_the_study_area_are_all_named(head, ground, tmp_path):
    text = BUDGET.replace('"2B086"', '"2A004"').replace('communes: ["2B043"]', 'epcis: ["242010056"]')
    with pytest.raises(DataError) as caught:
        scenario = scenario_of(head, text, tmp_path)
        ask(scenario, ground[0])
    assert [fault.field for fault in caught.value.faults] == ["rules[2].communes[2]", "weights[1].epcis[0]"]
    assert "vouliez-vous dire 2B0" in (said := str(caught.value)) and "un code postal n'est pas un code INSEE" in said


def test_more_houses_than_candidates_are_told_with_the_name_of_the_departement(head, tmp_path):
    rule = "{rule: houses, each: departement, at_least: 500}"
    text = f"goal: {{model: mclp, standard_min: 10, new_houses: 900}}\nrules: [{rule}]"
    with pytest.raises(InfeasibleError, match=r"500 maisons dans la zone « Haute-Corse »") as caught:
        run(scenario_of(head, text, tmp_path))
    assert "« Haute-Corse » en a " in str(caught.value)


def test_a_search_that_is_stopped_gives_a_marked_plan_with_its_gap(head, tmp_path):
    stop = threading.Event()
    stop.set()
    done = run(scenario_of(head, "goal: {model: mclp, standard_min: 10, new_houses: 4}", tmp_path), stop=stop)
    summary = done.findings.summary
    assert summary["interrupted"] and summary["bound"] >= summary["objective"]
    if summary["status"] == "feasible":
        assert summary["gap"] > 0
    folder = done.save(tmp_path / "run")
    assert [str(check) for check in verify(folder) if not check.holds] == []


def test_the_frontier_rises_and_each_point_is_the_plan_of_its_number(head, ground, tmp_path):
    territory, times = ground
    scenario = scenario_of(head, "goal: {model: lscp, standard_min: 10}", tmp_path)
    points = frontier_of(scenario, [4, 1, 2])
    assert [point.houses for point in points] == [0, 1, 2, 4]
    shares = [point.share_covered for point in points]
    assert shares == sorted(shares) and all(point.status == "optimal" for point in points)
    two = scenario_of(head, "goal: {model: mclp, standard_min: 10, new_houses: 2}", tmp_path)
    plan = solve(pose(two, territory, times, ()).problem)
    assert points[2].persons_covered == plan.objective
    write_frontier(points, scenario, tmp_path)
    table = read_csv(tmp_path / "frontier.csv")
    assert table["persons_covered"].tolist() == [point.persons_covered for point in points]
    assert (tmp_path / "frontier.png").stat().st_size > 10_000
    assert len(render_frontier(points, scenario).splitlines()) == 5


def test_a_rule_that_binds_in_one_place_is_named_with_it():
    binding = {"rule": "houses", "is_binding": True}
    rules = [
        binding | {"path": "goal.new_houses", "place": ""},
        binding | {"path": "rules[0]", "place": "Guéret"},
        *({**binding, "path": "rules[1]", "place": place} for place in ("A", "B")),
    ]
    assert binding_rules(rules, Texts("en")) == "number of new houses, number of new houses (Guéret)"


def test_the_frontier_counts_the_houses_that_a_plan_opens(head, tmp_path):
    """Not those that it may: a budget for two leaves eight at two, and nobody is gained by each of the six others."""
    text = "goal: {model: mclp, standard_min: 10, new_houses: 1}\nrules: [{rule: budget, at_most_eur: 100000}]"
    scenario = scenario_of(head, text, tmp_path)
    points = frontier_of(scenario, [1, 8])
    assert [point.opened for point in points] == [0, 1, 2]
    gained = points[2].persons_covered - points[1].persons_covered
    assert frontier_table(points)["persons_per_house"].iloc[2] == pytest.approx(gained)
    assert "\n8 (2 ouvertes)" in render_frontier(points, scenario)


def test_a_number_of_houses_that_the_rules_exclude_has_no_figures_on_the_frontier(head, tmp_path):
    rule = '{rule: houses, communes: ["2B043", "2B107"], at_least: 2}'
    scenario = scenario_of(head, f"goal: {{model: mclp, standard_min: 10, new_houses: 3}}\nrules: [{rule}]", tmp_path)
    points = frontier_of(scenario, [1, 2])
    assert [point.status for point in points] == ["optimal", "infeasible", "optimal"]
    assert "aucun plan" in render_frontier(points, scenario)


def test_reasons_are_sought_once_for_all_numbers_that_the_rules_exclude(head, tmp_path, monkeypatch):
    rule = '{rule: houses, communes: ["2B043", "2B107", "2B086"], at_least: 3}'
    scenario = scenario_of(head, f"goal: {{model: mclp, standard_min: 10, new_houses: 3}}\nrules: [{rule}]", tmp_path)
    asked = []

    def counted(scenario: Scenario, *others, **options):
        asked.append(scenario.goal.new_houses)
        return solve_posed(scenario, *others, **options)

    monkeypatch.setattr("siting.frontier.solve_posed", counted)
    points = frontier_of(scenario, [1, 2, 3])
    assert [point.status for point in points] == ["optimal", "infeasible", "infeasible", "optimal"]
    assert asked == [3, 2]


def test_the_checker_knows_nothing_of_the_solver():
    assert CoverMatrix.__module__.startswith("siting.checker.")
    source = Path(__file__).parent.parent / "src" / "siting"
    for file in [*(source / "checker").glob("*.py"), *(source / "verify").glob("*.py")]:
        text = file.read_text(encoding="utf-8")
        assert "siting.allocation" not in text and "siting.posing" not in text, file.name


def test_a_floor_names_the_zones_without_candidates(head, tmp_path):
    text = "goal: {model: mclp, standard_min: 10, new_houses: 9}\nrules: [{rule: houses, each: epci, at_least: 9}]"
    with pytest.raises(InfeasibleError, match=r"trop peu de candidats permis : .* en a \d"):
        run(scenario_of(head, text, tmp_path))


def test_time_that_ran_out_is_said_in_words_with_the_line(head, tmp_path, monkeypatch):
    def in_vain(*_args, **_options):
        raise OutOfTimeError("no plan was found")

    monkeypatch.setattr("siting.posing.solving.solve", in_vain)
    text = "goal: {model: lscp, standard_min: 10}\nsolver: {time_limit_s: 7}"
    with pytest.raises(OutOfTimeError, match=r":\d+:\d+: solver.time_limit_s: aucun plan n'a été trouvé en 7 s"):
        run(scenario_of(head, text, tmp_path))
    points = frontier_of(scenario_of(head, text, tmp_path), [2])
    assert [point.status for point in points] == ["optimal", "out_of_time"]
    assert "dans le temps permis" in render_frontier(points, scenario_of(head, text, tmp_path))
    monkeypatch.setattr("siting.alternatives.other_plans", in_vain)
    with pytest.raises(OutOfTimeError, match=r":\d+:\d+: solver.time_limit_s"):
        alternatives_of(scenario_of(head, text, tmp_path), count=2, loss_share=0.1)
