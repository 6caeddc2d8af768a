"""What spreadsheets and machines open: the workbook keeps texts as texts, the package describes what is there."""

from __future__ import annotations

import json
import re
import zipfile
from xml.etree import ElementTree as Xml

import pyogrio
import pytest

from report_worlds import findings
from siting.report import build_report
from siting.report.tables import read_csv


def sheets(path) -> dict[str, list[list[str]]]:
    """Rows of each sheet, texts and numbers as written; inline strings only, which is what constant memory writes."""
    with zipfile.ZipFile(path) as book:
        names = re.findall(r'<sheet name="([^"]+)"', book.read("xl/workbook.xml").decode("utf-8"))
        found = {}
        for place, name in enumerate(names, start=1):
            xml = book.read(f"xl/worksheets/sheet{place}.xml").decode("utf-8")
            assert "<f>" not in xml and "<hyperlink" not in xml
            rows = re.findall(r"<row [^>]*>(.*?)</row>", xml, flags=re.DOTALL)
            cells = [re.findall(r"<c [^>]*?(?:/>|>(.*?)</c>)", row, flags=re.DOTALL) for row in rows]
            found[name] = [[re.sub(r"<[^>]+>", "", cell) for cell in row] for row in cells]
        return found


@pytest.fixture
def folder(tmp_path):
    build_report(findings(names=("Ajaccio", "=1+1", "@Bastia")), tmp_path)
    return tmp_path


def test_the_workbook_has_the_houses_and_every_level(folder):
    book = sheets(folder / "tables.xlsx")
    assert list(book) == ["Maisons", "Communes", "EPCI", "Départements"]
    assert book["Maisons"][1] == ["=1+1", "=1+1 (2A247)", "création", "10", "50", "10"]
    assert [row[:2] for row in book["Communes"][1:]] == [
        ["2A004", "Ajaccio"], ["2A247", "=1+1"], ["2B033", "@Bastia"]
    ]  # fmt: skip
    head = book["Communes"][0]
    assert [row[head.index("Habitants")] for row in book["Communes"][1:]] == ["140", "10", "13"]
    assert [row[head.index("Habitants gagnés")] for row in book["Communes"][1:]] == ["0", "10", "0"]


def test_the_workbook_has_the_same_bytes_each_time(folder, tmp_path_factory):
    again = tmp_path_factory.mktemp("again")
    build_report(findings(names=("Ajaccio", "=1+1", "@Bastia")), again)
    for name in ("tables.xlsx", "datapackage.json"):
        assert (again / name).read_bytes() == (folder / name).read_bytes()


def test_the_package_describes_every_column_of_the_tables_that_are_there(folder):
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    assert all((folder / resource["path"]).exists() for resource in package["resources"])
    for resource in package["resources"][:2]:
        fields = {field["name"]: field["type"] for field in resource["schema"]["fields"]}
        assert list(fields) == list(read_csv(folder / resource["path"]).columns)
        assert fields[resource["schema"]["primaryKey"]] == "string"
    assert fields["epci"] == "string" and fields["persons"] == "number" and fields["municipal_persons"] == "integer"


def test_qgis_finds_a_sign_for_every_decision_in_the_layer(folder):
    style = pyogrio.read_dataframe(folder / "sites.gpkg", layer="layer_styles")
    info = pyogrio.read_info(folder / "sites.gpkg", layer="sites")
    assert style[["f_table_name", "f_geometry_column", "useAsDefault"]].values.tolist() == [
        ["sites", info["geometry_name"], True]
    ]
    renderer = Xml.fromstring(style["styleQML"][0]).find("renderer-v2")
    assert renderer.get("attr") in info["fields"]
    labels = {one.get("value"): one.get("label") for one in renderer.iter("category")}
    assert labels == {
        "existing": "existe",
        "opened": "ouverte",
        "not_opened": "non ouverte",
        "closed": "fermé par le plan",
    }
    symbols = [one.get("name") for one in renderer.iter("symbol")]
    assert [one.get("symbol") for one in renderer.iter("category")] == symbols


def test_qgis_finds_classes_of_minutes_that_hold_their_upper_bound(folder):
    for when in ("before", "after"):
        assert (folder / f"travel_time_{when}.tif").exists()
        shader = Xml.parse(folder / f"travel_time_{when}.qml").find(".//colorrampshader")
        assert shader.get("colorRampType") == "DISCRETE"
        classes = [(float(one.get("value")), one.get("label")) for one in shader]
        assert classes[:3] == [(10, "0 à 10 min"), (20, "10 à 20 min"), (30, "20 à 30 min")]
        assert classes[-1] == (float("inf"), "plus de 60 min")
