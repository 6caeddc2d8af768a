"""What for: the goal by which a plan is the best."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from siting.scenario.codes import SiteId
from siting.scenario.fields import NOT_EMPTY, Between, Minutes, Section, manual

Houses = Annotated[int, Between(1, 35_000)]
GoalInOrder = Literal["most_covered", "most_covered_twice", "most_served", "least_time", "fewest_houses", "least_cost"]
Share = Annotated[float, Between(0.01, 1)]
NewHouses = Annotated[
    Houses,
    manual("Nombre de maisons nouvelles à ouvrir.", "Number of new houses to open.", examples=[5]),
]


class GoalSection(Section):
    """What every goal has."""

    section: ClassVar[str] = "goal"

    model: Annotated[str, manual("Le but.", "The goal.")]
    standard_min: Annotated[
        Minutes,
        manual(
            "Norme de service, en minutes : une personne est couverte si un site ouvert est à ce temps de trajet ou "
            "moins. Les buts p_median et p_center ne s'en servent que pour compter les personnes couvertes.",
            "Service standard, in minutes: a person is covered when an open site is within this travel time. The "
            "goals p_median and p_center use it only to count the persons covered.",
            examples=[30],
        ),
    ] = 30
    forced_open: Annotated[
        tuple[SiteId, ...],
        manual(
            "Sites à ouvrir de toute façon : code d'une commune (sa mairie), practice:CODE (ses cabinets, à "
            "labelliser), cell:… (maille) ou identifiant d'un fichier ; sites.csv les donne tous.",
            "Sites to open in any case: code of a commune (its town hall), practice:CODE (its practices, to label), "
            "cell:… (cell) or id of a file; sites.csv has them all.",
            examples=[["2A004"]],
        ),
        Field(json_schema_extra={"uniqueItems": True}),
    ] = ()
    forbidden: Annotated[
        tuple[SiteId, ...],
        manual(
            "Sites à ne jamais ouvrir, désignés comme dans forced_open.",
            "Sites never to open, named as in forced_open.",
            examples=[["2B033"]],
        ),
        Field(json_schema_extra={"uniqueItems": True}),
    ] = ()

    @property
    def standard_s(self) -> int:
        """Service standard, in whole seconds."""
        return round(self.standard_min * 60)

    @property
    def most_houses(self) -> int | None:
        """Most new houses that the goal allows; None where it sets no number."""
        return None


class LscpGoal(GoalSection):
    """LSCP: the fewest new houses so that everyone who can be covered is, or a share of the people."""

    model: Annotated[
        Literal["lscp"],
        manual(
            "lscp : le moins de maisons nouvelles pour couvrir tous ceux qui peuvent l'être, ou une part des "
            "habitants (covered_share).",
            "lscp: the fewest new houses that cover everyone who can be covered, or a share of the people "
            "(covered_share).",
        ),
    ]
    covered_share: Annotated[
        Share | None,
        manual(
            "Part des habitants du territoire à couvrir, de 0,01 à 1 ; sans valeur (null) : tous ceux qui peuvent "
            "l'être. Par département ou EPCI : la règle covered_share.",
            "Share of the people of the study area to cover, from 0.01 to 1; without a value (null): everyone who can "
            "be. By département or EPCI: the rule covered_share.",
            examples=[0.95],
        ),
    ] = None
    max_new_houses: Annotated[
        Houses | None,
        manual(
            "Nombre maximal de maisons nouvelles ; sans valeur (null) : pas de limite.",
            "Most new houses allowed; without a value (null): no limit.",
            examples=[20],
        ),
    ] = None

    @property
    def most_houses(self) -> int | None:
        return self.max_new_houses


class MclpGoal(GoalSection):
    """MCLP: the most people covered with a number of new houses, or a budget."""

    model: Annotated[
        Literal["mclp"],
        manual(
            "mclp : le plus d'habitants couverts avec un nombre de maisons nouvelles ou un budget.",
            "mclp: the most people covered with a number of new houses or a budget.",
        ),
    ]
    new_houses: Annotated[
        Houses | None,
        manual(
            "Nombre de maisons nouvelles à ouvrir ; sans valeur (null) : ce que permet la règle budget.",
            "Number of new houses to open; without a value (null): what the rule budget allows.",
            examples=[5],
        ),
    ] = None

    @property
    def most_houses(self) -> int | None:
        return self.new_houses


class PMedianGoal(GoalSection):
    """p-median: the least mean travel time with a number of new houses."""

    model: Annotated[
        Literal["p_median"],
        manual(
            "p_median : le temps de trajet moyen le plus court avec un nombre donné de maisons nouvelles ; un trajet "
            "de plus de travel.cutoff_min compte pour travel.cutoff_min.",
            "p_median: the least mean travel time with a given number of new houses; a trip of more than "
            "travel.cutoff_min counts as travel.cutoff_min.",
        ),
    ]
    new_houses: NewHouses

    @property
    def most_houses(self) -> int | None:
        return self.new_houses


class CapacitatedPMedianGoal(GoalSection):
    """Capacitated p-median: the least mean travel time where each cell goes whole to one site that has room."""

    model: Annotated[
        Literal["capacitated_p_median"],
        manual(
            "capacitated_p_median : le temps de trajet moyen le plus court avec un nombre donné de maisons nouvelles, "
            "chaque maille allant tout entière à un seul lieu qui a assez de consultations pour elle (capacity ; "
            "people_go n'y change rien) ; qui n'est servi nulle part compte pour travel.cutoff_min. Pour un "
            "département ; au-delà, l'écart prouvé grandit.",
            "capacitated_p_median: the least mean travel time with a given number of new houses, each cell going whole "
            "to one place that has enough consultations for it (capacity; people_go changes nothing); people served "
            "nowhere count as travel.cutoff_min. For a département; beyond, the proven gap grows.",
        ),
    ]
    new_houses: NewHouses

    @property
    def most_houses(self) -> int | None:
        return self.new_houses


class PCenterGoal(GoalSection):
    """p-center: the least worst travel time with a number of new houses."""

    model: Annotated[
        Literal["p_center"],
        manual(
            "p_center : le temps le plus court pour l'habitant le plus loin, avec un nombre donné de maisons "
            "nouvelles, parmi ceux qu'un site envisagé atteint en travel.cutoff_min.",
            "p_center: the least time of the farthest resident with a given number of new houses, among those whom "
            "some site reaches within travel.cutoff_min.",
        ),
    ]
    new_houses: NewHouses

    @property
    def most_houses(self) -> int | None:
        return self.new_houses


class LexicographicGoal(GoalSection):
    """Goals in order of importance: each keeps what the ones before it reached."""

    model: Annotated[
        Literal["lexicographic"],
        manual(
            "lexicographic : plusieurs buts par ordre d'importance (goals) ; chacun garde ce qu'ont atteint ceux "
            "d'avant.",
            "lexicographic: several goals in order of importance (goals); each keeps what those before it reached.",
        ),
    ]
    goals: Annotated[
        tuple[GoalInOrder, ...],
        manual(
            "Les buts, le plus important d'abord : most_covered (le plus d'habitants couverts), most_covered_twice "
            "(le plus d'habitants à portée de deux sites), most_served (le plus de consultations données à la norme, "
            "voir capacity), least_time (le trajet moyen le plus court, comme p_median), fewest_houses (le moins de "
            "maisons), least_cost (le moins cher, voir costs).",
            "The goals, the most important first: most_covered (most people covered), most_covered_twice (most people "
            "within reach of two sites), most_served (most consultations given within the standard, see capacity), "
            "least_time (the shortest mean trip, as p_median), fewest_houses (fewest houses), least_cost (the "
            "cheapest, see costs).",
            examples=[["most_covered", "least_time", "least_cost"]],
        ),
        NOT_EMPTY,
        Field(json_schema_extra={"minItems": 1, "uniqueItems": True}),
    ]
    new_houses: Annotated[
        Houses | None,
        manual(
            "Nombre maximal de maisons nouvelles ; sans valeur (null) : pas de limite.",
            "Most new houses allowed; without a value (null): no limit.",
            examples=[5],
        ),
    ] = None

    @property
    def most_houses(self) -> int | None:
        return self.new_houses
