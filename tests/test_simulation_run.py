"""A scenario with a ``simulation:`` block: read, run, written, and simulated again under other settings."""

from __future__ import annotations

import html
import json
import re
import shutil
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from scenario_texts import load_text, text_with
from siting.access import APL_STEPS, RELATIVE_CONSUMPTION, GaussianDecay
from siting.cli import app
from siting.errors import InputError, RunFolderError, ScenarioError
from siting.outlook.rules import decay_of, rules_of
from siting.scenario import SimulationSettings, changed_settings, dump, load
from siting.simulation import JUNIORS, SOLIDARITY, SOLIDARITY_FACTOR, Houses, Recruitment, quarter_number
from siting.verify.quarters import check_quarters
from siting.verify.run_files import read_run

SCENARIOS = Path(__file__).parent.parent / "scenarios"
TABLES = {"quarters.csv", "quarters.parquet", "ledger.csv", "delivered.csv", "costs.csv", "simulation.json"}
BLOCK = """simulation:
  start: 2026-Q4
  quarters: 9
  draws: 3
  milestone_quarters: [2028-Q4]
  milestone_houses: [20]
  solidarity: announced
  juniors: observed
"""


@pytest.fixture(scope="module")
def run_folder(tmp_path_factory) -> Path:
    """A run of Corsica over nine quarters, 20 houses of which open after two years."""
    folder = tmp_path_factory.mktemp("simulated")
    file = folder / "essai.yaml"
    text = (SCENARIOS / "corse.yaml").read_text(encoding="utf-8")
    file.write_text(text + "\n" + BLOCK, encoding="utf-8")
    result = CliRunner().invoke(app, ["run", str(file), "--out", str(folder / "run"), "--quiet"])
    assert result.exit_code == 0, result.output
    return folder / "run"


