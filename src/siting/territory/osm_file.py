"""Roads of an OpenStreetMap file (.osm.pbf), read as a stream."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import osmium
from numpy.typing import NDArray

from siting.errors import DataError, Fault
from siting.progress import Progress, silent
from siting.territory.osm_tags import DRIVEN_CLASSES, WayTags, read_tags
from siting.territory.prepared_roads import PreparedRoads
from siting.territory.road_lines import RoadLines, graph_of

ATTRIBUTION = "© OpenStreetMap contributors, ODbL 1.0 (openstreetmap.org/copyright)"
LICENCE = "ODbL 1.0"

CHUNK_BYTES = 8_000_000
"""Of the file, decoded at a time: some million nodes, of which 16 bytes each are held."""
LARGEST_HEADER_BYTES, LARGEST_BLOB_BYTES = 64 * 1024, 32 * 1024 * 1024
"""Limits that the format sets."""

Ints = NDArray[np.int64]


def read_osm_roads(path: Path, *, about: dict[str, str], progress: Progress = silent) -> PreparedRoads:
    """The roads that cars drive in an OpenStreetMap file, and its ferries.

    The file is read twice, chunk by chunk: its ways, then the places of the nodes that these name. What is held grows
    with the roads, not with the file. Turn restrictions and barriers are not read.

    Parameters
    ----------
    path : Path
        ``.osm.pbf``, its nodes in the order of their ids as every published extract has them (a file of a single
        chunk may have them in any order).
    about : dict
        For `PreparedRoads.about`.
    progress : callable
        Told the megabytes done, and how many there are (twice the file).

    Raises
    ------
    DataError
        It is no such file, is cut short, or holds no road.
    """
    try:
        ways = _read_ways(path, progress)
        if not ways.road_class:
            remedy = "prenez un extrait qui contient les routes (highway=*)"
            raise DataError(Fault(str(path), 0, 0, "", "aucune route pour voitures", remedy))
        lines = _located(ways, path, progress)
    except (RuntimeError, ValueError, EOFError) as error:
        remedy = "téléchargez de nouveau le fichier .osm.pbf"
        raise DataError(Fault(str(path), 0, 0, "", f"illisible comme OpenStreetMap PBF : {error}", remedy)) from error
    return graph_of(lines, source=ATTRIBUTION, about={**about, "licence": LICENCE})


@dataclass
class _Ways:
    """Ways as they come: the nodes of each, chunk by chunk, and what it says (two numbers where it says two).

    In arrays: lists of the same numbers take ten times the memory.
    """

    nodes: list[Ints] = field(default_factory=list)
    n_nodes: array[int] = field(default_factory=lambda: array("i"))
    road_class: array[int] = field(default_factory=lambda: array("B"))
    is_open: array[int] = field(default_factory=lambda: array("B"))
    maxspeed_kmh: array[float] = field(default_factory=lambda: array("f"))
    duration_min: array[float] = field(default_factory=lambda: array("f"))
    is_unpaved: array[int] = field(default_factory=lambda: array("B"))
    is_off_ground: array[int] = field(default_factory=lambda: array("B"))

    def add(self, tags: WayTags, n_nodes: int) -> None:
        self.n_nodes.append(n_nodes)
        self.road_class.append(DRIVEN_CLASSES.index(tags.road_class))
        self.is_open.extend(tags.is_open)
        self.maxspeed_kmh.extend(tags.maxspeed_kmh)
        self.duration_min.append(tags.duration_min)
        self.is_unpaved.append(tags.is_unpaved)
        self.is_off_ground.append(tags.is_off_ground)


def _read_ways(path: Path, progress: Progress) -> _Ways:
    ways = _Ways()
    is_road = osmium.filter.KeyFilter("highway", "route")
    for chunk in _chunks(path, progress, passes_before=0):
        nodes: list[int] = []
        for way in osmium.FileProcessor(chunk, osmium.osm.WAY).with_filter(is_road):
            tags = read_tags(dict(way.tags))
            if tags is None or not isinstance(way, osmium.osm.Way):
                continue
            nodes_of_way = [node.ref for node in way.nodes]
            if len(nodes_of_way) > 1:
                ways.add(tags, len(nodes_of_way))
                nodes += nodes_of_way
        ways.nodes.append(np.array(nodes, np.int64))
    return ways


def _located(ways: _Ways, path: Path, progress: Progress) -> RoadLines:
    """The ways with the places of their nodes."""
    node = np.concatenate(ways.nodes)
    ways.nodes.clear()
    wanted = np.unique(node)
    lon, lat = _places(wanted, path, progress)
    return RoadLines(
        point_lon=lon,
        point_lat=lat,
        point=np.searchsorted(wanted, node),
        line=np.repeat(np.arange(len(ways.n_nodes), dtype=np.int32), ways.n_nodes),
        road_class=np.array(ways.road_class, np.uint8),
        is_open=np.array(ways.is_open, np.bool_).reshape(-1, 2),
        maxspeed_kmh=np.array(ways.maxspeed_kmh, np.float32).reshape(-1, 2),
        duration_min=np.array(ways.duration_min, np.float32),
        is_unpaved=np.array(ways.is_unpaved, np.bool_),
        is_off_ground=np.array(ways.is_off_ground, np.bool_),
        classes=DRIVEN_CLASSES,
    )


def _places(wanted: Ints, path: Path, progress: Progress) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Longitude and latitude of some nodes, given ascending; NaN for those that the file does not hold.

    Each chunk is decoded into a table of its own; the wanted nodes between its first id and that of the next chunk
    are looked up there.
    """
    lon, lat = np.full(len(wanted), np.nan), np.full(len(wanted), np.nan)
    done, held, last_id = 0, None, None
    for chunk in _chunks(path, progress, passes_before=1):
        first_id = next((node.id for node in osmium.FileProcessor(chunk, osmium.osm.NODE)), None)
        if first_id is None:
            continue
        if last_id is not None and first_id < last_id:
            raise ValueError("nœuds en désordre (les trier : osmium sort)")
        reached, last_id = int(np.searchsorted(wanted, first_id)), first_id
        if held is not None:
            _look_up(held, wanted, slice(done, reached), lon, lat)
            done = reached
        held = osmium.index.create_map("sparse_mem_array")
        with osmium.io.Reader(chunk, osmium.osm.NODE) as reader:
            osmium.apply(reader, osmium.NodeLocationsForWays(held))
    if held is not None:
        _look_up(held, wanted, slice(done, len(wanted)), lon, lat)
    return lon, lat


