"""What a reader must be told of a planner's population."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from siting.scenario import Scenario
from siting.territory.values import PopulationReport


def population_notes(scenario: Scenario, report: PopulationReport) -> Iterator[tuple[str, str]]:
    """(French, English) sentences on what was read, what was lost and what is supposed."""
    name = scenario.files["population.file"].name
    served = report.persons_served.sum()
    total = report.persons_in.sum()
    yield (
        f"Population de {name} : {_french(served)} habitants du territoire servis, sur {_french(total)} dans le "
        "fichier ; population_report.csv dit, par département, où sont les autres.",
        f"Population of {name}: {served:,.0f} residents of the study area served, out of {total:,.0f} in the file; "
        "population_report.csv says, by département, where the others are.",
    )
    adrift = report.persons_in[-1]
    if adrift >= 0.5:
        yield (
            f"{_french(adrift)} habitants du fichier sont en mer, à l'étranger ou dans une commune inconnue.",
            f"{adrift:,.0f} people of the file are at sea, abroad or in an unknown commune.",
        )
    if report.n_hidden:
        yield (
            f"{_french(report.n_hidden)} mailles ont un nombre d'habitants imputé ou caché par le secret statistique : "
            "les totaux sont donnés avec leur intervalle.",
            f"{report.n_hidden:,} cells have a number of residents imputed or hidden by statistical secrecy: totals "
            "come with their interval.",
        )
    if report.renamed:
        shown = ", ".join(f"{old} → {new}" for old, new in islice(report.renamed, 5))
        more = ", …" if len(report.renamed) > 5 else ""
        yield (
            f"Codes de communes ramenés à ceux d'aujourd'hui : {len(report.renamed)} ({shown}{more}).",
            f"Codes of communes brought to those of today: {len(report.renamed)} ({shown}{more}).",
        )
    if scenario.population.rule == "communes":
        spread = scenario.population.spread
        is_overseas = scenario.study_area.overseas_crs is not None
        yield _SPREAD["overseas" if is_overseas and spread == "census" else spread]
    elif scenario.population.rule == "filosofi":
        yield (
            "Âges : quatre septièmes des 11 à 17 ans sont comptés avec les moins de 15 ans (hypothèse).",
            "Ages: four sevenths of those from 11 to 17 are counted with those under 15 (an assumption).",
        )
    yield _AROUND if scenario.study_area.overseas_crs is None else _AROUND_OVERSEAS


_AROUND = (
    "Autour du territoire, et pour les âges que le fichier ne dit pas, le recensement européen de 2021 sert.",
    "Around the study area, and for ages that the file does not tell, the European census of 2021 is used.",
)
_AROUND_OVERSEAS = (
    "Autour du territoire, la population municipale sert, répartie autour des mairies ; les âges que le fichier ne dit "
    "pas ont les parts de la métropole.",
    "Around the study area the municipal population is used, spread around the town halls; ages that the file does "
    "not tell have the shares of metropolitan France.",
)
_SPREAD = {
    "overseas": (
        "Les totaux par commune sont répartis autour de chaque mairie, une hypothèse.",
        "Totals by commune are spread around each town hall, an assumption.",
    ),
    "census": (
        "Les totaux par commune sont répartis comme les habitants du recensement de 2021 par maille de 1 km.",
        "Totals by commune are spread as the residents of the 2021 census by 1 km cell.",
    ),
    "evenly": (
        "Les totaux par commune sont répartis également sur les terres de chacune : ils ignorent villes et forêts.",
        "Totals by commune are spread evenly over the land of each: they ignore towns and forests.",
    ),
    "town_hall": (
        "Tous les habitants d'une commune sont comptés à sa mairie : les temps sont sous-estimés.",
        "All residents of a commune are counted at its town hall: times are underestimated.",
    ),
}


def _french(number: float) -> str:
    return f"{number:,.0f}".replace(",", "\u202f")
