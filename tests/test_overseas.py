"""Overseas départements: their own projection, no grid but on request, islands apart, the rest as elsewhere."""

import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import rasterio
from pyproj import Transformer
from scripts.build_data.overseas import weight_around
from shapely.geometry import LineString
from typer.testing import CliRunner

import siting
from siting.cli import app
from siting.errors import DataError, ScenarioError
from siting.scenario.projections import OVERSEAS_CRS
from siting.territory.embedded import departement_names, read_cells, read_communes, read_departement_outlines
from siting.territory.registers import read_finess

OFFICIAL_PERSONS = {"971": 383_569, "972": 361_019, "973": 288_382, "974": 881_348, "976": 256_518}
"""Municipal population by the list of EPCI of the raw files."""

SCENARIO = """
scenario: outre-mer
title: Outre-mer
language: fr
study_area: {{{area}}}
{population}
candidates: {{rule: town_halls, min_persons: 500}}
existing: {{rule: gp_practices, min_gp_practices: 10}}
travel: {travel}
goal: {{model: lscp, standard_min: 30}}
"""
MUNICIPAL = "population: {rule: municipal}"
SCREENING = "{surface: friction, cutoff_min: 30}"


def scenario(folder, departement="974", *, population=MUNICIPAL, travel=SCREENING, area=""):
    path = folder / "outre-mer.yaml"
    area = area or f'departements: ["{departement}"]'
    path.write_text(SCENARIO.format(area=area, population=population, travel=travel), encoding="utf-8")
    return path


def faults(path):
    with pytest.raises(ScenarioError) as error:
        siting.load(path)
    return [str(fault) for fault in error.value.faults]


@pytest.mark.parametrize("departement", OVERSEAS_CRS)
def test_the_embedded_people_are_those_of_the_communes_each_among_its_own_cells(departement):
    communes = read_communes()
    cells = read_cells(OVERSEAS_CRS[departement])
    of = communes[communes.departement == departement]
    own = cells[cells.commune.isin(of.index)]
    assert own.persons.sum() == of.persons.sum() == OFFICIAL_PERSONS[departement]
    assert own.groupby("commune").persons.sum().equals(of.persons.rename_axis("commune"))
    to_cells = Transformer.from_crs("EPSG:4326", OVERSEAS_CRS[departement], always_xy=True)
    x_m, y_m = to_cells.transform(of.lon.to_numpy(), of.lat.to_numpy())
    commune_at = dict(zip(zip(cells.x_km, cells.y_km, strict=True), cells.commune, strict=True))
    points = zip(np.floor(x_m / 1000).astype(int), np.floor(y_m / 1000).astype(int), strict=True)
    assert np.mean([commune_at[point] == row for point, row in zip(points, of.index, strict=True)]) > 0.85
    assert departement in departement_names()
    outline = read_departement_outlines(OVERSEAS_CRS[departement]).set_index("code").geometry[departement]
    assert outline.area / 1e6 == pytest.approx(len(own), rel=0.06), "as many cells as square kilometres"


def test_the_error_of_the_spread_is_the_one_that_is_told():
    communes, cells = read_communes(), read_cells()
    x_m, y_m = Transformer.from_crs("EPSG:4326", "EPSG:3035", always_xy=True).transform(communes.lon, communes.lat)
    row, persons = cells.commune.to_numpy(), cells.persons.to_numpy(float)
    distance_m = np.hypot((cells.x_km + 0.5) * 1000 - x_m[row], (cells.y_km + 0.5) * 1000 - y_m[row])
    total = np.bincount(row, persons, len(communes))

    def misplaced(weight, where):
        spread = weight / np.bincount(row, weight, len(communes))[row] * total[row]
        is_in = where.to_numpy()[row]
        return np.abs(spread - persons)[is_in].sum() / 2 / persons[is_in].sum()

    weight = weight_around(distance_m.to_numpy(), communes.area_km2.to_numpy()[row] * 1e6)
    large = communes.area_km2 >= 30
    corsican = large & communes.departement.isin(["2A", "2B"])
    assert round(misplaced(weight, large), 2) == 0.40 and round(misplaced(np.ones(len(row)), large), 2) == 0.52
    assert round(misplaced(weight, corsican), 2) == 0.58


@pytest.mark.parametrize("departement", OVERSEAS_CRS)
def test_fault_37_no_grid_is_said_and_communes_stand_in_on_request_only(tmp_path, departement):
    roads = tmp_path / "routes.osm.pbf"
    roads.write_bytes(b"")
    travel = '{surface: roads, file: "routes.osm.pbf"}'
    (fault,) = faults(scenario(tmp_path, departement, population="", travel=travel))
    assert "aucune grille de population" in fault and departement in fault and "rule: municipal" in fault
    assert fault.split(":")[1] == "5", "the line of the study area"
    assert siting.load(scenario(tmp_path, departement, travel=travel)).crs == OVERSEAS_CRS[departement]


