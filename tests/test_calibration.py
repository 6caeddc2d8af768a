"""Calibration: hidden speeds are found again from noisy times, places are kept apart, a run cites the report."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from pyproj import Transformer
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from commands import siting
from siting.calibration import KnownTimes, calibrate, read_known_times
from siting.calibration.calibrating import Errors, _link_minutes, _Trips
from siting.calibration.files import check_target
from siting.calibration.speed_model import speed_model
from siting.calibration.trips import Streets
from siting.errors import DataError
from siting.scenario import load
from siting.territory import assemble
from siting.territory.embedded import read_communes
from siting.travel import build_surface, nearest

SCENARIOS = Path(__file__).parent.parent / "scenarios"
SLOWER = {"primary": 0.8, "secondary": 0.8, "tertiary": 0.7, "unclassified": 0.7}


@pytest.fixture(scope="module")
def corsica():
    scenario = load(SCENARIOS / "corse.yaml")
    return scenario, assemble(scenario)


@pytest.fixture(scope="module")
def known(corsica) -> KnownTimes:
    """Times between 60 town halls at speeds that the calibration does not know, with 5 % and a minute of noise."""
    scenario, territory = corsica
    speeds_kmh = {name: kmh * SLOWER.get(name, 0.9) for name, kmh in scenario.travel.speeds_kmh.items()}
    hidden = scenario.travel.model_copy(update={"speeds_kmh": speeds_kmh, "urban_slowing": 0.4, "bend_slowing": 0.5})
    communes = read_communes()
    communes = communes[communes["departement"].isin(["2A", "2B"])].sample(60, random_state=1)
    start, end = np.nonzero(~np.eye(60, dtype=bool))
    every = KnownTimes(communes["lon"].to_numpy(), communes["lat"].to_numpy(), start, end, np.ones(len(start)))
    trips = _Trips.of(territory, hidden, every, speed_model(territory, hidden)[1])
    rng = np.random.default_rng(0)
    exact = trips.minutes(_link_minutes(territory, hidden))
    noisy = np.maximum(exact * rng.normal(1, 0.05, len(exact)) + rng.normal(0, 1, len(exact)), 0.5)
    return KnownTimes(every.lon, every.lat, trips.from_place, trips.to_place, noisy)


@pytest.fixture(scope="module")
def found(corsica, known):
    scenario, territory = corsica
    return calibrate(territory, scenario.travel, known)


def test_hidden_speeds_are_found_again(found, corsica):
    free_kmh = corsica[0].travel.speeds_kmh
    ratio = {name: kmh / free_kmh[name] for name, kmh in found.settings["speeds_kmh"].items()}
    for name, hidden in SLOWER.items():
        assert ratio[name] == pytest.approx(hidden, abs=0.05)
    assert found.settings["urban_slowing"] == pytest.approx(0.4, abs=0.15)
    assert found.settings["bend_slowing"] == pytest.approx(0.5, abs=0.15)
    assert found.settings["relief_slowing"] == pytest.approx(0, abs=0.05)
    assert max(found.settings["speeds_kmh"].values()) <= 130


def test_the_error_is_that_of_places_kept_apart(found):
    before, after = found.before["holdout"], found.after["holdout"]
    assert before.mae_min > 10
    assert after.mae_min < 2.5  # the noise alone is 2 minutes
    assert abs(after.bias_min) < 1
    assert after.agree_30 > before.agree_30
    assert found.is_better
    assert found.after["fitted"].mae_min < 2.5
    assert before.trips == 20 * 19  # a third of 60 places
    assert found.before["fitted"].trips == 40 * 39


def test_another_seed_keeps_other_places_apart_and_the_same_seed_the_same(corsica, known, found):
    scenario, territory = corsica
    assert calibrate(territory, scenario.travel, known).as_dict() == found.as_dict()
    other = calibrate(territory, scenario.travel, known, seed=1)
    assert other.before["holdout"] != found.before["holdout"]
    assert other.after["holdout"].mae_min < 2.5


def test_where_limits_are_used_one_factor_is_fitted(corsica, known):
    scenario, territory = corsica
    travel = scenario.travel.model_copy(update={"use_maxspeed": True})
    settings = calibrate(territory, travel, known).settings
    assert "speeds_kmh" not in settings
    assert settings["speed_factor"] == pytest.approx(0.85 * 0.78, abs=0.05)


def test_too_few_trips_are_refused(corsica, known):
    scenario, territory = corsica
    few = KnownTimes(known.lon, known.lat, known.start[:50], known.end[:50], known.minutes[:50])
    with pytest.raises(DataError, match="50 trajets"):
        calibrate(territory, scenario.travel, few)


def test_the_minutes_of_a_way_are_the_sum_of_its_parts(corsica):
    scenario, territory = corsica
    model, is_driven = speed_model(territory, scenario.travel)
    roads = territory.roads
    rng = np.random.default_rng(5)
    inhabited = territory.grid.centre_of(rng.choice(territory.demand.cell, 60, replace=False))
    streets = Streets.of(roads, is_driven, *inhabited, max_access_m=1000)
    assert (streets.place_segment >= 0).sum() > 10, "most places join a link between its ends"
    near = np.flatnonzero(streets.place_node >= 0)[:40]
    start, end = streets.place_node[near[:20]], streets.place_node[near[20:]]
    figures = np.array([1.1, 0.9, 1.2, 1.0, 0.3, 0.4, 0.1])
    minutes = model.minutes(figures)
    total, sums = streets.along(minutes, start, end, model.parts)
    assert model.of_trips(sums, figures) == pytest.approx(total)
    quickest = {}
    cost = (minutes[streets.link] * streets.share).tolist()
    for one, other, minute in zip(streets.tail.tolist(), streets.head.tolist(), cost, strict=True):
        quickest[one, other] = min(minute, quickest.get((one, other), np.inf))
    ends, costs = np.array(list(quickest)).T, np.array(list(quickest.values()))
    graph = csr_array((costs, ends), shape=(streets.n_nodes,) * 2)
    assert total == pytest.approx(dijkstra(graph, indices=start)[np.arange(20), end])


def test_a_trip_takes_what_a_run_says_it_takes(corsica):
    """The calibration's own ways against `siting.nearest` on the roads that a run builds, joined at one point."""
    scenario, territory = corsica
    travel = scenario.travel.model_copy(update={"access_links": 1})
    sites = territory.sites
    to_degrees = Transformer.from_crs(territory.grid.crs, "EPSG:4326", always_xy=True)
    x_m, y_m = territory.grid.centre_of(territory.demand.cell)
    cells = np.random.default_rng(3).choice(len(x_m), 60, replace=False)
    there = np.append(x_m[cells], sites.x_m[:1]), np.append(y_m[cells], sites.y_m[:1])
    lon, lat = to_degrees.transform(*there)
    start, end = np.arange(60), np.full(60, 60)
    trips = _Trips.of(
        territory, travel, KnownTimes(lon, lat, start, end, np.ones(60)), speed_model(territory, travel)[1]
    )
    found = trips.minutes(_link_minutes(territory, travel))
    wanted = nearest(build_surface(territory, travel), [0]).time_s[cells[trips.from_place]] / 60
    assert len(found) > 40
    assert np.median(np.abs(found - wanted)) < 0.02
    assert np.mean(np.abs(found - wanted) < 0.1) > 0.9, "but where the nearest piece is no part of the main network"


