"""Zones: the places that a rule or a weight names, as rows of communes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches

import numpy as np
from numpy.typing import NDArray

from siting.errors import Fault
from siting.scenario import Scenario
from siting.scenario.rules import Zoned
from siting.territory import Territory
from siting.territory.embedded import departement_names
from siting.territory.values import Communes

_COLUMNS = {"departements": "departement", "epcis": "epci", "communes": "code"}


@dataclass(frozen=True)
class Zones:
    """Numbered zones of communes.

    Attributes
    ----------
    codes, names : tuple of str
        One per zone; the code is ``""`` for a zone of several.
    of_commune : int32 array, shape (n_communes,)
        Number of the zone, -1 for none.
    """

    codes: tuple[str, ...]
    names: tuple[str, ...]
    of_commune: NDArray[np.int32]

    def of_cells(self, territory: Territory) -> NDArray[np.int32]:
        """Shape (n_demand,): the zone of each demand cell."""
        return self.of_commune[territory.demand.commune]

    def of_sites(self, territory: Territory) -> NDArray[np.int32]:
        """Shape (n_sites,): the zone of each site, -1 abroad."""
        commune = territory.sites.commune
        return np.where(commune >= 0, self.of_commune[commune], -1).astype(np.int32)


def whole_area(territory: Territory) -> Zones:
    """The study area as one zone."""
    return Zones(("",), ("",), np.where(territory.communes.in_study_area, 0, -1).astype(np.int32))


def each_area(territory: Territory, level: str) -> Zones:
    """Each ``"departement"`` or ``"epci"`` of the study area; communes without EPCI are in none."""
    communes = territory.communes
    of_area: NDArray[np.str_] = np.where(communes.in_study_area, getattr(communes, level), "")
    codes = np.unique(of_area[of_area != ""])
    number = np.where(of_area == "", -1, np.searchsorted(codes, of_area)).astype(np.int32)
    names = [_name(communes, level, code) for code in codes]
    return Zones(tuple(codes.tolist()), tuple(names), number)


def named_zone(territory: Territory, zone: Zoned) -> Zones:
    """The communes of the study area that a zone names, as one zone."""
    communes = territory.communes
    if zone.red_zones and communes.is_red_zone is not None:
        is_red = communes.in_study_area & communes.is_red_zone
        said = getattr(zone, "name", None) or "red_zones"
        return Zones(("",), (said,), np.where(is_red, 0, -1).astype(np.int32))
    key, codes = _given(zone)
    is_in = communes.in_study_area & np.isin(getattr(communes, _COLUMNS[key]), codes)
    names = [_name(communes, _COLUMNS[key], code) for code in codes[:3]]
    said = getattr(zone, "name", None) or ", ".join(names) + (", …" if len(codes) > len(names) else "")
    return Zones((codes[0] if len(codes) == 1 else "",), (said,), np.where(is_in, 0, -1).astype(np.int32))


def unknown_codes(scenario: Scenario, territory: Territory, path: str, zone: Zoned) -> Iterator[Fault]:
    """A fault per code of a zone that names nothing of the study area."""
    if getattr(zone, "each", None) is not None or zone.red_zones:
        return
    key, codes = _given(zone)
    communes = territory.communes
    known = np.unique(getattr(communes, _COLUMNS[key])[communes.in_study_area]).tolist()
    for row, code in enumerate(codes):
        if code not in known:
            near = [f"{one} ({_name(communes, _COLUMNS[key], one)})" for one in get_close_matches(code, known, n=1)]
            if scenario.language == "en":
                problem = f"'{code}' is no place of the study area"
                remedy = f"did you mean {near[0]}?" if near else "remove it, or widen study_area"
                remedy += "; a postal code is no INSEE code" if key == "communes" else ""
            else:
                problem = f"« {code} » n'est pas dans le territoire d'étude"
                remedy = f"vouliez-vous dire {near[0]} ?" if near else "retirer ce code ou élargir study_area"
                remedy += " un code postal n'est pas un code INSEE" if key == "communes" else ""
            yield scenario.fault(f"{path}.{key}[{row}]", problem, remedy)


def _given(zone: Zoned) -> tuple[str, tuple[str, ...]]:
    return next((key, getattr(zone, key)) for key in _COLUMNS if getattr(zone, key) is not None)


def _name(communes: Communes, level: str, code: str) -> str:
    """The name of a département, an EPCI or a commune; the code where no name is known."""
    if level == "departement":
        return departement_names().get(code, code)
    row = np.flatnonzero(getattr(communes, level) == code)
    return str((communes.epci_name if level == "epci" else communes.name)[row[0]]) if len(row) else code
