"""What is done at each site and how full sites get: from a scenario file to what `verify` recounts."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cap_corse import communes_north_of, ground_of, scenario_of
from naive import choices as naive
from scenario_texts import faults_of, marked, text_with
from siting.access import fill
from siting.errors import DataError, InfeasibleError, InputError
from siting.pipeline import run
from siting.posing import ask, fillings, pose, solve_posed
from siting.report.saved_run import SavedRun
from siting.report.sentences import answer
from siting.report.tables import read_csv, write_csv
from siting.report.texts import Texts
from siting.report.why import Ground, explain_commune, explain_site
from siting.report.why_report import render_commune, render_site
from siting.scenario import Scenario
from siting.territory import Territory, assemble
from siting.travel import TravelTimes
from siting.verify import verify

HEAD = """scenario: cap-corse
title: Cap Corse
study_area: {communes: [%s]}
grid: {halo_km: 20}
candidates: {rule: town_halls, min_persons: 1400, kinds: [create, itinerant]}
existing: {rule: gp_practices, min_gp_practices: 4, treatment: keep, kept_may: [upgrade, close]}
travel: {surface: roads, network: corsica, cutoff_min: 15, speeds_kmh: {motorway: 90, trunk: 90}}
"""
SERVED = """goal: {model: lexicographic, standard_min: 12, goals: [most_served, least_cost]}
rules: [{rule: budget, at_most_eur: 260000}]
capacity: {people_go: %s, practice_per_year: 2000}
solver: {time_limit_s: 5}
"""


@pytest.fixture(scope="module")
def head() -> str:
    return HEAD % communes_north_of(42.65)


@pytest.fixture(scope="module")
def ground(head, tmp_path_factory) -> tuple[Territory, TravelTimes]:
    scenario = scenario_of(head, SERVED % "nearest", tmp_path_factory.mktemp("ground"))
    return ground_of(scenario)


def dense_s(times: TravelTimes) -> np.ndarray:
    """Cells × sites; inf beyond the cutoff."""
    dense = np.full((times.n_cells, times.n_sites), np.inf)
    for j in range(times.n_sites):
        pairs = slice(times.site_start[j], times.site_start[j + 1])
        dense[times.cell[pairs], j] = times.time_s[pairs]
    return dense


def options_by_hand(scenario: Scenario, territory: Territory) -> list[list[naive.Option]]:
    """What may be done at each site, with its cost and capacity, from the numbers of the scenario."""
    costs, capacity, options = scenario.costs, scenario.capacity, []
    for j, is_existing in enumerate(territory.sites.is_existing.tolist()):
        if not territory.sites.in_study_area[j]:
            options.append([("keep", 0.0, 0)])
            continue
        if not is_existing:
            room = (capacity.create_per_year, capacity.itinerant_per_year) if capacity else (0, 0)
            new = [("create", costs.create_eur, room[0]), ("itinerant", costs.itinerant_eur, room[1])]
            options.append([("", 0.0, 0), *new])
            continue
        practices = int(territory.communes.gp_practices[territory.sites.commune[j]])
        room = practices * capacity.practice_per_year if capacity else 0
        kept: list[naive.Option] = [("keep", costs.keep_eur, room), ("close", costs.close_eur, 0)]
        if capacity:
            kept.append(("extend", costs.keep_eur + costs.upgrade_eur, room + capacity.upgrade_per_year))
        options.append(kept)
    return options


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    budget=st.integers(6, 40),
    keep=st.integers(0, 9),
    close=st.integers(0, 3),
    create=st.integers(1, 9),
    itinerant=st.integers(1, 9),
    upgrade=st.integers(1, 9),
    practice=st.integers(0, 3000),
    people_go=st.sampled_from(["nearest", "where_there_is_room"]),
)
def test_most_consultations_then_least_cost_is_the_best_of_all_plans(
    head, ground, tmp_path, budget, keep, close, create, itinerant, upgrade, practice, people_go
):
    territory, times = ground
    text = f"""goal: {{model: lexicographic, standard_min: 12, goals: [most_served, least_cost]}}
rules: [{{rule: budget, at_most_eur: {budget}0000}}]
costs: {{keep_eur: {keep}0000, close_eur: {close}0000, create_eur: {create}0000, itinerant_eur: {itinerant}0000,
  upgrade_eur: {upgrade}0000}}
