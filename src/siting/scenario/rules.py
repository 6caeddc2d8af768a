"""Rules: what a plan must keep beside its goal, each on its own and freely combined."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from siting.scenario.codes import CommuneCode, DepartementCode, EpciCode
from siting.scenario.fields import NOT_EMPTY, Between, Minutes, OneLine, Section, manual
from siting.scenario.goal import Share

Euros = Annotated[float, Between(1, 1e12)]
ZONE_KEYS = ("each", "departements", "epcis", "communes", "red_zones")


class ListedSection(Section):
    """An entry of a list: no section of its own, so its fields are noted with the list."""

    section: ClassVar[str] = ""


Departements = Annotated[
    tuple[DepartementCode, ...] | None,
    manual("Codes de départements.", "Codes of départements.", examples=[["2A"]]),
    NOT_EMPTY,
]
Epcis = Annotated[
    tuple[EpciCode, ...] | None,
    manual(
        "Numéros SIREN d'EPCI (9 chiffres) ; communes.csv les donne.",
        "SIREN numbers of EPCI (9 digits); communes.csv has them.",
        examples=[["242010056"]],
    ),
    NOT_EMPTY,
]
Communes = Annotated[
    tuple[CommuneCode, ...] | None,
    manual("Codes INSEE de communes.", "INSEE codes of communes.", examples=[["2A004"]]),
    NOT_EMPTY,
]


RedZones = Annotated[
    bool | None,
    manual(
        "true : les zones rouges du fichier de la section zones.",
        "true: the red zones of the file of the section zones.",
    ),
]


class BudgetRule(ListedSection):
    """The new houses cost no more than a sum."""

    rule: Annotated[
        Literal["budget"],
        manual(
            "budget : le coût des maisons nouvelles ne dépasse pas une somme (voir costs).",
            "budget: the cost of the new houses is no more than a sum (see costs).",
        ),
    ]
    at_most_eur: Annotated[Euros, manual("Somme, en euros.", "Sum, in euros.", examples=[500_000])]


class CoveredShareRule(ListedSection):
    """A share of the people is covered, everywhere or in each part."""

    rule: Annotated[
        Literal["covered_share"],
        manual(
            "covered_share : au moins cette part des habitants est couverte.",
            "covered_share: at least this share of the people is covered.",
        ),
    ]
    at_least_share: Annotated[Share, manual("Part, de 0,01 à 1.", "Share, from 0.01 to 1.", examples=[0.9])]
    each: Annotated[
        Literal["study_area", "departement", "epci"],
        manual(
            "Où : study_area (le territoire entier), departement ou epci (chacun d'eux ; les communes sans EPCI n'en "
            "forment pas un).",
            "Where: study_area (the whole), departement or epci (each of them; communes without EPCI form none).",
        ),
    ] = "study_area"


class BackupRule(ListedSection):
    """A share of the people has a second open site within the standard."""

    rule: Annotated[
        Literal["backup"],
        manual(
            "backup : au moins cette part des habitants a deux sites ouverts à la norme (secours).",
            "backup: at least this share of the people has two open sites within the standard.",
        ),
    ]
    at_least_share: Annotated[Share, manual("Part, de 0,01 à 1.", "Share, from 0.01 to 1.", examples=[0.5])]


class HousesRule(ListedSection):
    """A floor or a cap on the new houses of each département or EPCI, or of one zone."""

    rule: Annotated[
        Literal["houses"],
        manual(
            "houses : un plancher ou un plafond de maisons nouvelles dans chaque département ou EPCI (each), ou dans "
            "une zone (departements, epcis, communes ou red_zones : une seule de ces clés).",
            "houses: a floor or a cap on the new houses of each département or EPCI (each), or of one zone "
            "(departements, epcis, communes or red_zones: exactly one of these keys).",
        ),
    ]
    name: Annotated[
        OneLine | None,
        manual(
            "Nom de la zone, pour le rapport.",
            "Name of the zone, for the report.",
            examples=["Zones rouges"],
        ),
    ] = None
    each: Annotated[
        Literal["departement", "epci"] | None,
        manual(
            "La même règle dans chaque département ou dans chaque EPCI du territoire.",
            "The same rule in each département or in each EPCI of the study area.",
        ),
    ] = None
    departements: Departements = None
    epcis: Epcis = None
    communes: Communes = None
    red_zones: RedZones = None
    at_least: Annotated[
        Annotated[int, Between(0, 35_000)],
        manual("Plancher : au moins ce nombre de maisons.", "Floor: at least this number of houses.", examples=[1]),
    ] = 0
    at_most: Annotated[
        Annotated[int, Between(0, 35_000)] | None,
        manual(
            "Plafond : au plus ce nombre ; sans valeur (null) : aucun.",
            "Cap: at most this number; without a value (null): none.",
            examples=[10],
        ),
    ] = None


class ApartRule(ListedSection):
    """No two new houses nearer than a distance, or than the minutes of a trip."""

    rule: Annotated[
        Literal["apart"],
        manual(
            "apart : deux maisons nouvelles ne sont pas plus proches que cela, à vol d'oiseau (at_least_km) ou par le "
            "trajet (at_least_min) : une seule de ces clés.",
            "apart: no two new houses stand nearer than this, as the crow flies (at_least_km) or by the trip "
            "(at_least_min): exactly one of these keys.",
        ),
    ]
    at_least_km: Annotated[
        Annotated[float, Between(0.1, 500)] | None,
        manual("Distance minimale, en kilomètres.", "Least distance, in kilometres.", examples=[10]),
    ] = None
    at_least_min: Annotated[
        Minutes | None,
        manual(
            "Temps de trajet minimal, en minutes, dans un sens comme dans l'autre, depuis le milieu de la maille où "
            "se trouve une maison jusqu'à l'autre ; au plus travel.cutoff_min.",
            "Least travel time, in minutes, whichever way one goes, from the middle of the cell in which one house "
            "stands to the other; at most travel.cutoff_min.",
            examples=[15],
        ),
    ] = None

    @property
    def measure(self) -> str:
        """The key that says how far."""
        return "at_least_km" if self.at_least_min is None else "at_least_min"


Rule = Annotated[
    BudgetRule | CoveredShareRule | BackupRule | HousesRule | ApartRule,
    Field(discriminator="rule"),
]


YEARLY_AID_EUR = 50_000.0
"""The largest aid to a structure and year that was announced: the default cost of every kind, an assumption."""


class Costs(Section):
    """What each thing that may be done at a site costs; the costs of a file of sites come first."""

    section: ClassVar[str] = "costs"

    keep_eur: Annotated[
        Annotated[float, Between(0, 1e12)],
        manual(
            "Coût d'un site maintenu, là où existing.kept_may laisse le choix ; ailleurs il ne compte pas.",
            "Cost of a site that is kept, where existing.kept_may leaves a choice; elsewhere it does not count.",
            examples=[50_000],
        ),
    ] = YEARLY_AID_EUR
    close_eur: Annotated[
        Annotated[float, Between(0, 1e12)],
        manual("Coût de la fermeture d'un site.", "Cost of closing a site.", examples=[10_000]),
    ] = 0.0

    create_eur: Annotated[
        Euros,
        manual(
            "Coût d'une maison créée, en euros, sur la période du budget.",
            "Cost of a new house, in euros, over the period of the budget.",
            examples=[50_000],
        ),
    ] = YEARLY_AID_EUR
    label_eur: Annotated[
        Euros,
        manual(
            "Coût de la labellisation d'une structure qui existe.",
            "Cost of labelling a structure that exists.",
            examples=[50_000],
        ),
    ] = YEARLY_AID_EUR
    upgrade_eur: Annotated[
        Euros,
        manual(
            "Coût de la mise à niveau d'une structure qui existe ; s'ajoute à keep_eur pour un site maintenu.",
            "Cost of upgrading a structure that exists; on top of keep_eur for a site that is kept.",
            examples=[50_000],
        ),
    ] = YEARLY_AID_EUR
    itinerant_eur: Annotated[
        Euros,
        manual(
            "Coût d'une unité itinérante.",
            "Cost of an itinerant unit.",
            examples=[50_000],
        ),
    ] = YEARLY_AID_EUR
    tele_eur: Annotated[
        Euros,
        manual(
            "Coût d'un site équipé pour la téléconsultation.",
            "Cost of a site equipped for teleconsultation.",
            examples=[50_000],
        ),
    ] = YEARLY_AID_EUR


Weight = Annotated[
    Annotated[float, Between(0, 100)],
    manual(
        "Ce que compte une personne du groupe ; 1 : comme les autres. Plusieurs poids se multiplient.",
        "What a person of the group counts; 1: like the others. Several weights multiply.",
        examples=[2],
    ),
]


class AgeWeight(ListedSection):
    """People of an age group count more, or less."""

    who: Annotated[
        Literal["age"],
        manual("age : les personnes d'une classe d'âge.", "age: the people of an age group."),
    ]
    group: Annotated[
        Literal["under_15", "from_15_to_64", "over_65"],
        manual(
            "Classe d'âge : under_15 (moins de 15 ans), from_15_to_64, over_65 (65 ans et plus).",
            "Age group: under_15, from_15_to_64, over_65 (65 and over).",
        ),
    ]
    weight: Weight


class ZoneWeight(ListedSection):
    """People of a zone count more, or less."""

    who: Annotated[
        Literal["zone"],
        manual(
            "zone : les habitants d'une zone (departements, epcis, communes ou red_zones : une seule de ces clés).",
            "zone: the people of a zone (departements, epcis, communes or red_zones: exactly one of these keys).",
        ),
    ]
    departements: Departements = None
    epcis: Epcis = None
    communes: Communes = None
    red_zones: RedZones = None
    weight: Weight


class ModeWeight(ListedSection):
    """People who travel otherwise than by car count more, or less."""

    who: Annotated[
        Literal["mode"],
        manual(
            "mode : ceux qui se déplacent à pied ou sans voiture, d'après les parts de la section walking ou no_car.",
            "mode: those who travel on foot or without a car, by the shares of the section walking or no_car.",
        ),
    ]
    mode: Annotated[
        Literal["walking", "no_car"],
        manual(
            "La section où sont leurs parts : walking ou no_car.", "The section of their shares: walking or no_car."
        ),
    ]
    weight: Weight


PeopleWeight = Annotated[AgeWeight | ZoneWeight | ModeWeight, Field(discriminator="who")]

Zoned = HousesRule | ZoneWeight
"""What names places by the codes of départements, EPCI or communes: exactly one of `ZONE_KEYS`."""
