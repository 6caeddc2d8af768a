"""APL of Corsica from the embedded supply, beside the published one, by commune: rank correlation and bias.

    python -m benchmarks.simulation.apl_corsica apl_gp_by_commune.csv

The file has the columns ``commune, apl_gp_consultations_per_inhabitant, population`` (DREES, not part of the package).
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd

from siting.access import APL_STEPS, catchments_by_area, standardised_demand
from siting.scenario import LscpGoal, PracticeSites, RoadTravel, Scenario, StudyArea, TownHallCandidates
from siting.territory import assemble
from siting.territory.embedded import read_communes
from siting.travel import build_surface, travel_times

CONSULTATIONS_PER_YEAR = 230e6
"""GP consultations a year in France: the same share of them goes to each registered practice."""


def computed_apl() -> pd.DataFrame:
    """``commune, apl, persons`` of the communes of Corsica that hold an inhabited cell."""
    scenario = Scenario(
        scenario="apl-corse",
        title="APL",
        study_area=StudyArea(departements=("2A", "2B")),
        candidates=TownHallCandidates(rule="town_halls", min_persons=50_000),
        existing=PracticeSites(rule="gp_practices", min_gp_practices=1),
        travel=RoadTravel(surface="roads", network="corsica", cutoff_min=20),
        goal=LscpGoal(model="lscp", standard_min=20),
    )
    territory = assemble(scenario)
    communes, demand = territory.communes, territory.demand
    surface = build_surface(territory, scenario.travel)
    catchments = catchments_by_area(
        travel_times(surface, cutoff_s=scenario.travel.cutoff_s),
        demand=standardised_demand(demand.persons_by_age),
        area=demand.commune,
        n_areas=len(communes),
        decay=APL_STEPS,
    )
    per_practice = CONSULTATIONS_PER_YEAR / read_communes().gp_practices.sum()
    supply = communes.gp_practices[territory.sites.commune] * per_practice
    found = catchments.access(supply)
    print(f"supply {supply.sum():,.0f} consultations a year, {found.out_of_reach:,.0f} out of everybody's reach")
    return pd.DataFrame({"commune": communes.code, "apl": found.per_person, "persons": catchments.demand})


def compare(computed: pd.DataFrame, published: pd.DataFrame) -> dict[str, float]:
    """Ranks, means and differences over the communes that both have."""
    both = computed[computed.persons > 0].merge(published, on="commune")
    theirs, ours = both.apl_gp_consultations_per_inhabitant, both.apl
    weight = both.population
    return {
        "communes": len(both),
        "spearman": float(ours.rank().corr(theirs.rank())),
        "spearman, communes of 1,000 people or more": float(
            ours[weight >= 1000].rank().corr(theirs[weight >= 1000].rank())
        ),
        "mean published (by population)": float(np.average(theirs, weights=weight)),
        "mean computed (by population)": float(np.average(ours, weights=weight)),
        "mean absolute difference (by population)": float(np.average((ours - theirs).abs(), weights=weight)),
        "communes with nothing within 20 min, published": int((theirs == 0).sum()),
        "communes with nothing within 20 min, computed": int((ours == 0).sum()),
    }


def main() -> None:
    """Print the comparison."""
    published = pd.read_csv(Path(sys.argv[1]), dtype={"commune": str})
    for name, value in compare(computed_apl(), published).items():
        print(f"{name}: {value:.3f}" if isinstance(value, float) else f"{name}: {value}")


if __name__ == "__main__":
    main()
