"""What for: the rule by which a plan is the best."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from siting.scenario.codes import SiteId
from siting.scenario.fields import Between, Minutes, Section, manual

Houses = Annotated[int, Between(1, 35_000)]
Standard = Annotated[
    Minutes,
    manual(
        "Norme de service, en minutes : une personne est couverte si un site ouvert est à ce temps de trajet ou moins.",
        "Service standard, in minutes: a person is covered when an open site is within this travel time.",
        examples=[30],
    ),
]
Forced = Annotated[
    tuple[SiteId, ...],
    manual(
        "Sites à ouvrir de toute façon : code d'une commune (sa mairie), practice:CODE (ses cabinets, à labelliser), "
        "cell:… (maille) ou identifiant d'un fichier ; sites.csv les donne tous.",
        "Sites to open in any case: code of a commune (its town hall), practice:CODE (its practices, to label), "
        "cell:… (cell) or id of a file; sites.csv has them all.",
        examples=[["2A004"]],
    ),
    Field(json_schema_extra={"uniqueItems": True}),
]
Forbidden = Annotated[
    tuple[SiteId, ...],
    manual(
        "Sites à ne jamais ouvrir, désignés comme dans forced_open.",
        "Sites never to open, named as in forced_open.",
        examples=[["2B033"]],
    ),
    Field(json_schema_extra={"uniqueItems": True}),
]


class LscpGoal(Section):
    """LSCP: the fewest new houses so that everyone who can be covered is."""

    section: ClassVar[str] = "goal"

    model: Annotated[
        Literal["lscp"],
        manual(
            "lscp : le moins de maisons nouvelles pour couvrir tous ceux qui peuvent l'être.",
            "lscp: the fewest new houses that cover everyone who can be covered.",
        ),
    ]
    standard_min: Standard = 30
    max_new_houses: Annotated[
        Houses | None,
        manual(
            "Nombre maximal de maisons nouvelles ; sans valeur (null) : pas de limite.",
            "Most new houses allowed; without a value (null): no limit.",
            examples=[20],
        ),
    ] = None
    forced_open: Forced = ()
    forbidden: Forbidden = ()

    @property
    def standard_s(self) -> int:
        """Service standard, in whole seconds."""
        return round(self.standard_min * 60)


class MclpGoal(Section):
    """MCLP: the most people covered with a given number of new houses."""

    section: ClassVar[str] = "goal"

    model: Annotated[
        Literal["mclp"],
        manual(
            "mclp : le plus d'habitants couverts avec un nombre donné de maisons nouvelles.",
            "mclp: the most people covered with a given number of new houses.",
        ),
    ]
    standard_min: Standard = 30
    new_houses: Annotated[
        Houses,
        manual("Nombre de maisons nouvelles à ouvrir.", "Number of new houses to open.", examples=[5]),
    ]
    forced_open: Forced = ()
    forbidden: Forbidden = ()

    @property
    def standard_s(self) -> int:
        """Service standard, in whole seconds."""
        return round(self.standard_min * 60)
