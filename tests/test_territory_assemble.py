"""Assembling territories from scenarios: who lives there, which sites stand where, what is refused."""

from __future__ import annotations

import dataclasses

import geopandas as gpd
import numpy as np
import pytest
import xlsxwriter

from siting.errors import DataError
from siting.grid import Grid
from siting.scenario import load
from siting.territory import assemble, embedded
from siting.territory.site_files import read_site_file

BASE = """scenario: essai
title: Essai
study_area: {area}
grid: {grid}
candidates: {candidates}
existing: {existing}
travel: {travel}
goal: {goal}
"""
DEFAULTS = {
    "area": '{departements: ["2A", "2B"]}',
    "grid": "{cell_size_m: 1000}",
    "candidates": "{rule: town_halls}",
    "existing": "{rule: gp_practices, min_gp_practices: 10, treatment: keep}",
    "travel": "{surface: roads, network: corsica}",
    "goal": "{model: lscp, standard_min: 30}",
}
FRICTION = {"travel": "{surface: friction, model: screening}"}


def scenario(folder, **parts):
    file = folder / "essai.yaml"
    file.write_text(BASE.format(**(DEFAULTS | parts)))
    return load(file)


@pytest.fixture(scope="module")
def corsica(tmp_path_factory):
    return assemble(scenario(tmp_path_factory.mktemp("corse")))


def test_corsica_is_whole(corsica):
    assert corsica.demand.persons.sum() == 346_944
    assert len(corsica.communes) == corsica.communes.in_study_area.sum() == 360
    assert len(corsica.roads.node_x_m) == 31_340
    assert (corsica.communes.epci != "").all()
    assert set(corsica.communes.departement) == {"2A", "2B"}


def test_every_demand_cell_is_on_land_in_the_area_and_in_a_commune(corsica):
    cell = corsica.demand.cell
    assert (np.diff(cell) > 0).all() and (corsica.demand.persons > 0).all()
    assert corsica.is_land.ravel()[cell].all() and corsica.in_study_area.ravel()[cell].all()
    assert corsica.communes.in_study_area[corsica.demand.commune].all()


def test_existing_sites_follow_the_rule_and_are_not_candidates_too(corsica):
    sites, communes = corsica.sites, corsica.communes
    existing = sites.commune[sites.is_existing]
    assert sorted(existing) == np.flatnonzero(communes.gp_practices >= 10).tolist()
    assert not set(sites.commune[~sites.is_existing]) & set(existing)
    assert len(sites) == 360 and list(sites.id) == sorted(sites.id)


def test_closed_roads_are_left_out(corsica):
    links = embedded.read_roads("corsica")[1]
    assert len(corsica.roads.link_from) == (~links["access"].isin(["no", "private"])).sum() < len(links)


def test_a_site_may_be_labelled_instead_of_kept_or_ignored(tmp_path):
    keep, label, ignore = (
        assemble(scenario(tmp_path, existing=f"{{rule: gp_practices, min_gp_practices: 10, treatment: {how}}}")).sites
        for how in ("keep", "label", "ignore")
    )
    assert keep.is_existing.sum() == 8 and not label.is_existing.any() and not ignore.is_existing.any()
    assert (label.kind == "label").sum() == 8 and len(label) == 360
    assert (ignore.kind == "create").all() and len(ignore) == 360


def test_the_halo_shows_the_sites_next_door_and_counts_nobody_there(tmp_path):
    world = assemble(scenario(tmp_path, area='{departements: ["71"]}', **FRICTION))
    outside = world.sites.is_existing & ~world.sites.in_study_area
    assert outside.any() and world.sites.in_study_area[~world.sites.is_existing].all()
    assert set(world.communes.departement[world.demand.commune]) == {"71"}
    halo_m = scenario(tmp_path, area='{departements: ["71"]}', **FRICTION).halo_m
    x_m, y_m = world.grid.centre_of(world.demand.cell)
    west, south, east, north = world.grid.bounds_m
    assert x_m.min() - west > halo_m and east - x_m.max() > halo_m
    assert y_m.min() - south > halo_m and north - y_m.max() > halo_m


@pytest.mark.parametrize("grid", ["{crs: 'EPSG:2154', cell_size_m: 1000}", "{cell_size_m: 500}", "{cell_size_m: 200}"])
def test_people_are_conserved_on_other_grids(tmp_path, grid):
    world = assemble(scenario(tmp_path, grid=grid))
    assert world.demand.persons.sum() == pytest.approx(346_944, rel=1e-9)
    by_age = world.demand.persons_by_age.sum()
    assert by_age == pytest.approx(assemble(scenario(tmp_path)).demand.persons_by_age.sum(), rel=1e-9)
    assert any("répartie" in note for note in world.notes)