def test_errors_by_hand():
    errors = Errors.of(np.array([10.0, 32.0, 50.0, 90.0]), np.array([12.0, 29.0, 50.0, 100.0]))
    assert (errors.trips, errors.judged) == (4, 3)
    assert errors.bias_min == pytest.approx((-2 + 3 + 0) / 3, abs=1e-3)
    assert errors.mae_min == pytest.approx(5 / 3, abs=1e-3)
    assert errors.agree_30 == 0.75


def test_known_times_are_read_by_point_or_commune(tmp_path):
    path = tmp_path / "times.csv"
    path.write_text("from_commune;to_commune;minutes\n2A004;2A041;95,5\n2A041;2A004;96\n", encoding="utf-8")
    known = read_known_times(path)
    assert known.minutes.tolist() == [95.5, 96]
    assert known.start.tolist() == known.end.tolist()[::-1]
    path.write_text("from_lon,from_lat,to_lon,to_lat,minutes\n8.7,41.9,9.4,42.7,130\n", encoding="utf-8")
    assert read_known_times(path).lon.tolist() == [8.7, 9.4]


def test_wrong_known_times_are_told_line_by_line(tmp_path):
    path = tmp_path / "times.csv"
    path.write_text(
        "from_commune;to_commune;minutes\n2A004;99999;9\n2A004;2A041;-3\n2A004;2A041;bientôt\n", encoding="utf-8"
    )
    with pytest.raises(DataError) as raised:
        read_known_times(path)
    assert [(fault.line, fault.field) for fault in raised.value.faults] == [
        (2, "to_commune"), (3, "minutes"), (4, "minutes"),
    ]  # fmt: skip
    path.write_text("from;to;minutes\na;b;3\n", encoding="utf-8")
    with pytest.raises(DataError, match="colonne absente : from_lon"):
        read_known_times(path)


