"""Scenarios on a planner's own roads, from the command line: Corsica written as PBF, cache, run folder, faults."""

from __future__ import annotations

import json
import math
import shutil
from pathlib import Path

import numpy as np
import pytest
from pyproj import Geod, Transformer

from commands import siting
from osm_worlds import at_metres, write_osm
from siting.errors import DataError, ScenarioError
from siting.scenario import load
from siting.territory import assemble, embedded
from siting.territory.roads import CLOSED_TO_CARS
from siting.travel import build_surface, nearest

SCENARIO = """
scenario: essai
title: Essai
study_area: {departements: ["2A", "2B"]}
candidates: {rule: town_halls, min_persons: 1000}
existing: {rule: gp_practices, min_gp_practices: 10}
travel:
  surface: roads
  ROADS
  cutoff_min: 60
goal: {model: mclp, standard_min: 30, new_houses: 3}
"""


def scenario(folder: Path, roads: str, **changes: str) -> Path:
    path = folder / "essai.yaml"
    text = SCENARIO.replace("ROADS", roads)
    for old, new in changes.items():
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")
    return path


def corsica_as_osm(path: Path) -> Path:
    """The embedded network as OpenStreetMap ways: a way per link, with teeth so small that its length comes out."""
    nodes, links = embedded.read_roads("corsica")
    lon, lat = Transformer.from_crs("EPSG:2154", "EPSG:4326", always_xy=True).transform(
        nodes["x_l93_m"].to_numpy(), nodes["y_l93_m"].to_numpy()
    )
    places = {row + 1: (float(x), float(y)) for row, (x, y) in enumerate(zip(lon, lat, strict=True))}
    ways, geod = [], Geod(ellps="WGS84")
    for tail, head, length_m, highway, access, _ in links.itertuples(index=False, name=None):
        between = []
        if tail != head:
            for place in teeth(geod, places[tail + 1], places[head + 1], length_m):
                places[len(places) + 1] = place
                between.append(len(places))
        tags = {"highway": highway, "oneway": "yes"} | ({"access": access} if access else {})
        ways.append(([tail + 1, *between, head + 1], tags))
    return write_osm(path, places, ways)


def teeth(geod: Geod, start: tuple[float, float], end: tuple[float, float], length_m: float):
    """Points of a saw between two places, 20 m high at most, that make the way as long as it is to be."""
    azimuth, _, crow_m = geod.inv(*start, *end)
    if length_m < crow_m + 0.02:
        return
    n_teeth = math.ceil(length_m / 40)
    height_m = math.sqrt(max((length_m / n_teeth) ** 2 - (crow_m / n_teeth) ** 2, 0)) / 2
    for tooth in range(n_teeth):
        along_m = (tooth + 0.5) * crow_m / n_teeth
        lon, lat, _ = geod.fwd(*start, azimuth, along_m)
        yield geod.fwd(lon, lat, azimuth + 90, height_m)[:2]
        if tooth < n_teeth - 1:
            yield geod.fwd(*start, azimuth, (tooth + 1) * crow_m / n_teeth)[:2]


@pytest.fixture(scope="module")
def corsica(tmp_path_factory) -> Path:
    return corsica_as_osm(tmp_path_factory.mktemp("corsica") / "corse.osm.pbf")


def test_the_embedded_network_imported_as_pbf_gives_the_same_times(corsica):
    times = {}
    for name, roads in (("embedded", "network: corsica"), ("imported", "file: corse.osm.pbf")):
        asked = load(scenario(corsica.parent, roads))
        territory = assemble(asked)
        surface = build_surface(territory, asked.travel)
        times[name] = nearest(surface, np.arange(len(territory.sites))[:40]).time_s
        n_open = (~embedded.read_roads("corsica")[1]["access"].isin(CLOSED_TO_CARS)).sum()
        assert abs(len(territory.roads.link_from) - n_open) < 0.01 * n_open
    embedded_s, imported_s = times["embedded"], times["imported"]
    assert (np.isfinite(embedded_s) == np.isfinite(imported_s)).all()
    is_reached = np.isfinite(embedded_s)
    off_s = np.abs(embedded_s[is_reached] - imported_s[is_reached])
    assert np.median(off_s) == 0
    assert off_s.max() <= 5


def test_the_cache_does_not_keep_the_name_of_a_file(tmp_path):
    for name in ("one.osm.pbf", "other.osm.pbf"):
        write_osm(tmp_path / name, {1: (9.0, 42.0), 2: (9.01, 42.0)}, [([1, 2], {"highway": "primary"})])
        assert dict(assemble(load(scenario(tmp_path, f"file: {name}"))).roads.about)["file"] == name


