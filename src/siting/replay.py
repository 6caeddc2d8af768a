"""The plan of a run folder, simulated again under other settings."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from siting.errors import DataError, Fault
from siting.outlook import Changes, Outlook, look_ahead
from siting.progress import Stopwatch, Watcher, unwatched
from siting.report import RunFolder
from siting.report.documents import input_copies
from siting.report.saved_run import require_folder
from siting.report.simulation_page import write_simulation_page
from siting.scenario import changed_settings, dump, load
from siting.territory import Territory, assemble
from siting.territory.inputs import embedded_inputs


def simulate_again(
    folder: Path,
    target: RunFolder,
    *,
    changes: dict[str, str],
    watcher: Watcher = unwatched,
    threads: int | None = None,
) -> Outlook:
    """Simulate the plan of a run folder under other settings, and write that into another, held folder.

    Parameters
    ----------
    folder : Path
        Written by `write_run`; its plan is read, not searched again.
    target : RunFolder
        Gets the tables, ``simulation.json`` and ``scenario.yaml`` with the settings as changed.
    changes : dict
        Key of the ``simulation:`` block -> value, as text.

    Raises
    ------
    InputError
        The folder holds no run, its scenario no such block, or a change is no setting.
    """
    told = _sites_told(folder)
    scenario = load(folder / "scenario.yaml")
    settings = changed_settings(scenario, changes)
    threads = threads or os.cpu_count() or 1
    clock = Stopwatch(watcher)
    with clock.stage("territory") as progress:
        territory = assemble(scenario, progress=progress)
    planned = _changes_told(told, territory)
    outlook = look_ahead(scenario, settings, territory, planned, threads=threads, watcher=clock.stage)
    copies = input_copies(scenario)
    with clock.stage("report"):
        outlook.save(target.path)
        write_simulation_page(
            outlook.forecast, target.path, title=scenario.title, language=scenario.language, notes=outlook.notes
        )
        for name, path in copies.values():
            shutil.copyfile(path, target.path / name)
        text = dump(
            scenario.model_copy(update={"simulation": settings}),
            files={field: name for field, (name, _) in copies.items()},
        )
        (target.path / "scenario.yaml").write_text(text, encoding="utf-8", newline="\n")
    target.finish({"inputs": embedded_inputs(), "seconds": clock.seconds, "threads": threads})
    return outlook


def _sites_told(folder: Path) -> dict[str, Any]:
    """What the certificate of a run folder says of its sites."""
    remedy = "un dossier écrit par « siting run »"
    problem = Fault(str(folder), 0, 0, "", "ce dossier ne contient pas de calcul", remedy)
    require_folder(folder)
    try:
        told = json.loads((folder / "certificate.json").read_text(encoding="utf-8"))["sites"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(problem) from error
    if not isinstance(told, dict) or "opened" not in told:
        raise DataError(problem)
    return told


def _changes_told(told: dict[str, Any], territory: Territory) -> Changes:
    """What a certificate says that the plan opens and closes."""

    def rows(name: str) -> NDArray[np.int32]:
        return np.flatnonzero(np.isin(territory.sites.id, told.get(name, []))).astype(np.int32)

    def phases(name: str) -> NDArray[np.int32] | None:
        return np.array(told[name], dtype=np.int32) if name in told else None

    kinds = np.array(told["opened_as"], dtype=str) if "opened_as" in told else None
    return Changes(rows("opened"), rows("closed"), kinds, phases("opened_in_phase"), phases("closed_in_phase"))
