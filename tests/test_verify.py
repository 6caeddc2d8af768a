"""`verify` passes a whole run and catches each way of corrupting one, also when the manifest is made to agree."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyogrio
import pytest
import rasterio

from siting.errors import DataError, VerificationError
from siting.pipeline import run
from siting.scenario import load
from siting.territory.embedded import read_communes
from siting.verify import verify
from siting.verify.run_files import HASHED_ALONE

SMALL = """scenario: cap-corse
title: Cap Corse
study_area: {communes: [%s]}
grid: {halo_km: 20}
candidates: {rule: town_halls}
existing: {rule: gp_practices, min_gp_practices: 10, treatment: keep}
travel: {surface: roads, network: corsica, cutoff_min: 10, speeds_kmh: {motorway: 90, trunk: 90}}
goal: {model: lscp, standard_min: 10}
"""


@pytest.fixture(scope="module")
def small_run(tmp_path_factory) -> Path:
    """The north of Corsica alone: a recount takes a second."""
    folder = tmp_path_factory.mktemp("small")
    communes = read_communes()
    north = communes["code"][communes["departement"].eq("2B") & communes["lat"].gt(42.68)]
    (folder / "cap-corse.yaml").write_text(SMALL % ", ".join(north))
    return run(load(folder / "cap-corse.yaml")).save(folder / "run")


@pytest.fixture
def copy(small_run, tmp_path) -> Path:
    return Path(shutil.copytree(small_run, tmp_path / "run"))


def reseal(folder: Path) -> None:
    """Make the manifest agree with the files again, as somebody who hides a change would."""
    manifest = json.loads((folder / "manifest.json").read_text())
    for name in set(manifest["files"]) & {path.name for path in folder.iterdir()}:
        manifest["files"][name]["sha256"] = hashlib.sha256((folder / name).read_bytes()).hexdigest()
    (folder / "manifest.json").write_text(json.dumps(manifest))


def failed(folder: Path) -> str:
    return "\n".join(str(check) for check in verify(folder) if not check.holds)


def test_a_run_holds_and_says_what_was_checked(corsican_run):
    checks = verify(corsican_run)
    assert [str(check) for check in checks if not check.holds] == []
    names = " ".join(check.name for check in checks)
    for said in ("empreintes", "travel_time_after.tif", "communes.csv", "objectif", "borne", "statut", "sites imposés"):
        assert said in names


def edit_json(name: str, change: Callable[[dict], None]) -> Callable[[Path], None]:
    def corrupt(folder: Path) -> None:
        value = json.loads((folder / name).read_text())
        change(value)
        (folder / name).write_text(json.dumps(value))

    return corrupt


def edit_line(name: str, marker: str, column: str, change: Callable[[str], str]) -> Callable[[Path], None]:
    """Change one cell of the first line that holds ``marker``."""

    def corrupt(folder: Path) -> None:
        lines = (folder / name).read_text(encoding="utf-8-sig").split("\n")
        at = lines[0].split(";").index(column)
        row = next(i for i, line in enumerate(lines) if i and marker in line)
        cells = lines[row].split(";")
        cells[at] = change(cells[at])
        lines[row] = ";".join(cells)
        (folder / name).write_text("\n".join(lines), encoding="utf-8-sig")

    return corrupt


def edit_raster(name: str, change: Callable[[np.ndarray], None]) -> Callable[[Path], None]:
    def corrupt(folder: Path) -> None:
        with rasterio.open(folder / name) as source:
            minutes, profile = source.read(1), source.profile
        change(minutes)
        profile.update(driver="GTiff")
        for key in ("blockxsize", "blockysize", "tiled", "interleave"):
            profile.pop(key, None)
        with rasterio.open(folder / name, "w", **profile) as target:
            target.write(minutes, 1)

    return corrupt


def one_minute_less(minutes: np.ndarray) -> None:
    at = np.unravel_index(np.nanargmax(minutes), minutes.shape)
    minutes[at] -= 1


def close_in_the_layer(folder: Path) -> None:
    frame = pyogrio.read_dataframe(folder / "sites.gpkg", layer="sites")
    frame.loc[frame["decision"] == "opened", "decision"] = "not_opened"
    (folder / "sites.gpkg").unlink()
    pyogrio.write_dataframe(frame, folder / "sites.gpkg", layer="sites", driver="GPKG")


def lift_from_the_layer(folder: Path) -> None:
    frame = pyogrio.read_dataframe(folder / "sites.gpkg", layer="sites")
    frame.loc[0, "geometry"] = None
    (folder / "sites.gpkg").unlink()
    pyogrio.write_dataframe(frame, folder / "sites.gpkg", layer="sites", driver="GPKG")


def edit_cells(change: Callable[[pd.DataFrame], pd.DataFrame]) -> Callable[[Path], None]:
    def corrupt(folder: Path) -> None:
        change(pd.read_parquet(folder / "cells.parquet")).to_parquet(folder / "cells.parquet")

    return corrupt


def without_columns(name: str, *columns: str) -> Callable[[Path], None]:
    def corrupt(folder: Path) -> None:
        table = pd.read_csv(folder / name, sep=";", dtype=str, encoding="utf-8-sig").drop(columns=list(columns))
        table.to_csv(folder / name, sep=";", index=False, encoding="utf-8-sig")

    return corrupt


def longer_standard(folder: Path) -> None:
    text = (folder / "scenario.yaml").read_text()
    assert "standard_min: 10" in text
    (folder / "scenario.yaml").write_text(text.replace("standard_min: 10", "standard_min: 9"))


def truncate(folder: Path) -> None:
    whole = (folder / "travel_time_after.tif").read_bytes()
    (folder / "travel_time_after.tif").write_bytes(whole[: len(whole) // 3])


def prove_more(folder: Path) -> None:
    """Multipliers and a bound that nothing supports."""
    with np.load(folder / "multipliers.npz") as arrays:
        np.savez_compressed(folder / "multipliers.npz", cell=arrays["cell"], multiplier=arrays["multiplier"] * 2)


def prove_elsewhere(folder: Path) -> None:
    np.savez_compressed(folder / "multipliers.npz", cell=np.array([0]), multiplier=np.array([27.0]))


def add(to: str, amount: float) -> Callable[[dict], None]:
    def change(value: dict) -> None:
        *path, last = to.split(".")
        for key in path:
            value = value[key]
        value[last] += amount

    return change


def claim_a_bound(certificate: dict) -> None:
    certificate["bound"] = certificate["objective"] + 1
    certificate["gap"] = 1 / certificate["objective"]


RESEALED = {
    "one person more is covered": (edit_json("summary.json", add("covered_after.persons", 1)), "covered_after"),
    "the mean is a second shorter": (
        edit_json("summary.json", add("mean_minutes_after", -1 / 60)),
        "mean_minutes_after",
    ),
    "the worst served are forgotten": (edit_json("summary.json", add("p99_minutes_after", -1)), "p99_minutes_after"),
    "fewer people are uncoverable": (edit_json("summary.json", add("persons_uncoverable.total", -1)), "uncoverable"),
    "a house is not counted": (edit_json("summary.json", add("sites.opened", -1)), "sites.opened"),
    "summary and certificate disagree": (edit_json("summary.json", lambda s: s.update(status="feasible")), "status"),
    "the objective is better": (edit_json("certificate.json", add("objective", -1)), "objectif"),
    "the bound is beaten": (edit_json("certificate.json", claim_a_bound), "borne"),
    "the gap is not that of the bound": (edit_json("certificate.json", add("gap", 0.01)), "écart"),
    "optimal without the bound": (edit_json("certificate.json", add("bound", -1)), "statut"),
    "a house opened is not": (edit_line("sites.csv", ";opened;", "decision", lambda _: "not_opened"), "sites"),
    "an existing site is invented": (
        edit_line("sites.csv", ";not_opened;", "decision", lambda _: "existing"),
        "décision",
    ),
    "a site is moved": (edit_line("sites.csv", ";opened;", "x_m", lambda _: "4200000"), "place des sites"),
    "a house serves more people": (
        edit_line("sites.csv", ";opened;", "persons_newly_covered", lambda cell: f"{cell}1"),
        "persons_newly_covered",
    ),
    "a house adds more people": (
        edit_line("sites.csv", ";opened;", "persons_added", lambda cell: f"{cell}1"),
        "rang des maisons",
    ),
    "the ranks are others": (
        edit_line("sites.csv", ";opened;", "opening_rank", lambda cell: f"{cell}1"),
        "rang des maisons",
    ),
    "a commune is covered more": (
        edit_line("communes.csv", "2B033;", "persons_covered_after", lambda cell: f"{cell}1"),
        "persons_covered_after",
    ),
    "a commune is nearer": (edit_line("communes.csv", "2B033;", "minutes_mean_after", lambda _: "0,5"), "minutes_mean"),
    "a commune is another": (edit_line("communes.csv", "2B033;", "code", lambda _: "2A004"), "communes"),
    "a cell is a minute nearer": (edit_raster("travel_time_after.tif", one_minute_less), "travel_time_after.tif"),
    "a cell was a minute nearer": (edit_raster("travel_time_before.tif", one_minute_less), "travel_time_before.tif"),
    "the layer closes houses": (close_in_the_layer, "sites.gpkg"),
    "a site leaves the layer": (lift_from_the_layer, "place des sites"),
    "a cell has one person more": (edit_cells(lambda c: c.assign(persons=c["persons"] + 1)), "cells.parquet"),
    "a cell has older people": (edit_cells(lambda c: c.assign(over_65=c["over_65"] + 1)), "cells.parquet"),
    "a cell is out of reach for another reason": (edit_cells(lambda c: c.assign(reason="island")), "cells.parquet"),
    "cells go to another site": (edit_cells(lambda c: c.assign(site_after=c["site_after"].iloc[0])), "cells.parquet"),
    "cells went to a site that was not open": (edit_cells(lambda c: c.assign(site_before="2B233")), "cells.parquet"),
    "cells have no seconds": (edit_cells(lambda c: c.drop(columns="seconds_after")), "cells.parquet"),
    "sites have no decision": (without_columns("sites.csv", "decision"), "sites.csv"),
    "sites have no rank": (without_columns("sites.csv", "opening_rank"), "sites.csv"),
    "sites have no place on the globe": (without_columns("sites.csv", "lon", "lat"), "sites.gpkg"),
    "communes have no EPCI": (without_columns("communes.csv", "epci"), "communes.csv"),
    "an EPCI has another name": (
        edit_line("communes.csv", "2B033;", "epci_name", lambda _: "Autre"),
        "epci_name",
    ),
    "houses are opened as something that had no choice": (
        edit_json("certificate.json", lambda c: c["sites"].update(opened_as=["create"])),
        "choix aux sites",
    ),
    "a house opened has no name": (
        edit_json("certificate.json", lambda c: c["sites"]["opened"].append(7)),
        "maisons ouvertes",
    ),
    "the question is another": (
        edit_json("certificate.json", lambda c: c["goal"].update(forbidden=["2B033"])),
        "but et règles",
    ),
    "the standard is another": (longer_standard, "summary.json"),
    "the multipliers prove nothing": (prove_more, "borne prouvée"),
    "the multipliers are of no cell": (prove_elsewhere, "borne prouvée"),
    "the multipliers are gone": (lambda folder: (folder / "multipliers.npz").unlink(), "borne prouvée"),
    "a raster is cut short": (truncate, "travel_time_after.tif"),
}


@pytest.mark.parametrize("name", RESEALED)
def test_a_corruption_is_caught_even_when_the_manifest_agrees(copy, name):
    corrupt, said = RESEALED[name]
    corrupt(copy)
    reseal(copy)
    assert said in failed(copy)


@pytest.mark.parametrize(
    ("corrupt", "said"),
    [
        (lambda folder: (folder / "communes.csv").unlink(), "fichiers présents"),
        (lambda folder: (folder / "notes.txt").write_text("mine"), "étranger"),
        (lambda folder: (folder / "report.html").write_bytes(b"<html>"), "empreintes"),
        (lambda folder: (folder / "summary.json").write_text("{"), "summary.json"),
    ],
)
def test_a_file_that_is_lost_strange_changed_or_unreadable_is_caught(copy, corrupt, said):
    corrupt(copy)
    assert said in failed(copy)


def test_files_that_hashes_alone_keep_are_named(copy):
    """What `verify` says of them is true: changed and sealed again, they pass."""
    paths = [path for pattern in HASHED_ALONE for path in copy.glob(pattern)]
    assert len(paths) == 8
    for path in paths:
        path.write_bytes(path.read_bytes() + b" ")
    reseal(copy)
    (said,) = [check.detail for check in verify(copy) if check.name == "empreintes des fichiers" and check.holds]
    assert all(pattern in said for pattern in HASHED_ALONE)
    assert failed(copy) == ""


def test_facts_that_have_changed_since_are_caught(copy):
    edit_json("manifest.json", lambda m: m["inputs"]["siting:communes.parquet"].update(sha256="0" * 64))(copy)
    assert "données embarquées" in failed(copy)


def test_a_folder_without_a_manifest_is_no_run(tmp_path):
    with pytest.raises(VerificationError, match=r"manifest\.json"):
        verify(tmp_path)
    with pytest.raises(DataError, match="pas de dossier de ce nom"):
        verify(tmp_path / "nowhere")
