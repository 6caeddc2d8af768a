"""What a reader must be told about the data of a run, in the scenario's language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from siting.grid import Grid
from siting.scenario import Scenario
from siting.scenario.projections import crs_of_cells
from siting.territory.cells import CENSUS_CELL_M
from siting.territory.population.notes import population_notes
from siting.territory.sites import MOST_MOVE_M, SiteLog
from siting.territory.values import Communes, Doctors, PopulationReport

REUNION = "974"
UNKNOWN_AGES = ("municipal", "communes", "raster")
"""Populations without ages."""
LARGE_CITY_PERSONS = 100_000
"""From this population on, a page says that one town hall stands for a whole city."""


def notes(
    scenario: Scenario,
    *,
    grid: Grid,
    census: pd.DataFrame,
    communes: Communes,
    has_land_around: bool,
    log: SiteLog,
    report: PopulationReport | None = None,
    doctors: Doctors | None = None,
    zone_reasons: Mapping[str, str] | None = None,
) -> tuple[str, ...]:
    """Every note that applies.

    Parameters
    ----------
    census : DataFrame
        Census cells of the study area, with ``persons_left_out``.
    has_land_around : bool
        Whether the halo holds land: people near the edge may then be served from beyond it.
    log : SiteLog
    report : PopulationReport, optional
        Where the people of a planner's file went.
    doctors : Doctors, optional
        Of a planner's table.
    zone_reasons : mapping of str to str, optional
        Code -> reason of the red zones of a planner's list.
    """
    language = 0 if scenario.language == "fr" else 1
    pairs = [
        *(_census_notes(grid, census) if report is None else population_notes(scenario, report)),
        *_overseas_notes(scenario),
        *_supply_notes(doctors, zone_reasons or {}),
        *_notes(scenario, communes, has_land_around, log),
    ]
    return tuple(pair[language] for pair in pairs)


def _census_notes(grid: Grid, census: pd.DataFrame) -> Iterator[tuple[str, str]]:
    left_out = int(census["persons_left_out"].sum())
    if left_out:
        yield (
            f"{left_out} résidents de mailles à cheval sur la frontière, estimés habiter le pays voisin, "
            "ne sont pas comptés.",
            f"{left_out} residents of cells shared with a neighbouring country, estimated to live there, are left out.",
        )
    if grid.crs != crs_of_cells(grid.crs) or grid.cell_size_m != CENSUS_CELL_M:
        yield (
            "La population, connue par maille de 1 km, est répartie également à l'intérieur de chacune.",
            "The population, known by 1 km cell, is spread evenly within each.",
        )


def _overseas_notes(scenario: Scenario) -> Iterator[tuple[str, str]]:
    if scenario.study_area.overseas_crs is None:
        return
    if scenario.population.rule == "municipal":
        yield (
            "Aucune grille de population : les habitants de chaque commune sont répartis autour de sa mairie, une "
            "hypothèse. Par la même règle, en métropole, 40 % des habitants des communes de 30 km² et plus ne sont pas "
            "dans la bonne maille (58 % en Corse) : nombres par maille et temps sont des ordres de grandeur.",
            "No population grid: the people of each commune are spread around its town hall, an assumption. By the "
            "same rule, in metropolitan France, 40 % of the people of communes of 30 km² or more are in the wrong cell "
            "(58 % in Corsica): numbers by cell and times are orders of magnitude.",
        )
    is_reunion = any(code.startswith(REUNION) for code in scenario.study_area.codes)
    if is_reunion and scenario.travel.surface == "friction":
        yield (
            "Le modèle de repérage passe par-dessus les remparts des cirques de La Réunion : Cilaos, Salazie et "
            "Mafate, qu'une route ou aucune dessert, y sont trop près de la côte. Prenez des routes (osm-reunion).",
            "The screening model climbs over the walls of La Réunion's cirques: Cilaos, Salazie and Mafate, which one "
            "road or none serves, are far too near the coast. Take roads (osm-reunion).",
        )
    if scenario.population.rule in UNKNOWN_AGES:
        yield (
            "Les âges, inconnus, ont les parts de la métropole : la population d'outre-mer est souvent plus jeune, "
            "bien plus en Guyane et à Mayotte.",
            "Ages are not known and have the shares of metropolitan France: people overseas are often younger, far "
            "younger in Guyane and Mayotte.",
        )


def _notes(scenario: Scenario, communes: Communes, has_land_around: bool, log: SiteLog) -> Iterator[tuple[str, str]]:
    if has_land_around:
        yield _edge_note(scenario)
    if log.n_twins:
        yield (
            f"Candidats écartés parce qu'un site existant est au même point : {log.n_twins}.",
            f"Candidates left out because an existing site stands at the same point: {log.n_twins}.",
        )
    if log.moved:
        shown = ", ".join(log.moved[:5]) + (", …" if len(log.moved) > 5 else "")
        yield (
            f"Sites en mer ramenés à la terre la plus proche, à {MOST_MOVE_M / 1000:g} km au plus : {shown}.",
            f"Sites at sea moved to the nearest land, {MOST_MOVE_M / 1000:g} km at most: {shown}.",
        )
    if log.n_unplaced:
        yield (
            f"Établissements du registre sans coordonnées, laissés de côté : {log.n_unplaced}.",
            f"Establishments of the register without coordinates, left out: {log.n_unplaced}.",
        )
    cities = communes.name[_is_large(communes)]
    if len(cities) and scenario.candidates.rule == "town_halls":
        shown = ", ".join(cities[:4]) + (", …" if len(cities) > 4 else "")
        yield (
            f"Une mairie représente toute une ville ({shown}) : les temps y sont surestimés.",
            f"One town hall stands for a whole city ({shown}): times there are overestimated.",
        )


def _supply_notes(doctors: Doctors | None, zone_reasons: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    if doctors is not None:
        gp, nurse = (float(doctors.fte[doctors.profession == name].sum()) for name in ("gp", "nurse"))
        yield (
            f"L'offre de soins est celle de votre fichier : {gp:.1f} équivalents temps plein de généralistes et "
            f"{nurse:.1f} d'infirmiers, arrondis par commune à total constant, au lieu des cabinets de 2019.",
            f"Supply is that of your file: {gp:.1f} full-time equivalents of general practitioners and {nurse:.1f} of "
            "nurses, rounded by commune with the total kept, instead of the practices of 2019.",
        )
    for code, reason in zone_reasons.items():
        yield f"Zone rouge {code} : {reason}", f"Red zone {code}: {reason}"


def _edge_note(scenario: Scenario) -> tuple[str, str]:
    cutoff, halo = f"{scenario.travel.cutoff_min:g}", f"{scenario.halo_m / 1000:.0f}"
    existing = scenario.existing
    if existing.rule != "none" and existing.treatment == "label":
        return (
            "Les sites existants hors du territoire ne sont pas vus : ils ne peuvent être labellisés par ce plan.",
            "Existing sites outside the study area are not seen: this plan cannot label them.",
        )
    return (
        f"Les sites existants jusqu'à {halo} km autour du territoire sont comptés ; au-delà de {cutoff} minutes, un "
        "temps près du bord peut être surestimé, un site plus lointain n'étant pas vu.",
        f"Existing sites up to {halo} km around the study area count; beyond {cutoff} minutes a time near the edge "
        "may be overestimated, since a site farther out is not seen.",
    )


def _is_large(communes: Communes) -> NDArray[np.bool_]:
    return np.asarray(communes.in_study_area & (communes.persons >= LARGE_CITY_PERSONS))
