"""What is refused of a file before the schema sees it, and what is read all the same."""

from __future__ import annotations

import os
import time

import pytest

from scenario_texts import SECTIONS, faults_of, load_text, marked, text_with
from siting.errors import ScenarioError
from siting.scenario import load

TRAVEL = SECTIONS["travel"]


def lines_of(text: str | bytes, folder) -> list[str]:
    """The faults as a planner reads them, without the path of the folder."""
    return [str(fault).removeprefix(f"{folder}{os.sep}") for fault in faults_of(text, folder)]


def test_a_byte_order_mark_and_windows_line_ends_are_read(tmp_path):
    plain = load_text(text_with(), tmp_path)
    windows = load_text(b"\xef\xbb\xbf" + text_with().replace("\n", "\r\n").encode(), tmp_path)
    assert windows == plain
    assert windows.fault("goal", "x").line == plain.fault("goal", "x").line == 12


def test_positions_hold_after_a_byte_order_mark_and_windows_line_ends(tmp_path):
    text, [(line, column)] = marked(text_with(goal="goal:\n  model: lscp\n  §max_hoses: 1").replace("\n", "\r\n"))
    [fault] = faults_of(b"\xef\xbb\xbf" + text.encode(), tmp_path)
    assert (fault.line, fault.column) == (line, column)


def test_every_line_that_a_tab_indents_is_named(tmp_path):
    text = text_with(travel="travel:\n\tsurface: roads\n \tnetwork: corsica")
    assert lines_of(text, tmp_path) == [
        "essai.yaml:10:1: tabulation dans le retrait de la ligne (remplacez-la par des espaces)",
        "essai.yaml:11:2: tabulation dans le retrait de la ligne (remplacez-la par des espaces)",
    ]


def test_every_byte_that_is_not_utf_8_is_named(tmp_path):
    text = text_with(title="title: Été").encode("latin-1") + "# forêt\n".encode("latin-1")
    assert lines_of(text, tmp_path) == [
        "essai.yaml:2:8: octet 0xC9 illisible en UTF-8 (enregistrez le fichier en UTF-8)",
        "essai.yaml:14:6: octet 0xEA illisible en UTF-8 (enregistrez le fichier en UTF-8)",
    ]


def test_a_file_in_utf_16_is_refused(tmp_path):
    (line,) = lines_of(text_with().encode("utf-16"), tmp_path)
    assert "enregistrez le fichier en UTF-8" in line


def test_every_control_character_is_named(tmp_path):
    text = text_with(title="title: a\x00b\x1b")
    assert lines_of(text, tmp_path) == [
        "essai.yaml:2:9: caractère de commande \\x00 interdit (effacez-le)",
        "essai.yaml:2:11: caractère de commande \\x1b interdit (effacez-le)",
    ]


def test_half_a_character_written_as_an_escape_is_named(tmp_path):
    assert lines_of(text_with(title='title: "a\\ud800"'), tmp_path) == [
        "essai.yaml:2:8: title: caractère de commande \\ud800 interdit (effacez-le)",
    ]


def test_what_no_value_begins_with_is_said_in_words(tmp_path):
    (line,) = lines_of(text_with(title="title: }"), tmp_path)
    assert (
        line == "essai.yaml:2:8: une valeur ne peut pas commencer par ce caractère (mettez le texte entre guillemets)"
    )


def test_a_key_written_twice_names_both_lines(tmp_path):
    text = text_with(goal="goal:\n  model: lscp\n  standard_min: 20\n  standard_min: 30")
    assert lines_of(text, tmp_path) == [
        "essai.yaml:15:3: goal.standard_min: clé écrite deux fois, lignes 14 et 15 (n'en gardez qu'une)"
    ]


def test_a_key_written_three_times_gets_two_faults(tmp_path):
    assert [fault.line for fault in faults_of(text_with(solver="goal: x\n'goal': y"), tmp_path)] == [14, 15]


