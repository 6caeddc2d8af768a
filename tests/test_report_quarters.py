"""The quarters of a simulation on the page: charts with their bands, tables that say the same."""

from __future__ import annotations

import html
import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from report_worlds import findings
from simulation_worlds import small_forecast
from siting.report.page import render_page
from siting.report.quarter_charts import Line, apart, axis_ticks, band_chart
from siting.report.quarters import CHARTS, quarter_section
from siting.report.simulation_page import write_simulation_page
from siting.report.tables import site_table
from siting.report.texts import Texts
from siting.simulation import INDICATORS, Forecast


@pytest.fixture(scope="module")
def forecast() -> Forecast:
    return small_forecast()


def test_every_indicator_and_chart_has_its_words():
    for language in ("fr", "en"):
        texts = Texts(language)
        assert all(texts(f"quarter_{name}") for name in INDICATORS)
        assert all(texts(f"chart_quarters_{name}") for name in CHARTS)


def test_the_tables_tell_the_mean_and_the_band_of_the_draws(forecast):
    bands, quarters, costs, departements = quarter_section(forecast, Texts("fr")).tables
    doctors = forecast.draws.figures[0][:, :, 0, INDICATORS.index("doctors")]
    row = next(row for row in bands.rows if row[0] == "Médecins")
    low, high = np.quantile(doctors[:, -1], (0.1, 0.9))
    said = [float(cell.replace(",", ".")) for cell in row[1:]]
    assert said == pytest.approx([12, doctors[:, -1].mean(), low, high], abs=0.5)
    assert [row[0] for row in quarters.rows] == ["T1 2027", "T2 2027", "T3 2027", "T4 2027", "T1 2028", "T2 2028"]
    assert [row[quarters.head.index("Maisons ouvertes")] for row in quarters.rows] == ["0", "0", "1", "1", "1", "1"]
    assert len(costs.rows) == 6 and costs.rows[-1][costs.head.index("Europe, LEADER (€)")] == "10\u202f000"
    assert [row[0] for row in departements.rows] == ["Corse-du-Sud (2A)", "Haute-Corse (2B)"]


def test_a_band_spans_its_draws_and_lines_stay_within_the_picture():
    line = Line("<b>", np.array([10.0, 20.0, 15.0]), np.array([9.0, 18.0, 11.0]), np.array([10.0, 24.0, 16.0]))
    drawn = str(band_chart("Titre & co", ["a", "b", "c"], [line, line], Texts("fr")))
    assert "&lt;b&gt;" in drawn and "<b>" not in drawn and "Titre &amp; co" in drawn
    polygons = re.findall(r'<polygon class="band" points="([^"]*)"', drawn)
    assert len(polygons) == 2 and len(polygons[0].split()) == 6
    points = [tuple(map(float, point.split(","))) for point in polygons[0].split()]
    assert all(0 <= x <= 480 and 0 <= y <= 260 for x, y in points)
    assert points[1][1] < points[0][1] < points[-1][1]  # 24 above 10 above 9
    assert drawn.count('class="after second"') == 1


@given(st.floats(-1e9, 1e9), st.floats(0, 1e9))
def test_ticks_hold_the_values(low, span):
    ticks = axis_ticks(low, low + span)
    assert len(ticks) == 5 and np.diff(ticks) == pytest.approx(np.full(4, ticks[1] - ticks[0]), rel=1e-3)
    margin = 1e-6 * (ticks[-1] - ticks[0])
    assert ticks[0] - margin <= low and low + span <= ticks[-1] + margin


def test_labels_stand_where_lines_are_apart_and_near_the_middle():
    flat, rising = np.zeros(7), np.array([0.0, 0, 0, 0, 0, 5, 10])
    assert apart([Line("a", flat, flat, flat), Line("b", rising, rising, rising)]) == 6
    assert apart([Line("a", flat, flat, flat), Line("b", flat + 2, flat, flat)]) == 3
    assert apart([Line("", flat, flat, flat)]) == 3


def test_a_share_is_told_in_per_cent():
    share = np.array([0.78, 0.81])
    drawn = str(
        band_chart("Chance", ["a", "b"], [Line("", share, share - 0.02, share + 0.02)], Texts("en"), is_share=True)
    )
    assert ">76%<" in drawn and ">84%<" in drawn


def test_nothing_known_is_drawn_as_nothing():
    unknown = np.full(2, np.nan)
    drawn = str(band_chart("Vide", ["a", "b"], [Line("", unknown, unknown, unknown)], Texts("en")))
    assert "polygon" not in drawn and "nan" not in drawn


def test_the_page_of_a_run_shows_the_quarters_it_has(forecast):
    plain = render_page(findings(), b"png")
    assert "simulation-figures" not in plain
    page = render_page(replace(findings(), forecast=forecast), b"png")
    assert page.count('<figure class="quarters">') == len(CHARTS)
    for name in ("simulation-figures", "simulation-quarters", "simulation-costs", "simulation-departements"):
        assert f'id="{name}"' in page
    assert "T3 2027" in html.unescape(page)


def test_the_table_of_sites_says_when_houses_open(forecast):
    assert "opening_quarter" not in site_table(findings())
    table = site_table(replace(findings(), forecast=forecast)).set_index("id")
    assert table.opening_quarter.to_dict() == {
        "gp:2A004": "",
        "hall:2A004": "",
        "hall:2A247": "2027-Q3",
        "hall:2B033": "",
    }


def test_a_simulation_alone_has_a_page_that_escapes_its_texts(forecast, tmp_path):
    write_simulation_page(forecast, tmp_path, title="<script>", language="en", notes=["One & two", "three"])
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "&lt;script&gt;" in page and "One &amp; two" in page and "<li>three</li>" in page
    assert "default-src 'none'" in page and page.count('<figure class="quarters">') == len(CHARTS)
