"""How one travels where there are no roads, or not only: a raster of speeds made of a planner's layers."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator, Field

from siting.scenario.data_files import DataFile
from siting.scenario.fields import Between, OneLine, RoadKmh, manual
from siting.scenario.messages import refuse
from siting.scenario.paths import InputFile
from siting.scenario.travel_settings import Cutoff


def _class_code(value: object) -> object:
    if not (isinstance(value, str) and value.isdecimal() and len(value) <= 9):
        raise refuse("not_whole", value=value)
    return value


ClassCode = Annotated[str, BeforeValidator(_class_code)]
LandKmh = Annotated[float, Between(0, 130)]


class LayersTravel(DataFile):
    """On a friction raster made of land cover, barriers, slope and roads."""

    section: ClassVar[str] = "travel"

    surface: Annotated[
        Literal["layers"],
        manual(
            "layers : de maille en maille, à des vitesses tirées de vos couches (occupation du sol, obstacles, pente, "
            "routes ou pistes).",
            "layers: from cell to cell, at speeds drawn from your layers (land cover, barriers, slope, roads or "
            "tracks).",
        ),
    ]
    cutoff_min: Cutoff = 30
    other_kmh: Annotated[
        float,
        Between(0.5, 130),
        manual(
            "Vitesse sur la terre que rien d'autre ne décrit, en km/h (hypothèse : à pied).",
            "Speed on land that nothing else describes, in km/h (an assumption: on foot).",
        ),
    ] = 4
    land_cover: Annotated[
        InputFile | None,
        manual(
            "GeoTIFF de classes d'occupation du sol ; une maille prend la classe la plus étendue.",
            "GeoTIFF of land cover classes; a cell takes the most extensive.",
            examples=["occupation_du_sol.tif"],
        ),
    ] = None
    land_cover_kmh: Annotated[
        dict[ClassCode, LandKmh],
        manual(
            "Vitesse par classe, en km/h ; 0 : infranchissable. Les autres classes ont other_kmh.",
            "Speed by class, in km/h; 0: cannot be crossed. The other classes have other_kmh.",
            examples=[{"10": 3, "80": 0}],
        ),
        Field(default_factory=dict),
    ]
    barriers: Annotated[
        InputFile | None,
        manual(
            "Lignes ou surfaces infranchissables (rivières, lacs, falaises), .gpkg ou .geojson : toute maille touchée "
            "arrête, sauf sous une route.",
            "Lines or areas that cannot be crossed (rivers, lakes, cliffs), .gpkg or .geojson: each cell touched stops "
            "travel, but under a road.",
            examples=["rivieres.gpkg"],
        ),
    ] = None
    dem: Annotated[
        InputFile | None,
        manual("GeoTIFF d'altitudes, en mètres.", "GeoTIFF of altitudes, in metres.", examples=["altitudes.tif"]),
    ] = None
    slope_halving: Annotated[
        float,
        Between(0.02, 2),
        manual(
            "Pente (0.25 : 25 %) à laquelle la vitesse hors des routes est divisée par deux ; la même à la montée et à "
            "la descente (hypothèse).",
            "Slope (0.25: 25 %) at which the speed off roads is halved; the same uphill and downhill (an assumption).",
        ),
    ] = 0.25
    roads: Annotated[
        InputFile | None,
        manual(
            "Routes ou pistes en lignes, .gpkg ou .geojson : toute maille touchée prend la vitesse de la plus rapide.",
            "Roads or tracks as lines, .gpkg or .geojson: each cell touched takes the speed of the fastest.",
            examples=["pistes.gpkg"],
        ),
    ] = None
    road_class_column: Annotated[
        OneLine,
        manual("Colonne de roads qui donne la classe.", "Column of roads that has the class."),
    ] = "highway"
    road_kmh: Annotated[
        dict[Annotated[str, Field(max_length=60)], RoadKmh],
        manual(
            "Vitesse par classe de route, en km/h ; les routes d'une autre classe sont ignorées.",
            "Speed by class of road, in km/h; roads of another class are ignored.",
            examples=[{"track": 15, "unclassified": 40}],
        ),
        Field(default_factory=dict),
    ]
    resample: Annotated[
        bool,
        manual(
            "true : ramener à la grille du calcul un raster d'une autre projection ou d'autres lignes.",
            "true: bring a raster of another projection or other lines to the run's grid.",
        ),
    ] = False

    @property
    def cutoff_s(self) -> int:
        """How far to look, in whole seconds."""
        return round(self.cutoff_min * 60)

    @property
    def fastest_kmh(self) -> float:
        """No trip is faster than this on average."""
        return max(self.other_kmh, *self.land_cover_kmh.values(), *self.road_kmh.values())
