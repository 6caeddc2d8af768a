"""alternatives.csv, and what a terminal says of the plans that a scenario leaves to choose from."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from siting.allocation import Plan
from siting.posing import goal_names
from siting.report.sentences import screening_warning
from siting.report.tables import write_csv
from siting.report.terminal import WIDTH
from siting.report.texts import Texts
from siting.scenario import Scenario
from siting.territory import Territory


def done_at(plan: Plan, territory: Territory) -> NDArray[np.str_]:
    """Shape (n_sites,): what a plan does at each site, ``""`` where it leaves things as they are."""
    sites = territory.sites
    if plan.decisions is not None:
        return np.where(plan.decisions.option == "keep", "", plan.decisions.option)
    is_opened = np.isin(np.arange(len(sites)), plan.opened)
    return np.where(is_opened, sites.kind, "")


def alternatives_table(
    plans: Sequence[Plan],
    territory: Territory,
    *,
    in_all: NDArray[np.float64],
    stand_in: NDArray[np.int32],
    lost: NDArray[np.float64],
) -> pd.DataFrame:
    """One row per site that some plan changes, in the order of ids.

    Columns: ``id, name``, ``plan_1, plan_2…`` (the kind of house opened there, ``upgrade``, ``close``; empty for
    nothing), ``in_all_plans`` (1, 0, or empty where not known), ``stand_in, stand_in_name`` and ``lost`` (in the unit
    of the first goal; empty where no single site can take its place, or it was not looked at).
    """
    done = [done_at(plan, territory) for plan in plans]
    shown = np.flatnonzero(np.any([one != "" for one in done], axis=0))
    ids, names = (np.append(column, "") for column in (territory.sites.id, territory.sites.name))
    return pd.DataFrame(
        {
            "id": territory.sites.id[shown],
            "name": territory.sites.name[shown],
            **{f"plan_{number}": one[shown] for number, one in enumerate(done, start=1)},
            "in_all_plans": in_all[shown],
            "stand_in": ids[stand_in[shown]],
            "stand_in_name": names[stand_in[shown]],
            "lost": lost[shown],
        }
    )


def write_alternatives(table: pd.DataFrame, folder: Path) -> None:
    """Write the table as ``alternatives.csv``."""
    write_csv(table, folder / "alternatives.csv", decimals={"in_all_plans": 0, "lost": 3})


def render_alternatives(
    table: pd.DataFrame,
    plans: Sequence[Plan],
    minutes: Sequence[float | None],
    scenario: Scenario,
    *,
    loss_share: float,
) -> str:
    """The plans, what each does otherwise than the best, the sites that are sure, and those that have a stand-in."""
    texts = Texts(scenario.language)
    loss = texts.number.percent(loss_share, decimals=2)
    lines = [screening_warning(scenario, short=True), texts.count("alternatives_head", len(plans), loss=loss)]
    for number, (plan, time_min) in enumerate(zip(plans, minutes, strict=True), start=1):
        value = texts.number.whole(plan.objective) if time_min is None else texts.number.decimal(time_min, 2)
        gap = texts.number.gap(plan.gap)
        proven = texts("stage_proven", status=texts(f"status_{plan.status}"), gap=gap)
        row = texts("plan_row", n=str(number), value=_with_unit(value, scenario, texts))
        lines.append(" ; ".join([row, proven, *_otherwise(table, f"plan_{number}", texts)]))
    for key, found in (("sure_sites", table["in_all_plans"] == 1), ("open_sites_of_plan", table["in_all_plans"] == 0)):
        if found.any():
            lines.append(texts(key, names=", ".join(table["name"][found]), loss=loss))
    for one in table[table["stand_in"] != ""].to_dict("records"):
        figure = texts.number.whole(one["lost"])
        is_time = minutes[0] is not None
        lost = texts("seconds_lost", n=figure) if is_time else _with_unit(figure, scenario, texts)
        lines.append(texts("stand_in", name=one["name"], other=one["stand_in_name"], lost=lost))
    return "\n".join(textwrap.fill(line, WIDTH, subsequent_indent="    ") for line in lines if line)


def _with_unit(value: str, scenario: Scenario, texts: Texts) -> str:
    cutoff = texts.number.short(scenario.travel.cutoff_min)
    return texts(f"unit_{goal_names(scenario)[0]}", n=value, cutoff=cutoff)


def _otherwise(table: pd.DataFrame, plan: str, texts: Texts) -> list[str]:
    """What a plan does otherwise than the best, in words."""
    first, this = table["plan_1"], table[plan]
    found = {
        "plan_without": (first != "") & (this == ""),
        "plan_with": (first == "") & (this != ""),
        "plan_otherwise": (first != "") & (this != "") & (first != this),
    }
    return [texts(key, names=", ".join(table["name"][rows])) for key, rows in found.items() if rows.any()]
