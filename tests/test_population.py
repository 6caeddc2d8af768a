"""A planner's own population: every format, conserved on the run's grid, faults named."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
from benchmarks.departement import squares_of_200_m
from hypothesis import given, settings
from hypothesis import strategies as st
from rasterio.transform import from_origin
from shapely import box

from siting.errors import DataError
from siting.grid import Grid
from siting.pipeline import run
from siting.scenario import load
from siting.territory import assemble, embedded
from siting.territory.population import SourceCells, lay_people
from siting.territory.population.gridded import read_eurostat, read_filosofi
from test_territory_assemble import scenario

AROUND_CORTE = (4_250_000, 2_133_000)
"""South-west corner, in EPSG:3035, of a few inhabited kilometres of Haute-Corse."""
AGES = ("ind_0_3", "ind_4_5", "ind_6_10", "ind_11_17", "ind_18_24", "ind_25_39", "ind_40_54", "ind_55_64", "ind_65_79")


def squares(n: int = 4, *, side_m: int = 200, of: tuple[int, int] = AROUND_CORTE) -> list[tuple[int, int]]:
    """(x, y) of n × n squares."""
    return [(of[0] + side_m * column, of[1] + side_m * row) for row in range(n) for column in range(n)]


def filosofi(vintage: int, *, side_m: int = 200, persons=lambda k: 10.0 + k) -> pd.DataFrame:
    """A made-up file in the columns of a vintage; every third square is imputed."""
    xy = squares(side_m=side_m)
    code = [f"CRS3035RES{side_m}mN{y}E{x}" for x, y in xy]
    names = {
        2015: ("IdINSPIRE", "I_est_cr" if side_m == 200 else "I_est_1km", "Depcom"),
        2017: (f"Idcar_{side_label(side_m)}", f"I_est_{200 if side_m == 200 else '1km'}", "lcog_geo"),
        2019: (f"idcar_{side_label(side_m)}", f"i_est_{200 if side_m == 200 else '1km'}", "lcog_geo"),
        2021: (f"idcar_{side_label(side_m)}", f"i_est_{200 if side_m == 200 else '1km'}", "lcog_geo"),
    }[vintage]
    ind = np.array([persons(k) for k in range(len(xy))], dtype=float)
    ages = dict.fromkeys(AGES, ind * 0.1) | {"ind_80p": ind * 0.1}
    table = pd.DataFrame({names[0]: code, names[1]: [k % 3 == 0 for k in range(len(xy))], names[2]: "2B0962B047"})
    table = table.assign(ind=ind, **ages)
    table[names[1]] = table[names[1]].astype(int)
    return table if vintage >= 2019 else table.rename(columns=lambda name: name.capitalize() if name in ages else name)


def side_label(side_m: int) -> str:
    return "200m" if side_m == 200 else "1km"


def population(tmp_path, settings_text: str, **parts) -> object:
    """The territory of a commune's département with a ``population:`` block."""
    file = tmp_path / "essai.yaml"
    made = scenario(tmp_path, **parts)
    file.write_text(file.read_text() + f"population: {settings_text}\n")
    assert made.population.rule == "census"
    return assemble(load(file))


def faults(call) -> str:
    with pytest.raises(DataError) as caught:
        call()
    return str(caught.value)


@pytest.mark.parametrize("vintage", [2015, 2017, 2019, 2021])
@pytest.mark.parametrize("side_m", [200, 1000])
def test_every_vintage_of_filosofi_reads_the_same(tmp_path, vintage, side_m):
    filosofi(vintage, side_m=side_m).to_csv(tmp_path / "c.csv", index=False)
    people = read_filosofi(tmp_path / "c.csv", low_persons=1, high_persons=25)
    assert (people.crs, people.width, people.x[0], people.y[0]) == ("EPSG:3035", side_m, *AROUND_CORTE)
    assert people.persons.sum() == sum(10 + k for k in range(16))
    np.testing.assert_allclose(people.persons_by_age.sum(axis=1), people.persons)
    np.testing.assert_allclose(people.persons_by_age[0], [(3 + 4 / 7), 4 + 3 / 7, 2])
    assert set(people.commune) == {"2B096"}


