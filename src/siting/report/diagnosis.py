"""Diagnosis: who reaches what today. No site is chosen and nothing is optimised."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from siting.access import ModeTimes, measure_modes, persons_by_reason, persons_within
from siting.progress import Watcher, unwatched
from siting.report.sentences import standard, texts_of
from siting.scenario import Scenario
from siting.territory import Territory, assemble
from siting.travel import NearestTimes, build_surface, nearest, nearest_everywhere


@dataclass(frozen=True)
class Diagnosis:
    """Times to the places that are open today.

    Attributes
    ----------
    scenario : Scenario
    territory : Territory
    before : NearestTimes, arrays of shape (n_demand,)
    before_everywhere : NearestTimes, arrays of shape ``territory.grid.shape``
    unreached : uint8 array, shape (n_demand,)
        Why no way leads to an open place: codes of `siting.travel.reach`, 0 where one does.
    modes : tuple of ModeTimes
        The same for those who travel otherwise than by car.
    """

    scenario: Scenario
    territory: Territory
    before: NearestTimes
    before_everywhere: NearestTimes
    unreached: NDArray[np.uint8]
    modes: tuple[ModeTimes, ...] = ()

    @property
    def moments(self) -> dict[str, NearestTimes]:
        """Today alone."""
        return {"before": self.before}

    @property
    def moments_everywhere(self) -> dict[str, NearestTimes]:
        """Today alone, for every land cell."""
        return {"before": self.before_everywhere}

    def persons_by_reason(self) -> dict[str, float]:
        """Persons from whom no way leads to an open place, by reason."""
        return persons_by_reason(self.unreached, self.territory.demand.persons)


def diagnose(scenario: Scenario, *, watcher: Watcher = unwatched) -> Diagnosis:
    """Measure who reaches what today; the candidates and the model of the scenario play no part, its standard does.

    Parameters
    ----------
    watcher : Watcher, optional
        Told of the stages ``territory, surface, nearest``.

    Raises
    ------
    InputError
        What the scenario names is wrong.
    """
    with watcher("territory") as progress:
        territory = assemble(scenario, progress=progress)
    with watcher("surface"):
        surface = build_surface(territory, scenario.travel)
    with watcher("nearest"):
        existing = np.flatnonzero(territory.sites.is_existing)
        return Diagnosis(
            scenario=scenario,
            territory=territory,
            before=nearest(surface, existing),
            before_everywhere=nearest_everywhere(surface, existing),
            unreached=surface.unreached_reason(existing),
            modes=measure_modes(territory, scenario.travel, scenario.modes, {"before": existing}),
        )


def diagnosis_answer(diagnosis: Diagnosis) -> str:
    """The diagnosis in a sentence, without its full stop."""
    texts, persons = texts_of(diagnosis), diagnosis.territory.demand.persons
    within = persons_within(diagnosis.before.time_s, persons, standard_s=diagnosis.scenario.goal.standard_s)
    total = float(persons.sum())
    return texts(
        "answer_diagnosis",
        share=texts.number.percent(within / total if total else 0.0),
        standard=standard(diagnosis),
        beyond=texts.number.whole(total - within),
    )
