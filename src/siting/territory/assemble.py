"""From a scenario to a Territory: people, sites, roads and land on one Grid."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from siting.grid import Grid
from siting.progress import Progress, silent
from siting.scenario import FrictionTravel, LayersTravel, RoadTravel, Scenario
from siting.scenario.data_files import DataFile
from siting.scenario.projections import CENSUS_CRS, crs_of_cells, overseas_crs
from siting.scenario.speed_validation import speed_validation
from siting.territory import embedded
from siting.territory.cells import CENSUS_CELL_M, CellLayers, lay_cells
from siting.territory.friction_layers import layers_friction
from siting.territory.gathering import Gathering
from siting.territory.notes import notes
from siting.territory.population import read_population, settle
from siting.territory.road_notes import road_notes
from siting.territory.roads import road_attribution, road_network
from siting.territory.sites import SiteLog, check_named_sites, choose_sites
from siting.territory.study_area import communes_of, grid_over, refuse_beyond_memory
from siting.territory.supply import read_doctors, read_zones, with_doctors
from siting.territory.transforming import transformer
from siting.territory.values import (
    AGE_GROUPS,
    Communes,
    Demand,
    Doctors,
    PopulationReport,
    RoadNetwork,
    Sites,
    Territory,
)


def assemble(scenario: Scenario, *, progress: Progress = silent) -> Territory:
    """Everything the scenario's run knows of the country, on one Grid.

    Parameters
    ----------
    scenario : Scenario
    progress : callable
        Told how much is read of a planner's file of roads, the one step that may take minutes.

    Raises
    ------
    DataError
        Codes that are no commune or département; then whatever is wrong with the planner's files of people, supply,
        zones, sites and layers, and sites named that are none, all at once; then a file of roads.
    """
    speed_validation(scenario)
    all_communes = embedded.read_communes()
    cells = embedded.read_cells(crs_of_cells(scenario.crs))
    is_chosen = communes_of(scenario, all_communes)
    of_area = cells[is_chosen[cells["commune"].to_numpy()]]
    settings = scenario.grid
    grid = grid_over(of_area, crs=scenario.crs, cell_size_m=settings.cell_size_m, halo_m=scenario.halo_m)
    refuse_beyond_memory(scenario, grid)
    layers = lay_cells(_near(cells, grid), grid)
    gathering = Gathering()
    own = gathering.take(lambda: _own_people(scenario, grid, layers, all_communes, cells, is_chosen))
    # Where a planner's people fail, the census lets the next steps find their own faults.
    layers, report = own or (layers, None)
    communes, row_of = _communes_on(grid, all_communes, is_chosen, layers)
    supply, zones = scenario.supply, scenario.zones
    doctors = gathering.take(lambda: read_doctors(supply.file, communes)) if supply else None
    red = gathering.take(lambda: read_zones(zones.file, communes)) if zones else None
    communes = _supplied(communes, doctors, red)
    demand = _demand(layers, row_of, communes)
    commune_of_cell = np.where(layers.commune_of_cell >= 0, row_of[layers.commune_of_cell], -1).astype(np.int32)
    placed = gathering.take(lambda: _placed(scenario, grid, communes, demand, commune_of_cell))
    is_land = layers.is_land | _fixed_links_on(grid)
    is_land.ravel()[demand.cell] = True
    friction = gathering.take(lambda: _friction(scenario, grid, is_land))
    gathering.refuse()
    assert placed is not None, "sites are placed, or refused"
    sites, log = placed
    roads = road_network(scenario, grid, progress=progress)
    in_study_area = (commune_of_cell >= 0) & communes.in_study_area[commune_of_cell]
    in_study_area.ravel()[demand.cell] = True
    return Territory(
        grid=grid,
        communes=communes,
        demand=demand,
        sites=sites,
        persons=layers.persons,
        is_land=is_land,
        commune_of_cell=commune_of_cell,
        in_study_area=in_study_area,
        roads=roads,
        sources=_sources(scenario, roads),
        notes=notes(
            scenario,
            grid=grid,
            census=of_area,
            communes=communes,
            has_land_around=bool((layers.is_land & ~in_study_area).any()),
            log=log,
            report=report,
            doctors=doctors,
            zone_reasons=red[1] if red else None,
        )
        + road_notes(roads, scenario.language),
        population_report=report,
        friction_s_per_m=friction,
        doctors=doctors,
    )


def _own_people(
    scenario: Scenario,
    grid: Grid,
    layers: CellLayers,
    communes: pd.DataFrame,
    census: pd.DataFrame,
    is_chosen: NDArray[np.bool_],
) -> tuple[CellLayers, PopulationReport | None]:
    """The layers with the people of the scenario's own file, if it names one, and where they went."""
    people = read_population(scenario, grid, communes=communes, census=census)
    if people is None:
        return layers, None
    path = scenario.files["population.file"]
    return settle(people, layers, grid, path=path, communes=communes, census=census, is_chosen=is_chosen)


