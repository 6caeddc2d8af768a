"""The phased plan: when each house opens, so that phases are nested and lead times and milestones hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from siting.simulation.rules import Houses
from siting.simulation.values import NEVER


@dataclass(frozen=True)
class Milestone:
    """How many houses are to be open by the end of a quarter."""

    quarter: int
    houses: int


def opening_quarters(
    kind: NDArray[np.str_],
    gain: NDArray[np.float64],
    milestones: Sequence[Milestone],
    *,
    decided: int,
    houses: Houses,
    own_lead: NDArray[np.float64] | None = None,
) -> NDArray[np.int64]:
    """Quarter in which each house of a plan opens.

    What opens soonest comes first (labels before creations, unless a planner says otherwise), then what gains most;
    each phase takes the next houses up to its milestone, and what opened stays open: phases are nested. A house
    opens in the quarter of its milestone, or later: when its lead time is over and the budget can aid it. What
    exceeds the last milestone opens never.

    Parameters
    ----------
    kind : str array, shape (n,)
        The keys of ``houses.lead_quarters``.
    gain : float64 array, shape (n,)
        What a house is worth; ties go to the lowest row.
    milestones : sequence of Milestone
        Quarters ascending, houses never falling.
    decided : int
        Quarter from which lead times count.
    own_lead : float64 array, shape (n,), optional
        Lead time of each house in quarters, instead of that of its kind; NaN where it has none of its own.

    Returns
    -------
    int64 array, shape (n,)
        `NEVER` for what is left out.

    Raises
    ------
    ValueError
        The milestones are not in order.
    """
    quarters = [milestone.quarter for milestone in milestones]
    targets = [milestone.houses for milestone in milestones]
    if sorted(set(quarters)) != quarters or sorted(targets) != targets:
        raise ValueError(f"milestones ascend, their houses never fall: {list(milestones)}")
    lead = np.array([houses.lead_quarters[name] for name in kind.tolist()], np.int64)
    if own_lead is not None:
        lead = np.where(np.isfinite(own_lead), np.ceil(np.nan_to_num(own_lead)), lead).astype(np.int64)
    order = np.lexsort((-gain, lead))
    opens = np.full(len(kind), NEVER, np.int64)
    first = 0
    for quarter, target in zip(quarters, targets, strict=True):
        taken = order[first:target]
        opens[taken] = np.maximum(quarter, decided + lead[taken])
        first = max(first, target)
    return _within_budget(opens, order, houses)


def planned_quarters(
    phase: NDArray[np.int32], gain: NDArray[np.float64], until: Sequence[int], *, houses: Houses
) -> NDArray[np.int64]:
    """Quarter in which each house of a plan with phases opens: the last of its phase, or later if the aid must wait.

    Parameters
    ----------
    phase : int32 array, shape (n,)
        Place in ``until``.
    gain : float64 array, shape (n,)
        Within a phase what gains most is aided first; ties go to the lowest row.
    until : sequence of int
        The last quarter of each phase.
    """
    return _within_budget(np.array(until, np.int64)[phase], np.lexsort((-gain, phase)), houses)


def _within_budget(opens: NDArray[np.int64], order: NDArray[np.int64], houses: Houses) -> NDArray[np.int64]:
    """The same, each house waiting until fewer than ``houses.most_aided`` others are aided."""
    most = houses.most_aided
    if most is None:
        return opens
    queue = order[np.argsort(opens[order], kind="stable")]
    queue = queue[opens[queue] < NEVER]
    after = opens.copy()
    for place in range(most, len(queue)):
        free = after[queue[place - most]] + houses.aid_quarters
        after[queue[place]] = max(after[queue[place]], free)
    return after


def houses_late(opens: NDArray[np.int64], milestones: Sequence[Milestone]) -> list[int]:
    """Houses that each milestone lacks when its quarter ends; 0 where it holds."""
    return [max(one.houses - int((opens <= one.quarter).sum()), 0) for one in milestones]
