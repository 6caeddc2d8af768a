"""A run folder is written whole or not at all, by one run at a time, and over nothing but an earlier run."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from siting.errors import RunFolderError
from siting.report.manifest import describe_file, peak_memory_mb
from siting.report.run_folder import RunFolder, writing


def write_run(target: Path, text: str, **options) -> None:
    with RunFolder(target, **options) as folder:
        (folder.path / "summary.json").write_text(text)
        folder.finish({"seconds": {"plan": 1.0}})


def left_beside(target: Path) -> list[str]:
    return sorted(path.name for path in target.parent.iterdir() if path != target)


def in_another_process(script: str, *arguments: object) -> subprocess.Popen:
    command = [sys.executable, "-c", script, *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_a_finished_run_is_whole_and_nothing_else_is_left(tmp_path):
    target = tmp_path / "runs" / "corse"
    write_run(target, "first")
    manifest = json.loads((target / "manifest.json").read_text())
    assert sorted(path.name for path in target.iterdir()) == ["manifest.json", "summary.json"]
    assert manifest["files"] == {"summary.json": {"sha256": hashlib.sha256(b"first").hexdigest(), "bytes": 5}}
    assert manifest["seconds"] == {"plan": 1.0}
    assert {"siting", "python", "numpy", "numba", "scipy", "pulp", "highspy", "rasterio"} <= set(manifest["versions"])
    assert left_beside(target) == []


def test_what_the_caller_knows_cannot_replace_what_the_manifest_knows(tmp_path):
    with RunFolder(tmp_path / "run") as folder:
        folder.finish({"files": {}, "made_by": "somebody"})
    assert json.loads((tmp_path / "run" / "manifest.json").read_text())["made_by"] == "siting"


def test_an_earlier_run_is_replaced_by_a_finished_one_only(tmp_path):
    target = tmp_path / "run"
    write_run(target, "first")
    with RunFolder(target) as folder:
        (folder.path / "summary.json").write_text("never finished")
    assert (target / "summary.json").read_text() == "first"
    with pytest.raises(KeyboardInterrupt), RunFolder(target) as folder:
        (folder.path / "summary.json").write_text("interrupted")
        raise KeyboardInterrupt
    assert (target / "summary.json").read_text() == "first"
    assert left_beside(target) == []
    write_run(target, "second")
    assert (target / "summary.json").read_text() == "second"


def test_files_of_an_earlier_run_that_are_no_longer_written_go(tmp_path):
    target = tmp_path / "run"
    with RunFolder(target) as folder:
        (folder.path / "old.csv").write_text("")
        folder.finish({})
    write_run(target, "new")
    assert sorted(path.name for path in target.iterdir()) == ["manifest.json", "summary.json"]


@pytest.mark.parametrize("stranger", ["letter.txt", ".hidden", "manifest.json", "folder"])
def test_a_folder_with_other_peoples_files_is_refused(tmp_path, stranger):
    target = tmp_path / "mine"
    target.mkdir()
    if stranger == "folder":
        (target / stranger).mkdir()
    else:
        (target / stranger).write_text("{}")
    with pytest.raises(RunFolderError, match=rf"n'a pas écrits \({stranger}\)"):
        write_run(target, "run")
    assert [path.name for path in target.iterdir()] == [stranger]


def test_a_file_added_to_an_earlier_run_is_never_lost(tmp_path):
    target = tmp_path / "run"
    write_run(target, "first")
    with RunFolder(target) as folder:
        (target / "notes.txt").write_text("added while the run was computing")
        with pytest.raises(RunFolderError, match=r"notes\.txt"):
            folder.finish({})
    assert (target / "summary.json").read_text() == "first"
    with pytest.raises(RunFolderError, match=r"notes\.txt"):
        write_run(target, "second")


def test_an_empty_folder_will_do_and_a_file_will_not(tmp_path):
    (tmp_path / "empty").mkdir()
    write_run(tmp_path / "empty", "run")
    (tmp_path / "file").write_text("mine")
    with pytest.raises(RunFolderError, match="est un fichier"):
        write_run(tmp_path / "file", "run")
    with pytest.raises(RunFolderError, match="un fichier tient la place d'un dossier"):
        write_run(tmp_path / "file" / "run", "run")


@pytest.mark.parametrize("target", [".", "scenarios", "link"])
def test_a_folder_that_is_or_holds_an_input_is_refused(tmp_path, target):
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "link").symlink_to("scenarios")
    scenario = tmp_path / "scenarios" / "corse.yaml"
    scenario.write_text("")
    with pytest.raises(RunFolderError, match="donnée d'entrée"):
        write_run(tmp_path / target, "run", inputs=[scenario])
    write_run(tmp_path / "scenarios" / "run", "run", inputs=[scenario])


def test_a_link_to_a_run_stays_a_link(tmp_path):
    write_run(tmp_path / "run", "first")
    (tmp_path / "latest").symlink_to("run")
    write_run(tmp_path / "latest", "second")
    assert (tmp_path / "latest").is_symlink()
    assert (tmp_path / "run" / "summary.json").read_text() == "second"


def test_a_second_run_is_told_who_holds_the_folder(tmp_path):
    target = tmp_path / "run"
    with RunFolder(target) as folder:
        with pytest.raises(
            RunFolderError, match=rf"le processus {os.getpid()} sur .+, depuis le \d\d/\d\d/\d{{4}} à \d\d:\d\d"
        ):
            write_run(target, "second")
        (folder.path / "summary.json").write_text("first")
        folder.finish({})
    assert (target / "summary.json").read_text() == "first"
    write_run(target, "third")


KILLED = """
import os, signal, sys
from pathlib import Path
from siting.report.run_folder import RunFolder
with RunFolder(Path(sys.argv[1])) as folder:
    (folder.path / "summary.json").write_text("half")
    if sys.argv[2] == "between the renames":
        def rename_and_die(self, other, rename=Path.rename):
            rename(self, other)
            os.kill(os.getpid(), signal.SIGKILL)
        Path.rename = rename_and_die
        folder.finish({})
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("moment", ["before the end", "between the renames"])
def test_a_killed_run_leaves_the_earlier_one_and_no_lock(tmp_path, moment):
    target = tmp_path / "run"
    write_run(target, "first")
    process = in_another_process(KILLED, target, moment)
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL
    assert left_beside(target) != []
    with RunFolder(target):
        assert (target / "summary.json").read_text() == "first"
    assert left_beside(target) == []


