"""The page, the map and the terminal say what was found, in the right words, and admit what is not proven."""

from __future__ import annotations

import base64
import hashlib
import html
import io
import re
import string
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest
from matplotlib.collections import LineCollection
from matplotlib.colors import to_hex, to_rgb
from PIL import Image

from report_worlds import FRICTION, certificate, findings
from siting.access import REASONS
from siting.numbers import ENGLISH, FRENCH
from siting.report import build_report, render_summary
from siting.report.areas import departement_table, epci_table
from siting.report.charts import cumulative_share
from siting.report.images import MINUTE_COLOURS, NO_WAY, minutes_overlay
from siting.report.map import draw_map, write_maps
from siting.report.map_style import BEYOND, WITHIN
from siting.report.page import render_page
from siting.report.sentences import answer, bound
from siting.report.tables import commune_table
from siting.report.texts import Texts, read_texts
from travel_worlds import both_ways, road_network

MCLP = {"model": "mclp", "new_houses": 1}


def page(**options) -> str:
    return render_page(findings(**options), b"png")


def words(page_html: str) -> str:
    """What the page says, without its marks, style, scripts or special spaces."""
    text = re.sub(r"<(style|script)\b.*?</\1>|<[^>]*>", " ", page_html, flags=re.DOTALL)
    return re.sub(r"\s+", " ", html.unescape(text)).replace("’", "'")


def test_the_answer_is_a_sentence_and_the_proof_stands_beside_it():
    said = words(page())
    assert "1 maison suffit pour que 92,0 % des habitants soient à 30 minutes ou moins" in said
    assert "aucun plan qui respecte les règles du scénario n'y parvient avec moins de maisons" in said
    assert "13 habitants ne peuvent être couverts" in said
    assert "île sans liaison routière 12" in said
    assert "au-delà de la norme 1" in said
    assert "des établissements recensés en 2019, pas des médecins" in said
    assert "Une note du territoire." in said


def test_the_worst_served_stand_beside_the_mean():
    said = words(page())
    assert re.search(r"Temps moyen vers le lieu le plus proche \(min\) 14,6 10,4", said)
    assert re.search(r"Temps de l'habitant le plus loin \(min\) 83,4 83,4", said)
    assert re.search(r"Habitants sans aucun chemin vers un lieu ouvert 12 12", said)


@pytest.mark.parametrize("model", ["lscp", "mclp"])
def test_optimal_is_only_said_with_a_proof(model):
    least = {"lscp": 0.5, "mclp": 156.0}[model]
    objective = {"lscp": 1.0, "mclp": 150.0}[model]
    sense = {"lscp": "min", "mclp": "max"}[model]
    open_gap = certificate(model=model, sense=sense, status="feasible", objective=objective, bound=least, gap=0.04)
    goal = {"goal": MCLP} if model == "mclp" else {}
    for said in (words(page(certified=open_gap, **goal)), render_summary(findings(certified=open_gap, **goal))):
        assert "prouvé optimal" not in said.replace("pas prouvé optimal", "")
        assert "pas prouvé optimal" in re.sub(r"\s+", " ", said)
    assert "4,00 % au plus" in words(page(certified=open_gap, **goal))


def test_a_bound_between_two_numbers_of_houses_is_rounded_up():
    open_gap = certificate(status="feasible", objective=3.0, bound=1.2, gap=0.6)
    assert "Il faut au moins 2 maisons" in words(page(certified=open_gap))


@pytest.mark.parametrize(
    ("sense", "value", "minutes", "said"),
    [("min", 3.0, 2.63918, "2,63"), ("min", 3.0, None, "3"), ("max", 150.0, None, "2"), ("max", 150.5, None, "3")],
)
def test_a_bound_is_never_told_better_than_it_is(sense, value, minutes, said):
    shown = findings(certified=certificate(sense=sense, status="feasible", objective=value, bound=2.2, gap=0.2))
    shown.summary["bound_minutes"] = minutes
    assert bound(shown) == said


def test_a_screening_model_says_so_loudly_everywhere():
    said = words(page(travel=FRICTION))
    assert said.index("Modèle de repérage") < said.index("maison suffit")
    assert "Modèle de repérage" in render_summary(findings(travel=FRICTION)).replace("\u202f", " ")
    assert "repérage" not in words(page())


def test_no_house_needed_is_said_and_no_empty_table_is_drawn():
    said = words(page(opened=(), certified=certificate(objective=0.0, bound=0.0)))
    assert "Aucun candidat ne rapproche ceux qui sont au-delà" in said
    assert "Le plan n'ouvre aucune maison." in said
    assert "Aucune commune ne gagne" in said


def test_no_house_is_needed_only_where_everybody_is_covered():
    found = findings(opened=(), certified=certificate(objective=0.0, bound=0.0))
    all_covered = found.summary | {"persons_uncoverable": {"total": 0.0, "by_reason": {}}}
    assert "Aucune maison nouvelle n'est nécessaire" in words(answer(replace(found, summary=all_covered)))


