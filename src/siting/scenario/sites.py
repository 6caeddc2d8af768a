"""Which places: candidates, where a house may open, and sites that exist."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from siting.scenario.codes import SiteId
from siting.scenario.data_files import DataFile
from siting.scenario.fields import NOT_EMPTY, Between, Section, manual
from siting.scenario.paths import InputFile

Treatment = Literal["keep", "label", "ignore"]

_FILE_FRENCH = (
    "Chemin du fichier, relatif au dossier du scénario ; il doit se trouver dans ce dossier ou dans le dossier "
    "de travail. CSV (UTF-8) ou .xlsx avec les colonnes id, name et lon, lat (degrés) ou x_m, y_m (mètres) ; ou "
    ".gpkg, .geojson de points. Colonnes facultatives : capacity_per_year (consultations par an), category."
)
_FILE_ENGLISH = (
    "Path of the file, relative to the folder of the scenario; it must lie in that folder or in the working "
    "folder. CSV (UTF-8) or .xlsx with the columns id, name and lon, lat (degrees) or x_m, y_m (metres); or .gpkg, "
    ".geojson of points. Optional columns: capacity_per_year (consultations a year), category."
)

Persons = Annotated[int, Between(0, 3_000_000)]
TreatmentField = Annotated[
    Treatment,
    manual(
        "Que faire de ces sites : keep (ouverts aujourd'hui et demain), label (existent ; peuvent devenir une "
        "maison, en concurrence avec les créations) ou ignore (n'entrent pas dans le calcul).",
        "What to do with these sites: keep (open today and tomorrow), label (exist; may become a house, in "
        "competition with new ones) or ignore (left out).",
    ),
]
KeptMay = Annotated[
    tuple[Literal["upgrade", "close"], ...],
    manual(
        "Ce que le plan peut faire des sites maintenus (keep) du territoire : upgrade (les agrandir, voir capacity) ou "
        "close (les fermer) ; sans valeur ([]) : rien, ils restent. Entre plans aussi bons, le moins cher.",
        "What the plan may do with the kept sites (keep) of the study area: upgrade (extend them, see capacity) or "
        "close them; without a value ([]): nothing, they stay. Of plans as good as each other, the cheapest.",
        examples=[["upgrade", "close"]],
    ),
    Field(json_schema_extra={"uniqueItems": True}),
]
NewKinds = Annotated[
    tuple[Literal["create", "itinerant"], ...],
    manual(
        "Ce qui peut ouvrir à chaque lieu, une seule chose à la fois : create (une maison), itinerant (une unité "
        "itinérante), chacune avec son coût (costs) et sa capacité (capacity).",
        "What may open at each place, one at a time: create (a house), itinerant (an itinerant unit), each with its "
        "cost (costs) and capacity (capacity).",
        examples=[["create", "itinerant"]],
    ),
    NOT_EMPTY,
    Field(json_schema_extra={"minItems": 1, "uniqueItems": True}),
]


FileKinds = Annotated[
    tuple[Literal["label", "upgrade", "create", "itinerant", "tele"], ...],
    manual(
        "Ce qui peut ouvrir aux lieux dont le fichier ne dit pas la nature (colonne kind), une seule chose à la fois, "
        "chacune avec son coût (costs) et sa capacité (capacity) ; cost_eur, capacity_per_year et lead_time_quarters "
        "du fichier sont ceux de la première.",
        "What may open at the places whose kind the file does not say (column kind), one at a time, each with its cost "
        "(costs) and capacity (capacity); cost_eur, capacity_per_year and lead_time_quarters of the file are those of "
        "the first.",
        examples=[["create", "itinerant"]],
    ),
    NOT_EMPTY,
    Field(json_schema_extra={"minItems": 1, "uniqueItems": True}),
]
NeverClose = Annotated[
    tuple[SiteId, ...],
    manual(
        "Sites maintenus que le plan ne ferme jamais, bien que kept_may dise close : practice:CODE (les cabinets d'une "
        "commune) ou identifiant d'un fichier ; sites.csv les donne tous. Ils peuvent être agrandis.",
        "Kept sites that the plan never closes although kept_may says close: practice:CODE (the practices of a "
        "commune) or id of a file; sites.csv has them all. They may be extended.",
        examples=[["practice:2A004"]],
    ),
    Field(json_schema_extra={"uniqueItems": True}),
]


class TownHallCandidates(Section):
    """A house may open at the town hall of each commune of some population."""

    section: ClassVar[str] = "candidates"

    rule: Annotated[
        Literal["town_halls"],
        manual(
            "town_halls : une maison peut ouvrir à la mairie de chaque commune assez peuplée.",
            "town_halls: a house may open at the town hall of each commune that is populous enough.",
        ),
    ]
    min_persons: Annotated[
        Persons,
        manual(
            "Population municipale minimale de la commune, en habitants.",
            "Least municipal population of the commune, in persons.",
            examples=[500],
        ),
    ] = 0
    kinds: NewKinds = ("create",)


class CellCandidates(Section):
    """A house may open in each cell of some population."""

    section: ClassVar[str] = "candidates"

    rule: Annotated[
        Literal["cells"],
        manual(
            "cells : une maison peut ouvrir dans chaque maille assez peuplée.",
            "cells: a house may open in each cell that is populous enough.",
        ),
    ]
    min_persons: Annotated[
        Persons,
        manual(
            "Population minimale de la maille, en habitants.",
            "Least population of the cell, in persons.",
            examples=[50],
        ),
    ] = 1
    kinds: NewKinds = ("create",)


class FileCandidates(Section):
    """A house may open at the places of a file."""

    section: ClassVar[str] = "candidates"

    rule: Annotated[
        Literal["file"],
        manual("file : les lieux d'un fichier.", "file: the places of a file."),
    ]
    file: Annotated[
        InputFile,
        manual(
            f"{_FILE_FRENCH[:-1]}, kind (label, upgrade, create, itinerant, tele ; plusieurs séparées par / : le plan "
            "choisit ; vide : voir kinds), cost_eur, "
            "lead_time_quarters (délai d'ouverture en trimestres), premises (locaux réemployés).",
            f"{_FILE_ENGLISH[:-1]}, kind (label, upgrade, create, itinerant, tele; several separated by /: the plan "
            "chooses; empty: see kinds), cost_eur, "
            "lead_time_quarters (quarters until it opens), premises (what building is reused).",
            examples=["candidats.csv"],
        ),
    ]
    premises_cost_factors: Annotated[
        dict[Annotated[str, Field(max_length=100)], Annotated[float, Between(0, 10)]],
        manual(
            "Facteur sur cost_eur par nature de locaux (colonne premises) ; les autres comptent 1. Ce sont vos "
            "hypothèses : siting n'en fournit aucune.",
            "Factor on cost_eur by kind of premises (column premises); the others count 1. These are your "
            "assumptions: siting has none of its own.",
            examples=[{"bureau de poste": 0.6, "presbytère": 0.7}],
        ),
        Field(default_factory=dict),
    ]
    kinds: FileKinds = ("create",)


class PracticeSites(Section):
    """The communes with at least some GP practices have a site at their town hall."""

    section: ClassVar[str] = "existing"

    rule: Annotated[
        Literal["gp_practices"],
        manual(
            "gp_practices : un site existe à la mairie de chaque commune qui compte assez de cabinets de généralistes.",
            "gp_practices: a site exists at the town hall of each commune with enough GP practices.",
        ),
    ]
    min_gp_practices: Annotated[
        int,
        Between(1, 1000),
        manual(
            "Nombre minimal de cabinets de généralistes (établissements, pas médecins) dans la commune.",
            "Least number of GP practices (establishments, not doctors) in the commune.",
            examples=[2],
        ),
    ] = 1
    treatment: TreatmentField = "keep"
    kept_may: KeptMay = ()
    never_close: NeverClose = ()


class FileSites(Section):
    """The sites of a file exist."""

    section: ClassVar[str] = "existing"

    rule: Annotated[
        Literal["file"],
        manual("file : les sites d'un fichier.", "file: the sites of a file."),
    ]
    file: Annotated[InputFile, manual(_FILE_FRENCH, _FILE_ENGLISH, examples=["maisons.csv"])]
    treatment: TreatmentField = "keep"
    kept_may: KeptMay = ()
    never_close: NeverClose = ()


Use = Literal["keep", "label", "upgrade", "tele", "ignore"]
_USE_FRENCH = (
    "keep (ouverts aujourd'hui et demain), label, upgrade ou tele (existent ; peuvent devenir une maison, par "
    "labellisation, agrandissement ou équipement) ou ignore"
)
_USE_ENGLISH = (
    "keep (open today and tomorrow), label, upgrade or tele (exist; may become a house by a label, an extension or "
    "equipment) or ignore"
)


def _treatment_of(uses: Iterable[str]) -> Treatment:
    """What most readers must be told: sites are kept, or only stand to become houses, or are ignored."""
    used = set(uses) - {"ignore"}
    return "keep" if "keep" in used else "label" if used else "ignore"


class FinessSites(DataFile):
    """Establishments of the FINESS register."""

    section: ClassVar[str] = "existing"

    rule: Annotated[
        Literal["finess"],
        manual(
            "finess : les établissements du registre FINESS, par catégorie.",
            "finess: the establishments of the FINESS register, by category.",
        ),
    ]
    file: Annotated[
        InputFile,
        manual(
            "Le fichier de stock tel qu'il est publié (structureet, geolocalisation), ou un CSV avec finess, "
            "category_code et lon, lat.",
            "The stock file as published (structureet, geolocalisation), or a CSV with finess, category_code and lon, "
            "lat.",
            examples=["finess.csv"],
        ),
    ]
    categories: Annotated[
        dict[Literal["msp", "health_centre", "duty_centre", "hospital", "pharmacy"], Use],
        manual(
            f"Que faire de chaque catégorie : {_USE_FRENCH}. Les catégories non citées sont ignorées.",
            f"What to do with each category: {_USE_ENGLISH}. Categories left out are ignored.",
            examples=[{"msp": "keep", "health_centre": "label", "pharmacy": "tele"}],
        ),
        Field(default_factory=lambda: {"msp": "keep", "health_centre": "keep"}),
    ]
    kept_may: KeptMay = ()
    never_close: NeverClose = ()

    @property
    def treatment(self) -> Treatment:
        """See `_treatment_of`."""
        return _treatment_of(self.categories.values())


class BpeSites(DataFile):
    """Facilities of INSEE's BPE."""

    section: ClassVar[str] = "existing"

    rule: Annotated[
        Literal["bpe"],
        manual(
            "bpe : les équipements de la base permanente de l'INSEE, par type.",
            "bpe: the facilities of INSEE's permanent database, by type.",
        ),
    ]
    file: Annotated[
        InputFile,
        manual(
            "Fichier détail .csv ou .parquet, avec TYPEQU et LAMBERT_X, LAMBERT_Y ou LONGITUDE, LATITUDE.",
            "Detail file .csv or .parquet, with TYPEQU and LAMBERT_X, LAMBERT_Y or LONGITUDE, LATITUDE.",
            examples=["bpe.csv"],
        ),
    ]
    categories: Annotated[
        dict[Literal["msp", "health_centre", "hospital", "emergency", "gp", "nurse", "pharmacy"], Use],
        manual(
            f"Que faire de chaque type : {_USE_FRENCH}. Les types non cités sont ignorés.",
            f"What to do with each type: {_USE_ENGLISH}. Types left out are ignored.",
            examples=[{"gp": "keep", "pharmacy": "tele"}],
        ),
        Field(default_factory=lambda: {"msp": "keep", "health_centre": "keep"}),
    ]
    kept_may: KeptMay = ()
    never_close: NeverClose = ()

    @property
    def treatment(self) -> Treatment:
        """See `_treatment_of`."""
        return _treatment_of(self.categories.values())


class NoSites(Section):
    """Nothing exists yet: a blank map."""

    section: ClassVar[str] = "existing"

    rule: Annotated[
        Literal["none"],
        manual("none : aucun site existant, carte blanche.", "none: no existing site, a blank map."),
    ]
