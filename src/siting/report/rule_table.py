"""The rules of a scenario as the page and the terminal tell them, from the recount in the summary."""

from __future__ import annotations

from collections import Counter
from typing import Any

from siting.report.findings import Findings
from siting.report.page_table import PageTable
from siting.report.sentences import cutoff, texts_of
from siting.report.texts import Texts

RULES_SHOWN = 40


def rule_table(findings: Findings) -> PageTable:
    """What was asked, found and left, rule by rule; of a rule with many places those that bind first."""
    texts = texts_of(findings)
    rows = [
        (
            texts(f"rule_{one['rule']}"),
            _place(one, texts),
            texts(f"rule_{one['bound']}", value=_figure(one, one["asked"], texts)),
            _found(findings, one, texts),
            _figure(one, one["left"], texts),
            texts.number.none if one["is_binding"] is None else texts("rule_yes" if one["is_binding"] else "rule_no"),
        )
        for one in _shown(findings)
    ]
    names = ("rule", "rule_place", "rule_asked", "rule_found", "rule_left", "rule_binds")
    return PageTable("rules", texts("table_rules"), tuple(map(texts, names)), rows, 6)


def rules_more(findings: Findings) -> str:
    """How many lines the table leaves out; empty where it shows all."""
    more = len(findings.summary["rules"]) - RULES_SHOWN
    return texts_of(findings).count("rules_more", more) if more > 0 else ""


def rules_in_short(findings: Findings) -> str:
    """How many rules are kept, and which bind; empty without rules."""
    texts, rules = texts_of(findings), findings.summary["rules"]
    if not rules:
        return ""
    n, names = texts.number.whole(len(findings.scenario.rules)), binding_rules(rules, texts)
    return texts("summary_rules_binding", n=n, names=names) if names else texts("summary_rules_kept", n=n)


def binding_rules(rules: list[dict[str, Any]], texts: Texts) -> str:
    """The rules that bind somewhere, each once, in their order; a rule for one place with that place."""
    places = Counter(one["path"] for one in rules)
    return ", ".join(dict.fromkeys(_named(one, places, texts) for one in rules if one["is_binding"]))


def _named(one: dict[str, Any], places: Counter[str], texts: Texts) -> str:
    name = texts(f"rule_{one['rule']}")
    return f"{name} ({one['place']})" if one["place"] and places[one["path"]] == 1 else name


def _shown(findings: Findings) -> list[dict[str, Any]]:
    rules: list[dict[str, Any]] = findings.summary["rules"]
    first = sorted(range(len(rules)), key=lambda row: (not rules[row]["is_binding"], row))[:RULES_SHOWN]
    return [rules[row] for row in sorted(first)]


def _place(one: dict[str, Any], texts: Texts) -> str:
    if not one["place"]:
        return texts("rule_everywhere")
    return f"{one['place']} ({one['code']})" if one["code"] and one["code"] != one["place"] else str(one["place"])


def _found(findings: Findings, one: dict[str, Any], texts: Texts) -> str:
    """What the plan has; of trips between houses, that all are longer than trips are computed."""
    if one["rule"] == "apart_min" and one["found"] is None and findings.summary["sites"]["opened"] > 1:
        return texts("rule_beyond_cutoff", cutoff=cutoff(findings))
    return _figure(one, one["found"], texts)


def _figure(one: dict[str, Any], value: float | None, texts: Texts) -> str:
    if value is None:
        return texts.number.none
    match one["rule"]:
        case "budget":
            return texts("euros", n=texts.number.whole(value))
        case "houses":
            return texts.count("houses_counted", value)
        case "apart":
            return f"{texts.number.decimal(value, 1)} km"
        case "apart_min":
            return f"{texts.number.decimal(value, 1)} min"
        case _:
            return texts.number.percent(value, decimals=2)
