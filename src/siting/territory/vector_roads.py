"""Roads of a vector file (GeoPackage, Shapefile, GeoJSON, FlatGeobuf, GeoParquet), read through a mapping."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pyogrio
import shapely
from numpy.typing import NDArray
from pyogrio.errors import DataLayerError, DataSourceError
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from siting.errors import DataError, Fault
from siting.territory.osm_tags import DRIVEN_CLASSES
from siting.territory.prepared_roads import PreparedRoads
from siting.territory.road_lines import EARTH_RADIUS_M, RoadLines, graph_of
from siting.territory.road_mapping import RoadMapping

FIRST_BYTES: dict[str, tuple[bytes, ...]] = {
    ".gpkg": (b"SQLite format 3\0",),
    ".shp": (b"\0\0\x27\x0a",),
    ".geojson": (b"{",),
    ".fgb": (b"fgb\x03",),
    ".parquet": (b"PAR1",),
}
"""The drivers that are allowed, by suffix, with how their files start: GDAL goes by the content, and would open a
virtual file that names others, on the network too, whatever its suffix."""

FASTEST_KMH = 300.0

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def read_vector_roads(path: Path, mapping: RoadMapping, *, about: dict[str, str]) -> PreparedRoads:
    """The roads that cars drive in a vector file.

    Roads are joined at their ends only: those within ``mapping.snap_m`` of each other, on the same level. Ends on
    another level are joined to them only where one would otherwise end in the air (see `_joined_ends`). A road that
    crosses another without ending there does not meet it.

    Parameters
    ----------
    path : Path
    mapping : RoadMapping
    about : dict
        For `PreparedRoads.about`; the counts of what was left out are added.

    Raises
    ------
    DataError
        With every independent fault: not one of the allowed files, no such layer or column, no CRS, coordinates that
        are not of that CRS, speeds that are none, no road.
    """
    _check_kind(path)
    frame = _read_frame(path, mapping)
    frame, repairs = _lines_only(path, frame)
    is_kept, road_class = _classes(frame, mapping)
    frame, road_class = frame[is_kept], road_class[is_kept]
    if frame.empty:
        remedy = "vérifiez classes: et access: de la correspondance (mapping)"
        raise DataError(Fault(str(path), 0, 0, "", "aucune route pour voitures", remedy))
    lines = _road_lines(path, frame, road_class, mapping)
    return graph_of(lines, source=mapping.attribution, about={**about, "licence": mapping.licence, **repairs})


def _check_kind(path: Path) -> None:
    starts = FIRST_BYTES.get(path.suffix.lower(), ())
    with path.open("rb") as stream:
        content = stream.read(16).removeprefix(b"\xef\xbb\xbf").lstrip(b" \r\n\t")
    if not content.startswith(starts):
        remedy = f"un vrai {', '.join(FIRST_BYTES)} (exporter de nouveau)"
        raise DataError(Fault(str(path), 0, 0, "", "le contenu n'est pas celui que dit le suffixe", remedy))


def _read_frame(path: Path, mapping: RoadMapping) -> gpd.GeoDataFrame:
    """Lines in degrees, with the columns of the mapping under the names that it gives them first."""
    try:
        if path.suffix.lower() == ".parquet":
            columns = _columns(path, pq.read_schema(path).names, mapping)
            frame = gpd.read_parquet(path, columns=[*columns.values(), _geometry_column(path)])
        else:
            layer = _layer(path, mapping.layer)
            columns = _columns(path, list(pyogrio.read_info(path, layer=layer)["fields"]), mapping)
            frame = pyogrio.read_dataframe(path, layer=layer, columns=list(columns.values()))
    except (DataSourceError, DataLayerError, OSError, ValueError) as error:
        if isinstance(error, DataError):
            raise
        raise DataError(Fault(str(path), 0, 0, "", f"illisible : {error}", "exporter le fichier à nouveau")) from error
    texts = {name: frame[column].map(_text) for name, column in columns.items()}
    return gpd.GeoDataFrame(texts, geometry=_in_degrees(path, frame.geometry))


def _geometry_column(path: Path) -> str:
    metadata = pq.read_schema(path).metadata or {}
    if b"geo" not in metadata:
        remedy = "enregistrer en GeoParquet"
        raise DataError(Fault(str(path), 0, 0, "geometry", "pas de géométrie déclarée", remedy))
    return str(json.loads(metadata[b"geo"])["primary_column"])


def _layer(path: Path, wanted: str | None) -> str:
    layers = [str(name) for name in pyogrio.list_layers(path)[:, 0]]
    if len(layers) == 1 and (wanted is None or path.suffix.lower() != ".gpkg"):
        return layers[0]
    found = [name for name in layers if wanted is not None and name.lower() == wanted.lower()]
    if len(found) != 1:
        problem = "plusieurs couches" if wanted is None else f"aucune couche « {wanted} »"
        raise DataError(Fault(str(path), 0, 0, "layer", problem, f"possible : {', '.join(layers)}"))
    return found[0]


def _parts(mapping: RoadMapping) -> Iterator[tuple[str, ...]]:
    """The names of each column that the mapping reads."""
    single = (mapping.oneway, mapping.speed_kmh, mapping.level, mapping.unpaved)
    yield from (part.column for part in (*mapping.classes, *mapping.access, *single) if part is not None)


def _columns(path: Path, present: Sequence[str], mapping: RoadMapping) -> dict[str, str]:
    """First name in the mapping -> name in the file, for each column; missing ones are faults, all at once."""
    by_name = {name.lower(): name for name in present}
    found, faults = {}, []
    for names in _parts(mapping):
        column = next((by_name[name.lower()] for name in names if name.lower() in by_name), None)
        if column is None:
            remedy = f"colonnes présentes : {', '.join(present)}"
            faults.append(Fault(str(path), 0, 0, names[0], f"colonne absente : {' ou '.join(names)}", remedy))
        else:
            found[names[0]] = column
    if faults:
        raise DataError(faults)
    return found


def _text(value: object) -> str:
    """A value as it is written in a mapping: 3.0 is ``"3"``, nothing is ``""``."""
    if value is None or value is pd.NA or value != value:
        return ""
    if isinstance(value, (float, np.floating)) and float(value).is_integer():
        return str(int(value))
    return str(value).strip()


def _in_degrees(path: Path, geometry: gpd.GeoSeries) -> gpd.GeoSeries:
    """The lines in EPSG:4326, or why their coordinates cannot be what the file declares."""
    if geometry.crs is None:
        remedy = "déclarer le sien, comme EPSG:2154 (ogr2ogr -a_srs EPSG:2154)"
        raise DataError(Fault(str(path), 0, 0, "crs", "aucun système de coordonnées déclaré", remedy))
    west, south, east, north = geometry.total_bounds
    within_degrees = max(abs(west), abs(east)) <= 180 and max(abs(south), abs(north)) <= 90
    name = geometry.crs.to_string()[:40]
    if geometry.crs.is_geographic and not within_degrees:
        problem = f"coordonnées jusqu'à {max(abs(east), abs(north)):.0f} : des mètres, déclarés en degrés ({name})"
        raise DataError(Fault(str(path), 0, 0, "crs", problem, "déclarer le vrai système, comme EPSG:2154"))
    if geometry.crs.is_projected and within_degrees and geometry.notna().any():
        problem = f"coordonnées en degrés, déclarées en mètres ({name}) : système assigné au lieu d'être reprojeté"
        raise DataError(Fault(str(path), 0, 0, "crs", problem, "déclarer EPSG:4326, puis reprojeter si besoin"))
    degrees = geometry.to_crs("EPSG:4326")
    west, south, east, north = degrees.total_bounds
    if west >= 41 and east <= 52 and south >= -6 and north <= 10:  # mainland France, turned over
        problem = f"latitude et longitude échangées : {west:.2f} à {east:.2f}° de longitude"
        raise DataError(Fault(str(path), 0, 0, "geometry", problem, "la longitude vient en premier"))
    return degrees


def _lines_only(path: Path, frame: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, dict[str, str]]:
    """Single 2D lines, and how many geometries were empty, multiple or drawn twice."""
    is_empty = (frame.geometry.isna() | frame.geometry.is_empty).to_numpy()
    frame = frame[~is_empty].explode(ignore_index=True)
    if not (frame.geom_type == "LineString").all():
        others = ", ".join(sorted(set(frame.geom_type) - {"LineString"}))
        problem = f"des routes ne sont pas des lignes : {others}"
        raise DataError(Fault(str(path), 0, 0, "geometry", problem, "garder les lignes seules"))
    n_parts = len(frame) - int((~is_empty).sum())
    frame = frame.set_geometry(shapely.force_2d(frame.geometry.to_numpy()), crs=frame.crs)
    is_twice = frame.assign(shape=shapely.to_wkb(frame.geometry.to_numpy())).drop(columns="geometry").duplicated()
    counts = {"empty": int(is_empty.sum()), "parts": n_parts, "twice": int(is_twice.sum())}
    return frame[~is_twice.to_numpy()], {name: str(n) for name, n in counts.items() if n}


def _classes(frame: gpd.GeoDataFrame, mapping: RoadMapping) -> tuple[NDArray[np.bool_], NDArray[np.uint8]]:
    """Which roads cars may drive, and their row of `DRIVEN_CLASSES`."""
    name = pd.Series("", index=frame.index)
    for part in mapping.classes:
        told = frame[part.column[0]].map(part.values).fillna("")
        name = name.where(name != "", told)
    is_open = ~name.isin(["", "closed"]).to_numpy()
    for closure in mapping.access:
        is_open &= ~frame[closure.column[0]].isin(closure.closed).to_numpy()
    code = name.map({one: row for row, one in enumerate(DRIVEN_CLASSES)}).fillna(0)
    return is_open, code.to_numpy(np.uint8)


def _road_lines(path: Path, frame: gpd.GeoDataFrame, road_class: NDArray[np.uint8], mapping: RoadMapping) -> RoadLines:
    place, line = shapely.get_coordinates(frame.geometry.to_numpy(), return_index=True)
    level = _numbers(frame, mapping.level).fillna(0).to_numpy(np.float64)
    first = np.flatnonzero(np.diff(line, prepend=-1))
    last = np.flatnonzero(np.diff(line, append=-1))
    is_open = np.ones((len(frame), 2), np.bool_)
    if mapping.oneway is not None:
        told = frame[mapping.oneway.column[0]]
        is_open[:, 0] = ~told.isin(mapping.oneway.backward)
        is_open[:, 1] = ~told.isin(mapping.oneway.forward)
    is_unpaved = np.zeros(len(frame), np.bool_)
    if mapping.unpaved is not None:
        is_unpaved = frame[mapping.unpaved.column[0]].isin(mapping.unpaved.values).to_numpy()
    speed_kmh = _speeds(path, frame, mapping)
    return RoadLines(
        point_lon=place[:, 0],
        point_lat=place[:, 1],
        point=_joined_ends(place, first, last, level, mapping.snap_m),
        line=line.astype(np.int32),
        road_class=road_class,
        is_open=is_open,
        maxspeed_kmh=np.column_stack([speed_kmh, speed_kmh]).astype(np.float32),
        duration_min=np.full(len(frame), np.nan, np.float32),
        is_unpaved=is_unpaved,
        is_off_ground=level != 0,
        classes=DRIVEN_CLASSES,
    )


def _numbers(frame: gpd.GeoDataFrame, part: object) -> pd.Series:
    """A column as numbers, NaN where it has none."""
    column = getattr(part, "column", None)
    if column is None:
        return pd.Series(np.nan, index=frame.index)
    return pd.to_numeric(frame[column[0]].str.replace(",", "."), errors="coerce")


def _speeds(path: Path, frame: gpd.GeoDataFrame, mapping: RoadMapping) -> Floats:
    speed_kmh = _numbers(frame, mapping.speed_kmh).to_numpy(np.float64)
    is_wrong = (speed_kmh < 0) | (speed_kmh > FASTEST_KMH)
    if is_wrong.any():
        row = int(np.argmax(is_wrong))
        lon, lat = shapely.get_coordinates(frame.geometry.iloc[row])[0]
        problem = f"{int(is_wrong.sum())} vitesses hors de 0 à {FASTEST_KMH:.0f} km/h, la première {speed_kmh[row]:g}"
        remedy = f"corriger la route qui part de {lon:.5f}, {lat:.5f}"
        raise DataError(Fault(str(path), 0, 0, "speed_kmh", problem, remedy))
    return np.where(speed_kmh > 0, speed_kmh, np.nan)


def _joined_ends(place: Floats, first: Ints, last: Ints, level: Floats, snap_m: float) -> Ints:
    """The point of each vertex: its own row, save that ends of lines which meet share the lowest row of theirs.

    Ends meet within ``snap_m`` (chains of them too) and on one level. Of several levels at a place, each through which
    a road passes (two ends or more) stays apart; a level with a single end, which is where a bridge comes down to its
    approach, joins the nearest of those, or the other single ends.
    """
    ends = np.concatenate([first, last])
    end_level = np.concatenate([level, level])
    spot = _spots(place[ends], snap_m)
    group = pd.DataFrame({"spot": spot, "level": end_level}).groupby(["spot", "level"]).size()
    joins: dict[tuple[int, float], float] = {}
    counts = group.reset_index(name="ends")
    has_several = counts["spot"].duplicated(keep=False)
    for at, here in counts[has_several].groupby("spot"):
        through = here.loc[here["ends"] > 1, "level"].tolist() or [float(here["level"].iloc[0])]
        for alone in here.loc[here["ends"] == 1, "level"]:
            joins[int(at), float(alone)] = min(through, key=lambda one: (abs(one - alone), one))
    if joins:
        keys = zip(spot.tolist(), end_level.tolist(), strict=True)
        end_level = np.array([joins.get(key, key[1]) for key in keys])
    node = pd.Series(ends).groupby([spot, end_level]).transform("min").to_numpy(np.int64)
    point = np.arange(len(place))
    point[ends] = node
    return point


def _spots(place: Floats, snap_m: float) -> Ints:
    """A number for each group of places (degrees) that lie within some metres of each other."""
    unique, spot = np.unique(place, axis=0, return_inverse=True)
    lon, lat = np.radians(unique).T
    on_sphere = EARTH_RADIUS_M * np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
    pairs = cKDTree(on_sphere).query_pairs(snap_m, output_type="ndarray")
    near = csr_array((np.ones(len(pairs), np.int8), (pairs[:, 0], pairs[:, 1])), shape=(len(unique), len(unique)))
    label = connected_components(near, directed=False)[1]
    return np.asarray(label[spot.ravel()], np.int64)
