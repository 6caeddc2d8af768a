"""manifest.json: every file of a run with its hash, and what it was made with."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
import resource
import sys
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

MANIFEST = "manifest.json"
"""Name of the file that is written last and says that a run folder is whole."""

MADE_BY = "siting"
PACKAGES = (
    "siting", "numpy", "numba", "scipy", "pandas", "geopandas", "osmium", "pyogrio", "pyproj", "shapely", "rasterio",
    "pulp", "highspy", "matplotlib", "jinja2", "pillow", "xstatic-leaflet", "xlsxwriter",
)  # fmt: skip


def describe_file(path: Path) -> dict[str, Any]:
    """``{"sha256": hex digest, "bytes": size}`` of a file."""
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return {"sha256": digest, "bytes": path.stat().st_size}


def peak_memory_mb() -> float:
    """The most memory that this process held at once, in MB of 1,000,000 bytes.

    Linux's own high-water mark where there is one: ``ru_maxrss`` starts from the parent's.
    """
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
        peak_bytes = int(re.search(r"VmHWM:\s+(\d+) kB", status).group(1)) * 1024  # type: ignore[union-attr]
    except (OSError, AttributeError):
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        peak_bytes = peak if sys.platform == "darwin" else peak * 1024
    return round(peak_bytes / 1e6, 1)


def machine() -> dict[str, Any]:
    """What the run ran on; no host or user name, since folders are passed on."""
    return {
        "system": platform.platform(),
        "architecture": platform.machine(),
        "processors": os.cpu_count(),
        "byte_order": sys.byteorder,
    }


def versions() -> dict[str, str]:
    """Versions of Python and of every package that a figure may depend on."""
    return {"python": platform.python_version()} | {name: version(name) for name in PACKAGES}


def write_manifest(folder: Path, about: Mapping[str, Any]) -> None:
    """Write ``manifest.json`` over the files that ``folder`` holds.

    Parameters
    ----------
    about : mapping
        What the caller knows: ``inputs`` (name -> `describe_file`), ``seconds`` (stage -> s), ``threads``…
        Its keys stand beside ``made_by, files, versions, machine, peak_memory_mb``, which it cannot replace.
    """
    files = {path.name: describe_file(path) for path in sorted(folder.iterdir())}
    known = {
        "made_by": MADE_BY,
        "files": files,
        "versions": versions(),
        "machine": machine(),
        "peak_memory_mb": peak_memory_mb(),
    }
    text = json.dumps({**about, **known}, ensure_ascii=False, indent=2, sort_keys=True, allow_nan=False)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8", newline="\n")


def files_named_by(folder: Path) -> frozenset[str]:
    """Names that the manifest of ``folder`` calls ours, its own included; empty where there is none of ours."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if manifest["made_by"] != MADE_BY:
            return frozenset()
        return frozenset(manifest["files"]) | {MANIFEST}
    except (FileNotFoundError, NotADirectoryError, ValueError, KeyError, TypeError):
        return frozenset()
