"""Ground: what every choice of sites stands on — the territory, what is asked of it, and the travel times."""

from __future__ import annotations

import os
from dataclasses import dataclass

from siting.posing import Asked, ask
from siting.progress import Watcher, unwatched
from siting.scenario import Scenario
from siting.territory import Territory, assemble
from siting.travel import FrictionSurface, RoadSurface, TravelTimes, build_surface, travel_times


@dataclass(frozen=True, eq=False)
class Ground:
    """A territory with its travel times.

    Attributes
    ----------
    territory : Territory
    asked : tuple of Asked
        What its goal and its rules ask for, clause by clause.
    surface : RoadSurface or FrictionSurface
    times : TravelTimes
        Up to the cutoff of the scenario.
    """

    territory: Territory
    asked: tuple[Asked, ...]
    surface: RoadSurface | FrictionSurface
    times: TravelTimes


def ground_of(scenario: Scenario, *, watcher: Watcher = unwatched, threads: int | None = None) -> Ground:
    """Assemble the territory of a scenario and compute its travel times.

    Parameters
    ----------
    scenario : Scenario
    watcher : Watcher, optional
        Told of the stages ``territory, surface, travel_times``.
    threads : int, optional
        All processors by default. The result is the same with any number.

    Raises
    ------
    InputError
        What the scenario names is wrong; a wrong rule is told before any travel time is computed.
    """
    with watcher("territory") as progress:
        territory = assemble(scenario, progress=progress)
        asked = ask(scenario, territory)
    with watcher("surface"):
        surface = build_surface(territory, scenario.travel)
    with watcher("travel_times") as progress:
        cutoff_s, n_threads = scenario.travel.cutoff_s, threads or os.cpu_count() or 1
        times = travel_times(surface, cutoff_s=cutoff_s, progress=progress, threads=n_threads)
    return Ground(territory, asked, surface, times)
