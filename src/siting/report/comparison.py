"""Comparison: two runs on the same ground, from the files of their folders alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from siting.errors import DataError, Fault
from siting.report.saved_run import SavedRun
from siting.territory.values import AGE_GROUPS

FIGURES = (
    "persons_total", "covered_before.persons", "covered_after.persons", "covered_after.share", "mean_minutes_after",
    "p99_minutes_after", "persons_uncoverable.total", "sites.existing", "sites.opened", "status",
)  # fmt: skip
"""Paths within ``summary.json`` that stand side by side."""
MODE_FIGURES = ("covered_after.persons", "covered_after.share", "mean_minutes_after", "p99_minutes_after")
"""The same within each mode of ``modes`` that both runs measured."""


@dataclass(frozen=True)
class Comparison:
    """What changes from one run to another.

    Attributes
    ----------
    one, other : SavedRun
    standard_min : float
        That of ``one``: both runs are judged by it.
    settings : list of (key, value in one, value in other)
        Where the scenarios differ.
    figures : list of (path, value in one, value in other)
        Of ``summary.json``, each by its own run's standard.
    movements : DataFrame
        Per group (``all`` and the age groups): ``persons`` compared, ``covered_one, covered_other`` with the plan,
        ``gained`` (within the standard in the other run only) and ``lost`` (in the one only).
    communes : DataFrame
        The same by ``code, name``, all ages, and the mean minutes of those who reach a site in both runs.
    sites : DataFrame
        ``id, name, decision_one, decision_other`` of every site that is open in a run.
    """

    one: SavedRun
    other: SavedRun
    standard_min: float
    settings: list[tuple[str, Any, Any]]
    figures: list[tuple[str, Any, Any]]
    movements: pd.DataFrame
    communes: pd.DataFrame
    sites: pd.DataFrame


def compare(one: SavedRun, other: SavedRun) -> Comparison:
    """Compare two runs cell by cell, on the inhabited cells that both have.

    Raises
    ------
    DataError
        The grids differ, or no inhabited cell is in both.
    """
    cells = _common_cells(one, other)
    standard_min = one.scenario.goal.standard_s / 60
    return Comparison(
        one=one,
        other=other,
        standard_min=standard_min,
        settings=list(_differing(one.scenario.model_dump(mode="json"), other.scenario.model_dump(mode="json"))),
        figures=[(path, _at(one.summary, path), _at(other.summary, path)) for path in _figure_paths(one, other)],
        movements=_movements(cells),
        communes=_by_commune(cells, one),
        sites=_open_sites(one, other),
    )


def _figure_paths(one: SavedRun, other: SavedRun) -> list[str]:
    modes = [name for name in one.summary.get("modes", {}) if name in other.summary.get("modes", {})]
    values = ["objective", "bound"] if one.summary["model"] == other.summary["model"] else []
    if all(run.summary.get("objective_minutes") is not None for run in (one, other)):
        values = [f"{value}_minutes" for value in values]
    return [*FIGURES, *values, *(f"modes.{name}.{path}" for name in modes for path in MODE_FIGURES)]


def _common_cells(one: SavedRun, other: SavedRun) -> pd.DataFrame:
    """Inhabited cells of both runs: people (of the one), seconds with each plan, and who is covered by each."""
    grids = [f"{run.scenario.crs}, mailles de {run.scenario.grid.cell_size_m:g} m" for run in (one, other)]
    if grids[0] != grids[1]:
        problem = f"les grilles diffèrent : {grids[0]} ici, {grids[1]} là"
        remedy = "on compare des calculs d'un même territoire sur la même grille"
        raise DataError(Fault(str(other.folder), 0, 0, "grid", problem, remedy))
    columns = ["x_m", "y_m", "commune", "persons", *AGE_GROUPS]
    cells = one.cells[columns].assign(s_one=one.seconds("after"))
    cells = cells.merge(other.cells[["x_m", "y_m"]].assign(s_other=other.seconds("after")), on=["x_m", "y_m"])
    if not len(cells):
        problem = "aucune maille habitée n'est dans les deux calculs"
        raise DataError(Fault(str(other.folder), 0, 0, "study_area", problem, "comparez des territoires communs"))
    standard_s = one.scenario.goal.standard_s
    return cells.assign(in_one=cells["s_one"] <= standard_s, in_other=cells["s_other"] <= standard_s)


def _movements(cells: pd.DataFrame) -> pd.DataFrame:
    groups = {"all": "persons"} | {group: group for group in AGE_GROUPS}
    rows = [{"group": name, **_counts(cells, cells[column]).sum()} for name, column in groups.items()]
    return pd.DataFrame(rows)


def _counts(cells: pd.DataFrame, persons: pd.Series[float]) -> pd.DataFrame:
    """Of each cell: the persons compared, covered by each run, gained and lost."""
    is_one, is_other = cells["in_one"], cells["in_other"]
    return pd.DataFrame(
        {
            "persons": persons,
            "covered_one": persons.where(is_one, 0.0),
            "covered_other": persons.where(is_other, 0.0),
            "gained": persons.where(is_other & ~is_one, 0.0),
            "lost": persons.where(is_one & ~is_other, 0.0),
        }
    )


def _by_commune(cells: pd.DataFrame, one: SavedRun) -> pd.DataFrame:
    reached = np.isfinite(cells["s_one"]) & np.isfinite(cells["s_other"])
    weights = cells["persons"].where(reached, 0.0)
    weighted = {which: weights * cells[f"s_{which}"].where(reached, 0.0) for which in ("one", "other")}
    sums = _counts(cells, cells["persons"]).assign(weights=weights, **weighted)
    table = sums.groupby(cells["commune"], sort=True).sum()
    for which in ("one", "other"):
        table[f"minutes_mean_{which}"] = table[which] / table["weights"].where(table["weights"] > 0) / 60
    table = table.drop(columns=["weights", "one", "other"]).reset_index(names="code")
    names = dict(zip(one.communes["code"], one.communes["name"], strict=True))
    table.insert(1, "name", [names.get(code, code) for code in table["code"]])
    return table


def _open_sites(one: SavedRun, other: SavedRun) -> pd.DataFrame:
    columns = ["id", "name", "decision"]
    both = one.sites[columns].merge(other.sites[columns], on="id", how="outer", suffixes=("_one", "_other"), sort=True)
    both = both.fillna("")
    both["name"] = both["name_one"].where(both["name_one"] != "", both["name_other"])
    is_open = both[["decision_one", "decision_other"]].isin(["existing", "opened"]).any(axis=1)
    return both.loc[is_open, ["id", "name", "decision_one", "decision_other"]].reset_index(drop=True)


def _differing(one: Any, other: Any, key: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Settings that differ, as dotted keys; None where a scenario has no such key."""
    if isinstance(one, dict) and isinstance(other, dict):
        for name in [*one, *(name for name in other if name not in one)]:
            yield from _differing(one.get(name), other.get(name), f"{key}.{name}" if key else name)
    elif one != other:
        yield key, one, other


def _at(summary: dict[str, Any], path: str) -> Any:
    value: Any = summary
    for name in path.split("."):
        value = value[name]
    return value
