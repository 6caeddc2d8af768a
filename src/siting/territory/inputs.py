"""What a run was made from: the hash of every embedded table."""

from __future__ import annotations

import hashlib
from importlib.resources import files
from typing import Any

from siting.territory.embedded import PROVENANCE

PREFIX = "siting:"
"""Before the name of an embedded table in a manifest; a planner's own files have none."""


def embedded_inputs() -> dict[str, dict[str, Any]]:
    """``{"siting:communes.parquet": {"sha256": …, "bytes": …}, …}`` for the tables that siting carries."""
    names = sorted({name for provenance in PROVENANCE.values() for name in provenance.files})
    data = files("siting") / "data"
    contents = {name: data.joinpath(*name.split("/")).read_bytes() for name in names}
    return {
        PREFIX + name: {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
        for name, content in contents.items()
    }