def _look_up(table: Any, wanted: Ints, rows: slice, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> None:
    for row, node in enumerate(wanted[rows].tolist(), start=rows.start):
        try:
            place = table.get(node)
        except KeyError:  # an extract cut at its edge names nodes beyond it
            continue
        lon[row], lat[row] = place.x / 1e7, place.y / 1e7


def _chunks(path: Path, progress: Progress, *, passes_before: int) -> Iterator[osmium.io.FileBuffer]:
    """The file as smaller files of some megabytes: its header, then whole blobs."""
    size = path.stat().st_size
    total = -(-2 * size // 1_000_000)
    with path.open("rb") as stream:
        header = _blob(stream)
        if b"OSMHeader" not in header[:32]:
            raise ValueError("ce n'est pas un fichier PBF")
        blobs, n_bytes = [header], 0
        while blob := _blob(stream):
            blobs.append(blob)
            n_bytes += len(blob)
            if n_bytes >= CHUNK_BYTES:
                yield osmium.io.FileBuffer(b"".join(blobs), "pbf")
                progress((passes_before * size + stream.tell()) // 1_000_000, total)
                blobs, n_bytes = [header], 0
        if n_bytes:
            yield osmium.io.FileBuffer(b"".join(blobs), "pbf")
    progress((passes_before + 1) * size // 1_000_000, total)


def _blob(stream: BinaryIO) -> bytes:
    """The next blob with its header and length, as they stand in the file; empty at its end.

    A blob is four bytes of length, a header that tells its kind and size, and its content (OpenStreetMap PBF format).
    """
    length = stream.read(4)
    if not length:
        return b""
    header_size = int.from_bytes(length, "big")
    header = stream.read(header_size) if header_size <= LARGEST_HEADER_BYTES else b""
    if len(length) < 4 or len(header) < header_size:
        raise ValueError("fichier tronqué, ou d'un autre format")
    size = _datasize(header)
    content = stream.read(size)
    if len(content) < size:
        raise EOFError("fichier tronqué")
    return length + header + content


def _datasize(header: bytes) -> int:
    """Field 3 of a blob's header, a protocol buffer: the bytes of its content."""
    at = 0
    while at < len(header):
        key, at = _varint(header, at)
        value, after = _varint(header, at)
        if key == 3 << 3:
            if value > LARGEST_BLOB_BYTES:
                raise ValueError(f"bloc de {value} octets")
            return value
        at = after + value if key & 7 == 2 else after
    raise ValueError("bloc sans taille")


def _varint(content: bytes, at: int) -> tuple[int, int]:
    """The number that starts at a place, and where it ends."""
    value = shift = 0
    while True:
        if at >= len(content) or shift > 63:
            raise ValueError("bloc illisible")
        byte = content[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at
