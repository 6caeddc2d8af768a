"""What a simulation tells a reader: results, milestones missed, and what the figures stand on."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

import numpy as np

from siting.report.quarters import band_table
from siting.report.texts import Texts
from siting.simulation import INDICATORS, SOLIDARITY_FACTOR, Forecast, houses_late, quarter_text
from siting.simulation.instruments import FLOWS

_LABEL = 58
TOLD = (
    "doctors",
    "vacancies",
    "consultations_offered",
    "apl",
    "apl_worst_tenth",
    "persons_below_2_5",
    "persons_without_gp",
    "within_48h",
    "days_per_week",
    "days_per_week_no_car",
    "houses",
    "houses_keeping_rules",
    "cost_eur",
)
"""What the terminal tells, of the columns of ``quarters.csv``."""


def render_outlook(forecast: Forecast, notes: Sequence[str], *, language: str) -> str:
    """Start and end as lines for a terminal, with the band of the end; then what must be told."""
    table = band_table(forecast, Texts(language))
    told = dict(zip(INDICATORS, table.rows, strict=True))
    lines = [f"{'':{_LABEL}}{table.head[1]:>12}{table.head[2]:>12}   {'(P10 – P90)'}"]
    for name in TOLD:
        label, first, last, low, high = told[name]
        lines.append(
            f"{textwrap.shorten(label, _LABEL - 1, placeholder='…'):{_LABEL}}{first:>12}{last:>12}   ({low} – {high})"
        )
    return "\n".join([*lines, "", *notes])


def results(forecast: Forecast, *, language: str) -> list[str]:
    """How supply ends, and the milestones that are missed."""
    is_french = language == "fr"
    draws, milestones = forecast.draws, forecast.milestones

    def told(figure: float) -> str:
        return f"{round(figure):,}".replace(",", "\u202f" if is_french else ",")

    total = next(row for row, level in enumerate(draws.areas) if level.level == "total")
    mean, (low, high) = draws.mean(total)[:, 0], draws.band(total)
    to = "à" if is_french else "to"

    def change(name: str) -> str:
        at = INDICATORS.index(name)
        return f"{told(mean[0, at])} → {told(mean[-1, at])} ({told(low[-1, 0, at])} {to} {told(high[-1, 0, at])})"

    doctors, vacancies, supply = map(change, ("doctors", "vacancies", "consultations_offered"))
    quarters = f"{quarter_text(int(draws.quarters[0]))} → {quarter_text(int(draws.quarters[-1]))}"
    lines = [
        f"Simulation {quarters} : médecins {doctors}, postes vacants {vacancies}, consultations par an {supply} ; "
        f"moyenne et fourchette de {told(len(draws.figures[total]))} tirages."
        if is_french
        else f"Simulation {quarters}: doctors {doctors}, vacant posts {vacancies}, consultations a year {supply}; "
        f"mean and band of {told(len(draws.figures[total]))} draws."
    ]
    for one, late in zip(milestones, houses_late(forecast.schedule.opens, milestones), strict=True):
        if late:
            quarter, absent = quarter_text(one.quarter), max(one.houses - forecast.n_houses, 0)
            lines.append(
                f"Échéance {quarter} : {told(late)} maisons manquent sur {told(one.houses)}, dont {told(absent)} que "
                "le plan n'ouvre pas."
                if is_french
                else f"Milestone {quarter}: {told(late)} houses of {told(one.houses)} are missing, {told(absent)} of "
                "which the plan does not open."
            )
    return lines


def reserves(forecast: Forecast, *, language: str) -> list[str]:
    """What the figures stand on."""
    is_french = language == "fr"
    world, rules = forecast.world, forecast.rules
    solidarity = float(np.maximum(forecast.draws.central.states[-1].granted[:, FLOWS.index("solidarity")], 0).sum())
    factor = f"{SOLIDARITY_FACTOR:,.0f}".replace(",", "\u202f" if is_french else ",")
    if forecast.has_own_supply:
        supply = (
            "les praticiens du fichier supply, âges inconnus tirés d'une répartition supposée"
            if is_french
            else "the practitioners of the supply file, unknown ages drawn from an assumed distribution"
        )
    else:
        supply = (
            "un médecin par cabinet enregistré en 2019, âges tirés d'une répartition supposée"
            if is_french
            else "one doctor per practice registered in 2019, ages drawn from an assumed distribution"
        )
    notes = (
        [
            f"Journées de solidarité : l'annonce (30 millions de consultations par an) vaut {factor} fois ce qui a "
            "été observé d'octobre 2025 à février 2026 (6 500 en cinq mois, soit 15 600 par an).",
            f"Offre de départ : {supply} ; les cabinets et les habitants du pourtour du territoire comptent, à l'âge "
            "moyen du territoire.",
            "Vieillissement, départs, recrutement, postes des maisons créées : hypothèses, dites dans "
            "siting.simulation.rules ; la fourchette va du premier au neuvième décile des tirages.",
            "L'APL calculé compare un lieu à lui-même, avant et après ; il ne remplace pas l'APL publié.",
            "Un label n'apporte aucun médecin.",
            "Rendez-vous sous 48 heures, médecin traitant, malades de longue durée, habitants sans voiture : calculés "
            "à partir d'hypothèses (docs/simulation.md) ; ils disent où, plutôt que combien.",
            "Coûts : montants et parts supposés (docs/simulation.md, à remplacer par unit_costs_eur et cost_shares), "
            "hors honoraires des consultations.",
        ]
        if is_french
        else [
            f"Solidarity days: what was announced (30 million consultations a year) is {factor} times what was "
            "observed from October 2025 to February 2026 (6,500 in five months, that is 15,600 a year).",
            f"Supply at the start: {supply}; practices and people around the study area count, people at its "
            "mean ages.",
            "Ageing, departures, recruitment, posts of created houses: assumptions, told in siting.simulation.rules "
            "(and sourced there); the band goes from the first to the ninth decile of the draws.",
            "The computed APL compares a place with itself, before and after; it does not replace the published one.",
            "A label brings no doctor.",
            "Appointments within 48 hours, regular GPs, long-term illness, people without a car: reckoned from "
            "assumptions (docs/simulation.md); they say where, rather than how much.",
            "Costs: assumed amounts and shares (docs/simulation.md; unit_costs_eur and cost_shares replace them), "
            "fees of consultations left out.",
        ]
    )
    wanted = rules.solidarity
    if wanted and solidarity < 0.99 * wanted.consultations_per_year * world.national_share:
        share = solidarity / (wanted.consultations_per_year * world.national_share)
        notes.append(
            f"Deux jours par mois et par médecin à portée d'une zone rouge ne donnent que {share:.0%} de la part "
            "du territoire dans l'annonce."
            if is_french
            else f"Two days a month of each doctor within reach of a red zone give only {share:.0%} of the area's "
            "share of the announcement."
        )
    return notes
