"""A diagnosis says of today what a run says of it, and nothing of a plan."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import siting
from chromium import CHROMIUM, Chromium
from siting.cli import app
from siting.report.diagnosis import diagnose
from siting.report.page import render_diagnosis_page
from siting.report.tables import read_csv, write_communes_csv
from siting.scenario import Scenario
from siting.travel.reach import NAMES

SCENARIO = Path(__file__).parent.parent / "scenarios" / "corse.yaml"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    target = tmp_path_factory.mktemp("diagnosis") / "corse"
    result = CliRunner().invoke(app, ["diagnose", str(SCENARIO), "--out", str(target)])
    assert result.exit_code == 0, result.output
    assert "84,0" in result.stdout and "ne le sont pas" in result.stdout
    return target


@pytest.fixture(scope="module")
def findings():
    return siting.run(siting.load(SCENARIO)).findings


def test_it_says_of_today_what_a_run_says(folder, findings, tmp_path):
    write_communes_csv(findings, tmp_path)
    ours, theirs = read_csv(folder / "communes.csv"), read_csv(tmp_path / "communes.csv")
    assert len(ours) == 360
    for column in ours.columns:
        assert ours[column].equals(theirs[column]), column
    assert not [column for column in ours.columns if "after" in column]


def test_every_level_counts_the_same_people(folder, findings):
    summary = findings.summary
    for name in ("communes", "epcis", "departements"):
        table = read_csv(folder / f"{name}.csv")
        assert table["persons"].sum() == summary["persons_total"]
        assert table["persons_covered_before"].sum() == summary["covered_before"]["persons"]
    ages = read_csv(folder / "ages.csv")
    assert ages["persons"].sum() == findings.territory.demand.persons_by_age.sum()


def test_who_has_no_way_has_a_reason(findings):
    diagnosis = diagnose(findings.scenario)
    assert ((diagnosis.unreached > 0) == ~np.isfinite(diagnosis.before.time_s)).all()
    assert set(diagnosis.persons_by_reason()) <= {*NAMES, "no_road_within_reach"}
    assert sum(diagnosis.persons_by_reason().values()) == findings.summary["persons_reaching_no_site"]["before"]


def test_the_page_says_nothing_of_a_plan(folder):
    page = (folder / "report.html").read_text(encoding="utf-8")
    said = re.sub(r"<(style|script)\b.*?</\1>|<[^>]*>", " ", page, flags=re.DOTALL)
    assert "avec le plan" not in said.lower() and "prouvé" not in said
    assert "Qui n’a aucun chemin, et pourquoi" in said and "Les communes les plus mal desservies aujourd’hui" in said


def test_a_country_without_a_place_is_diagnosed(findings):
    scenario = Scenario.model_validate(findings.scenario.model_dump() | {"existing": {"rule": "none"}})
    diagnosis = diagnose(scenario)
    assert not np.isfinite(diagnosis.before.time_s).any()
    assert "0,0" in render_diagnosis_page(diagnosis)


@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
def test_the_page_works_in_a_browser(folder, tmp_path):
    browser = Chromium(tmp_path)
    try:
        browser.open(folder / "report.html")
        assert browser.run("document.querySelectorAll('img.cells').length") == 2
        browser.click('input[value="population"]')
        assert browser.run("document.querySelectorAll('img.cells').length") == 2
        browser.click(".existing")
        assert "Commune" in browser.run("document.querySelector('.leaflet-popup .card').innerText")
        browser.run("showCommune(0)")
        assert browser.run("document.querySelectorAll('#areas tbody tr').length") == 25
        assert browser.faults == []
    finally:
        browser.close()