FULL = """
import resource, signal, sys
from pathlib import Path
from siting.report.run_folder import RunFolder, writing
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
with RunFolder(Path(sys.argv[1])) as folder, writing(folder.target):
    (folder.path / "summary.json").write_bytes(bytes(200_000))
    folder.finish({})
"""


def test_a_disk_that_takes_no_more_leaves_the_earlier_run_whole(tmp_path):
    target = tmp_path / "run"
    write_run(target, "first")
    process = in_another_process(FULL, target)
    _, errors = process.communicate(timeout=60)
    last = errors.strip().splitlines()[-1]
    assert (
        last
        == f"siting.errors.RunFolderError: impossible d'écrire {target} : la taille de fichier permise est dépassée"
    )
    assert (target / "summary.json").read_text() == "first"
    assert left_beside(target) == []


@pytest.mark.parametrize(
    ("number", "cause"), [(28, "le disque est plein"), (30, "le disque est en lecture seule"), (13, "refusé")]
)
def test_the_cause_of_a_failed_write_is_said_in_one_french_line(tmp_path, number, cause):
    with pytest.raises(RunFolderError, match=cause) as caught, writing(tmp_path):
        raise OSError(number, os.strerror(number))
    assert "\n" not in str(caught.value)


def test_a_failure_between_the_renames_puts_the_earlier_run_back(tmp_path, monkeypatch):
    target = tmp_path / "run"
    write_run(target, "first")
    rename = Path.rename

    def fail_on_the_new_one(self: Path, other: Path) -> Path:
        if self.name.endswith("partial"):
            raise OSError(28, "no space")
        return rename(self, other)

    monkeypatch.setattr(Path, "rename", fail_on_the_new_one)
    with pytest.raises(RunFolderError, match="le disque est plein"):
        write_run(target, "second")
    assert (target / "summary.json").read_text() == "first"


def test_the_peak_of_memory_is_what_this_process_held():
    before = peak_memory_mb()
    block = bytearray(round(1.2e6 * before))
    block[::4096] = b"x" * len(block[::4096])
    assert 0 < 1.2 * before <= peak_memory_mb()


def test_a_file_is_described_by_its_hash_and_size(tmp_path):
    (tmp_path / "file").write_bytes(b"abc")
    sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert describe_file(tmp_path / "file") == {"sha256": sha256, "bytes": 3}
