"""How one travels: on a road network, or on a friction raster where there is none."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field

from siting.scenario.fields import NOT_EMPTY, Between, Minutes, RoadKmh, Section, manual

RoadClass = Literal[
    "motorway",
    "motorway_link",
    "trunk",
    "trunk_link",
    "primary",
    "primary_link",
    "secondary",
    "secondary_link",
    "tertiary",
    "tertiary_link",
    "unclassified",
    "residential",
    "living_street",
    "service",
    "track",
]
ROAD_CLASSES: dict[str, tuple[float, str, str]] = {
    "motorway": (125, "autoroute", "motorway"),
    "motorway_link": (70, "bretelle d'autoroute", "motorway slip road"),
    "trunk": (105, "voie rapide", "dual carriageway or express road"),
    "trunk_link": (60, "bretelle de voie rapide", "express road slip road"),
    "primary": (80, "route principale (nationale, grande départementale)", "primary road"),
    "primary_link": (50, "bretelle de route principale", "primary road slip road"),
    "secondary": (70, "route départementale", "secondary road"),
    "secondary_link": (45, "bretelle de route départementale", "secondary road slip road"),
    "tertiary": (60, "petite route départementale", "tertiary road"),
    "tertiary_link": (40, "bretelle de petite route", "tertiary road slip road"),
    "unclassified": (50, "route communale", "minor road"),
    "residential": (35, "rue", "residential street"),
    "living_street": (20, "zone de rencontre", "living street"),
    "service": (20, "voie de desserte", "service road"),
    "track": (15, "chemin carrossable", "track"),
}
"""Classes of OpenStreetMap: assumed speed in km/h, meaning in French and in English.

