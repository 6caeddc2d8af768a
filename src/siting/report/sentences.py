"""The sentences that the page, the map and the terminal share: the same words for the same finding."""

from __future__ import annotations

import math

import numpy as np

from siting.report.findings import Findings, Measured
from siting.report.texts import Texts
from siting.scenario import LexicographicGoal, Scenario
from siting.travel.travel_times import NearestTimes


def texts_of(findings: Measured) -> Texts:
    """The texts in the scenario's language."""
    return Texts(findings.scenario.language)


def standard(findings: Measured) -> str:
    """The service standard in minutes, as text."""
    return texts_of(findings).number.short(findings.scenario.goal.standard_s / 60)


FAR_FROM_OFFICIAL = 0.1
"""From this share of the municipal population on, a difference is told as a warning: vintages differ by less."""


_ANSWERS = {"most_served": "answer_served", "least_time": "answer_p_median"}
"""Of goals in order, by the first: what is said of the others is whom the plan covers."""


def answer(findings: Findings) -> str:
    """The answer in a sentence, without its full stop."""
    texts, summary, goal = texts_of(findings), findings.summary, findings.scenario.goal
    opened, model = summary["sites"]["opened"], summary["model"]
    is_label = findings.scenario.existing.rule != "none" and findings.scenario.existing.treatment == "label"
    blanks = {
        "share": texts.number.percent(summary["covered_after"]["share"]),
        "standard": standard(findings),
        "place": texts("place_network" if is_label else "place_care"),
        "before": minutes(findings, summary["mean_minutes_before"]),
        "after": minutes(findings, summary["mean_minutes_after"]),
        "worst": minutes(findings, summary["objective_minutes"]),
        "mean": objective(findings),
        "cutoff": cutoff(findings),
    }
    is_whole = getattr(goal, "covered_share", None) is None
    if model == "lscp" and is_whole and opened == 0 and summary["persons_uncoverable"]["total"] > 0:
        return texts("answer_lscp_stuck", **blanks)
    if "capacity" in summary:
        blanks["asked"] = texts.number.whole(summary["capacity"]["asked"])
        blanks["given"] = texts.number.whole(summary["capacity"]["after"]["given"])
    key = _ANSWERS.get(goal.goals[0], "answer_mclp") if isinstance(goal, LexicographicGoal) else f"answer_{model}"
    sentence = texts.count(key, opened, **blanks)
    is_idle = summary["search"] == "mclp" and summary["status"] == "optimal" and not findings.scenario.rules
    most = goal.most_houses if is_idle else None
    wanted = getattr(goal, "new_houses", None)
    if wanted is not None and wanted > opened == summary["sites"]["candidates"]:
        return texts("answer_all", answer=sentence, asked=texts.number.whole(wanted), n=texts.number.whole(opened))
    if most is not None and most > opened:
        return texts("answer_idle", answer=sentence, asked=texts.number.whole(most))
    return sentence


def existing_sites(findings: Findings) -> str:
    """How many sites exist, those around the study area apart."""
    texts, sites = texts_of(findings), findings.summary["sites"]
    outside = sites["existing_outside"]
    inside = texts.number.whole(sites["existing"] - outside)
    return texts("summary_around", inside=inside, outside=texts.number.whole(outside)) if outside else inside


def proof(findings: Findings) -> str:
    """What the certificate proves, in plain words; "proven" only of a plan that is."""
    texts, summary = texts_of(findings), findings.summary
    sentence = texts(
        f"proof_{question(findings)}_{summary['status']}",
        bound=bound(findings),
        objective=objective(findings),
        gap=texts.number.gap(summary["gap"]),
        stopped=texts("stopped_interrupt" if summary["interrupted"] else "stopped_search"),
        cutoff=cutoff(findings),
    )
    return f"{sentence} {texts('proof_weighted')}" if findings.scenario.weights else sentence


def question(findings: Findings) -> str:
    """Which texts tell of the goal: its model, ``…_rules`` where rules limit it beside a number of houses."""
    summary = findings.summary
    has_rules = bool(findings.scenario.rules) or findings.plan.decisions is not None
    is_ruled = summary["model"] in ("mclp", "p_median", "p_center") and has_rules
    return f"{summary['model']}_rules" if is_ruled else str(summary["model"])


def asked(findings: Findings) -> str:
    """The question in words."""
    texts, share = texts_of(findings), getattr(findings.scenario.goal, "covered_share", None)
    if share is not None:
        return texts("model_lscp_share", share=texts.number.percent(share, decimals=2))
    return texts(f"model_{question(findings)}")