def table(folder: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(folder / name, sep=";", decimal=",", dtype={"code": str}, encoding="utf-8-sig")


def test_a_run_with_the_block_simulates(run_folder):
    assert {path.name for path in run_folder.iterdir()} >= TABLES
    quarters = table(run_folder, "quarters.csv")
    corsica = quarters[quarters.level == "departement"]
    assert sorted(corsica.code.unique()) == ["2A", "2B"] and len(corsica) == 2 * 10
    assert corsica[corsica.quarter == "2026-Q4"].doctors.sum() == 521
    assert quarters[quarters.level == "total"].doctors.iloc[0] == 521
    houses = corsica.groupby("quarter", sort=False).houses.sum()
    assert houses["2028-Q3"] == 0 and houses["2028-Q4"] == 20 and houses["2029-Q1"] == 20
    parquet = pd.read_parquet(run_folder / "quarters.parquet")
    assert list(parquet.columns) == list(quarters.columns) and len(parquet) == len(quarters)


def test_the_notes_tell_the_factor_between_announced_and_observed(run_folder):
    summary = json.loads((run_folder / "simulation.json").read_text(encoding="utf-8"))
    assert round(SOLIDARITY_FACTOR) == 1923
    assert any("1\u202f923 fois" in note for note in summary["notes"])
    assert "médecins 521 → " in summary["notes"][0]
    assert summary["milestones"] == [{"quarter": "2028-Q4", "houses": 20, "houses_missing": 0}]


def test_the_page_tells_what_the_simulation_tells(run_folder):
    page = (run_folder / "report.html").read_text(encoding="utf-8")
    summary = json.loads((run_folder / "simulation.json").read_text(encoding="utf-8"))
    assert all(html.escape(note, quote=False).split("'")[0] in page for note in summary["notes"])


def test_simulating_again_without_a_change_gives_the_same_bytes(run_folder, tmp_path):
    out = tmp_path / "again"
    arguments = ["simulate", str(run_folder), "--out", str(out), "--threads", "1", "--quiet"]
    assert CliRunner().invoke(app, arguments).exit_code == 0
    for name in TABLES:
        assert (out / name).read_bytes() == (run_folder / name).read_bytes(), name
    assert load(out / "scenario.yaml") == load(run_folder / "scenario.yaml")


def test_simulating_with_another_instrument_moves_what_it_says(run_folder, tmp_path):
    out = tmp_path / "observed"
    arguments = ["simulate", str(run_folder), "--set", "solidarity=observed", "--out", str(out), "--json"]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    summary = json.loads(result.stdout)
    moved = summary["consultations_per_year_at_the_end"]["solidarity"]
    assert moved == pytest.approx(15_600 * summary["national_share"])
    assert load(out / "scenario.yaml").simulation.solidarity == "observed"
    before, after = table(run_folder, "quarters.csv"), table(out, "quarters.csv")
    assert before.doctors.equals(after.doctors) and not before.apl.equals(after.apl)


def test_what_cannot_be_simulated_again_is_told(run_folder, tmp_path):
    with pytest.raises(RunFolderError, match="pas de dossier de ce nom"):
        CliRunner().invoke(app, ["simulate", str(tmp_path / "none")], catch_exceptions=False)
    with pytest.raises(InputError, match="ne contient pas de calcul"):
        CliRunner().invoke(app, ["simulate", str(tmp_path), "--out", str(tmp_path / "x")], catch_exceptions=False)
    scenario = load(run_folder / "scenario.yaml")
    with pytest.raises(ScenarioError) as error:
        changed_settings(scenario, {"solidarite": "observed", "juniors": "maybe"})
    assert [fault.field for fault in error.value.faults] == ["juniors", "solidarite"]
    assert "solidarity" in str(error.value)
    with pytest.raises(ScenarioError, match="simulation") as error:
        changed_settings(load(SCENARIOS / "corse.yaml"), {"juniors": "off"})
    block = re.search("« (simulation: .+?) »", str(error.value))[1]
    (tmp_path / "told.yaml").write_text((SCENARIOS / "corse.yaml").read_text() + f"\n{block}\n")
    assert load(tmp_path / "told.yaml").simulation is not None, "what is said to do does"
    result = CliRunner().invoke(app, ["simulate", str(run_folder), "--set", "juniors"])
    assert isinstance(result.exception, InputError)


def test_lists_are_changed_with_commas(run_folder):
    settings = changed_settings(load(run_folder / "scenario.yaml"), {"areas": "departement,commune", "draws": "7"})
    assert settings.areas == ("departement", "commune") and settings.draws == 7


def test_the_block_is_read_and_written_back(tmp_path):
    scenario = load_text(text_with(simulation=BLOCK), tmp_path)
    assert scenario.simulation == SimulationSettings(
        start="2026-Q4",
        quarters=9,
        draws=3,
        milestone_quarters=("2028-Q4",),
        milestone_houses=(20,),
        solidarity="announced",
        juniors="observed",
    )
    file = tmp_path / "copie.yaml"
    file.write_text(dump(scenario), encoding="utf-8")
    assert load(file) == scenario
    assert "simulation" not in dump(load_text(text_with(), tmp_path))


@pytest.mark.parametrize(
    ("line", "field", "told"),
    [
        ("  start: 2026", "start", "n'est pas un trimestre"),
        ("  start: 2026-Q4\n  milestone_quarters: [2027-Q1]", "milestone_houses", "1 échéances pour 0"),
        (
            "  start: 2026-Q4\n  milestone_quarters: [2027-Q2, 2027-Q1]\n  milestone_houses: [1, 2]",
            "milestone_quarters",
            "ne se suivent pas",
        ),
        (
            "  start: 2026-Q4\n  milestone_quarters: [2027-Q1, 2027-Q2]\n  milestone_houses: [2, 1]",
            "milestone_houses",
            "ne se suivent pas",
        ),
        ("  start: 2026-Q4\n  solidarity: anounced", "solidarity", "announced"),
        ("  start: 2026-Q4\n  solidarite: off", "solidarite", "solidarity"),
        ("  start: 2026-Q4\n  apl_weights: [1, 0.3]", "apl_weights", "ne vont pas ensemble"),
        ("  start: 2026-Q4\n  apl_weights: [0.1, 0.3, 1]", "apl_weights", "ne vont pas ensemble"),
        ("  start: 2026-Q4\n  apl_limits_min: [10, 10, 20]", "apl_limits_min", "ne vont pas ensemble"),
        ("  quarters: 4", "start", "obligatoire absente"),
    ],
)
def test_a_wrong_block_is_told_with_its_line(line, field, told, tmp_path):
    with pytest.raises(ScenarioError) as error:
        load_text(text_with(simulation=f"simulation:\n{line}"), tmp_path)
    (fault,) = error.value.faults
    assert fault.field == f"simulation.{field}" and told in str(fault) and fault.line > 0


def test_the_block_becomes_rules():
    settings = SimulationSettings(
        start="2026-Q4",
        departures="off",
        solidarity="observed",
        juniors="announced",
        create_lead_quarters=4,
        installation_aid_until="2029-Q4",
        tele_sites=3,
        replacement_ratio=2,
    )
    rules = rules_of(settings, mean_consultations=2445.0)
    assert rules.demography is None and rules.assistants is None
    assert rules.solidarity is SOLIDARITY["observed"] and rules.juniors is JUNIORS["announced"]
    assert (rules.houses.lead_quarters["label"], rules.houses.lead_quarters["create"]) == (0, 4)
    assert decay_of(settings) == APL_STEPS and rules.apl_age_bound == 65
    assert settings.relative_consumption == RELATIVE_CONSUMPTION
    assert rules.recruitment == Recruitment() and rules.houses.posts_per_creation == Houses().posts_per_creation
    assert rules.installation_aid_until == quarter_number("2029-Q4") and rules.outposts.tele_sites == 3
    senior, young = rules.consultations_per_doctor[-1], rules.consultations_per_doctor[0]
    assert senior == pytest.approx(2 * young)


def test_a_smooth_decay_ends_at_the_last_limit():
    settings = SimulationSettings(start="2026-Q4", apl_decay="gaussian", apl_limits_min=(30,), apl_weights=(1,))
    assert decay_of(settings) == GaussianDecay(1800)


def test_costs_are_read_written_back_and_their_shares_checked(tmp_path):
    block = (
        "simulation:\n  start: 2026-Q4\n  unit_costs_eur: {medicobus: 250000}\n"
        "  cost_shares:\n    medicobus: {departement: 0.5, commune: 0.5}\n"
    )
    scenario = load_text(text_with(simulation=block), tmp_path)
    file = tmp_path / "copie.yaml"
    file.write_text(dump(scenario), encoding="utf-8")
    assert load(file) == scenario and scenario.simulation.unit_costs_eur == {"medicobus": 250_000}
    with pytest.raises(ScenarioError) as error:
        load_text(text_with(simulation=block.replace("0.5}", "0.4}").replace("250000", "-1")), tmp_path)
    assert [(fault.line > 0, fault.field) for fault in error.value.faults] == [
        (True, "simulation.unit_costs_eur.medicobus"),
        (True, "simulation.cost_shares.medicobus"),
    ]
    with pytest.raises(ScenarioError, match="house_aid"):
        load_text(text_with(simulation=block.replace("medicobus: 250000", "bus: 250000")), tmp_path)


def test_a_contradiction_is_told_when_settings_change_too(run_folder):
    with pytest.raises(ScenarioError) as error:
        changed_settings(load(run_folder / "scenario.yaml"), {"apl_limits_min": "20,10,5"})
    assert [fault.field for fault in error.value.faults] == ["apl_limits_min"]


def verdicts(folder: Path) -> dict[str, bool]:
    run, unreadable = read_run(folder)
    assert run is not None, unreadable
    return {check.name: check.holds for check in check_quarters(folder, run)}


@pytest.mark.parametrize(
    ("name", "column", "check"),
    [
        ("ledger.csv", "consultations_per_year", "partie double des consultations"),
        ("delivered.csv", "consultations", "partie double des consultations"),
        ("quarters.csv", "doctors", "quarters.csv, doctors"),
        ("quarters.csv", "cost_state_eur", "coût par payeur"),
        ("quarters.csv", "houses", "trimestres d'ouverture"),
        ("costs.csv", "eur", "prix des instruments"),
    ],
)
def test_a_changed_table_of_the_quarters_is_found_out(run_folder, tmp_path, name, column, check):
    folder = tmp_path / "run"
    shutil.copytree(run_folder, folder)
    assert all(verdicts(folder).values())
    path = folder / name
    rows = pd.read_csv(path, sep=";", dtype=str, encoding="utf-8-sig", keep_default_na=False)
    row = len(rows) // 2 if name != "quarters.csv" else int(rows.index[rows["level"] == "total"][-1])
    rows.loc[row, column] = f"{float(rows.loc[row, column].replace(',', '.')) + 5000}".replace(".", ",")
    rows.to_csv(path, sep=";", index=False, encoding="utf-8-sig")
    assert not verdicts(folder)[check]


def test_a_house_that_opens_earlier_than_told_is_found_out(run_folder, tmp_path):
    folder = tmp_path / "run"
    shutil.copytree(run_folder, folder)
    path = folder / "sites.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("2028-Q4", "2027-Q4", 1), encoding="utf-8")
    assert not verdicts(folder)["trimestres d'ouverture"]
