"""Vector roads through a mapping: classes, directions, levels, snapping, IGN's presets, and files that are refused."""

from __future__ import annotations

import numpy as np
import pyogrio
import pytest
from geopandas import GeoDataFrame
from pyproj import Transformer
from shapely import LineString, MultiLineString, Point

from osm_worlds import write_osm
from siting.errors import DataError
from siting.scenario import load
from siting.territory import assemble
from siting.territory.osm_file import read_osm_roads
from siting.territory.road_mapping import RoadMapping, read_mapping
from siting.territory.road_notes import road_notes
from siting.territory.vector_roads import read_vector_roads

X, Y = 1_200_000.0, 6_120_000.0
"""A place of Corsica in Lambert 93."""

MAPPING = RoadMapping.model_validate(
    {
        "attribution": "tests",
        "licence": "none",
        "classes": [{"column": "kind", "values": {"A": "primary", "B": "residential", "path": "closed"}}],
        "oneway": {"column": "way", "forward": "along", "backward": "against"},
        "access": [{"column": "open", "closed": ["never"]}],
        "speed_kmh": {"column": "speed"},
        "level": {"column": "level"},
        "unpaved": {"column": "open", "values": "dirt"},
        "snap_m": 0.5,
    }
)


def road(*points, kind="A", way="", open="", speed=None, level=0.0):
    shape = LineString([(X + x, Y + y, *z) for x, y, *z in points])
    return {"geometry": shape, "kind": kind, "way": way, "open": open, "speed": speed, "level": level}


def read(tmp_path, *roads, crs="EPSG:2154", suffix=".gpkg", mapping=MAPPING):
    frame = GeoDataFrame(list(roads), geometry="geometry", crs=crs)
    path = tmp_path / f"roads{suffix}"
    if suffix == ".parquet":
        frame.to_parquet(path)
    else:
        frame.to_file(path)
    return read_vector_roads(path, mapping, about={"file": path.name})


def links(roads):
    """{((x, y), (x, y))} in metres from the corner, rounded to a metre."""
    x, y = Transformer.from_crs("EPSG:4326", "EPSG:2154", always_xy=True).transform(roads.node_x, roads.node_y)
    at = [(round(a - X), round(b - Y)) for a, b in zip(x, y, strict=True)]
    return {(at[a], at[b]) for a, b in zip(roads.link_from, roads.link_to, strict=True)}


@pytest.mark.parametrize("suffix", [".gpkg", ".shp", ".geojson", ".fgb", ".parquet"])
@pytest.mark.parametrize("crs", ["EPSG:2154", "EPSG:9793"])
def test_every_allowed_file_gives_the_same_graph(tmp_path, suffix, crs):
    crs = "EPSG:4326" if suffix == ".geojson" else crs
    roads = [road((0, 0), (100, 0)), road((100, 0), (100, 50), kind="B", way="along", speed=30.0)]
    if suffix == ".geojson":
        to_degrees = Transformer.from_crs("EPSG:2154", crs, always_xy=True)
        for one in roads:
            one["geometry"] = LineString([to_degrees.transform(*point) for point in one["geometry"].coords])
    graph = read(tmp_path, *roads, crs=crs, suffix=suffix)
    assert links(graph) == {((0, 0), (100, 0)), ((100, 0), (0, 0)), ((100, 0), (100, 50))}
    assert sorted(graph.link_length_m) == pytest.approx([50, 100, 100], rel=3e-3)  # Lambert 93 is 2 ‰ too long here
    limit_kmh = graph.link_maxspeed_kmh
    assert limit_kmh[np.isfinite(limit_kmh)].tolist() == [30]


def test_columns_say_direction_access_surface(tmp_path):
    graph = read(
        tmp_path,
        road((0, 0), (100, 0), way="against"),
        road((100, 0), (200, 0), open="never"),
        road((0, 0), (0, 100), kind="path"),
        road((0, 0), (0, 300), kind="unheard of"),
        road((0, 0), (0, 200), open="dirt"),
    )
    assert links(graph) == {((100, 0), (0, 0)), ((0, 0), (0, 200)), ((0, 200), (0, 0))}
    assert sorted(graph.link_is_unpaved) == [False, True, True]