def objective(findings: Findings) -> str:
    """What the plan reaches: a whole number of houses or residents, or minutes."""
    texts, summary = texts_of(findings), findings.summary
    if summary["objective_minutes"] is not None:
        return texts.number.decimal(summary["objective_minutes"], 2)
    return texts.number.whole(summary["objective"])


def bound(findings: Findings) -> str:
    """The proven bound as `objective` is told, never better than it is: what is counted in wholes has no half."""
    texts, summary = texts_of(findings), findings.summary
    is_least = findings.plan.certificate.sense == "min"
    if summary["gap"] <= 1e-6:
        return objective(findings)
    if summary["bound_minutes"] is not None:
        hundredths = summary["bound_minutes"] * 100
        return texts.number.decimal((math.floor(hundredths) if is_least else math.ceil(hundredths)) / 100, 2)
    is_in_wholes = not findings.scenario.weights and float(summary["objective"]).is_integer()
    value, is_rounded_up = summary["bound"], is_least == is_in_wholes
    return texts.number.whole(math.ceil(value - 1e-6) if is_rounded_up else math.floor(value + 1e-6))


def with_unit(findings: Findings, value: str) -> str:
    """An `objective` or `bound` with what it counts."""
    if findings.summary["stages"]:
        return stage_with_unit(findings, findings.summary["stages"][0]["goal"], value)
    weighted = "_weighted" if findings.scenario.weights else ""
    return texts_of(findings)(f"unit_{findings.summary['model']}{weighted}", n=value, cutoff=cutoff(findings))


def stage_with_unit(findings: Findings, goal: str, value: str) -> str:
    """The value of one of several goals with what it counts."""
    counts_people = goal.startswith("most_covered") or goal == "least_time"
    weighted = "_weighted" if findings.scenario.weights and counts_people else ""
    return texts_of(findings)(f"unit_{goal}{weighted}", n=value, cutoff=cutoff(findings))


def cutoff(findings: Findings) -> str:
    """How far travel is computed, in minutes, as text."""
    return texts_of(findings).number.short(findings.scenario.travel.cutoff_s / 60)


def screening_warning(scenario: Scenario, *, short: bool = False) -> str:
    """That times come from the screening model, and how far off it is where that is known; empty on other surfaces."""
    if scenario.travel.surface != "friction":
        return ""
    where = "_overseas" if scenario.study_area.overseas_crs else ""
    return Texts(scenario.language)(f"screening{where}{'_short' if short else ''}")


def warnings_of(measured: Measured) -> list[str]:
    """What must be read before any figure: how sure the times are, and whether people are missing."""
    texts, scenario, report = texts_of(measured), measured.scenario, measured.territory.population_report
    warnings = [screening_warning(scenario)]
    if report is not None:
        served, official = float(report.persons_served.sum()), float(report.municipal_persons.sum())
        if official and abs(served / official - 1) > FAR_FROM_OFFICIAL:
            whole = texts.number.whole
            warnings.append(texts("warning_population", served=whole(served), official=whole(official)))
    if scenario.population.rule == "municipal":
        warnings.append(texts("warning_municipal"))
    return [text for text in warnings if text]


def uncoverable(findings: Findings) -> str:
    """How many people no candidate covers."""
    return texts_of(findings).count("uncoverable", findings.summary["persons_uncoverable"]["total"])


def first_half(findings: Findings) -> str:
    """How far the first half of the houses goes already; empty for a plan of three houses or fewer."""
    texts, summary, added = texts_of(findings), findings.summary, findings.site_figures.persons_added
    if len(added) <= 3:
        return ""
    half = len(added) // 2
    share = (summary["covered_after"]["persons"] - float(added[half:].sum())) / summary["persons_total"]
    return texts(
        "first_half",
        n=texts.number.whole(half),
        share=texts.number.percent(share, decimals=2),
        rest=texts.number.whole(len(added) - half),
        persons=texts.number.whole(added[half:].sum()),
    )


def minutes(findings: Measured, value: float | None) -> str:
    """Minutes with one decimal; a dash where nobody reaches a site."""
    number = texts_of(findings).number
    return number.none if value is None else number.minutes(value)


def farthest_min(findings: Measured, nearest: NearestTimes) -> float | None:
    """Minutes of the farthest resident who reaches a site at all; None where nobody does."""
    reached = np.isfinite(nearest.time_s) & (findings.territory.demand.persons > 0)
    return float(nearest.time_s[reached].max()) / 60 if reached.any() else None
