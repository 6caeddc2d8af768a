"""The embedded facts add up to the official figures, and say where they come from."""

import hashlib
from importlib.resources import files

import numpy as np
import pandas as pd
import pytest
import shapely
from pyproj import Transformer
from scipy.ndimage import label

from siting.grid import Grid
from siting.territory.embedded import (
    PROVENANCE,
    attribution,
    read_cells,
    read_communes,
    read_departement_outlines,
    read_fixed_links,
    read_relief,
    read_roads,
)
from siting.territory.relief import relief_on

CENSUS_TOTAL = 66_319_444
"""Everyone in the census file of France, the neighbours in shared cells included."""
MUNICIPAL_TOTAL = 65_839_807
"""Municipal population of the communes of metropolitan France that belong to an EPCI."""
ISLANDS_WITHOUT_EPCI = ("22016", "29083", "29155", "85113")
TO_CENSUS = Transformer.from_crs("EPSG:4326", "EPSG:3035", always_xy=True)


@pytest.fixture(scope="module")
def cells():
    return read_cells()


@pytest.fixture(scope="module")
def communes():
    """Those of metropolitan France: the first rows, in the order of the codes."""
    communes = read_communes()
    return communes[communes.departement.str.len() == 2]


@pytest.fixture(scope="module")
def departement(cells, communes):
    """Département of each cell."""
    return communes.departement.to_numpy(dtype=str)[cells.commune]


@pytest.fixture(scope="module")
def raster(cells):
    """Row of each 1 km cell on a raster (row 0 in the south), -1 at sea and abroad; with its corner."""
    west, south = cells.x_km.min() - 1, cells.y_km.min() - 1
    rows = np.full((cells.y_km.max() - south + 2, cells.x_km.max() - west + 2), -1)
    rows[cells.y_km - south, cells.x_km - west] = np.arange(len(cells))
    return rows, west, south


def test_cells_are_unique_and_ordered(cells):
    assert not cells.duplicated(["x_km", "y_km"]).any()
    assert cells.equals(cells.sort_values(["y_km", "x_km"], ignore_index=True))
    assert (cells.dtypes == np.int32).all()


def test_people_are_conserved(cells):
    assert cells.persons.sum() + cells.persons_left_out.sum() == CENSUS_TOTAL
    assert (cells >= 0).all().all()
    assert cells.persons.sum() / MUNICIPAL_TOTAL == pytest.approx(1, abs=0.01)


def test_corsica_is_exact(cells, communes, departement):
    assert cells.persons[np.isin(departement, ("2A", "2B"))].sum() == 346_944
    assert communes.departement.isin(["2A", "2B"]).sum() == 360
    assert communes.gp_practices[communes.departement.isin(["2A", "2B"])].sum() == 521


def test_each_departement_is_close_to_its_municipal_population(cells, communes, departement):
    counted = cells.groupby(departement).persons.sum()
    official = communes.groupby("departement").persons.sum()
    assert len(counted) == 96
    assert (counted / official).between(0.96, 1.055).all()


def test_people_abroad_are_left_out_only_along_the_border(cells, departement):
    inland_or_at_sea = {"2B", "13", "21", "23", "29", "33", "42", "51", "60", "63", "69", "71", "75", "83", "87"}
    assert inland_or_at_sea.isdisjoint(departement[cells.persons_left_out > 0])
    near_geneva = (cells.x_km.between(4030, 4080)) & (cells.y_km.between(2560, 2600))
    assert cells.persons_left_out[near_geneva].sum() > 10_000


def test_communes_are_those_of_today(communes):
    assert len(communes) == 34_746
    assert communes.code.is_unique and communes.code.is_monotonic_increasing
    assert communes.code.str.len().eq(5).all() and communes.code.str.startswith("0").sum() > 3000
    assert [*communes.code[communes.epci == ""]] == [*ISLANDS_WITHOUT_EPCI]
    with_epci = communes[communes.epci != ""]
    assert with_epci.persons.sum() == MUNICIPAL_TOTAL
    assert with_epci.epci.str.fullmatch(r"\d{9}").all() and with_epci.epci_name.ne("").all()


def test_practices_are_conserved_but_for_those_of_collectivities(communes):
    assert communes.gp_practices.sum() == 96_986 - 2_914
    assert communes.nurse_practices.sum() == 131_837 - 6_585
    assert read_communes()[["gp_practices", "nurse_practices"]].sum().tolist() == [96_986 - 91, 131_837 - 90]
    assert communes.set_index("code").gp_practices[["75056", "69123", "13055"]].gt(500).all()