def test_csv_geopackage_and_parquet_give_the_same_people(tmp_path):
    table = filosofi(2019)
    table.to_csv(tmp_path / "c.csv", index=False)
    table.to_parquet(tmp_path / "c.parquet")
    geometry = [box(x, y, x + 200, y + 200) for x, y in squares()]
    gpd.GeoDataFrame(table, geometry=geometry, crs="EPSG:3035").to_file(tmp_path / "c.gpkg")
    one, *others = (
        read_filosofi(tmp_path / f"c.{suffix}", low_persons=1, high_persons=25) for suffix in ("csv", "gpkg", "parquet")
    )
    for other in others:
        for name in ("x", "y", "persons", "persons_by_age", "persons_low", "persons_high", "commune"):
            np.testing.assert_array_equal(getattr(one, name), getattr(other, name))


def test_fault_38_imputed_cells_stay_intervals_up_to_the_indicator(tmp_path):
    filosofi(2019).to_csv(tmp_path / "c.csv", index=False)
    world = population(
        tmp_path, "{rule: filosofi, file: c.csv}", area='{communes: ["2B096"]}', grid="{cell_size_m: 200}"
    )
    demand = world.demand
    imputed = np.arange(16) % 3 == 0
    persons = 10.0 + np.arange(16)
    assert demand.persons.sum() == persons.sum()
    assert demand.persons_low.sum() == persons[~imputed].sum() + imputed.sum()
    assert demand.persons_high.sum() == np.where(imputed, np.maximum(persons, 25), persons).sum()
    assert world.population_report.n_hidden == imputed.sum()
    assert any("secret statistique" in note for note in world.notes)


def test_the_census_itself_as_a_file_gives_the_embedded_people(tmp_path):
    cells, communes = embedded.read_cells(), embedded.read_communes()
    own = cells[communes["departement"].isin(["2A", "2B"]).to_numpy()[cells["commune"]] & (cells["persons"] > 0)]
    table = pd.DataFrame(
        {
            "GRD_ID": [f"1kmN{y}E{x}" for x, y in zip(own["x_km"], own["y_km"], strict=True)],
            "T": own["persons"],
            "Y_LT15": own["under_15"],
            "Y_1564": own["from_15_to_64"],
            "Y_GE65": own["over_65"],
        }
    )
    table.to_csv(tmp_path / "e.csv", index=False)
    mine, census = population(tmp_path, "{rule: eurostat, file: e.csv}"), assemble(scenario(tmp_path))
    np.testing.assert_array_equal(mine.demand.cell, census.demand.cell)
    np.testing.assert_allclose(mine.demand.persons, census.demand.persons)
    np.testing.assert_array_equal(mine.demand.commune, census.demand.commune)
    np.testing.assert_array_equal(mine.demand.land_mass, census.demand.land_mass)
    report = mine.population_report
    np.testing.assert_allclose(report.persons_in, report.persons_on_grid)
    assert report.departement.tolist() == ["2A", "2B", ""] and report.persons_served.sum() == 346_944


def test_fault_21_and_22_a_hidden_cell_is_declared_and_anything_else_below_0_is_a_fault(tmp_path):
    pd.DataFrame({"GRD_ID": ["1kmN2133E4250", "1kmN2133E4251"], "T": [-9999, 40]}).to_csv(
        tmp_path / "e.csv", index=False
    )
    said = faults(lambda: read_eurostat(tmp_path / "e.csv", hidden_value=None, low_persons=1, high_persons=9))
    assert "1 mailles de moins de 0, comme -9999 (lignes 2)" in said and "hidden_value" in said
    people = read_eurostat(tmp_path / "e.csv", hidden_value=-9999, low_persons=1, high_persons=9)
    assert people.persons.tolist() == [5, 40] and people.persons_high.tolist() == [9, 40]


def raster_file(path, values, *, crs="EPSG:3035", corner=(4_220_000, 2_120_000), side=100.0, nodata=None, **more):
    transform = more.pop("transform", from_origin(*corner, side, side))
    with rasterio.open(
        path, "w", driver="GTiff", height=values.shape[0], width=values.shape[1], count=1,
        dtype=values.dtype, crs=crs, transform=transform, nodata=nodata, **more,
    ) as target:  # fmt: skip
        target.write(values, 1)


