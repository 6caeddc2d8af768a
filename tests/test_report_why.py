"""Why a commune is served so, and what a site is for: the story agrees with the run's own tables."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import siting
from siting.cli import app
from siting.errors import DataError
from siting.report.naming import row_of
from siting.report.saved_run import SavedRun
from siting.report.why import Ground, explain_commune, explain_site
from siting.report.why_report import render_commune, render_site

SCENARIO = Path(__file__).parent.parent / "scenarios" / "corse-mclp.yaml"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return siting.run(siting.load(SCENARIO)).save(tmp_path_factory.mktemp("why") / "corse")


@pytest.fixture(scope="module")
def ground(folder):
    return Ground.of(SavedRun.read(folder))


@pytest.mark.parametrize("decision", ["existing", "opened", "not_opened"])
def test_what_is_at_stake_is_what_the_sites_table_says(ground, decision):
    table = ground.run.sites[ground.run.sites["decision"] == decision].iloc[:6]
    for row in table.to_dict("records"):
        story = explain_site(ground, row["id"])
        assert story.is_open == (decision != "not_opened")
        assert story.persons_within == pytest.approx(row["persons_within_standard"], abs=0.06)
        assert story.persons_at_stake == pytest.approx(row["persons_only_it_covers"], abs=0.06)
        assert sum(persons for _, persons in story.communes) == story.persons_at_stake


def test_a_commune_is_told_as_its_table_and_its_people_add_up(ground):
    table = ground.run.communes.set_index("code")
    beyond = (table["persons"] - table["persons_covered_after"]).sort_values(ascending=False)
    for code in (*beyond.index[:4], *beyond.index[-2:]):
        story = explain_commune(ground, code)
        assert story.persons_beyond == pytest.approx(beyond[code], abs=0.06)
        assert story.persons_left + sum(story.uncoverable.values()) == pytest.approx(story.persons_beyond)
        assert sum(persons for _, persons, _ in story.nearest) <= story.persons


def test_the_houses_needed_cover_everyone_who_can_be_and_no_fewer_do(ground):
    table = ground.run.communes.set_index("code")
    beyond = table["persons"] - table["persons_covered_after"] - table["persons_uncoverable"]
    code = beyond.idxmax()
    story = explain_commune(ground, code)
    demand = ground.territory.demand
    row = int(np.flatnonzero(ground.territory.communes.code == code)[0])
    is_left = (demand.commune == row) & ~(ground.after_s <= ground.standard_s)
    is_left &= (ground.run.cells["reason"] == "coverable").to_numpy()
    left = set(np.flatnonzero(is_left).tolist())
    assert left and left <= {cell for site in story.needed for cell in ground.within(site).tolist()}
    if len(story.needed) > 1:
        assert story.helpful[0].persons < story.persons_left
    assert story.helpful[0].persons == max(gain.persons for gain in story.helpful)
    covered = [cell for cell in ground.within(story.helpful[0].site).tolist() if cell in left]
    assert demand.persons[covered].sum() == story.helpful[0].persons


def test_a_house_more_brings_what_a_run_with_it_forced_finds(ground):
    story = explain_commune(ground, "2A065")
    scenario = ground.run.scenario
    opened = (*ground.run.ids("opened"), str(ground.territory.sites.id[story.own.site]))
    goal = scenario.goal.model_copy(update={"forced_open": opened, "new_houses": len(opened)})
    after = siting.run(scenario.model_copy(update={"goal": goal})).findings.summary["covered_after"]["persons"]
    assert after - ground.run.summary["covered_after"]["persons"] == story.own.persons_everywhere > 0


def test_the_words_are_of_the_run_s_language_and_say_the_binding_rule(ground):
    said = render_commune(ground, explain_commune(ground, "2A065")).replace("\n    ", " ")
    assert "Cargèse (2A065)" in said and "limite le plan à 5 maisons" in said
    assert "ouverte" in render_site(ground, explain_site(ground, ground.run.ids("opened")[0]))


def test_codes_that_are_none_are_refused(ground):
    with pytest.raises(DataError, match="75056"):
        explain_commune(ground, "75056")
    with pytest.raises(DataError, match="practice:2A999"):
        explain_site(ground, "practice:2A999")


def test_places_go_by_their_names_where_one_only_bears_them(ground):
    assert explain_commune(ground, "ajaccio") == explain_commune(ground, "2A004")
    assert explain_site(ground, "Zicavo") == explain_site(ground, "2A359")
    with pytest.raises(DataError, match=r"dire 2A004 \(Ajaccio\) "):
        explain_commune(ground, "Ajacio")
    with pytest.raises(DataError, match=r"dire 2A348 \(Vico\) "):
        explain_site(ground, "Vicco")
    assert explain_commune(ground, "propriano") == explain_commune(ground, "2A249")
    assert explain_commune(ground, "Aleria") == explain_commune(ground, "2B009")
    with pytest.raises(DataError, match="dire practice:2A004 "):
        explain_site(ground, "2A004")
    codes, names = np.array(["1", "2", "3"]), np.array(["A", "a", "B"])
    with pytest.raises(DataError, match=r"plusieurs portent ce nom \(vouliez-vous dire 1 \(A\) ou 2 \(a\)"):
        row_of("A", codes, names, option="--site", problem="", otherwise="")
    assert row_of("1", codes, names, option="--site", problem="", otherwise="") == 0


def test_a_house_that_would_cover_nobody_more_is_said_to(ground):
    table = ground.run.communes
    reached = table["code"][table["persons_covered_after"] == table["persons"]]
    told = [render_commune(ground, story) for code in reached[:40] if (story := explain_commune(ground, code)).own]
    assert any("ne couvrirait personne" in one for one in told)
    assert not any("couvrirait 0 de ses habitants, et 0 en tout" in one for one in told)


def test_the_command_wants_a_commune_or_a_site(folder):
    result = CliRunner().invoke(app, ["why", str(folder)])
    assert "l'un des deux" in str(result.exception)
    result = CliRunner().invoke(app, ["why", str(folder), "--commune", "2A065"])
    assert result.exit_code == 0 and "Cargèse" in result.stdout