def test_roads_join_at_ends_within_the_tolerance_and_nowhere_else(tmp_path):
    crossing = [road((0, 0), (200, 0)), road((100, -100), (100, 100))]
    assert len(read(tmp_path, *crossing).node_x) == 4
    near = [road((0, 0), (100, 0)), road((100.3, 0.3), (200, 0)), road((200, 0.7), (300, 0))]
    graph = read(tmp_path, *near)
    assert len(graph.node_x) == 5  # 0.42 m is joined, 0.7 m is not


def test_levels_stay_apart_save_where_a_bridge_comes_down(tmp_path):
    bridge = [
        road((0, 0), (50, 0)),
        road((50, 0), (100, 0), level=1.0),
        road((100, 0), (150, 0), level=1.0),
        road((150, 0), (200, 0)),
    ]
    under = [road((100, -50), (100, 0)), road((100, 0), (100, 50))]
    graph = read(tmp_path, *bridge, *under)
    neighbours = {end for start, end in links(graph) if start == (100, 0)}
    assert neighbours == {(50, 0), (150, 0), (100, -50), (100, 50)}
    assert len(graph.node_x) == 8  # two nodes at (100, 0)
    n_pieces = len(set(_pieces(graph)))
    assert n_pieces == 2
    assert graph.link_is_off_ground.sum() == 4


def _pieces(graph):
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    shape = (len(graph.node_x),) * 2
    ends = (graph.link_from, graph.link_to)
    return connected_components(coo_array((np.ones(len(ends[0])), ends), shape=shape), directed=False)[1].tolist()


def test_odd_geometry_is_repaired_and_counted(tmp_path):
    multiple = road((0, 0), (1, 1)) | {"geometry": MultiLineString([[(X, Y), (X + 100, Y)], [(X, Y), (X, Y + 100)]])}
    roads = [
        multiple,
        road((100, 0, 5), (200, 0, 6)),
        road((100, 0), (200, 0)),
        road((0, 0), (9, 9)) | {"geometry": None},
    ]
    graph = read(tmp_path, *roads)
    assert len(graph.link_from) == 6
    assert {name: graph.about[name] for name in ("empty", "parts", "twice")} == {
        "empty": "1",
        "parts": "1",
        "twice": "1",
    }


def test_points_among_roads_are_refused(tmp_path):
    with pytest.raises(DataError, match="ne sont pas des lignes : Point"):
        read(tmp_path, road((0, 0), (9, 0)), road((0, 0), (9, 9)) | {"geometry": Point(X, Y)})


@pytest.mark.parametrize(("speed", "shown"), [(-5.0, "la première -5"), (301.0, "la première 301")])
def test_a_speed_that_is_none_is_refused_with_its_place(tmp_path, speed, shown):
    with pytest.raises(DataError, match=shown) as raised:
        read(tmp_path, road((0, 0), (9, 0), speed=0.0), road((0, 0), (9, 9), speed=speed))
    assert "1 vitesses" in str(raised.value)
    assert "corriger la route qui part de 9." in str(raised.value)


def test_a_file_without_crs_is_refused(tmp_path):
    with pytest.raises(DataError, match="aucun système de coordonnées"):
        read(tmp_path, road((0, 0), (9, 0)), crs=None)


def test_a_crs_assigned_instead_of_reprojected_is_found(tmp_path):
    degrees = road((0, 0), (9, 0)) | {"geometry": LineString([(9.1, 42.1), (9.2, 42.1)])}
    with pytest.raises(DataError, match="assigné au lieu d'être reprojeté"):
        read(tmp_path, degrees, crs="EPSG:2154")
    with pytest.raises(DataError, match="des mètres, déclarés en degrés"):
        read(tmp_path, road((0, 0), (9, 0)), crs="EPSG:4326")


def test_latitude_and_longitude_swapped_are_found(tmp_path):
    swapped = road((0, 0), (9, 0)) | {"geometry": LineString([(42.1, 9.1), (42.1, 9.2)])}
    with pytest.raises(DataError, match="latitude et longitude échangées"):
        read(tmp_path, swapped, crs="EPSG:4326")