@pytest.mark.parametrize(
    ("travel", "line"),
    [
        ("travel: &t", "9:9: travel: ancre « &t » interdite (retirez-la)"),
        ("travel: *t", "9:9: travel: renvoi « *t » interdit (recopiez la valeur)"),
        ("travel:\n  <<: *t", "10:7: travel.'<<': renvoi « *t » interdit (recopiez la valeur)"),
        (
            "travel: !!python/object/apply:os.system [echo]",
            "9:9: travel: étiquette de type « tag:yaml.org,2002:python/object/apply:os.system » interdite "
            "(retirez-la : c'est le schéma qui donne le type)",
        ),
        (
            "travel: !!str roads",
            "9:9: travel: étiquette de type « tag:yaml.org,2002:str » interdite "
            "(retirez-la : c'est le schéma qui donne le type)",
        ),
    ],
)
def test_anchors_aliases_and_tags_are_refused(travel, line, tmp_path):
    assert f"essai.yaml:{line}" in lines_of(text_with(travel=travel), tmp_path)


def test_an_alias_hides_no_other_fault(tmp_path):
    text = text_with(travel="travel: *t", goal="goal:\n  model: lscp\n  standard_min: 1800")
    assert [fault.field for fault in faults_of(text, tmp_path)] == ["travel", "goal.standard_min"]


def test_a_bomb_of_aliases_does_not_expand(tmp_path):
    bomb = "a0: &a0 [x, x]\n" + "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 30))
    started = time.perf_counter()
    faults = faults_of(bomb, tmp_path)
    assert time.perf_counter() - started < 2
    assert "ancre « &a0 » interdite" in [fault.problem for fault in faults]


@pytest.mark.parametrize("text", ["[" * 100_000, "a: " + "{a: " * 100_000, "- " * 100_000, "? " * 100_000])
def test_great_depth_is_refused(text, tmp_path):
    [fault] = faults_of(text, tmp_path)
    assert fault.problem in ("plus de 12 niveaux imbriqués", "une clé doit être un mot")


def test_more_values_than_any_scenario_has_are_refused(tmp_path):
    codes = text_with(study_area="study_area:\n  communes: [" + "01004," * 40_001 + "]")
    assert [fault.problem for fault in faults_of(codes, tmp_path)] == ["plus de 40000 éléments"]
    keys = "".join(f"k{i}: 1\n" for i in range(101))
    assert [fault.problem for fault in faults_of(keys, tmp_path)] == ["plus de 100 éléments"]


@pytest.mark.parametrize(
    "text",
    [
        b"\xff\n" * 5000,
        "\x00" * 5000,
        "a:\n" + "\t- b\n" * 5000,
        "a: 1\n" * 5000,
        text_with(study_area="study_area:\n  communes: [" + "1004," * 5000 + "]"),
    ],
    ids=["bytes", "characters", "tabs", "keys", "codes"],
)
def test_no_more_faults_are_told_than_anyone_would_read(text, tmp_path):
    faults = faults_of(text, tmp_path)
    assert len(faults) == 1001
    assert "d'autres fautes suivent" in [fault.problem for fault in faults]


def test_a_file_over_1_mb_is_refused(tmp_path):
    text = text_with() + "#" * 1_000_000
    assert lines_of(text, tmp_path) == [
        "essai.yaml:1:1: fichier de plus de 1000000 octets "
        "(un scénario tient en quelques pages : mettez les données dans un fichier à part)"
    ]


@pytest.mark.parametrize("text", ["", "\n\n", "# rien\n", "\ufeff"])
def test_an_empty_file_is_refused(text, tmp_path):
    assert lines_of(text, tmp_path) == [
        "essai.yaml:1:1: fichier sans contenu (partez de ce qu'écrit « siting new 48 »)"
    ]