capacity: {{people_go: {people_go}, practice_per_year: {practice}}}
"""
    scenario = scenario_of(head, text, tmp_path)
    asked = np.round(territory.demand.persons * scenario.capacity.consultations_per_person)
    inside = territory.sites.in_study_area
    time_s, best = dense_s(times)[:, inside], (-np.inf, 0.0)
    options = [one for one, is_in in zip(options_by_hand(scenario, territory), inside, strict=True) if is_in]
    groups = naive.alike(time_s <= 720, asked)
    assert 4 <= len(options) <= 7, "few enough to try every plan"
    for plan in naive.plans(options):
        if naive.cost(plan) > scenario.rules[0].at_most_eur:
            continue
        if people_go == "nearest":
            value = naive.given_to_nearest(time_s, 720, asked, plan)
        else:
            value = naive.given(*groups, plan)
        best = max(best, (value, -naive.cost(plan)))
    posed = pose(scenario, territory, times, ask(scenario, territory))
    if best[0] == -np.inf:
        with pytest.raises(InfeasibleError, match="budget"):
            solve_posed(scenario, territory, times, posed)
        return
    plan = solve_posed(scenario, territory, times, posed)
    assert [stage.objective for stage in plan.stages] == [best[0], -best[1]]
    filling = fillings(scenario, territory, times, plan)["after"]
    assert filling.given.sum() == pytest.approx(best[0], abs=1e-6)


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    budget=st.integers(1, 40), keep=st.integers(0, 9), create=st.integers(1, 9), itinerant=st.integers(1, 9),
    houses=st.integers(0, 3), rule=st.sampled_from(["budget", "houses", "apart"]),
)  # fmt: skip
def test_most_people_with_closable_sites_is_the_best_of_all_plans(
    head, ground, tmp_path, budget, keep, create, itinerant, houses, rule
):
    territory, times = ground
    extra = {"budget": "", "houses": f"  - {{rule: houses, each: departement, at_most: {houses}}}\n"}.get(
        rule, "  - {rule: apart, at_least_km: 12}\n"
    )
    text = f"""goal: {{model: mclp, standard_min: 10}}
