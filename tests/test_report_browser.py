"""The page of Corsica in a browser whose network is cut: it asks for nothing, and everything in it answers."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest

import siting
from chromium import CHROMIUM, Chromium
from report_worlds import findings
from simulation_worlds import small_forecast
from siting.report.page import render_page
from siting.report.simulation_page import write_simulation_page

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
SCENARIO = Path(__file__).parent.parent / "scenarios" / "corse.yaml"
TAB, ENTER, SPACE, RIGHT = ("Tab", 9), ("Enter", 13), (" ", 32), ("ArrowRight", 39)


@pytest.fixture(scope="module")
def corsica(tmp_path_factory):
    return siting.run(siting.load(SCENARIO)).save(tmp_path_factory.mktemp("browser") / "corse") / "report.html"


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    chromium = Chromium(tmp_path_factory.mktemp("profile"))
    yield chromium
    chromium.close()


@pytest.fixture
def page(browser, corsica):
    browser.open(corsica)
    yield browser
    assert browser.faults == []
    assert [url for url in browser.requests if not url.startswith(("data:", "blob:"))] == [corsica.resolve().as_uri()]


def test_the_page_of_a_departement_is_small(corsica):
    assert corsica.stat().st_size < 3_000_000


@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_sticks_out_of_the_window(browser, corsica, width):
    browser.open(corsica, width=width)
    assert browser.run("document.documentElement.scrollWidth") <= width
    assert browser.run("document.querySelectorAll('.house').length") == 27
    assert browser.run("[...document.querySelectorAll('img.cells')].every(i => i.complete && i.naturalWidth > 0)")


def test_layers_switch_and_the_legend_follows(page):
    shown = "document.querySelectorAll('img.cells').length"
    legend = "document.querySelector('[data-legend]:not([hidden])').dataset.legend"
    assert (page.run(shown), page.run(legend)) == (2, "after before")
    after = page.run("document.querySelector('img.cells').src")
    page.click('input[value="before"]')
    assert page.run("document.querySelector('img.cells').src") != after
    page.click('input[value="population"]')
    page.click('input[value="beyond"]')
    page.click('input[value="houses"]')
    assert (page.run(shown), page.run(legend)) == (1, "population")
    assert page.run("document.querySelectorAll('.house').length") == 0


def test_houses_are_drawn_over_existing_places(page):
    depths = [
        page.run(f"[...document.querySelectorAll('{kind}')].map((one) => Number(one.style.zIndex))")
        for kind in (".leaflet-marker-icon.existing", ".leaflet-marker-icon.house")
    ]
    assert depths[0] and depths[1] and max(depths[0]) < min(depths[1])


def test_a_click_opens_a_house_and_says_what_is_lost_without_it(page):
    page.click(".house")
    card = page.run("document.querySelector('.leaflet-popup .card').innerText")
    row = page.run("document.querySelector('#houses tbody tr').innerText.split(/\\t/)")
    assert row[1].split(" (")[0] in card
    for figure in (row[3].removeprefix("+"), row[5], row[6]):
        assert figure in card
    assert "Perdus sans elle" in card


def test_search_finds_a_commune_without_its_accents(page):
    page.run("document.getElementById('sought').focus()")
    page.call("Input.insertText", text="sartene")
    assert "Sartène (2A272)" in page.run("document.getElementById('found').innerText")
    page.press(*ENTER)
    assert page.run("document.querySelector('.leaflet-popup .card strong').textContent") == "Sartène (2A272)"
    assert "Sartène (2A272)" in page.run("document.getElementById('said').textContent")
    page.run("sought.value = 'zzz'; sought.dispatchEvent(new Event('input'))")
    assert "aucune commune" in page.run("document.getElementById('found').innerText")


def test_a_table_sorts_both_ways_and_by_number(page):
    column = "[...document.querySelectorAll('#houses tbody tr')].map(r => numberOf(r.cells[6].textContent))"
    for way in ("ascending", "descending"):
        page.click("#houses thead th:nth-child(7) button")
        values = page.run(column)
        assert values == sorted(values, reverse=way == "descending") and len(set(values)) > 5
        assert page.run("document.querySelector('#houses thead th:nth-child(7)').ariaSort") == way


def test_every_area_is_there_and_filters(page):
    page.run("level.value = 'epci'; level.dispatchEvent(new Event('change'))")
    assert "sans EPCI" in page.run("document.querySelector('#areas tbody').innerText") or page.run(
        "!page.areas.epci.code.includes('')"
    )
    page.run("level.value = 'commune'; level.dispatchEvent(new Event('change'))")
    page.run("filter.value = '2B12'; filter.dispatchEvent(new Event('input'))")
    names = page.run("[...document.querySelectorAll('#areas tbody td:nth-child(2)')].map(c => c.textContent)")
    assert names and all(code.startswith("2B12") for code in names)
    assert page.run("page.areas.commune.code.length") == 360
    assert page.run("page.areas.commune.persons.reduce((a, b) => a + b)") == 346_944


def test_a_downloaded_table_is_read_back(page):
    page.run("window.saved = []; URL.createObjectURL = (blob) => (saved.push(blob), 'data:,')")
    page.click("#houses-save")
    text = page.run("saved[0].arrayBuffer().then(b => new TextDecoder('utf-8', {ignoreBOM: true}).decode(b))")
    assert text.startswith("\ufeffRang;Maison;")
    lines = text.removeprefix("\ufeff").splitlines()
    assert len(lines) == 28 and all(line.count(";") == 6 for line in lines)
    assert re.fullmatch(r"1;.+;création;\d+;\d+,\d+;\d+;\d+", lines[1])


def test_a_text_among_figures_is_saved_as_it_is(page):
    cell = "Object.assign(document.createElement('td'), {className: 'n', textContent: %s})"
    saved = {text: page.run(f"savedValueOf({cell % json.dumps(text)})") for text in ("prouvé", "–", "1\u202f234,5")}
    assert saved == {"prouvé": "prouvé", "–": None, "1\u202f234,5": 1234.5}


def test_the_keyboard_reaches_everything(page):
    wanted = page.run(
        "[...document.querySelectorAll('a[href], button, input, select, [tabindex=\"0\"]')].filter("
        "e => e.checkVisibility() && !(e.type === 'radio' && !e.checked)).length"
    )
    page.run("window.reached = new Set(); addEventListener('focusin', e => reached.add(e.target))")
    for _ in range(wanted + 5):
        page.press(*TAB)
    assert page.run("reached.size") >= wanted
    page.run("document.querySelector('#houses tbody button').focus()")
    page.press(*ENTER)
    assert page.run("!!document.querySelector('.leaflet-popup .card')")
    page.run("document.querySelector('input[value=after]').focus()")
    page.press(*RIGHT)
    assert page.run("chosen('ground')") == "before"


def test_the_page_prints_as_a_brief_with_the_still_map(page):
    page.call("Emulation.setEmulatedMedia", media="print")
    assert page.run("[...document.querySelectorAll('.live, .explorer')].every(e => !e.checkVisibility())")
    assert page.run("document.querySelector('.still img').checkVisibility()")
    page.call("Emulation.setEmulatedMedia", media="")
    assert 1 <= len(re.findall(rb"/Type\s*/Page\b(?!s)", page.print_pdf())) <= 8


def test_names_stay_text_in_the_scripts_too(browser, tmp_path):
    evil = "</script><img src=x onerror=alert(1)>"
    file = tmp_path / "evil.html"
    file.write_text(render_page(findings(names=(evil, '=1+1";', evil)), b"png"), encoding="utf-8")
    browser.open(file)
    browser.click(".house")
    assert browser.run("document.querySelector('.leaflet-popup .card strong').textContent") == '=1+1";'
    assert browser.run("csvCell(page.houses.name[0])") == '"\'=1+1"";"'
    assert browser.run("document.querySelectorAll('img[src=x]').length") == 0
    browser.run("showCommune(0)")
    assert evil in browser.run("document.querySelector('.leaflet-popup .card strong').textContent")
    assert not any("alert" in fault or "onerror" in fault for fault in browser.faults)


@pytest.fixture(scope="module")
def axe(tmp_path_factory):
    """The script of axe-core, fetched with npm: it is used in tests only."""
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed")
    folder = tmp_path_factory.mktemp("axe")
    fetched = subprocess.run(
        ["npm", "pack", "axe-core@4.14.1", "--silent"], cwd=folder, capture_output=True, timeout=120, check=False
    )
    if fetched.returncode:
        pytest.skip("npm cannot fetch axe-core")
    with tarfile.open(next(folder.glob("*.tgz"))) as archive:
        return archive.extractfile("package/axe.min.js").read().decode("utf-8")


@pytest.mark.parametrize("width", [1280, 390])
def test_the_page_of_the_quarters_fits_asks_for_nothing_and_has_no_fault(browser, axe, width, tmp_path):
    write_simulation_page(small_forecast(), tmp_path, title="Essai", language="fr", notes=["Un.", "Deux."])
    browser.open(tmp_path / "report.html", width=width)
    assert browser.run("document.documentElement.scrollWidth") <= width
    assert browser.run("document.querySelectorAll('.save').length") == 4
    assert browser.faults == [] and len(browser.requests) == 1
    browser.run(f"{axe}; 0")
    assert browser.run("axe.run().then(r => r.violations.map(v => v.id))") == []


@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_no_fault(browser, corsica, axe, width):
    browser.open(corsica, width=width)
    browser.click(".house")
    browser.run(f"{axe}; 0")
    found = json.loads(browser.run("axe.run().then(r => JSON.stringify([r.passes.length, r.violations]))"))
    assert found[0] > 20
    assert [(fault["id"], fault["impact"], [node["html"] for node in fault["nodes"]]) for fault in found[1]] == []
