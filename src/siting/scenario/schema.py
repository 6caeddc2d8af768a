"""Scenario: what a planner asks for. The schema is the manual: each field says what it means."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, ValidationInfo, model_validator

from siting.errors import Fault
from siting.scenario.capacity import CapacitySettings
from siting.scenario.contradictions import contradictions
from siting.scenario.fields import Between, OneLine, Section, Slug, manual
from siting.scenario.goal import CapacitatedPMedianGoal, LexicographicGoal, LscpGoal, MclpGoal, PCenterGoal, PMedianGoal
from siting.scenario.layers_travel import LayersTravel
from siting.scenario.mode_settings import ModeSettings, NoCarSettings, WalkingSettings
from siting.scenario.origin import Origin
from siting.scenario.phases import PhaseSettings
from siting.scenario.population import CensusPopulation, Population
from siting.scenario.projections import CENSUS_CRS
from siting.scenario.rules import Costs, PeopleWeight, Rule
from siting.scenario.simulation_settings import SimulationSettings
from siting.scenario.sites import (
    BpeSites,
    CellCandidates,
    FileCandidates,
    FileSites,
    FinessSites,
    NoSites,
    PracticeSites,
    TownHallCandidates,
)
from siting.scenario.study_area import GridSettings, StudyArea
from siting.scenario.supply import SupplySettings, ZoneSettings
from siting.scenario.travel_settings import FrictionTravel, RoadTravel


class SolverSettings(Section):
    """How hard the solver tries."""

    section = "solver"

    time_limit_s: Annotated[
        float,
        Between(1, 86_400),
        manual("Temps accordé au solveur, en secondes.", "Time given to the solver, in seconds.", examples=[60]),
    ] = 60
    gap: Annotated[
        float,
        Between(0, 0.5),
        manual(
            "Écart relatif à la borne prouvée dont on se contente ; 0 : l'optimum prouvé.",
            "Relative gap to the proven bound that is good enough; 0: the proven optimum.",
            examples=[0.0, 0.01],
        ),
    ] = 0
    seed: Annotated[
        int,
        Between(0, 2**31 - 1),
        manual("Graine des tirages du solveur.", "Seed of the solver's random choices."),
    ] = 0


class Scenario(BaseModel):
    """One question put to siting, complete: where, from what, towards what."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)

    scenario: Annotated[
        Slug,
        manual(
            "Nom court : minuscules sans accent, chiffres et tirets ; il nomme le dossier de résultats.",
            "Short name: lower-case letters, digits and hyphens; it names the run folder.",
            examples=["corse"],
        ),
    ]
    title: Annotated[
        OneLine,
        manual("Titre, en tête du rapport et de la carte.", "Title, at the head of the report and of the map."),
    ]
    language: Annotated[
        Literal["fr", "en"],
        manual("Langue des messages et du rapport.", "Language of the messages and of the report."),
    ] = "fr"
    study_area: Annotated[
        StudyArea,
        manual("Territoire dont le plan sert les habitants.", "The places whose people the plan serves."),
    ]
    grid: Annotated[
        GridSettings,
        manual("Mailles carrées du calcul.", "The square cells of the run."),
        Field(default_factory=GridSettings),
    ]
    population: Annotated[
        Population,
        manual(
            "Qui habite là ; sans ce bloc, le recensement européen de 2021 fourni, qui est celui de la métropole.",
            "Who lives there; without this block the embedded European census of 2021, that of metropolitan France.",
        ),
        Field(default_factory=CensusPopulation, discriminator="rule"),
    ]
    candidates: Annotated[
        TownHallCandidates | CellCandidates | FileCandidates,
        manual("Où une maison peut ouvrir.", "Where a house may open."),
        Field(discriminator="rule"),
    ]
    existing: Annotated[
        PracticeSites | FileSites | FinessSites | BpeSites | NoSites,
        manual("Les sites qui existent déjà.", "The sites that exist already."),
        Field(discriminator="rule"),
    ]
    travel: Annotated[
        RoadTravel | FrictionTravel | LayersTravel,
        manual("Comment on se déplace.", "How one travels."),
        Field(discriminator="surface"),
    ]
    walking: Annotated[
        WalkingSettings | None,
        manual(
            "Mesurer aussi l'accès à pied, à côté de la voiture ; {} pour les valeurs par défaut, sans ce bloc : non.",
            "Measure access on foot too, beside the car; {} for the defaults, without this block: no.",
        ),
    ] = None
    no_car: Annotated[
        NoCarSettings | None,
        manual(
            "Mesurer aussi l'accès de ceux qui n'ont pas de voiture, plus lents que ceux qui en ont une ; {} pour les "
            "valeurs par défaut, sans ce bloc : non.",
            "Measure access for people without a car too, slower than those who have one; {} for the defaults, without "
            "this block: no.",
        ),
    ] = None
    goal: Annotated[
        LscpGoal | MclpGoal | PMedianGoal | CapacitatedPMedianGoal | PCenterGoal | LexicographicGoal,
        manual("Ce que le plan doit réussir.", "What the plan is to achieve."),
        Field(discriminator="model"),
    ]
    rules: Annotated[
        tuple[Rule, ...],
        manual(
            "Ce que le plan doit respecter en plus ; une liste, une règle par entrée, qui se combinent.",
            "What the plan must keep besides; a list, one rule per entry, freely combined.",
        ),
    ] = ()
    costs: Annotated[
        Costs,
        manual(
            "Ce que coûte une maison nouvelle, selon sa nature, et ce que coûtent les sites maintenus, agrandis ou "
            "fermés. Par défaut : 50 000 €, l'aide annuelle maximale annoncée par structure, une hypothèse, et rien "
            "pour une fermeture. Les coûts d'un fichier de candidats passent avant.",
            "What a new house costs, by its kind, and what sites kept, upgraded or closed cost. By default: 50,000 "
            "euros, the largest yearly aid announced for a structure, an assumption, and nothing for a closure. The "
            "costs of a file of candidates come first.",
        ),
        Field(default_factory=Costs),
    ]
    weights: Annotated[
        tuple[PeopleWeight, ...],
        manual(
            "Personnes qui comptent plus que d'autres dans le but mclp ou p_median ; une liste.",
            "People who count more than others in the goals mclp and p_median; a list.",
        ),
    ] = ()
    capacity: Annotated[
        CapacitySettings | None,
        manual(
            "Consultations demandées, et données par chaque site : le plan dit lesquels sont pleins et qui attend ; {} "
            "pour les valeurs par défaut, sans ce bloc : un site sert tous ceux qui l'ont à portée.",
            "Consultations asked for, and given by each site: the plan says which are full and who waits; {} for the "
            "defaults, without this block: a site serves all who are within reach of it.",
        ),
    ] = None
    phases: Annotated[
        PhaseSettings | None,
        manual(
            "Phases datées du plan, chacune avec ses limites : le plan dit quand chaque maison ouvre, et la simulation "
            "le suit ; sans ce bloc, il n'y en a qu'une, sans date.",
            "Dated phases of the plan, each with its limits: the plan says when each house opens, and the simulation "
            "follows it; without this block there is but one, without a date.",
        ),
    ] = None
    solver: Annotated[
        SolverSettings,
        manual("Réglages du solveur.", "Settings of the solver."),
        Field(default_factory=SolverSettings),
    ]
    simulation: Annotated[
        SimulationSettings | None,
        manual(
            "Ce que fait le plan, trimestre par trimestre ; sans ce bloc, rien n'est simulé.",
            "What the plan does, quarter by quarter; without this block nothing is simulated.",
        ),
    ] = None

    supply: Annotated[
        SupplySettings | None,
        manual(
            "Les praticiens d'aujourd'hui ; sans ce bloc, les cabinets recensés en 2019.",
            "The practitioners of today; without this block, the practices counted in 2019.",
        ),
    ] = None
    zones: Annotated[
        ZoneSettings | None,
        manual(
            "Les zones rouges, avec leur motif ; sans ce bloc, la simulation prend les EPCI les moins bien servis.",
            "The red zones, with their reason; without this block the simulation takes the EPCI served worst.",
        ),
    ] = None

    _origin: Origin = PrivateAttr(default_factory=Origin)

    @model_validator(mode="after")
    def _agrees(self, info: ValidationInfo) -> Scenario:
        # A reader looks for contradictions itself, so as to report them beside other faults, with their lines.
        found = [] if info.context else [str(one) for one in contradictions(self._by_path())]
        if found:
            raise ValueError("; ".join(found))
        return self

    def _by_path(self) -> dict[str, Any]:
        sections = {name: part for name, part in self if isinstance(part, Section)}
        fields = {f"{name}.{key}": value for name, part in sections.items() for key, value in part}
        return fields | {f"{name}[{row}]": one for name in LISTS for row, one in enumerate(getattr(self, name))}

    @property
    def files(self) -> dict[str, Path]:
        """The planner's files that the scenario names, by field: ``{"candidates.file": Path(…)}``."""
        return {field: value for field, value in self._by_path().items() if isinstance(value, Path)}

    @property
    def modes(self) -> dict[str, ModeSettings]:
        """The ways of travelling that are measured beside the car, by the key of their section."""
        return {part.section: part for part in (self.walking, self.no_car) if part is not None}

    @property
    def crs(self) -> str:
        """The projection of the run's grid: as asked, else that of the study area."""
        return self.grid.crs or self.study_area.overseas_crs or CENSUS_CRS

    @property
    def halo_m(self) -> float:
        """Width of the band around the study area whose sites may serve its people, in metres."""
        if self.grid.halo_km is not None:
            return self.grid.halo_km * 1000
        return self.travel.cutoff_s * self.travel.fastest_kmh / 3.6

    @property
    def origin(self) -> Origin:
        """Where each field was written; empty for a scenario made in Python."""
        return self._origin

    def fault(self, field_path: str, problem: str, remedy: str = "") -> Fault:
        """A fault at a field of the file this scenario was read from.

        Parameters
        ----------
        field_path : str
            As ``"candidates.file"`` or ``"goal.forced_open[0]"``. A field that was left to its default is
            placed at the section it belongs to.
        problem, remedy : str
            In the scenario's language.
        """
        return self._origin.fault(field_path, problem, remedy)


LISTS = tuple(name for name, field in Scenario.model_fields.items() if get_origin(field.annotation) is tuple)
"""The sections that are lists, each entry one of several models."""


def variants(section: str) -> dict[str, type[Section]]:
    """The models of a section by the value of its discriminator; one under ``""`` where there is no choice.

    Empty for what is no section.
    """
    field = Scenario.model_fields.get(section)
    if field is None:
        return {}
    union = get_args(get_args(field.annotation)[0])[0] if section in LISTS else field.annotation
    models = tuple(one for one in get_args(union) if one is not type(None)) or (union,)
    if not all(isinstance(model, type) and issubclass(model, Section) for model in models):
        return {}
    if len(models) == 1:
        return {"": models[0]}
    return {get_args(model.model_fields[discriminator_of(section)].annotation)[0]: model for model in models}


def discriminator_of(section: str) -> str:
    """The key that chooses among the models of a section."""
    field = Scenario.model_fields[section]
    if section in LISTS:
        field = get_args(get_args(field.annotation)[0])[1]
    return str(field.discriminator)
