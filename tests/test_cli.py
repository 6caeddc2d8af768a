"""The command line end to end: what a planner types, reads and gets."""

from __future__ import annotations

import json
import math
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from numba import njit

from commands import siting, siting_apart
from siting.cli import stages
from siting.progress import Standing

SCENARIOS = Path(__file__).parent.parent / "scenarios"


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cli") / "corse"
    return folder, siting_apart("run", SCENARIOS / "corse.yaml", "--out", folder)


def test_run_ends_with_a_short_summary_and_where_the_page_is(done):
    folder, result = done
    assert result.returncode == 0, result.stderr
    assert "prouvé" in result.stdout.lower() and str(folder / "report.html") in result.stdout
    assert len(result.stdout.splitlines()) <= 30
    assert "Temps de trajet" in result.stderr and "Traceback" not in result.stderr


def test_run_writes_the_whole_folder(done):
    folder, _ = done
    assert {path.name for path in folder.iterdir()} == {
        "scenario.yaml",
        "manifest.json",
        "summary.json",
        "certificate.json",
        "multipliers.npz",
        "sites.gpkg",
        "sites.csv",
        "communes.csv",
        "cells.parquet",
        "travel_time_before.tif",
        "travel_time_after.tif",
        "travel_time_before.qml",
        "travel_time_after.qml",
        "map.png",
        "map.svg",
        "map.pdf",
        "tables.xlsx",
        "datapackage.json",
        "report.html",
    }


def test_corsica_is_whole_and_its_plan_is_proven(done):
    summary = json.loads((done[0] / "summary.json").read_text())
    assert summary["persons_total"] == 346_944
    assert (summary["status"], summary["gap"]) == ("optimal", 0)
    assert summary["covered_before"]["persons"] < summary["covered_after"]["persons"] == summary["persons_coverable"]
    assert summary["sites"]["opened"] == summary["objective"] == summary["bound"] > 0


def test_verify_passes_the_run_and_prints_what_it_checked(done):
    result = siting("verify", done[0])
    assert result.returncode == 0, result.stdout
    assert "✗" not in result.stdout and result.stdout.count("✓") > 20


def test_the_resolved_scenario_gives_the_same_plan_and_the_same_bytes(done, tmp_path):
    folder, _ = done
    again = siting_apart("run", folder / "scenario.yaml", "--out", tmp_path / "again", "--threads", "1", "--quiet")
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")
    for name in (
        "sites.csv", "communes.csv", "cells.parquet", "certificate.json", "scenario.yaml", "travel_time_after.tif",
        "map.png", "map.svg", "map.pdf", "tables.xlsx", "datapackage.json", "report.html",
    ):  # fmt: skip
        assert (tmp_path / "again" / name).read_bytes() == (folder / name).read_bytes(), name
    one, other = (json.loads((path / "summary.json").read_text()) for path in (folder, tmp_path / "again"))
    assert one.pop("seconds").keys() == other.pop("seconds").keys()
    assert one == other


def test_run_again_into_the_same_folder_replaces_it(done):
    folder, _ = done
    assert siting("run", SCENARIOS / "corse.yaml", "--out", folder, "--quiet").returncode == 0


def test_run_refuses_a_folder_of_other_people(tmp_path):
    (tmp_path / "thesis.docx").write_text("mine")
    result = siting("run", SCENARIOS / "corse.yaml", "--out", tmp_path)
    assert result.returncode == 2 and "thesis.docx" in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.docx"]


def test_json_is_for_machines(tmp_path):
    result = siting("run", SCENARIOS / "corse-mclp.yaml", "--out", tmp_path / "mclp", "--json")
    assert result.returncode == 0, result.stderr
    summary = json.loads(result.stdout)
    assert summary["model"] == "mclp" and summary["status"] == "optimal"
    checks = siting("verify", tmp_path / "mclp", "--json")
    assert checks.returncode == 0, checks.stdout
    assert all(check["holds"] for check in json.loads(checks.stdout))


