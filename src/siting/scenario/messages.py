"""What is said to a planner, in French and in English: one line each, what is wrong and what would do."""

from __future__ import annotations

from typing import Any, NamedTuple

from pydantic_core import PydanticCustomError


class Message(NamedTuple):
    """A message in both languages: (what is wrong, what would do). ``{…}`` are filled in."""

    french: tuple[str, str]
    english: tuple[str, str]


MESSAGES: dict[str, Message] = {
    # the file
    "no_file": Message(
        ("fichier introuvable : {path}", "{hint}"),
        ("no such file: {path}", "{hint}"),
    ),
    "not_a_file": Message(
        ("ce n'est pas un fichier : {path}", "donnez le chemin d'un fichier .yaml"),
        ("not a file: {path}", "give the path of a .yaml file"),
    ),
    "unreadable_file": Message(
        ("lecture impossible : {reason}", "vérifiez les droits sur le fichier"),
        ("cannot be read: {reason}", "check the permissions of the file"),
    ),
    "too_large": Message(
        (
            "fichier de plus de {limit} octets",
            "un scénario tient en quelques pages : mettez les données dans un fichier à part",
        ),
        ("file of more than {limit} bytes", "a scenario is a few pages long: put data into a file of their own"),
    ),
    "not_utf8": Message(
        ("octet {value} illisible en UTF-8", "enregistrez le fichier en UTF-8"),
        ("byte {value} is not UTF-8", "save the file as UTF-8"),
    ),
    "utf_16": Message(
        ("fichier en UTF-16", "enregistrez le fichier en UTF-8"),
        ("file in UTF-16", "save the file as UTF-8"),
    ),
    "control_character": Message(
        ("caractère de commande {value} interdit", "effacez-le"),
        ("control character {value} is not allowed", "delete it"),
    ),
    "empty": Message(
        ("fichier sans contenu", "{hint}"),
        ("the file is empty", "{hint}"),
    ),
    "several_documents": Message(
        ("deuxième document YAML dans le fichier", "un fichier par scénario : retirez la ligne « --- »"),
        ("a second YAML document in the file", "one file per scenario: remove the line '---'"),
    ),
    "more_faults": Message(
        ("d'autres fautes suivent", "corrigez d'abord celles-ci"),
        ("more faults follow", "put these right first"),
    ),
    # YAML
    "tab": Message(
        ("tabulation dans le retrait de la ligne", "remplacez-la par des espaces"),
        ("tab in the indentation", "replace it with spaces"),
    ),
    "syntax_quote": Message(
        ("guillemet ouvert et jamais refermé", "fermez-le"),
        ("a quote is opened and never closed", "close it"),
    ),
    "syntax_escape": Message(
        ("« \\ » suivi d'un caractère inattendu", "écrivez / dans un chemin, ou prenez des guillemets simples"),
        ("'\\' before an unexpected character", "write / in a path, or take single quotes"),
    ),
    "syntax_bracket": Message(
        ("crochet ou accolade mal refermé", "fermez [ par ] et {{ par }}, séparez par des virgules"),
        ("bracket or brace not closed properly", "close [ with ] and {{ with }}, separate with commas"),
    ),
    "syntax_colon": Message(
        ("« : » inattendu", "vérifiez le retrait de la ligne, ou mettez le texte entre guillemets"),
        ("unexpected ':'", "check the indentation, or put the text in quotes"),
    ),
    "syntax_no_colon": Message(
        ("clé sans « : »", "écrivez « clé: valeur », avec une espace après les deux-points"),
        ("a key without ':'", "write 'key: value', with a space after the colon"),
    ),
    "syntax_indent": Message(
        ("retrait de ligne qui ne correspond à rien", "alignez la ligne sur ses voisines"),
        ("indentation that matches nothing", "align the line with its neighbours"),
    ),
    "syntax_character": Message(
        ("une valeur ne peut pas commencer par ce caractère", "mettez le texte entre guillemets"),
        ("a value cannot start with this character", "put the text in quotes"),
    ),
    "syntax": Message(
        ("YAML illisible : {reason}", "comparez avec ce qu'écrit « siting new 48 »"),
        ("YAML cannot be read: {reason}", "compare with what 'siting new 48' writes"),
    ),
    "alias": Message(
        ("renvoi « *{value} » interdit", "recopiez la valeur"),
        ("alias '*{value}' is not allowed", "write the value again"),
    ),
    "anchor": Message(
        ("ancre « &{value} » interdite", "retirez-la"),
        ("anchor '&{value}' is not allowed", "remove it"),
    ),
    "tag": Message(
        ("étiquette de type « {value} » interdite", "retirez-la : c'est le schéma qui donne le type"),
        ("tag '{value}' is not allowed", "remove it: the schema gives the type"),
    ),
    "too_deep": Message(
        ("plus de {limit} niveaux imbriqués", "un scénario n'en a que trois"),
        ("more than {limit} nested levels", "a scenario has only three"),
    ),
    "too_many": Message(
        ("plus de {limit} éléments", "un scénario en a moins : mettez les données dans un fichier à part"),
        ("more than {limit} items", "a scenario has fewer: put data into a file of their own"),
    ),
    "key_not_text": Message(
        ("une clé doit être un mot", "écrivez « clé: valeur »"),
        ("a key must be a word", "write 'key: value'"),
    ),
    "duplicate_key": Message(
        ("clé écrite deux fois, lignes {first} et {second}", "n'en gardez qu'une"),
        ("key written twice, lines {first} and {second}", "keep only one"),
    ),
    # keys and types
    "missing": Message(
        ("clé obligatoire absente", "{hint}"),
        ("required key is missing", "{hint}"),
    ),
    "unknown_key": Message(
        ("clé inconnue", "{hint}"),
        ("unknown key", "{hint}"),
    ),
    "bad_choice": Message(
        ("« {value} » n'est pas un choix possible", "{hint}"),
        ("'{value}' is not one of the choices", "{hint}"),
    ),
    "no_value": Message(
        ("clé sans valeur", "donnez une valeur, ou retirez la clé"),
        ("key without a value", "give a value, or remove the key"),
    ),
    "not_a_mapping": Message(
        ("des lignes « clé: valeur » sont attendues ici", "{hint}"),
        ("lines 'key: value' are expected here", "{hint}"),
    ),
    "not_a_list": Message(
        ("une liste est attendue ici", "écrivez [a, b], ou une ligne « - a » par élément"),
        ("a list is expected here", "write [a, b], or one line '- a' per item"),
    ),
    "empty_list": Message(
        ("liste vide", "donnez au moins un élément, ou retirez la clé"),
        ("empty list", "give at least one item, or remove the key"),
    ),
    "not_text": Message(
        ("un texte est attendu ici", "écrivez une seule valeur, sans liste ni sous-clé"),
        ("a text is expected here", "write a single value, without list or subkey"),
    ),
    "not_one_line": Message(
        ("« {value} » n'est pas un texte d'une ligne", "écrivez quelques mots, sans caractère de commande"),
        ("'{value}' is not a text of one line", "write a few words, without control characters"),
    ),
    "wrong_count": Message(
        ("une liste de {value}", "{wanted} valeurs, ni plus ni moins"),
        ("a list of {value}", "{wanted} values, no more and no fewer"),
    ),
    "text_length": Message(
        ("texte vide ou trop long", "{limit} caractères au plus"),
        ("text empty or too long", "{limit} characters at most"),
    ),
    "other": Message(
        ("« {value} » ne convient pas : {reason}", "voyez la description de la clé avec « siting schema »"),
        ("'{value}' does not fit: {reason}", "see the description of the key with 'siting schema'"),
    ),
    "not_a_flag": Message(
        ("« {value} » n'est ni vrai ni faux", "écrivez true (oui) ou false (non)"),
        ("'{value}' is neither true nor false", "write true or false"),
    ),
    "not_simulated": Message(
        (
            "ce calcul ne simule aucun trimestre",
            "ajoutez à votre scénario le bloc « simulation: {{start: 2026-Q4}} », puis siting run",
        ),
        (
            "this run simulates no quarter",
            "add the block 'simulation: {{start: 2026-Q4}}' to your scenario, then siting run",
        ),
    ),
    # numbers
    "not_a_number": Message(
        ("« {value} » n'est pas un nombre{unit}", "{hint}"),
        ("'{value}' is not a number{unit}", "{hint}"),
    ),
    "not_whole": Message(
        ("« {value} » n'est pas un nombre entier", "écrivez un nombre sans décimale"),
        ("'{value}' is not a whole number", "write a number without decimals"),
    ),
    "not_finite": Message(
        ("« {value} » n'est pas un nombre fini", "écrivez un nombre"),
        ("'{value}' is not a finite number", "write a number"),
    ),
    "out_of_bounds": Message(
        ("{value} n'est pas plausible : de {low} à {high} {unit}", "{hint}"),
        ("{value} is not plausible: from {low} to {high} {unit}", "{hint}"),
    ),
    # codes and names
    "bad_slug": Message(
        (
            "« {value} » ne peut pas nommer un dossier",
            "lettres minuscules sans accent, chiffres et tirets : {proposal}",
        ),
        ("'{value}' cannot name a folder", "lower-case letters, digits and hyphens: {proposal}"),
    ),
    "bad_commune": Message(
        ("« {value} » n'est pas un code de commune", "{hint}"),
        ("'{value}' is not the code of a commune", "{hint}"),
    ),
    "bad_departement": Message(
        ("« {value} » n'est pas un code de département", "{hint}"),
        ("'{value}' is not the code of a département", "{hint}"),
    ),
    "bad_epci": Message(
        ("« {value} » n'est pas un numéro d'EPCI", "{hint}"),
        ("'{value}' is not the number of an EPCI", "{hint}"),
    ),
    "bad_site_id": Message(
        ("« {value} » n'est pas un identifiant de site", "{hint}"),
        ("'{value}' is not the id of a site", "{hint}"),
    ),
    # files that a scenario names
    "remote_path": Message(
        ("« {value} » n'est pas un fichier de votre disque", "téléchargez-le, puis donnez son chemin"),
        ("'{value}' is no file of your disk", "download it, then give its path"),
    ),
    "not_fetched": Message(("{problem}", "{remedy}"), ("{problem}", "{remedy}")),
    "path_outside": Message(
        ("« {value} » mène hors du dossier du scénario : {path}", "copiez le fichier dans {folder}"),
        ("'{value}' leads out of the folder of the scenario: {path}", "copy the file into {folder}"),
    ),
    "path_missing": Message(
        ("fichier introuvable, cherché ici : {path}", "{hint}"),
        ("no such file, looked for at: {path}", "{hint}"),
    ),
    "path_no_file": Message(
        ("ce n'est pas un fichier : {path}", "donnez le chemin d'un fichier"),
        ("not a file: {path}", "give the path of a file"),
    ),
    "path_unreadable": Message(
        ("« {value} » ne s'ouvre pas : {reason}", "donnez le chemin d'un fichier"),
        ("'{value}' cannot be opened: {reason}", "give the path of a file"),
    ),
    # contradictions
    "repeated": Message(
        ("« {value} » figure deux fois dans la liste", "n'en gardez qu'un"),
        ("'{value}' is in the list twice", "keep only one"),
    ),
    "no_study_area": Message(
        ("territoire non défini", "donnez departements, communes ou country"),
        ("no study area is given", "give departements, communes or country"),
    ),
    "two_study_areas": Message(
        ("territoire défini deux fois", "gardez une seule des clés departements, communes, country"),
        ("the study area is given twice", "keep only one of departements, communes, country"),
    ),
    "forced_and_forbidden": Message(
        ("« {value} » est à la fois interdit et imposé", "retirez-le d'une des deux listes"),
        ("'{value}' is both forbidden and forced open", "remove it from one of the lists"),
    ),
    "too_many_forced": Message(
        ("{n_forced} sites imposés, pour {value} au plus", "augmentez ce nombre, ou imposez moins de sites"),
        ("{n_forced} sites forced open, {value} allowed", "raise this number, or force fewer sites"),
    ),
    "red_zones_without_list": Message(
        ("les zones rouges ne sont dans aucun fichier", "ajoutez une section zones avec file"),
        ("the red zones are in no file", "add a section zones with file"),
    ),
    "no_zone": Message(
        ("zone non définie", "donnez departements, epcis ou communes (ou each, dans une règle houses)"),
        ("no zone is given", "give departements, epcis or communes (or each, in a rule houses)"),
    ),
    "two_zones": Message(
        ("zone définie deux fois", "gardez une seule des clés each, departements, epcis, communes"),
        ("the zone is given twice", "keep only one of each, departements, epcis, communes"),
    ),
    "no_floor_nor_cap": Message(
        ("ni plancher ni plafond", "donnez at_least ou at_most"),
        ("neither a floor nor a cap", "give at_least or at_most"),
    ),
    "floor_above_cap": Message(
        ("le plancher de {value} maisons dépasse le plafond de {at_most}", "abaissez l'un ou relevez l'autre"),
        ("the floor of {value} houses is above the cap of {at_most}", "lower the one or raise the other"),
    ),
    "floor_above_limit": Message(
        ("les planchers demandent {value} maisons, pour {limit} au plus", "augmentez ce nombre, ou baissez at_least"),
        ("the floors ask for {value} houses, {limit} allowed", "raise this number, or lower at_least"),
    ),
    "no_distance": Message(
        ("ni distance ni temps de trajet", "donnez at_least_km ou at_least_min"),
        ("neither a distance nor a travel time", "give at_least_km or at_least_min"),
    ),
    "two_distances": Message(
        ("une distance et un temps de trajet dans une même règle", "gardez l'un, ou écrivez deux règles apart"),
        ("a distance and a travel time in one rule", "keep one of them, or write two rules apart"),
    ),
    "apart_beyond_cutoff": Message(
        (
            "{value} minutes dépassent les trajets calculés, de {cutoff_min} minutes au plus",
            "allongez travel.cutoff_min, ou baissez ce temps",
        ),
        (
            "{value} minutes are beyond the trips that are computed, of at most {cutoff_min} minutes",
            "raise travel.cutoff_min, or lower this time",
        ),
    ),
    "rule_twice": Message(
        ("la règle {value} figure deux fois", "gardez la plus stricte"),
        ("the rule {value} is there twice", "keep the stricter one"),
    ),
    "weights_of_other_model": Message(
        (
            "des poids ne changent rien avec model: {value}",
            "prenez model: mclp, p_median ou lexicographic, ou retirez-les",
        ),
        ("weights change nothing with model: {value}", "take model: mclp, p_median or lexicographic, or remove them"),
    ),
    "mode_without_section": Message(
        ("rien ne dit qui se déplace ainsi", "ajoutez la section {value}: {{}}"),
        ("nothing says who travels so", "add the section {value}: {{}}"),
    ),
    "choice_of_other_model": Message(
        (
            "ce choix ne se combine pas avec model: p_center",
            "prenez un autre but, lscp par exemple, ou retirez le choix",
        ),
        ("this choice does not combine with model: p_center", "take another goal, lscp for instance, or remove it"),
    ),
    "nothing_kept": Message(
        ("aucun site n'est maintenu (keep) dont le plan pourrait décider", "retirez cette clé, ou maintenez des sites"),
        ("no site is kept (keep) about which the plan could decide", "remove this key, or keep some sites"),
    ),
    "never_close_without_close": Message(
        ("aucun site ne peut fermer", "ajoutez close à kept_may, ou retirez never_close"),
        ("no site may close", "add close to kept_may, or remove never_close"),
    ),
    "upgrade_without_capacity": Message(
        ("agrandir un site n'apporte rien sans capacités", "ajoutez la section capacity: {{}}, ou retirez upgrade"),
        ("extending a site brings nothing without capacities", "add the section capacity: {{}}, or remove upgrade"),
    ),
    "served_without_capacity": Message(
        ("most_served demande des capacités", "ajoutez la section capacity: {{}}"),
        ("most_served asks for capacities", "add the section capacity: {{}}"),
    ),
    "model_without_capacity": Message(
        ("ce but demande des capacités", "ajoutez la section capacity: {{}}"),
        ("this goal asks for capacities", "add the section capacity: {{}}"),
    ),
    "goal_on_its_own": Message(
        (
            "model: {value} ne connaît ni règles, ni choix, ni phases",
            "retirez ceci, ou prenez model: lexicographic avec most_served",
        ),
        (
            "model: {value} knows no rules, choices or phases",
            "remove this, or take model: lexicographic with most_served",
        ),
    ),
    "no_limit": Message(
        ("rien ne limite le nombre de maisons", "donnez goal.new_houses, ou une règle budget"),
        ("nothing limits the number of houses", "give goal.new_houses, or a rule budget"),
    ),
    "nothing_to_reach": Message(
        (
            "avec {value} en premier et aucune règle qui demande des maisons, le meilleur plan n'ouvre rien",
            "mettez most_covered en premier, ou ajoutez une règle covered_share",
        ),
        (
            "with {value} first and no rule that asks for houses, the best plan opens nothing",
            "put most_covered first, or add a rule covered_share",
        ),
    ),
    "budget_below_forced": Message(
        (
            "{value} euros ne paient pas les {n_forced} sites imposés, qui coûtent {cost_eur} euros",
            "augmentez la somme, ou imposez moins de sites",
        ),
        (
            "{value} euros do not pay for the {n_forced} sites forced open, which cost {cost_eur} euros",
            "raise the sum, or force fewer sites",
        ),
    ),
    "standard_beyond_cutoff": Message(
        (
            "la norme de {value} minutes dépasse le calcul des trajets, arrêté à {cutoff_min} minutes",
            "écrivez travel.cutoff_min: {value}, ou abaissez la norme",
        ),
        (
            "the standard of {value} minutes lies beyond the travel times, which stop at {cutoff_min} minutes",
            "write travel.cutoff_min: {value}, or lower the standard",
        ),
    ),
    "narrow_halo": Message(
        (
            "{value} km : trop étroit, on parcourt {needed_km} km en {cutoff_min} minutes à {fastest_kmh} km/h",
            "au moins {needed_km}, ou retirez la clé",
        ),
        (
            "{value} km is too narrow: one travels {needed_km} km in {cutoff_min} minutes at {fastest_kmh} km/h",
            "at least {needed_km}, or remove the key",
        ),
    ),
    "several_projections": Message(
        (
            "{value} et {other} n'ont pas la même projection : un calcul porte sur un seul territoire",
            "un scénario par territoire : la métropole, les Antilles, la Guyane, La Réunion, Mayotte",
        ),
        (
            "{value} and {other} have different projections: a run is about one territory",
            "one scenario each for metropolitan France, the Antilles, Guyane, La Réunion, Mayotte",
        ),
    ),
    "projection_elsewhere": Message(
        ("{value} n'est pas une projection de {place}", "retirez cette clé, ou écrivez {known}"),
        ("{value} is no projection of {place}", "leave this key out, or write {known}"),
    ),
    "no_grid_overseas": Message(
        (
            "aucune grille de population n'est fournie pour {value}, outre-mer",
            "donnez la vôtre sous population: (rule: filosofi, raster, table…), ou acceptez les totaux des communes, "
            "répartis autour des mairies : population: {{rule: municipal}}",
        ),
        (
            "no population grid is embedded for {value}, overseas",
            "give your own under population: (rule: filosofi, raster, table…), or accept the totals of the communes, "
            "spread around the town halls: population: {{rule: municipal}}",
        ),
    ),
    "municipal_elsewhere": Message(
        (
            "les totaux des communes ne tiennent lieu de grille qu'outre-mer, pas en {value}",
            "écrivez rule: census, ou donnez vos totaux par rule: communes",
        ),
        (
            "totals of the communes stand in for a grid overseas alone, not in {value}",
            "write rule: census, or give your own totals by rule: communes",
        ),
    ),
    "screening_without_roads": Message(
        (
            "le modèle de repérage suppose des routes partout, la plus grande part de la Guyane ({value}) n'en a pas",
            "prenez surface: roads et file: data:osm-guyane (siting data fetch osm-guyane), ou surface: layers",
        ),
        (
            "the screening model supposes roads everywhere, and most of Guyane ({value}) has none",
            "take surface: roads and file: data:osm-guyane (siting data fetch osm-guyane), or surface: layers",
        ),
    ),
    "network_elsewhere": Message(
        ("le réseau routier {value} ne couvre pas {place}", "prenez surface: friction, ou un autre territoire"),
        ("the road network {value} does not cover {place}", "take surface: friction, or another study area"),
    ),
    "no_roads": Message(
        ("aucune route nommée", "donnez file: un fichier de routes, ou network: corsica"),
        ("no roads are named", "give file: a file of roads, or network: corsica"),
    ),
    "two_roads": Message(
        ("routes nommées deux fois", "gardez une seule des clés network et file"),
        ("roads are named twice", "keep only one of network and file"),
    ),
    "roads_without_mapping": Message(
        ("{value} : rien ne dit le sens de ses colonnes", "donnez mapping: ign_bd_topo, ign_route_500 ou un fichier"),
        ("{value}: nothing tells what its columns mean", "give mapping: ign_bd_topo, ign_route_500 or a file"),
    ),
    "mapping_without_roads": Message(
        ("mapping ne vaut que pour un fichier vectoriel de routes", "retirez la clé"),
        ("mapping goes with a vector file of roads only", "remove the key"),
    ),
    "unknown_roads": Message(
        ("« {value} » n'est pas un fichier de routes connu", "possible : {known}"),
        ("'{value}' is no known file of roads", "possible: {known}"),
    ),
    "bad_quarter": Message(
        ("« {value} » n'est pas un trimestre", "écrivez l'année et le trimestre : 2026-Q4"),
        ("'{value}' is no quarter", "write the year and the quarter: 2026-Q4"),
    ),
    "apl_steps": Message(
        ("les paliers ne vont pas ensemble", "autant de minutes croissantes que de poids décroissants"),
        ("the steps do not fit together", "as many ascending minutes as weights that never rise"),
    ),
    "faster_off_road": Message(
        ("{value} km/h hors des routes, {speed_kmh} km/h sur les routes", "une vitesse au plus égale hors des routes"),
        ("{value} km/h off the roads, {speed_kmh} km/h on them", "a speed off the roads that is no higher"),
    ),
    "shares_not_one": Message(
        ("les parts font {total} en tout", "des parts qui font 1 : state: 0.5, commune: 0.5"),
        ("the shares add up to {total}", "shares that add up to 1: state: 0.5, commune: 0.5"),
    ),
    "milestones_not_ascending": Message(
        ("les échéances ne se suivent pas", "des trimestres croissants, des maisons qui ne diminuent pas"),
        ("the milestones are not in order", "quarters that ascend, houses that never fall"),
    ),
    "decided_after": Message(
        ("décidé en {value}, après la fin de la première phase ({until})", "une décision plus tôt"),
        ("decided in {value}, after the end of the first phase ({until})", "an earlier decision"),
    ),
    "phases_without_limits": Message(
        ("{n_quarters} phases pour {n_houses} limites", "donnez autant des unes que des autres"),
        ("{n_quarters} phases for {n_houses} limits", "give as many of both"),
    ),
    "no_phase_limit": Message(
        ("rien ne distingue les phases", "donnez phases.at_most_houses ou phases.at_most_eur"),
        ("nothing tells the phases apart", "give phases.at_most_houses or phases.at_most_eur"),
    ),
    "phases_and_milestones": Message(
        ("les phases disent déjà quand les maisons ouvrent", "retirez les échéances de la simulation, ou les phases"),
        ("the phases already say when houses open", "remove the milestones of the simulation, or the phases"),
    ),
    "milestones_without_houses": Message(
        ("{n_quarters} échéances pour {n_houses} nombres de maisons", "donnez autant des uns que des autres"),
        ("{n_quarters} milestones for {n_houses} numbers of houses", "give as many of both"),
    ),
    "layer_without_speeds": Message(
        ("travel.{value} manque : une couche va avec ses vitesses", "donnez les deux, ou aucun"),
        ("travel.{value} is missing: a layer goes with its speeds", "give both, or neither"),
    ),
    "densities_not_ascending": Message(
        ("les densités ne sont pas croissantes à partir de 0", "écrivez par exemple [0, 50, 200, 1000]"),
        ("the densities do not ascend from 0", "write for instance [0, 50, 200, 1000]"),
    ),
    "densities_without_speeds": Message(
        ("{n_speeds} vitesses pour {n_densities} densités", "donnez autant de vitesses que de densités"),
        ("{n_speeds} speeds for {n_densities} densities", "give as many speeds as densities"),
    ),
}

