"""The tables, layers and documents of a run say what is known on paper, in the dialects that they declare."""

from __future__ import annotations

import csv
import json
import tempfile
from dataclasses import replace
from pathlib import Path

import geopandas
import numpy as np
import pandas as pd
import pyogrio
import pytest
import rasterio
from hypothesis import given
from hypothesis import strategies as st

from naive.report import naive_opening_order, naive_site_persons
from report_worlds import GRID, findings
from siting.report.documents import (
    write_certificate_json,
    write_multipliers_npz,
    write_scenario_yaml,
    write_summary_json,
)
from siting.report.figures import EXISTING, NOT_OPENED, OPENED, site_figures
from siting.report.layers import (
    write_cells_parquet,
    write_sites_gpkg,
    write_travel_time_after_tif,
    write_travel_time_before_tif,
)
from siting.report.tables import neutral, write_communes_csv, write_csv, write_sites_csv
from siting.scenario import load
from siting.travel.travel_times import TravelTimes


def test_sites_csv_is_what_is_known_on_paper(tmp_path):
    write_sites_csv(findings(), tmp_path)
    lines = (tmp_path / "sites.csv").read_bytes().decode("utf-8-sig").split("\n")
    assert lines[0] == (
        "id;name;kind;decision;commune;commune_name;departement;in_study_area;x_m;y_m;lon;lat;"
        "persons_within_standard;persons_only_it_covers;persons_newly_covered;opening_rank;persons_added"
    )
    ends = {line.split(";")[0]: line.split(";")[3:4] + line.split(";")[-5:] for line in lines[1:-1]}
    assert ends == {
        "gp:2A004": ["existing", "140", "100", "0", "", ""],
        "hall:2A004": ["not_opened", "100", "0", "0", "", ""],
        "hall:2A247": ["opened", "50", "10", "10", "1", "10"],
        "hall:2B033": ["not_opened", "3", "0", "3", "", ""],
    }
    assert lines[3].startswith("hall:2A247;Porto-Vecchio;create;opened;2A247;Porto-Vecchio;2A;1;4222500;2057500;8,8")
    assert lines[-1] == ""


def test_communes_csv_is_what_is_known_on_paper(tmp_path):
    write_communes_csv(findings(), tmp_path)
    lines = (tmp_path / "communes.csv").read_bytes().decode("utf-8-sig").split("\n")
    assert lines[0] == (
        "code;name;departement;epci;epci_name;municipal_persons;persons;minutes_mean_before;minutes_max_before;"
        "minutes_mean_after;minutes_max_after;persons_covered_before;persons_covered_after;persons_uncoverable;"
        "persons_no_way_before;persons_no_way_after"
    )
    assert lines[1] == "2A004;Ajaccio;2A;242010056;CA du Pays Ajaccien;70659;140;12,14;30;9,29;20;140;140;0;0;0"
    assert lines[2] == "2A247;Porto-Vecchio;2A;;;11798;10;41,01;66,67;18;25;0;10;0;0;0"
    assert lines[3] == "2B033;Bastia;2B;242000354;CA de Bastia;48503;13;83,33;83,33;83,33;83,33;0;0;13;12;12"


def test_a_machine_reads_the_dialect_back(tmp_path):
    write_communes_csv(findings(), tmp_path)
    table = pd.read_csv(tmp_path / "communes.csv", sep=";", decimal=",", dtype={"code": str, "epci": str})
    assert table["minutes_max_before"].tolist() == [30.0, 66.67, 83.33]
    assert table["epci"].tolist()[0] == "242010056"


def test_the_halo_is_not_in_the_tables_of_communes(tmp_path):
    found = findings()
    found.territory.communes.in_study_area[2] = False
    write_communes_csv(found, tmp_path)
    assert "2B033" not in (tmp_path / "communes.csv").read_text()


@pytest.mark.parametrize("name", ["=1+1", "+33 4", "-Ville", "@mairie", "\t=A", "\r\n@A"])
def test_a_name_never_becomes_a_formula(tmp_path, name):
    write_sites_csv(findings(names=(name, "B", "C")), tmp_path)
    with (tmp_path / "sites.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter=";"))
    assert rows[0]["name"] == rows[0]["commune_name"] == f"'{name.strip()}"


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20), min_size=1, max_size=5))
def test_any_text_comes_back_from_a_table(texts):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        write_csv(pd.DataFrame({"text": texts, "n": 1}), path, decimals={})
        with path.open(encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.reader(stream, delimiter=";"))
    assert rows == [["text", "n"], *([neutral(text), "1"] for text in texts)]
    assert not any(row[0][:1] in {"=", "+", "-", "@"} for row in rows)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1), st.integers(0, 6))
def test_numbers_are_written_to_the_decimals_stated(values, decimals):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        write_csv(pd.DataFrame({"value": values, "text": "x"}), path, decimals={"value": decimals})
        table = pd.read_csv(path, sep=";", decimal=",", encoding="utf-8-sig")
    assert table["value"].to_numpy() == pytest.approx(np.array(values), abs=0.51 * 10.0**-decimals)


def test_no_figure_is_an_empty_cell(tmp_path):
    write_csv(pd.DataFrame({"value": [np.nan, np.inf, 1.0]}), tmp_path / "t.csv", decimals={"value": 2})
    assert (tmp_path / "t.csv").read_text(encoding="utf-8-sig") == 'value\n""\n""\n1\n'


