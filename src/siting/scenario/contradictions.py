"""Fields that are right alone and wrong together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from siting.scenario.choice_contradictions import choice_contradictions
from siting.scenario.contradiction import Contradiction
from siting.scenario.phases import phase_contradictions
from siting.scenario.projections import METROPOLITAN_CRS, overseas_crs
from siting.scenario.rule_contradictions import rule_contradictions
from siting.scenario.travel_settings import HIGHEST_LIMIT_KMH, NETWORK_DEPARTEMENTS, VECTOR_ROAD_SUFFIXES

_LISTS = (
    "study_area.departements", "study_area.communes", "goal.forced_open", "goal.forbidden", "goal.goals",
    "existing.kept_may", "existing.never_close", "candidates.kinds",
)  # fmt: skip
GUYANE = "973"
"""Most of it has no road at all, and the screening model supposes roads wherever there is land."""
STUDY_AREAS = ("departements", "communes", "country")


def contradictions(valid: Mapping[str, Any]) -> Iterator[Contradiction]:
    """Every contradiction among the fields that are right, given as ``{"goal.standard_min": 30, …}``.

    A rule that needs a field which is missing here says nothing.
    """
    for path in _LISTS:
        yield from _repeated(path, valid.get(path) or ())
    yield from _one_study_area(valid)
    yield from _several_projections(valid)
    yield from _projection_elsewhere(valid)
    yield from _no_grid_overseas(valid)
    yield from _screening_without_roads(valid)
    yield from _forced_and_forbidden(valid)
    yield from _too_many_forced(valid)
    yield from rule_contradictions(valid)
    yield from choice_contradictions(valid)
    yield from phase_contradictions(valid)
    yield from _beyond_cutoff(valid)
    yield from _narrow_halo(valid)
    yield from _one_road_network(valid)
    yield from _network_elsewhere(valid)
    yield from _densities(valid)
    yield from _layers_without_speeds(valid)
    yield from _milestones(valid)
    yield from _apl_steps(valid)
    yield from _faster_off_road(valid)
    yield from _cost_shares(valid)


def _repeated(path: str, items: tuple[str, ...]) -> Iterator[Contradiction]:
    first: dict[str, int] = {}
    for row, item in enumerate(items):
        if item in first:
            yield Contradiction("repeated", f"{path}[{row}]", f"{path}[{first[item]}]", {"value": item})
        first.setdefault(item, row)


def _one_study_area(valid: Mapping[str, Any]) -> Iterator[Contradiction]:
    paths = [f"study_area.{name}" for name in STUDY_AREAS]
    given = [path for path in paths if valid.get(path) is not None]
    if not given and all(path in valid for path in paths):
        yield Contradiction("no_study_area", "study_area")
    for extra in given[1:]:
        yield Contradiction("two_study_areas", extra, given[0])


def _study_codes(valid: Mapping[str, Any]) -> dict[str, str]:
    """Field path -> code of the départements or communes of the study area."""
    return {
        f"study_area.{name}[{row}]": code
        for name in ("departements", "communes")
        for row, code in enumerate(valid.get(f"study_area.{name}") or ())
    }


def _several_projections(valid: Mapping[str, Any]) -> Iterator[Contradiction]:
    first: tuple[str, str] | None = None
    for path, code in _study_codes(valid).items():
        first = first or (path, code)
        if overseas_crs(code) != overseas_crs(first[1]):
            yield Contradiction("several_projections", path, first[0], {"value": code, "other": first[1]})


def _projection_elsewhere(valid: Mapping[str, Any]) -> Iterator[Contradiction]:
    crs = valid.get("grid.crs")
    for path, code in list(_study_codes(valid).items())[:1]:
        own = overseas_crs(code)
        known = (own,) if own else METROPOLITAN_CRS
        if crs is not None and crs not in known:
            values = {"value": crs, "place": code, "known": ", ".join(known)}
            yield Contradiction("projection_elsewhere", "grid.crs", path, values)
    if valid.get("study_area.country") is not None and crs is not None and crs not in METROPOLITAN_CRS:
        values = {"value": crs, "place": valid["study_area.country"], "known": ", ".join(METROPOLITAN_CRS)}
        yield Contradiction("projection_elsewhere", "grid.crs", "study_area.country", values)


def _no_grid_overseas(valid: Mapping[str, Any]) -> Iterator[Contradiction]:
    rule = valid.get("population.rule")
    for path, code in list(_study_codes(valid).items())[:1]:
        if overseas_crs(code) and rule == "census":
            yield Contradiction("no_grid_overseas", path, values={"value": code})
        if not overseas_crs(code) and rule == "municipal":
            yield Contradiction("municipal_elsewhere", "population.rule", path, {"value": code})
    if valid.get("study_area.country") is not None and rule == "municipal":
        values = {"value": valid["study_area.country"]}
        yield Contradiction("municipal_elsewhere", "population.rule", "study_area.country", values)


def _screening_without_roads(valid: Mapping[str, Any]) -> Iterator[Contradiction]:
    for path, code in _study_codes(valid).items():
        if code.startswith(GUYANE) and valid.get("travel.surface") == "friction":
            yield Contradiction("screening_without_roads", "travel.surface", path, {"value": code})
            return


def _forced_and_forbidden(valid: Mapping[str, Any]) -> Iterator[Contradiction]:
    forced = valid.get("goal.forced_open") or ()
    rows = {site: row for row, site in reversed(list(enumerate(forced)))}
    for row, site in enumerate(valid.get("goal.forbidden") or ()):
        if site in rows:
            yield Contradiction(
                "forced_and_forbidden", f"goal.forbidden[{row}]", f"goal.forced_open[{rows[site]}]", {"value": site}
            )


def _too_many_forced(valid: Mapping[str, Any]) -> Iterator[Contradiction]:
    n_forced = len(set(valid.get("goal.forced_open") or ()))
    for path in ("goal.new_houses", "goal.max_new_houses"):
        limit = valid.get(path)
        if limit is not None and n_forced > limit:
            yield Contradiction("too_many_forced", path, "goal.forced_open", {"value": limit, "n_forced": n_forced})


def _beyond_cutoff(valid: Mapping[str, Any]) -> Iterator[Contradiction]:
    standard_min, cutoff_min = valid.get("goal.standard_min"), valid.get("travel.cutoff_min")
    if standard_min is not None and cutoff_min is not None and standard_min > cutoff_min:
        values = {"value": standard_min, "cutoff_min": cutoff_min}
        yield Contradiction("standard_beyond_cutoff", "goal.standard_min", "travel.cutoff_min", values)


def _narrow_halo(valid: Mapping[str, Any]) -> Iterator[Contradiction]:
    halo_km, cutoff_min, fastest_kmh = (
        valid.get("grid.halo_km"),
        valid.get("travel.cutoff_min"),
        _fastest_kmh(valid),
    )
    if halo_km is None or cutoff_min is None or fastest_kmh is None:
        return
    needed_km = cutoff_min / 60 * fastest_kmh
    if halo_km < needed_km:
        values = {"value": halo_km, "needed_km": needed_km, "cutoff_min": cutoff_min, "fastest_kmh": fastest_kmh}
        yield Contradiction("narrow_halo", "grid.halo_km", "travel.cutoff_min", values)


def _fastest_kmh(valid: Mapping[str, Any]) -> float | None:
    speeds_kmh = valid.get("travel.speeds_kmh")
    if isinstance(speeds_kmh, tuple):
        return float(max(speeds_kmh))
    factor, off_road_kmh = valid.get("travel.speed_factor"), valid.get("travel.off_road_kmh")
    if speeds_kmh is None or factor is None or off_road_kmh is None:
        return None
    limits_kmh = [HIGHEST_LIMIT_KMH] if valid.get("travel.use_maxspeed") else []
    return float(max(max([*speeds_kmh.values(), *limits_kmh]) * factor, off_road_kmh))


def _one_road_network(valid: Mapping[str, Any]) -> Iterator[Contradiction]:
    if valid.get("travel.surface") != "roads" or not {"travel.network", "travel.file"} <= set(valid):
        return
    given = [path for path in ("travel.network", "travel.file") if valid[path] is not None]
    if not given:
        yield Contradiction("no_roads", "travel")
    if len(given) == 2:
        yield Contradiction("two_roads", "travel.file", "travel.network")
    file, mapping = valid["travel.file"], valid.get("travel.mapping")
    is_vector = file is not None and file.suffix.lower() in VECTOR_ROAD_SUFFIXES
    if is_vector and "travel.mapping" in valid and mapping is None:
        yield Contradiction("roads_without_mapping", "travel.file", values={"value": file.name})
    if mapping is not None and not is_vector:
        yield Contradiction("mapping_without_roads", "travel.mapping")


def _network_elsewhere(valid: Mapping[str, Any]) -> Iterator[Contradiction]:
    network = valid.get("travel.network")
    if network is None:
        return
    covered = NETWORK_DEPARTEMENTS[network]
    for name, width in (("departements", 3), ("communes", 2)):
        outside = [code for code in valid.get(f"study_area.{name}") or () if code[:width] not in covered]
        if outside:
            values = {"value": network, "place": outside[0]}
            yield Contradiction("network_elsewhere", "travel.network", f"study_area.{name}", values)
    if valid.get("study_area.country") is not None:
        values = {"value": network, "place": valid["study_area.country"]}
        yield Contradiction("network_elsewhere", "travel.network", "study_area.country", values)


def _layers_without_speeds(valid: Mapping[str, Any]) -> Iterator[Contradiction]:
    for layer, speeds in (("land_cover", "land_cover_kmh"), ("roads", "road_kmh")):
        paths = f"travel.{layer}", f"travel.{speeds}"
        if not set(paths) <= set(valid):
            continue
        if (valid[paths[0]] is None) != (not valid[paths[1]]):
            given, lacking = (paths[1], layer) if valid[paths[0]] is None else (paths[0], speeds)
            yield Contradiction("layer_without_speeds", given, values={"value": lacking})


def _densities(valid: Mapping[str, Any]) -> Iterator[Contradiction]:
    densities, speeds_kmh = valid.get("travel.density_persons_per_km2"), valid.get("travel.speeds_kmh")
    if densities is None:
        return
    path = "travel.density_persons_per_km2"
    if densities[0] != 0 or any(low >= high for low, high in pairwise(densities)):
        yield Contradiction("densities_not_ascending", path)
    if speeds_kmh is not None and len(speeds_kmh) != len(densities):
        values = {"n_densities": len(densities), "n_speeds": len(speeds_kmh)}
        yield Contradiction("densities_without_speeds", "travel.speeds_kmh", path, values)


def _milestones(valid: Mapping[str, Any]) -> Iterator[Contradiction]:
    quarters, houses = valid.get("simulation.milestone_quarters"), valid.get("simulation.milestone_houses")
    if quarters is not None and list(quarters) != sorted(set(quarters)):
        yield Contradiction("milestones_not_ascending", "simulation.milestone_quarters")
    if houses is not None and list(houses) != sorted(houses):
        yield Contradiction("milestones_not_ascending", "simulation.milestone_houses")
    if quarters is not None and houses is not None and len(quarters) != len(houses):
        values = {"n_quarters": len(quarters), "n_houses": len(houses)}
        yield Contradiction(
            "milestones_without_houses", "simulation.milestone_houses", "simulation.milestone_quarters", values
        )


def _faster_off_road(valid: Mapping[str, Any]) -> Iterator[Contradiction]:
    for mode in ("walking", "no_car"):
        speed_kmh, off_road_kmh = valid.get(f"{mode}.speed_kmh"), valid.get(f"{mode}.off_road_kmh")
        if speed_kmh is not None and off_road_kmh is not None and off_road_kmh > speed_kmh:
            values = {"value": off_road_kmh, "speed_kmh": speed_kmh}
            yield Contradiction("faster_off_road", f"{mode}.off_road_kmh", f"{mode}.speed_kmh", values)


def _apl_steps(valid: Mapping[str, Any]) -> Iterator[Contradiction]:
    limits, weights = valid.get("simulation.apl_limits_min"), valid.get("simulation.apl_weights")
    if limits is not None and any(low >= high for low, high in pairwise(limits)):
        yield Contradiction("apl_steps", "simulation.apl_limits_min")
    if weights is not None and any(low < high for low, high in pairwise(weights)):
        yield Contradiction("apl_steps", "simulation.apl_weights")
    if limits is not None and weights is not None and len(limits) != len(weights):
        yield Contradiction("apl_steps", "simulation.apl_weights", "simulation.apl_limits_min")


def _cost_shares(valid: Mapping[str, Any]) -> Iterator[Contradiction]:
    for instrument, shares in (valid.get("simulation.cost_shares") or {}).items():
        total = sum(shares.values())
        if abs(total - 1) > 1e-9:
            yield Contradiction(
                "shares_not_one", f"simulation.cost_shares.{instrument}", values={"total": round(total, 6)}
            )
