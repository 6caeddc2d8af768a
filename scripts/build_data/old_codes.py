"""Codes of communes that are no longer, or that are parts of one, and the commune of today that each is in."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from scripts.build_data.raw import RawFiles, read_etalab

KINDS = {
    "arrondissement-municipal": "arrondissement",
    "commune-deleguee": "delegated",
    "commune-associee": "associated",
}


def old_codes_table(raw: RawFiles) -> pd.DataFrame:
    """``old_code, code, kind`` (arrondissement, delegated, associated, merged), by old code, then code.

    A code that is one of today's communes too is left out. One with two rows went to two communes.
    """
    rows = read_etalab(raw, "communes")
    current = {row["code"] for row in rows if row["type"] == "commune-actuelle"}
    found: dict[tuple[str, str], str] = {}
    for row in rows:
        parent = row.get("chefLieu") or row.get("commune")
        if row["type"] in KINDS and parent:
            found[row["code"], parent] = KINDS[row["type"]]
    for row in rows:
        for former in row.get("anciensCodes", ()) if row["type"] == "commune-actuelle" else ():
            found.setdefault((former, row["code"]), "merged")
    kept = sorted((old, code, kind) for (old, code), kind in found.items() if old not in current)
    return pd.DataFrame(kept, columns=["old_code", "code", "kind"])


def write_old_codes(raw: RawFiles, path: Path) -> None:
    """Write the table as CSV."""
    old_codes_table(raw).to_csv(path, index=False, lineterminator="\n")