def test_contradictions_of_place_and_projection(tmp_path):
    mixed = faults(scenario(tmp_path, area='departements: ["971", "972", "974", "2A"]'))
    assert len(mixed) == 2 and all("un seul territoire" in fault for fault in mixed)
    elsewhere = faults(scenario(tmp_path, population=MUNICIPAL + '\ngrid: {crs: "EPSG:2154"}'))
    assert len(elsewhere) == 1 and "EPSG:2975" in elsewhere[0]
    assert "qu'outre-mer" in faults(scenario(tmp_path, "2A"))[0]
    assert "qu'outre-mer" in faults(scenario(tmp_path, area="country: metropolitan_france"))[0]
    country = faults(scenario(tmp_path, area="country: metropolitan_france", population='grid: {crs: "EPSG:2975"}'))
    assert "EPSG:3035" in country[0]
    assert "la plus grande part de la Guyane" in faults(scenario(tmp_path, "973"))[0]


def test_no_travel_between_islands_but_over_the_bridges(tmp_path):
    territory = siting.assemble(siting.load(scenario(tmp_path, "971")))
    surface = siting.build_surface(territory, siting.load(scenario(tmp_path, "971")).travel)
    sites = territory.sites
    of = {name: np.flatnonzero(territory.communes.name[sites.commune] == name) for name in np.unique(sites.name)}
    commune = territory.communes.name[territory.demand.commune]

    def reached(name):
        near = siting.nearest(surface, of[name])
        return set(commune[np.isfinite(near.time_s)])

    main = reached("Basse-Terre")
    assert {"Pointe-à-Pitre", "Saint-François", "Anse-Bertrand"} <= main, "over the Rivière Salée"
    islands = {"Grand-Bourg", "Saint-Louis", "Capesterre-de-Marie-Galante", "La Désirade", "Terre-de-Haut"}
    assert not islands & main and not {"Fort-de-France"} & main
    assert reached("Grand-Bourg") == {"Grand-Bourg", "Saint-Louis", "Capesterre-de-Marie-Galante"}
    assert "Terre-de-Bas" not in reached("Terre-de-Haut")


@pytest.mark.parametrize("departement", ["974", "971", "976"])
def test_a_run_from_the_command_line_ends_with_a_plan_its_doubts_and_a_right_map(tmp_path, monkeypatch, departement):
    monkeypatch.chdir(tmp_path)
    runner = CliRunner()
    assert runner.invoke(app, ["new", departement]).exit_code == 0
    (file,) = tmp_path.glob("*.yaml")
    done = runner.invoke(app, ["run", file.name, "--out", "run"])
    assert done.exit_code == 0 and "aucun temps connu outre-mer" in " ".join(done.output.split())
    assert runner.invoke(app, ["verify", "run"]).exit_code == 0
    page = (tmp_path / "run" / "report.html").read_text(encoding="utf-8")
    assert ("remparts des cirques" in page) == (departement == "974")
    assert "répartis autour de sa mairie" in page and departement_names()[departement] in page
    summary = json.loads((tmp_path / "run" / "summary.json").read_text())
    assert summary["persons_total"] == OFFICIAL_PERSONS[departement]
    crs = OVERSEAS_CRS[departement]
    cells, layer = (
        gpd.read_parquet(tmp_path / "run/cells.parquet"),
        pyogrio.read_dataframe(tmp_path / "run/sites.gpkg", layer="sites"),
    )
    with rasterio.open(tmp_path / "run/travel_time_before.tif") as raster:
        assert {f"EPSG:{one.crs.to_epsg()}" for one in (cells, layer, raster)} == {crs}
    halls = read_communes().set_index("code")
    row = halls.loc[cells.commune]
    points = cells.to_crs("EPSG:4326").geometry
    assert (np.abs(points.x - row.lon.to_numpy()) < 0.35).all() and (np.abs(points.y - row.lat.to_numpy()) < 0.35).all()
    assert runner.invoke(app, ["diagnose", file.name, "--out", "diagnosis"]).exit_code == 0


