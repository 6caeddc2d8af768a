"""The JSON Schema that editors read: in step, described in both languages, and of the same opinion as `load`."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from scenario_texts import text_with
from siting.scenario import json_schema

ROOT = Path(__file__).parent.parent
SCENARIOS = ROOT / "scenarios"


def is_taken(text: str) -> bool:
    """What an editor that knows the schema would say of the file."""
    jsonschema = pytest.importorskip("jsonschema")
    value = YAML(typ="safe", pure=True).load(text)
    return bool(jsonschema.Draft7Validator(json_schema()).is_valid(value))


def test_the_committed_schema_is_in_step():
    text = json.dumps(json_schema(), ensure_ascii=False, indent=2) + "\n"
    assert (SCENARIOS / "siting.schema.json").read_text(encoding="utf-8") == text, (
        "run: siting schema > scenarios/siting.schema.json"
    )


def test_the_reference_page_is_in_step():
    script = ROOT / "scripts" / "scenario_reference.py"
    page = subprocess.run([sys.executable, script], capture_output=True, check=True).stdout.decode("utf-8")
    written = (ROOT / "docs" / "scenario-reference.md").read_text(encoding="utf-8")
    assert written == page, f"run: python {script} > docs/scenario-reference.md"


def test_the_schema_is_a_json_schema():
    pytest.importorskip("jsonschema").Draft7Validator.check_schema(json_schema())


def test_every_key_is_described_in_french_then_in_english():
    schema = json_schema()
    owners = [schema, *schema["$defs"].values(), schema["$defs"]["RoadTravel"]["properties"]["speeds_kmh"]]
    fields = {name: field for owner in owners for name, field in owner["properties"].items()}
    assert {"goal", "standard_min", "residential", "rule"} <= set(fields)
    for name, field in fields.items():
        french, english = field["description"].split("\n\n")
        assert french and english and french != english, name


@pytest.mark.parametrize("path", sorted(SCENARIOS.glob("*.yaml")), ids=lambda path: path.name)
def test_the_scenarios_of_the_project_point_to_the_schema_and_follow_it(path):
    text = path.read_text(encoding="utf-8")
    assert re.match(r"# yaml-language-server: \$schema=siting\.schema\.json\n", text)
    assert is_taken(text)


@pytest.mark.parametrize(
    ("text", "taken"),
    [
        (text_with(), True),
        (text_with(study_area="study_area:\n  communes: [01004]"), True),
        (text_with(study_area="study_area:\n  communes: [2a004]"), False),
        (text_with(goal="goal:\n  model: mclp\n  new_houses: 1e1"), True),
        (text_with(goal="goal:\n  model: mclp\n  new_houses: 2.5"), False),
        (text_with(goal="goal:\n  model: p_median"), False),
        (text_with(rules="rules:\n  - rule: budget\n    at_most_eur: 100000"), True),
        (text_with(rules="rules:\n  - rule: budget"), False),
        (text_with(weights="weights:\n  - who: age\n    group: old\n    weight: 2"), False),
        (text_with(goal="goal:\n  model: lscp\n  new_houses: 3"), False),
        (text_with(goal="goal:\n  model: lscp\n  standard_min: 1800"), False),
        (text_with(travel="travel:\n  surface: roads\n  network: corsica\n  speeds_kmh: {primary: 70}"), True),
        (text_with(travel="travel:\n  surface: roads\n  network: corsica\n  speeds_kmh: {primari: 70}"), False),
        (text_with(max_hoses="max_hoses: 1"), False),
    ],
)
def test_an_editor_says_what_siting_says(text, taken):
    assert is_taken(text) is taken
