"""Where siting keeps, for one user, what it can make or fetch again."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs


def cache_folder() -> Path:
    """The folder that the environment variable ``SITING_CACHE`` names, else ``siting`` among the caches of the user."""
    named = os.environ.get("SITING_CACHE")
    return Path(named) if named else platformdirs.user_cache_path("siting")