def _supplied(
    communes: Communes, doctors: Doctors | None, red: tuple[NDArray[np.bool_], dict[str, str]] | None
) -> Communes:
    """The communes with the practitioners and the red zones of a planner's tables, where there are some."""
    if doctors is not None:
        communes = with_doctors(communes, doctors)
    return communes if red is None else replace(communes, is_red_zone=red[0])


def _placed(
    scenario: Scenario, grid: Grid, communes: Communes, demand: Demand, commune_of_cell: NDArray[np.int32]
) -> tuple[Sites, SiteLog]:
    sites, log = choose_sites(scenario, grid=grid, communes=communes, demand=demand, commune_of_cell=commune_of_cell)
    check_named_sites(scenario, sites)
    return sites, log


def _friction(scenario: Scenario, grid: Grid, is_land: NDArray[np.bool_]) -> NDArray[np.float32] | None:
    travel = scenario.travel
    return layers_friction(travel, grid, is_land) if isinstance(travel, LayersTravel) else None


def _near(cells: pd.DataFrame, grid: Grid) -> pd.DataFrame:
    """The census cells that touch the grid, and perhaps a few around it."""
    bounds_m = grid.bounds_m
    cells_crs = crs_of_cells(grid.crs)
    if grid.crs != cells_crs:
        bounds_m = transformer(grid.crs, cells_crs).transform_bounds(*bounds_m)
    west, south, east, north = (bound / CENSUS_CELL_M for bound in bounds_m)
    is_near = cells["x_km"].between(west - 1, east) & cells["y_km"].between(south - 1, north)
    return cells[is_near].reset_index(drop=True)


def _communes_on(
    grid: Grid, table: pd.DataFrame, is_chosen: NDArray[np.bool_], layers: CellLayers
) -> tuple[Communes, NDArray[np.int32]]:
    """The communes that the grid shows, and the row among them of each row of the embedded table (-1: not shown)."""
    cells_crs = table["code"].map(overseas_crs).fillna(CENSUS_CRS)
    is_here = (cells_crs == crs_of_cells(grid.crs)).to_numpy()
    x_m, y_m = np.full((2, len(table)), np.nan)
    to_grid = transformer("EPSG:4326", grid.crs)
    x_m[is_here], y_m[is_here] = to_grid.transform(table["lon"][is_here], table["lat"][is_here])
    is_shown = is_chosen.copy()
    is_shown[is_here] |= grid.cell_at(x_m[is_here], y_m[is_here]) >= 0
    is_shown[layers.commune_of_cell[layers.commune_of_cell >= 0]] = True
    is_shown[layers.inhabited["commune"].to_numpy()] = True
    row_of = np.where(is_shown, np.cumsum(is_shown) - 1, -1).astype(np.int32)
    shown = table[is_shown]
    text = {name: shown[name].to_numpy(dtype=str) for name in ("code", "name", "departement", "epci", "epci_name")}
    count = {name: shown[name].to_numpy(np.int64) for name in ("persons", "gp_practices", "nurse_practices")}
    return (
        Communes(
            **text,
            **count,
            x_m=x_m[is_shown],
            y_m=y_m[is_shown],
            in_study_area=is_chosen[is_shown],
        ),
        row_of,
    )