The speeds are those of a car alone on a dry French road, at or a little under the usual legal limit of the
class; `RoadTravel.speed_factor` then accounts for junctions, bends and traffic. They are assumptions."""

DEFAULT_SPEEDS_KMH: dict[str, float] = {name: kmh for name, (kmh, _, _) in ROAD_CLASSES.items()}

NETWORK_DEPARTEMENTS: dict[str, frozenset[str]] = {"corsica": frozenset({"2A", "2B"})}
"""What each embedded road network covers."""

Cutoff = Annotated[
    Minutes,
    manual(
        "Jusqu'où l'on calcule les trajets vers les sites, en minutes ; au moins la norme de service.",
        "How far travel to the sites is computed, in minutes; at least the service standard.",
        examples=[30],
    ),
]


def _with_defaults(speeds_kmh: object) -> object:
    return {**DEFAULT_SPEEDS_KMH, **speeds_kmh} if isinstance(speeds_kmh, dict) else speeds_kmh


def _speeds_schema(schema: dict[str, Any]) -> None:
    """One property per road class, so that an editor offers them."""
    speed = schema.pop("additionalProperties")
    schema.pop("propertyNames", None)
    schema["properties"] = {
        name: {**speed, "default": kmh, "description": f"{french}\n\n{english}"}
        for name, (kmh, french, english) in ROAD_CLASSES.items()
    }
    schema["additionalProperties"] = False


class RoadTravel(Section):
    """By car on a road network, with its true lengths and one-way streets."""

    section: ClassVar[str] = "travel"

    surface: Annotated[
        Literal["roads"],
        manual(
            "roads : en voiture, sur un réseau routier réel (longueurs vraies, sens uniques).",
            "roads: by car, on a real road network (true lengths, one-way streets).",
        ),
    ]
    network: Annotated[
        Literal["corsica"],
        manual(
            "Réseau routier fourni : corsica (OpenStreetMap, ODbL).",
            "Embedded road network: corsica (OpenStreetMap, ODbL).",
        ),
    ]
    cutoff_min: Cutoff = 30
    speeds_kmh: Annotated[
        dict[RoadClass, RoadKmh],
        BeforeValidator(_with_defaults),
        manual(
            "Vitesse à vide par classe de route OpenStreetMap, en km/h ; les classes non citées gardent leur valeur "
            "par défaut. Ce sont des hypothèses, pas des mesures.",
            "Free speed by OpenStreetMap road class, in km/h; classes left out keep their default. These are "
            "assumptions, not measurements.",
            examples=[{"primary": 75, "residential": 30}],
        ),
        Field(default_factory=DEFAULT_SPEEDS_KMH.copy, json_schema_extra=_speeds_schema),
    ]
    speed_factor: Annotated[
        float,
        Between(0.3, 1.2),
        manual(
            "Facteur sur toute vitesse sur route (carrefours, virages, trafic), une hypothèse ; 1 : vitesse à vide.",
            "Factor on every road speed (junctions, bends, traffic), an assumption; 1: free speed.",
            examples=[0.85],
        ),
    ] = 0.85
    off_road_kmh: Annotated[
        float,
        Between(1, 50),
        manual(
            "Vitesse entre une maille et la route, en km/h (Eurostat prend 15).",
            "Speed between a cell and the road, in km/h (Eurostat takes 15).",
            examples=[15],
        ),
    ] = 15
    access_links: Annotated[
        int,
        Between(1, 20),
        manual(
            "Nombre de points des routes proches, carrefours compris, par lesquels une maille ou un site rejoint la "
            "route ; jamais en pleine voie rapide, sur un pont ou dans un tunnel.",
            "Number of points of near roads, crossings included, by which a cell or a site joins the road; never in "
            "the middle of an express road, on a bridge or in a tunnel.",
            examples=[4],
        ),
    ] = 4
    max_access_m: Annotated[
        float,
        Between(100, 20_000),
        manual(
            "Distance maximale, en mètres, pour rejoindre la route ; au-delà, « pas de route à portée ».",
            "Longest distance, in metres, to join the road; beyond it, no road is within reach.",
            examples=[3000],
        ),
    ] = 3000

    @property
    def cutoff_s(self) -> int:
        """How far to look, in whole seconds."""
        return round(self.cutoff_min * 60)

    @property
    def fastest_kmh(self) -> float:
        """No trip is faster than this on average."""
        return max(max(self.speeds_kmh.values()) * self.speed_factor, self.off_road_kmh)


class FrictionTravel(Section):
    """By car on a friction raster, by a screening model: speeds from population density and relief."""

    section: ClassVar[str] = "travel"

    surface: Annotated[
        Literal["friction"],
        manual(
            "friction : sans réseau routier, temps estimés maille à maille (modèle de repérage).",
            "friction: without road data, times estimated from cell to cell (a screening model).",
        ),
    ]
    model: Annotated[
        Literal["screening"],
        manual(
            "screening : vitesse déduite de la densité de population et du relief ; repérage, non preuve.",
            "screening: speed from population density and relief; a screening, not a proof.",
        ),
    ] = "screening"
    cutoff_min: Cutoff = 30
    density_persons_per_km2: Annotated[
        tuple[Annotated[float, Between(0, 100_000)], ...],
        manual(
            "Densités (habitants par km²), croissantes depuis 0, où vaut la vitesse de même rang ; entre deux, la "
            "vitesse passe de l'une à l'autre.",
            "Densities (persons per km²), ascending, the first 0, at which the speed of the same rank holds; between "
            "two, speed goes from one to the other.",
        ),
        NOT_EMPTY,
        Field(json_schema_extra={"minItems": 1}),
    ] = (0, 50, 500, 5000, 20_000)
    speeds_kmh: Annotated[
        tuple[RoadKmh, ...],
        manual(
            "Vitesse à vol d'oiseau en plaine à chacune de ces densités, en km/h. Par défaut : ajustée sur des temps "
            "connus en Isère et en Gironde.",
            "Speed as the crow flies on a plain at each of these densities, in km/h. By default: fitted to known "
            "times in Isère and Gironde.",
        ),
        NOT_EMPTY,
        Field(json_schema_extra={"minItems": 1}),
    ] = (61, 61, 79, 50, 25)
    rugged_speed_share: Annotated[
        float,
        Between(0.1, 1),
        manual(
            "Part de cette vitesse qui reste en montagne, là où presque personne n'habite (1 : le relief ne ralentit "
            "pas) ; les villes gardent la leur.",
            "Share of that speed left in mountains where hardly anyone lives (1: relief slows no one); towns keep "
            "theirs.",
            examples=[0.5],
        ),
    ] = 0.5

    @property
    def cutoff_s(self) -> int:
        """How far to look, in whole seconds."""
        return round(self.cutoff_min * 60)

    @property
    def fastest_kmh(self) -> float:
        """No trip is faster than this on average."""
        return max(self.speeds_kmh)
