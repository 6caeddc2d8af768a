"""Why people are out of reach of every site that could serve them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

REASONS = (
    "coverable",
    "no_road_within_reach",
    "island",
    "cut_off",
    "beyond_every_site",
    "only_forbidden_sites",
)
"""Reason of each code that `uncoverable_reason` gives. The first four are also the codes of `siting.travel.reach`."""

BEYOND_EVERY_SITE = np.uint8(REASONS.index("beyond_every_site"))
ONLY_FORBIDDEN_SITES = np.uint8(REASONS.index("only_forbidden_sites"))


def uncoverable_reason(
    unreached: NDArray[np.uint8], *, covered_by_any: NDArray[np.bool_], covered_by_allowed: NDArray[np.bool_]
) -> NDArray[np.uint8]:
    """Code of `REASONS` for each demand cell; 0 where an existing site or an allowed candidate is within the standard.

    Parameters
    ----------
    unreached : uint8 array, shape (n,)
        Codes of `siting.travel.reach` with regard to every site: 0 where some path leads to one, however long.
    covered_by_any, covered_by_allowed : bool arrays, shape (n,)
        Whether a site, or a site that is not forbidden, is within the standard.
    """
    reason = np.where(unreached > 0, unreached, BEYOND_EVERY_SITE)
    reason = np.where(covered_by_any, ONLY_FORBIDDEN_SITES, reason)
    return np.where(covered_by_allowed, np.uint8(0), reason).astype(np.uint8)


def persons_by_reason(reason: NDArray[np.uint8], persons: NDArray[np.float64]) -> dict[str, float]:
    """Persons whom no allowed site covers, by reason; the reasons that occur, in the order of `REASONS`."""
    total = np.bincount(reason, weights=persons, minlength=len(REASONS))
    return {REASONS[code]: float(total[code]) for code in range(1, len(REASONS)) if total[code] > 0}
