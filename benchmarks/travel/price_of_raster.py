"""The price of a raster: times on burnt-in roads against those of the road graph, on the real roads of Corsica.

Both ways of travelling get the same links, speeds and off-road speed, the same town halls as sites and the same
inhabited 1 km cells. The raster takes, for each cell, the fastest road drawn through it: straight between two
nodes, for that is what these data keep of a road's course, either at the speed of its class (as drawn) or slowed
so that the straight line takes the time of the true length (slowed). Off the road it is crossed at the off-road
speed, and farther than the road graph's access legs reach it is closed.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pyproj import Transformer
from scipy.ndimage import distance_transform_edt

from benchmarks.travel.worlds import CORSICA_KMH
from siting.grid import Grid
from siting.territory.embedded import read_cells, read_communes, read_roads
from siting.territory.values import Communes, Demand, RoadNetwork, Sites, Territory
from siting.travel import FrictionSurface, RoadSurface, travel_times
from siting.travel.travel_times import TravelTimes

CRS = "EPSG:2154"
OFF_ROAD_KMH, MAX_ACCESS_M, ACCESS_LINKS = 15.0, 2000.0, 3
CUTOFF_S, STANDARD_S = 3600, 1800
LEAST_GP_PRACTICES = 2
REFERENCE_CELL_M = 10.0


def print_table() -> None:
    """Measure at 50, 100 and 200 m, and print a table in Markdown."""
    roads = _roads()
    world = _territory(roads, REFERENCE_CELL_M)
    reference = travel_times(
        RoadSurface.build(
            world,
            speeds_kmh=CORSICA_KMH,
            speed_factor=1.0,
            off_road_kmh=OFF_ROAD_KMH,
            access_links=ACCESS_LINKS,
            max_access_m=MAX_ACCESS_M,
        ),
        cutoff_s=CUTOFF_S,
    )
    true_s = _dense(reference)
    print(f"{len(world.sites)} town halls, {len(world.demand):,} inhabited cells, pairs within 60 min by road")
    print("| cell | pairs | median | P5 | P95 | median of absolute | pairs: other yes/no | cells: other yes/no |")
    print("|---|---|---|---|---|---|---|---|")
    for keeps_times in (False, True):
        for cell_size_m in (50.0, 100.0, 200.0):
            coarse = _territory(roads, cell_size_m)
            friction = _burnt_in(coarse.grid, roads, keeps_times=keeps_times)
            raster_s = _dense(travel_times(FrictionSurface.build(coarse, friction), cutoff_s=CUTOFF_S))
            name = f"{cell_size_m:g} m, {'slowed' if keeps_times else 'as drawn'}"
            print(_row(name, true_s, raster_s))


def _row(name: str, true_s: NDArray[np.float64], raster_s: NDArray[np.float64]) -> str:
    is_both = np.isfinite(true_s) & np.isfinite(raster_s) & (true_s >= 300)
    change = raster_s[is_both] / true_s[is_both] - 1
    low, middle, high = np.quantile(change, [0.05, 0.5, 0.95])
    within = [table <= STANDARD_S for table in (true_s, raster_s)]
    pairs_differ = (within[0] != within[1]).sum() / (within[0] | within[1]).sum()
    nearest = [table.min(axis=0) <= STANDARD_S for table in (true_s, raster_s)]
    figures = (low, high, float(np.median(np.abs(change))))
    return (
        f"| {name} | {is_both.sum():,} | {middle:+.1%} | {figures[0]:+.1%} | {figures[1]:+.1%} "
        f"| {figures[2]:.1%} | {pairs_differ:.1%} | {(nearest[0] != nearest[1]).mean():.2%} |"
    )


def _dense(times: TravelTimes) -> NDArray[np.float64]:
    table = np.full((times.n_sites, times.n_cells), np.inf)
    site = np.repeat(np.arange(times.n_sites), np.diff(times.site_start))
    table[site, times.cell] = times.time_s
    return table


def _roads() -> RoadNetwork:
    nodes, links = read_roads("corsica")
    classes = tuple(CORSICA_KMH)
    return RoadNetwork(
        node_x_m=nodes["x_l93_m"].to_numpy(),
        node_y_m=nodes["y_l93_m"].to_numpy(),
        link_from=links["from_node"].to_numpy(),
        link_to=links["to_node"].to_numpy(),
        link_length_m=links["length_m"].to_numpy(),
        link_class=links["highway"].map({name: row for row, name in enumerate(classes)}).to_numpy().astype(np.uint8),
        classes=classes,
        source="© OpenStreetMap contributors, ODbL 1.0",
    )


def _territory(roads: RoadNetwork, cell_size_m: float) -> Territory:
    """Corsica on a grid of that cell size: the centres of its inhabited 1 km cells, and its better-off town halls."""
    communes, cells = read_communes(), read_cells()
    is_corsican = communes["departement"].isin(["2A", "2B"]).to_numpy()
    halls = communes[is_corsican & (communes["gp_practices"] >= LEAST_GP_PRACTICES).to_numpy()]
    lived_in = cells[is_corsican[cells["commune"]] & (cells["persons"] > 0).to_numpy()]
    hall_x_m, hall_y_m = Transformer.from_crs("EPSG:4326", CRS, always_xy=True).transform(halls["lon"], halls["lat"])
    x_m, y_m = Transformer.from_crs("EPSG:3035", CRS, always_xy=True).transform(
        lived_in["x_km"].to_numpy() * 1000.0 + 500, lived_in["y_km"].to_numpy() * 1000.0 + 500
    )
    bounds = (roads.node_x_m.min(), roads.node_y_m.min(), roads.node_x_m.max(), roads.node_y_m.max())
    grid = Grid.covering(bounds, cell_size_m=cell_size_m, crs=CRS, halo_m=5000)
    cell = grid.cell_at(x_m, y_m)  # in the order of the census cells, the same on every grid
    n_sites, n_demand, text = len(halls), len(cell), np.array([""])
    whole, real, nothing = np.zeros(1, np.int64), np.zeros(1), np.zeros((1, 1))
    return Territory(
        grid=grid,
        communes=Communes(text, text, text, text, text, whole, real, real, whole, whole, np.ones(1, np.bool_)),
        demand=Demand(
            cell=cell,
            persons=np.ones(n_demand),
            persons_by_age=np.zeros((n_demand, 3)),
            commune=np.zeros(n_demand, np.int32),
            land_mass=np.zeros(n_demand, np.int32),
        ),
        sites=Sites(
            id=halls["code"].to_numpy(np.str_),
            name=halls["name"].to_numpy(np.str_),
            kind=np.full(n_sites, "create"),
            commune=np.zeros(n_sites, np.int32),
            x_m=np.asarray(hall_x_m),
            y_m=np.asarray(hall_y_m),
            is_existing=np.zeros(n_sites, np.bool_),
            in_study_area=np.ones(n_sites, np.bool_),
        ),
        persons=nothing.astype(np.float32),
        is_land=nothing.astype(np.bool_),
        commune_of_cell=nothing.astype(np.int32),
        in_study_area=nothing.astype(np.bool_),
        roads=roads,
        sources=(),
        notes=(),
    )


def _burnt_in(grid: Grid, roads: RoadNetwork, *, keeps_times: bool) -> NDArray[np.float32]:
    """Friction of the roads drawn on a grid, off-road speed around them, closed beyond the access legs' reach."""
    link_kmh = np.array(list(CORSICA_KMH.values()))[roads.link_class]
    begin = np.column_stack([roads.node_x_m, roads.node_y_m])[roads.link_from]
    end = np.column_stack([roads.node_x_m, roads.node_y_m])[roads.link_to]
    straight_m = np.hypot(*(end - begin).T)
    if keeps_times:
        link_kmh = np.maximum(np.floor(link_kmh * np.minimum(straight_m / roads.link_length_m, 1)), OFF_ROAD_KMH)
    n_points = (straight_m / (grid.cell_size_m / 4)).astype(np.int64) + 2
    link = np.repeat(np.arange(len(begin)), n_points)
    part = (np.arange(len(link)) - (np.cumsum(n_points) - n_points)[link]) / (n_points[link] - 1)
    point = begin[link] + (end - begin)[link] * part[:, None]
    kmh = np.zeros(grid.n_cells)
    np.maximum.at(kmh, grid.cell_at(*point.T), link_kmh[link])
    kmh = kmh.reshape(grid.shape)
    away_m = distance_transform_edt(kmh == 0) * grid.cell_size_m
    kmh[(kmh == 0) & (away_m <= MAX_ACCESS_M)] = OFF_ROAD_KMH
    with np.errstate(divide="ignore"):
        return (3.6 / kmh).astype(np.float32)
