"""How one travels: on a road network, or on a friction raster where there is none."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo

from siting.scenario.fields import NOT_EMPTY, Between, Flag, Minutes, RoadKmh, Section, manual
from siting.scenario.messages import refuse
from siting.scenario.paths import InputFile, input_file

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
    "ferry",
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
    "ferry": (20, "bac ou navire dont la durée n'est pas connue", "ferry whose duration is not known"),
}
"""Classes of OpenStreetMap: assumed speed in km/h, meaning in French and in English.

The speeds are those of a car alone on a dry French road, at or a little under the usual legal limit of the
class; `RoadTravel.speed_factor` then accounts for junctions, bends and traffic. They are assumptions."""

DEFAULT_SPEEDS_KMH: dict[str, float] = {name: kmh for name, (kmh, _, _) in ROAD_CLASSES.items()}

NETWORK_DEPARTEMENTS: dict[str, frozenset[str]] = {"corsica": frozenset({"2A", "2B"})}
"""What each embedded road network covers."""

VECTOR_ROAD_SUFFIXES = (".gpkg", ".shp", ".geojson", ".fgb", ".parquet")
ROAD_SUFFIXES = (".pbf", *VECTOR_ROAD_SUFFIXES, ".npz")
"""Files of roads: OpenStreetMap, vector files read through a mapping, and what a run folder keeps of one."""

ROAD_MAPPINGS = ("ign_bd_topo", "ign_route_500")
"""Mappings that siting has."""

HIGHEST_LIMIT_KMH = 130.0
"""The highest legal limit in France: no link is faster where limits are used."""


def _known_roads(path: Path) -> Path:
    if path.suffix.lower() not in ROAD_SUFFIXES:
        raise refuse("unknown_roads", value=path.name, known=", ".join(ROAD_SUFFIXES))
    return path


RoadFile = Annotated[InputFile, AfterValidator(_known_roads)]


def _mapping(value: object, info: ValidationInfo) -> object:
    return value if value is None or value in ROAD_MAPPINGS else input_file(value, info)


RoadMappingName = Annotated[str | Path, BeforeValidator(_mapping)]

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
        Literal["corsica"] | None,
        manual(
            "Réseau routier fourni : corsica (OpenStreetMap, ODbL). Une seule des deux clés network et file.",
            "Embedded road network: corsica (OpenStreetMap, ODbL). Exactly one of network and file.",
        ),
    ] = None
    file: Annotated[
        RoadFile | None,
        manual(
            "Fichier de routes du planificateur, dans le dossier du scénario ou le dossier de travail : extrait "
            "OpenStreetMap .osm.pbf ; ou .gpkg, .shp, .geojson, .fgb, .parquet, avec mapping.",
            "A planner's own file of roads, in the folder of the scenario or the working folder: an OpenStreetMap "
            "extract .osm.pbf; or .gpkg, .shp, .geojson, .fgb, .parquet, with mapping.",
            examples=["isere.osm.pbf"],
        ),
    ] = None
    mapping: Annotated[
        RoadMappingName | None,
        manual(
            "Ce que disent les colonnes d'un fichier vectoriel de routes : ign_bd_topo (BD TOPO 3.x), ign_route_500 "
            "(ROUTE 500 3.0), ou le chemin d'un fichier YAML (voir docs/roads.md).",
            "What the columns of a vector file of roads mean: ign_bd_topo (BD TOPO 3.x), ign_route_500 (ROUTE 500 "
            "3.0), or the path of a YAML file (see docs/roads.md).",
            examples=["ign_bd_topo"],
        ),
    ] = None
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
    use_maxspeed: Annotated[
        Flag,
        manual(
            "true : la vitesse limite d'une route, quand le fichier la donne, remplace celle de sa classe.",
            "true: the speed limit of a road, where the file gives it, replaces the speed of its class.",
        ),
    ] = False
    use_ferries: Annotated[
        Flag,
        manual(
            "true : on prend les bacs et navires, à la durée que donne le fichier, sans attente.",
            "true: ferries are taken, in the time that the file gives, without a wait.",
        ),
    ] = False
    unpaved_speed_share: Annotated[
        float,
        Between(0.1, 1),
        manual(
            "Part de la vitesse qui reste sur une route sans revêtement, une hypothèse.",
            "Share of the speed that is left on an unpaved road, an assumption.",
            examples=[0.7],
        ),
    ] = 0.7
    urban_slowing: Annotated[
        float,
        Between(0, 3),
        manual(
            "Allongement du temps en ville : 0.3, 30 % de plus là où vivent 1500 habitants par km² ou plus, rien sous "
            "300.",
            "Time added in towns: 0.3 is 30 % more where 1500 persons per km² or more live, nothing below 300.",
            examples=[0.3],
        ),
    ] = 0
    bend_slowing: Annotated[
        float,
        Between(0, 3),
        manual(
            "Allongement du temps dans les virages : à 0.5, une route 1,4 fois plus longue que la ligne droite prend "
            "20 % de plus, sa longueur comptée à part.",
            "Time added for bends: at 0.5 a road 1.4 times as long as the straight line takes 20 % more, on top of its "
            "length.",
            examples=[0.5],
        ),
    ] = 0
    relief_slowing: Annotated[
        float,
        Between(0, 3),
        manual(
            "Allongement du temps par le relief : part ajoutée pour 100 m d'écart type de l'altitude à 5 km alentour.",
            "Time added for relief: share added for 100 m of standard deviation of the altitude within 5 km.",
            examples=[0.1],
        ),
    ] = 0
    validated_by: Annotated[
        InputFile | None,
        manual(
            "Rapport .json de « siting calibrate » sur ces vitesses ; sans lui, elles sont dites non validées.",
            "The .json report of 'siting calibrate' on these speeds; without one they are said not to be validated.",
            examples=["vitesses.json"],
        ),
    ] = None
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
        limits_kmh = [HIGHEST_LIMIT_KMH] if self.use_maxspeed else []
        return max(max([*self.speeds_kmh.values(), *limits_kmh]) * self.speed_factor, self.off_road_kmh)


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
