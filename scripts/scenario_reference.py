"""Print docs/scenario-reference.md: the rules of a scenario file, and every key as the JSON Schema describes it.

python scripts/scenario_reference.py > docs/scenario-reference.md
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from siting.scenario import json_schema
from siting.scenario.simulation_settings import QUARTER

RULES = """\
# Écrire un scénario

Un scénario est un fichier YAML 1.2 en UTF-8. Partez de `scenarios/corse.yaml`, puis `siting check FICHIER` dit
d'un coup tout ce qui ne va pas, une ligne par faute : `fichier:ligne:colonne: clé: faute (remède)`. Un éditeur
qui connaît YAML (VS Code avec l'extension YAML, par exemple) complète les clés et les explique, grâce à la première
ligne : `# yaml-language-server: $schema=siting.schema.json`.

- **L'unité est dans le nom de la clé** : `standard_min: 30` sont 30 minutes, `off_road_kmh: 15` sont 15 km/h.
- **Les codes sont du texte.** `01004` sans guillemets est lu `01004` ; mettez quand même les guillemets : d'autres
  outils y liraient le nombre 1004.
- **La décimale se marque par un point** : `5.5`.
- **Une clé inconnue est une faute**, ainsi qu'une clé écrite deux fois, une ancre, un renvoi ou une étiquette de type.
- **Un fichier nommé** par `file:` est cherché à partir du dossier du scénario. Une fois les liens suivis, il doit se
  trouver dans ce dossier ou dans le dossier de travail ; une adresse réseau n'est pas un fichier.
- **Un site** se désigne par le code d'une commune (sa mairie), `practice:CODE` (les cabinets d'une commune),
  `cell:…` (une maille) ou son identifiant dans votre fichier ; `sites.csv` d'un premier calcul les donne tous.
- `siting run` écrit dans le dossier de résultats le scénario complet, valeurs par défaut comprises.

Cette page est tirée du schéma (`siting schema`) : chaque clé, ce qu'elle veut dire, ses bornes et sa valeur par défaut.
"""


def main() -> None:
    """Print the page."""
    schema = json_schema()
    print(RULES)
    print("## À la racine\n")
    print("\n".join(_table(schema, schema)))
    for name, section in schema["properties"].items():
        entry = section.get("items", section)
        parts = entry.get("oneOf", entry.get("anyOf", entry.get("allOf", [])))
        models = [_resolved(part, schema) for part in parts if "$ref" in part]
        if models:
            print(f"\n## `{name}`\n\n{_french(section)}")
        for model in models:
            print(*_choice(model), "\n".join(_table(model, schema)), sep="\n")
    speeds = schema["$defs"]["RoadTravel"]["properties"]["speeds_kmh"]
    print("\n## `travel.speeds_kmh`, sur un réseau routier\n")
    print("\n".join(_table(speeds, schema)))


def _choice(model: dict[str, Any]) -> list[str]:
    """The heading of a model among several: the key that chooses it, and what it is."""
    for name, field in model["properties"].items():
        if "const" in field and "default" not in field:
            what = _french(field).removeprefix(f"{field['const']} : ")
            return ["", f"### `{name}: {field['const']}`", "", f"{what[0].upper()}{what[1:]}", ""]
    return [""]


def _table(model: dict[str, Any], schema: dict[str, Any]) -> Iterator[str]:
    yield "| clé | ce qu'elle veut dire | valeurs | par défaut |"
    yield "|---|---|---|---|"
    for name, field in model["properties"].items():
        default = _plain(field["default"]) if "default" in field else ""
        if name in model.get("required", ()):
            default = "**obligatoire**"
        yield f"| `{name}` | {_french(field)} | {_values(field, schema)} | {default} |"


def _values(field: dict[str, Any], schema: dict[str, Any]) -> str:
    """What a field takes: its choices, its bounds or its kind."""
    parts = [part for part in field.get("anyOf", [field]) if part.get("type") != "null"]
    part = _resolved(parts[0], schema)
    if "items" in part:
        inner = _values(part["items"], schema)
        return f"liste ; {inner}" if inner else "liste"
    if "const" in part or "enum" in part:
        return ", ".join(f"`{one}`" for one in part.get("enum", [part.get("const")]))
    if "minimum" in part:
        kind = "entier, " if part["type"] == "integer" else ""
        return f"{kind}de {part['minimum']:g} à {part['maximum']:.10g}"
    if part.get("pattern") == f"^{QUARTER}$":
        return "année-trimestre, comme `2026-Q4`"
    return "clés ci-dessous" if part.get("type") == "object" or "oneOf" in part or "allOf" in part else ""


def _resolved(part: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = schema["$defs"][part["$ref"].rsplit("/", 1)[1]] if "$ref" in part else part
    return found


def _french(field: dict[str, Any]) -> str:
    return str(field["description"]).split("\n\n")[0]


def _plain(value: Any) -> str:
    return "" if value is None else f"`{value if isinstance(value, str) else json.dumps(value)}`"


if __name__ == "__main__":
    main()