rules:
  - {{rule: budget, at_most_eur: {budget}0000}}
{extra}costs: {{keep_eur: {keep}0000, create_eur: {create}0000, itinerant_eur: {itinerant}0000}}
"""
    scenario = scenario_of(head.replace("[upgrade, close]", "[close]"), text, tmp_path)
    near, persons, sites = dense_s(times) <= 600, territory.demand.persons, territory.sites
    km = np.hypot(sites.x_m[:, None] - sites.x_m, sites.y_m[:, None] - sites.y_m) / 1000
    best = (-np.inf, 0.0)
    for plan in naive.plans(options_by_hand(scenario, territory)):
        new = np.array([one[0] in ("create", "itinerant") for one in plan])
        too_near = rule == "apart" and bool((np.triu(km < 12, 1) & new[:, None] & new).any())
        too_many = rule == "houses" and naive.houses(plan) > houses
        if naive.cost(plan) <= scenario.rules[0].at_most_eur and not too_near and not too_many:
            best = max(best, (naive.covered(near, persons, plan), -naive.cost(plan)))
    posed = pose(scenario, territory, times, ask(scenario, territory))
    plan = solve_posed(scenario, territory, times, posed)
    assert plan.status == "optimal"
    assert (plan.objective, plan.decisions.cost.sum()) == (best[0], -best[1])


@pytest.fixture(scope="module")
def served_run(head, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("served")
    return run(scenario_of(head, SERVED % "where_there_is_room", folder)).save(folder / "run")


@pytest.mark.parametrize("people_go", ["where_there_is_room", "nearest"])
def test_choices_and_capacities_come_through_to_a_folder_that_verify_recounts(people_go, head, tmp_path):
    found = run(scenario_of(head, SERVED % people_go, tmp_path))
    folder = found.save(tmp_path / "run")
    assert [check for check in verify(folder) if not check.holds] == []
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    assert summary["decisions"]["cost_eur"] <= 260_000
    assert summary["decisions"]["existing"]["close"] == len(found.plan.closed)
    table = read_csv(folder / "sites.csv")
    assert table["consultations_given"].sum() == pytest.approx(summary["capacity"]["after"]["given"], abs=1)
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "Ce que deviennent les lieux existants" in page
    assert "Les lieux sont-ils pleins" in page
    said = Texts("fr").number.whole(summary["capacity"]["after"]["given"])
    assert f"{said} consultations par an sont données" in answer(found.findings)


def test_a_choice_is_told_of_its_site_and_in_the_workbook(served_run):
    table = read_csv(served_run / "sites.csv")
    site = table[(table["decision"] == "opened") & (table["option"] == "itinerant")]
    site = table[table["option"] == "keep"] if site.empty else site
    ground = Ground.of(SavedRun.read(served_run))
    told = render_site(ground, explain_site(ground, site["id"].iloc[0]))
    assert "Décision du plan" in told and "consultations par an sur" in told
    commune = ground.run.communes["code"].iloc[0]
    assert "restent en attente" in render_commune(ground, explain_commune(ground, commune))
    with zipfile.ZipFile(served_run / "tables.xlsx") as book:
        assert "Lieux existants" in book.read("xl/workbook.xml").decode("utf-8")
        assert "maintenu" in book.read("xl/worksheets/sheet2.xml").decode("utf-8")


@pytest.mark.parametrize(
    ("file", "column", "value", "name"),
    [
        ("sites.csv", "option", "itinerant", "options permises"),
        ("sites.csv", "option_eur", 7.0, "coût des options"),
        ("sites.csv", "consultations_given", 1.0, "consultations_given"),
        ("communes.csv", "consultations_waiting", 5e6, "consultations_waiting"),
        ("consultations.parquet", "given", 1e7, "pas plus que demandé"),
        ("consultations.parquet", "given", 0.5, "le plus possible"),
    ],
)
def test_verify_finds_a_decision_or_a_consultation_that_was_changed(file, column, value, name, served_run, tmp_path):
    folder = Path(shutil.copytree(served_run, tmp_path / "run"))
    if file.endswith("parquet"):
        table = pd.read_parquet(folder / file)
        table.loc[0, column] = value
        table.to_parquet(folder / file)
    else:
        table = read_csv(folder / file)
        row = 0 if file == "communes.csv" else int(np.flatnonzero(table["decision"] == "existing")[0])
        table.loc[row, column] = value
        numbers = {name: 6 for name in table.columns if table[name].dtype == float}
        write_csv(table, folder / file, decimals=numbers)
    assert any(name in check.name for check in verify(folder) if not check.holds)


def test_capacities_are_counted_whatever_the_goal(head, tmp_path):
    text = "goal: {model: mclp, standard_min: 12, new_houses: 1}\ncapacity: {practice_per_year: 1000}\n"
    scenario = scenario_of(head.replace(", kinds: [create, itinerant]", "").replace(", kept_may: [upgrade, close]", ""),
                           text, tmp_path)  # fmt: skip
    territory, times = ground_of(scenario)
    plan = solve_posed(scenario, territory, times, pose(scenario, territory, times, ask(scenario, territory)))
    filled = fillings(scenario, territory, times, plan)
    assert plan.decisions is None
    assert filled["after"].given.sum() > filled["before"].given.sum()
    assert (filled["after"].load <= filled["after"].capacity).all()


def test_people_go_as_near_as_there_is_room():
    times = TravelTimes(
        np.array([0, 2, 4], dtype=np.int64), np.array([0, 1, 0, 1], dtype=np.int32),
        np.array([10, 20, 50, 30], dtype=np.uint16), 2, 60,
    )  # fmt: skip
    case = {"asked": np.array([4.0, 4.0]), "is_open": np.array([True, True]), "standard_s": 60}
    room = fill(times, capacity=np.array([5.0, 10.0]), to_nearest=False, **case)
    assert (room.cell.tolist(), room.site.tolist(), room.given.tolist()) == ([0, 1, 1], [0, 0, 1], [4.0, 1.0, 3.0])
    nearest = fill(times, capacity=np.array([5.0, 10.0]), to_nearest=True, **case)
    assert nearest.waiting.tolist() == [1.5, 1.5]
    assert nearest.turned_away.tolist() == [3.0, 0.0]
    assert nearest.is_full.tolist() == [True, False]
    nothing = fill(times, capacity=np.array([5.0, 10.0]), to_nearest=False, **case | {"is_open": np.zeros(2, bool)})
    assert nothing.waiting.tolist() == [4.0, 4.0]


@pytest.mark.parametrize(
    ("sections", "said"),
    [
        ({"existing": "existing:\n  rule: gp_practices\n  treatment: label\n  kept_may: §[close]"}, "maintenu"),
        ({"existing": "existing:\n  rule: gp_practices\n  kept_may: [close, §upgrade]"}, "capacity"),
        ({"existing": "existing:\n  rule: gp_practices\n  kept_may: [close, §close]"}, "close"),
        ({"goal": "goal:\n  model: lexicographic\n  new_houses: 3\n  goals: [§most_served]"}, "capacity"),
        (
            {
                "existing": "existing:\n  rule: gp_practices\n  kept_may: §[close]",
                "goal": "goal:\n  model: p_center\n  new_houses: 3",
            },
            "p_center",
        ),
        ({"capacity": "capacity:\n  create_per_year: §-3"}, "0"),
    ],
)
def test_choices_that_cannot_be_are_refused_with_their_line(sections, said, tmp_path):
    text, places = marked(text_with(**sections))
    (fault,) = faults_of(text, tmp_path)
    assert (fault.line, fault.column) == places[0]
    assert said in f"{fault.problem} {fault.remedy}"


NATURES = """scenario: natures
title: Natures
study_area: {communes: [%s]}
grid: {halo_km: 20}
candidates: {rule: file, file: lieux.csv, kinds: [create, itinerant]}
existing: {rule: gp_practices, min_gp_practices: 4, kept_may: [close], never_close: ["%s"]}
travel: {surface: roads, network: corsica, cutoff_min: 15, speeds_kmh: {motorway: 90, trunk: 90}}
goal: {model: mclp, standard_min: 10}
rules: [{rule: budget, at_most_eur: %d0000}]
costs: {keep_eur: 40000, create_eur: 50000, itinerant_eur: 30000, tele_eur: 10000}
"""
PLACES = """id;name;lon;lat;kind;cost_eur
a;A;9.4303;42.9589;;
b;B;9.4247;42.8772;create / tele;20000
c;C;9.4669;42.8069;itinerant;
"""


@pytest.mark.parametrize("budget", [8, 11, 16, 21])
def test_kinds_of_a_file_and_sites_that_never_close_are_the_best_of_all_plans(budget, ground, tmp_path):
    kept = ground[0].sites
    never = str(kept.id[kept.is_existing & kept.in_study_area][0])
    (tmp_path / "lieux.csv").write_text(PLACES, encoding="utf-8")
    scenario = scenario_of(NATURES % (communes_north_of(42.65), never, budget), "", tmp_path)
    found = run(scenario)
    territory = found.findings.territory
    sites, near = territory.sites, dense_s(found.findings.times) <= 600
    own: dict[str, list[naive.Option]] = {
        "a": [("", 0.0, 0), ("create", 50_000, 0), ("itinerant", 30_000, 0)],
        "b": [("", 0.0, 0), ("create", 20_000, 0), ("tele", 10_000, 0)],
        "c": [("", 0.0, 0), ("itinerant", 30_000, 0)],
    }
    options = []
    for j, site_id in enumerate(sites.id.tolist()):
        is_kept = sites.is_existing[j] and sites.in_study_area[j]
        kept_or_closed = [("keep", 40_000.0, 0)] + ([] if site_id == never else [("close", 0.0, 0)])
        options.append(own.get(site_id, kept_or_closed if is_kept else [("keep", 0.0, 0)]))
    plans = [plan for plan in naive.plans(options) if naive.cost(plan) <= budget * 10_000]
    best = max((naive.covered(near, territory.demand.persons, plan), -naive.cost(plan)) for plan in plans)
    assert (found.plan.objective, found.plan.decisions.cost.sum()) == (best[0], -best[1])
    assert never in sites.id[found.plan.is_open(sites.is_existing)]
    assert [check for check in verify(found.save(tmp_path / "run")) if not check.holds] == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("create / tele", "create / télé"), "lieux.csv:3:1: kind: « télé » n'est pas une nature de maison"),
        (("kept_may: [close]", "kept_may: []"), "existing.never_close: aucun site ne peut fermer"),
        (
            ("never_close: [", 'never_close: ["2B043", '),
            "existing.never_close[0]: « 2B043 » n'est pas un site maintenu",
        ),
        (("kinds: [create, itinerant]", "kinds: [create, create]"), "candidates.kinds[1]"),
        (("model: mclp", "model: p_center, new_houses: 2"), "candidates.kinds: ce choix ne se combine pas"),
    ],
)
def test_kinds_of_a_file_that_cannot_be_are_refused_with_their_line(change, said, ground, tmp_path):
    kept = ground[0].sites
    never = str(kept.id[kept.is_existing & kept.in_study_area][0])
    (tmp_path / "lieux.csv").write_text(PLACES.replace(*change), encoding="utf-8")
    text = (NATURES % (communes_north_of(42.65), never, 9)).replace(*change)
    with pytest.raises(InputError) as caught:
        assemble(scenario_of(text, "", tmp_path))
    assert said in str(caught.value)


def test_a_choice_in_a_file_is_refused_with_p_center(tmp_path):
    (tmp_path / "lieux.csv").write_text(PLACES, encoding="utf-8")
    text = (NATURES % (communes_north_of(42.65), "", 9)).replace('kept_may: [close], never_close: [""]', "kept_may: []")
    text = text.replace("model: mclp", "model: p_center, new_houses: 2").replace(", kinds: [create, itinerant]", "")
    with pytest.raises(DataError, match=r"goal\.model: ce choix ne se combine pas"):
        run(scenario_of(text, "", tmp_path))


def test_the_only_kind_that_may_open_is_the_one_that_does(head, tmp_path):
    alone = head.replace("[create, itinerant]", "[itinerant]").replace(", kept_may: [upgrade, close]", "")
    scenario = scenario_of(alone, "goal: {model: mclp, standard_min: 12, new_houses: 1}\n", tmp_path)
    territory, times = ground_of(scenario)
    plan = solve_posed(scenario, territory, times, pose(scenario, territory, times, ask(scenario, territory)))
    assert territory.sites.kind[plan.opened].tolist() == ["itinerant"]
