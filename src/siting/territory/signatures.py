"""What a file is by its first bytes, before GDAL is let at it: GDAL opens by content, virtual formats too."""

from __future__ import annotations

from pathlib import Path

from siting.errors import DataError, Fault

ARCHIVE = b"PK\x03\x04"
"""Of workbooks too: what a spreadsheet saves under the name of a CSV file."""
_SIGNATURES = {".gpkg": b"SQLite format 3\x00", ".xlsx": b"PK\x03\x04", ".geojson": b"{", ".parquet": b"PAR1"}
_NAMES = {".gpkg": "GPKG", ".xlsx": "XLSX", ".geojson": "GeoJSON", ".parquet": "Parquet"}


def check_signature(path: Path, field: str = "") -> None:
    """Refuse a file that is not what its suffix says; of one without a signature, a workbook named ``.csv`` alone.

    Raises
    ------
    DataError
        A virtual file (VRT) under another name, for instance, which could name files elsewhere.
    """
    suffix = path.suffix.lower()
    wanted = _SIGNATURES.get(suffix)
    with path.open("rb") as stream:
        head = stream.read(64).removeprefix(b"\xef\xbb\xbf")
    if wanted is None:
        if suffix == ".csv" and head.startswith(ARCHIVE):
            problem, remedy = "ce n'est pas du texte mais un classeur ou une archive", "enregistrer en CSV UTF-8"
            raise DataError(Fault(str(path), 0, 0, field, problem, remedy))
        return
    if not (head.lstrip() if suffix == ".geojson" else head).startswith(wanted):
        problem = f"illisible comme {_NAMES[suffix]} : son contenu est autre"
        raise DataError(Fault(str(path), 0, 0, field, problem, "exporter le fichier à nouveau, ou corriger son nom"))


def not_utf8(path: Path) -> DataError:
    """What to say of a text file that is not in UTF-8: its first such line, the encoding that it seems to be in."""
    content = path.read_bytes()
    remedy = "enregistrer sous « CSV UTF-8 » dans Excel, avec le jeu de caractères « Unicode (UTF-8) » dans LibreOffice"
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return DataError(Fault(str(path), 1, 1, "", "n'est pas en UTF-8 mais en UTF-16", remedy))
    for number, line in enumerate(content.splitlines(), start=1):
        try:
            line.decode("utf-8")
        except UnicodeDecodeError as error:
            text = line[max(error.start - 10, 0) : error.start + 15].decode("cp1252", "replace").strip()
            problem = f"n'est pas en UTF-8 mais, semble-t-il, en Windows-1252 (« {text} »)"
            return DataError(Fault(str(path), number, len(line[: error.start].decode()) + 1, "", problem, remedy))
    return DataError(Fault(str(path), 0, 0, "", "n'est pas en UTF-8", remedy))
