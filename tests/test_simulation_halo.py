"""The edge of a study area: the people and doctors around it count, and nothing is told of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from simulation_worlds import NOTHING, START, no_plan, start, toy
from siting.outlook import Changes, look_ahead
from siting.scenario import SimulationSettings, StudyArea, load
from siting.simulation import INDICATORS, areas_of
from siting.simulation.indicators import of_state
from siting.territory import assemble

SCENARIO = Path(__file__).parent.parent / "scenarios" / "corse.yaml"


def at_the_start(departements):
    """{commune: consultations within reach} of Corsica or half of it, doctors staying as they are."""
    settings = SimulationSettings(start="2026-Q4", quarters=1, draws=1, departures="off", areas=("commune",))
    scenario = load(SCENARIO).model_copy(
        update={"study_area": StudyArea(departements=departements), "simulation": settings}
    )
    nothing = np.empty(0, np.int32)
    outlook = look_ahead(scenario, settings, assemble(scenario), Changes(nothing, nothing), threads=2)
    draws = outlook.forecast.draws
    level = next(row for row, areas in enumerate(draws.areas) if areas.level == "commune")
    found = draws.figures[level][0, 0, :, INDICATORS.index("consultations_per_person")]
    return dict(zip(draws.areas[level].code.tolist(), found.tolist(), strict=True))


def test_half_an_island_has_what_it_has_in_the_whole_one():
    whole, half = at_the_start(("2A", "2B")), at_the_start(("2A",))
    assert set(half) == {code for code in whole if code.startswith("2A")}
    differences = [abs(half[code] - whole[code]) for code in half if not np.isnan(whole[code])]
    # Only the ages of the halo differ: they are the mean ones.
    assert np.mean(differences) < 0.01 and max(differences) < 0.2


def test_nothing_is_told_of_the_halo():
    world = replace(toy(), in_study_area=np.array([True, True, False]))
    total, departements = areas_of(world, "total"), areas_of(world, "departement")
    assert departements.code.tolist() == ["2A"]
    assert areas_of(world, "departement", around=True).code.tolist() == ["2A", "2B"]
    found = of_state(world, start(), no_plan(), NOTHING, (total, departements), since=START)
    for table in found:
        figures = dict(zip(INDICATORS, table[0].tolist(), strict=True))
        assert figures["doctors"] == 12 and figures["persons_without_day"] == 0
        assert figures["consultations_per_person"] == pytest.approx(
            (4000 * (10_000 / 4300 + 0.3 * 2000 / 2250) + 1000 * (0.3 * 10_000 / 4300 + 2000 / 2250)) / 5000, rel=1e-5
        )
        assert figures["apl_worst_tenth"] > 0
