"""Which places: candidates, where a house may open, and sites that exist."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from siting.scenario.fields import Between, Section, manual
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
            f"{_FILE_FRENCH[:-1]}, kind (label, upgrade, create, itinerant, tele ; create sinon), cost_eur, "
            "lead_time_quarters (délai d'ouverture en trimestres), premises (locaux réemployés).",
            f"{_FILE_ENGLISH[:-1]}, kind (label, upgrade, create, itinerant, tele; otherwise create), cost_eur, "
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


class FileSites(Section):
    """The sites of a file exist."""

    section: ClassVar[str] = "existing"

    rule: Annotated[
        Literal["file"],
        manual("file : les sites d'un fichier.", "file: the sites of a file."),
    ]
    file: Annotated[InputFile, manual(_FILE_FRENCH, _FILE_ENGLISH, examples=["maisons.csv"])]
    treatment: TreatmentField = "keep"


class NoSites(Section):
    """Nothing exists yet: a blank map."""

    section: ClassVar[str] = "existing"

    rule: Annotated[
        Literal["none"],
        manual("none : aucun site existant, carte blanche.", "none: no existing site, a blank map."),
    ]
