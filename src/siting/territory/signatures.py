"""What a file is by its first bytes, before GDAL is let at it: GDAL opens by content, virtual formats too."""

from __future__ import annotations

from pathlib import Path

from siting.errors import DataError, Fault

_SIGNATURES = {".gpkg": b"SQLite format 3\x00", ".xlsx": b"PK\x03\x04", ".geojson": b"{", ".parquet": b"PAR1"}
_NAMES = {".gpkg": "GPKG", ".xlsx": "XLSX", ".geojson": "GeoJSON", ".parquet": "Parquet"}


def check_signature(path: Path, field: str = "") -> None:
    """Refuse a file that is not what its suffix says; a suffix that has no signature is not looked at.

    Raises
    ------
    DataError
        A virtual file (VRT) under another name, for instance, which could name files elsewhere.
    """
    suffix = path.suffix.lower()
    wanted = _SIGNATURES.get(suffix)
    if wanted is None:
        return
    with path.open("rb") as stream:
        head = stream.read(64).removeprefix(b"\xef\xbb\xbf")
    if not (head.lstrip() if suffix == ".geojson" else head).startswith(wanted):
        problem = f"illisible comme {_NAMES[suffix]} : son contenu est autre"
        raise DataError(Fault(str(path), 0, 0, field, problem, "exporter le fichier à nouveau, ou corriger son nom"))
