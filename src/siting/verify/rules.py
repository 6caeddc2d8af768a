"""The rules of a scenario, recounted on the plan by plain arithmetic, against what the summary says of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from siting.scenario.rules import BackupRule, BudgetRule, CoveredShareRule, HousesRule, Rule
from siting.verify.check import Check, shown
from siting.verify.recount import Recount
from siting.verify.run_files import RunFiles
from siting.verify.scipy_times import standing_cells

_TOLERANCE = 1e-6
_LEVELS = {"departements": "departement", "epcis": "epci", "communes": "code"}

Found = tuple[str, str, float, float]
"""Code of the place, ``"at_least"`` or ``"at_most"``, what is asked and what is found there."""


def check_rules(run: RunFiles, recount: Recount) -> Iterator[Check]:
    """Whether the plan keeps each rule everywhere, and whether the summary counted the same."""
    said = run.summary.get("rules", [])
    for row, rule in enumerate(run.scenario.rules):
        found = list(_recounted(rule, recount))
        broken = [
            _told(code, bound, asked, value)
            for code, bound, asked, value in found
            if (asked - value if bound == "at_least" else value - asked) > _TOLERANCE * max(abs(asked), 1.0)
        ]
        name = f"rules[{row}], {rule.rule}"
        yield Check(name, not broken, " ; ".join(broken[:3]) if broken else _kept(found))
        told = [one for one in said if one.get("path") == f"rules[{row}]"]
        agrees = len(told) == len(found) and all(map(_agrees, told, found))
        yield Check(f"summary.json, {name}", agrees, f"{len(found)} lieu(x)" if agrees else "autres chiffres")


def _recounted(rule: Rule, recount: Recount) -> Iterator[Found]:
    territory, opened = recount.territory, recount.opened
    sites = territory.sites
    if isinstance(rule, BudgetRule):
        yield "", "at_most", rule.at_most_eur, recount.spent_eur
    elif isinstance(rule, CoveredShareRule):
        is_covered = recount.after_s <= recount.scenario.goal.standard_s
        persons = territory.demand.persons
        for code, is_in in _areas(rule, recount):
            total = float(persons[is_in[territory.demand.commune]].sum())
            if total > 0:
                covered = float(persons[is_in[territory.demand.commune] & is_covered].sum())
                yield code, "at_least", rule.at_least_share, covered / total
    elif isinstance(rule, BackupRule):
        persons = territory.demand.persons
        yield "", "at_least", rule.at_least_share, float(persons[recount.n_covering >= 2].sum() / persons.sum())
    elif isinstance(rule, HousesRule):
        for code, is_in in _areas(rule, recount):
            houses = sum(bool(sites.commune[j] >= 0 and is_in[sites.commune[j]]) for j in opened.tolist())
            if rule.at_least:
                yield code, "at_least", rule.at_least, houses
            if rule.at_most is not None:
                yield code, "at_most", rule.at_most, houses
    elif rule.at_least_min is not None:
        yield "", "at_least", rule.at_least_min, _least_trip_s(recount) / 60
    elif rule.at_least_km is not None:
        x_m, y_m = sites.x_m[opened], sites.y_m[opened]
        distance_km = np.hypot(x_m[:, None] - x_m, y_m[:, None] - y_m) / 1000
        distance_km[np.diag_indices(len(opened))] = np.inf
        yield "", "at_least", rule.at_least_km, float(distance_km.min(initial=np.inf))


def _least_trip_s(recount: Recount) -> float:
    """Seconds of the shortest trip between two opened houses within the cutoff; inf where there is none.

    A trip begins in the middle of the cell of the one; on a raster, where a cell on a barrier stands.
    """
    territory, opened = recount.territory, recount.opened
    grid, sites = territory.grid, territory.sites
    cell = grid.cell_at(sites.x_m[opened], sites.y_m[opened])
    if recount.scenario.travel.surface != "roads":
        x_m, y_m = grid.centre_of(cell)
        cell = standing_cells(replace(territory, sites=replace(sites, x_m=x_m, y_m=y_m)), recount.graph.has_access)
    cells, place = np.unique(cell, return_inverse=True)
    least_s = np.inf
    for house, (near, seconds) in enumerate(recount.graph.within_s(opened, cells, recount.scenario.travel.cutoff_s)):
        from_each_s = np.full(len(cells), np.inf)
        from_each_s[near] = seconds
        least_s = min(least_s, float(np.delete(from_each_s[place], house).min(initial=np.inf)))
    return least_s


def _areas(rule: CoveredShareRule | HousesRule, recount: Recount) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    """Code of each place where a rule holds, and its communes."""
    communes = recount.territory.communes
    if rule.each in ("departement", "epci"):
        of_commune = getattr(communes, rule.each)
        for code in sorted(set(of_commune[communes.in_study_area].tolist()) - {""}):
            yield code, communes.in_study_area & (of_commune == code)
    elif isinstance(rule, CoveredShareRule):
        yield "", communes.in_study_area
    elif rule.red_zones and communes.is_red_zone is not None:
        yield "", communes.in_study_area & communes.is_red_zone
    else:
        key = next(key for key in _LEVELS if getattr(rule, key) is not None)
        codes = getattr(rule, key)
        is_in = communes.in_study_area & np.isin(getattr(communes, _LEVELS[key]), codes)
        yield codes[0] if len(codes) == 1 else "", is_in


def _agrees(told: dict[str, Any], found: Found) -> bool:
    code, bound, asked, value = found
    said = told.get("found")
    if (told.get("code"), told.get("bound"), told.get("asked")) != (code, bound, asked):
        return False
    if said is None or not np.isfinite(value):
        return said is None and told.get("left") is None and not np.isfinite(value)
    left = value - asked if bound == "at_least" else asked - value
    return all(
        abs(one - other) <= _TOLERANCE * max(abs(value), abs(asked), 1.0)
        for one, other in ((said, value), (told["left"], left))
    )


def _kept(found: list[Found]) -> str:
    if len(found) != 1:
        return f"tenue dans {len(found)} lieux"
    return _told(*found[0])


def _told(code: str, bound: str, asked: float, value: float) -> str:
    words = f"{shown(value)}, {'au moins' if bound == 'at_least' else 'au plus'} {shown(asked)}"
    return f"{code} : {words}" if code else words
