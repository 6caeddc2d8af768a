"""E2SFCA in plain loops, from its two formulas."""

from __future__ import annotations


def naive_e2sfca(pairs, supply, demand, weight_of):
    """Access of each cell and ratio of each site.

    ``pairs`` is {(site, cell): seconds}; ``weight_of`` a function of seconds.
    """
    ratio = []
    for site, offered in enumerate(supply):
        wanted = sum(weight_of(t) * demand[cell] for (s, cell), t in pairs.items() if s == site)
        ratio.append(offered / wanted if wanted > 0 else 0.0)
    access = [
        sum(weight_of(t) * ratio[site] for (site, c), t in pairs.items() if c == cell) for cell in range(len(demand))
    ]
    return access, ratio


def official_weight(time_s):
    """1 / 0.3 / 0.1 at 10 / 15 / 20 minutes, inclusive."""
    if time_s <= 600:
        return 1.0
    if time_s <= 900:
        return 0.3
    return 0.1 if time_s <= 1200 else 0.0
