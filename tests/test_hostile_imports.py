"""Files as spreadsheets spoil them: read where nothing is in doubt, else a fault with its place and remedy."""

import numpy as np
import pytest

import siting
from siting.calibration import read_known_times
from siting.errors import DataError
from siting.territory.embedded import read_communes
from siting.territory.population.gridded import read_filosofi
from siting.territory.population.tables import read_table
from siting.territory.records import read_records

TABLE = "x_m;y_m;persons\n1220000,5;6150000;1234,5\n1221000;6151000;3\n"
SQUARES = "idcar_200m,ind\nCRS3035RES200mN2130000E4230000,10\n"
SITES = "id;name;lon;lat;cost_eur\na;A;9,15;42,30;50 000\n"


def written(tmp_path, content, name="f.csv"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def refused(read, path):
    with pytest.raises(DataError) as raised:
        read(path)
    return " | ".join(str(fault).replace(str(path), path.name) for fault in raised.value.faults)


def table(path):
    return read_table(path, crs="EPSG:2154", cell_size_m=None)


def squares(path):
    return read_filosofi(path, low_persons=1, high_persons=25)


@pytest.mark.parametrize(
    "content",
    [
        TABLE,
        "\ufeff" + TABLE,
        "sep=;\n" + TABLE,
        "\n;;\n" + TABLE,
        TABLE.replace("x_m;y_m;persons", ' X_M ; "y_m" ; Persons '),
        TABLE.replace("1234,5", "1\u202f234,5"),
        TABLE.replace("1234,5", '"1 234,5"'),
        TABLE.replace(",5", ".5"),
        TABLE.replace(";", "\t"),
        TABLE.replace(",5", ".5").replace(";", ","),
        TABLE.replace("\n", "\r\n"),
        TABLE.replace("3\n", "3;\n"),
    ],
)
def test_a_table_is_read_as_spreadsheets_write_it(tmp_path, content):
    people = table(written(tmp_path, content))
    assert people.persons.tolist() == [1234.5, 3] and people.x.tolist() == [1_220_000.5, 1_221_000]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "fichier vide"),
        (TABLE.replace("x_m", "é").encode("latin-1"), "n'est pas en UTF-8 mais, semble-t-il, en Windows-1252 (« "),
        (TABLE.encode("utf-16"), "n'est pas en UTF-8 mais en UTF-16 (enregistrer sous « CSV UTF-8 »"),
        (b"PK\x03\x04 a workbook", "un classeur ou une archive"),
        ("a;b\n1;2\n", "colonne absente"),
        (TABLE.replace("x_m;y_m", "x_m;x_m"), "f.csv:1:1: colonne en double : x_m"),
        ("x_m,y_m,persons\n1220000,5,6150000,5,12\n", "f.csv:2:1: 1 lignes de plus de 3 champs"),
        (TABLE.replace("1234,5", "beaucoup"), "persons: 1 mailles sans nombre, comme beaucoup (lignes 2)"),
        (TABLE.replace("1234,5", "15/09/2026"), "sans nombre, comme 15/09/2026"),
        (TABLE.replace("1234,5", "1e300"), "de plus de 1e+09 habitants"),
        (TABLE.replace("1234,5", "-9999"), "de moins de 0, comme -9999"),
        ("x_m,y_m,persons,persons_low,persons_high\n1220000,6150000,10,20,30\n", "entre persons_low et persons_high"),
    ],
)
def test_a_spoilt_table_is_refused_in_words(tmp_path, content, said):
    assert said in refused(table, written(tmp_path, content))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (SQUARES + SQUARES.split("\n")[1], "figurent deux fois"),
        (SQUARES + "CRS2975RES200mN7640000E340000,1\n", "plusieurs côtés ou projections"),
        (SQUARES + "CRS3035RES1000mN2130000E4230000,1\n", "plusieurs côtés ou projections"),
        (SQUARES.replace("3035", "999999"), "n'est pas une projection connue"),
        (SQUARES.replace("RES200", "RES0"), "illisibles"),
        (SQUARES.replace("CRS3035", "?"), "illisibles"),
    ],
)
def test_spoilt_codes_of_cells_are_refused(tmp_path, content, said):
    assert said in refused(squares, written(tmp_path, content))