def test_islands_with_a_bridge_are_joined_and_the_others_are_not(tmp_path):
    """Ré and Oléron have their bridge; Aix (17004) and Yeu (85113) have none."""
    from scipy.ndimage import label

    world = assemble(scenario(tmp_path, area='{departements: ["17", "85"]}', **FRICTION))
    piece = label(world.is_land, structure=np.ones((3, 3)))[0].ravel()[world.demand.cell]
    mainland = np.bincount(piece).argmax()
    code = world.communes.code[world.demand.commune]
    for commune, is_joined in {"17369": True, "17486": True, "17004": False, "85113": False}.items():
        assert (piece[code == commune] == mainland).all() == is_joined, commune


def test_border_cells_leave_out_the_neighbours_and_say_so(tmp_path):
    world = assemble(scenario(tmp_path, area='{departements: ["74"]}', **FRICTION))
    assert any("frontière" in note for note in world.notes)


def test_unknown_codes_are_all_named_with_their_line(tmp_path):
    with pytest.raises(DataError) as caught:
        assemble(scenario(tmp_path, area='{communes: ["2A004", "01999", "75101"]}', **FRICTION))
    lines = str(caught.value).splitlines()
    assert len(lines) == 2 and all(":3:" in line for line in lines)
    assert "01999" in lines[0] and "75101" in lines[1]


def test_sites_named_in_the_goal_must_be_candidates(tmp_path):
    goal = '{model: lscp, standard_min: 30, forced_open: ["2A004", "2A00O"], forbidden: [nowhere]}'
    with pytest.raises(DataError) as caught:
        assemble(scenario(tmp_path, goal=goal))
    text = str(caught.value)
    assert "déjà un site existant" in text and "vouliez-vous dire 2A" in text and "nowhere" in text


# --- a planner's own sites -------------------------------------------------------------------------------------

AROUND_AJACCIO = Grid("EPSG:3035", 4_200_000, 2_110_000, 1000, 40, 40)


def refused(path, text) -> list[str]:
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError) as caught:
        read_site_file(path, AROUND_AJACCIO)
    return str(caught.value).splitlines()


def test_csv_and_geopackage_give_the_same_sites(tmp_path):
    (tmp_path / "s.csv").write_text("id;name;lon;lat\na;Un;8.737;41.919\nb;=1+1;8.75;41.93\n", encoding="utf-8-sig")
    points = gpd.points_from_xy([8.737, 8.75], [41.919, 41.93], crs="EPSG:4326")
    frame = gpd.GeoDataFrame({"id": ["a", "b"], "name": ["Un", "=1+1"]}, geometry=points)
    frame.to_crs("EPSG:2154").to_file(tmp_path / "s.gpkg")
    one, other = (read_site_file(tmp_path / name, AROUND_AJACCIO) for name in ("s.csv", "s.gpkg"))
    assert [row[1:3] for row in one] == [row[1:3] for row in other] == [("a", "Un"), ("b", "=1+1")]
    np.testing.assert_allclose([row[3:5] for row in one], [row[3:5] for row in other], atol=0.01)


def test_fault_27_every_fault_of_a_site_file_is_named_with_its_line(tmp_path):
    lines = refused(
        tmp_path / "s.csv",
        "id;name;lon;lat\na;Un;8.737;41.919\na;Deux;8.75;41.93\n;Trois;8.75;41.93\nd;Loin;2.35;48.85\n"
        "e;Texte;8,7 E;41,9\nf;Échange;41.919;8.737\ng;Terre;8.7;593\nh;Trop;8.7;41.9;x\n",
    )
    assert [line.split(":")[1] for line in lines] == ["3", "4", "5", "6", "7", "8", "9"]
    said_of = ("déjà", "vide", "hors", "nombres", "échangées", "degrés", "5 champs, 4 attendus")
    for line, said in zip(lines, said_of, strict=True):
        assert said in line


def test_a_decimal_comma_is_read_where_commas_do_not_separate(tmp_path):
    path = tmp_path / "s.csv"
    path.write_text("id;name;lon;lat\na;Un;8,737;41,919\n\n")
    with_comma = read_site_file(path, AROUND_AJACCIO)
    path.write_text("id\tname\tlon\tlat\na\tUn\t8.737\t41.919\n")
    assert [row[1:] for row in with_comma] == [row[1:] for row in read_site_file(path, AROUND_AJACCIO)]


