"""RunFiles: a run folder read back from its files alone."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyogrio
import rasterio
from numpy.typing import NDArray

from siting.errors import DataError, Fault, VerificationError
from siting.grid import Grid
from siting.scenario import Scenario, load
from siting.verify.check import Check, none_of

REQUIRED = (
    "scenario.yaml",
    "summary.json",
    "certificate.json",
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
)

HASHED_ALONE = ("report.html", "map.*", "tables.xlsx", "travel_time_*.qml", "datapackage.json")
"""Made for the eye from what is recounted: whether they say the same is not read back."""


@dataclass(frozen=True)
class MinutesRaster:
    """A raster of minutes and the grid it says it lies on; NaN where it has no value."""

    minutes: NDArray[np.float32]
    grid: Grid


@dataclass(frozen=True)
class Multipliers:
    """Cells of the grid and their multipliers, as ``multipliers.npz`` holds them."""

    cell: NDArray[np.int64]
    multiplier: NDArray[np.float64]


@dataclass(frozen=True)
class RunFiles:
    """What the files of a run say.

    Attributes
    ----------
    manifest, summary, certificate : dict
    scenario : Scenario
    sites, communes, layer, cells : DataFrame
        ``sites.csv`` and ``communes.csv``, figures as numbers, codes as text; the attributes of ``sites.gpkg``
        and of ``cells.parquet``.
    before, after : MinutesRaster
    multipliers : Multipliers or None
        None where the plan has none: its bound is then the solver's.
    population : DataFrame or None
        ``population_report.csv``; None where the run used the embedded census.
    """

    manifest: dict[str, Any]
    summary: dict[str, Any]
    certificate: dict[str, Any]
    scenario: Scenario
    sites: pd.DataFrame
    communes: pd.DataFrame
    layer: pd.DataFrame
    cells: pd.DataFrame
    before: MinutesRaster
    after: MinutesRaster
    multipliers: Multipliers | None
    population: pd.DataFrame | None


def check_manifest(folder: Path) -> list[Check]:
    """Whether the folder holds the files that its manifest names, byte for byte, and no other.

    Raises
    ------
    VerificationError
        There is no manifest, it cannot be read, or the folder is that of another command.
    """
    files = read_manifest(folder)["files"]
    if not {"certificate.json", "sites.csv"} & files.keys():
        raise VerificationError(
            f"{folder} n'est pas le dossier d'un plan, que « siting run » écrit (il tient {', '.join(sorted(files))})"
        )
    present = {path.name for path in folder.iterdir()} - {"manifest.json"}
    missing = sorted((set(files) | set(REQUIRED)) - present)
    strange = sorted(present - set(files))
    changed = [
        name
        for name in sorted(set(files) & present)
        if hashlib.sha256((folder / name).read_bytes()).hexdigest() != files[name]["sha256"]
    ]
    return [
        none_of("fichiers présents", missing, otherwise=f"{len(files)} fichiers"),
        none_of("aucun fichier étranger", strange, otherwise="aucun"),
        none_of(
            "empreintes des fichiers",
            changed,
            otherwise=f"celles du manifeste, et rien d'autre pour {', '.join(HASHED_ALONE)}",
        ),
    ]


def read_manifest(folder: Path) -> dict[str, Any]:
    """``manifest.json`` of a run folder.

    Raises
    ------
    DataError
        There is no such folder.
    VerificationError
        It has none, or not one of ours.
    """
    try:
        manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        if not all("sha256" in about for about in manifest["files"].values()):
            raise KeyError("sha256")
    except (FileNotFoundError, NotADirectoryError) as error:
        if not folder.is_dir():
            fault = Fault(str(folder), 0, 0, "", "pas de dossier de ce nom", "un dossier écrit par « siting run »")
            raise DataError(fault) from error
        raise VerificationError(f"{folder} n'est pas un dossier de calcul : il n'a pas de manifest.json") from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise VerificationError(f"{folder} : manifest.json est illisible ({error})") from error
    return manifest


def read_run(folder: Path) -> tuple[RunFiles | None, list[Check]]:
    """Every file that a recount needs, or None and one failed check per file that cannot be read."""
    readers: dict[str, Callable[[Path], Any]] = {
        "manifest.json": _read_json,
        "summary.json": _read_json,
        "certificate.json": _read_json,
        "scenario.yaml": load,
        "sites.csv": _read_sites,
        "communes.csv": _read_csv,
        "sites.gpkg": _read_layer,
        "cells.parquet": pd.read_parquet,
        "travel_time_before.tif": _read_minutes,
        "travel_time_after.tif": _read_minutes,
        "multipliers.npz": _read_multipliers,
        "population_report.csv": _read_population,
    }
    read, failed = [], []
    for name, reader in readers.items():
        try:
            read.append(reader(folder / name))
        except Exception as error:  # a corrupt file may raise whatever its library likes: all are findings
            failed.append(Check(name, False, f"illisible : {str(error).splitlines()[0] if str(error) else error!r}"))
    if failed:
        return None, failed
    return RunFiles(*read), []


def _read_json(path: Path) -> dict[str, Any]:
    value = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(value, dict):
        raise ValueError("un objet JSON est attendu")
    return value


def _read_csv(path: Path) -> pd.DataFrame:
    """The tables' own dialect; columns that hold codes or names stay text."""
    text = (
        "id", "name", "kind", "decision", "option", "done_by", "opening_quarter", "commune", "commune_name",
        "departement", "code", "epci", "epci_name", "premises", "category", "may_be",
    )  # fmt: skip
    table = pd.read_csv(path, sep=";", decimal=",", dtype=dict.fromkeys(text, str), encoding="utf-8-sig")
    names = [name for name in text if name in table]
    return table.assign(**{name: table[name].fillna("") for name in names})


def _read_sites(path: Path) -> pd.DataFrame:
    table = _read_csv(path)
    if not {"id", "decision"} <= set(table.columns):
        raise ValueError("la colonne id ou decision manque")
    return table


def _read_layer(path: Path) -> pd.DataFrame:
    frame = pyogrio.read_dataframe(path, layer="sites")
    points = pd.DataFrame({"point_x_m": frame.geometry.x, "point_y_m": frame.geometry.y})
    return pd.concat([pd.DataFrame(frame.drop(columns="geometry")), points], axis=1)


def _read_multipliers(path: Path) -> Multipliers | None:
    if not path.exists():
        return None
    with np.load(path) as arrays:
        return Multipliers(arrays["cell"].astype(np.int64), arrays["multiplier"].astype(np.float64))


def _read_population(path: Path) -> pd.DataFrame | None:
    return _read_csv(path) if path.exists() else None


def _read_minutes(path: Path) -> MinutesRaster:
    with rasterio.open(path) as source:
        transform = source.transform
        if transform.b or transform.d or transform.a != -transform.e:
            raise ValueError("les mailles ne sont pas carrées ou le raster est tourné")
        crs = f"EPSG:{source.crs.to_epsg()}"
        grid = Grid(crs, transform.c, transform.f, transform.a, source.height, source.width)
        return MinutesRaster(source.read(1, masked=True).filled(np.nan), grid)
