"""`siting new` writes scenarios that hold, for every département."""

from __future__ import annotations

import pytest

from siting.errors import DataError, RunFolderError
from siting.scenario import load
from siting.starter import write_starter
from siting.territory.embedded import read_departement_outlines


def test_every_departement_gets_a_scenario_without_a_fault(tmp_path):
    codes = read_departement_outlines()["code"].tolist()
    paths = [write_starter(code, tmp_path) for code in codes]
    assert len(set(paths)) == 96
    for code, path in zip(codes, paths, strict=True):
        scenario = load(path)
        assert scenario.study_area.departements == (code,)
        assert (scenario.travel.surface == "roads") == (code in ("2A", "2B"))
        assert scenario.scenario == path.stem


def test_a_file_that_exists_is_left_alone(tmp_path):
    path = write_starter("01", tmp_path)
    path.write_text("mine")
    with pytest.raises(DataError, match="existe déjà"):
        write_starter("01", tmp_path)
    assert path.name == "ain.yaml" and path.read_text() == "mine"


def test_a_folder_is_made_or_said_to_be_impossible(tmp_path):
    assert write_starter("01", tmp_path / "new" / "plans").is_file()
    (tmp_path / "file").write_text("mine")
    with pytest.raises(RunFolderError, match="impossible d'écrire"):
        write_starter("01", tmp_path / "file")


@pytest.mark.parametrize("name", ["Saône-et-Loire", "saone et loire", "SAÔNE ET LOIRE"])
def test_a_departement_goes_by_its_name_too(tmp_path, name):
    path = write_starter(name, tmp_path)
    assert path.name == "saone-et-loire.yaml" and load(path).study_area.departements == ("71",)


@pytest.mark.parametrize(
    ("said", "meant"), [("1", "dire 01 .Ain"), ("2a", "dire 2A"), ("Lozèrre", "dire 48 .Lozère"), ("99", "comme 48")]
)
def test_a_slip_gets_the_code_that_was_meant(tmp_path, said, meant):
    with pytest.raises(DataError, match=meant):
        write_starter(said, tmp_path)
    assert not list(tmp_path.iterdir())
