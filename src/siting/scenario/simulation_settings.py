"""What happens after the plan: the quarters, the milestones and the instruments of a simulation."""

from __future__ import annotations

import re
from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator, Field

from siting.scenario.fields import NOT_EMPTY, Between, Section, exactly, manual
from siting.scenario.messages import refuse

Preset = Literal["off", "announced", "observed"]
Instrument = Literal[
    "house_aid",
    "creation",
    "salaried_doctor",
    "junior",
    "assistant",
    "solidarity_day",
    "medicobus",
    "part_time",
    "tele",
    "shuttle_trip",
    "on_demand",
    "installation",
]
Payer = Literal["state", "assurance_maladie", "europe", "departement", "commune", "doctor"]
QUARTER = r"20[0-9]{2}-Q[1-4]"


def _quarter(value: object) -> object:
    if isinstance(value, str) and not re.fullmatch(QUARTER, value):
        raise refuse("bad_quarter", value=value)
    return value


Quarter = Annotated[str, BeforeValidator(_quarter), Field(json_schema_extra={"pattern": f"^{QUARTER}$"})]


class SimulationSettings(Section):
    """What a simulation starts from, how far it goes, and what moves supply."""

    section: ClassVar[str] = "simulation"

    start: Annotated[
        Quarter,
        manual(
            "Dernier trimestre connu, d'où part la simulation.",
            "The last known quarter, from which the simulation starts.",
            examples=["2026-Q4"],
        ),
    ]
    quarters: Annotated[
        int,
        Between(1, 80),
        manual("Nombre de trimestres simulés.", "How many quarters are simulated.", examples=[12]),
    ] = 12
    draws: Annotated[
        int,
        Between(1, 1_000),
        manual(
            "Nombre de tirages ; le premier prend les hypothèses telles quelles, la fourchette vient de tous.",
            "How many draws; the first takes the assumptions as they are, the band comes from all.",
            examples=[100],
        ),
    ] = 50
    seed: Annotated[
        int,
        Between(0, 2**31 - 1),
        manual("Graine des tirages.", "Seed of the draws."),
    ] = 0
    areas: Annotated[
        tuple[Literal["departement", "epci", "commune"], ...],
        manual(
            "Niveaux de quarters.csv, sous le total du territoire : departement, epci, commune.",
            "Levels of quarters.csv, under the total of the study area: departement, epci, commune.",
            examples=[["departement", "epci"]],
        ),
    ] = ("departement", "epci")
    milestone_quarters: Annotated[
        tuple[Quarter, ...],
        manual(
            "Échéances du plan, dans l'ordre ; à chacune, milestone_houses maisons doivent être ouvertes. "
            "Sans échéance, toutes les maisons du plan ouvrent dès que leur délai le permet.",
            "Milestones of the plan, in order; by each of them, milestone_houses houses are to be open. "
            "Without any, all houses of the plan open as soon as their lead time allows.",
            examples=[["2026-Q3", "2027-Q4"]],
        ),
    ] = ()
    milestone_houses: Annotated[
        tuple[Annotated[int, Between(0, 35_000)], ...],
        manual(
            "Maisons ouvertes à chaque échéance (cumul).",
            "Houses open at each milestone (cumulated).",
            examples=[[2000, 5000]],
        ),
    ] = ()
    create_lead_quarters: Annotated[
        int,
        Between(0, 40),
        manual(
            "Trimestres entre la décision et l'ouverture d'une maison créée (deux ans) ; un label n'attend pas.",
            "Quarters between the decision and the opening of a created house (two years); a label does not wait.",
        ),
    ] = 8
    departures: Annotated[
        Literal["on", "off"],
        manual(
            "on : les médecins vieillissent, partent et sont remplacés ; off : rien ne bouge de ce fait.",
            "on: doctors age, leave and are replaced; off: nothing moves on that account.",
        ),
    ] = "on"
    replacement_ratio: Annotated[
        float,
        Between(1, 3),
        manual(
            "Recrues pour remplacer le travail d'un médecin de 50 ans ou plus : 1.1 d'après les heures mesurées, 2 "
            "selon l'opinion qu'il en faut deux.",
            "Recruits for the work of a doctor of 50 or more: 1.1 by measured hours, 2 by the opinion that it takes "
            "two.",
            examples=[1.1, 2.0],
        ),
    ] = 1.1
    solidarity: Annotated[
        Preset,
        manual(
            "Journées de solidarité vers les zones rouges, un transfert : announced (30 millions de consultations "
            "par an), observed (6 500 en cinq mois) ou off.",
            "Solidarity days towards red zones, a transfer: announced (30 million consultations a year), observed "
            "(6,500 in five months) or off.",
        ),
    ] = "off"
    juniors: Annotated[
        Preset,
        manual(
            "Docteurs juniors dès novembre 2026 : announced (3 700, 338 actes par mois), observed (3 700, 200 actes "
            "par mois : un calcul, rien n'est encore observé) ou off.",
            "Docteurs juniors from November 2026: announced (3,700, 338 acts a month), observed (3,700, 200 acts a "
            "month: a calculation, nothing is observed yet) or off.",
        ),
    ] = "off"
    assistants: Annotated[
        Preset,
        manual(
            "Assistants médicaux : announced (15 000 fin 2028), observed (au rythme des 7 240 contrats d'octobre "
            "2024) ou off.",
            "Medical assistants: announced (15,000 by the end of 2028), observed (at the pace of the 7,240 contracts "
            "of October 2024) or off.",
        ),
    ] = "off"
    medicobus_rounds: Annotated[
        int,
        Between(0, 5_000),
        manual(
            "Médicobus, de cinq arrêts par semaine chacun, dans les communes les moins bien servies.",
            "Médicobus, of five stops a week each, in the communes worst served.",
        ),
    ] = 0
    tele_sites: Annotated[
        int,
        Between(0, 35_000),
        manual(
            "Points de téléconsultation accompagnée, dans les communes les moins bien servies ensuite.",
            "Staffed tele-consultation sites, in the communes worst served next.",
        ),
    ] = 0
    part_time_houses: Annotated[
        int,
        Between(0, 35_000),
        manual(
            "Maisons ouvertes deux jours par semaine par un médecin de passage, dans les communes les moins bien "
            "servies après les arrêts de médicobus.",
            "Houses that a visiting doctor opens two days a week, in the communes worst served after the stops of "
            "buses.",
        ),
    ] = 0
    shuttles: Annotated[
        int,
        Between(0, 35_000),
        manual(
            "Communes desservies par une navette vers le médecin, là où le plus d'habitants sans voiture n'en ont "
            "aucun à portée.",
            "Communes that a shuttle takes to a doctor, where most people without a car have none within reach.",
        ),
    ] = 0
    shuttle_days: Annotated[
        int,
        Between(1, 7),
        manual("Jours de navette par semaine.", "Days a week that a shuttle runs."),
    ] = 3
    shuttle_seats: Annotated[
        int,
        Between(1, 100),
        manual(
            "Allers-retours de passagers par jour de navette : 12 en font 1 800 par an sur trois jours par semaine.",
            "Passengers there and back per day of a shuttle: 12 make 1,800 a year on three days a week.",
        ),
    ] = 12
    on_demand_services: Annotated[
        int,
        Between(0, 35_000),
        manual(
            "Communes desservies par un transport à la demande (conducteurs bénévoles), après celles des navettes.",
            "Communes with transport on demand (volunteer drivers), after those of the shuttles.",
        ),
    ] = 0
    on_demand_trips_per_year: Annotated[
        float,
        Between(1, 100_000),
        manual(
            "Allers-retours par an d'un transport à la demande (hypothèse).",
            "Trips there and back a year of a service on demand (an assumption).",
        ),
    ] = 3_000
    single_doctor_days: Annotated[
        int,
        Between(1, 7),
        manual(
            "Jours par semaine où reçoit un médecin seul (hypothèse) ; à plusieurs, ou dans une maison, cinq.",
            "Days a week on which a doctor alone receives (an assumption); several, or a house, five.",
        ),
    ] = 4
    installation_aid_until: Annotated[
        Quarter | None,
        manual(
            "Dernier trimestre de l'exonération et du logement, qui aident à recruter en zone rouge ; sans valeur : "
            "pas d'aide.",
            "Last quarter of the tax exemption and housing, which help to recruit in red zones; without a value: none.",
            examples=["2029-Q4"],
        ),
    ] = None
    demand_growth_per_year: Annotated[
        float,
        Between(-0.1, 0.1),
        manual(
            "Croissance de la demande, par an (0.01 : 1 %).",
            "Growth of demand, a year (0.01: 1 %).",
        ),
    ] = 0
    pool_per_year: Annotated[
        float,
        Between(0, 20_000),
        manual(
            "Généralistes nouveaux par an dans le pays, à se partager ; le territoire en a sa part (hypothèse).",
            "New GPs a year in the country, to be shared; the study area has its part (an assumption).",
        ),
    ] = 3_700
    fill_chance: Annotated[
        float,
        Between(0.001, 0.999),
        manual(
            "Chance qu'un poste vacant trouve preneur dans le trimestre (hypothèse).",
            "Chance that a vacant post finds somebody within a quarter (an assumption).",
        ),
    ] = 0.25
    posts_per_creation: Annotated[
        int,
        Between(0, 20),
        manual(
            "Postes de médecin qu'ouvre une maison créée (hypothèse).",
            "Posts for doctors that a created house opens (an assumption).",
        ),
    ] = 2
    nurses_per_creation: Annotated[
        int,
        Between(0, 20),
        manual(
            "Postes d'infirmier qu'ouvre une maison créée : le label en demande un.",
            "Posts for nurses that a created house opens: the label asks for one.",
        ),
    ] = 1
    patients_per_doctor: Annotated[
        float,
        Between(1, 10_000),
        manual(
            "Habitants standardisés sur la liste d'un médecin (hypothèse) ; ceux pour qui aucune liste à portée n'a de "
            "place sont sans médecin traitant.",
            "Standardised inhabitants on the list of a doctor (an assumption); those for whom no list within reach has "
            "a place are without a regular GP.",
        ),
    ] = 900
    long_term_illness_share: Annotated[
        tuple[Annotated[float, Between(0, 1)], ...],
        manual(
            "Part des personnes en affection de longue durée (ALD) parmi les moins de 15 ans, les 15 à 64 ans, les 65 "
            "ans et plus (hypothèse : de l'ordre de 12 millions en tout).",
            "Share of people with a long-term illness (ALD) under 15, of 15 to 64, of 65 and over (an assumption: of "
            "the order of 12 million in all).",
        ),
        exactly(3),
        Field(json_schema_extra={"minItems": 3, "maxItems": 3}),
    ] = (0.03, 0.12, 0.45)
    unplanned_share: Annotated[
        float,
        Between(0, 1),
        manual(
            "Part des consultations demandées qui ne se prévoient pas (hypothèse).",
            "Share of the consultations asked for that cannot be planned (an assumption).",
        ),
    ] = 0.25
    kept_share: Annotated[
        float,
        Between(0.01, 1),
        manual(
            "Part des consultations offertes que les cabinets gardent pour elles (hypothèse) ; de là vient la chance "
            "d'un rendez-vous sous 48 heures.",
            "Share of the consultations offered that practices keep for them (an assumption); the chance of an "
            "appointment within 48 hours follows from it.",
        ),
    ] = 0.3
    salaried_odds: Annotated[
        float,
        Between(1, 20),
        manual(
            "Ce que le salariat multiplie dans les chances (cotes) de pourvoir les postes des maisons créées, tant que "
            "dure leur aide ; 1 : pas de centre salarié (hypothèse).",
            "What salaries multiply the odds of filling the posts of created houses by, while their aid lasts; 1: no "
            "salaried centre (an assumption).",
        ),
    ] = 1
    aid_budget_eur_per_year: Annotated[
        Annotated[float, Between(50_000, 1_000_000_000)] | None,
        manual(
            "Budget annuel de l'aide aux maisons (50 000 € par maison et par an, douze trimestres) ; les ouvertures "
            "qui le dépassent attendent. Sans valeur : pas de limite.",
            "Yearly budget of the aid to houses (50,000 € per house and year, for twelve quarters); openings beyond it "
            "wait. Without a value: no limit.",
            examples=[250_000_000],
        ),
    ] = None
    unit_costs_eur: Annotated[
        dict[Instrument, Annotated[float, Between(0, 100_000_000)]],
        manual(
            "Ce que coûte une unité de chaque instrument, en euros par an (installation : une fois), à la place des "
            "montants supposés de docs/simulation.md.",
            "What a unit of each instrument costs, in euros a year (installation: once), instead of the assumed "
            "amounts of docs/simulation.md.",
            examples=[{"medicobus": 250_000}],
        ),
        Field(default_factory=dict),
    ]
    cost_shares: Annotated[
        dict[Instrument, dict[Payer, Annotated[float, Between(0, 1)]]],
        manual(
            "Qui paie chaque instrument, en parts qui font 1 ; commune vaut aussi pour l'intercommunalité.",
            "Who pays for each instrument, in shares that add up to 1; commune also stands for the EPCI.",
            examples=[{"medicobus": {"departement": 0.5, "commune": 0.5}}],
        ),
        Field(default_factory=dict),
    ]
    commune_budget_eur_per_person: Annotated[
        float,
        Between(1, 100_000),
        manual(
            "Budget annuel d'une commune par habitant (hypothèse) ; au-delà de 5 % pour les soins, elle dépasse ses "
            "moyens.",
            "Yearly budget of a commune per resident (an assumption); beyond 5 % of it for care, it exceeds its means.",
        ),
    ] = 1_000
    apl_decay: Annotated[
        Literal["steps", "gaussian"],
        manual(
            "Poids du temps de trajet dans l'APL : steps (paliers, la forme officielle) ou gaussian (décroissance "
            "lisse jusqu'au dernier palier).",
            "Weight of travel time in the index: steps (the official form) or gaussian (smooth, down to the "
            "last limit).",
        ),
    ] = "steps"
    apl_limits_min: Annotated[
        tuple[Annotated[float, Between(1, 60)], ...],
        NOT_EMPTY,
        manual("Paliers de l'APL, en minutes, croissants.", "Limits of the index's steps, in minutes, ascending."),
    ] = (10, 15, 20)
    apl_weights: Annotated[
        tuple[Annotated[float, Between(0, 1)], ...],
        NOT_EMPTY,
        manual("Poids de chaque palier, décroissants.", "Weight of each step, never rising."),
    ] = (1, 0.3, 0.1)
    apl_age_bound_years: Annotated[
        float,
        Between(30, 120),
        manual(
            "Âge à partir duquel l'APL ne compte plus un médecin, par classe d'âge (hypothèse : 65).",
            "Age from which the index counts a doctor no more, by age class (an assumption: 65).",
        ),
    ] = 65
    relative_consumption: Annotated[
        tuple[Annotated[float, Between(0, 10)], ...],
        manual(
            "Consultations d'une personne de moins de 15 ans, de 15 à 64, de 65 et plus, par rapport à la moyenne "
            "(hypothèse).",
            "Consultations of a person under 15, of 15 to 64, of 65 and over, relative to the mean (an assumption).",
        ),
        exactly(3),
        Field(json_schema_extra={"minItems": 3, "maxItems": 3}),
    ] = (0.8, 0.85, 1.6)
