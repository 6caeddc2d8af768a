"""The tables of the page, every cell as text."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from siting.access import mean_min, percentile_min, persons_within
from siting.report.areas import age_table
from siting.report.assumptions import settings
from siting.report.charts import cumulative_share
from siting.report.decisions import kind_of_houses
from siting.report.findings import Findings, Measured
from siting.report.minute_steps import minute_marks
from siting.report.page_table import PageTable
from siting.report.sentences import (
    asked,
    bound,
    farthest_min,
    minutes,
    objective,
    stage_with_unit,
    standard,
    texts_of,
    with_unit,
)
from siting.report.tables import commune_table, done_by, opening_of_sites
from siting.report.texts import Texts

HOUSES_SHOWN = 100
COMMUNES_SHOWN = 15


def before_after_table(measured: Measured) -> PageTable:
    """Who is covered and how far people are, at each moment; the worst served beside the mean."""
    texts, persons = texts_of(measured), measured.territory.demand.persons
    whole, total = texts.number.whole, float(persons.sum())
    moments = list(measured.moments.values())
    covered = [persons_within(near.time_s, persons, standard_s=measured.scenario.goal.standard_s) for near in moments]
    minutes_of = {
        "mean_minutes": [mean_min(near.time_s, persons) for near in moments],
        "p90_minutes": [percentile_min(near.time_s, persons, share=0.90) for near in moments],
        "p99_minutes": [percentile_min(near.time_s, persons, share=0.99) for near in moments],
        "max_minutes": [farthest_min(measured, near) for near in moments],
    }
    figures = [
        ("share_covered", [texts.number.percent(c / total if total else 0.0) for c in covered]),
        ("covered", [whole(c) for c in covered]),
        ("not_covered", [whole(total - c) for c in covered]),
        *((key, [minutes(measured, value) for value in values]) for key, values in minutes_of.items()),
        ("no_way", [whole(persons[near.site < 0].sum()) for near in moments]),
        ("open_sites", [whole(n) for n in _open_sites(measured)]),
    ]
    return PageTable(
        name="figures",
        caption=texts("table_figures"),
        head=(texts("figure"), *map(texts, measured.moments)),
        rows=[(texts(key, standard=standard(measured)), *values) for key, values in figures],
        first_number=1,
    )


def _open_sites(measured: Measured) -> list[int]:
    """Open sites of the study area; those around it serve its people too, and are told apart."""
    sites = measured.territory.sites
    is_open = [sites.is_existing]
    if isinstance(measured, Findings):
        is_open.append(measured.plan.is_open(sites.is_existing))
    return [int((one & sites.in_study_area).sum()) for one in is_open]


def reason_table(findings: Findings) -> PageTable:
    """People whom no candidate covers, by reason."""
    return reason_rows(findings, findings.summary["persons_uncoverable"]["by_reason"], "table_uncoverable")


def reason_rows(measured: Measured, by_reason: Mapping[str, float], caption: str) -> PageTable:
    """Persons by reason."""
    texts = texts_of(measured)
    rows = [(texts(f"reason_{reason}"), texts.number.whole(persons)) for reason, persons in by_reason.items()]
    return PageTable("uncoverable", texts(caption), (texts("reason"), texts("persons")), rows, 1)


def share_table(measured: Measured) -> PageTable:
    """The curve of the page in figures: share of residents within round minutes up to twice the standard."""
    texts, persons = texts_of(measured), measured.territory.demand.persons
    bounds_min = np.array(minute_marks(measured.scenario.goal.standard_s))
    shares = [cumulative_share(near.time_s, persons, bounds_min) for near in measured.moments.values()]
    rows = [
        (texts.number.short(minute), *(texts.number.percent(share[row]) for share in shares))
        for row, minute in enumerate(bounds_min)
    ]
    return PageTable("shares", texts("table_shares"), (texts("minutes_within"), *map(texts, measured.moments)), rows, 1)


def age_rows(measured: Measured) -> PageTable:
    """Who is beyond the standard, by age group."""
    texts, whole = texts_of(measured), texts_of(measured).number.whole
    rows = [
        (
            texts(f"age_{row['age_group']}"),
            whole(row["persons"]),
            *(whole(row["persons"] - row[f"persons_covered_{when}"]) for when in measured.moments),
        )
        for row in age_table(measured).to_dict("records")
    ]
    names = ("age_group", "persons", *(f"beyond_{when}" for when in measured.moments))
    head = tuple(texts(name, standard=standard(measured)) for name in names)
    return PageTable("ages", texts("table_ages", standard=standard(measured)), head, rows, 1)


def house_table(findings: Findings) -> PageTable:
    """The opened houses, each time the one that adds most people to those before it."""
    texts, figures, summary = texts_of(findings), findings.site_figures, findings.summary
    covered = summary["covered_after"]["persons"] - np.cumsum(figures.persons_added[::-1])[::-1] + figures.persons_added
    opening = opening_of_sites(findings)
    if opening is None and findings.scenario.phases is not None:
        opening = done_by(findings)
    rows = [
        (
            str(rank),
            _house(findings, site),
            texts(f"kind_{kind_of_houses(findings)[site]}"),
            *([_quarter(str(opening[site]), texts)] if opening is not None else []),
            f"+{texts.number.whole(added)}",
            texts.number.percent(then / summary["persons_total"], decimals=2),
            texts.number.whole(figures.persons_within_standard[site]),
            texts.number.whole(figures.persons_only_it_covers[site]),
        )
        for rank, (site, added, then) in enumerate(
            zip(figures.opened[:HOUSES_SHOWN], figures.persons_added, covered, strict=False), start=1
        )
    ]
    when = ("opening_quarter",) if opening is not None else ()
    names = ("rank", "house", "kind", *when, "persons_added", "share_then", "persons_within", "persons_only_it")
    head = tuple(texts(name, standard=standard(findings)) for name in names)
    return PageTable("houses", texts("table_houses", standard=standard(findings)), head, rows, 3 + len(when))


def _quarter(text: str, texts: Texts) -> str:
    """``2027-Q4`` as people write it; a dash for none."""
    year, _, quarter = text.partition("-Q")
    return texts("quarter_of_year", quarter=quarter, year=year) if text else texts.number.none


def _house(findings: Findings, site: int) -> str:
    """Name, commune and code of a house; the commune once where the house has its name."""
    sites, communes = findings.territory.sites, findings.territory.communes
    name, commune = str(sites.name[site]), int(sites.commune[site])
    place = f"{communes.name[commune]} ({communes.code[commune]})"
    return place if name == communes.name[commune] else f"{name}, {place}"


def gaining_communes(findings: Findings) -> PageTable:
    """The communes with most people newly within the standard."""
    table = commune_table(findings)
    gained = table["persons_covered_after"] - table["persons_covered_before"]
    table = table.assign(gained=gained)[gained > 0]
    first = table.sort_values("gained", ascending=False, kind="stable").head(COMMUNES_SHOWN)
    columns = {"persons_gained": "gained", "persons": "persons"}
    return _commune_rows(findings, first, columns, "table_communes_gain")


def worst_communes(measured: Measured) -> PageTable:
    """The communes with the longest mean time at the last moment: once the plan is carried out, if there is one."""
    last = list(measured.moments)[-1]
    table = commune_table(measured)
    table = table.assign(beyond=table["persons"] - table[f"persons_covered_{last}"])
    table = table[table[f"minutes_mean_{last}"].notna()]
    first = table.sort_values(f"minutes_mean_{last}", ascending=False, kind="stable").head(COMMUNES_SHOWN)
    columns = {"persons": "persons", "persons_beyond": "beyond"}
    return _commune_rows(measured, first, columns, f"table_communes_worst_{last}", farthest=f"minutes_max_{last}")


def _commune_rows(
    measured: Measured, table: pd.DataFrame, persons: dict[str, str], caption: str, *, farthest: str = ""
) -> PageTable:
    """Communes with columns of persons (text key -> column), then their mean minutes at each moment."""
    texts = texts_of(measured)
    times = {f"minutes_{when}": f"minutes_mean_{when}" for when in measured.moments}
    if farthest:
        times["minutes_worst"] = farthest
    rows = [
        (
            f"{row['name']} ({row['code']})",
            *(texts.number.whole(row[column]) for column in persons.values()),
            *(minutes(measured, row[column]) for column in times.values()),
        )
        for row in table.to_dict("records")
    ]
    head = (texts("commune"), *map(texts, persons), *map(texts, times))
    return PageTable(caption.removeprefix("table_"), texts(caption), head, rows, 1)


def certificate_table(findings: Findings) -> PageTable:
    """Status, objective, bound and gap."""
    texts, summary, certificate = texts_of(findings), findings.summary, findings.plan.certificate
    rows = [
        (texts("model"), asked(findings)),
        (texts("status"), texts(f"status_{summary['status']}")),
        (texts("objective"), with_unit(findings, objective(findings))),
        (texts("bound"), with_unit(findings, bound(findings))),
        (texts("gap"), texts.number.gap(summary["gap"])),
        *_later_goals(findings),
        (texts("bound_by"), texts(f"bound_by_{certificate.bound_by}")),
        (texts("search"), texts(f"search_{summary['search']}")),
        (texts("solver"), certificate.solver),
    ]
    return PageTable("proof", texts("table_proof"), (texts("setting"), texts("value")), rows, 2)


def _later_goals(findings: Findings) -> list[tuple[str, str]]:
    """What the goals after the first reach, those before kept, and how far that is proven."""
    texts = texts_of(findings)
    rows = []
    for rank, stage in enumerate(findings.summary["stages"][1:], start=2):
        minutes_of = stage["objective_minutes"]
        figure = texts.number.whole(stage["objective"]) if minutes_of is None else texts.number.decimal(minutes_of, 2)
        value = stage_with_unit(findings, stage["goal"], figure)
        gap = texts.number.gap(stage["gap"])
        proven = texts("stage_proven", status=texts(f"status_{stage['status']}"), gap=gap)
        rows.append((texts("stage", n=str(rank), goal=texts(f"goal_{stage['goal']}")), f"{value} ; {proven}"))
    return rows


def settings_table(findings: Measured) -> PageTable:
    texts = texts_of(findings)
    return PageTable("settings", texts("table_assumed"), (texts("setting"), texts("value")), settings(findings), 2)


def houses_more(findings: Findings) -> str:
    """How many houses the table leaves out; empty where it shows all."""
    more = len(findings.plan.opened) - HOUSES_SHOWN
    return texts_of(findings).count("houses_more", more) if more > 0 else ""
