"""SavedRun: a run folder as other readers of the report take it, from its files alone."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from siting.errors import RunFolderError
from siting.report.manifest import files_named_by
from siting.report.tables import read_csv
from siting.scenario import Scenario, load


def require_folder(folder: Path) -> None:
    """Refuse what is no folder.

    Raises
    ------
    RunFolderError
    """
    if not folder.is_dir():
        raise RunFolderError(f"{folder} : pas de dossier de ce nom (un dossier écrit par « siting run »)")


@dataclass(frozen=True)
class SavedRun:
    """What the files of a run say.

    Attributes
    ----------
    folder : Path
    scenario : Scenario
    summary : dict
    sites, communes, cells : DataFrame
        ``sites.csv``, ``communes.csv`` and ``cells.parquet``; codes as text, "" for none.
    """

    folder: Path
    scenario: Scenario
    summary: dict[str, Any]
    sites: pd.DataFrame
    communes: pd.DataFrame
    cells: pd.DataFrame

    @classmethod
    def read(cls, folder: str | Path) -> SavedRun:
        """Read a folder that ``siting run`` wrote.

        Raises
        ------
        RunFolderError
            There is no such folder, it holds no run, or one of an earlier version that has no ``cells.parquet``.
        """
        folder = Path(folder)
        require_folder(folder)
        needed = {"scenario.yaml", "summary.json", "sites.csv", "communes.csv", "cells.parquet"}
        missing = sorted(needed - files_named_by(folder))
        if missing:
            raise RunFolderError(
                f"{folder} n'est pas un dossier de « siting run » complet : il manque {', '.join(missing)} "
                "(relancez « siting run »)"
            )
        return cls(
            folder=folder,
            scenario=load(folder / "scenario.yaml"),
            summary=json.loads((folder / "summary.json").read_text(encoding="utf-8")),
            sites=read_csv(folder / "sites.csv"),
            communes=read_csv(folder / "communes.csv"),
            cells=pd.read_parquet(folder / "cells.parquet"),
        )

    def seconds(self, when: str) -> NDArray[np.float64]:
        """Seconds of each cell to the nearest open site, ``"before"`` or ``"after"`` the plan; inf where none."""
        column = self.cells[f"seconds_{when}"].astype("Float64")
        seconds: NDArray[np.float64] = column.fillna(np.inf).to_numpy(np.float64)
        return seconds

    def ids(self, decision: str) -> list[str]:
        """Ids of the sites of one decision (`siting.report.figures.DECISIONS`), in order."""
        ids: list[str] = self.sites.loc[self.sites["decision"] == decision, "id"].tolist()
        return ids