def test_missing_columns_are_told_all_at_once(tmp_path):
    frame = GeoDataFrame({"name": ["x"]}, geometry=[LineString([(X, Y), (X + 9, Y)])], crs="EPSG:2154")
    frame.to_file(tmp_path / "roads.gpkg")
    with pytest.raises(DataError) as raised:
        read_vector_roads(tmp_path / "roads.gpkg", MAPPING, about={})
    assert {fault.field for fault in raised.value.faults} == {"kind", "way", "open", "speed", "level"}


def test_a_virtual_file_under_another_name_is_refused(tmp_path):
    for suffix in (".gpkg", ".shp", ".geojson", ".fgb", ".parquet"):
        path = tmp_path / f"roads{suffix}"
        path.write_text('<OGRVRTDataSource><OGRVRTLayer name="x"/></OGRVRTDataSource>')
        with pytest.raises(DataError, match="n'est pas celui que dit le suffixe"):
            read_vector_roads(path, MAPPING, about={})


def test_a_layer_is_named_as_it_is_and_is_no_query(tmp_path):
    frame = GeoDataFrame([road((0, 0), (9, 0))], geometry="geometry", crs="EPSG:2154")
    for layer in ("roads", "rails"):
        pyogrio.write_dataframe(frame, tmp_path / "two.gpkg", layer=layer)
    for wanted, problem in ((None, "plusieurs couches"), ("SELECT * FROM roads", "aucune couche")):
        with pytest.raises(DataError, match=problem) as raised:
            read_vector_roads(tmp_path / "two.gpkg", MAPPING.model_copy(update={"layer": wanted}), about={})
        assert "possible : roads, rails" in str(raised.value)
    named = MAPPING.model_copy(update={"layer": "Roads"})
    assert len(read_vector_roads(tmp_path / "two.gpkg", named, about={}).link_from) == 2


