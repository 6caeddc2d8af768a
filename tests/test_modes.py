"""With and without a car: who travels so, how far they are, and what a run, a diagnosis and a page say of them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

import siting
from chromium import CHROMIUM, Chromium
from report_worlds import AFTER_S, BEFORE_S, PERSONS, nearest, scenario
from report_worlds import findings as tiny_findings
from siting.access import ModeTimes, measure_modes, mode_figures, persons_in_mode
from siting.cli import app
from siting.errors import ScenarioError
from siting.report.modes import mode_sentences, mode_table
from siting.report.page import render_page
from siting.report.tables import read_csv
from siting.scenario import FrictionTravel, RoadTravel, load
from siting.scenario.mode_settings import NoCarSettings, WalkingSettings
from siting.territory.embedded import read_communes
from siting.territory.values import Demand
from siting.travel import build_mode_surface, nearest_everywhere
from siting.travel import nearest as nearest_times
from siting.verify.overland import mode_graph
from test_verify import failed, reseal
from test_verify_times import random_territory

SCENARIO = Path(__file__).parent.parent / "scenarios" / "corse-sans-voiture.yaml"
CAR = {"before": nearest(BEFORE_S), "after": nearest(AFTER_S)}


def demand(persons, by_age) -> Demand:
    n = len(persons)
    return Demand(
        cell=np.arange(n),
        persons=np.array(persons, np.float64),
        persons_by_age=np.array(by_age, np.float64),
        commune=np.zeros(n, np.int32),
        land_mass=np.zeros(n, np.int32),
    )


def test_persons_in_a_mode_follow_the_ages_of_their_cell() -> None:
    shares = (0.0, 0.1, 0.5)
    # all old; half children and half old; ages hidden, so those of the whole: 5 children, 0, 15 old
    of = demand([10, 10, 8], [[0, 0, 10], [5, 0, 5], [0, 0, 0]])
    assert persons_in_mode(of, shares).tolist() == [5, 2.5, 8 * 0.375]
    assert persons_in_mode(demand([9], [[0, 0, 0]]), shares).tolist() == pytest.approx([9 * 0.2])


def test_the_figures_of_a_mode_are_those_worked_by_hand() -> None:
    # a tenth of everybody, twice as slow; the standard is 1800 s
    mode = ModeTimes("walking", PERSONS / 10, {when: nearest(2 * near.time_s) for when, near in CAR.items()})
    figures = mode_figures(mode, car=CAR, persons=PERSONS, standard_s=1800)
    assert figures["persons"] == pytest.approx(16.3)
    assert figures["covered_before"]["persons"] == pytest.approx(10.0)
    assert figures["covered_after"]["persons"] == pytest.approx(10.0 + 0.7)
    assert figures["covered_by_car_before"]["persons"] == pytest.approx(14.0)
    # nine tenths by car: 126 of 140; and 10 on foot
    assert figures["everyone_covered_before"]["persons"] == pytest.approx(136.0)
    assert figures["max_minutes_after"] == pytest.approx(10_000 / 60)
    assert figures["persons_reaching_no_site_after"] == pytest.approx(1.2)


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1), on_foot=st.booleans(), kmh=st.sampled_from([2.0, 4.5, 8.0]), has_roads=st.booleans()
)
def test_both_paths_to_a_time_agree(seed, on_foot, kmh, has_roads) -> None:
    kind = WalkingSettings if on_foot else NoCarSettings
    mode = kind(speed_kmh=kmh, off_road_kmh=1.5)
    travel: RoadTravel | FrictionTravel = FrictionTravel(surface="friction")
    if has_roads:
        travel = RoadTravel(surface="roads", network="corsica", speeds_kmh={"motorway": 110}, access_links=2)
    world = random_territory(seed, has_roads=has_roads)
    surface, graph = build_mode_surface(world, travel, mode), mode_graph(travel, mode, world)
    rows = np.arange(len(world.sites))
    for some in (rows, rows[:1], rows[:0]):
        expected = graph.nearest_s(some)
        np.testing.assert_array_equal(nearest_everywhere(surface, some).time_s.ravel(), expected)
        np.testing.assert_array_equal(nearest_times(surface, some).time_s, expected[world.demand.cell])


def test_without_roads_nobody_is_faster_than_the_mode() -> None:
    world = random_territory(5, has_roads=False)
    travel = FrictionTravel(surface="friction")
    found = measure_modes(world, travel, {"walking": WalkingSettings()}, {"before": np.array([0])})
    sites, grid = world.sites, world.grid
    x_m, y_m = grid.centre_of(world.demand.cell)
    site_x_m, site_y_m = grid.centre_of(grid.cell_at(sites.x_m[:1], sites.y_m[:1]))
    least_s = np.hypot(x_m - site_x_m, y_m - site_y_m) / (4.5 / 1.3 / 3.6)
    assert (found[0].moments["before"].time_s >= np.floor(least_s)).all()


def test_a_mode_is_off_unless_asked_and_its_slips_are_told(tmp_path) -> None:
    assert scenario().modes == {}
    assert list(scenario(no_car={}, walking={}).modes) == ["walking", "no_car"]
    text = SCENARIO.read_text(encoding="utf-8").replace("speed_kmh: 4.5", "speed_kmh: 2").replace("no_car:", "no_cars:")
    text = text.replace("[0.15, 0.15, 0.15]", "[0.15, 0.15]", 1)
    (tmp_path / "slips.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        load(tmp_path / "slips.yaml")
    told = str(caught.value)
    assert "walking.off_road_kmh" in told and "3 km/h hors des routes, 2 km/h sur les routes" in told
    assert "walking.share_by_age: une liste de 2 (3 valeurs, ni plus ni moins)" in told
    assert "no_cars: clé inconnue (vouliez-vous dire no_car ?)" in told


def with_modes(**options):
    moments = {when: nearest(2 * near.time_s) for when, near in CAR.items()}
    found = tiny_findings(walking={}, **options)
    return type(found)(**{**vars(found), "modes": (ModeTimes("walking", PERSONS / 10, moments),)})


@pytest.mark.parametrize(
    ("language", "title", "words"),
    [("fr", "À pied", "s’ils étaient en voiture"), ("en", "On foot", "if they were in a car")],
)
def test_the_page_says_with_and_without_a_car(language, title, words) -> None:
    found = with_modes(language=language)
    table = mode_table(found)
    assert len(table.head) == 5 and title in table.head[3]
    page = render_page(found, b"")
    assert all(cell in page for row in table.rows for cell in row)
    assert '"beyond_walking_after"' in page and '<input type="checkbox" name="layer" value="beyond_walking">' in page
    [(name, sentence)] = mode_sentences(found)
    assert name == title and words in sentence
    assert title not in render_page(tiny_findings(language=language), b"")


@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
def test_the_map_shows_who_is_beyond_otherwise_than_by_car(tmp_path) -> None:
    (tmp_path / "report.html").write_text(render_page(with_modes(), b""), encoding="utf-8")
    browser = Chromium(tmp_path / "profile")
    try:
        browser.open(tmp_path / "report.html", width=390)
        assert browser.run("document.documentElement.scrollWidth") <= 390
        shown = browser.run("document.querySelectorAll('img.cells').length")
        browser.click('input[value="beyond_walking"]')
        assert browser.run("document.querySelectorAll('img.cells').length") == shown + 1
        assert browser.faults == []
    finally:
        browser.close()


@pytest.fixture(scope="module")
def file(tmp_path_factory) -> Path:
    """The embedded scenario on the north of Corsica alone: a recount takes two seconds."""
    communes = read_communes()
    north = communes["code"][communes["departement"].eq("2B") & communes["lat"].gt(42.68)]
    text = SCENARIO.read_text(encoding="utf-8").replace('departements: ["2A", "2B"]', f"communes: [{', '.join(north)}]")
    path = tmp_path_factory.mktemp("modes") / "nord.yaml"
    path.write_text(text.replace("cell_size_m: 1000", "cell_size_m: 1000\n  halo_km: 55"), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def folder(file):
    target = file.parent / "run"
    result = CliRunner().invoke(app, ["run", str(file), "--out", str(target)])
    assert result.exit_code == 0, result.output
    assert "À pied" in result.stdout and "Sans voiture" in result.stdout
    return target


def test_a_run_tells_of_each_mode_and_another_path_agrees(folder) -> None:
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    modes = summary["modes"]
    assert list(modes) == ["walking", "no_car"]
    for figures in modes.values():
        assert figures["persons"] == pytest.approx(0.15 * summary["persons_total"])
        assert figures["covered_before"]["share"] < figures["covered_by_car_before"]["share"]
        assert figures["everyone_covered_after"]["share"] < summary["covered_after"]["share"]
    assert (
        modes["walking"]["mean_minutes_after"] > modes["no_car"]["mean_minutes_after"] > summary["mean_minutes_after"]
    )
    cells, communes = pd.read_parquet(folder / "cells.parquet"), read_csv(folder / "communes.csv")
    within = cells["seconds_no_car_after"].fillna(10**9) <= 1800
    assert cells.loc[within, "persons_no_car"].sum() == pytest.approx(modes["no_car"]["covered_after"]["persons"])
    assert communes["persons_no_car"].sum() == pytest.approx(modes["no_car"]["persons"], abs=20)
    verified = CliRunner().invoke(app, ["verify", str(folder)])
    assert verified.exit_code == 0, verified.output
    assert "summary.json, no_car.covered_after.persons" in verified.stdout


def test_each_figure_of_a_mode_that_was_changed_is_found(folder, tmp_path) -> None:
    copy = Path(shutil.copytree(folder, tmp_path / "run"))
    summary = json.loads((copy / "summary.json").read_text(encoding="utf-8"))
    summary["modes"]["walking"]["covered_after"]["persons"] += 1
    (copy / "summary.json").write_text(json.dumps(summary), encoding="utf-8")
    cells = pd.read_parquet(copy / "cells.parquet")
    cells.loc[0, "seconds_walking_before"] = 1
    cells.to_parquet(copy / "cells.parquet")
    table = (copy / "communes.csv").read_text(encoding="utf-8-sig").replace("persons_covered_no_car_after", "renamed")
    (copy / "communes.csv").write_text(table, encoding="utf-8-sig")
    reseal(copy)
    told = [line.split(" : ")[0] for line in failed(copy).splitlines()]
    assert told == [
        "✗ summary.json, walking.covered_after.persons",
        "✗ cells.parquet, walking",
        "✗ communes.csv, persons_covered_no_car_after",
    ]


def test_the_embedded_scenario_runs_as_written(tmp_path) -> None:
    result = CliRunner().invoke(app, ["run", str(SCENARIO), "--out", str(tmp_path / "run"), "--json"])
    assert result.exit_code == 0, result.output
    summary = json.loads((tmp_path / "run" / "summary.json").read_text(encoding="utf-8"))
    assert summary["covered_after"]["share"] > 0.99 > summary["modes"]["no_car"]["covered_after"]["share"]


def test_people_without_a_car_may_count_more(file, tmp_path) -> None:
    text = file.read_text(encoding="utf-8").replace("[0.15, 0.15, 0.15]", "[0.1, 0.1, 0.4]")
    text = text.replace("model: lscp", "model: mclp\n  new_houses: 2")
    weighted = tmp_path / "weighted.yaml"
    weighted.write_text(f"{text}\nweights:\n  - {{who: mode, mode: no_car, weight: 3}}\n", encoding="utf-8")
    run = siting.run(load(weighted))
    no_car = run.findings.modes[1].persons
    by_car = run.findings.after.time_s <= 1800
    assert run.plan.objective == pytest.approx((run.findings.territory.demand.persons + 2 * no_car)[by_car].sum())
    verified = CliRunner().invoke(app, ["verify", str(run.save(tmp_path / "run"))])
    assert verified.exit_code == 0, verified.output


def test_a_diagnosis_tells_of_those_without_a_car(tmp_path, file, folder) -> None:
    result = CliRunner().invoke(app, ["diagnose", str(file), "--out", str(tmp_path / "today")])
    assert result.exit_code == 0, result.output
    assert "sont au-delà" in result.stdout and "Sans voiture" in result.stdout
    today, run = read_csv(tmp_path / "today" / "communes.csv"), read_csv(folder / "communes.csv")
    assert today["persons_covered_no_car_before"].tolist() == run["persons_covered_no_car_before"].tolist()
    assert "Avec et sans voiture" in (tmp_path / "today" / "report.html").read_text(encoding="utf-8")


def test_two_runs_are_compared_mode_by_mode(folder, tmp_path) -> None:
    result = CliRunner().invoke(app, ["compare", str(folder), str(folder), "--out", str(tmp_path / "compared")])
    assert result.exit_code == 0, result.output
    page = (tmp_path / "compared" / "compare.html").read_text(encoding="utf-8")
    assert "Sans voiture\u00a0: Part couverte avec le plan" in page