def test_houses_that_would_add_nobody_are_said():
    found = findings(goal=MCLP | {"new_houses": 9}, certified=certificate(model="mclp", objective=150.0, bound=150.0))
    assert "en ouvrir 9 n'ajouterait personne" in words(answer(found))


def test_a_plan_of_labels_speaks_of_the_network():
    label = {"rule": "gp_practices", "min_gp_practices": 2, "treatment": "label"}
    assert "d'une maison du réseau" in words(answer(findings(existing=label)))


def test_the_page_speaks_english_when_asked():
    said = words(page(language="en", goal=MCLP, certified=certificate(model="mclp", objective=150.0, bound=150.0)))
    assert "With 1 more house, 92.0% of residents are within 30 minutes" in said
    assert 'lang="en"' in page(language="en")
    assert "habitants" not in said
    assert "Answer" in render_summary(findings(language="en"))


def test_names_stay_text():
    evil = '<script>alert("x")</script>'
    written = page(names=(evil, evil, evil), sources=(evil,), notes=(evil,), title=evil)
    assert written.count("<script") == page().count("<script") == 6
    assert "alert(" in written and evil not in written
    assert html.escape("<script>") in written


class Outline(HTMLParser):
    """Collects what a page would fetch, its headings, and what its tables and pictures are described by."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def test_the_page_fetches_nothing_and_forbids_it():
    outline = Outline()
    outline.feed(page())
    sources = [value for _, attributes in outline.tags for key, value in attributes.items() if key in ("src", "href")]
    assert all(value.startswith(("data:", "#")) for value in sources)
    policy = next(a["content"] for _, a in outline.tags if a.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none'")
    assert not {"link", "iframe"} & {tag for tag, _ in outline.tags}
    style = re.search(r"<style>(.*?)</style>", page(), flags=re.DOTALL).group(1)
    assert "url(" not in style and "@import" not in style


def test_the_page_allows_its_own_scripts_and_no_other():
    written = page()
    scripts = re.findall(r"<script>(.*?)</script>", written, flags=re.DOTALL)
    hashes = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts]
    allowed = " ".join(f"'sha256-{one}'" for one in hashes)
    assert f"script-src {allowed};" in written
    assert not re.search(r"\son\w+=", re.sub(r"<script.*?</script>", "", written, flags=re.DOTALL))


def test_the_curve_counts_who_reaches_no_site_as_beyond():
    time_s = np.array([300, 1800, 1801, np.inf], dtype=np.float32)
    shares = cumulative_share(time_s, np.array([5.0, 3.0, 1.0, 1.0]), np.array([4.9, 5.0, 30.0, 60.0]))
    assert shares.tolist() == [0.0, 0.5, 0.8, 0.9]


def test_a_minute_picture_puts_the_standard_itself_within_it():
    found = findings()
    overlay = minutes_overlay(found, found.before_everywhere)
    pixels = np.array(Image.open(io.BytesIO(base64.b64decode(overlay.split(",")[1]))).convert("RGBA"))[2]
    colours = [to_hex(pixel / 255) if pixel[3] else None for pixel in pixels]
    assert colours[:6] == [
        MINUTE_COLOURS[0], MINUTE_COLOURS[2], MINUTE_COLOURS[3], MINUTE_COLOURS[5], NO_WAY, MINUTE_COLOURS[5]
    ]  # fmt: skip
    assert colours[7] is None


def test_areas_add_up_to_the_figures_of_the_run():
    found = findings()
    for table in (commune_table(found), epci_table(found), departement_table(found)):
        assert table["persons"].sum() == 163
        assert table["persons_covered_before"].sum() == 140 and table["persons_covered_after"].sum() == 150
    assert epci_table(found)["code"].tolist() == ["", "242000354", "242010056"]
    assert departement_table(found)["name"].tolist() == ["Corse-du-Sud", "Haute-Corse"]


def test_the_page_is_fit_for_a_screen_reader():
    outline = Outline()
    outline.feed(page())
    tags = [tag for tag, _ in outline.tags]
    assert tags.count("h1") == 1
    assert tags.count("table") == tags.count("caption") > 5
    assert all(attributes.get("alt") for tag, attributes in outline.tags if tag == "img")
    assert all(attributes.get("scope") for tag, attributes in outline.tags if tag == "th")
    assert ("html", {"lang": "fr"}) in outline.tags


def luminance(colour: str) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    return float(np.dot(linear, (0.2126, 0.7152, 0.0722)))


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_the_texts_of_the_page_are_readable_on_their_ground():
    style = dict(re.findall(r"--(\w+): (#\w+);", page()))
    for ink in ("ink", "soft", "accent", "warn"):
        assert contrast(style[ink], "#ffffff") >= 7 or (ink == "accent" and contrast(style[ink], "#ffffff") >= 4.5)
        assert contrast(style[ink], style["band"]) >= 4.5


def test_the_map_reads_without_colour():
    shades = [luminance(colour) for colour in (*WITHIN, *BEYOND)]
    assert shades == sorted(shades, reverse=True)
    assert luminance(WITHIN[-1]) > 1.6 * luminance(BEYOND[0])


@pytest.mark.parametrize("options", [{}, {"travel": FRICTION}, {"opened": ()}, {"language": "en"}], ids=str)
def test_the_map_is_drawn_with_the_same_bytes_each_time(tmp_path, options):
    written = []
    for _ in range(2):
        write_maps(findings(**options), tmp_path)
        written.append([(tmp_path / f"map.{suffix}").read_bytes() for suffix in ("png", "svg", "pdf")])
    assert written[0] == written[1]
    assert written[0][0].startswith(b"\x89PNG") and len(written[0][0]) > 20_000
    assert b"<svg" in written[0][1] and written[0][2].startswith(b"%PDF")


@pytest.mark.parametrize(
    ("from_xy_m", "to_xy_m", "is_drawn"),
    [
        ((4_222_000, 2_057_000), (4_223_000, 2_057_500), True),
        ((3_900_000, 2_057_000), (4_600_000, 2_057_000), True),  # across the map, from one side of it to the other
        ((4_222_000, 2_400_000), (4_223_000, 2_401_000), False),
        ((3_900_000, 2_057_000), (3_901_000, 2_057_000), False),
    ],
)
def test_of_the_roads_the_map_draws_those_that_are_on_it(from_xy_m, to_xy_m, is_drawn):
    found = findings()
    roads = road_network([from_xy_m, to_xy_m], both_ways(0, 1, 1000.0))
    figure = draw_map(replace(found, territory=replace(found.territory, roads=roads)))
    lines = [
        drawn for drawn in figure.axes[0].collections if isinstance(drawn, LineCollection) and drawn.get_rasterized()
    ]
    assert [len(drawn.get_segments()) for drawn in lines] == [2 * is_drawn]


def test_a_report_has_all_its_files(tmp_path):
    build_report(findings(), tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "cells.parquet", "certificate.json", "communes.csv", "datapackage.json", "map.pdf", "map.png", "map.svg",
        "report.html", "scenario.yaml", "sites.csv", "sites.gpkg", "summary.json", "tables.xlsx",
        "travel_time_after.qml", "travel_time_after.tif", "travel_time_before.qml", "travel_time_before.tif",
    ]  # fmt: skip


def test_the_summary_is_a_few_readable_lines():
    lines = render_summary(findings()).split("\n")
    assert 10 <= len(lines) <= 18
    assert max(map(len, lines)) <= 96
    said = " ".join(" ".join(lines).split()).replace("’", "'")
    assert "140 habitants couverts sur 163 (85,8 %)" in said
    assert "Porto-Vecchio (+10)" in said


def blanks(text: str) -> set[str | None]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_both_languages_have_the_same_texts_with_the_same_blanks():
    french, english = read_texts("fr"), read_texts("en")
    for table in ("text", "road"):
        assert list(french[table]) == list(english[table])
        for key, text in french[table].items():
            assert blanks(text) == blanks(english[table][key]), key


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_reason_has_its_words(language):
    assert all(Texts(language)(f"reason_{reason}") for reason in REASONS[1:])


def test_french_signs_do_not_stand_alone_on_a_line():
    for text in read_texts("fr")["text"].values():
        assert not re.search(r" [:;?!%»]|« |'", text)


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        (FRENCH.whole(1234567.4), "1\u202f234\u202f567"),
        (FRENCH.decimal(1234.56), "1\u202f234,6"),
        (ENGLISH.decimal(1234.56), "1,234.6"),
        (FRENCH.percent(0.999999), "99,9\u202f%"),
        (FRENCH.percent(1.0), "100\u202f%"),
        (FRENCH.percent(0.0), "0\u202f%"),
        (FRENCH.percent(0.57), "57,0\u202f%"),
        (ENGLISH.percent(0.57), "57.0%"),
        (FRENCH.gap(0.0011576), "0,12\u202f%"),
        (FRENCH.gap(0.0012), "0,12\u202f%"),
        (FRENCH.gap(0.0), "0,00\u202f%"),
        (FRENCH.gap(1e-6), "0,00\u202f%"),
        (ENGLISH.gap(2e-6), "0.01%"),
        (ENGLISH.gap(float("inf")), "–"),
        (FRENCH.short(30.0), "30"),
        (FRENCH.short(12.5), "12,5"),
        (FRENCH.decimal(float("nan")), "–"),
    ],
)
def test_numbers_are_written_as_people_write_them(written, wanted):
    assert written == wanted
