"""Who lives there: the embedded census, or a planner's own file."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from siting.scenario.data_files import DataFile
from siting.scenario.fields import Between, Section, manual
from siting.scenario.paths import InputFile
from siting.scenario.projections import MetricCrs

_TABLE_FRENCH = "Fichier .csv, .gpkg ou .parquet"
_TABLE_ENGLISH = "File .csv, .gpkg or .parquet"

HiddenPersons = Annotated[float, Between(0, 10_000)]


class CensusPopulation(Section):
    """The European census grid of 2021 that siting carries."""

    section: ClassVar[str] = "population"

    rule: Annotated[
        Literal["census"],
        manual(
            "census : le recensement européen de 2021 par maille de 1 km, fourni pour la métropole.",
            "census: the European census of 2021 by 1 km cell, embedded for metropolitan France.",
        ),
    ] = "census"


class MunicipalPopulation(Section):
    """Overseas, for want of a grid: the municipal population that siting carries, spread around the town halls."""

    section: ClassVar[str] = "population"

    rule: Annotated[
        Literal["municipal"],
        manual(
            "municipal : outre-mer, faute de grille, la population municipale fournie, répartie dans chaque commune "
            "autour de sa mairie (une hypothèse : on peut se tromper de maille pour quatre habitants sur dix).",
            "municipal: overseas, for want of a grid, the embedded municipal population, spread around the town hall "
            "of each commune (an assumption: four people in ten may be in another cell).",
        ),
    ]


class FilosofiPopulation(DataFile):
    """INSEE's Filosofi squares of 200 m or 1 km, of any vintage."""

    section: ClassVar[str] = "population"

    rule: Annotated[
        Literal["filosofi"],
        manual(
            "filosofi : les carreaux de 200 m ou de 1 km de l'INSEE, millésimes 2015 à 2021.",
            "filosofi: INSEE's squares of 200 m or 1 km, vintages 2015 to 2021.",
        ),
    ]
    file: Annotated[
        InputFile,
        manual(
            f"{_TABLE_FRENCH} tel que l'INSEE le publie, ou l'extrait d'un département.",
            f"{_TABLE_ENGLISH} as INSEE publishes it, or the extract of a département.",
            examples=["carreaux_200m.csv"],
        ),
    ]
    imputed_low_persons: Annotated[
        HiddenPersons,
        manual(
            "Le moins que puisse compter un carreau dont les chiffres sont imputés (hypothèse).",
            "Least that a square with imputed figures may hold (an assumption).",
        ),
    ] = 1
    imputed_high_persons: Annotated[
        HiddenPersons,
        manual(
            "Le plus que puisse compter un carreau imputé : moins de 11 ménages (hypothèse : 10 de 2,5 personnes).",
            "Most that an imputed square may hold: fewer than 11 households (an assumption: 10 of 2.5 persons).",
        ),
    ] = 25


class EurostatPopulation(DataFile):
    """A census grid in Eurostat's columns."""

    section: ClassVar[str] = "population"

    rule: Annotated[
        Literal["eurostat"],
        manual(
            "eurostat : une grille de recensement aux colonnes d'Eurostat (GRD_ID, T ou TOT_P…).",
            "eurostat: a census grid in Eurostat's columns (GRD_ID, T or TOT_P…).",
        ),
    ]
    file: Annotated[InputFile, manual(f"{_TABLE_FRENCH}.", f"{_TABLE_ENGLISH}.", examples=["grille_1km.csv"])]
    hidden_value: Annotated[
        Annotated[float, Between(-1_000_000_000, -1)] | None,
        manual(
            "Nombre qui, dans le fichier, veut dire « caché par le secret statistique » ; sans valeur (null), tout "
            "nombre négatif est une faute.",
            "Number that means 'hidden by statistical secrecy' in the file; without a value (null), any negative "
            "number is a fault.",
            examples=[-9999],
        ),
    ] = None
    hidden_low_persons: Annotated[
        HiddenPersons,
        manual("Le moins que compte une maille cachée (hypothèse).", "Least in a hidden cell (an assumption)."),
    ] = 1
    hidden_high_persons: Annotated[
        HiddenPersons,
        manual("Le plus que compte une maille cachée (hypothèse).", "Most in a hidden cell (an assumption)."),
    ] = 9


