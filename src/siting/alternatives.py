"""Alternatives: other plans nearly as good, the sites that are in all of them, and what could stand in for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from siting.allocation import Composed, Plan, in_all_plans, other_plans, stand_ins
from siting.errors import DataError
from siting.ground import ground_of
from siting.posing import Posed, at_sites, pose, told_with_lines
from siting.progress import Progress, Watcher, unwatched
from siting.scenario import Scenario
from siting.territory import Territory


@dataclass(frozen=True, eq=False)
class Alternatives:
    """The plans that a scenario leaves to choose from.

    Attributes
    ----------
    territory : Territory
    plans : sequence of Plan
        Best first, each with some other house than every one before it.
    minutes : sequence of float or None
        Their objectives in minutes, where they are times.
    in_all : float64 array, shape (n_sites,)
        1 where every plan within the loss has what the best plan does there, 0 where some has not, NaN where that is
        not known or the best plan does nothing.
    stand_in : int32 array, shape (n_sites,)
        The site that would best take the place of a house of the best plan; -1 where none does, or doing without is
        as good.
    lost : float64 array, shape (n_sites,)
        How much worse the first goal then is; inf where no single site can take its place, NaN where that was not
        looked at.
    """

    territory: Territory
    plans: Sequence[Plan]
    minutes: Sequence[float | None]
    in_all: NDArray[np.float64]
    stand_in: NDArray[np.int32]
    lost: NDArray[np.float64]


def alternatives_of(
    scenario: Scenario, *, count: int, loss_share: float, watcher: Watcher = unwatched, threads: int | None = None
) -> Alternatives:
    """The best plans of a scenario within a loss.

    The time limit of the scenario holds for each plan, and ten seconds for each house asked after. What could stand in
    for a house is looked at where sites have no choice but to open.

    Parameters
    ----------
    scenario : Scenario
    count : int
        Most plans, the best one among them.
    loss_share : float
        Of the best plan's first goal.
    watcher : Watcher, optional
        Told of the stages ``territory, surface, travel_times, plan, alternatives``.
    threads : int, optional

    Raises
    ------
    DataError
        The goal is p_center or capacitated_p_median, of which no program is made.
    InfeasibleError, OutOfTimeError
        See `siting.posing.refusals.told_with_lines`.
    """
    if scenario.goal.model in ("p_center", "capacitated_p_median"):
        words = {
            "fr": ("les autres plans de ce but ne se cherchent pas", "p_median, ou lscp avec une norme"),
            "en": ("other plans of this goal are not looked for", "p_median, or lscp with a standard"),
        }[scenario.language]
        raise DataError(scenario.fault("goal.model", *words))
    ground = ground_of(scenario, watcher=watcher, threads=threads)
    territory, times = ground.territory, ground.times
    posed = pose(scenario, territory, times, ground.asked, composed=True)
    problem, limit_s = posed.problem, scenario.solver.time_limit_s
    assert isinstance(problem, Composed)
    with watcher("plan") as progress, told_with_lines(scenario, territory, times, posed):
        found = other_plans(problem, count=count, loss_share=loss_share, time_limit_s=limit_s, progress=progress)
    with watcher("alternatives") as progress:
        in_all, stand_in, lost = _of_each_site(posed, problem, found[0], len(territory.sites), loss_share, progress)
    plans = [at_sites(plan, posed.options, territory.sites.is_existing) for plan in found]
    return Alternatives(territory, plans, [posed.minutes(plan.objective) for plan in plans], in_all, stand_in, lost)


def _of_each_site(
    posed: Posed, problem: Composed, best: Plan, n_sites: int, loss_share: float, progress: Progress
) -> tuple[NDArray[np.float64], NDArray[np.int32], NDArray[np.float64]]:
    """``in_all``, ``stand_in`` and ``lost`` of `Alternatives`."""
    in_all, stand_in, lost = np.full(n_sites, np.nan), np.full(n_sites, -1, np.int32), np.full(n_sites, np.nan)
    changed, site = best.opened, best.opened
    if posed.options is not None:
        changed = posed.options.changes(best)
        site = posed.options.site[changed]
    in_all[site] = in_all_plans(problem, replace(best, opened=changed), loss_share=loss_share, progress=progress)
    if posed.options is None:
        swaps = stand_ins(problem, best)
        stand_in[site], lost[site] = swaps.best_swap, swaps.lost
    return in_all, stand_in, lost
