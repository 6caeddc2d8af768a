"""Who cares for people today, and where help is due first: a planner's own tables."""

from __future__ import annotations

from typing import Annotated, ClassVar

from siting.scenario.data_files import DataFile
from siting.scenario.fields import manual
from siting.scenario.paths import InputFile


class SupplySettings(DataFile):
    """Practitioners of a table, in place of the practices of 2019."""

    section: ClassVar[str] = "supply"

    file: Annotated[
        InputFile,
        manual(
            "CSV (UTF-8) ou .xlsx, une ligne par praticien : commune (code INSEE), profession (gp ou nurse) ; "
            "facultatives : fte (équivalent temps plein, 1 sinon), age, mode, days (jours par semaine). Les communes "
            "du territoire absentes du fichier n'ont personne ; celles des alentours gardent leurs cabinets de 2019.",
            "CSV (UTF-8) or .xlsx, a line per practitioner: commune (INSEE code), profession (gp or nurse); optional: "
            "fte (full-time equivalent, otherwise 1), age, mode, days (a week). Communes of the study area that the "
            "file leaves out have nobody; those around it keep their practices of 2019.",
            examples=["medecins.csv"],
        ),
    ]


class ZoneSettings(DataFile):
    """Red zones by decision, with the reason of each, in place of those that the simulation infers."""

    section: ClassVar[str] = "zones"

    file: Annotated[
        InputFile,
        manual(
            "CSV (UTF-8) ou .xlsx : code (commune ou EPCI) et reason (motif écrit, obligatoire) de chaque zone rouge.",
            "CSV (UTF-8) or .xlsx: code (commune or EPCI) and reason (written, required) of each red zone.",
            examples=["zones_rouges.csv"],
        ),
    ]
