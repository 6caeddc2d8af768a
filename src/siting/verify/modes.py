"""What a run says of those who travel otherwise than by car, against SciPy's times."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from siting.verify.check import Check, none_of
from siting.verify.checks import MINUTES_TOLERANCE, PERSONS_TOLERANCE, compare_values
from siting.verify.overland import mode_graph
from siting.verify.people import persons_of_mode
from siting.verify.recount import Recount
from siting.verify.run_files import RunFiles

Floats = NDArray[np.float64]


def check_modes(run: RunFiles, recount: Recount) -> Iterator[Check]:
    """``modes`` of ``summary.json``, and the columns of each mode in ``cells.parquet`` and ``communes.csv``."""
    modes = run.scenario.modes
    if set(run.summary.get("modes", {})) != set(modes):
        yield Check("summary.json, modes", False, f"{sorted(modes)} attendus")
        return
    for name, mode in modes.items():
        persons = persons_of_mode(mode, recount.territory.demand)
        graph = mode_graph(run.scenario.travel, mode, recount.territory)
        sites = recount.territory.sites
        rows = {"before": np.flatnonzero(sites.is_existing)}
        rows["after"] = recount.open_rows
        cells = recount.territory.demand.cell
        seconds = {when: graph.nearest_s(open_rows)[cells] for when, open_rows in rows.items()}
        yield from compare_values(
            f"summary.json, {name}", run.summary["modes"][name], _figures(persons, seconds, recount)
        )
        yield _check_cells(name, run, persons, seconds)
        yield from _check_communes(name, run, recount, persons, seconds)


def _figures(persons: Floats, seconds: dict[str, Floats], recount: Recount) -> dict[str, Any]:
    everyone, standard_s = recount.territory.demand.persons, recount.scenario.goal.standard_s
    by_car = {"before": recount.before_s, "after": recount.after_s}

    def part(covered: float, of: Floats) -> dict[str, float]:
        return {"persons": covered, "share": covered / float(of.sum()) if of.sum() else 0.0}

    figures: dict[str, Any] = {"persons": float(persons.sum())}
    for when, time_s in seconds.items():
        is_near, car_is_near = time_s <= standard_s, by_car[when] <= standard_s
        reached = np.isfinite(time_s) & (persons > 0)
        order = np.argsort(time_s[reached], kind="stable")
        cumulated = np.cumsum(persons[reached][order])
        enough = cumulated >= 0.99 * cumulated[-1] * (1 - 1e-12) if len(cumulated) else np.empty(0, bool)
        minutes = time_s[reached] / 60
        figures |= {
            f"covered_{when}": part(float(persons[is_near].sum()), persons),
            f"covered_by_car_{when}": part(float(persons[car_is_near].sum()), persons),
            f"everyone_covered_{when}": part(
                float(persons[is_near].sum() + (everyone - persons)[car_is_near].sum()), everyone
            ),
            f"mean_minutes_{when}": float(np.average(minutes, weights=persons[reached])) if len(minutes) else None,
            f"p99_minutes_{when}": float(minutes[order][np.argmax(enough)]) if len(minutes) else None,
            f"max_minutes_{when}": float(minutes.max()) if len(minutes) else None,
            f"persons_reaching_no_site_{when}": float(persons[np.isinf(time_s)].sum()),
        }
    return figures


def _check_cells(name: str, run: RunFiles, persons: Floats, seconds: dict[str, Floats]) -> Check:
    table = run.cells
    wanted = {f"persons_{name}", *(f"seconds_{name}_{when}" for when in seconds)}
    if len(table) != len(persons) or not wanted <= set(table.columns):
        return Check(f"cells.parquet, {name}", False, f"colonnes attendues : {', '.join(sorted(wanted))}")
    wrong = ~np.isclose(table[f"persons_{name}"].to_numpy(np.float64), persons, rtol=0, atol=1e-9)
    for when, time_s in seconds.items():
        said_s = table[f"seconds_{name}_{when}"].astype("Float64").fillna(np.inf).to_numpy(np.float64)
        wrong |= said_s != time_s
    cells = [f"maille {cell}" for cell in table["cell"][wrong]]
    return none_of(f"cells.parquet, {name}", cells, otherwise=f"{len(persons)} mailles, à la seconde près")


def _check_communes(
    name: str, run: RunFiles, recount: Recount, persons: Floats, seconds: dict[str, Floats]
) -> Iterator[Check]:
    communes, demand = recount.territory.communes, recount.territory.demand
    code = communes.code[demand.commune]
    columns = {f"persons_{name}": pd.Series(persons).groupby(code).sum()}
    for when, time_s in seconds.items():
        is_near = time_s <= recount.scenario.goal.standard_s
        columns[f"persons_covered_{name}_{when}"] = pd.Series(persons * is_near).groupby(code).sum()
        reached = np.isfinite(time_s) & (persons > 0)
        minutes = pd.Series(persons[reached] * time_s[reached] / 60).groupby(code[reached]).sum()
        columns[f"minutes_mean_{name}_{when}"] = minutes / pd.Series(persons[reached]).groupby(code[reached]).sum()
    table = run.communes.set_index("code")
    for column, expected in columns.items():
        is_minutes = column.startswith("minutes")
        wanted = expected.reindex(table.index, fill_value=np.nan if is_minutes else 0.0).to_numpy(np.float64)
        said = pd.to_numeric(table.get(column, pd.Series(dtype=float)), errors="coerce").to_numpy(np.float64)
        tolerance = MINUTES_TOLERANCE if is_minutes else PERSONS_TOLERANCE
        if len(said) != len(wanted):
            yield Check(f"communes.csv, {column}", False, "colonne absente")
            continue
        wrong = ~np.isclose(said, wanted, rtol=0, atol=tolerance, equal_nan=True)
        yield none_of(f"communes.csv, {column}", table.index[wrong].tolist(), otherwise=f"{len(table)} communes")
