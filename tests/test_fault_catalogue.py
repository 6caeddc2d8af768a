"""Faults that no single module owns: totals far off, empty inputs, great numbers, islands, edges, overseas."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from commands import siting
from siting.access import REASONS, mean_min, uncoverable_reason
from siting.allocation import cover_sets, mclp, solve
from siting.errors import DataError, ScenarioError
from siting.grid import Grid
from siting.pipeline import run
from siting.report.diagnosis import diagnose
from siting.report.sentences import warnings_of
from siting.scenario import load
from siting.territory import assemble
from siting.territory.population.raster import read_people_raster
from siting.territory.study_area import refuse_beyond_memory
from siting.travel import build_surface, nearest, travel_times
from siting.travel.friction import FrictionSurface
from test_population import population, raster_file
from test_territory_assemble import FRICTION, scenario
from travel_worlds import raster_world


def test_fault_22_a_total_far_from_the_official_one_is_told_with_both(tmp_path):
    pd.DataFrame({"lon": [9.15], "lat": [42.3], "persons": [90_000]}).to_csv(tmp_path / "t.csv", index=False)
    world = population(tmp_path, "{rule: table, file: t.csv}")
    official = f"{world.population_report.municipal_persons.sum():,.0f}".replace(",", "\u202f")
    (said,) = warnings_of(diagnose(load(tmp_path / "essai.yaml")))
    assert "90\u202f000" in said and official in said


@pytest.mark.parametrize("value", [-9999.0, np.inf, -0.5])
def test_fault_22_a_raster_of_impossible_people_is_refused_with_its_place(tmp_path, value):
    values = np.ones((10, 10), "float32")
    values[2, 3] = value
    raster_file(tmp_path / "p.tif", values, corner=(4_250_000, 2_135_000), side=1000.0)
    grid = assemble(scenario(tmp_path)).grid
    with pytest.raises(DataError, match=r"1 mailles.*\(4\.2535e\+06, 2\.1325e\+06\).*nodata"):
        read_people_raster(tmp_path / "p.tif", grid, nodata=None, resample=False)


def test_fault_23_nobody_is_a_valid_answer(tmp_path):
    raster_file(tmp_path / "p.tif", np.full((10, 10), -1, "float32"), corner=(4_250_000, 2_135_000), side=1000.0,
                nodata=-1)  # fmt: skip
    world = population(tmp_path, "{rule: raster, file: p.tif}")
    assert len(world.demand) == 0 and world.population_report.persons_in.sum() == 0
    (tmp_path / "t.csv").write_text("x_m,y_m,persons\n")
    assert len(population(tmp_path, "{rule: table, file: t.csv}").demand) == 0


def test_fault_23_a_grid_beyond_memory_is_told_before_it_runs_out(tmp_path):
    asked = scenario(tmp_path, grid="{cell_size_m: 100}")
    grid = Grid("EPSG:3035", 0.0, 2_000_000.0, 100.0, 20_000, 20_000)
    with pytest.raises(DataError, match=r"essai\.yaml:4:.*400 millions de mailles demandent environ 60 Go.*en a 8"):
        refuse_beyond_memory(asked, grid, memory_bytes=8_000_000_000)
    refuse_beyond_memory(asked, grid, memory_bytes=64_000_000_000)


def test_fault_25_times_do_not_wrap_at_the_edge_of_their_type():
    """Ticks of 1/4096 s in 32 bits hold 291 hours: beyond, a place is not reached, rather than near."""
    friction = np.full((1, 40), 3.6 / 0.5)  # 0.5 km/h
    surface = FrictionSurface.build(raster_world(friction, site_cell=[0], cell_size_m=10_000.0), friction)
    expected_s = np.arange(40) * 10_000 * 7.2
    seconds = nearest(surface, [0]).time_s
    reached = np.isfinite(seconds)
    np.testing.assert_array_equal(seconds[reached], expected_s[reached])
    assert reached[:14].all() and not reached[15:].any() and seconds[13] > 15_000 * 60
    assert mean_min(seconds, np.full(40, 1e9)) == pytest.approx(expected_s[reached].mean() / 60)


def test_fault_25_people_beyond_31_bits_add_up():
    friction = np.full((1, 6), 0.1)
    world = raster_world(friction, site_cell=[0, 5])
    persons = np.full(6, 3e9)
    times = travel_times(FrictionSurface.build(world, friction), cutoff_s=60)
    cover = cover_sets(times, standard_s=25, persons=persons)
    plan = solve(mclp(cover, new_houses=2))
    assert plan.objective == 18e9 and plan.status == "optimal"


def test_fault_30_islands_without_a_road_have_a_reason_and_no_infinite_mean(tmp_path):
    codes = ["29083", "29155", "22016", "85113"]
    world = assemble(
        scenario(
            tmp_path,
            area=f'{{communes: ["29019", {", ".join(f"{chr(34)}{code}{chr(34)}" for code in codes)}]}}',
            candidates="{rule: town_halls, min_persons: 100000}",
            existing="{rule: none}",
            **FRICTION,
        )
    )
    surface = build_surface(world, load(tmp_path / "essai.yaml").travel)
    near = nearest(surface, np.arange(len(world.sites)))
    nobody = np.zeros(len(world.demand), dtype=bool)
    reason = uncoverable_reason(
        surface.unreached_reason(np.arange(len(world.sites))), covered_by_any=nobody, covered_by_allowed=nobody
    )
    of_island = np.isin(world.communes.code[world.demand.commune], codes)
    assert world.sites.id.tolist() == ["29019"] and of_island.any()
    assert {REASONS[code] for code in reason[of_island]} == {"island"}
    assert np.isinf(near.time_s[of_island]).all() and np.isfinite(mean_min(near.time_s, world.demand.persons))


def test_fault_32_who_is_served_from_outside_is_counted(tmp_path):
    found = run(
        scenario(
            tmp_path,
            area='{departements: ["2A"]}',
            candidates="{rule: town_halls, min_persons: 8000}",
            existing="{rule: gp_practices, min_gp_practices: 10}",
            goal="{model: mclp, new_houses: 1}",
        )
    ).findings
    sites, persons = found.territory.sites, found.territory.demand.persons
    from_outside = ~sites.in_study_area[found.before.site] & np.isfinite(found.before.time_s)
    told = found.summary["persons_served_from_outside"]
    assert 0 < told["before"] <= persons[from_outside].sum() + 1e-6
    assert told["before"] == pytest.approx(persons[from_outside].sum(), rel=0.01)  # Ties go inside.


def test_fault_37_overseas_says_that_no_grid_is_there(tmp_path):
    with pytest.raises(ScenarioError, match=r"aucune grille de population n'est fournie pour 974, outre-mer"):
        scenario(tmp_path, area='{departements: ["974"]}', **FRICTION)


def test_the_faults_of_all_files_are_told_at_once_and_nothing_is_written(tmp_path):
    (tmp_path / "p.csv").write_text("x_m,y_m,persons\n1200000,6100000,-5\n")
    (tmp_path / "c.csv").write_text("id,name,lon,lat\na,Loin,2.35,48.85\n")
    (tmp_path / "e.csv").write_text("id,name\nb,Nulle part\n")
    (tmp_path / "d.csv").write_text("commune,profession\n2A999,gp\n")
    (tmp_path / "z.csv").write_text("code,reason\n2B096,\n")
    scenario(tmp_path, candidates="{rule: file, file: c.csv}", existing="{rule: file, file: e.csv, treatment: keep}")
    file = tmp_path / "essai.yaml"
    more = "population: {rule: table, file: p.csv}\nsupply: {file: d.csv}\nzones: {file: z.csv}\n"
    file.write_text(file.read_text() + more)
    done = siting("run", "essai.yaml", "--out", "out", cwd=tmp_path)
    told = [line for line in done.stderr.splitlines() if ".csv:" in line]
    assert done.returncode == 2 and not (tmp_path / "out").exists()
    assert [line.split(".csv")[0][-1] for line in told] == ["c", "d", "e", "p", "z"], done.stderr