def _demand(layers: CellLayers, row_of: NDArray[np.int32], communes: Communes) -> Demand:
    """People of the study area by cell; a cell shared by communes belongs to the one with most of its people."""
    inhabited = layers.inhabited.assign(commune=row_of[layers.inhabited["commune"].to_numpy()])
    inhabited = inhabited[communes.in_study_area[inhabited["commune"].to_numpy()]]
    ordered = inhabited.sort_values(["cell", "persons", "commune"], ascending=[True, False, True])
    first = ordered.drop_duplicates("cell")
    numbers = inhabited.columns.difference(["cell", "commune", "land_mass"])
    total = inhabited.groupby("cell")[numbers].sum()
    low, high = (
        total[name].to_numpy(np.float64) if name in total else None for name in ("persons_low", "persons_high")
    )
    return Demand(
        cell=total.index.to_numpy(np.int64),
        persons=total["persons"].to_numpy(np.float64),
        persons_by_age=total[list(AGE_GROUPS)].to_numpy(np.float64),
        commune=first["commune"].to_numpy(np.int32),
        land_mass=first["land_mass"].to_numpy(np.int32),
        persons_low=low,
        persons_high=high,
    )


def _fixed_links_on(grid: Grid) -> NDArray[np.bool_]:
    """Cells under the bridges and causeways that join islands and estuaries."""
    is_link = np.zeros(grid.shape, dtype=bool)
    if crs_of_cells(grid.crs) != CENSUS_CRS:
        return is_link  # overseas, the kilometre cells join what roads join
    links = embedded.read_fixed_links()
    to_grid = transformer("EPSG:4326", grid.crs)
    x1, y1 = (np.asarray(a) for a in to_grid.transform(links["lon_from"], links["lat_from"]))
    x2, y2 = (np.asarray(a) for a in to_grid.transform(links["lon_to"], links["lat_to"]))
    n_points = int(np.ceil(np.hypot(x2 - x1, y2 - y1).max() / (grid.cell_size_m / 100))) + 1
    along = np.linspace(0, 1, n_points)[:, None]
    cell = grid.cell_at(x1 + along * (x2 - x1), y1 + along * (y2 - y1)).ravel()
    is_link.ravel()[cell[cell >= 0]] = True
    return is_link


def _sources(scenario: Scenario, roads: RoadNetwork | None) -> tuple[str, ...]:
    population = "population" if crs_of_cells(scenario.crs) == CENSUS_CRS else "overseas_population"
    names, own = [population, "communes", "departements"], []
    for what, section, field in (("Praticiens", scenario.supply, "supply"), ("Zones", scenario.zones, "zones")):
        if section is not None:
            own.append(section.attribution(f"{what} : {scenario.files[f'{field}.file'].name}"))
    if isinstance(scenario.existing, DataFile):
        own.append(scenario.existing.attribution(f"Sites : {scenario.files['existing.file'].name}"))
    if isinstance(scenario.population, DataFile):
        own.append(scenario.population.attribution(f"Population : {scenario.files['population.file'].name}"))
    if scenario.existing.rule == "gp_practices":
        names.append("practices")
    travel = scenario.travel
    if isinstance(travel, LayersTravel):
        layers = [path.name for field, path in scenario.files.items() if field.startswith("travel.")]
        own.append(travel.attribution(f"Couches : {', '.join(layers)}"))
    if isinstance(travel, FrictionTravel) or (isinstance(travel, RoadTravel) and travel.relief_slowing):
        names.append("relief")
    lines = [*own, *(embedded.attribution(name) for name in names)]
    return tuple(dict.fromkeys([*lines, *([road_attribution(roads)] if roads else [])]))
