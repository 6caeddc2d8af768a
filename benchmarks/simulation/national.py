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
    Rules,
    Schedule,
    Transport,
    areas_of,
    build_world,
    plan_rows,
    quarter_number,
    quarters_table,
    run_draws,
)
from siting.territory import assemble
from siting.travel import build_mode_surface, build_surface, travel_times

CUTOFF_S = 1200
STANDARD_S = 1200


def main() -> None:
    """Print seconds and megabytes by stage."""
    n_draws, threads = (int(value) for value in (*sys.argv[1:], *("100", "2")[len(sys.argv) - 1 :]))
    clock, cpu = time.perf_counter(), time.process_time()

    def told(stage: str) -> None:
        nonlocal clock, cpu
        spent = f"{time.perf_counter() - clock:.1f} s ({time.process_time() - cpu:.1f} s of processors)"
        print(f"{stage}: {spent}, peak {peak_memory_mb():,.0f} MB", flush=True)
        clock, cpu = time.perf_counter(), time.process_time()

    travel = FrictionTravel(surface="friction", cutoff_min=CUTOFF_S / 60)
    scenario = Scenario(
        scenario="national",
        title="National",
        study_area=StudyArea(country="metropolitan_france"),
        candidates=TownHallCandidates(rule="town_halls", min_persons=400_000),
        existing=PracticeSites(rule="gp_practices", min_gp_practices=3, treatment="label"),
        travel=travel,
        goal=LscpGoal(model="lscp", standard_min=20),
    )
    territory = assemble(scenario)
    opened = np.arange(len(territory.sites), dtype=np.int32)
    placed, rows = plan_rows(territory, opened)
    told(f"territory, {len(rows.id):,} rows")
    times = travel_times(build_surface(placed, travel), cutoff_s=CUTOFF_S, threads=threads)
    told(f"travel times, {times.n_pairs:,} pairs")
    walking = WalkingSettings()
    on_foot = travel_times(build_mode_surface(placed, travel, walking), cutoff_s=STANDARD_S, threads=threads)
    told(f"times on foot, {on_foot.n_pairs:,} pairs")
    n_doctors = float(rows.staff.doctors.sum())
    world = build_world(
        placed.communes,
        placed.demand,
        times,
        rows,
        reach=Reach(STANDARD_S, on_foot, persons_in_mode(placed.demand, walking.share_by_age)),
        mean_consultations=230e6 / n_doctors,
        national_doctors=n_doctors,
    )
    told(f"world, {world.catchments.weighted_demand.nnz:,} pairs of rows and communes")
    rules = Rules(
        mean_consultations=230e6 / n_doctors,
        demography=Demography(),
        solidarity=SOLIDARITY["announced"],
        juniors=JUNIORS["announced"],
        assistants=ASSISTANTS["announced"],
        outposts=Outposts(tele_sites=500, medicobus_rounds=100, part_time_houses=500),
        transport=Transport(shuttles=1_000, on_demand=1_000),
    )
    start = quarter_number("2026-Q4")
    opens = np.full(len(rows.id), NEVER, np.int64)
    opens[-len(opened) :] = start + 1 + np.arange(len(opened)) % 12
    draws = run_draws(
        world,
        rows.staff,
        Schedule(opens, placed.sites.kind),
        rules,
        start=start,
        n_quarters=12,
        n_draws=n_draws,
        seed=1,
        areas=(areas_of(world, "departement"), areas_of(world, "epci")),
        threads=threads,
    )
    told(f"{n_draws} draws of 12 quarters on {threads} threads")
    table = quarters_table(draws)
    told(f"bands, {len(table):,} rows")
    mean = draws.figures[0][:, :, :, 0].sum(axis=2).mean(axis=0)
    print("doctors by quarter:", np.round(mean).astype(int).tolist())
    start_of = draws.figures[0][0, 0].sum(axis=0)
    print({name: round(float(start_of[INDICATORS.index(name)])) for name in ("persons_without_gp", "ill_without_gp")})


if __name__ == "__main__":
    main()
