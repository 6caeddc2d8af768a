"""Practitioners and red zones of a planner's tables."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siting.errors import DataError, ScenarioError
from siting.pipeline import run
from siting.posing.weights import weighted_persons
from siting.posing.zones import named_zone
from siting.scenario import load
from siting.territory import assemble
from siting.territory.supply import _whole
from siting.verify import verify
from test_territory_assemble import scenario

DOCTORS = """commune;profession;fte;age;mode;days
2A004;gp;1;58;liberal;4,5
2A004;gp;0,5;;salaried;
2B096;gp;0,5;34;;5
2B033;nurse;;;;
"""


def with_tables(tmp_path, *, doctors=DOCTORS, zones=None):
    (tmp_path / "d.csv").write_text(doctors, encoding="utf-8")
    scenario(tmp_path)
    file = tmp_path / "essai.yaml"
    text = file.read_text() + "supply: {file: d.csv, source: ARS, vintage: '2026'}\n"
    if zones is not None:
        (tmp_path / "z.csv").write_text(zones, encoding="utf-8")
        text += "zones: {file: z.csv}\n"
    file.write_text(text.replace("rule: gp_practices, min_gp_practices: 10, treatment: keep", "rule: none"))
    return assemble(load(file))


def test_practitioners_take_the_place_of_practices_with_their_total(tmp_path):
    world = with_tables(tmp_path)
    gps = dict(zip(world.communes.code.tolist(), world.communes.gp_practices.tolist(), strict=True))
    assert gps["2A004"] + gps["2B096"] == 2 == sum(gps.values()) and gps["2A004"] in (1, 2)
    assert world.communes.nurse_practices.sum() == 1
    np.testing.assert_array_equal(world.doctors.age, [58, np.nan, 34, np.nan])
    assert world.doctors.mode.tolist() == ["liberal", "salaried", "", ""]
    assert world.doctors.days_per_week[0] == 4.5 and world.doctors.fte.tolist() == [1, 0.5, 0.5, 1]
    assert "ARS (2026)" in world.sources
    assert any("2.0 équivalents temps plein" in note for note in world.notes)


@given(st.lists(st.floats(0, 50), min_size=1, max_size=40))
def test_rounding_keeps_the_total_and_moves_nobody_by_more_than_one(values):
    fte = np.array(values)
    whole = _whole(fte)
    assert abs(whole.sum() - fte.sum()) <= 0.5 + 1e-6 and (np.abs(whole - fte) < 1 + 1e-6).all()


def test_the_faults_of_practitioners_are_all_named(tmp_path):
    bad = "commune;profession;fte;age\n2A999;gp;1;40\n2A004;doctor;1;40\n2A004;gp;9;40\n2A004;gp;1;quarante\n"
    with pytest.raises(DataError) as caught:
        with_tables(tmp_path, doctors=bad)
    lines = str(caught.value).splitlines()
    assert [line.split(":")[1] for line in lines] == ["2", "3", "4", "5"]
    for line, said in zip(lines, ("2A999", "doctor", "« 9 »", "quarante"), strict=True):
        assert said in line


def test_red_zones_come_with_their_reason(tmp_path):
    world = with_tables(tmp_path, zones="code;reason\n2B096;Deux départs en retraite\n242010056;Arrêté de l'ARS\n")
    communes = world.communes
    expected = (communes.code == "2B096") | (communes.epci == "242010056")
    np.testing.assert_array_equal(communes.is_red_zone, expected)
    assert "Zone rouge 2B096 : Deux départs en retraite" in world.notes


def test_a_zone_without_reason_twice_or_unknown_is_refused(tmp_path):
    with pytest.raises(DataError) as caught:
        with_tables(tmp_path, zones="code;reason\n2B096;\n2B096;x\n999999999;x\n2A999;x\n")
    lines = str(caught.value).splitlines()
    assert [line.split(":")[1] for line in lines] == ["2", "3", "4", "5"]


def test_rules_and_weights_may_name_the_red_zones(tmp_path):
    world = with_tables(tmp_path, zones="code;reason\n2B096;Deux départs\n")
    file = tmp_path / "essai.yaml"
    more = "rules:\n  - {rule: houses, red_zones: true, at_least: 1}\n"
    more += "weights:\n  - {who: zone, red_zones: true, weight: 3}\n"
    file.write_text(file.read_text().replace("model: lscp", "model: mclp, new_houses: 2") + more)
    asked = load(file)
    is_red = world.communes.code[world.demand.commune] == "2B096"
    np.testing.assert_allclose(weighted_persons(asked, world), world.demand.persons * np.where(is_red, 3.0, 1.0))
    zone = named_zone(world, asked.rules[0])
    assert world.communes.code[zone.of_commune >= 0].tolist() == ["2B096"]
    done = run(asked)
    done.save(tmp_path / "out")
    assert "2B096" in done.findings.territory.communes.code[done.findings.territory.sites.commune[done.plan.opened]]
    assert all(check.holds for check in verify(tmp_path / "out"))


def test_red_zones_need_a_list(tmp_path):
    scenario(tmp_path)
    file = tmp_path / "essai.yaml"
    file.write_text(file.read_text() + "rules:\n  - {rule: houses, red_zones: true, at_least: 1}\n")
    with pytest.raises(ScenarioError, match=r"rules\[0\].red_zones.*section zones"):
        load(file)
