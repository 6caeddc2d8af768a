"""Each slip a planner can make gets one line: where, what is wrong, what would do."""

from __future__ import annotations

import string

import pytest

from scenario_texts import SECTIONS, faults_of, load_text, marked, text_with
from siting.scenario import Scenario
from siting.scenario.messages import HINTS, MESSAGES
from siting.scenario.schema import variants

GOAL = "goal:\n  model: lscp\n  "
MCLP = "goal:\n  model: mclp\n  new_houses: 2\n  "
ROADS = "travel:\n  surface: roads\n  network: corsica\n  "
FRICTION = "travel:\n  surface: friction\n  "

CASES = {
    # codes are text, and what was meant is proposed
    "a code without its zero": (
        {"study_area": "study_area:\n  communes: [§1004]", "travel": FRICTION},
        'study_area.communes[0]: « 1004 » n\'est pas un code de commune (écrivez "01004")',
    ),
    "a code in lower case": (
        {"study_area": "study_area:\n  communes: [§2a004]"},
        'study_area.communes[0]: « 2a004 » n\'est pas un code de commune (écrivez "2A004")',
    ),
    "a code with spaces": (
        {"study_area": 'study_area:\n  communes: [§" 01004 "]', "travel": FRICTION},
        'study_area.communes[0]: «  01004  » n\'est pas un code de commune (écrivez "01004")',
    ),
    "a Corsican postal code": (
        {"study_area": "study_area:\n  communes: [§20004]"},
        'study_area.communes[0]: « 20004 » n\'est pas un code de commune (écrivez "2A004" ou "2B004")',
    ),
    "a département in one digit": (
        {"study_area": "study_area:\n  departements: [§1]", "travel": FRICTION},
        'study_area.departements[0]: « 1 » n\'est pas un code de département (écrivez "01")',
    ),
    "no département": (
        {"study_area": "study_area:\n  departements: [§NO]"},
        "study_area.departements[0]: « NO » n'est pas un code de département "
        '(comme "01", "2A" ou "974")',
    ),
    "a site of a commune without its zero": (
        {"goal": GOAL + "forced_open: [§practice:1004]"},
        "goal.forced_open[0]: « practice:1004 » n'est pas un identifiant de site (écrivez \"practice:01004\")",
    ),
    "a site with a space": (
        {"goal": GOAL + 'forbidden: [§"cell:1 "]'},
        "goal.forbidden[0]: « cell:1  » n'est pas un identifiant de site (écrivez \"cell:1\")",
    ),
    "a blank site": (
        {"goal": GOAL + 'forbidden: [§" "]'},
        "goal.forbidden[0]: «   » n'est pas un identifiant de site (comme 2A004)",
    ),
    # keys
    "a misspelt key": (
        {"goal": GOAL + "§max_hoses: 3"},
        "goal.max_hoses: clé inconnue (vouliez-vous dire max_new_houses ?)",
    ),
    "a misspelt section, no second line for the missing one": (
        {"goal": "§goall:\n  model: lscp"},
        "goall: clé inconnue (vouliez-vous dire goal ?)",
    ),
    "a misspelt choice key": (
        {"goal": "goal:\n  §modle: lscp"},
        "goal.modle: clé inconnue (vouliez-vous dire model ?)",
    ),
    "a misspelt road class": (
        {"travel": ROADS + "speeds_kmh: {§residentiel: 30}"},
        "travel.speeds_kmh.residentiel: clé inconnue (vouliez-vous dire residential ?)",
    ),
    "a key like no other": (
        {"solver": "solver:\n  §zzz: 1"},
        "solver.zzz: clé inconnue (possible : gap, seed, time_limit_s)",
    ),
    "a key outside its section": (
        {"solver": "§cutoff_min: 30"},
        "cutoff_min: clé inconnue (cette clé va sous travel)",
    ),
    "a key of the other model": (
        {"goal": GOAL + "§new_houses: 3"},
        "goal.new_houses: clé inconnue (cette clé va avec model: mclp, p_median, capacitated_p_median, p_center, "
        "lexicographic, pas avec model: lscp)",
    ),
    "a key that only looks like one that is missing": (
        {"goal": "§goal:\n  model: p_median\n  §max_new_houses: 3"},
        "goal.new_houses: clé obligatoire absente (Nombre de maisons nouvelles à ouvrir.)\n"
        "goal.max_new_houses: clé inconnue (cette clé va avec model: lscp, pas avec model: p_median)",
    ),
    "a key like the parser's own words": (
        {"solver": '§"[key]": 1'},
        f"'[key]': clé inconnue (possible : {', '.join(sorted(Scenario.model_fields))})",
    ),
    "an empty key": (
        {"solver": 'solver: {§"": 1}'},
        "solver.'': clé inconnue (possible : gap, seed, time_limit_s)",
    ),
    "a key of the other surface": (
        {"travel": FRICTION + "§speed_factor: 1", "study_area": SECTIONS["study_area"]},
        "travel.speed_factor: clé inconnue (cette clé va avec surface: roads, pas avec surface: friction)",
    ),
    "a missing section": (
        {"scenario": "§scenario: essai", "goal": ""},
        "goal: clé obligatoire absente (Ce que le plan doit réussir.)",
    ),
    "a missing choice": (
        {"existing": "§existing:\n  treatment: keep"},
        f"existing.rule: clé obligatoire absente (possible : {', '.join(variants('existing'))})",
    ),
    "a missing number": (
        {"goal": "§goal:\n  model: p_center"},
        "goal.new_houses: clé obligatoire absente (Nombre de maisons nouvelles à ouvrir.)",
    ),
    "nothing that limits the number of houses": (
        {"goal": "goal:\n  model: §mclp"},
        "goal.model: rien ne limite le nombre de maisons (donnez goal.new_houses, ou une règle budget)",
    ),
    "a number of houses that is misspelt, once": (
        {"goal": "goal:\n  model: mclp\n  §new_hoses: 3"},
        "goal.new_hoses: clé inconnue (vouliez-vous dire new_houses ?)",
    ),
    "an entry of a list without its kind": (
        {"rules": "rules:\n  - §at_most_eur: 1000"},
        "rules[0].rule: clé obligatoire absente (possible : budget, covered_share, backup, houses, apart)",
    ),
    "a key of another rule": (
        {"rules": "rules:\n  - rule: budget\n    at_most_eur: 1000\n    §at_least_km: 3"},
        "rules[0].at_least_km: clé inconnue (cette clé va avec rule: apart, pas avec rule: budget)",
    ),
    "a share in per cent": (
        {"rules": "rules:\n  - rule: covered_share\n    at_least_share: §95"},
        "rules[0].at_least_share: 95 n'est pas plausible : de 0.01 à 1 (une part) (si 95 est en %, écrivez 0.95)",
    ),
    "rules that contradict each other, beside a wrong one": (
        {
            "goal": "goal:\n  model: mclp\n  new_houses: 3",
            "rules": "rules:\n  - rule: houses\n    each: departement\n    at_least: §2\n  - rule: houses\n    "
            "communes: [§2a004]\n    at_most: 1\n  - rule: houses\n    each: epci\n    at_least: §2\n    at_most: 1",
        },
        "rules[0].at_least: les planchers demandent 4 maisons, pour 3 au plus, voir ligne {goal+2} : goal.new_houses "
        "(augmentez ce nombre, ou baissez at_least)\n"
        "rules[1].communes[0]: « 2a004 » n'est pas un code de commune (écrivez \"2A004\")\n"
        "rules[2].at_least: le plancher de 2 maisons dépasse le plafond de 1, voir ligne {rules+10} : rules[2].at_most "
        "(abaissez l'un ou relevez l'autre)",
    ),
    "goals in an order that opens nothing, one of them twice": (
        {"goal": "goal:\n  model: lexicographic\n  goals: §[least_cost, most_covered, §least_cost]"},
        "goal.goals: avec least_cost en premier et aucune règle qui demande des maisons, le meilleur plan n'ouvre rien "
        "(mettez most_covered en premier, ou ajoutez une règle covered_share)\n"
        "goal.goals[2]: « least_cost » figure deux fois dans la liste, voir ligne {goal+2} : goal.goals[0] "
        "(n'en gardez qu'un)",
    ),
    "a budget that does not pay for the sites forced open": (
        {
            "goal": 'goal:\n  model: mclp\n  forced_open: ["2A001", "2A006", "2A008"]',
            "rules": "rules:\n  - rule: budget\n    at_most_eur: §100000",
        },
        "rules[0].at_most_eur: 100000 euros ne paient pas les 3 sites imposés, qui coûtent 150000 euros, voir ligne "
        "{goal+2} : goal.forced_open (augmentez la somme, ou imposez moins de sites)",
    ),
    "weights with a goal that knows none": (
        {
            "goal": "goal:\n  model: p_center\n  new_houses: 3",
            "weights": "§weights:\n  - who: age\n    group: over_65\n    weight: 2",
        },
        "weights: des poids ne changent rien avec model: p_center, voir ligne {goal+1} : goal.model (prenez model: "
        "mclp, p_median ou lexicographic, ou retirez-les)",
    ),
    "faster off the roads than on them": (
        {"no_car": "no_car:\n  speed_kmh: 4\n  off_road_kmh: §5"},
        "no_car.off_road_kmh: 5 km/h hors des routes, 4 km/h sur les routes, voir ligne {no_car+1} : no_car.speed_kmh "
        "(une vitesse au plus égale hors des routes)",
    ),
    "a weight for people of whom nothing is said": (
        {
            "goal": "goal:\n  model: mclp\n  new_houses: 3",
            "weights": "weights:\n  - who: mode\n    mode: §no_car\n    weight: 2",
        },
        "weights[0].mode: rien ne dit qui se déplace ainsi (ajoutez la section no_car: {})",
    ),
    "a share short": (
        {"walking": "walking:\n  share_by_age: §[0.1, 0.2]"},
        "walking.share_by_age: une liste de 2 (3 valeurs, ni plus ni moins)",
    ),
    "a choice that is none": (
        {"candidates": "candidates:\n  rule: §town_hals"},
        "candidates.rule: « town_hals » n'est pas un choix possible (vouliez-vous dire town_halls ?)",
    ),
    "a choice far from any": (
        {"existing": "existing:\n  rule: gp_practices\n  treatment: §oui"},
        "existing.treatment: « oui » n'est pas un choix possible (possible : ignore, keep, label)",
    ),
    "a key without a value": (
        {"solver": "§solver:"},
        "solver: clé sans valeur (donnez une valeur, ou retirez la clé)",
    ),
    # shapes
    "a value where a section is meant": (
        {"goal": "goal: §lscp"},
        "goal: des lignes « clé: valeur » sont attendues ici (Ce que le plan doit réussir.)",
    ),
    "a value where a list is meant": (
        {"study_area": "study_area:\n  departements: §2A"},
        "study_area.departements: une liste est attendue ici (écrivez [a, b], ou une ligne « - a » par élément)",
    ),
    "a list where a text is meant": (
        {"title": "title: §[a, b]"},
        "title: un texte est attendu ici (écrivez une seule valeur, sans liste ni sous-clé)",
    ),
    "a list in a list of codes": (
        {"study_area": "study_area:\n  departements: [§[2A]]"},
        "study_area.departements[0]: un texte est attendu ici (écrivez une seule valeur, sans liste ni sous-clé)",
    ),
    "an empty list": (
        {"study_area": "study_area:\n  departements: §[]"},
        "study_area.departements: liste vide (donnez au moins un élément, ou retirez la clé)",
    ),
    "a list where speeds are meant": (
        {"travel": ROADS + "speeds_kmh: §[50]"},
        "travel.speeds_kmh: des lignes « clé: valeur » sont attendues ici (Vitesse à vide par classe de route "
        "OpenStreetMap, en km/h ; les classes non citées gardent leur valeur par défaut. Ce sont des hypothèses, pas "
        "des mesures.)",
    ),
    # numbers
    "seconds for minutes": (
        {"travel": ROADS + "cutoff_min: §1800"},
        "travel.cutoff_min: 1800 n'est pas plausible : de 1 à 240 minutes (si 1800 est en secondes, écrivez 30)",
    ),
    "hours for minutes": (
        {"goal": GOAL + "standard_min: §0.5"},
        "goal.standard_min: 0.5 n'est pas plausible : de 1 à 240 minutes (si 0.5 est en heures, écrivez 30)",
    ),
    "kilometres for metres": (
        {"grid": "grid:\n  cell_size_m: §1"},
        "grid.cell_size_m: 1 n'est pas plausible : de 100 à 10000 mètres (si 1 est en kilomètres, écrivez 1000)",
    ),
    "metres for kilometres": (
        {"grid": "grid:\n  halo_km: §60000"},
        "grid.halo_km: 60000 n'est pas plausible : de 0 à 500 kilomètres (si 60000 est en mètres, écrivez 60)",
    ),
    "too large in any unit": (
        {"goal": GOAL + "standard_min: §1e9"},
        "goal.standard_min: 1000000000 n'est pas plausible : de 1 à 240 minutes",
    ),
    "negative": (
        {"candidates": "candidates:\n  rule: town_halls\n  min_persons: §-5"},
        "candidates.min_persons: -5 n'est pas plausible : de 0 à 3000000 habitants",
    ),
    "not a number at all": (
        {"goal": GOAL + "standard_min: §.nan"},
        "goal.standard_min: « .nan » n'est pas un nombre fini (écrivez un nombre)",
    ),
    "infinite": (
        {"solver": "solver:\n  time_limit_s: §.inf"},
        "solver.time_limit_s: « .inf » n'est pas un nombre fini (écrivez un nombre)",
    ),
    "beyond what a number can hold": (
        {"goal": GOAL + "standard_min: §1e999"},
        "goal.standard_min: « 1e999 » n'est pas un nombre fini (écrivez un nombre)",
    ),
    "decimal comma": (
        {"travel": ROADS + "off_road_kmh: §5,5"},
        "travel.off_road_kmh: « 5,5 » n'est pas un nombre, en km/h "
        "(écrivez 5.5 : la décimale se marque par un point)",
    ),
    "hours and minutes": (
        {"goal": GOAL + "standard_min: §12:30"},
        "goal.standard_min: « 12:30 » n'est pas un nombre, en minutes (écrivez un nombre, comme 30)",
    ),
    "a unit after the number": (
        {"goal": GOAL + "standard_min: §30 min"},
        "goal.standard_min: « 30 min » n'est pas un nombre, en minutes "
        "(écrivez 30 : l'unité est dans le nom de la clé)",
    ),
    "a space between thousands": (
        {"candidates": "candidates:\n  rule: town_halls\n  min_persons: §1 000"},
        "candidates.min_persons: « 1 000 » n'est pas un nombre, en habitants (écrivez 1000)",
    ),
    "an underscore between thousands": (
        {"candidates": "candidates:\n  rule: town_halls\n  min_persons: §1_000"},
        "candidates.min_persons: « 1_000 » n'est pas un nombre, en habitants (écrivez 1000)",
    ),
    "on": (
        {"travel": ROADS + "speed_factor: §on"},
        "travel.speed_factor: « on » n'est pas un nombre (écrivez un nombre, comme 0.85)",
    ),
    "true": (
        {"goal": MCLP.replace("2", "§true")},
        "goal.new_houses: « true » n'est pas un nombre (écrivez un nombre, comme 5)",
    ),
    "half a house": (
        {"goal": MCLP.replace("2", "§2.5")},
        "goal.new_houses: « 2.5 » n'est pas un nombre entier (écrivez un nombre sans décimale)",
    ),
    "one speed of a list": (
        {"travel": FRICTION + "density_persons_per_km2: [0, 50]\n  speeds_kmh: [50, §500]"},
        "travel.speeds_kmh[1]: 500 n'est pas plausible : de 1 à 150 km/h",
    ),
    # names
    "a name that is no folder": (
        {"scenario": "scenario: §Été 2026/corse"},
        "scenario: « Été 2026/corse » ne peut pas nommer un dossier "
        "(lettres minuscules sans accent, chiffres et tirets : ete-2026-corse)",
    ),
    "a blank title": (
        {"title": 'title: §"  "'},
        "title: «    » n'est pas un texte d'une ligne (écrivez quelques mots, sans caractère de commande)",
    ),
    "a title of two lines": (
        {"title": 'title: §"a\\nb"'},
        "title: « a\\nb » n'est pas un texte d'une ligne (écrivez quelques mots, sans caractère de commande)",
    ),
    "a long title": (
        {"title": "title: §" + "x" * 201},
        "title: texte vide ou trop long (200 caractères au plus)",
    ),
    # contradictions
    "forced and forbidden": (
        {"goal": GOAL + "forced_open: [practice:2A004]\n  forbidden:\n    - §practice:2A004"},
        "goal.forbidden[0]: « practice:2A004 » est à la fois interdit et imposé, "
        "voir ligne {goal+2} : goal.forced_open[0] "
        "(retirez-le d'une des deux listes)",
    ),
    "more forced than allowed": (
        {"goal": GOAL + "max_new_houses: §1\n  forced_open: [practice:2A004, practice:2A005]"},
        "goal.max_new_houses: 2 sites imposés, pour 1 au plus, voir ligne {goal+3} : goal.forced_open "
        "(augmentez ce nombre, ou imposez moins de sites)",
    ),
    "more forced than to open": (
        {"goal": "goal:\n  model: mclp\n  forced_open: [practice:2A004, practice:2A005]\n  new_houses: §1"},
        "goal.new_houses: 2 sites imposés, pour 1 au plus, voir ligne {goal+2} : goal.forced_open "
        "(augmentez ce nombre, ou imposez moins de sites)",
    ),
    "forced twice": (
        {"goal": GOAL + "forced_open:\n    - practice:2A004\n    - §practice:2A004"},
        "goal.forced_open[1]: « practice:2A004 » figure deux fois dans la liste, "
        "voir ligne {goal+3} : goal.forced_open[0] "
        "(n'en gardez qu'un)",
    ),
    "a département twice": (
        {"study_area": "study_area:\n  departements: [2A, §2A]"},
        "study_area.departements[1]: « 2A » figure deux fois dans la liste, voir ligne {study_area+1} : "
        "study_area.departements[0] (n'en gardez qu'un)",
    ),
    "standard beyond the cutoff": (
        {"goal": GOAL + "standard_min: §45"},
        "goal.standard_min: la norme de 45 minutes dépasse le calcul des trajets, arrêté à 30 minutes, "
        "voir ligne {travel+0} : travel.cutoff_min (écrivez travel.cutoff_min: 45, ou abaissez la norme)",
    ),
    "halo narrower than a trip": (
        {"travel": FRICTION + "cutoff_min: 60\n  density_persons_per_km2: [0]\n  speeds_kmh: [50]",
         "grid": "grid:\n  halo_km: §40"},
        "grid.halo_km: 40 km : trop étroit, on parcourt 50 km en 60 minutes à 50 km/h, "
        "voir ligne {travel+2} : travel.cutoff_min (au moins 50, ou retirez la clé)",
    ),
    "no study area": (
        {"study_area": "study_area: §{}"},
        "study_area: territoire non défini (donnez departements, communes ou country)",
    ),
    "two study areas": (
        {"study_area": "study_area:\n  departements: [2A]\n  communes: §[2A004]"},
        "study_area.communes: territoire défini deux fois, voir ligne {study_area+1} : study_area.departements "
        "(gardez une seule des clés departements, communes, country)",
    ),
    "a network of elsewhere": (
        {"study_area": "study_area:\n  departements: [2A, 71]",
         "travel": "travel:\n  surface: roads\n  network: §corsica"},
        "travel.network: le réseau routier corsica ne couvre pas 71, voir ligne {study_area+1} : "
        "study_area.departements (prenez surface: friction, ou un autre territoire)",
    ),
    "a network for the whole country": (
        {"study_area": "study_area:\n  country: metropolitan_france",
         "travel": "travel:\n  surface: roads\n  network: §corsica"},
        "travel.network: le réseau routier corsica ne couvre pas metropolitan_france, voir ligne {study_area+1} : "
        "study_area.country (prenez surface: friction, ou un autre territoire)",
    ),
    "densities in disorder": (
        {"travel": FRICTION + "density_persons_per_km2: §[0, 50, 20]\n  speeds_kmh: [50, 40, 30]"},
        "travel.density_persons_per_km2: les densités ne sont pas croissantes à partir de 0 "
        "(écrivez par exemple [0, 50, 200, 1000])",
    ),
    "fewer speeds than densities": (
        {"travel": FRICTION + "density_persons_per_km2: [0, 50, 200]\n  speeds_kmh: §[50, 40]"},
        "travel.speeds_kmh: 2 vitesses pour 3 densités, voir ligne {travel+2} : travel.density_persons_per_km2 "
        "(donnez autant de vitesses que de densités)",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("sections", "lines"), CASES.values(), ids=CASES.keys())
def test_a_slip_gets_a_line_at_its_place(sections, lines, tmp_path):
    text, places = marked(text_with(**sections))
    rows = text.split("\n")
    starts = {
        name: rows.index(row) + 1 for name in [*SECTIONS, *sections] for row in rows if row.startswith(f"{name}:")
    }
    for name, start in starts.items():
        for below in range(10, -1, -1):
            lines = lines.replace(f"{{{name}+{below}}}", str(start + below))
    file = tmp_path / "essai.yaml"
    expected = [f"{file}:{at[0]}:{at[1]}: {line}" for at, line in zip(places, lines.split("\n"), strict=True)]
    assert [str(fault) for fault in faults_of(text, tmp_path)] == expected


def test_a_planner_who_writes_english_reads_english(tmp_path):
    text = text_with(language="language: en", goal=GOAL + "standard_min: 1800\n  max_hoses: 1")
    assert [str(fault).split(": ", 1)[1] for fault in faults_of(text, tmp_path)] == [
        "goal.standard_min: 1800 is not plausible: from 1 to 240 minutes (if 1800 is in seconds, write 30)",
        "goal.max_hoses: unknown key (did you mean max_new_houses?)",
    ]


def test_every_independent_fault_is_told_at_once_in_the_order_of_the_file(tmp_path):
    text, places = marked("""\
scenario: §Corse 1
title: Un essai
study_area:
  departements: [§2a, §1]
  communes: §[§1004]
§titel: x
candidates:
  rule: §town_hals
existing:
  rule: gp_practices
  min_gp_practices: §2,5
travel:
  surface: roads
  network: corsica
  cutoff_min: §1800
  speeds_kmh: {§motorvay: 100, primary: §-1}
goal:
  model: lscp
  §max_hoses: 1
  §model: mclp
  forced_open: [practice:2A004, §practice:1004]
  forbidden: [§practice:2A004]
§solver:
""")
    assert [(fault.line, fault.column) for fault in faults_of(text, tmp_path)] == places


def test_a_contradiction_is_told_although_another_field_of_its_section_is_wrong(tmp_path):
    text = text_with(goal=GOAL + "max_new_houses: -1\n  standard_min: 40")
    assert [fault.field for fault in faults_of(text, tmp_path)] == ["goal.max_new_houses", "goal.standard_min"]


def test_a_code_without_quotes_is_the_text_that_was_written(tmp_path):
    text = text_with(study_area="study_area:\n  communes: [01004, 2A004, 07007]", travel=FRICTION)
    assert load_text(text, tmp_path).study_area.communes == ("01004", "2A004", "07007")


@pytest.mark.parametrize("title", ["12:30", "NO", "on", "1e3", "5,5", "2026", "true", "0o17", "2026-01-01", "=1+1"])
def test_a_text_stays_the_text_that_was_written(title, tmp_path):
    assert load_text(text_with(title=f"title: {title}"), tmp_path).title == title


@pytest.mark.parametrize(("written", "persons"), [("1e3", 1000), ("1000.0", 1000), ("+7", 7), ("007", 7), ('"12"', 12)])
def test_a_whole_number_may_be_written_as_yaml_allows(written, persons, tmp_path):
    text = text_with(candidates=f"candidates:\n  rule: town_halls\n  min_persons: {written}")
    found = load_text(text, tmp_path).candidates.min_persons
    assert (found, type(found)) == (persons, int)


def test_every_message_says_the_same_in_both_languages():
    def names(text: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    for key, (french, english) in MESSAGES.items():
        assert all(french) and all(english), key
        assert [names(text) for text in french] == [names(text) for text in english], key
    for key, (in_french, in_english) in HINTS.items():
        assert names(in_french) == names(in_english), key
