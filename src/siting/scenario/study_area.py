"""Where: the study area, and the grid that is laid over it."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from siting.scenario.codes import CommuneCode, DepartementCode
from siting.scenario.fields import NOT_EMPTY, Between, Section, manual
from siting.scenario.projections import MetricCrs, overseas_crs


class StudyArea(Section):
    """The places whose people the plan serves: exactly one of the three."""

    section: ClassVar[str] = "study_area"

    departements: Annotated[
        tuple[DepartementCode, ...] | None,
        manual(
            "Codes des départements (2 ou 3 caractères, entre guillemets), 971 à 974 et 976 compris. Une seule des "
            "trois clés departements, communes, country.",
            "Codes of départements (2 or 3 characters, quoted), 971 to 974 and 976 included. Exactly one of "
            "departements, communes, country.",
            examples=[["2A", "2B"], ["71"], ["974"]],
        ),
        NOT_EMPTY,
        Field(json_schema_extra={"minItems": 1, "uniqueItems": True}),
    ] = None
    communes: Annotated[
        tuple[CommuneCode, ...] | None,
        manual(
            "Codes INSEE des communes (5 caractères, entre guillemets) ; pas le code postal.",
            "INSEE codes of communes (5 characters, quoted); not the postal code.",
            examples=[["2A004", "2A247"]],
        ),
        NOT_EMPTY,
        Field(json_schema_extra={"minItems": 1, "uniqueItems": True}),
    ] = None
    country: Annotated[
        Literal["metropolitan_france"] | None,
        manual(
            "Tout un pays : metropolitan_france, la France métropolitaine, Corse comprise.",
            "A whole country: metropolitan_france, Corsica included.",
        ),
    ] = None

    @property
    def codes(self) -> tuple[str, ...]:
        """The départements or communes asked for; none where it is a country."""
        return self.departements or self.communes or ()

    @property
    def overseas_crs(self) -> str | None:
        """The projection of an overseas territory; None in metropolitan France."""
        return overseas_crs(self.codes[0]) if self.codes else None


class GridSettings(Section):
    """The square cells on which every layer of the run lies."""

    section: ClassVar[str] = "grid"

    crs: Annotated[
        MetricCrs | None,
        manual(
            "Projection. Sans valeur (null), celle du territoire : EPSG:3035 (LAEA Europe, celle du recensement au "
            "kilomètre : aucune population n'est redistribuée) en métropole, où EPSG:2154 (Lambert 93) est possible ; "
            "outre-mer EPSG:5490 (Guadeloupe, Martinique), 2972 (Guyane), 2975 (La Réunion) ou 4471 (Mayotte).",
            "Projection. Without a value (null), that of the study area: EPSG:3035 (LAEA Europe, that of the 1 km "
            "census: no population is spread again) in metropolitan France, where EPSG:2154 (Lambert 93) may be taken; "
            "overseas EPSG:5490 (Guadeloupe, Martinique), 2972 (Guyane), 2975 (La Réunion) or 4471 (Mayotte).",
            examples=["EPSG:2154"],
        ),
    ] = None
    cell_size_m: Annotated[
        float,
        Between(100, 10_000),
        manual("Côté d'une maille, en mètres.", "Side of a cell, in metres.", examples=[1000, 200]),
    ] = 1000
    halo_km: Annotated[
        Annotated[float, Between(0, 500)] | None,
        manual(
            "Bande autour du territoire, en kilomètres, où des sites existants peuvent servir ses habitants. "
            "Sans valeur (null) : le plus loin que l'on aille en cutoff_min à la plus grande vitesse.",
            "Band around the study area, in kilometres, whose existing sites may serve its people. "
            "Without a value (null): as far as one gets in cutoff_min at the fastest speed.",
            examples=[40],
        ),
    ] = None
