"""The texts of pages, maps and summaries, in French and in English: one table, the same keys in both.

A key ending in ``_one`` or ``_many`` is chosen by `Texts.count`. Figures come in as formatted text.
"""

from __future__ import annotations

from dataclasses import dataclass

from siting.report.numbers import NumberFormat, number_format

_FRENCH = {
    "answer_lscp_one": "{n} maison suffit pour que {share} des habitants soient à {standard} minutes ou moins d'un lieu de soins",
    "answer_lscp_many": "{n} maisons suffisent pour que {share} des habitants soient à {standard} minutes ou moins d'un lieu de soins",
    "answer_lscp_none": "Aucune maison nouvelle n'est nécessaire : {share} des habitants sont déjà à {standard} minutes ou moins d'un lieu de soins",
    "answer_mclp_one": "Avec {n} maison nouvelle, {share} des habitants sont à {standard} minutes ou moins d'un lieu de soins",
    "answer_mclp_many": "Avec {n} maisons nouvelles, {share} des habitants sont à {standard} minutes ou moins d'un lieu de soins",
    "answer_mclp_none": "Sans maison nouvelle, {share} des habitants sont à {standard} minutes ou moins d'un lieu de soins",
    "proof_lscp_optimal": "C'est prouvé : aucun plan qui respecte les règles du scénario n'y parvient avec moins de maisons.",
    "proof_mclp_optimal": "C'est prouvé : aucun autre choix du même nombre de maisons ne couvre plus d'habitants.",
    "proof_lscp_feasible": "Ce n'est pas prouvé optimal : le calcul s'est arrêté avant la preuve. Il faut au moins {bound} maisons ; le plan en ouvre {objective} (écart de {gap} au plus).",
    "proof_mclp_feasible": "Ce n'est pas prouvé optimal : le calcul s'est arrêté avant la preuve. Aucun plan ne couvre plus de {bound} habitants ; celui-ci en couvre {objective} (écart de {gap} au plus).",
    "screening": "Modèle de dépistage : temps estimés sans réseau routier, à partir de vitesses supposées selon la densité. Il sert à repérer où regarder de plus près, pas à décider d'une implantation.",
    "screening_short": "MODÈLE DE DÉPISTAGE, sans réseau routier",
    "uncoverable_none": "Tous les habitants peuvent être couverts par au moins un lieu envisagé.",
    "uncoverable_one": "{n} habitant ne peut être couvert par aucun lieu envisagé.",
    "uncoverable_many": "{n} habitants ne peuvent être couverts par aucun lieu envisagé.",
    "reason_no_road_within_reach": "aucune route à portée du lieu d'habitation",
    "reason_island": "île sans liaison routière",
    "reason_cut_off": "réseau local coupé du reste",
    "reason_beyond_every_site": "tous les lieux envisagés sont au-delà de la norme",
    "reason_only_forbidden_sites": "seuls des lieux interdits par le scénario les couvriraient",
    "before": "Aujourd'hui",
    "after": "Avec le plan",
    "figure": "Indicateur",
    "covered": "Habitants à {standard} min ou moins",
    "not_covered": "Habitants au-delà de {standard} min",
    "share_covered": "Part des habitants couverts",
    "mean_minutes": "Temps moyen vers le lieu le plus proche (min)",
    "p90_minutes": "9 habitants sur 10 sont à moins de (min)",
    "p99_minutes": "99 habitants sur 100 sont à moins de (min)",
    "max_minutes": "L'habitant le plus loin est à (min)",
    "no_way": "Habitants sans aucun chemin vers un lieu ouvert",
    "open_sites": "Lieux de soins ouverts",
    "page_title": "{title} : des soins à {standard} minutes",
    "section_answer": "La réponse",
    "section_figures": "Avant et après",
    "section_map": "La carte",
    "section_proof": "Ce qui est prouvé",
    "section_uncoverable": "Qui reste hors d'atteinte, et pourquoi",
    "section_houses": "Les maisons à ouvrir, de la plus utile à la moins utile",
    "section_communes_gain": "Les communes qui gagnent le plus",
    "section_communes_worst": "Les communes les plus mal desservies une fois le plan réalisé",
    "section_assumed": "Ce qui est supposé",
    "section_sources": "Sources et licences",
    "figures_note": "Les minutes sont celles des habitants d'où un chemin mène à un lieu ouvert ; les autres sont comptés à part. Une moyenne seule cache les plus éloignés : elle est donnée avec eux.",
    "houses_note": "Une maison peu utile en nombre d'habitants peut être la seule à portée d'un village. « Perdus sans elle » compte ceux qu'aucun autre lieu ouvert ne couvre.",
    "houses_more_one": "{n} autre maison : voir sites.csv.",
    "houses_more_many": "{n} autres maisons : voir sites.csv.",
    "kind": "Nature",
    "kind_create": "création",
    "kind_label": "labellisation",
    "rank": "Rang",
    "house": "Maison",
    "commune": "Commune",
    "departement": "Département",
    "persons_newly_covered": "Habitants amenés à {standard} min",
    "persons_within": "Habitants à {standard} min",
    "persons_only_it": "Perdus sans elle",
    "persons": "Habitants",
    "persons_gained": "Habitants gagnés",
    "minutes_before": "Minutes aujourd'hui",
    "minutes_after": "Minutes avec le plan",
    "minutes_worst_after": "Habitant le plus loin (min)",
    "persons_beyond": "Habitants encore au-delà",
    "reason": "Raison",
    "total": "Total",
    "none_opened": "Le plan n'ouvre aucune maison.",
    "none_gain": "Aucune commune ne gagne d'habitants couverts.",
    "table_figures": "Population et temps d'accès, aujourd'hui et avec le plan",
    "table_uncoverable": "Habitants qu'aucun lieu envisagé ne couvre, par raison",
    "table_houses": "Maisons ouvertes par le plan, par habitants amenés à {standard} minutes",
    "table_communes_gain": "Communes par habitants nouvellement couverts (minutes : moyenne des habitants)",
    "table_communes_worst": "Communes par temps moyen avec le plan, les plus longues d'abord",
    "table_proof": "Le certificat du plan",
    "table_assumed": "Réglages du scénario",
    "status": "État",
    "status_optimal": "prouvé optimal",
    "status_feasible": "réalisable, optimalité non prouvée",
    "objective": "Valeur du plan",
    "bound": "Borne prouvée",
    "gap": "Écart",
    "solver": "Solveur",
    "unit_lscp": "{n} maisons",
    "unit_mclp": "{n} habitants",
    "model": "Question posée",
    "model_lscp": "le moins de maisons pour couvrir tous ceux qui peuvent l'être (LSCP)",
    "model_mclp": "le plus d'habitants couverts avec un nombre donné de maisons (MCLP)",
    "proof_scope": "La preuve porte sur le choix des lieux, les temps et les populations étant ceux du modèle ; elle ne dit rien de leur exactitude.",
    "assumed_speed": "Les temps supposent des vitesses, ils ne sont pas mesurés : ni circulation, ni météo, ni stationnement.",
    "assumed_car": "Le trajet est fait en voiture, vers le lieu de soins le plus proche ; tous les habitants ne peuvent pas le faire.",
    "assumed_capacity": "Être couvert veut dire être assez près. Ni la place dans l'agenda, ni le nombre de soignants ne sont comptés ici.",
    "assumed_practices_one": "Les lieux existants sont les communes d'au moins {n} cabinet de médecine générale : des établissements recensés en 2019, pas des médecins. Certains ont pu fermer ou ouvrir depuis.",
    "assumed_practices_many": "Les lieux existants sont les communes d'au moins {n} cabinets de médecine générale : des établissements recensés en 2019, pas des médecins. Certains ont pu fermer ou ouvrir depuis.",
    "assumed_label": "Ils ne comptent aujourd'hui que s'ils reçoivent le label : le plan choisit entre eux et des créations.",
    "assumed_file": "Les lieux existants sont ceux du fichier {file}.",
    "assumed_none": "Aucun lieu existant n'est pris en compte.",
    "assumed_census": "La population est celle d'une grille de recensement : chacun est placé au centre de sa maille de {cell} km.",
    "setting_standard": "Norme de temps",
    "setting_speed": "Vitesse, {road}",
    "setting_density": "Vitesse de {low} à {high} hab/km²",
    "setting_density_above": "Vitesse à partir de {low} hab/km²",
    "setting_factor": "Coefficient appliqué aux vitesses",
    "setting_off_road": "Vitesse hors route",
    "setting_candidates": "Lieux candidats",
    "candidates_town_halls": "mairies des communes d'au moins {n} habitants",
    "candidates_cells": "mailles d'au moins {n} habitants",
    "candidates_file": "fichier {file}",
    "setting": "Réglage",
    "value": "Valeur",
    "map_alt": "Deux cartes côte à côte, aujourd'hui et avec le plan : population, lieux de soins ouverts et zones au-delà de {standard} minutes. {answer}. Les mêmes chiffres sont dans les tableaux qui suivent.",
    "map_people_beyond": "Habitants au-delà",
    "map_people_within": "Habitants à {standard} min ou moins",
    "map_existing": "Lieu de soins existant",
    "map_opened": "Maison ouverte par le plan",
    "map_land_beyond": "Terre au-delà de {standard} min",
    "map_houses": "Maisons, par habitants amenés à {standard} min",
    "map_more_one": "et {n} autre maison",
    "map_more_many": "et {n} autres maisons",
    "map_beyond_count_one": "{n} habitant au-delà",
    "map_beyond_count_many": "{n} habitants au-delà",
    "density_unit": "hab/km²",
    "sources": "Sources",
    "summary_scenario": "Scénario",
    "summary_answer": "Réponse",
    "summary_before": "Aujourd'hui",
    "summary_after": "Avec le plan",
    "summary_worst": "Les plus loin",
    "summary_uncoverable": "Hors d'atteinte",
    "summary_sites": "Lieux",
    "summary_proof": "Preuve",
    "summary_first": "D'abord",
    "summary_warning": "Attention",
    "summary_time": "Calcul",
    "summary_covered": "{persons} habitants couverts sur {total} ({share}), {minutes} min en moyenne",
    "summary_p99": "99 habitants sur 100 à moins de {p99} min ; le plus loin à {worst} min",
    "summary_counts": "{existing} existants, {candidates} candidats, {opened} ouverts par le plan",
    "summary_house": "{name} (+{persons})",
    "summary_seconds": "{seconds} s, mémoire {memory} Mo",
    "made_by": "Page écrite par siting {version} ; les fichiers du même dossier portent les mêmes chiffres, et manifest.json leur empreinte.",
    "skip": "Aller à la réponse",
    "open_data": "Données à reprendre : sites.csv, communes.csv, sites.gpkg, travel_time_before.tif, travel_time_after.tif.",
}  # fmt: skip

