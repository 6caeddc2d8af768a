"""Who travels otherwise than by car, and how: what a run measures beside the car."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from siting.scenario.fields import Between, Section, exactly, manual

OffRoadKmh = Annotated[
    float,
    Between(1, 15),
    manual(
        "Vitesse hors des routes, en km/h (hypothèse) ; sur un réseau routier seulement.",
        "Speed off the roads, in km/h (an assumption); on a road network only.",
    ),
]
ShareByAge = Annotated[
    tuple[Annotated[float, Between(0, 1)], ...],
    manual(
        "Part des moins de 15 ans, des 15 à 64 ans, des 65 ans et plus qui se déplacent ainsi. Hypothèse : environ "
        "15 % des ménages n'ont pas de voiture (INSEE) ; la même part est prise à tout âge et partout.",
        "Share of those under 15, of 15 to 64, of 65 and over who travel so. An assumption: about 15 % of households "
        "have no car (INSEE); the same share is taken at every age and everywhere.",
        examples=[[0.15, 0.12, 0.25]],
    ),
    exactly(3),
    Field(json_schema_extra={"minItems": 3, "maxItems": 3}),
]
WithoutCar = (0.15, 0.15, 0.15)


class ModeSettings(Section):
    """A way of travelling that a run measures beside the car."""

    on_foot: ClassVar[bool]
    """Both ways along one-way streets, never along motorways and express roads."""

    speed_kmh: float
    off_road_kmh: OffRoadKmh = 3
    share_by_age: ShareByAge = WithoutCar


class WalkingSettings(ModeSettings):
    """On foot, along the roads and across country."""

    section: ClassVar[str] = "walking"
    on_foot: ClassVar[bool] = True

    speed_kmh: Annotated[
        float,
        Between(1, 8),
        manual(
            "Vitesse de marche le long des routes, en km/h (hypothèse). Sans réseau routier : à vol d'oiseau, divisée "
            "par 1,3 pour les détours.",
            "Walking speed along the roads, in km/h (an assumption). Without a road network: as the crow flies, "
            "divided by 1.3 for detours.",
            examples=[4.5],
        ),
    ] = 4.5


class NoCarSettings(ModeSettings):
    """Without a car of one's own: a lift, a shuttle or a bus, from door to door."""

    section: ClassVar[str] = "no_car"
    on_foot: ClassVar[bool] = False

    speed_kmh: Annotated[
        float,
        Between(1, 80),
        manual(
            "Vitesse de porte à porte, attente comprise, à ne pas dépasser sur les routes, en km/h (hypothèse : "
            "navette, bus, covoiturage ou vélo). Sans réseau routier : à vol d'oiseau, divisée par 1,3 pour les "
            "détours.",
            "Speed from door to door, waiting included, not to be exceeded on the roads, in km/h (an assumption: "
            "shuttle, bus, lift or bicycle). Without a road network: as the crow flies, divided by 1.3 for detours.",
            examples=[20],
        ),
    ] = 20
