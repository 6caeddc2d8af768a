"""Plain counting of what each site does for people."""

from __future__ import annotations

from siting.report.figures import EXISTING, NOT_OPENED


def naive_site_persons(
    table: list[list[int | None]], decision: list[int], persons: list[int], *, standard: int
) -> tuple[list[float], list[float], list[float]]:
    """(within the standard, newly covered, covered by no other open site) of each site, from a full table of times."""
    n_sites = len(table)

    def covers(site: int, cell: int) -> bool:
        time = table[site][cell]
        return time is not None and time <= standard

    def total(site: int, others: list[int]) -> float:
        cells = [c for c in range(len(persons)) if covers(site, c) and not any(covers(o, c) for o in others)]
        return float(sum(persons[c] for c in cells))

    today = [s for s in range(n_sites) if decision[s] == EXISTING]
    is_open = [s for s in range(n_sites) if decision[s] != NOT_OPENED]
    within = [total(s, []) for s in range(n_sites)]
    new = [total(s, today) for s in range(n_sites)]
    alone = [total(s, [o for o in is_open if o != s]) for s in range(n_sites)]
    return within, new, alone
