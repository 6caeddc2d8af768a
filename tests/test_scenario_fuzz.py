"""Whatever the bytes: a Scenario, or a ScenarioError whose faults have a place. Nothing else, and soon."""

from __future__ import annotations

import random
import time
from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st

from scenario_texts import SECTIONS, load_text, text_with
from siting.errors import ScenarioError
from siting.scenario import Scenario
from siting.scenario.schema import LISTS, variants

CORSE = (Path(__file__).parent.parent / "scenarios" / "corse.yaml").read_text(encoding="utf-8")
EXTRA = {
    "rules": "rules:\n  - rule: budget\n    at_most_eur: 100000\n  - rule: houses\n    each: epci\n    at_most: 2",
    "weights": "weights:\n  - who: age\n    group: over_65\n    weight: 2",
    "costs": "costs:\n  create_eur: 60000",
    "walking": "walking: {}",
    "no_car": "no_car:\n  share_by_age: [0.1, 0.1, 0.3]",
}
KEYS = sorted({key for name in [*SECTIONS, *EXTRA] for model in variants(name).values() for key in model.model_fields})
SCRAPS = [*"[]{}:,-?&*!|>'\"%@`#~\t\n ", "\r\n", "---", "...", "<<:", "!!int", "null", "1e3", ".nan", "{x}", "{", "}}"]


def check(text: str | bytes, folder: Path) -> None:
    """Load ``text``: it is taken, or every fault has a line of the file and takes one line."""
    content = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    started = time.perf_counter()
    try:
        scenario = load_text(content, folder)
    except ScenarioError as error:
        assert error.faults
        n_lines = content.count(b"\n") + content.count(b"\r") + 1
        for fault in error.faults:
            assert 1 <= fault.line <= n_lines and fault.column >= 1
            assert fault.problem
            assert len(str(fault).splitlines()) == 1
    else:
        assert isinstance(scenario, Scenario)
    assert time.perf_counter() - started < 5


@given(st.binary(max_size=200))
@example(b"\xff\xfe")
@example(b"%YAML 9.9\n---\na: 1")
@settings(deadline=None)
def test_any_bytes(tmp_path_factory, content):
    check(content, tmp_path_factory.getbasetemp())


@given(st.lists(st.sampled_from([*SCRAPS, *KEYS, *SECTIONS]) | st.text(max_size=4), max_size=30).map("".join))
@example('title: "\\UFFFFFFFF"')
@example("? [a]\n: b")
@example("{}")
@settings(deadline=None)
def test_any_scraps_of_yaml(tmp_path_factory, text):
    check(text, tmp_path_factory.getbasetemp())


VALUES = st.recursive(
    st.sampled_from(
        ["", "~", "1", "-1", "1e3", ".inf", "5,5", "2A", "lscp", "{x}", '"\\n"', "../x", "http:x", "1" * 400]
    )
    | st.text(st.characters(categories=["L", "N", "P"]), max_size=6).map(repr),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]")
        | st.dictionaries(st.sampled_from(KEYS), inner, max_size=3).map(
            lambda items: "{" + ", ".join(f"{key}: {value}" for key, value in items.items()) + "}"
        )
    ),
    max_leaves=4,
)


@given(st.dictionaries(st.sampled_from([*SECTIONS, *EXTRA]), VALUES, max_size=3))
@settings(deadline=None)
def test_any_value_for_a_section(tmp_path_factory, sections):
    check(text_with(**{name: f"{name}: {value}" for name, value in sections.items()}), tmp_path_factory.getbasetemp())


@given(
    st.sampled_from([name for name in [*SECTIONS, *EXTRA] if variants(name)]),
    st.sampled_from([*KEYS, "- rule"]),
    VALUES,
)
@settings(max_examples=300, deadline=None)
def test_any_value_for_a_key(tmp_path_factory, section, key, value):
    text = {**SECTIONS, **EXTRA}[section]
    indent = "    " if section in LISTS else "  "
    check(text_with(**{section: f"{text}\n{indent}{key}: {value}"}), tmp_path_factory.getbasetemp())


@given(st.lists(VALUES, max_size=4), st.sampled_from(sorted(LISTS)))
@settings(max_examples=200, deadline=None)
def test_any_entries_of_a_list(tmp_path_factory, entries, section):
    lines = "".join(f"\n  - {entry}" for entry in entries)
    check(text_with(**{section: f"{section}:{lines}"}), tmp_path_factory.getbasetemp())


@given(st.randoms(use_true_random=False), st.integers(1, 6))
@settings(max_examples=200, deadline=None)
def test_a_real_scenario_with_some_characters_changed(tmp_path_factory, dice: random.Random, n_changes):
    text = list(CORSE)
    for _ in range(n_changes):
        place = dice.randrange(len(text))
        text[place : place + dice.choice([0, 1, 1, 5])] = dice.choice([*SCRAPS, "", "é", "0", "\x00"])
    check("".join(text), tmp_path_factory.getbasetemp())
