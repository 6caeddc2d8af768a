"""Plain counting of what each site does for people."""

from __future__ import annotations

from siting.report.figures import EXISTING, NOT_OPENED, OPENED


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


def naive_opening_order(
    table: list[list[int | None]], decision: list[int], persons: list[int], *, standard: int
) -> tuple[list[int], list[float]]:
    """The opened sites and what each adds to those before it: every site tried at every rank."""

    def covered(sites: list[int]) -> set[int]:
        return {c for c in range(len(persons)) for s in sites if table[s][c] is not None and table[s][c] <= standard}

    def total(sites: list[int]) -> float:
        return float(sum(persons[c] for c in covered(sites)))

    is_open = [s for s in range(len(table)) if decision[s] == EXISTING]
    left = [s for s in range(len(table)) if decision[s] == OPENED]
    order, added = [], []
    while left:
        best = max(left, key=lambda site: (total([*is_open, site]), -site))
        added.append(total([*is_open, best]) - total(is_open))
        order.append(best)
        is_open.append(best)
        left.remove(best)
    return order, added