def test_fault_17_and_20_a_raster_in_degrees_is_conserved_when_asked_for(tmp_path):
    rng = np.random.default_rng(3)
    values = rng.exponential(2, (120, 120)).astype("float32")
    raster_file(tmp_path / "w.tif", values, crs="EPSG:4326", corner=(9.05, 42.35), side=1 / 1200)
    said = faults(lambda: population(tmp_path, "{rule: raster, file: w.tif}"))
    assert "resample: true" in said
    world = population(tmp_path, "{rule: raster, file: w.tif, resample: true}")
    assert world.demand.persons.sum() == pytest.approx(values.astype(float).sum(), rel=1e-6)
    report = world.population_report
    assert report.persons_on_grid.sum() == pytest.approx(report.persons_in.sum(), rel=1e-9)


def test_people_at_sea_are_counted_apart(tmp_path):
    pd.DataFrame({"lon": [9.15, 9.9], "lat": [42.3, 42.3], "persons": [100, 7]}).to_csv(tmp_path / "t.csv", index=False)
    world = population(tmp_path, "{rule: table, file: t.csv}")
    assert world.demand.persons.tolist() == [100]
    assert world.population_report.persons_in.tolist() == [0, 100, 7]
    assert any("7 habitants du fichier sont en mer" in note for note in world.notes)


@pytest.mark.parametrize("spread", ["census", "evenly", "town_hall"])
def test_commune_totals_are_spread_by_the_rule_and_conserved(tmp_path, spread):
    communes = embedded.read_communes()
    own = communes[communes["departement"].isin(["2A", "2B"])]
    pd.DataFrame({"commune": own["code"], "persons": 100}).to_csv(tmp_path / "p.csv", index=False)
    world = population(tmp_path, f"{{rule: communes, file: p.csv, spread: {spread}}}")
    by_commune = np.bincount(world.demand.commune, world.demand.persons, len(world.communes))
    assert world.demand.persons.sum() == pytest.approx(100 * len(own))
    assert (by_commune > 0).mean() > 0.95  # A cell with people of two communes counts for the one with more.
    ages = world.demand.persons_by_age.sum(axis=1)
    np.testing.assert_allclose(ages, world.demand.persons)


@given(
    x=st.lists(st.floats(-900, 4_900), min_size=1, max_size=8),
    width=st.floats(30, 3_000),
    cell_size_m=st.sampled_from([100.0, 250.0, 1000.0]),
)
@settings(max_examples=60, deadline=None)
def test_exact_shares_are_those_of_a_fine_mesh(x, width, cell_size_m):
    grid = Grid("EPSG:2154", -1_000.0, 9_000.0, cell_size_m, int(10_000 / cell_size_m), int(10_000 / cell_size_m))
    corner = np.array(x)
    people = SourceCells("EPSG:2154", corner, corner, width, width, np.ones(len(corner)))
    laid = lay_people(people, grid)
    offset = (np.arange(300) + 0.5) / 300 * width
    mx, my = (a.ravel() for a in np.meshgrid(offset, offset))
    for source in range(len(corner)):
        cells, counts = np.unique(grid.cell_at(corner[source] + mx, corner[source] + my), return_counts=True)
        mine = dict(zip(laid.cell[laid.source == source].tolist(), laid.share[laid.source == source], strict=True))
        expected = dict(zip(cells.tolist(), counts / 300**2, strict=True))
        for cell in set(mine) | set(expected) - {-1}:
            assert mine.get(cell, 0) == pytest.approx(expected.get(cell, 0), abs=0.02)
        assert sum(mine.values()) == pytest.approx(1 - expected.get(-1, 0), abs=0.02)


def test_a_departement_at_200_m_is_read_laid_routed_and_planned(tmp_path):
    squares_of_200_m(60_000).to_csv(tmp_path / "c.csv", index=False)
    file = tmp_path / "essai.yaml"
    scenario(tmp_path, grid="{cell_size_m: 200}")
    file.write_text(file.read_text() + "population: {rule: filosofi, file: c.csv}\n")
    run(load(file)).save(tmp_path / "out")
    assert len(pd.read_parquet(tmp_path / "out" / "cells.parquet")) == 60_000
