"""Public data over a local server: good, cut short, tampered, slow and hostile ones."""

from __future__ import annotations

import hashlib
import json
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from typer.testing import CliRunner

from siting.catalogue import (
    Source,
    downloading,
    fetch,
    fetched_path,
    fetching,
    path_in_scenario,
    read_catalogue,
    unpacking,
)
from siting.cli import app
from siting.errors import DataError, ScenarioError
from siting.scenario import load

GOOD = b"id;name;lon;lat\n" + b"".join(b"%d;Ajaccio;8.7;41.9\n" % number for number in range(10_000, 30_000))


class Server(ThreadingHTTPServer):
    """Serves ``files``; ``cut`` bytes only of an answer, ``delay_s`` before each; notes the ranges asked for."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.files: dict[str, bytes] = {}
        self.cut: int | None = None
        self.delay_s = 0.0
        self.says_length = True
        self.ranges: list[str | None] = []
        self.stop = threading.Event()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        content = self.server.files.get(self.path.strip("/"))
        self.server.ranges.append(self.headers.get("Range"))
        if content is None:
            self.send_error(404)
            return
        tag, start = f'"{hashlib.sha256(content).hexdigest()[:16]}"', 0
        if self.headers.get("Range") and self.headers.get("If-Range") == tag:
            start = int(self.headers["Range"].removeprefix("bytes=").rstrip("-"))
        self.send_response(206 if start else 200)
        self.send_header("ETag", tag)
        if self.server.says_length:
            self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        self.server.stop.wait(self.server.delay_s)
        end = None if self.server.cut is None else start + self.server.cut
        self.wfile.write(content[start:end])

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server(tmp_path, monkeypatch):
    monkeypatch.setenv("SITING_DATA", str(tmp_path / "data"))
    monkeypatch.delenv("SITING_CATALOGUE", raising=False)
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, daemon=True)
        thread.start()
        yield running
        running.stop.set()
        running.shutdown()


def source(server: Server, content: bytes = GOOD, **changes: object) -> Source:
    server.files["sites.csv"] = content
    about = {
        "title": "Sites", "publisher": "Nous", "licence": "CC0", "vintage": "2026", "size_mb": 1,
        "address": f"{server.address}/sites.csv", "file": "sites.csv", "sha256": hashlib.sha256(content).hexdigest(),
    }  # fmt: skip
    return Source.model_validate(about | changes)


def zipped(tmp_path, members: dict[str, bytes]) -> bytes:
    path = tmp_path / "made.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    return path.read_bytes()


def test_a_good_file_is_fetched_once(server):
    one, told = source(server), []
    path = fetch("sites", one, progress=lambda done, total, _=None: told.append((done, total)))
    assert path.read_bytes() == GOOD and told[-1] == (len(GOOD), len(GOOD))
    assert fetch("sites", one) == path and len(server.ranges) == 1
    assert {item.name for item in path.parent.iterdir()} == {"sites.csv", "fetched.json"}


def test_half_a_file_is_refused_and_then_gone_on_with(server):
    one = source(server)
    server.cut = 100_000
    with pytest.raises(DataError, match=r"65536 sur 460016 octets.*reprend"):
        fetch("sites", one)
    assert not fetched_path("sites", one).exists()
    server.cut = None
    assert fetch("sites", one).read_bytes() == GOOD
    assert server.ranges == [None, "bytes=65536-"]


def test_a_file_that_changed_meanwhile_is_not_stitched_together(server):
    one = source(server, sha256="")
    server.cut = 100_000
    with pytest.raises(DataError):
        fetch("sites", one)
    server.cut, server.files["sites.csv"] = None, GOOD.upper()
    assert fetch("sites", one).read_bytes() == GOOD.upper()


def test_a_tampered_file_is_refused_with_both_hashes_and_the_old_one_stays(server):
    one = source(server)
    path = fetch("sites", one)
    server.files["sites.csv"] = GOOD.replace(b"Ajaccio", b"Bastia!")
    with pytest.raises(DataError) as caught:
        fetch("sites", one, again=True)
    assert one.sha256 in str(caught.value)
    assert hashlib.sha256(server.files["sites.csv"]).hexdigest() in str(caught.value)
    assert path.read_bytes() == GOOD
    path.write_bytes(b"changed on the disk")
    with pytest.raises(DataError, match="n'est pas celui attendu"):
        fetch("sites", one)


def test_where_no_hash_is_published_the_first_one_is_kept(server):
    one = source(server, sha256="")
    path = fetch("sites", one)
    path.unlink()
    server.files["sites.csv"] = GOOD[:-23]
    with pytest.raises(DataError, match="empreinte"):
        fetch("sites", one)
    assert fetch("sites", one, again=True).read_bytes() == GOOD[:-23]


def test_a_server_that_falls_silent_is_given_up(server, monkeypatch):
    monkeypatch.setattr(downloading, "SILENCE_S", 0.2)
    one = source(server)
    server.delay_s = 30
    with pytest.raises(DataError, match=r"interrompu|pas de réponse"):
        fetch("sites", one)


@pytest.mark.parametrize("says_length", [True, False])
def test_more_than_announced_is_not_swallowed(server, says_length):
    server.says_length = says_length
    with pytest.raises(DataError, match="annoncés au catalogue"):
        fetch("sites", source(server, size_mb=0.01))


def test_offline_one_is_told_what_to_put_where(server):
    one = source(server, address="http://127.0.0.1:9/sites.csv")
    with pytest.raises(DataError, match=r"hors ligne.*posez-le ici") as caught:
        fetch("sites", one)
    place = fetched_path("sites", one)
    assert str(place) in str(caught.value)
    place.write_bytes(GOOD)
    assert fetch("sites", one) == place
    with pytest.raises(DataError, match="répond 404"):
        fetch("other", source(server, address=f"{server.address}/gone.csv"))


def packed_source(server: Server, content: bytes, **changes: object) -> Source:
    return source(server, content, file="sites.zip", members=["*.csv"], **changes)


def test_only_the_wanted_members_are_unpacked(server, tmp_path):
    content = zipped(tmp_path, {"folder/sites.csv": GOOD, "folder/readme.pdf": b"no", "folder/run.exe": b"no"})
    folder = fetch("sites", packed_source(server, content))
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {"sites.csv": GOOD}


HOSTILE = {
    "absolute": ({"/etc/sites.csv": b"x"}, "hors de l'archive"),
    "leading out": ({"../../sites.csv": b"x"}, "hors de l'archive"),
    "a drive": ({"C:/sites.csv": b"x"}, "hors de l'archive"),
    "a bomb": ({"sites.csv": b"0" * 3_500_000}, "une fois dépaquetée"),
    "two of a name": ({"a/sites.csv": b"x", "b/sites.csv": b"y"}, "même nom"),
    "nothing wanted": ({"sites.xls": b"x"}, "aucun membre"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_archive_is_refused_and_nothing_is_unpacked(server, tmp_path, name):
    members, said = HOSTILE[name]
    with pytest.raises(DataError, match=said):
        fetch("sites", packed_source(server, zipped(tmp_path, members)))
    assert not (tmp_path / "data" / "sites" / "members").exists()
    assert not list((tmp_path / "data" / "sites").glob(".unpacking-*"))


def test_an_archive_of_a_million_members_is_refused(server, tmp_path, monkeypatch):
    monkeypatch.setattr(unpacking, "MOST_MEMBERS", 50)
    content = zipped(tmp_path, {f"{number}.csv": b"" for number in range(51)})
    with pytest.raises(DataError, match="51 membres"):
        fetch("sites", packed_source(server, content))


def test_a_member_that_lies_about_its_size_is_refused(server, tmp_path):
    content = zipped(tmp_path, {"sites.csv": GOOD})
    honest = len(GOOD).to_bytes(4, "little")
    with pytest.raises(DataError):
        fetch("sites", packed_source(server, content.replace(honest, (1000).to_bytes(4, "little"))))
    assert not (tmp_path / "data" / "sites" / "members").exists()


def test_no_archive_at_all_is_refused(server):
    with pytest.raises(DataError, match="abîmée"):
        fetch("sites", packed_source(server, GOOD))


def test_an_own_catalogue_adds_replaces_and_points_to_a_mirror(server, tmp_path, monkeypatch):
    source(server)
    own = tmp_path / "own.toml"
    entry = 'title = "Sites"\npublisher = "Nous"\nlicence = "CC0"\nvintage = "2026"\nsize_mb = 1\nfile = "sites.csv"\n'
    own.write_text(f'mirror = "{server.address}"\n[sources.ours]\naddress = "https://elsewhere.invalid/x"\n{entry}')
    runner = CliRunner()
    result = runner.invoke(app, ["data", "fetch", "ours", "--catalogue", str(own)])
    assert result.exit_code == 0 and fetched_path("ours", read_catalogue(own)["ours"]).read_bytes() == GOOD
    listed = runner.invoke(app, ["data", "list", "--catalogue", str(own)]).output
    assert "ours" in listed and "osm-corse" in listed and "ici" in listed
    assert read_catalogue(own)["osm-corse"].address == f"{server.address}/corse-260101.osm.pbf"
    monkeypatch.setenv("SITING_CATALOGUE", str(own))
    assert path_in_scenario("data:ours").read_bytes() == GOOD


def test_every_fault_of_an_own_catalogue_is_told_at_once(tmp_path):
    own = tmp_path / "own.toml"
    own.write_text('mirrors = "x"\nmirror = "ftp://x"\n')
    with pytest.raises(DataError) as caught:
        read_catalogue(own)
    assert len(caught.value.faults) == 2
    own.write_text('[sources."a b"]\ntitle = "T"\naddress = "file:///etc/passwd"\nsizes = 3\n')
    with pytest.raises(DataError) as caught:
        read_catalogue(own)
    fields = {fault.field for fault in caught.value.faults}
    assert {"sources.a b", "sources.a b.address", "sources.a b.sizes", "sources.a b.file"} <= fields
    with pytest.raises(DataError, match="vouliez-vous dire osm-corse"):
        read_catalogue()["osm-corsse"]


def test_a_scenario_names_what_was_fetched_or_is_told_the_command(server, tmp_path, monkeypatch):
    own = tmp_path / "own.toml"
    one = source(server)
    own.write_text(
        "[sources.sites]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in one.model_dump().items())
    )
    monkeypatch.setenv("SITING_CATALOGUE", str(own))
    text = (
        "scenario: essai\ntitle: Essai\nstudy_area: {departements: ['2A']}\n"
        "candidates: {rule: file, file: 'data:sites'}\nexisting: {rule: none}\n"
        "travel: {surface: roads, network: corsica}\ngoal: {model: lscp}\n"
    )
    file = tmp_path / "essai.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"essai\.yaml:4:.*candidates\.file.*siting data fetch sites"):
        load(file)
    path = fetch("sites", one)
    assert load(file).candidates.file == path


def test_the_catalogue_of_siting_is_whole():
    sources = read_catalogue().sources
    assert len(sources) > 30 and len({one.address for one in sources.values()}) == len(sources)
    assert all(one.licence and one.vintage and one.address.endswith(one.file) for one in sources.values())
    assert fetching.data_folder().is_absolute()
