"""A scenario names files of its own folder or of the working folder, and nothing else."""

from __future__ import annotations

import os

import pytest

from scenario_texts import faults_of, load_text, marked, text_with


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """``project/scenarios`` where the scenario lies; the working folder is ``elsewhere``."""
    place = tmp_path / "project" / "scenarios"
    place.mkdir(parents=True)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    return place


def candidates(file: str) -> str:
    return text_with(candidates=f'candidates:\n  rule: file\n  file: §"{file}"')


def refusal(file: str, folder) -> str:
    """The only fault, without its place, which must be the value of ``candidates.file``."""
    text, [place] = marked(candidates(file))
    [fault] = faults_of(text, folder)
    assert (fault.field, (fault.line, fault.column)) == ("candidates.file", place)
    return f"{fault.problem} ({fault.remedy})"


def test_a_file_beside_the_scenario_is_found(folder):
    (folder / "sites.csv").touch()
    scenario = load_text(marked(candidates("sites.csv"))[0], folder)
    assert scenario.candidates.file == (folder / "sites.csv").resolve()


def test_a_file_below_the_scenario_is_found(folder):
    (folder / "data").mkdir()
    (folder / "data" / "sites.csv").touch()
    scenario = load_text(marked(candidates("data/sites.csv"))[0], folder)
    assert scenario.candidates.file == (folder / "data" / "sites.csv").resolve()


def test_an_absolute_path_within_is_found(folder):
    (folder / "sites.csv").touch()
    scenario = load_text(marked(candidates(str(folder / "sites.csv")))[0], folder)
    assert scenario.candidates.file == (folder / "sites.csv").resolve()


def test_a_file_of_the_working_folder_is_found_through_the_scenario_folder(folder, monkeypatch):
    (folder.parent / "data").mkdir()
    (folder.parent / "data" / "sites.csv").touch()
    assert "mène hors du dossier" in refusal("../data/sites.csv", folder)
    monkeypatch.chdir(folder.parent)
    scenario = load_text(marked(candidates("../data/sites.csv"))[0], folder)
    assert scenario.candidates.file == (folder.parent / "data" / "sites.csv").resolve()


@pytest.mark.parametrize("file", ["../../../../../../../../etc/passwd", "/etc/passwd", "../secret.csv", ".."])
def test_a_path_that_leads_out_is_refused(file, folder):
    (folder.parent / "secret.csv").touch()
    told = refusal(file, folder)
    assert told.startswith(f"« {file} » mène hors du dossier du scénario : ")
    assert told.endswith(f"(copiez le fichier dans {folder.resolve()})")


def test_a_path_that_leads_out_and_does_not_exist_tells_nothing_of_the_disk(folder):
    assert "mène hors du dossier" in refusal("../missing.csv", folder)


def test_working_at_the_root_of_the_disk_opens_nothing(folder, monkeypatch):
    monkeypatch.chdir("/")
    assert "mène hors du dossier" in refusal("/etc/passwd", folder)


def test_a_link_that_leads_out_is_refused(folder):
    secret = folder.parent / "secret.csv"
    secret.touch()
    (folder / "sites.csv").symlink_to(secret)
    assert refusal("sites.csv", folder).startswith(
        f"« sites.csv » mène hors du dossier du scénario : {secret.resolve()}"
    )


def test_a_folder_link_that_leads_out_is_refused(folder):
    (folder / "data").symlink_to(folder.parent, target_is_directory=True)
    (folder.parent / "secret.csv").touch()
    assert "mène hors du dossier" in refusal("data/secret.csv", folder)


def test_a_link_to_itself_is_refused(folder):
    (folder / "sites.csv").symlink_to(folder / "sites.csv")
    assert "sites.csv" in refusal("sites.csv", folder)


@pytest.mark.parametrize(
    "file",
    [
        "/vsicurl/http://localhost/sites.csv",
        "/vsizip/a.zip/sites.csv",
        " //VSIs3/bucket",
        "http://localhost/sites.csv",
        "HTTPS://localhost/sites.csv",
        "file:///etc/passwd",
        "zip:a.zip!sites.csv",
        "PG:dbname=x",
        "s3+x.y-z://b",
    ],
)
def test_what_is_no_file_of_the_disk_is_refused(file, folder):
    assert refusal(file, folder) == (
        f"« {file} » n'est pas un fichier de votre disque (téléchargez-le, puis donnez son chemin)"
    )


def test_a_missing_file_says_what_was_looked_for_and_how_to_put_it_there(folder):
    place = folder.resolve() / "sites.csv"
    assert refusal("sites.csv", folder) == (
        f"fichier introuvable, cherché ici : {place} (posez-le là : cp VOTRE_FICHIER {place})"
    )


def test_a_missing_file_proposes_the_nearest(folder):
    (folder / "sites.csv").touch()
    assert refusal("site.csv", folder).endswith("(vouliez-vous dire sites.csv ?)")


def test_a_folder_is_no_file(folder):
    (folder / "data").mkdir()
    assert refusal("data", folder).startswith("ce n'est pas un fichier : ")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_is_no_file(folder):
    os.mkfifo(folder / "sites.csv")
    assert refusal("sites.csv", folder).startswith("ce n'est pas un fichier : ")


@pytest.mark.parametrize("file", ["", " ", "a\\nb"])
def test_a_path_that_is_no_name_is_refused(file, folder):
    assert "n'est pas un texte d'une ligne" in refusal(file, folder)


def test_a_path_with_a_control_character_is_refused(folder):
    assert refusal("a\\0b", folder) == "caractère de commande \\x00 interdit (effacez-le)"


def test_a_name_too_long_for_the_disk_is_refused(folder):
    assert "ne s'ouvre pas" in refusal("x" * 300, folder)


def test_a_path_longer_than_any_is_refused(folder):
    assert refusal("../" * 5000, folder) == "texte vide ou trop long (1000 caractères au plus)"


def test_a_list_is_no_file(folder):
    text, [place] = marked(text_with(existing="existing:\n  rule: file\n  file: §[a]"))
    [fault] = faults_of(text, folder)
    assert (fault.line, fault.column) == place
    assert fault.problem == "un texte est attendu ici"


def test_two_missing_files_are_told_at_once(folder):
    text = text_with(
        candidates="candidates:\n  rule: file\n  file: a.csv", existing="existing:\n  rule: file\n  file: b.csv"
    )
    assert [fault.field for fault in faults_of(text, folder)] == ["candidates.file", "existing.file"]