def test_a_run_on_a_file_of_roads_is_whole_and_verifies(corsica, tmp_path):
    shutil.copy(corsica, tmp_path / "corse.osm.pbf")
    path = scenario(tmp_path, "file: corse.osm.pbf\n  use_maxspeed: true\n  urban_slowing: 0.3\n  relief_slowing: 0.1")
    done = siting("run", path, "--out", tmp_path / "run", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    (tmp_path / "corse.osm.pbf").unlink()  # the folder stands alone
    checked = siting("verify", tmp_path / "run", cwd=tmp_path)
    assert checked.returncode == 0, checked.stdout
    manifest = json.loads((tmp_path / "run" / "manifest.json").read_text())
    assert manifest["travel"]["roads"]["file"] == "corse.osm.pbf"
    assert len(manifest["travel"]["roads"]["sha256"]) == 64
    assert manifest["travel"]["roads"]["licence"] == "ODbL 1.0"
    assert manifest["travel"]["settings"]["urban_slowing"] == 0.3
    assert (manifest["travel"]["is_validated"], manifest["travel"]["validation"]) == (False, None)
    assert "corse.osm.pbf" in manifest["inputs"]
    page = (tmp_path / "run" / "report.html").read_text(encoding="utf-8")
    assert "OpenStreetMap contributors, ODbL" in page
    again = siting("run", tmp_path / "run" / "scenario.yaml", "--out", tmp_path / "again", cwd=tmp_path)
    assert again.returncode == 0, again.stderr
    for name in ("roads.npz", "cells.parquet", "certificate.json", "sites.csv"):
        assert (tmp_path / "run" / name).read_bytes() == (tmp_path / "again" / name).read_bytes()


def test_a_file_is_prepared_once(tmp_path, monkeypatch):
    monkeypatch.setenv("SITING_CACHE", str(tmp_path / "cache"))
    places = {1: at_metres(0, 0), 2: at_metres(900, 0)}
    write_osm(tmp_path / "few.osm.pbf", places, [([1, 2], {"highway": "primary"})])
    asked = load(scenario(tmp_path, "file: few.osm.pbf"))
    first = assemble(asked)
    with monkeypatch.context() as patch:
        patch.setattr("siting.territory.roads.read_osm_roads", None)
        again = assemble(asked)
    assert np.array_equal(first.roads.link_length_m, again.roads.link_length_m)
    write_osm(tmp_path / "few.osm.pbf", places, [([2, 1], {"highway": "primary", "oneway": "yes"})])
    assert len(assemble(asked).roads.link_from) == 1


def test_damaged_prepared_roads_are_a_fault(tmp_path):
    (tmp_path / "roads.npz").write_bytes(b"PK\x03\x04 no more")
    with pytest.raises(DataError, match="réseau préparé illisible"):
        assemble(load(scenario(tmp_path, "file: roads.npz")))


def test_roads_elsewhere_are_refused_with_both_places(tmp_path):
    paris = {1: (2.35, 48.85), 2: (2.36, 48.85)}
    write_osm(tmp_path / "paris.osm.pbf", paris, [([1, 2], {"highway": "primary"})])
    with pytest.raises(DataError, match=r"2.35 à 2.36° de longitude") as raised:
        assemble(load(scenario(tmp_path, "file: paris.osm.pbf")))
    (fault,) = raised.value.faults
    assert (fault.line, fault.field) == (9, "travel.file")
    assert "40.36 à 43.98" in fault.remedy


@pytest.mark.parametrize(
    ("roads", "problem"),
    [
        ("cutoff_min: 30", "aucune route nommée"),
        ("network: corsica\n  file: corse.osm.pbf", "routes nommées deux fois"),
        ("file: roads.vrt", "pas un fichier de routes connu"),
        ("file: absent.osm.pbf", "fichier introuvable"),
        ("file: corse.osm.pbf\n  use_maxspeed: oui", "écrivez true"),
        ("file: corse.osm.pbf\n  urban_slowing: 30", "n'est pas plausible"),
    ],
)
def test_faults_of_roads_have_their_line(tmp_path, roads, problem):
    write_osm(tmp_path / "corse.osm.pbf", {1: at_metres(0, 0), 2: at_metres(9, 0)}, [([1, 2], {"highway": "primary"})])
    (tmp_path / "roads.vrt").write_text("<OGRVRTDataSource/>")
    with pytest.raises(ScenarioError, match=problem) as raised:
        load(scenario(tmp_path, roads, **{"  cutoff_min: 60\n": ""}))
    assert all(fault.line for fault in raised.value.faults)