def test_every_commune_has_a_point_among_its_own_cells(cells, communes, raster):
    rows, west, south = raster
    x_m, y_m = TO_CENSUS.transform(communes.lon.to_numpy(), communes.lat.to_numpy())
    column, line = np.floor(x_m / 1000).astype(int) - west, np.floor(y_m / 1000).astype(int) - south
    around = [(dy, dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1)]
    owner = np.append(cells.commune.to_numpy(), -1)
    is_own = [owner[rows[line + dy, column + dx]] == np.arange(len(communes)) for dy, dx in around]
    assert np.any(is_own, axis=0).mean() > 0.99
    assert communes.is_town_hall.mean() > 0.94


def test_area_of_the_country(communes):
    assert communes.area_km2.sum() == pytest.approx(548_500, rel=0.005)
    assert communes.set_index("code").area_km2["13004"] == pytest.approx(759, rel=0.02), "Arles, the largest"


@pytest.mark.parametrize(
    ("commune", "is_island"),
    [
        ("29083", True),
        ("29155", True),
        ("22016", True),
        ("85113", True),
        ("29084", True),
        ("56069", True),
        ("56087", True),
        ("29082", True),
        ("17004", True),
        ("75056", False),
        ("56186", False),
        ("50353", False),
    ],
)
def test_islands_are_land_masses_apart(cells, communes, commune, is_island):
    row = communes.index[communes.code == commune][0]
    lived_in = cells[(cells.commune == row) & (cells.persons > 0)]
    assert (lived_in.land_mass != 0).all() if is_island else (lived_in.land_mass == 0).all()


def test_land_masses_are_numbered_by_size(cells, departement):
    assert set(cells.land_mass[np.isin(departement, ("2A", "2B")) & (cells.persons > 2)]) == {1}
    assert (cells.land_mass == 0).mean() > 0.98
    assert cells.persons[cells.land_mass > 1].sum() < 70_000


def _cells_under(links: pd.DataFrame, raster) -> list[np.ndarray]:
    """(line, column) of the cells under points of each link, the points a quarter of a cell apart or closer."""
    _, west, south = raster
    cells_of = []
    for link in links.itertuples():
        x_m, y_m = TO_CENSUS.transform([link.lon_from, link.lon_to], [link.lat_from, link.lat_to])
        along = np.linspace(0, 1, int(np.ceil(np.hypot(x_m[1] - x_m[0], y_m[1] - y_m[0]) / 250)) + 1)
        column = np.floor((x_m[0] + along * (x_m[1] - x_m[0])) / 1000).astype(int) - west
        line = np.floor((y_m[0] + along * (y_m[1] - y_m[0])) / 1000).astype(int) - south
        cells_of.append(np.stack([line, column], axis=1))
    return cells_of


def test_fixed_links_start_and_end_on_land(raster):
    rows = raster[0]
    links = read_fixed_links()
    for name, under in zip(links.name, _cells_under(links, raster), strict=True):
        assert rows[tuple(under[0])] >= 0 and rows[tuple(under[-1])] >= 0, name


def test_fixed_links_join_what_roads_join_and_no_island(cells, raster):
    rows = raster[0]
    is_land = rows >= 0
    for under in _cells_under(read_fixed_links(), raster):
        is_land[under[:, 0], under[:, 1]] = True
    piece = label(is_land)[0][np.nonzero(rows >= 0)][np.argsort(rows[rows >= 0])]
    mainland = np.bincount(piece).argmax()
    lived_in = cells.persons > 0
    assert (piece[lived_in & (cells.land_mass == 0)] == mainland).all()
    joined_by_road = {2: "Oléron", 4: "Ré", 5: "Noirmoutier"}
    for land_mass in joined_by_road:
        assert (piece[lived_in & (cells.land_mass == land_mass)] == mainland).all()
    off_shore = {1, 3, 6, 7, 8, 9, 10, 11, 12, 14, 16, 18, 20, 21, 22, 27, 56}
    assert (piece[lived_in & cells.land_mass.isin(off_shore)] != mainland).all()


