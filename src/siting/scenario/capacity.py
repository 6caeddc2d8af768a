"""How many consultations are asked for, and how many each site can give."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from siting.scenario.fields import Between, Section, manual

CONSULTATIONS_PER_PERSON = 3.35
"""230 million consultations of GPs a year for 68.6 million people [calc]."""
Consultations = Annotated[int, Between(0, 10_000_000)]


class CapacitySettings(Section):
    """Consultations a year: asked for by people, given by sites. All figures but the first are assumptions."""

    section: ClassVar[str] = "capacity"

    people_go: Annotated[
        Literal["where_there_is_room", "nearest"],
        manual(
            "where_there_is_room : à la norme, chacun va où il reste de la place, au plus près, de sorte que le plus "
            "de consultations soient données ; nearest : au site ouvert le plus proche, même plein.",
            "where_there_is_room: within the standard, people go where there is room, as near as can be, so that most "
            "consultations are given; nearest: to the nearest open site, even where it is full.",
        ),
    ] = "where_there_is_room"
    consultations_per_person: Annotated[
        float,
        Between(0.01, 50),
        manual(
            "Consultations demandées par an et par habitant ; par défaut 3,35, la moyenne nationale chez les "
            "généralistes.",
            "Consultations asked for per year and person; by default 3.35, the national mean with GPs.",
            examples=[3.35],
        ),
    ] = CONSULTATIONS_PER_PERSON
    practice_per_year: Annotated[
        Consultations,
        manual(
            "Consultations par an d'un cabinet de généraliste (hypothèse) ; avec existing.rule gp_practices, un site "
            "donne celles de tous les cabinets de sa commune.",
            "Consultations a year of a GP practice (an assumption); with existing.rule gp_practices a site gives those "
            "of all practices of its commune.",
            examples=[4_000],
        ),
    ] = 4_000
    existing_per_year: Annotated[
        Consultations,
        manual(
            "Consultations par an d'un autre site existant, maintenu ou labellisé, dont le fichier ne dit rien "
            "(capacity_per_year ; hypothèse).",
            "Consultations a year of another existing site, kept or labelled, of which the file says nothing "
            "(capacity_per_year; an assumption).",
        ),
    ] = 10_000
    upgrade_per_year: Annotated[
        Consultations,
        manual(
            "Consultations par an qu'un agrandissement ajoute à un site (hypothèse : deux médecins).",
            "Consultations a year that an extension adds to a site (an assumption: two doctors).",
        ),
    ] = 8_000
    create_per_year: Annotated[
        Consultations,
        manual(
            "Consultations par an d'une maison créée (hypothèse : deux médecins).",
            "Consultations a year of a created house (an assumption: two doctors).",
        ),
    ] = 8_000
    itinerant_per_year: Annotated[
        Consultations,
        manual(
            "Consultations par an d'une unité itinérante (hypothèse : un médecin).",
            "Consultations a year of an itinerant unit (an assumption: one doctor).",
        ),
    ] = 4_000
    tele_per_year: Annotated[
        Consultations,
        manual(
            "Consultations par an d'un site équipé pour la téléconsultation (hypothèse).",
            "Consultations a year of a site equipped for teleconsultation (an assumption).",
        ),
    ] = 2_000