def test_a_planner_own_grid_and_roads_overseas(tmp_path):
    """Squares in the code of La Réunion's projection, and a coast road as vector lines in degrees."""
    communes = read_communes()
    halls = communes[communes.departement == "974"]
    to_metres = Transformer.from_crs("EPSG:4326", "EPSG:2975", always_xy=True)
    x_m, y_m = (np.floor(np.asarray(a) / 200).astype(int) * 200 for a in to_metres.transform(halls.lon, halls.lat))
    code = [f"CRS2975RES200mN{y}E{x}" for x, y in zip(x_m, y_m, strict=True)]
    table = pd.DataFrame({"idcar_200m": code, "ind": 100.0, "i_est_200": 0, "lcog_geo": halls.code.to_numpy()})
    table.to_csv(tmp_path / "carreaux.csv", index=False)
    middle = (55.53, -21.13)
    around = halls.assign(angle=np.arctan2(halls.lat - middle[1], halls.lon - middle[0])).sort_values("angle")
    ends = list(zip(around.lon, around.lat, strict=True))
    roads = [LineString(pair) for pair in zip(ends, [*ends[1:], ends[0]], strict=True)]
    gpd.GeoDataFrame({"type": "route"}, index=range(len(roads)), geometry=roads, crs="EPSG:4326").to_file(
        tmp_path / "routes.geojson"
    )
    (tmp_path / "routes.yaml").write_text(
        "layer: routes\nattribution: essai\nlicence: essai\nclasses:\n  - {column: type, values: {route: primary}}\n"
    )
    path = scenario(
        tmp_path,
        population="population: {rule: filosofi, file: carreaux.csv, source: INSEE, vintage: '2019', licence: LO}",
        travel="{surface: roads, file: routes.geojson, mapping: routes.yaml, cutoff_min: 45}",
    )
    run = siting.run(siting.load(path))
    assert run.findings.territory.grid.crs == "EPSG:2975"
    assert run.findings.summary["persons_total"] == pytest.approx(2400)
    # Saint-Denis to Sainte-Marie, neighbours on the coast road: 8 to 12 km at 80 km/h x 0.85.
    territory = run.findings.territory
    surface = siting.build_surface(territory, run.findings.scenario.travel)
    site = np.flatnonzero(territory.communes.name[territory.sites.commune] == "Saint-Denis")
    near = siting.nearest(surface, site)
    there = territory.communes.name[territory.demand.commune] == "Sainte-Marie"
    assert 6 * 60 < near.time_s[there].min() < 13 * 60


def test_a_table_in_metres_is_in_the_territory_projection(tmp_path):
    cells = read_cells("EPSG:2975").nlargest(50, "persons")
    table = pd.DataFrame({"x_m": cells.x_km * 1000 + 500, "y_m": cells.y_km * 1000 + 500, "persons": cells.persons})
    table.to_csv(tmp_path / "p.csv", index=False)
    kept = "source: moi, vintage: '2024', licence: LO"
    territory = siting.assemble(
        siting.load(
            scenario(tmp_path, population=f"population: {{rule: table, file: p.csv, cell_size_m: 1000, {kept}}}")
        )
    )
    assert territory.demand.persons.sum() == cells.persons.sum()
    halls = read_communes()
    share = halls[halls.departement == "974"].sample(3, random_state=1)
    share.assign(commune=share.code)[["commune", "persons"]].to_csv(tmp_path / "c.csv", index=False)
    totals = f"population: {{rule: communes, file: c.csv, {kept}}}"
    around = siting.assemble(siting.load(scenario(tmp_path, population=totals)))
    assert around.demand.persons.sum() == pytest.approx(share.persons.sum())
    assert any("autour de chaque mairie" in note for note in around.notes)


def test_a_register_gives_metres_overseas_in_their_own_projection(tmp_path):
    territory = siting.assemble(siting.load(scenario(tmp_path)))
    x_m, y_m = territory.communes.x_m[:2], territory.communes.y_m[:2]
    rows = [f"97000000{i};Maison {i};603;{x:.1f};{y:.1f}" for i, (x, y) in enumerate(zip(x_m, y_m, strict=True))]
    path = tmp_path / "finess.csv"
    lambert = "010000001;Ailleurs;603;870000;6570000"
    path.write_text("\n".join(["finess;rs;categetab;coordxet;coordyet", *rows, lambert]), encoding="utf-8")
    table, n_unplaced = read_finess(path, territory.grid, ["msp"])
    assert n_unplaced == 0 and table.x_m.to_numpy() == pytest.approx(x_m, abs=0.1)


def test_an_unknown_overseas_code_is_a_fault(tmp_path):
    with pytest.raises(DataError, match="aucune commune actuelle n'a le code 97499"):
        siting.assemble(siting.load(scenario(tmp_path, area='communes: ["97499"]')))