class RasterPopulation(DataFile):
    """A raster of persons per cell: WorldPop, GHS-POP…"""

    section: ClassVar[str] = "population"

    rule: Annotated[
        Literal["raster"],
        manual(
            "raster : un GeoTIFF d'habitants par maille (WorldPop, GHS-POP…), totaux conservés.",
            "raster: a GeoTIFF of persons per cell (WorldPop, GHS-POP…), totals conserved.",
        ),
    ]
    file: Annotated[InputFile, manual("GeoTIFF (.tif).", "GeoTIFF (.tif).", examples=["worldpop.tif"])]
    nodata: Annotated[
        Annotated[float, Between(-1e38, 1e38)] | None,
        manual(
            "Valeur qui veut dire « sans donnée », si le fichier ne le déclare pas.",
            "Value that means 'no data', where the file does not declare it.",
            examples=[-9999],
        ),
    ] = None
    resample: Annotated[
        bool,
        manual(
            "true : ramener à la grille du calcul un raster d'une autre projection ou d'autres lignes, au prorata des "
            "surfaces ; population_report.csv dit ce que cela conserve.",
            "true: bring a raster of another projection or other lines to the run's grid, by area; "
            "population_report.csv says what that conserves.",
        ),
    ] = False


class TablePopulation(DataFile):
    """A planner's own table of cells or points."""

    section: ClassVar[str] = "population"

    rule: Annotated[
        Literal["table"],
        manual(
            "table : votre table de mailles ou de points habités.",
            "table: your own table of inhabited cells or points.",
        ),
    ]
    file: Annotated[
        InputFile,
        manual(
            f"{_TABLE_FRENCH} avec persons et x_m, y_m (mètres) ou lon, lat (degrés) ; facultatives : under_15, "
            "from_15_to_64, over_65, persons_low, persons_high, commune.",
            f"{_TABLE_ENGLISH} with persons and x_m, y_m (metres) or lon, lat (degrees); optional: under_15, "
            "from_15_to_64, over_65, persons_low, persons_high, commune.",
            examples=["habitants.csv"],
        ),
    ]
    crs: Annotated[
        MetricCrs | None,
        manual(
            "Projection de x_m, y_m. Sans valeur (null) : EPSG:2154 en métropole, celle du territoire outre-mer.",
            "Projection of x_m, y_m. Without a value (null): EPSG:2154 in metropolitan France, that of the study area "
            "overseas.",
            examples=["EPSG:2154"],
        ),
    ] = None
    cell_size_m: Annotated[
        Annotated[float, Between(1, 10_000)] | None,
        manual(
            "Côté, en mètres, des mailles dont x_m, y_m est le centre ; sans valeur (null) : des points.",
            "Side, in metres, of the cells whose centre x_m, y_m is; without a value (null): points.",
            examples=[200],
        ),
    ] = None


class CommunePopulation(DataFile):
    """Totals by commune, spread over its land where no grid exists."""

    section: ClassVar[str] = "population"

    rule: Annotated[
        Literal["communes"],
        manual(
            "communes : des totaux par commune, faute de grille, répartis selon spread.",
            "communes: totals by commune, for want of a grid, spread as spread says.",
        ),
    ]
    file: Annotated[
        InputFile,
        manual(
            f"{_TABLE_FRENCH} avec commune (code INSEE) et persons.",
            f"{_TABLE_ENGLISH} with commune (INSEE code) and persons.",
            examples=["population_communale.csv"],
        ),
    ]
    spread: Annotated[
        Literal["census", "evenly", "town_hall"],
        manual(
            "Répartition dans la commune : census (comme au recensement de 2021 par maille ; outre-mer, autour de la "
            "mairie), evenly (également sur ses terres) ou town_hall (tous à la mairie).",
            "Spread within the commune: census (as in the 2021 census by cell; overseas, around the town hall), "
            "evenly (over its land) or town_hall (all at the town hall).",
        ),
    ] = "census"
    older_codes: Annotated[
        bool,
        manual(
            "true : le fichier date d'avant des fusions de communes ; les totaux d'anciennes communes s'ajoutent à "
            "celui du code qu'a gardé la commune nouvelle.",
            "true: the file is older than some mergers of communes; totals of former communes add to that of the code "
            "that the new commune kept.",
        ),
    ] = False


Population = (
    CensusPopulation
    | MunicipalPopulation
    | FilosofiPopulation
    | EurostatPopulation
    | RasterPopulation
    | TablePopulation
    | CommunePopulation
)
