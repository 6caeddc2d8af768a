"""Public registers as existing sites: FINESS in both its forms, BPE, and where their points may lie."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyproj import Transformer

from siting.errors import DataError
from siting.territory import assemble
from siting.territory.registers import FINESS_CATEGORIES, read_bpe, read_finess
from test_territory_assemble import AROUND_AJACCIO, FRICTION, scenario

REAL_FINESS = Path(__file__).parents[2] / "shared" / "data" / "finess_occitanie.csv"
"""A real extract, beside the repository on the machines where siting is developed."""

NAMED = """finess,name,category_code,category,lat,lon,commune
2A0000001,MSP DU CENTRE,603,Maison de santé,41.92,8.74,2A004
2A0000002,CENTRE DE SANTE,124,Centre de Santé,41.93,8.75,2A004
2A0000003,PHARMACIE,620,Pharmacie,41.921,8.741,2A004
2A0000004,EHPAD,500,Etablissement,41.92,8.73,2A004
2A0000005,SANS POINT,603,Maison de santé,,,2A004
"""


def stock(path: Path) -> None:
    """The same establishments in the form of the stock file, in Lambert 93."""
    to_lambert = Transformer.from_crs("EPSG:4326", "EPSG:2154", always_xy=True)
    lines = ["finess;etalab;93;2026-01-05"]
    for line in NAMED.splitlines()[1:]:
        number, name, code, label, lat, lon, _ = line.split(",")
        cells = ["structureet", number, "2A0", name, "", "", "", "", "", "", "", "", "004", "2A", "", "", "", "", code]
        lines.append(";".join([*cells, label]))
        if lat:
            x, y = to_lambert.transform(float(lon), float(lat))
            lines.append(f"geolocalisation;{number};{x:.1f};{y:.1f};1,ATLASANTE;2026-01-05")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def test_both_forms_of_finess_read_the_same(tmp_path):
    (tmp_path / "f.csv").write_text(NAMED, encoding="utf-8")
    stock(tmp_path / "s.csv")
    one, other = (read_finess(tmp_path / name, AROUND_AJACCIO, ["msp", "pharmacy"]) for name in ("f.csv", "s.csv"))
    assert one[0]["id"].tolist() == ["finess:2A0000001", "finess:2A0000003"] == other[0]["id"].tolist()
    assert one[0]["category"].tolist() == ["msp", "pharmacy"] and one[1] == other[1] == 1
    for name in ("x_m", "y_m"):
        assert one[0][name].tolist() == pytest.approx(other[0][name].tolist(), abs=0.2)


def test_each_category_is_used_as_the_scenario_says(tmp_path):
    (tmp_path / "f.csv").write_text(NAMED, encoding="utf-8")
    world = assemble(
        scenario(
            tmp_path,
            existing="{rule: finess, file: f.csv, vintage: '2026', licence: Licence Ouverte 2.0, "
            "categories: {msp: keep, health_centre: label, pharmacy: tele}}",
        )
    )
    sites = world.sites
    kind = dict(zip(sites.id.tolist(), sites.kind.tolist(), strict=True))
    assert [kind[f"finess:2A000000{n}"] for n in (1, 2, 3)] == ["practice", "label", "tele"]
    assert "finess:2A0000004" not in kind and sites.is_existing.sum() == 1
    assert set(sites.category[sites.category != ""]) == {"msp", "health_centre", "pharmacy"}
    assert "Sites : f.csv (2026), Licence Ouverte 2.0" in world.sources
    assert any("sans coordonnées" in note and ": 1." in note for note in world.notes)


def test_bpe_reads_both_vintages_of_its_types(tmp_path):
    (tmp_path / "b.csv").write_text(
        "AN;DEPCOM;TYPEQU;LAMBERT_X;LAMBERT_Y\n2021;2A004;D201;1176500.5;6108000\n2023;2A004;D265;1176600;6108100\n"
        "2023;2A004;A101;1176600;6108100\n2023;2A004;D265;;\n"
    )
    table, n_unplaced = read_bpe(tmp_path / "b.csv", AROUND_AJACCIO, ["gp"])
    assert table["id"].tolist() == ["bpe:1", "bpe:2"] and n_unplaced == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("finess,category_code\n1,603\n", "lon et lat"),
        ("name,lat,lon\nA,41.9,8.7\n", "finess ou"),
        ("finess,category_code,lat,lon\n1,603,41.9,8.7\n1,603,41.9,8.7\n", "figurent deux fois"),
        ("finess,category_code,lat,lon\n1,603,8.7,41.9\n", "échangées"),
    ],
)
def test_what_is_no_register_is_refused(tmp_path, text, said):
    (tmp_path / "f.csv").write_text(text)
    with pytest.raises(DataError, match=said):
        read_finess(tmp_path / "f.csv", AROUND_AJACCIO, list(FINESS_CATEGORIES))


@pytest.mark.skipif(not REAL_FINESS.exists(), reason="the real extract is not distributed")
def test_the_real_extract_gives_the_houses_of_a_departement(tmp_path):
    (tmp_path / "f.csv").write_bytes(REAL_FINESS.read_bytes())
    world = assemble(
        scenario(tmp_path, area='{departements: ["48"]}', existing="{rule: finess, file: f.csv}", **FRICTION)
    )
    inside = world.sites.in_study_area & world.sites.is_existing
    assert 10 < inside.sum() < 30 and (world.sites.is_existing & ~inside).sum() > 50


def test_fault_28_a_site_at_sea_is_moved_ashore_or_listed_outside(tmp_path):
    (tmp_path / "e.csv").write_text("id,name,lon,lat\nport,Au large,8.58,41.97\nloin,En mer,8.2,41.6\n")
    world = assemble(scenario(tmp_path, existing="{rule: file, file: e.csv, treatment: keep}"))
    sites = world.sites
    port, far = (int((sites.id == name).argmax()) for name in ("port", "loin"))
    moved = [note for note in world.notes if "ramenés à la terre" in note]
    assert len(moved) == 1 and "port" in moved[0] and "loin" not in moved[0]
    assert sites.commune[port] >= 0 and sites.in_study_area[port]
    assert sites.commune[far] == -1 and not sites.in_study_area[far]


def test_fault_29_two_sites_of_one_cell_are_both_kept(tmp_path):
    (tmp_path / "e.csv").write_text(
        "id,name,lon,lat,capacity_per_year\nb,Un,8.737,41.919,100\na,Deux,8.7371,41.9191,50\n"
    )
    world = assemble(scenario(tmp_path, existing="{rule: file, file: e.csv, treatment: keep}"))
    rows = [int((world.sites.id == name).argmax()) for name in ("a", "b")]
    cells = world.grid.cell_at(world.sites.x_m[rows], world.sites.y_m[rows])
    assert rows[0] < rows[1] and cells[0] == cells[1]
    assert world.sites.capacity_per_year[rows].tolist() == [50, 100]