def test_a_truncated_file_is_refused(tmp_path):
    read(tmp_path, road((0, 0), (9, 0)))
    content = (tmp_path / "roads.gpkg").read_bytes()
    (tmp_path / "cut.gpkg").write_bytes(content[: len(content) // 2])
    with pytest.raises(DataError, match="illisible"):
        read_vector_roads(tmp_path / "cut.gpkg", MAPPING, about={})


def test_a_mapping_is_wrong_line_by_line(tmp_path):
    path = tmp_path / "mapping.yaml"
    path.write_text(
        "attribution: x\nlayr: y\nclasses:\n  - column: kind\n    values: {A: highway}\nsnap_m: far\n", encoding="utf-8"
    )
    with pytest.raises(DataError) as raised:
        read_mapping(path)
    told = [(fault.line, fault.field) for fault in raised.value.faults]
    assert (2, "layr") in told
    assert (5, "classes[0].values.A") in told
    assert (6, "snap_m") in told
    assert any(field == "licence" for _, field in told)


@pytest.mark.parametrize(
    ("preset", "rows", "expected"),
    [
        (
            "ign_bd_topo",
            [
                {"nature": "Route à 1 chaussée", "importance": "3", "sens_de_circulation": "Sens inverse"},
                {"nature": "Type autoroutier", "importance": "1", "sens_de_circulation": "Sens direct"},
                {"nature": "Sentier", "importance": "6", "sens_de_circulation": "Sans objet"},
                {"nature": "Chemin", "importance": "5", "sens_de_circulation": "Double sens"},
                {"nature": "Rond-point", "importance": "4", "sens_de_circulation": "Sens direct"},
            ],
            [("motorway", 1), ("secondary", 1), ("tertiary", 1), ("track", 2)],
        ),
        (
            "ign_route_500",
            [
                {"VOCATION": "Liaison régionale", "SENS": "Double sens", "ACCES": "Libre", "ETAT": "Revêtu"},
                {"VOCATION": "Bretelle", "SENS": "Sens unique", "ACCES": "A péage", "ETAT": "Revêtu"},
                {"VOCATION": "Liaison locale", "SENS": "Sens inverse", "ACCES": "Interdit au public", "ETAT": "Revêtu"},
            ],
            [("primary_link", 1), ("secondary", 2)],
        ),
    ],
)
def test_the_presets_read_ign_data(tmp_path, preset, rows, expected):
    common = {
        "acces_vehicule_leger": "Libre", "etat_de_l_objet": "En service", "vitesse_moyenne_vl": 50,
        "position_par_rapport_au_sol": "Gué ou radier",
    }  # fmt: skip
    records = [
        {**(common if preset == "ign_bd_topo" else {}), **row, "geometry": LineString([(X, Y), (X + 100, Y + 50 * n)])}
        for n, row in enumerate(rows)
    ]
    mapping, _ = read_mapping(preset)
    path = tmp_path / "ign.gpkg"
    pyogrio.write_dataframe(GeoDataFrame(records, geometry="geometry", crs="EPSG:2154"), path, layer=mapping.layer)
    graph = read_vector_roads(path, mapping, about={})
    names, counts = np.unique([graph.classes[one] for one in graph.link_class], return_counts=True)
    assert list(zip(names.tolist(), counts.tolist(), strict=True)) == expected
    assert "IGN" in graph.source
    assert graph.about["licence"] == "Licence Ouverte 2.0"


def test_the_same_roads_as_pbf_and_as_vector_give_the_same_graph(tmp_path):
    rng = np.random.default_rng(3)
    places = {number: (9 + rng.uniform(0, 0.02), 42 + rng.uniform(0, 0.02)) for number in range(1, 30)}
    ways = [(rng.choice(29, 2, replace=False) + 1).tolist() for _ in range(40)]
    one = read_osm_roads(
        write_osm(tmp_path / "a.osm.pbf", places, [(way, {"highway": "primary"}) for way in ways]), about={}
    )
    frame = GeoDataFrame(
        {name: ["A" if name == "kind" else ""] * 40 for name in ("kind", "way", "open", "speed", "level")},
        geometry=[LineString([np.round(places[node], 7) for node in way]) for way in ways],
        crs="EPSG:4326",
    )
    frame.to_parquet(tmp_path / "a.parquet")
    other = read_vector_roads(tmp_path / "a.parquet", MAPPING, about={})

    def told(roads):
        at = [(round(x * 1e7), round(y * 1e7)) for x, y in zip(roads.node_x, roads.node_y, strict=True)]
        ends = zip(roads.link_from, roads.link_to, roads.link_length_m.round(3), strict=True)
        return {(at[a], at[b], float(m)) for a, b, m in ends}

    assert told(one) == told(other)


def test_a_scenario_on_vector_roads_is_assembled_and_says_what_was_repaired(tmp_path):
    rows = [
        {"kind": "A", "way": "", "open": "", "speed": None, "level": 0, "geometry": LineString([(X, Y), (X + 900, Y)])},
        {"kind": "A", "way": "", "open": "", "speed": None, "level": 0, "geometry": None},
        {"kind": "A", "way": "", "open": "", "speed": None, "level": 0,
         "geometry": LineString([(X, Y + 500), (X + 900, Y + 500)])},
    ]  # fmt: skip
    GeoDataFrame(rows, geometry="geometry", crs="EPSG:2154").to_file(tmp_path / "roads.gpkg")
    (tmp_path / "mapping.yaml").write_text(
        "attribution: © Conseil départemental\nlicence: Licence Ouverte 2.0\n"
        "classes: [{column: kind, values: {A: primary}}]\n",
        encoding="utf-8",
    )
    text = (
        "scenario: essai\ntitle: Essai\nstudy_area: {communes: [2A004]}\ncandidates: {rule: town_halls}\n"
        "existing: {rule: none}\ntravel:\n  surface: roads\n  file: roads.gpkg\n  mapping: mapping.yaml\n"
        "goal: {model: mclp, standard_min: 30, new_houses: 1}\n"
    )
    (tmp_path / "essai.yaml").write_text(text, encoding="utf-8")
    territory = assemble(load(tmp_path / "essai.yaml"))
    assert len(territory.roads.link_from) == 4
    assert territory.sources[-1].startswith("Routes : roads.gpkg (SHA-256 ")
    assert territory.sources[-1].endswith("…), © Conseil départemental")
    assert "roads.gpkg : tracés vides écartés : 1." in territory.notes
    assert any("en 2 morceaux" in note for note in territory.notes)
    assert any("in 2 pieces" in note for note in road_notes(territory.roads, "en"))
    (tmp_path / "essai.yaml").write_text(text.replace("  mapping: mapping.yaml\n", ""), encoding="utf-8")
    with pytest.raises(ValueError, match="rien ne dit le sens de ses colonnes"):
        load(tmp_path / "essai.yaml")