@pytest.mark.parametrize("text", ["- a\n- b\n", "corse", "---\n", "null", '"a: b"'])
def test_a_file_that_is_no_mapping_is_refused(text, tmp_path):
    assert lines_of(text, tmp_path) == [
        "essai.yaml:1:1: des lignes « clé: valeur » sont attendues ici (partez de ce qu'écrit « siting new 48 »)"
    ]


def test_a_second_document_is_refused(tmp_path):
    assert lines_of(text_with() + "---\n" + text_with(), tmp_path) == [
        "essai.yaml:14:1: deuxième document YAML dans le fichier (un fichier par scénario : retirez la ligne « --- »)"
    ]


@pytest.mark.parametrize(
    ("goal", "line"),
    [
        ('goal:\n  model: "lscp', "13:10: guillemet ouvert et jamais refermé"),
        ('goal:\n  forbidden: ["C:\\partage"]', "13:19: « \\ » suivi d'un caractère inattendu"),
        ("goal:\n  forbidden: [a, b", "13:14: crochet ou accolade mal refermé"),
        ("goal: {model: lscp", "12:7: crochet ou accolade mal refermé"),
        ("goal:\n  model: a: b", "13:11: « : » inattendu"),
        ("goal:\n  model:lscp\n  standard_min: 30", "14:15: « : » inattendu"),
        ("goal:\n  model: lscp\n gap: 1", "14:2: retrait de ligne qui ne correspond à rien"),
        ("goal:\n  model: @lscp", "13:10: une valeur ne peut pas commencer par ce caractère"),
        ("goal:\n  [a]: b", "13:3: goal: une clé doit être un mot"),
        ('goal:\n  model: "\\UFFFFFFFF"', "1:1: YAML illisible : Python int too large to convert to C int"),
    ],
)
def test_what_is_not_yaml_is_told_with_its_line(goal, line, tmp_path):
    [told] = lines_of(text_with(goal=goal), tmp_path)
    assert told.startswith(f"essai.yaml:{line} (")


def test_a_missing_scenario_proposes_the_nearest(tmp_path):
    load_text(text_with(), tmp_path)
    with pytest.raises(ScenarioError) as caught:
        load(tmp_path / "esai.yaml")
    missing, near = tmp_path / "esai.yaml", tmp_path / "essai.yaml"
    assert str(caught.value) == f"{missing}: fichier introuvable : {missing} (vouliez-vous dire {near} ?)"


def test_a_missing_scenario_with_no_neighbour_says_where_to_start(tmp_path):
    with pytest.raises(ScenarioError, match=r"fichier introuvable : .* \(partez de ce qu\'écrit"):
        load(tmp_path / "corse.yaml")


def test_a_folder_is_no_scenario(tmp_path):
    with pytest.raises(ScenarioError, match="ce n'est pas un fichier"):
        load(tmp_path)


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root reads everything")
def test_a_file_without_permission_is_told(tmp_path):
    path = tmp_path / "essai.yaml"
    path.write_text(text_with())
    path.chmod(0)
    with pytest.raises(ScenarioError, match="lecture impossible"):
        load(path)


def test_a_name_too_long_for_the_disk_is_told(tmp_path):
    with pytest.raises(ScenarioError):
        load(tmp_path / ("x" * 5000))


def test_a_field_can_be_pointed_at_later(tmp_path):
    text, places = marked(text_with(goal="goal:\n  model: lscp\n  forced_open: [practice:2A004, §practice:2A005]"))
    fault = load_text(text, tmp_path).fault("goal.forced_open[1]", "n'existe pas", "retirez-le")
    expected = (
        f"{tmp_path / 'essai.yaml'}:{places[0][0]}:{places[0][1]}: goal.forced_open[1]: n'existe pas (retirez-le)"
    )
    assert str(fault) == expected


@pytest.mark.parametrize(("field", "line"), [("travel.cutoff_min", 9), ("solver.gap", 1), ("goal.forbidden[3]", 12)])
def test_a_field_left_to_its_default_is_placed_at_its_section(field, line, tmp_path):
    assert load_text(text_with(), tmp_path).fault(field, "x").line == line