_TEXTS = {"fr": _FRENCH}

_FRENCH_ROADS = {
    "motorway": "autoroute",
    "trunk": "voie rapide",
    "primary": "route principale",
    "secondary": "route secondaire",
    "tertiary": "route locale",
    "unclassified": "petite route",
    "residential": "rue",
    "track": "piste",
}
"""OpenStreetMap classes worth a line on the page: the others are slip roads, yards and lanes."""

_ROADS = {"fr": _FRENCH_ROADS}


@dataclass(frozen=True)
class Texts:
    """The texts and the number format of one language."""

    language: str

    @property
    def number(self) -> NumberFormat:
        """How this language writes numbers."""
        return number_format(self.language)

    def __call__(self, key: str, /, **values: str) -> str:
        """The text of ``key`` with its blanks filled in."""
        return _TEXTS[self.language][key].format(**values)

    def road(self, highway: str) -> str:
        """Name of a class of roads; empty where the class is not worth a line."""
        return _ROADS[self.language].get(highway, "")

    def count(self, key: str, n: float, /, **values: str) -> str:
        """The text of ``key`` for ``n`` things: one, many, or none where the table has a text for it."""
        whole = round(n)
        none = whole == 0 and f"{key}_none" in _TEXTS[self.language]
        number = "none" if none else "one" if abs(whole) < 2 and not (self.language == "en" and whole == 0) else "many"
        return self(f"{key}_{number}", n=self.number.whole(n), **values)
