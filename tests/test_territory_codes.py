"""Codes of communes of other years, parts of communes, communes without EPCI."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from siting.errors import DataError
from siting.scenario import load
from siting.territory import assemble, embedded
from siting.territory.commune_codes import bring_forward, counted_twice
from test_territory_assemble import FRICTION, scenario


def faults_with_totals(tmp_path, rows: list[tuple[str, int]], more: str = "") -> str:
    pd.DataFrame(rows, columns=["commune", "persons"]).to_csv(tmp_path / "p.csv", index=False)
    scenario(tmp_path, area='{departements: ["01"]}', **FRICTION)
    file = tmp_path / "essai.yaml"
    file.write_text(file.read_text() + f"population: {{rule: communes, file: p.csv{more}}}\n")
    with pytest.raises(DataError) as caught:
        assemble(load(file))
    return str(caught.value)


def test_every_former_code_leads_to_a_commune_of_today():
    table, current = embedded.read_old_codes(), set(embedded.read_communes()["code"])
    assert not set(table["old_code"]) & current
    metropolitan = table[~table["code"].str.startswith("97")]
    assert set(metropolitan["code"]) <= current and len(table) == 4_287


def test_fault_33_codes_of_another_year_are_mapped_forward_with_a_report(tmp_path):
    forward = bring_forward(["01340", "01004", "55273", "99999"], embedded.read_communes()["code"])
    assert forward.code.tolist() == ["01015", "01004", "", ""]
    assert forward.renamed == {"01340": "01015"} and forward.unknown == ("99999",)
    assert set(forward.ambiguous["55273"]) == {"55245", "55386"}
    pd.DataFrame({"commune": ["01340", "01004"], "persons": [500, 100]}).to_csv(tmp_path / "p.csv", index=False)
    scenario(tmp_path, area='{departements: ["01"]}', **FRICTION)
    file = tmp_path / "essai.yaml"
    file.write_text(file.read_text() + "population: {rule: communes, file: p.csv}\n")
    world = assemble(load(file))
    assert world.population_report.renamed == (("01340", "01015"),) and world.demand.persons.sum() == pytest.approx(600)
    row = int((world.communes.code == "01015").argmax())
    assert world.demand.persons[world.demand.commune == row].sum() > 400


def test_fault_33_a_code_that_went_to_two_communes_is_an_error(tmp_path):
    said = faults_with_totals(tmp_path, [("55273", 10), ("99998", 5), ("01004", 3)])
    assert "55273 est allée à 55245 et 55386" in said and "99998" in said
    assert len(said.splitlines()) == 2


def test_fault_34_a_city_whole_and_by_arrondissement_is_counted_twice(tmp_path):
    assert set(counted_twice(["75056", "75101", "13201", "69123", "69381"])) == {"75101", "69381"}
    said = faults_with_totals(tmp_path, [("75056", 2_000_000), ("75101", 16_000)], ", older_codes: true")
    assert "75101 est un arrondissement de 75056" in said and "comptés deux fois" in said


def test_fault_35_a_delegated_commune_beside_its_parent_is_counted_twice(tmp_path):
    rows = [("01015", 700), ("01340", 200)]
    said = faults_with_totals(tmp_path, rows)
    assert "01340 est une commune déléguée de 01015" in said and "older_codes: true" in said
    pd.DataFrame(rows, columns=["commune", "persons"]).to_csv(tmp_path / "p.csv", index=False)
    file = tmp_path / "essai.yaml"
    file.write_text(file.read_text().replace("p.csv", "p.csv, older_codes: true"))
    assert assemble(load(file)).demand.persons.sum() == pytest.approx(900)


def test_a_study_area_of_former_codes_is_told_what_they_became(tmp_path):
    with pytest.raises(DataError) as caught:
        assemble(scenario(tmp_path, area='{communes: ["01340", "75101", "55273"]}', **FRICTION))
    said = str(caught.value)
    assert "01015" in said and "75056" in said and "55245 et 55386" in said


def test_fault_36_communes_without_epci_are_kept_under_one_name(tmp_path):
    world = assemble(scenario(tmp_path, area='{communes: ["85113", "22016", "01004"]}', **FRICTION))
    alone = world.communes.in_study_area & (world.communes.epci == "")
    assert sorted(world.communes.code[alone]) == ["22016", "85113"]
    assert np.isin(np.flatnonzero(alone), world.demand.commune).all()