@pytest.mark.parametrize(
    ("name", "search", "said"),
    [("corse-p-median", "p_median", "trajet moyen passe de"), ("corse-budget", "composed", "toutes tenues (4)")],
)
def test_other_goals_and_rules_run_and_are_recounted(name, search, said, tmp_path):
    result = siting("run", SCENARIOS / f"{name}.yaml", "--out", tmp_path / name)
    assert result.returncode == 0 and said in result.stdout, result.stderr
    summary = json.loads((tmp_path / name / "summary.json").read_text())
    assert (summary["search"], summary["status"]) == (search, "optimal")
    checks = siting("verify", tmp_path / name)
    assert checks.returncode == 0, checks.stdout


def test_verify_says_what_differs_and_exits_1(done, tmp_path):
    folder = tmp_path / "run"
    folder.mkdir()
    for path in done[0].iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    (folder / "report.html").write_text("<p>tout va bien")
    result = siting("verify", folder)
    assert result.returncode == 1 and "✗ empreintes des fichiers : report.html" in result.stdout


def test_verify_of_a_folder_that_is_no_run_exits_1(tmp_path):
    result = siting("verify", tmp_path)
    assert result.returncode == 1 and "manifest.json" in result.stderr and "Traceback" not in result.stderr


SLIPS = """scenario: essai
title: Essai
study_area:
  departements: [2A, 1]
candidates: {rule: town_halls}
existing: {rule: gp_practices, min_gp_practices: 10, treatment: keep}
travel: {surface: roads, network: corsica}
goal:
  model: lscp
  standard_min: 1800
  max_hoses: 3
  forced_open: [2A004]
  forbidden: [2A004]
"""


def test_a_planners_slips_get_one_line_each_and_nothing_is_written(tmp_path):
    file = tmp_path / "essai.yaml"
    file.write_text(SLIPS)
    result = siting_apart("run", file, "--out", tmp_path / "out")
    assert result.returncode == 2
    lines = [line for line in result.stderr.splitlines() if line]
    assert all(line.startswith(f"{file}:") for line in lines)
    assert [int(line.removeprefix(f"{file}:").split(":")[0]) for line in lines] == [4, 10, 11, 13]
    assert "01" in lines[0] and "minutes" in lines[1] and "max_new_houses" in lines[2] and "12" in lines[3]
    assert {path.name for path in tmp_path.iterdir()} == {"essai.yaml"}


def test_a_code_that_is_no_commune_is_named_with_its_place(tmp_path):
    file = tmp_path / "essai.yaml"
    file.write_text(
        SLIPS.split("goal:")[0].replace("[2A, 1]", '["2A", "99"]') + "goal: {model: lscp, standard_min: 30}\n"
    )
    result = siting("run", file, "--out", tmp_path / "out")
    assert result.returncode == 2 and f"{file}:4:" in result.stderr and "99" in result.stderr


def test_numbers_of_houses_that_are_none_are_all_named(tmp_path):
    result = siting("frontier", SCENARIOS / "corse.yaml", "--houses", "5,-1,dix", "--out", tmp_path / "out")
    assert result.returncode == 2 and "-1" in result.stderr and "dix" in result.stderr
    assert not (tmp_path / "out").exists()


def test_check_reads_many_files_and_exits_2_if_one_is_wrong(tmp_path):
    (tmp_path / "bad.yaml").write_text("scenario: x\n")
    result = siting("check", SCENARIOS / "corse.yaml", tmp_path / "bad.yaml", tmp_path / "none.yaml")
    assert result.returncode == 2 and "corse.yaml" in result.stdout
    assert "bad.yaml" in result.stderr and "none.yaml" in result.stderr


def test_check_refuses_a_rule_for_a_place_that_is_not_in_the_study_area(tmp_path):
    """As a run would, before any travel time: a postal code forbids no commune."""
    text = (SCENARIOS / "corse-mclp.yaml").read_text(encoding="utf-8")
    (tmp_path / "s.yaml").write_text(f'{text}rules:\n  - {{rule: houses, communes: ["48000"], at_most: 0}}\n')
    result = siting("check", tmp_path / "s.yaml")
    assert result.returncode == 2 and "scénario valide" not in result.stdout
    assert "rules[0].communes[0]: « 48000 » n'est pas dans le territoire" in result.stderr


