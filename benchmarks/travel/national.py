"""All of a country the size of France at once: 35,000 sites, 30 minutes, nothing dense and nothing kept whole.

The country is made up (no national road raster is at hand): 1,000 × 1,000 km of villages, roads and rivers, one
cell in six inhabited.
"""

from __future__ import annotations

import resource
import time

import numpy as np

from benchmarks.travel.worlds import raster_world
from siting.grid import Grid
from siting.territory.values import Communes, Demand, Sites, Territory
from siting.travel import FrictionSurface, each_site

SIDE_KM = 1000.0
INHABITED_SHARE = 1 / 6
CUTOFF_S = 1800


def run_national(*, cell_size_m: float, n_sources: int) -> int:
    """Search from every site, count pairs and people; print what it took."""
    begin = time.perf_counter()
    surface = _country(cell_size_m, n_sources)
    built, built_cpu = time.perf_counter(), time.process_time()
    persons = surface.territory.demand.persons
    n_pairs, most_persons, n_sites_of_cell = 0, 0.0, np.zeros(len(persons), np.uint16)
    for _, cell, _time_s in each_site(surface, cutoff_s=CUTOFF_S):
        n_pairs += len(cell)
        most_persons = max(most_persons, float(persons[cell].sum()))
        n_sites_of_cell[cell] += 1
    searched, cpu_s = time.perf_counter(), time.process_time() - built_cpu
    peak_gb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"a made-up country of {SIDE_KM:g} km, {surface.territory.grid.n_cells:,} cells of {cell_size_m:g} m")
    print(f"built in {built - begin:.1f} s; {n_sources:,} sites × 30 min searched in {searched - built:.1f} s")
    print(f"processor time of the searches {cpu_s:.1f} s, all threads together")
    print(f"{n_pairs:,} pairs of site and inhabited cell; {(n_sites_of_cell > 0).mean():.1%} of these within reach")
    print(f"peak memory {peak_gb:.2f} GB; {(searched - built) / n_sources * 1e3:.2f} ms a site")
    return 0


def _country(cell_size_m: float, n_sources: int) -> FrictionSurface:
    world = raster_world("country", side_km=SIDE_KM, cell_size_m=cell_size_m)
    n = len(world.friction_s_per_m)
    grid = Grid("EPSG:3035", 0.0, SIDE_KM * 1000, cell_size_m, n, n)
    rng = np.random.default_rng(1)
    demand_cell = np.flatnonzero(rng.random(n * n, dtype=np.float32) < INHABITED_SHARE)
    x_m, y_m = grid.centre_of(world.villages[:n_sources])
    n_sites, n_demand, text = len(x_m), len(demand_cell), np.array([""])
    whole, real = np.zeros(1, np.int64), np.zeros(1)
    return FrictionSurface.build(
        Territory(
            grid=grid,
            communes=Communes(text, text, text, text, text, whole, real, real, whole, whole, np.ones(1, np.bool_)),
            demand=Demand(
                cell=demand_cell,
                persons=rng.integers(1, 60, n_demand).astype(np.float64),
                persons_by_age=np.zeros((n_demand, 3), np.float32),
                commune=np.zeros(n_demand, np.int32),
                land_mass=np.zeros(n_demand, np.int32),
            ),
            sites=Sites(
                id=np.arange(n_sites).astype(np.str_),
                name=np.full(n_sites, ""),
                kind=np.full(n_sites, "create"),
                commune=np.zeros(n_sites, np.int32),
                x_m=x_m,
                y_m=y_m,
                is_existing=np.zeros(n_sites, np.bool_),
                in_study_area=np.ones(n_sites, np.bool_),
            ),
            persons=np.zeros((1, 1), np.float32),
            is_land=np.zeros((1, 1), np.bool_),
            commune_of_cell=np.zeros((1, 1), np.int32),
            in_study_area=np.zeros((1, 1), np.bool_),
            roads=None,
            sources=(),
            notes=(),
        ),
        world.friction_s_per_m,
    )