def test_a_run_cites_the_calibration_of_its_speeds(tmp_path, known):
    rows = [
        f"{known.lon[a]:.6f},{known.lat[a]:.6f},{known.lon[b]:.6f},{known.lat[b]:.6f},{m:.2f}"
        for a, b, m in zip(known.start, known.end, known.minutes, strict=True)
    ]
    (tmp_path / "known.csv").write_text("\n".join(["from_lon,from_lat,to_lon,to_lat,minutes", *rows]), encoding="utf-8")
    text = (SCENARIOS / "corse.yaml").read_text(encoding="utf-8")
    (tmp_path / "corse.yaml").write_text(text, encoding="utf-8")
    done = siting("calibrate", "corse.yaml", "--times", "known.csv", "--out", "speeds.yaml", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Lieux mis à part\n  avant : écart moyen 1" in done.stdout
    pasted = (tmp_path / "speeds.yaml").read_text(encoding="utf-8").split("travel:\n")[1]
    calibrated = text.replace("  network: corsica\n", f"  network: corsica\n{pasted}")
    (tmp_path / "corse.yaml").write_text(calibrated, encoding="utf-8")
    done = siting("run", "corse.yaml", "--out", "run", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    validation = json.loads((tmp_path / "run" / "manifest.json").read_text())["travel"]["validation"]
    report = json.loads((tmp_path / "speeds.json").read_text())
    assert validation["mae_min"] == report["after"]["holdout"]["mae_min"]
    assert validation["times"] == "known.csv"
    page = (tmp_path / "run" / "report.html").read_text(encoding="utf-8")
    assert "calées sur des temps connus" in page
    assert siting("verify", "run", cwd=tmp_path).returncode == 0
    (tmp_path / "corse.yaml").write_text(calibrated.replace("urban_slowing: 0", "urban_slowing: 2"), encoding="utf-8")
    refused = siting("check", "corse.yaml", cwd=tmp_path)
    assert refused.returncode == 2
    assert "ce rapport porte sur d'autres vitesses : urban_slowing 2" in refused.stderr


@pytest.mark.parametrize(
    ("out", "problem"),
    [
        ("corse.yaml", "remplacerait"),
        ("known.json", "YAML"),
        ("absent/x.yaml", "n'existe pas"),
        ("other.yaml", "remplacerait"),
    ],
)
def test_a_calibration_does_not_write_over_what_it_reads(tmp_path, out, problem):
    for name in ("corse.yaml", "known.csv", "other.json"):
        (tmp_path / name).write_text("kept", encoding="utf-8")
    with pytest.raises(DataError, match=problem):
        check_target(tmp_path / out, [tmp_path / name for name in ("corse.yaml", "known.csv", "other.json")])


def test_a_report_that_is_none_is_refused(tmp_path):
    text = (SCENARIOS / "corse.yaml").read_text(encoding="utf-8")
    (tmp_path / "other.json").write_text("{}", encoding="utf-8")
    named = text.replace("  network: corsica\n", "  network: corsica\n  validated_by: other.json\n")
    (tmp_path / "corse.yaml").write_text(named, encoding="utf-8")
    with pytest.raises(DataError, match="n'est pas un rapport de calage"):
        assemble(load(tmp_path / "corse.yaml"))
