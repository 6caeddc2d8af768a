"""Time and memory of a national simulation: 34,746 communes, 12 quarters, 100 draws.

python -m benchmarks.simulation.national [draws] [threads]
"""

from __future__ import annotations

import sys
import time

import numpy as np

from siting.access import persons_in_mode
from siting.report.manifest import peak_memory_mb
from siting.scenario import FrictionTravel, LscpGoal, PracticeSites, Scenario, StudyArea, TownHallCandidates
from siting.scenario.mode_settings import WalkingSettings
from siting.simulation import (
    ASSISTANTS,
    INDICATORS,
    JUNIORS,
    NEVER,
    SOLIDARITY,
    Demography,
    Outposts,
    Reach,
    Rows,
    Rules,
    Schedule,
    Transport,
    World,
    areas_of,
    build_world,
    plan_rows,
    quarter_number,
    quarters_table,
    run_draws,
)
from siting.simulation.rules import NATIONAL_CONSULTATIONS
from siting.territory import assemble
from siting.travel import build_mode_surface, build_surface, travel_times

CUTOFF_S = 1200
STANDARD_S = 1200
START = quarter_number("2026-Q4")
N_QUARTERS = 12


class Clock:
    """Tells the seconds of each stage, of wall clock and of processors, and the peak memory so far."""

    def __init__(self) -> None:
        self.wall, self.cpu = time.perf_counter(), time.process_time()

    def tell(self, stage: str) -> None:
        spent = f"{time.perf_counter() - self.wall:.1f} s ({time.process_time() - self.cpu:.1f} s of processors)"
        print(f"{stage}: {spent}, peak {peak_memory_mb():,.0f} MB", flush=True)
        self.wall, self.cpu = time.perf_counter(), time.process_time()


def national_scenario() -> Scenario:
    """Every practice of the country, houses in the town halls of its large towns."""
    return Scenario(
        scenario="national",
        title="National",
        study_area=StudyArea(country="metropolitan_france"),
        candidates=TownHallCandidates(rule="town_halls", min_persons=400_000),
        existing=PracticeSites(rule="gp_practices", min_gp_practices=3, treatment="label"),
        travel=FrictionTravel(surface="friction", cutoff_min=CUTOFF_S / 60),
        goal=LscpGoal(model="lscp", standard_min=STANDARD_S / 60),
    )


def national_world(clock: Clock, *, threads: int) -> tuple[World, Rows, Schedule]:
    """The country, its practices, and houses that open one after the other over 12 quarters."""
    scenario = national_scenario()
    territory = assemble(scenario)
    opened = np.arange(len(territory.sites), dtype=np.int32)
    placed, rows = plan_rows(territory, opened)
    clock.tell(f"territory, {len(rows.id):,} rows")
    times = travel_times(build_surface(placed, scenario.travel), cutoff_s=CUTOFF_S, threads=threads)
    clock.tell(f"travel times, {times.n_pairs:,} pairs")
    walking = WalkingSettings()
    surface_on_foot = build_mode_surface(placed, scenario.travel, walking)
    on_foot = travel_times(surface_on_foot, cutoff_s=STANDARD_S, threads=threads)
    clock.tell(f"times on foot, {on_foot.n_pairs:,} pairs")
    n_doctors = float(rows.staff.doctors.sum())
    world = build_world(
        placed.communes,
        placed.demand,
        times,
        rows,
        reach=Reach(STANDARD_S, on_foot, persons_in_mode(placed.demand, walking.share_by_age)),
        mean_consultations=NATIONAL_CONSULTATIONS / n_doctors,
        national_doctors=n_doctors,
    )
    clock.tell(f"world, {world.catchments.weighted_demand.nnz:,} pairs of rows and communes")
    opens = np.full(len(rows.id), NEVER, np.int64)
    opens[-len(opened) :] = START + 1 + np.arange(len(opened)) % N_QUARTERS
    return world, rows, Schedule(opens, placed.sites.kind)


def main() -> None:
    """Print seconds and megabytes by stage."""
    n_draws, threads = (int(value) for value in (*sys.argv[1:], *("100", "2")[len(sys.argv) - 1 :]))
    clock = Clock()
    world, rows, schedule = national_world(clock, threads=threads)
    rules = Rules(
        mean_consultations=NATIONAL_CONSULTATIONS / float(rows.staff.doctors.sum()),
        demography=Demography(),
        solidarity=SOLIDARITY["announced"],
        juniors=JUNIORS["announced"],
        assistants=ASSISTANTS["announced"],
        outposts=Outposts(tele_sites=500, medicobus_rounds=100, part_time_houses=500),
        transport=Transport(shuttles=1_000, on_demand=1_000),
    )
    draws = run_draws(
        world,
        rows.staff,
        schedule,
        rules,
        start=START,
        n_quarters=N_QUARTERS,
        n_draws=n_draws,
        seed=1,
        areas=(areas_of(world, "departement"), areas_of(world, "epci")),
        threads=threads,
    )
    clock.tell(f"{n_draws} draws of {N_QUARTERS} quarters on {threads} threads")
    table = quarters_table(draws)
    clock.tell(f"bands, {len(table):,} rows")
    mean = draws.figures[0][:, :, :, 0].sum(axis=2).mean(axis=0)
    print("doctors by quarter:", np.round(mean).astype(int).tolist())
    start_of = draws.figures[0][0, 0].sum(axis=0)
    print({name: round(float(start_of[INDICATORS.index(name)])) for name in ("persons_without_gp", "ill_without_gp")})


if __name__ == "__main__":
    main()