@st.composite
def worlds_of_sites(draw):
    n_sites, n_cells = draw(st.integers(1, 6)), draw(st.integers(1, 8))
    minutes = st.one_of(st.none(), st.integers(0, 60))
    table = draw(st.lists(st.lists(minutes, min_size=n_cells, max_size=n_cells), min_size=n_sites, max_size=n_sites))
    decision = draw(st.lists(st.sampled_from([EXISTING, OPENED, NOT_OPENED]), min_size=n_sites, max_size=n_sites))
    persons = draw(st.lists(st.integers(0, 1000), min_size=n_cells, max_size=n_cells))
    return table, decision, persons


@given(worlds_of_sites())
def test_persons_of_sites_agree_with_plain_counting(world):
    table, decision, persons = world
    pairs = [(site, cell, t) for site, row in enumerate(table) for cell, t in enumerate(row) if t is not None]
    times = TravelTimes(
        site_start=np.searchsorted([p[0] for p in pairs], np.arange(len(table) + 1)),
        cell=np.array([p[1] for p in pairs], dtype=np.int32),
        time_s=np.array([p[2] for p in pairs], dtype=np.uint16),
        n_cells=len(persons),
        cutoff_s=60,
    )
    figures = site_figures(
        times, persons=np.array(persons, dtype=float), decision=np.array(decision, dtype=np.int8), standard_s=30
    )
    within, new, alone = naive_site_persons(table, decision, persons, standard=30)
    assert figures.persons_within_standard.tolist() == within
    assert figures.persons_newly_covered.tolist() == new
    assert figures.persons_only_it_covers.tolist() == alone
    assert (figures.opened.tolist(), figures.persons_added.tolist()) == naive_opening_order(
        table, decision, persons, standard=30
    )


def test_the_layer_of_sites_opens_in_the_grids_crs_with_the_tables_columns(tmp_path):
    write_sites_gpkg(findings(), tmp_path)
    layer = pyogrio.read_dataframe(tmp_path / "sites.gpkg", layer="sites")
    assert layer.crs.to_epsg() == 3035
    assert layer["decision"].tolist() == ["existing", "not_opened", "opened", "not_opened"]
    assert layer.geometry.x.tolist() == layer["x_m"].tolist()
    assert layer["commune"].tolist() == ["2A004", "2A004", "2A247", "2B033"]


def test_the_cells_are_what_is_known_on_paper(tmp_path):
    write_cells_parquet(findings(), tmp_path)
    cells = geopandas.read_parquet(tmp_path / "cells.parquet")
    assert cells["persons"].tolist() == [100, 40, 7, 3, 12, 1]
    assert cells["seconds_after"].fillna(-1).tolist() == [300, 1200, 900, 1500, -1, 5000]
    assert cells["commune"].tolist() == ["2A004", "2A004", "2A247", "2A247", "2B033", "2B033"]
    assert cells["reason"].tolist() == ["coverable"] * 4 + ["island", "beyond_every_site"]
    assert cells["site_before"].tolist() == ["gp:2A004"] * 4 + ["", "gp:2A004"]
    assert (cells.crs.to_epsg(), cells.geometry.x.tolist()) == (3035, cells["x_m"].tolist())


def test_the_rasters_say_exactly_who_is_within_thirty_minutes(tmp_path):
    write_travel_time_before_tif(findings(), tmp_path)
    write_travel_time_after_tif(findings(), tmp_path)
    with rasterio.open(tmp_path / "travel_time_before.tif") as raster:
        minutes = raster.read(1)
        assert raster.crs.to_epsg() == 3035
        assert np.isnan(raster.nodata)
        assert raster.units == ("min",)
        assert raster.tags()["ATTRIBUTION"] == "© Recensement, 2021"
        assert raster.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert tuple(raster.bounds) == GRID.bounds_m
    assert (minutes[2, :3] <= 30).tolist() == [True, True, False]
    assert np.isnan(minutes[0]).all()
    with rasterio.open(tmp_path / "travel_time_after.tif") as raster:
        assert raster.read(1)[2, :4].tolist() == [5.0, 20.0, 15.0, 25.0]


def test_the_documents_are_read_back(tmp_path):
    found = findings()
    write_summary_json(found, tmp_path)
    write_certificate_json(found, tmp_path)
    write_scenario_yaml(found, tmp_path)
    assert json.loads((tmp_path / "summary.json").read_text()) == found.summary
    certificate = json.loads((tmp_path / "certificate.json").read_text())
    assert certificate["sites"] == {"existing": 1, "candidates": 3, "opened": ["hall:2A247"]}
    assert certificate["demand"] == {"cells": 6, "persons": 163.0, "cells_covered": 4, "persons_covered": 150.0}
    assert (certificate["status"], certificate["bound"], certificate["goal"]["standard_min"]) == ("optimal", 1.0, 30)
    assert load(tmp_path / "scenario.yaml") == found.scenario


def test_multipliers_are_kept_exactly_where_a_plan_has_some(tmp_path):
    write_multipliers_npz(findings(), tmp_path)
    assert list(tmp_path.iterdir()) == []
    found = findings()
    found = replace(found, plan=replace(found.plan, multipliers=np.array([0, 0, 3 * 2.0**-20, 0.5, 0, 0])))
    write_multipliers_npz(found, tmp_path)
    with np.load(tmp_path / "multipliers.npz", allow_pickle=False) as kept:
        assert kept["cell"].tolist() == [18, 19]
        assert kept["multiplier"].tolist() == [3 * 2.0**-20, 0.5]


@pytest.mark.parametrize(
    "write",
    [
        write_cells_parquet,
        write_sites_gpkg,
        write_sites_csv,
        write_communes_csv,
        write_travel_time_after_tif,
        write_certificate_json,
    ],
)
def test_the_same_findings_give_the_same_bytes(tmp_path, write):
    written = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        write(findings(), tmp_path / name)
        written.append([path.read_bytes() for path in (tmp_path / name).iterdir()])
    assert written[0] == written[1]
