"""The road network of a run, on its Grid's CRS."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from siting.errors import DataError, Fault
from siting.grid import Grid
from siting.progress import Progress, silent
from siting.scenario import RoadTravel, Scenario
from siting.territory import embedded, prepared_roads
from siting.territory.osm_file import read_osm_roads
from siting.territory.prepared_roads import PreparedRoads
from siting.territory.road_cache import cached, sha256_of
from siting.territory.road_mapping import read_mapping
from siting.territory.transforming import transformer
from siting.territory.values import RoadNetwork
from siting.territory.vector_roads import read_vector_roads

CLOSED_TO_CARS = ("no", "private")
OSM_IMPORTER, VECTOR_IMPORTER = "osm-1", "vector-1"
"""Change whenever the same file would give another graph: what is cached is then made again."""


def road_network(scenario: Scenario, grid: Grid, *, progress: Progress = silent) -> RoadNetwork | None:
    """The network that the scenario names, or None where it travels on a friction raster.

    Of the embedded network, links whose ``access`` is in `CLOSED_TO_CARS` are left out; all nodes stay. Of a file, the
    links with an end on the grid and their nodes stay.

    Raises
    ------
    DataError
        The file is wrong, or has no road on the grid.
    """
    travel = scenario.travel
    if not isinstance(travel, RoadTravel):
        return None
    if travel.file is None:
        return _embedded_network(str(travel.network), grid)
    roads = _prepared(travel.file, travel.mapping, progress)
    network = _laid_on(roads, grid)
    if len(network.link_from) == 0:
        raise DataError(scenario.fault("travel.file", *_elsewhere(roads, grid)))
    return network


def road_attribution(roads: RoadNetwork) -> str:
    """The line to print beside anything derived from the roads: of a file, its name and hash too."""
    about = dict(roads.about)
    return f"Routes : {about['file']} (SHA-256 {about['sha256'][:12]}…), {roads.source}" if about else roads.source


def prepared_network(roads: RoadNetwork, crs: str) -> PreparedRoads:
    """A network that came from a file, to be kept in a run folder; reading it on the same grid gives it back."""
    details = (roads.link_maxspeed_kmh, roads.link_own_kmh, roads.link_is_unpaved, roads.link_is_off_ground)
    maxspeed_kmh, own_kmh, is_unpaved, is_off_ground = details
    assert maxspeed_kmh is not None and own_kmh is not None and is_unpaved is not None and is_off_ground is not None
    return PreparedRoads(
        crs=crs,
        node_x=roads.node_x_m,
        node_y=roads.node_y_m,
        link_from=roads.link_from,
        link_to=roads.link_to,
        link_length_m=roads.link_length_m,
        link_class=roads.link_class,
        link_maxspeed_kmh=maxspeed_kmh,
        link_own_kmh=own_kmh,
        link_is_unpaved=is_unpaved,
        link_is_off_ground=is_off_ground,
        classes=roads.classes,
        source=roads.source,
        about=dict(roads.about),
    )


def _embedded_network(name: str, grid: Grid) -> RoadNetwork:
    nodes, links = embedded.read_roads(name)
    x_m, y_m = transformer("EPSG:2154", grid.crs).transform(nodes["x_l93_m"], nodes["y_l93_m"])
    links = links[~links["access"].isin(CLOSED_TO_CARS)]
    highway = links["highway"].astype("category")
    return RoadNetwork(
        node_x_m=np.asarray(x_m, dtype=np.float64),
        node_y_m=np.asarray(y_m, dtype=np.float64),
        link_from=links["from_node"].to_numpy(np.int32),
        link_to=links["to_node"].to_numpy(np.int32),
        link_length_m=links["length_m"].to_numpy(np.float64),
        link_class=highway.cat.codes.to_numpy(np.uint8),
        classes=tuple(highway.cat.categories),
        source=embedded.attribution(f"{name}_roads"),
    )


def _prepared(path: Path, mapping: str | Path | None, progress: Progress) -> PreparedRoads:
    """The graph of a file, from the cache if it was prepared before."""
    if path.suffix.lower() == prepared_roads.SUFFIX:
        try:
            return prepared_roads.read(path)
        except (OSError, ValueError) as error:
            remedy = "le fichier roads.npz d'un dossier écrit par « siting run », ou le fichier de routes d'origine"
            raise DataError(Fault(str(path), 0, 0, "", f"réseau préparé illisible : {error}", remedy)) from error
    about = {"file": path.name, "sha256": sha256_of(path)}
    if mapping is None:
        about["importer"] = OSM_IMPORTER
        found = cached(_key(about), lambda: read_osm_roads(path, about=about, progress=progress))
        return _named(found, path)
    columns, text = read_mapping(mapping)
    about["importer"] = f"{VECTOR_IMPORTER}-{hashlib.sha256(text.encode()).hexdigest()[:16]}"
    return _named(cached(_key(about), lambda: read_vector_roads(path, columns, about=about)), path)


def _named(roads: PreparedRoads, path: Path) -> PreparedRoads:
    """The cache knows a content, whatever the name of its file was then: the name is that of today."""
    return replace(roads, about={**roads.about, "file": path.name})


def _key(about: dict[str, str]) -> str:
    return f"{about['sha256']}-{about['importer']}"


def _laid_on(roads: PreparedRoads, grid: Grid) -> RoadNetwork:
    x_m, y_m = _on_crs(roads, grid.crs)
    is_on_grid = grid.cell_at(x_m, y_m) >= 0
    roads = roads.only(is_on_grid[roads.link_from] | is_on_grid[roads.link_to])
    x_m, y_m = _on_crs(roads, grid.crs)
    return RoadNetwork(
        node_x_m=x_m,
        node_y_m=y_m,
        link_from=roads.link_from,
        link_to=roads.link_to,
        link_length_m=roads.link_length_m,
        link_class=roads.link_class,
        classes=roads.classes,
        source=roads.source,
        link_maxspeed_kmh=roads.link_maxspeed_kmh,
        link_own_kmh=roads.link_own_kmh,
        link_is_unpaved=roads.link_is_unpaved,
        link_is_off_ground=roads.link_is_off_ground,
        about=tuple(roads.about.items()),
    )


def _on_crs(roads: PreparedRoads, crs: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    if roads.crs == crs:
        return roads.node_x, roads.node_y
    x_m, y_m = transformer(roads.crs, crs).transform(roads.node_x, roads.node_y)
    return np.asarray(x_m, np.float64), np.asarray(y_m, np.float64)


def _elsewhere(roads: PreparedRoads, grid: Grid) -> tuple[str, str]:
    """(problem, remedy) of a file whose roads all lie off the grid: where both are."""
    to_degrees = transformer(grid.crs, "EPSG:4326")
    west, south, east, north = to_degrees.transform_bounds(*grid.bounds_m)
    lon, lat = _on_crs(roads, "EPSG:4326")
    problem = (
        f"aucune route sur le territoire : le fichier va de {lon.min():.2f} à {lon.max():.2f}° de longitude et de "
        f"{lat.min():.2f} à {lat.max():.2f}° de latitude"
    )
    return problem, f"prenez des routes qui couvrent {west:.2f} à {east:.2f}° et {south:.2f} à {north:.2f}°"