def test_outlines_share_their_borders():
    outlines = read_departement_outlines()
    assert len(outlines) == 96 and outlines.code.is_monotonic_increasing
    assert outlines.crs == "EPSG:2154" and outlines.region.nunique() == 13
    assert outlines.is_valid.all() and (outlines.geom_type == "MultiPolygon").all()
    together = shapely.union_all(outlines.geometry.to_numpy()).area
    assert together / outlines.area.sum() == pytest.approx(1, abs=1e-6), "no overlap"
    assert together == pytest.approx(548_500e6, rel=0.01)
    holes = [ring for part in shapely.get_parts(shapely.union_all(outlines.geometry)) for ring in part.interiors]
    assert sum(shapely.Polygon(ring).area for ring in holes) < 30e6, "only Llívia and a few lagoons"


def test_roads_of_corsica():
    nodes, links = read_roads("corsica")
    assert len(nodes) == 31_340 and len(links) == 65_009
    assert links.from_node.between(0, len(nodes) - 1).all() and links.to_node.between(0, len(nodes) - 1).all()
    ends = nodes.to_numpy()
    straight_m = np.hypot(*(ends[links.from_node] - ends[links.to_node]).T)
    assert (links.length_m >= straight_m * 0.995 - 2).mean() > 0.999
    assert links.highway.nunique() == 11 and links.is_roundabout.sum() == 1347
    with pytest.raises(KeyError):
        read_roads("sardinia")


def test_every_table_has_its_provenance():
    data = files("siting") / "data"
    named = {name for entry in PROVENANCE.values() for name in entry.files}
    tables = {path.name for path in data.iterdir() if path.name.endswith((".parquet", ".csv"))}
    assert tables == {name for name in named if "/" not in name}
    for name, entry in PROVENANCE.items():
        assert entry.source and entry.licence and entry.vintage and entry.derivation, name
        assert attribution(name) == entry.attribution != ""
        assert all(len(digest) == len(hashlib.sha256().hexdigest()) for digest in entry.inputs_sha256.values())
        assert entry.attribution in (data / "LICENSES.md").read_text(encoding="utf-8"), name
    assert PROVENANCE["population"].rows == len(read_cells())
    assert PROVENANCE["fixed_links"].rows == len(read_fixed_links())
    assert "ODbL" in PROVENANCE["corsica_roads"].licence and "ODbL" in attribution("corsica_roads")


def test_the_tables_stay_small():
    folder = files("siting") / "data"
    sizes = [(folder.joinpath(*name.split("/"))).stat().st_size for e in PROVENANCE.values() for name in set(e.files)]
    assert sum(sizes) < 7_000_000


def _relief_at(lon: float, lat: float) -> float:
    x_m, y_m = TO_CENSUS.transform(lon, lat)
    grid = Grid("EPSG:3035", np.floor(x_m / 1000) * 1000, np.floor(y_m / 1000) * 1000 + 1000, 1000, 1, 1)
    return float(relief_on(grid)[0, 0])


def test_relief_tells_mountains_from_plains():
    chartres, bordeaux, lille = (1.49, 48.45), (-0.58, 44.84), (3.06, 50.63)
    chamonix, vercors, corte, gavarnie = (6.87, 45.92), (5.45, 44.95), (9.15, 42.31), (-0.01, 42.73)
    assert max(_relief_at(*place) for place in (chartres, bordeaux, lille)) < 25
    assert min(_relief_at(*place) for place in (chamonix, vercors, corte, gavarnie)) > 100
    morvan = (4.05, 47.1)
    assert 25 < _relief_at(*morvan) < 100


def test_relief_covers_the_land_and_agrees_between_systems(cells):
    census = Grid.covering((3_900_000, 2_400_000, 3_960_000, 2_460_000), cell_size_m=1000, crs="EPSG:3035")
    relief_m = relief_on(census)
    assert relief_m.shape == census.shape and relief_m.dtype == np.float32 and relief_m.min() > 0
    x_m, y_m = census.centre_of(1830)
    x, y = Transformer.from_crs("EPSG:3035", "EPSG:2154", always_xy=True).transform(x_m, y_m)
    lambert = Grid("EPSG:2154", float(x) - 50, float(y) + 50, 100, 1, 1)
    assert relief_on(lambert)[0, 0] == pytest.approx(relief_m.ravel()[1830], abs=0.1)
    points = read_relief()
    held = set(zip(points.x_5km, points.y_5km, strict=True))
    assert set(zip(cells.x_km // 5, cells.y_km // 5, strict=True)) <= held
