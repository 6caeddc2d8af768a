"""What a goal, its rules, its costs and its weights cannot be together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from siting.scenario.contradiction import Contradiction
from siting.scenario.rules import (
    YEARLY_AID_EUR,
    ZONE_KEYS,
    ApartRule,
    BackupRule,
    BudgetRule,
    CoveredShareRule,
    HousesRule,
    ModeWeight,
    Zoned,
)

_WEIGHTED_MODELS = ("mclp", "p_median", "capacitated_p_median", "lexicographic")
_FRUGAL = ("fewest_houses", "least_cost")


def rule_contradictions(valid: Mapping[str, Any]) -> Iterator[Contradiction]:
    """Every contradiction that a rule, a weight or the want of one is part of."""
    model = valid.get("goal.model")
    rules = [(path, one) for path, one in valid.items() if path.startswith("rules[")]
    weights = [(path, one) for path, one in valid.items() if path.startswith("weights[")]
    for path, one in [*rules, *weights]:
        if isinstance(one, Zoned):
            yield from _one_zone(path, one)
            if one.red_zones and "zones.file" not in valid:
                yield Contradiction("red_zones_without_list", f"{path}.red_zones")
    for path, rule in rules:
        if isinstance(rule, HousesRule):
            yield from _floor_and_cap(path, rule, valid)
        if isinstance(rule, ApartRule):
            yield from _one_measure(path, rule, valid)
    if weights and model is not None and model not in _WEIGHTED_MODELS:
        yield Contradiction("weights_of_other_model", "weights", "goal.model", {"value": model})
    for path, weight in weights:
        if isinstance(weight, ModeWeight) and not any(key.startswith(f"{weight.mode}.") for key in valid):
            yield Contradiction("mode_without_section", f"{path}.mode", values={"value": weight.mode})
    yield from _same_rule_twice(rules)
    yield from _no_limit(valid, rules)
    yield from _budget_of_forced(valid, rules)


def _one_zone(path: str, zone: Zoned) -> Iterator[Contradiction]:
    given = [key for key in ZONE_KEYS if getattr(zone, key, None) not in (None, False)]
    if not given:
        yield Contradiction("no_zone", path)
    for extra in given[1:]:
        yield Contradiction("two_zones", f"{path}.{extra}", f"{path}.{given[0]}")
    for key in given:
        codes = getattr(zone, key)
        for row, code in enumerate(codes if isinstance(codes, tuple) else ()):
            if code in codes[:row]:
                first = f"{path}.{key}[{codes.index(code)}]"
                yield Contradiction("repeated", f"{path}.{key}[{row}]", first, {"value": code})


def _floor_and_cap(path: str, rule: HousesRule, valid: Mapping[str, Any]) -> Iterator[Contradiction]:
    if rule.at_least == 0 and rule.at_most is None:
        yield Contradiction("no_floor_nor_cap", path)
    if rule.at_most is not None and rule.at_least > rule.at_most:
        values = {"value": rule.at_least, "at_most": rule.at_most}
        yield Contradiction("floor_above_cap", f"{path}.at_least", f"{path}.at_most", values)
    areas = valid.get("study_area.departements") or ()
    houses = rule.at_least * (len(set(areas)) if rule.each == "departement" and areas else 1)
    for limit_path in ("goal.new_houses", "goal.max_new_houses"):
        limit = valid.get(limit_path)
        if limit is not None and houses > limit:
            values = {"value": houses, "limit": limit}
            yield Contradiction("floor_above_limit", f"{path}.at_least", limit_path, values)


def _one_measure(path: str, rule: ApartRule, valid: Mapping[str, Any]) -> Iterator[Contradiction]:
    if rule.at_least_km is None and rule.at_least_min is None:
        yield Contradiction("no_distance", path)
    if rule.at_least_km is not None and rule.at_least_min is not None:
        yield Contradiction("two_distances", f"{path}.at_least_min", f"{path}.at_least_km")
    cutoff_min = valid.get("travel.cutoff_min")
    if rule.at_least_min is not None and cutoff_min is not None and rule.at_least_min > cutoff_min:
        values = {"value": rule.at_least_min, "cutoff_min": cutoff_min}
        yield Contradiction("apart_beyond_cutoff", f"{path}.at_least_min", "travel.cutoff_min", values)


def _same_rule_twice(rules: list[tuple[str, Any]]) -> Iterator[Contradiction]:
    """Two of a kind say less than the stricter alone: one of them is a slip."""
    first: dict[object, str] = {}
    for path, rule in rules:
        if isinstance(rule, HousesRule):
            continue
        kind = (rule.rule, getattr(rule, "each", ""), getattr(rule, "measure", ""))
        if kind in first:
            yield Contradiction("rule_twice", path, first[kind], {"value": rule.rule})
        first.setdefault(kind, path)


def _no_limit(valid: Mapping[str, Any], rules: list[tuple[str, Any]]) -> Iterator[Contradiction]:
    """A goal that more houses always serve needs a limit; one that none serve best, something to reach."""
    goals = valid.get("goal.goals") or ()
    if "goal" in valid:  # a slip in the goal may be the number of houses misspelt
        return
    is_open = valid.get("goal.model") == "mclp" or (goals and not set(goals) & set(_FRUGAL))
    is_limited = valid.get("goal.new_houses", 0) is not None or any(isinstance(rule, BudgetRule) for _, rule in rules)
    is_limited = is_limited or bool(valid.get("phases.at_most_houses") or valid.get("phases.at_most_eur"))
    if is_open and not is_limited:
        yield Contradiction("no_limit", "goal.model")
    if goals and goals[0] in _FRUGAL and not any(_asks_for_houses(rule) for _, rule in rules):
        yield Contradiction("nothing_to_reach", "goal.goals", values={"value": goals[0]})


def _asks_for_houses(rule: Any) -> bool:
    return isinstance(rule, (CoveredShareRule, BackupRule)) or (isinstance(rule, HousesRule) and rule.at_least > 0)


def _budget_of_forced(valid: Mapping[str, Any], rules: list[tuple[str, Any]]) -> Iterator[Contradiction]:
    """A candidates file may give other costs: those are looked at when it is read."""
    forced = set(valid.get("goal.forced_open") or ())
    costs = [valid.get(f"costs.{kind}_eur", YEARLY_AID_EUR) for kind in ("create", "label")]
    if valid.get("candidates.rule") == "file":
        return
    least_eur = sum(costs[site.startswith("practice:")] for site in forced)
    for path, rule in rules:
        if isinstance(rule, BudgetRule) and least_eur > rule.at_most_eur:
            values = {"value": rule.at_most_eur, "cost_eur": least_eur, "n_forced": len(forced)}
            yield Contradiction("budget_below_forced", f"{path}.at_most_eur", "goal.forced_open", values)