def test_stages_are_told_in_french_with_one_space(capsys):
    with stages.watch("plan") as progress:
        progress(0, 2, Standing(-math.inf, math.inf, math.inf))
    assert re.fullmatch(r"Choix des sites … \d+,\d s\n", capsys.readouterr().err)


def test_every_scenario_of_the_repository_is_valid():
    files = sorted(SCENARIOS.glob("*.yaml"))
    assert len(files) >= 4
    assert siting("check", *files).returncode == 0


def test_schema_is_the_committed_one():
    printed = json.loads(siting("schema").stdout)
    assert printed == json.loads((SCENARIOS / "siting.schema.json").read_text())


@pytest.mark.skipif(sys.platform == "win32", reason="sends SIGINT")
def test_ctrl_c_exits_130_and_leaves_the_earlier_run_whole(done):
    folder, _ = done
    earlier = (folder / "manifest.json").read_bytes()
    command = [sys.executable, "-m", "siting.cli", "run", str(SCENARIOS / "corse.yaml"), "--out", str(folder)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=os.environ | {"COLUMNS": "100"}) as process:
        assert process.stderr is not None
        assert process.stderr.readline()
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate(timeout=60)
    assert process.returncode == 130 and "Traceback" not in stderr and "Interrompu" in stderr
    assert (folder / "manifest.json").read_bytes() == earlier
    assert [path.name for path in folder.parent.iterdir() if path.name.startswith(".")] == []


@pytest.mark.skipif(sys.platform == "win32", reason="sends SIGINT")
def test_ctrl_c_while_sites_are_chosen_keeps_the_best_plan(tmp_path):
    text = (SCENARIOS / "corse-p-median.yaml").read_text().replace("new_houses: 6", "new_houses: 40")
    (tmp_path / "corse-p-median.yaml").write_text(text)
    command = [sys.executable, "-m", "siting.cli", "run", "corse-p-median.yaml", "--out", "run"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=tmp_path) as process:
        assert process.stderr is not None
        while not process.stderr.readline().startswith("Temps de trajet"):
            assert process.poll() is None
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate(timeout=240)
    assert process.returncode == 0 and "Arrêt demandé" in stderr, stderr
    summary = json.loads((tmp_path / "run" / "summary.json").read_text())
    assert summary["interrupted"] and summary["sites"]["opened"] <= 40
    assert summary["status"] == "feasible" and 0 < summary["gap"] < 1
    assert "interrompu avant la preuve" in (tmp_path / "run" / "report.html").read_text()


def test_import_is_quick_and_loads_no_compiler():
    code = "import sys, siting; print(sorted({'numba', 'pulp', 'geopandas', 'matplotlib'} & set(sys.modules)))"
    start = time.perf_counter()
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
    assert time.perf_counter() - start < 5


def test_a_first_run_says_once_that_kernels_are_compiled(capsys):
    stages._tell_compilation.cache_clear()
    for _ in range(2):
        with stages.watch("surface"):
            njit(lambda value: value + 1)(1)
    assert capsys.readouterr().err.count("compilés") == 1


def test_a_run_that_simulates_tells_its_quarters(tmp_path):
    done = siting("run", SCENARIOS / "corse-2027.yaml", "--out", tmp_path / "run")
    assert "P10 – P90" in done.stdout
    assert "Simulation T4 2026 → T4 2029" in done.stdout


@pytest.mark.parametrize(
    ("standing", "said"),
    [
        (Standing(27, 26, 1 / 27), "27 (borne 26, écart 3,71\u202f%)"),
        (Standing(8.125, 8, 1 / 65, "least_time"), "trajet moyen en minutes : 8,12 (borne 8,00, écart 1,54\u202f%)"),
        (Standing(5, 5, 0.0, "least_cost", 2, 3), "but 2/3, coût en euros : 5 (borne 5, écart 0,00\u202f%)"),
        (Standing(math.inf, 7, math.inf, "fewest_houses", 1, 2), "but 1/2, maisons : borne 7"),
    ],
)
def test_where_a_search_stands_names_its_goal(standing, said):
    assert stages._standing_text(standing) == said
