"""What the tags of an OpenStreetMap way say to a driver: class, direction, limit, access, surface.

Follows the meaning that the OpenStreetMap wiki gives each key (Key:highway, Key:oneway, Key:maxspeed, Key:access,
Key:duration). What a tag does not say is not guessed.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

FERRY = "ferry"
"""The class of a ferry; the others are ``highway`` values."""

DRIVEN_CLASSES = (
    "motorway", "motorway_link", "trunk", "trunk_link", "primary", "primary_link", "secondary", "secondary_link",
    "tertiary", "tertiary_link", "unclassified", "residential", "living_street", "service", "track", FERRY,
)  # fmt: skip

CLOSED = frozenset(
    ("no", "private", "agricultural", "forestry", "agricultural;forestry", "emergency", "military", "permit")
)
"""Values of access that keep a visitor's car out. ``destination``, ``customers`` or ``delivery`` let one in."""

ACCESS_KEYS = ("motorcar", "motor_vehicle", "vehicle", "access")
"""The most particular first: it overrides the others."""

ONE_WAY_CLASSES = frozenset({"motorway"})
ONE_WAY_JUNCTIONS = frozenset({"roundabout", "circular"})
FORWARD, BACKWARD, BOTH, NEITHER = (True, False), (False, True), (True, True), (False, False)
DIRECTIONS = {
    "yes": FORWARD, "true": FORWARD, "1": FORWARD,
    "-1": BACKWARD, "reverse": BACKWARD,
    "no": BOTH, "false": BOTH, "0": BOTH, "alternating": BOTH,
    "reversible": NEITHER,
}  # fmt: skip
"""(forward, backward) by value of ``oneway``. A reversible road is open one way or the other according to the hour:
nobody can count on it, so neither way is taken; an alternating one (a light at each end) is open both ways."""

UNPAVED = frozenset(
    (
        "unpaved", "compacted", "fine_gravel", "gravel", "pebblestone", "stone", "rock", "ground", "dirt", "earth",
        "grass", "mud", "sand", "woodchips",
    )
)  # fmt: skip

MILE_KM = 1.609344
FASTEST_LIMIT_KMH = 150.0
"""Above it a limit or the speed of a ferry is a slip of the pen."""
ZONE_LIMITS_KMH = {
    "FR:urban": 50.0, "FR:rural": 80.0, "FR:trunk": 110.0, "FR:motorway": 130.0,
    "FR:zone30": 30.0, "FR:30": 30.0, "FR:zone20": 20.0, "FR:20": 20.0, "FR:living_street": 20.0, "FR:walk": 20.0,
    "none": 130.0, "walk": 6.0,
}  # fmt: skip
"""Implicit limits: those of French law for the codes that OpenStreetMap uses in France."""
IMPLICIT_LIMIT_KEYS = ("maxspeed:type", "source:maxspeed", "zone:maxspeed")

_LIMIT = re.compile(r"(\d+(?:\.\d+)?)\s*(mph|km/h|kmh|kph)?")
_CLOCK = re.compile(r"(?:(\d{1,3}):)?(\d{1,3})(?::(\d{2}))?")
_ISO = re.compile(r"P(?:(\d+)D)?T?(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?")


@dataclass(frozen=True)
class WayTags:
    """What a way says.

    Attributes
    ----------
    road_class : str
        One of `DRIVEN_CLASSES`.
    is_open : (bool, bool)
        To cars, along the way and against it.
    maxspeed_kmh : (float, float)
        Along and against; NaN where not said.
    duration_min : float
        Of a ferry; NaN where not said.
    is_unpaved, is_off_ground : bool
        Off the ground: on a bridge, in a tunnel, or on another layer.
    """

    road_class: str
    is_open: tuple[bool, bool]
    maxspeed_kmh: tuple[float, float]
    duration_min: float
    is_unpaved: bool
    is_off_ground: bool


def read_tags(tags: Mapping[str, str]) -> WayTags | None:
    """What a way says, or None where no car drives it (a footway, a road being built, a private one)."""
    road_class = _class_of(tags)
    if road_class is None or _is_closed(tags):
        return None
    is_open = _directions(tags, road_class)
    if is_open == NEITHER:
        return None
    return WayTags(
        road_class=road_class,
        is_open=is_open,
        maxspeed_kmh=_limits(tags),
        duration_min=duration_min(tags.get("duration", "")) if road_class == FERRY else math.nan,
        is_unpaved=tags.get("surface") in UNPAVED,
        is_off_ground=any(tags.get(key, "no") not in ("no", "0") for key in ("bridge", "tunnel", "layer")),
    )


def _class_of(tags: Mapping[str, str]) -> str | None:
    highway = tags.get("highway", "")
    if highway == "road":  # a road that nobody has classified yet
        return "unclassified"
    if highway in DRIVEN_CLASSES:
        return highway if tags.get("area") != "yes" else None
    return FERRY if tags.get("route") == "ferry" and not highway else None


def _is_closed(tags: Mapping[str, str]) -> bool:
    value = next((tags[key] for key in ACCESS_KEYS if key in tags), "")
    return value in CLOSED


def _directions(tags: Mapping[str, str], road_class: str) -> tuple[bool, bool]:
    is_implied = road_class in ONE_WAY_CLASSES or tags.get("junction") in ONE_WAY_JUNCTIONS
    return DIRECTIONS.get(tags.get("oneway", ""), FORWARD if is_implied else BOTH)


def _limits(tags: Mapping[str, str]) -> tuple[float, float]:
    both = limit_kmh(tags.get("maxspeed", ""))
    if math.isnan(both):
        given = (limit_kmh(tags.get(key, "")) for key in IMPLICIT_LIMIT_KEYS)
        both = next((limit for limit in given if not math.isnan(limit)), math.nan)
    along, against = (limit_kmh(tags.get(f"maxspeed:{way}", "")) for way in ("forward", "backward"))
    return (both if math.isnan(along) else along), (both if math.isnan(against) else against)


@lru_cache(maxsize=4096)  # files hold few different limits: reading a way takes half as long
def limit_kmh(text: str) -> float:
    """``"50"``, ``"30 mph"`` or ``"FR:urban"`` in km/h; NaN for what is no limit (``"signals"``, ``""``).

    Of several (``"80;50"``) the lowest.
    """
    return min((_one_limit_kmh(part.strip()) for part in text.split(";")), key=lambda kmh: (math.isnan(kmh), kmh))


def _one_limit_kmh(text: str) -> float:
    if text in ZONE_LIMITS_KMH:
        return ZONE_LIMITS_KMH[text]
    found = _LIMIT.fullmatch(text)
    if not found:
        return math.nan
    kmh = float(found[1]) * (MILE_KM if found[2] == "mph" else 1.0)
    return kmh if 0 < kmh <= FASTEST_LIMIT_KMH else math.nan


def duration_min(text: str) -> float:
    """``"20"`` (minutes), ``"1:20"`` (hours, minutes), ``"00:20:30"`` or ``"PT1H20M"`` in minutes; NaN for the rest."""
    clock, iso = _CLOCK.fullmatch(text), _ISO.fullmatch(text)
    if clock:
        first, middle, last = (int(part) if part else 0 for part in clock.groups())
        minutes = first * 60 + middle + last / 60
    elif iso:
        days, hours, whole, seconds = (int(part) if part else 0 for part in iso.groups())
        minutes = days * 1440 + hours * 60 + whole + seconds / 60
    else:
        return math.nan
    return minutes if minutes > 0 else math.nan
