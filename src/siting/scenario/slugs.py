"""What is left of a text for the name of a file or of a scenario, or to compare names whatever their accents."""

from __future__ import annotations

import re
import unicodedata


def slug_of(text: str) -> str:
    """Small letters without accents and digits, with a hyphen where something else stood between; ``""`` of none."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
