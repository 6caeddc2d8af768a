"""The tutorial does what it says: its commands are run in order, and what it shows is what they print."""

from __future__ import annotations

import functools
import re
import shlex
import threading
import zipfile
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from commands import siting
from siting.catalogue import read_catalogue
from siting.territory import embedded
from test_road_files import corsica_as_osm

DOCS = Path(__file__).parents[1] / "docs"


def console_blocks(page: Path) -> list[tuple[str, list[str]]]:
    """(command, lines shown) of the ``console`` blocks of a page, in order."""
    found: list[tuple[str, list[str]]] = []
    for block in re.findall(r"```console\n(.*?)```", page.read_text(encoding="utf-8"), flags=re.DOTALL):
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append((line[2:], []))
            else:
                found[-1][1].append(line)
    return found


def run(command: str, folder: Path, **environment: str) -> str:
    program, *arguments = shlex.split(command)
    assert program == "siting"
    done = siting(*arguments, cwd=folder, **environment)
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    return done.stdout


def assert_shown(said: list[str], printed: str) -> None:
    """Each line of the page is printed, in order; ``…`` stands for any lines, and without it none is left out.

    Spaces that do not break, of any width, are spaces on the page.
    """
    pattern = "\n".join(".*" if line == "…" else re.escape(line) for line in said)
    assert re.fullmatch(pattern, re.sub("[\u202f\u00a0]", " ", printed.strip()), flags=re.DOTALL), printed


@pytest.mark.slow
def test_the_tutorial_can_be_followed_to_the_letter(tmp_path):
    page = DOCS / "tutoriel.md"
    other = re.search(r"```yaml\n(.*?)```", page.read_text(encoding="utf-8"), flags=re.DOTALL)[1]
    for command, said in console_blocks(page):
        if "lozere-cinq" in command and not (tmp_path / "lozere-cinq.yaml").exists():
            text = (tmp_path / "lozere.yaml").read_text(encoding="utf-8")
            text = re.sub(r"^scenario:.*\n", "", text, flags=re.MULTILINE)
            text = re.sub(r"^goal:\n(  .*\n)+", "", text, flags=re.MULTILINE)
            (tmp_path / "lozere-cinq.yaml").write_text(other + text, encoding="utf-8")
        assert_shown(said, run(command, tmp_path))


def squares_of_200_m(path: Path) -> None:
    """The people of Corsica in the columns of INSEE: each square kilometre's in four of its squares of 200 m."""
    cells, communes = embedded.read_cells(), embedded.read_communes()
    code = communes["code"].to_numpy()[cells["commune"]]
    own = (
        np.isin(communes["departement"].to_numpy()[cells["commune"]], ["2A", "2B"]) & (cells["persons"] > 0).to_numpy()
    )
    table = []
    for number in range(4):
        persons = (cells["persons"].to_numpy()[own] + number) // 4
        x_m, y_m = cells["x_km"].to_numpy()[own] * 1000 + 200 * number, cells["y_km"].to_numpy()[own] * 1000 + 400
        name = [f"CRS3035RES200mN{y}E{x}" for x, y in zip(x_m, y_m, strict=True)]
        table.append(pd.DataFrame({"idcar_200m": name, "i_est_200": 0, "lcog_geo": code[own], "ind": persons}))
    pd.concat(table).query("ind > 0").to_csv(path, index=False)


def four_establishments(path: Path) -> None:
    """A stock file of FINESS: three houses of health and a health centre."""
    places = {"Bastia": (1227300, 6198900, "603"), "Corte": (1204100, 6154700, "603"),
              "Calvi": (1169900, 6181400, "603"), "Ghisonaccia": (1230300, 6123000, "124")}  # fmt: skip
    lines = ["finess;etalab;93;2026-05-12"]
    for number, (name, (x_m, y_m, category)) in enumerate(places.items()):
        cells = ["structureet", f"2B000000{number}", "2B0", f"MSP {name}", *[""] * 8, "033", "2B", *[""] * 4, category]
        lines += [";".join([*cells, ""]), f"geolocalisation;2B000000{number};{x_m}.0;{y_m}.0;1,ATLASANTE;2026-05-12"]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.fixture
def mirror(tmp_path):
    """A server of the files that the page downloads, and the catalogue that points to it."""
    folder = tmp_path / "mirror"
    folder.mkdir()
    sources = read_catalogue().sources
    corsica_as_osm(folder / sources["osm-corse"].file)
    four_establishments(folder / sources["finess"].file)
    with zipfile.ZipFile(folder / sources["filosofi-200m"].file, "w") as packed:
        packed.writestr("carreaux_200m_met.7z", b"7z")
    handler = functools.partial(SimpleHTTPRequestHandler, directory=folder)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        (tmp_path / "own.toml").write_text(f'mirror = "http://127.0.0.1:{server.server_port}"')
        yield tmp_path / "own.toml"
        server.shutdown()


@pytest.mark.slow
def test_the_page_on_ones_own_departement_can_be_followed_to_the_letter(tmp_path, mirror):
    page, folder = DOCS / "your-own-departement.md", tmp_path / "here"
    (folder / "donnees").mkdir(parents=True)
    squares_of_200_m(folder / "donnees" / "carreaux_200m_met.csv")
    written = re.search(r"```yaml\n# (\S+)\n(.*?)```", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    (folder / written[1]).write_text(written[2], encoding="utf-8")
    settings = {"SITING_CATALOGUE": str(mirror), "SITING_DATA": str(tmp_path / "data")}
    for command, said in console_blocks(page):
        assert_shown(said, run(command, folder, **settings))
