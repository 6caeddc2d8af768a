"""The tables of the page, every cell as text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from siting.access import percentile_min
from siting.report.areas import age_table
from siting.report.assumptions import settings
from siting.report.charts import cumulative_share
from siting.report.findings import Findings
from siting.report.sentences import bound, farthest_min, minutes, standard, texts_of
from siting.report.tables import commune_table

HOUSES_SHOWN = 100
COMMUNES_SHOWN = 15


@dataclass(frozen=True)
class PageTable:
    """A table as the page shows it: every cell is text; columns from ``first_number`` on are figures.

    ``name`` is its id in the page and the name of its CSV.
    """

    name: str
    caption: str
    head: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    first_number: int


def before_after_table(findings: Findings) -> PageTable:
    """Who is covered and how far people are, today and with the plan; the worst served beside the mean."""
    texts, summary = texts_of(findings), findings.summary
    whole, total = texts.number.whole, summary["persons_total"]
    covered = [summary["covered_before"], summary["covered_after"]]
    moments = (findings.before, findings.after)
    persons = findings.territory.demand.persons
    mean = [summary["mean_minutes_before"], summary["mean_minutes_after"]]
    p90 = [percentile_min(near.time_s, persons, share=0.90) for near in moments]
    p99 = [percentile_min(near.time_s, persons, share=0.99) for near in moments]
    worst = [farthest_min(findings, near) for near in moments]
    existing, opened = summary["sites"]["existing"], summary["sites"]["opened"]
    figures = [
        ("share_covered", [texts.number.percent(c["share"]) for c in covered]),
        ("covered", [whole(c["persons"]) for c in covered]),
        ("not_covered", [whole(total - c["persons"]) for c in covered]),
        *(
            (key, [minutes(findings, value) for value in values])
            for key, values in (
                ("mean_minutes", mean),
                ("p90_minutes", p90),
                ("p99_minutes", p99),
                ("max_minutes", worst),
            )
        ),
        ("no_way", [whole(persons[near.site < 0].sum()) for near in moments]),
        ("open_sites", [whole(existing), whole(existing + opened)]),
    ]
    return PageTable(
        name="figures",
        caption=texts("table_figures"),
        head=(texts("figure"), texts("before"), texts("after")),
        rows=[(texts(key, standard=standard(findings)), *values) for key, values in figures],
        first_number=1,
    )


def share_table(findings: Findings) -> PageTable:
    """The curve of the page in figures: share of residents within sixths of twice the standard."""
    texts, persons = texts_of(findings), findings.territory.demand.persons
    bounds_min = np.linspace(0, 2 * findings.scenario.goal.standard_s / 60, 7)[1:]
    shares = [cumulative_share(near.time_s, persons, bounds_min) for near in (findings.before, findings.after)]
    rows = [
        (texts.number.short(minute), *(texts.number.percent(share[row]) for share in shares))
        for row, minute in enumerate(bounds_min)
    ]
    return PageTable(
        "shares", texts("table_shares"), (texts("minutes_within"), texts("before"), texts("after")), rows, 1
    )


def age_rows(findings: Findings) -> PageTable:
    """Who is beyond the standard, by age group."""
    texts, table = texts_of(findings), age_table(findings)
    whole = texts.number.whole
    rows = [
        (
            texts(f"age_{row['age_group']}"),
            whole(row["persons"]),
            whole(row["persons"] - row["persons_covered_before"]),
            whole(row["persons"] - row["persons_covered_after"]),
        )
        for row in table.to_dict("records")
    ]
    names = ("age_group", "persons", "beyond_before", "beyond_after")
    head = tuple(texts(name, standard=standard(findings)) for name in names)
    return PageTable("ages", texts("table_ages", standard=standard(findings)), head, rows, 1)


def reason_table(findings: Findings) -> PageTable:
    """People whom no candidate covers, by reason."""
    texts = texts_of(findings)
    by_reason = findings.summary["persons_uncoverable"]["by_reason"]
    rows = [(texts(f"reason_{reason}"), texts.number.whole(persons)) for reason, persons in by_reason.items()]
    return PageTable("uncoverable", texts("table_uncoverable"), (texts("reason"), texts("persons")), rows, 1)


def house_table(findings: Findings) -> PageTable:
    """The opened houses, each time the one that adds most people to those before it."""
    texts, figures, summary = texts_of(findings), findings.site_figures, findings.summary
    covered = summary["covered_before"]["persons"] + np.cumsum(figures.persons_added)
    rows = [
        (
            str(rank),
            _house(findings, site),
            texts(f"kind_{findings.territory.sites.kind[site]}"),
            f"+{texts.number.whole(added)}",
            texts.number.percent(then / summary["persons_total"], decimals=2),
            texts.number.whole(figures.persons_within_standard[site]),
            texts.number.whole(figures.persons_only_it_covers[site]),
        )
        for rank, (site, added, then) in enumerate(
            zip(figures.opened[:HOUSES_SHOWN], figures.persons_added, covered, strict=False), start=1
        )
    ]
    names = ("rank", "house", "kind", "persons_added", "share_then", "persons_within", "persons_only_it")
    head = tuple(texts(name, standard=standard(findings)) for name in names)
    return PageTable("houses", texts("table_houses", standard=standard(findings)), head, rows, 3)


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


def worst_communes(findings: Findings) -> PageTable:
    """The communes with the longest mean time once the plan is carried out."""
    table = commune_table(findings)
    table = table.assign(beyond=table["persons"] - table["persons_covered_after"])
    table = table[table["minutes_mean_after"].notna()]
    first = table.sort_values("minutes_mean_after", ascending=False, kind="stable").head(COMMUNES_SHOWN)
    columns = {"persons": "persons", "persons_beyond": "beyond"}
    return _commune_rows(findings, first, columns, "table_communes_worst", with_farthest=True)


def _commune_rows(
    findings: Findings, table: pd.DataFrame, persons: dict[str, str], caption: str, *, with_farthest: bool = False
) -> PageTable:
    """Communes with columns of persons (text key -> column), then their mean minutes before and after."""
    texts = texts_of(findings)
    times = {"minutes_before": "minutes_mean_before", "minutes_after": "minutes_mean_after"}
    if with_farthest:
        times["minutes_worst_after"] = "minutes_max_after"
    rows = [
        (
            f"{row['name']} ({row['code']})",
            *(texts.number.whole(row[column]) for column in persons.values()),
            *(minutes(findings, row[column]) for column in times.values()),
        )
        for row in table.to_dict("records")
    ]
    head = (texts("commune"), *map(texts, persons), *map(texts, times))
    return PageTable(caption.removeprefix("table_"), texts(caption), head, rows, 1)


def certificate_table(findings: Findings) -> PageTable:
    """Status, objective, bound and gap."""
    texts, summary = texts_of(findings), findings.summary
    unit = partial(texts, f"unit_{summary['model']}")
    rows = [
        (texts("model"), texts(f"model_{summary['model']}")),
        (texts("status"), texts(f"status_{summary['status']}")),
        (texts("objective"), unit(n=texts.number.whole(summary["objective"]))),
        (texts("bound"), unit(n=bound(findings))),
        (texts("gap"), texts.number.percent(summary["gap"], decimals=2)),
        (texts("solver"), findings.plan.certificate.solver),
    ]
    return PageTable("proof", texts("table_proof"), (texts("setting"), texts("value")), rows, 2)


def settings_table(findings: Findings) -> PageTable:
    texts = texts_of(findings)
    return PageTable("settings", texts("table_assumed"), (texts("setting"), texts("value")), settings(findings), 2)


def houses_more(findings: Findings) -> str:
    """How many houses the table leaves out; empty where it shows all."""
    more = len(findings.plan.opened) - HOUSES_SHOWN
    return texts_of(findings).count("houses_more", more) if more > 0 else ""
