"""Public data that a planner may fetch: what there is, under what licence, and a checked way to this disk.

Three ideas carry this room:

- The list is one file, `sources.toml`; a planner's own file adds to it, replaces entries, or points to a mirror.
- Nothing counts as fetched before its hash is checked; what was there before stays until then.
- An archive is believed in nothing: names, number and size of its members are checked, before and while unpacking.
"""

from siting.catalogue.fetching import fetch, fetched_path, path_in_scenario
from siting.catalogue.sources import Catalogue, Source, read_catalogue

__all__ = ["Catalogue", "Source", "fetch", "fetched_path", "path_in_scenario", "read_catalogue"]
