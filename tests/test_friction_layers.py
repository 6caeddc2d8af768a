"""Friction from a planner's layers: each does what it says, and wrong layers are all told at once."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin
from shapely import LineString, Polygon, box

from commands import siting
from scenario_texts import faults_of, text_with
from siting.errors import DataError
from siting.grid import Grid
from siting.scenario import LayersTravel
from siting.territory.friction_layers import layers_friction
from siting.territory.georeference import crs_name
from siting.territory.rasters import read_raster
from test_population import raster_file

GRID = Grid("EPSG:2154", 900_000.0, 6_400_600.0, 100.0, 6, 8)
LAND = np.ones(GRID.shape, dtype=bool)


def travel(**settings) -> LayersTravel:
    return LayersTravel.model_construct(
        **{"surface": "layers"} | LayersTravel(surface="layers").model_dump() | settings
    )


def speeds(is_land=LAND, **settings) -> np.ndarray:
    return np.nan_to_num(3.6 / layers_friction(travel(**settings), GRID, is_land), nan=0.0)


def lines(path, geometry, crs="EPSG:2154", **columns):
    gpd.GeoDataFrame(columns, geometry=geometry, crs=crs).to_file(path)
    return path


def test_nothing_given_is_one_speed_on_land_and_none_at_sea():
    is_land = LAND.copy()
    is_land[0] = False
    np.testing.assert_allclose(speeds(is_land, other_kmh=5.0), np.where(is_land, 5.0, 0.0), rtol=1e-6)


def test_land_cover_takes_the_most_extensive_class(tmp_path):
    classes = np.full((12, 16), 10, dtype="uint8")
    classes[:, 8:] = 80
    classes[0:2, 0:2] = [[20, 20], [20, 10]]
    raster_file(tmp_path / "c.tif", classes, crs="EPSG:2154", corner=(900_000, 6_400_600), side=50.0)
    given = speeds(land_cover=tmp_path / "c.tif", land_cover_kmh={"10": 30.0, "80": 0.0, "20": 7.0})
    expected = np.full(GRID.shape, 30.0)
    expected[:, 4:] = 0
    expected[0, 0] = 7
    np.testing.assert_allclose(given, expected, rtol=1e-6)


def test_roads_are_burnt_in_wherever_they_touch_by_the_fastest_and_bridge_rivers(tmp_path):
    river = lines(tmp_path / "r.gpkg", [LineString([(900_350, 6_400_000), (900_350, 6_400_600)])])
    ways = [
        LineString([(900_000, 6_400_250), (900_800, 6_400_250)]),
        LineString([(900_050, 6_400_210), (900_150, 6_400_210)]),
        LineString([(900_000, 6_400_050), (900_800, 6_400_050)]),
    ]
    roads = lines(tmp_path / "w.gpkg", ways, highway=["track", "primary", "footway"])
    given = speeds(barriers=river, roads=roads, road_kmh={"track": 15.0, "primary": 60.0})
    expected = np.full(GRID.shape, 4.0)
    expected[:, 3] = 0
    expected[3] = 15
    expected[3, 0:2] = 60
    np.testing.assert_allclose(given, expected, rtol=1e-6)


def test_slope_halves_the_speed_off_roads(tmp_path):
    altitude = np.tile(np.arange(8) * 25.0, (6, 1)).astype("float32")
    raster_file(tmp_path / "d.tif", altitude, crs="EPSG:2154", corner=(900_000, 6_400_600), side=100.0)
    roads = lines(tmp_path / "w.gpkg", [LineString([(900_000, 6_400_050), (900_800, 6_400_050)])], highway=["track"])
    given = speeds(dem=tmp_path / "d.tif", slope_halving=0.25, roads=roads, road_kmh={"track": 20.0})
    np.testing.assert_allclose(given[:5], 2.0, rtol=1e-5)
    np.testing.assert_allclose(given[5], 20.0, rtol=1e-5)


def test_fault_27_shapes_are_flattened_repaired_or_left_out(tmp_path):
    bowtie = Polygon([(900_100, 6_400_100), (900_300, 6_400_300), (900_300, 6_400_100), (900_100, 6_400_300)])
    high = LineString([(900_500, 6_400_500, 12.0), (900_600, 6_400_500, 12.0)])
    path = lines(tmp_path / "b.gpkg", [bowtie, high, None, Polygon()])
    given = speeds(barriers=path)
    assert not bowtie.is_valid and given[4, 1] == 0 and given[1, 5] == 0 and given[5, 7] > 0


def refused(call) -> str:
    with pytest.raises(DataError) as caught:
        call()
    return str(caught.value)


def raster(tmp_path, values=None, **options):
    path = tmp_path / "r.tif"
    raster_file(path, np.ones((6, 8), "float32") if values is None else values, **options)
    return lambda resample=False: read_raster(path, GRID, nodata=None, resample=resample, field="travel.dem")


def test_fault_16_a_raster_without_crs_is_refused_with_its_extent(tmp_path):
    said = refused(raster(tmp_path, crs=None))
    assert "aucun système de coordonnées" in said and "4.22e+06" in said


def test_fault_17_a_raster_in_degrees_is_reprojected_only_on_request(tmp_path):
    read = raster(tmp_path, crs="EPSG:4326", corner=(5.5, 44.7), side=0.01)
    assert "resample: true" in refused(read)
    assert read(True).crs == "EPSG:4326"


@pytest.mark.parametrize("options", [{"corner": (5.5, 44.7), "side": 0.0008}, {"corner": (5.5, 44.7), "side": 0.1}])
def test_fault_18_degrees_called_metres_are_refused(tmp_path, options):
    assert "des degrés déclarés comme des mètres" in refused(raster(tmp_path, crs="EPSG:2154", **options))


def test_fault_18_a_raster_far_outside_its_projection_is_refused(tmp_path):
    said = refused(raster(tmp_path, crs="EPSG:2154", corner=(4_000_000, 2_000_000), side=1000.0))
    assert "domaine de cette projection" in said


def test_fault_19_equivalent_systems_are_one_and_swapped_axes_are_seen(tmp_path):
    assert crs_name("EPSG:9794") == crs_name("EPSG:9793") == crs_name("EPSG:2154") == "EPSG:2154"
    said = refused(raster(tmp_path, crs="EPSG:4326", corner=(44.7, 5.5), side=0.01))
    assert "latitude et longitude semblent échangées" in said


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"corner": (900_030, 6_400_600)}, "à côté des lignes"),
        ({"transform": rasterio.Affine(100, 10, 900_000, 10, -100, 6_400_600)}, "tourné"),
        ({"transform": rasterio.Affine(100, 0, 900_000, 0, 100, 6_400_000)}, "du sud au nord"),
    ],
)
def test_fault_20_grids_off_rotated_or_south_up_are_refused(tmp_path, options, said):
    assert said in refused(raster(tmp_path, crs="EPSG:2154", side=100.0, **options))


def test_fault_20_rows_from_the_south_are_turned_on_request(tmp_path):
    values = np.arange(48, dtype="float32").reshape(6, 8)
    turned = raster(
        tmp_path, values[::-1], crs="EPSG:2154", transform=rasterio.Affine(100, 0, 900_000, 0, 100, 6_400_000)
    )(True)
    np.testing.assert_array_equal(turned.values, values)
    assert (turned.x_min, turned.y_max) == (900_000, 6_400_600)


def test_fault_21_no_data_is_as_the_file_or_the_scenario_says(tmp_path):
    values = np.ones((6, 8), "float32")
    values[0, :3] = [0, -9999, np.nan]
    path = tmp_path / "r.tif"
    for declared, asked in ((-9999, None), (None, -9999)):
        raster_file(path, values, crs="EPSG:2154", corner=(900_000, 6_400_600), nodata=declared)
        part = read_raster(path, GRID, nodata=asked, resample=False, field="x")
        np.testing.assert_array_equal(part.values[0, :3], [0, np.nan, np.nan])


def test_fault_23_empty_and_one_cell_rasters_are_valid(tmp_path):
    path = tmp_path / "r.tif"
    raster_file(path, np.full((6, 8), -1, "float32"), crs="EPSG:2154", corner=(900_000, 6_400_600), nodata=-1)
    assert np.isnan(read_raster(path, GRID, nodata=None, resample=False, field="x").values).all()
    raster_file(path, np.ones((1, 1), "float32"), crs="EPSG:2154", corner=(900_000, 6_400_600))
    assert read_raster(path, GRID, nodata=None, resample=False, field="x").values.shape == (1, 1)
    raster_file(path, np.ones((2, 2), "float32"), crs="EPSG:2154", corner=(700_000, 6_400_600))
    assert read_raster(path, GRID, nodata=None, resample=False, field="x").values.size == 0


def test_fault_26_truncated_misnamed_and_virtual_files_are_refused(tmp_path):
    path = tmp_path / "r.tif"
    raster_file(path, np.random.default_rng(0).random((600, 800)).astype("float32"), crs="EPSG:2154", side=1.0,
                corner=(900_000, 6_400_600))  # fmt: skip
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    assert "coupé" in refused(lambda: read_raster(path, GRID, nodata=None, resample=True, field="x"))
    path.write_text("<VRTDataset rasterXSize='1' rasterYSize='1'></VRTDataset>")
    assert "illisible comme GeoTIFF" in refused(lambda: read_raster(path, GRID, nodata=None, resample=True, field="x"))
    path = tmp_path / "r.vrt"
    path.write_text("<VRTDataset rasterXSize='1' rasterYSize='1'></VRTDataset>")
    assert "n'est pas un format" in refused(lambda: read_raster(path, GRID, nodata=None, resample=True, field="x"))
    layer = tmp_path / "b.gpkg"
    layer.write_text("<OGRVRTDataSource></OGRVRTDataSource>")
    assert "illisible comme GPKG" in refused(lambda: speeds(barriers=layer))
    swapped = tmp_path / "b.geojson"
    lines(tmp_path / "ok.gpkg", [box(0, 0, 1, 1)])
    swapped.write_bytes((tmp_path / "ok.gpkg").read_bytes())
    assert "GeoJSON" in refused(lambda: speeds(barriers=swapped))


def test_the_faults_of_all_layers_are_told_at_once(tmp_path):
    (tmp_path / "c.tif").write_text("not a raster")
    river = lines(tmp_path / "r.gpkg", [LineString([(0.5, 44.5), (0.6, 44.6)])])
    roads = lines(tmp_path / "w.gpkg", [LineString([(900_000, 6_400_050), (900_800, 6_400_050)])], kind=["track"])
    said = refused(
        lambda: speeds(
            land_cover=tmp_path / "c.tif", land_cover_kmh={"1": 3.0}, barriers=river, roads=roads, road_kmh={"a": 9.0}
        )
    )
    assert len(said.splitlines()) == 3 and "colonne absente : highway" in said and "degrés déclarés" in said


def test_a_layer_goes_with_its_speeds(tmp_path):
    (tmp_path / "c.tif").write_text("x")
    section = "travel:\n  surface: layers\n  land_cover: c.tif\n  road_kmh: {track: 15}"
    said = [str(fault) for fault in faults_of(text_with(travel=section), tmp_path)]
    assert len(said) == 2 and "land_cover_kmh manque" in said[0] and "travel.roads manque" in said[1]


def test_a_run_on_layers_is_verified_from_the_command_line(tmp_path):
    classes = np.full((200, 150), 10, "uint8")
    west, north = 4_210_000, 2_140_000
    with rasterio.open(
        tmp_path / "c.tif", "w", driver="GTiff", height=200, width=150, count=1, dtype="uint8", crs="EPSG:3035",
        transform=from_origin(west - 20_000, north + 50_000, 1000, 1000),
    ) as target:  # fmt: skip
        target.write(classes, 1)
    lines(tmp_path / "w.gpkg", [LineString([(west, north - 50_000), (west + 40_000, north)])], "EPSG:3035",
          highway=["primary"])  # fmt: skip
    text = text_with(
        study_area='study_area:\n  departements: ["2A"]',
        candidates="candidates:\n  rule: town_halls\n  min_persons: 1000",
        travel='travel:\n  surface: layers\n  land_cover: c.tif\n  land_cover_kmh: {"10": 30}\n'
        "  roads: w.gpkg\n  road_kmh: {primary: 80}\n  licence: Licence Ouverte",
    )
    (tmp_path / "essai.yaml").write_text(text)
    for words in (["run", "essai.yaml", "--out", "out", "--quiet"], ["verify", "out"]):
        done = siting(*words, cwd=tmp_path)
        assert done.returncode == 0, done.stdout + done.stderr
    page = (tmp_path / "out" / "report.html").read_text()
    assert "Couches : c.tif, w.gpkg, Licence Ouverte" in page and "autant à la montée" in page
    assert {"travel_land_cover.tif", "travel_roads.gpkg"} <= {path.name for path in (tmp_path / "out").iterdir()}
