"""A first scenario for a département, commented for who will change it."""

from __future__ import annotations

from pathlib import Path

from siting.errors import DataError, Fault
from siting.report.run_folder import writing
from siting.scenario.contradictions import GUYANE
from siting.scenario.projections import overseas_crs
from siting.scenario.remedies import nearest
from siting.scenario.slugs import slug_of
from siting.territory.embedded import departement_names

CORSICA = ("2A", "2B")
"""The départements whose roads are embedded; the others, but Guyane, start with the screening model."""

_TEMPLATE = """\
# yaml-language-server: $schema=siting.schema.json
#
# {name} : combien de maisons France Santé faut-il ouvrir, et où, pour que chaque habitant en ait une
# à 30 minutes au plus ? Changez ce qui suit, puis : siting check {file}, siting run {file}
# (siting schema > siting.schema.json donne à votre éditeur l'aide sur chaque clé.)

scenario: {slug}  # nomme le dossier du résultat
title: "Une maison France Santé à 30 minutes de chaque habitant : {name}"
language: fr  # ou en

study_area:
  departements: ["{code}"]  # ou communes: ["…", "…"] ; les codes sont des textes, entre guillemets

{population}# Où une maison peut ouvrir : à la mairie des communes d'au moins ce nombre d'habitants.
candidates:
  rule: town_halls  # ou cells (mailles habitées), ou file (votre liste)
  min_persons: 500

# Ce qui existe : un lieu de soins dans chaque commune qui compte au moins ce nombre de cabinets de généralistes.
existing:
  rule: gp_practices  # ou file (votre liste), ou none
  min_gp_practices: 10
  treatment: keep  # ouvert aujourd'hui et demain ; label : peut recevoir le label ; ignore : ne compte pas

{travel}
# La question : le moins de maisons qui couvrent tous ceux qui peuvent l'être…
goal:
  model: lscp
  standard_min: 30
# … ou le plus d'habitants couverts avec un nombre de maisons donné :
# goal:
#   model: mclp
#   standard_min: 20
#   new_houses: 5
# … ou p_median (trajet moyen), p_center (le plus loin), lexicographic (plusieurs buts) : docs/scenario-reference.md.

# Ce que le plan doit respecter en plus ; les règles se combinent (aussi : covered_share, backup, apart).
# rules:
#   - rule: budget
#     at_most_eur: 500000  # voir costs : 50 000 € par maison, une hypothèse
#   - rule: houses
#     each: epci
#     at_most: 2

solver:
  time_limit_s: 60  # au-delà, le plan est donné avec son écart à la borne prouvée
"""

_MUNICIPAL = """\
# Aucune grille de population n'est fournie outre-mer : la population municipale, répartie autour des mairies.
# Avec la vôtre : rule: filosofi (carreaux de l'INSEE), raster, table… (siting data list en propose).
population:
  rule: municipal

"""

_SCREENING = """\
# Sans réseau routier fourni pour ce département : vitesses supposées d'après la densité de population.
# Ce modèle dit où regarder, il ne décide pas d'une implantation.
travel:
  surface: friction
  model: screening
  cutoff_min: 30
"""

_OWN_ROADS = """\
# La plus grande part de la Guyane n'a pas de route : celles d'OpenStreetMap (siting data fetch osm-guyane).
travel:
  surface: roads
  file: data:osm-guyane
  cutoff_min: 30
"""

_ROADS = """\
# Le réseau routier de l'île ; les vitesses par classe de route sont des hypothèses (siting schema les décrit).
travel:
  surface: roads
  network: corsica
  cutoff_min: 30
"""


def write_starter(departement: str, folder: Path) -> Path:
    """Write a scenario for a département into ``folder`` and return its path; a file that exists is left alone.

    Parameters
    ----------
    departement : str
        Its code, as text: ``"01"``, ``"2A"``; or its name, with or without accents and capitals.

    Raises
    ------
    DataError
        No département has this code or name, or the file exists.
    RunFolderError
        The folder cannot be made or written into.
    """
    name_of = departement_names()
    code = departement if departement in name_of else _by_name(departement, name_of)
    if not code:
        remedy = _meant(departement, name_of)
        raise DataError(Fault("siting new", 0, 0, departement, "aucun département n'a ce code ni ce nom", remedy))
    name = name_of[code]
    slug = slug_of(name)
    path = folder / f"{slug}.yaml"
    text = _TEMPLATE.format(
        name=name,
        slug=slug,
        code=code,
        file=path.name,
        population=_MUNICIPAL if overseas_crs(code) else "",
        travel=_travel(code),
    )
    if path.exists():
        raise DataError(Fault(str(path), 0, 0, "", "ce fichier existe déjà", "déplacez-le ou renommez-le"))
    with writing(path):
        folder.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
    return path


def _travel(departement: str) -> str:
    if departement == GUYANE:
        return _OWN_ROADS
    return _ROADS if departement in CORSICA else _SCREENING


def _by_name(name: str, name_of: dict[str, str]) -> str:
    """The code of the département of this name; ``""`` where there is none."""
    return next((code for code, one in name_of.items() if slug_of(one) == slug_of(name)), "")


def _meant(departement: str, name_of: dict[str, str]) -> str:
    """What was probably meant: ``01`` for ``1``, ``2A`` for ``2a``, Lozère for lozere48."""
    code = departement.upper().zfill(2)
    if code not in name_of:
        code = _by_name(nearest(slug_of(departement), map(slug_of, name_of.values())), name_of)
    return f"vouliez-vous dire {code} ({name_of[code]}) ?" if code else "comme 48 ou Lozère"
