"""Two runs compared tell the story that their own files tell."""

from __future__ import annotations

import csv
import re
import shutil
from dataclasses import replace

import pandas as pd
import pytest
from typer.testing import CliRunner

import siting
from siting.cli import app
from siting.errors import DataError, RunFolderError
from siting.report.comparison import compare
from siting.report.comparison_report import answer, render_comparison, render_comparison_page
from siting.report.saved_run import SavedRun
from siting.scenario import Scenario


def corsica(**goal) -> Scenario:
    return Scenario(
        scenario="corse",
        title="Corse",
        study_area={"departements": ("2A", "2B")},
        candidates={"rule": "town_halls", "min_persons": 500},
        existing={"rule": "gp_practices", "min_gp_practices": 10},
        travel={"surface": "roads", "network": "corsica"},
        goal=goal,
    )


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    root = tmp_path_factory.mktemp("compare")
    forbidden = siting.run(corsica(model="mclp", standard_min=20, new_houses=4)).save(root / "quatre")
    opened = SavedRun.read(forbidden).ids("opened")
    siting.run(corsica(model="mclp", standard_min=20, new_houses=4, forbidden=tuple(opened[:2]))).save(root / "sans")
    return root / "quatre", root / "sans"


@pytest.fixture(scope="module")
def comparison(folders):
    return compare(*map(SavedRun.read, folders))


def test_movements_are_the_difference_of_the_communes_tables(comparison):
    one, other = comparison.one, comparison.other
    ours = comparison.communes.set_index("code")
    theirs = other.communes.set_index("code")["persons_covered_after"]
    theirs = theirs - one.communes.set_index("code")["persons_covered_after"]
    assert (ours["gained"] - ours["lost"]).sub(theirs.loc[ours.index]).abs().max() < 0.2
    assert (theirs.drop(ours.index) == 0).all()
    everyone = comparison.movements.iloc[0]
    assert everyone["gained"] > 0 and everyone["lost"] > everyone["gained"]  # fewer choices cannot cover more
    net = other.summary["covered_after"]["persons"] - one.summary["covered_after"]["persons"]
    assert everyone["gained"] - everyone["lost"] == net
    assert everyone["persons"] == one.summary["persons_total"]
    for column in ("gained", "lost", "covered_one", "covered_other"):
        assert comparison.communes[column].sum() == everyone[column]


def test_mean_minutes_of_communes_are_those_of_their_tables(comparison):
    table = comparison.communes.merge(comparison.other.communes, on="code")
    whole = table[(table["persons_no_way_after"] == 0) & (table["persons_x"] > 0)]
    assert (whole["minutes_mean_other"] - whole["minutes_mean_after"]).abs().max() < 0.006 and len(whole) > 300


def test_sites_are_those_of_the_sites_tables(comparison):
    sites = comparison.sites.set_index("id")
    for which, run in (("one", comparison.one), ("other", comparison.other)):
        decision = sites[f"decision_{which}"]
        assert sorted(sites.index[decision == "opened"]) == run.ids("opened")
        assert sorted(sites.index[decision == "existing"]) == run.ids("existing")


def test_settings_say_what_differs_and_nothing_else(comparison):
    assert [key for key, _, _ in comparison.settings] == ["goal.forbidden"]


def test_nobody_is_told_in_words_and_a_whole_block_is_cut_in_a_terminal(comparison):
    said = answer(compare(comparison.one, comparison.one))
    assert "aucun habitant ne passe à 20 minutes ou moins d’un lieu ouvert, aucun ne cesse d’y être" in said
    block = {"draws": 20, "weights": [0.8] * 60}
    said = render_comparison(replace(comparison, settings=[("simulation", None, block), ("goal.standard_min", 1, 2)]))
    (line,) = [line for line in said.splitlines() if "simulation" in line]
    assert line.endswith(" …") and len(line) < 160 and "goal.standard_min\u00a0: 1 → 2" in said


def test_a_run_compared_with_itself_moves_nobody(folders):
    same = compare(SavedRun.read(folders[0]), SavedRun.read(folders[0]))
    assert same.settings == [] and same.movements[["gained", "lost"]].to_numpy().sum() == 0
    assert "aucun" in render_comparison(same)


def test_terminal_page_and_csv_say_the_same(comparison, folders, tmp_path):
    result = CliRunner().invoke(app, ["compare", *map(str, folders), "--out", str(tmp_path / "out")])
    assert result.exit_code == 0, result.output
    with (tmp_path / "out" / "movements.csv").open(encoding="utf-8-sig", newline="") as stream:
        everyone = next(csv.DictReader(stream, delimiter=";"))
    assert (everyone["one"], everyone["other"], everyone["group"]) == ("quatre", "sans", "all")
    page = (tmp_path / "out" / "compare.html").read_text(encoding="utf-8")
    for text in (result.stdout, page):
        said = re.sub(r"\s", "", text)
        assert f"{everyone['gained']}habitantspassent" in said and f"{everyone['lost']}n’ysontplus" in said
    communes = pd.read_csv(tmp_path / "out" / "communes.csv", sep=";", decimal=",", dtype={"code": str})
    assert communes["lost"].sum() == float(everyone["lost"])
    assert page == render_comparison_page([comparison])


def test_long_names_of_folders_keep_their_columns_apart(folders, tmp_path):
    name, longer = "quatre-maisons-en-corse", "quatre-maisons-en-corse-dont-deux-ailleurs"
    shutil.copytree(folders[0], tmp_path / name)
    shutil.copytree(folders[1], tmp_path / longer)
    text = render_comparison(compare(*map(SavedRun.read, (tmp_path / name, tmp_path / longer))))
    assert f"  {name}  {longer[:29]}…\n" in text


def test_runs_on_other_grids_are_refused(comparison):
    grid = comparison.other.scenario.grid.model_copy(update={"cell_size_m": 500.0})
    other = replace(comparison.other, scenario=comparison.other.scenario.model_copy(update={"grid": grid}))
    with pytest.raises(DataError, match="grilles"):
        compare(comparison.one, other)


def test_a_folder_without_a_run_is_refused(tmp_path):
    with pytest.raises(RunFolderError, match="siting run"):
        SavedRun.read(tmp_path)
    with pytest.raises(RunFolderError, match="pas de dossier de ce nom"):
        SavedRun.read(tmp_path / "none")