HINTS: dict[str, tuple[str, str]] = {
    "start_from": ("partez de ce qu'écrit « siting new 48 »", "start from what 'siting new 48' writes"),
    "did_you_mean": ("vouliez-vous dire {nearest} ?", "did you mean {nearest}?"),
    "one_of": ("possible : {known}", "possible: {known}"),
    "write": ("écrivez {text}", "write {text}"),
    "or": (" ou ", " or "),
    "decimal_point": ("écrivez {text} : la décimale se marque par un point", "write {text}: decimals take a point"),
    "number_alone": ("écrivez {text} : l'unité est dans le nom de la clé", "write {text}: the key names the unit"),
    "a_number": ("écrivez un nombre, comme {text}", "write a number, like {text}"),
    "converted": (
        "si {value} est en {unit}, écrivez {text}",
        "if {value} is in {unit}, write {text}",
    ),
    "of_other_model": (
        "cette clé va avec {discriminator}: {variants}, pas avec {discriminator}: {chosen}",
        "this key goes with {discriminator}: {variants}, not with {discriminator}: {chosen}",
    ),
    "of_section": ("cette clé va sous {sections}", "this key goes under {sections}"),
    "example_commune": (
        'le code INSEE, à 5 caractères, comme "01004" ou "2A004"',
        'the INSEE code, of 5 characters, like "01004" or "2A004"',
    ),
    "example_departement": ('comme "01", "2A" ou "974"', 'like "01", "2A" or "974"'),
    "example_epci": ('le SIREN, à 9 chiffres, comme "242010056"', 'the SIREN, of 9 digits, like "242010056"'),
    "example_site_id": ("comme 2A004", "like 2A004"),
    "copy_file": ("posez-le là : cp VOTRE_FICHIER {path}", "put it there: cp YOUR_FILE {path}"),
    "see_line": (", voir ligne {line} : {field}", ", see line {line}: {field}"),
    "in_unit": (", en {unit}", ", in {unit}"),
}

LANGUAGES = ("fr", "en")
_LONGEST = 400


def message(key: str, language: str, **values: object) -> tuple[str, str]:
    """(what is wrong, what would do) in ``language``, each on one line."""
    problem, remedy = MESSAGES[key][LANGUAGES.index(language)]
    words = {name: shown(value) for name, value in values.items()}
    return problem.format(**words).rstrip(), remedy.format(**words)


def hint(key: str, language: str, **values: object) -> str:
    """A remedy, or a piece of one, in ``language``."""
    words = {name: shown(value) for name, value in values.items()}
    return HINTS[key][LANGUAGES.index(language)].format(**words)


def shown(value: object) -> str:
    """``value`` as part of a line: numbers short, control characters escaped, long texts cut."""
    if isinstance(value, (int, float)):
        return f"{value:.10g}"
    text = "".join(char if char.isprintable() else ascii(char)[1:-1] for char in str(value))
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def refuse(key: str, **values: Any) -> PydanticCustomError:
    """The error that a validator raises; ``values`` fill in the message ``key``."""
    problem, _ = message(key, "en", **{"unit": "", "hint": "", "limit": "", **values})
    return PydanticCustomError(key, "{problem}", {**values, "problem": problem})