def test_a_wrong_export_does_not_flood_the_terminal(tmp_path):
    lines = refused(tmp_path / "s.csv", "id;name;lon;lat\n" + "a;Loin;2;48\n" * 500)
    assert len(lines) == 21 and "autres fautes" in "".join(lines)


@pytest.mark.parametrize(
    ("text", "said"),
    [("", "vide"), ("id;name;x\n", "lon, lat"), ("id;name;lon;lat\n", "aucun site")],
)
def test_a_file_that_is_no_table_of_sites_is_refused(tmp_path, text, said):
    assert said in refused(tmp_path / "s.csv", text)[0]


def test_fault_26_a_file_that_is_not_utf_8_or_not_a_geopackage_is_refused(tmp_path):
    (tmp_path / "s.csv").write_bytes("id;name;lon;lat\na;Évisa;8.7;42.2\n".encode("latin-1"))
    (tmp_path / "s.gpkg").write_bytes(b"not a package")
    for name, said in (("s.csv", "UTF-8"), ("s.gpkg", "GPKG")):
        with pytest.raises(DataError, match=said):
            read_site_file(tmp_path / name, AROUND_AJACCIO)


def test_sites_from_files_take_part(tmp_path):
    (tmp_path / "c.csv").write_text("id,name,lon,lat\nmsp-1,Maison,8.80,41.95\n")
    (tmp_path / "e.csv").write_text("id,name,lon,lat\nhop-1,Hôpital,9.45,42.70\n")
    world = assemble(
        scenario(
            tmp_path, candidates="{rule: file, file: c.csv}", existing="{rule: file, file: e.csv, treatment: keep}"
        )
    )
    assert world.sites.id.tolist() == ["hop-1", "msp-1"] and world.sites.is_existing.tolist() == [True, False]
    assert world.sites.in_study_area.all()


def test_cells_may_be_candidates(tmp_path):
    world = assemble(scenario(tmp_path, candidates="{rule: cells, min_persons: 2000}"))
    candidates = ~world.sites.is_existing
    assert candidates.sum() == (world.demand.persons >= 2000).sum()
    assert world.sites.id[candidates][0].startswith("cell:")


def test_territories_are_values(corsica):
    with pytest.raises(dataclasses.FrozenInstanceError):
        corsica.grid = None


PREMISES = (
    "id;name;lon;lat;kind;cost_eur;capacity_per_year;lead_time_quarters;premises\n"
    "a;La poste;8,737;41,919;upgrade;100000;5000;2;bureau de poste\n"
    "b;Terrain nu;8,75;41,93;;200000,5;;;\n"
)


def test_candidate_premises_carry_kind_cost_capacity_and_delay(tmp_path):
    (tmp_path / "c.csv").write_text(PREMISES, encoding="utf-8")
    sites = assemble(
        scenario(
            tmp_path,
            candidates='{rule: file, file: c.csv, premises_cost_factors: {"bureau de poste": 0.6}}',
            existing="{rule: none}",
        )
    ).sites
    assert sites.kind.tolist() == ["upgrade", "create"] and sites.premises.tolist() == ["bureau de poste", ""]
    np.testing.assert_allclose(sites.cost_eur, [60_000, 200_000.5])
    np.testing.assert_array_equal(sites.capacity_per_year, [5000, np.nan])
    np.testing.assert_array_equal(sites.lead_time_quarters, [2, np.nan])
    assert sites.category is None


def test_a_workbook_gives_the_sites_of_its_csv(tmp_path):
    (tmp_path / "c.csv").write_text(PREMISES, encoding="utf-8")
    book = xlsxwriter.Workbook(tmp_path / "c.xlsx")
    sheet = book.add_worksheet("locaux")
    for row, line in enumerate(PREMISES.splitlines()):
        for column, text in enumerate(line.split(";")):
            number = text.replace(",", ".")
            is_number = number.replace(".", "").isdecimal() and row
            (sheet.write_number if is_number else sheet.write_string)(row, column, float(number) if is_number else text)
    book.close()
    one, other = (read_site_file(tmp_path / name, AROUND_AJACCIO) for name in ("c.csv", "c.xlsx"))
    assert one == other


def test_wrong_premises_are_all_named(tmp_path):
    lines = refused(
        tmp_path / "c.csv",
        "id;name;lon;lat;kind;cost_eur;capacity_per_year\na;Un;8.737;41.919;creat;-5;beaucoup\n",
    )
    assert len(lines) == 3 and "create ?" in "".join(lines) and "consultations par an" in "".join(lines)