def test_a_file_of_sites_is_read_as_spreadsheets_write_it(tmp_path):
    expected = read_records(written(tmp_path, SITES))
    for content in ("\ufeff" + SITES, "sep=;\n" + SITES, "\n" + SITES, SITES.replace("id;name", "ID;Name")):
        found = read_records(written(tmp_path, content))
        assert (found.columns, found.rows) == (expected.columns, expected.rows)
        assert found.lines == [content.count("\n")], "the line of the file, whatever comes before the titles"
    assert "colonne en double : id" in refused(read_records, written(tmp_path, SITES.replace("name", "Id")))


def scenario(tmp_path, extra, candidates="{rule: town_halls, min_persons: 2000}"):
    path = tmp_path / "x.yaml"
    path.write_text(
        f"""scenario: x
title: X
study_area: {{departements: ["2B"]}}
{extra}
candidates: {candidates}
existing: {{rule: gp_practices}}
travel: {{surface: friction}}
goal: {{model: lscp, standard_min: 30}}
""",
        encoding="utf-8",
    )
    return siting.load(path)


@pytest.mark.parametrize(
    ("rule", "content", "said"),
    [
        ("table", "lon,lat,persons\n42.5,9.2,10\n", "latitude et longitude semblent échangées"),
        ("table", "lon,lat,persons\n1220000,6150000,10\n", "ce ne sont pas des degrés"),
        ("table", "x_m,y_m,persons\n9.2,42.5,10\n", "des degrés déclarés comme des mètres"),
        ("table", "x_m,y_m,persons\n4230000,2130000,10\n", "pas le domaine de cette projection"),
        ("table", "x_m,y_m,persons\n600000,6800000,10\n", "aucun des habitants du fichier n'est dans le territoire"),
        (
            "filosofi",
            SQUARES.replace("3035", "2975").replace("2130000E4230000", "7640000E340000"),
            "aucun des habitants",
        ),
        ("communes", "commune;persons\n1004;10\n1005.0;10\n2b033;10\n", "1004 : 01004, 1005.0 : 01005, 2b033 : 2B033"),
        ("communes", "commune;persons\n01004;10\n", "aucun des habitants"),
    ],
)
def test_people_elsewhere_or_with_spoilt_codes_are_refused(tmp_path, rule, content, said):
    written(tmp_path, content)
    asked = scenario(tmp_path, f"population: {{rule: {rule}, file: f.csv}}")
    assert said in refused_scenario(asked)


def refused_scenario(asked):
    with pytest.raises(DataError) as raised:
        siting.assemble(asked)
    return " | ".join(map(str, raised.value.faults))


def test_a_file_without_a_row_is_an_empty_territory_not_a_fault(tmp_path):
    written(tmp_path, "x_m;y_m;persons\n")
    territory = siting.assemble(scenario(tmp_path, "population: {rule: table, file: f.csv}"))
    assert len(territory.demand) == 0 and not np.any(territory.demand.persons)


def test_spoilt_codes_of_doctors_and_known_times_are_told_with_what_was_meant(tmp_path):
    written(tmp_path, "commune;profession\n1004;gp\n2b033;gp\n2B999;gp\n")
    said = refused_scenario(scenario(tmp_path, "supply: {file: f.csv}"))
    assert "en texte : 01004" in said and "en texte : 2B033" in said and "un code INSEE à 5 caractères" in said
    times = written(tmp_path, "from_commune;to_commune;minutes\n1004;2b033;60,5\n", "t.csv")
    assert "en texte : 01004" in refused(read_known_times, times)
    swapped = written(tmp_path, "from_lon;from_lat;to_lon;to_lat;minutes\n42,1;9,1;42,2;9,2;10\n", "t.csv")
    assert "échangées" in refused(read_known_times, swapped)
    assert "01004" in set(read_communes().code)
