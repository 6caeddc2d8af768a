"""A tiny world for the report, its figures known on paper.

Six people-bearing cells in a row, west to east, on the south coast of Corsica; the standard is 30 minutes.

====  =======  ==========  ============================================  =======  =======
cell  persons  commune     seconds to each site                          before   after
====  =======  ==========  ============================================  =======  =======
0     100      2A004       gp:2A004 300, hall:2A004 600                  300      300
1     40       2A004       gp:2A004 1800 (the standard), hall:2A247 1200  1800     1200
2     7        2A247       gp:2A004 1801, hall:2A247 900                 1801     900
3     3        2A247       hall:2A247 1500, hall:2B033 1800              4000     1500
4     12       2B033       none: an island                               inf      inf
5     1        2B033       gp:2A004 beyond the cutoff                    5000     5000
====  =======  ==========  ============================================  =======  =======

``gp:2A004`` is open today and ``hall:2A247`` is what the plan opens.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from siting.access import REASONS, mean_min, percentile_min, persons_by_reason
from siting.allocation.plan import Certificate, Plan
from siting.grid import Grid
from siting.report.findings import Findings
from siting.scenario import Scenario
from siting.territory.values import Communes, Demand, Sites, Territory
from siting.travel.travel_times import NearestTimes, TravelTimes

GRID = Grid(crs="EPSG:3035", x_min_m=4_220_000, y_max_m=2_060_000, cell_size_m=1000, n_rows=5, n_columns=8)
PERSONS = np.array([100.0, 40.0, 7.0, 3.0, 12.0, 1.0])
BEFORE_S = np.array([300, 1800, 1801, 4000, np.inf, 5000], dtype=np.float32)
AFTER_S = np.array([300, 1200, 900, 1500, np.inf, 5000], dtype=np.float32)
FRICTION = {"surface": "friction"}
ROADS = {"surface": "roads", "network": "corsica"}


def scenario(**changes: Any) -> Scenario:
    """The tiny world's scenario, with whole sections or fields replaced."""
    base = {
        "scenario": "monde",
        "title": "Un petit monde",
        "study_area": {"departements": ("2A", "2B")},
        "candidates": {"rule": "town_halls", "min_persons": 1},
        "existing": {"rule": "gp_practices", "min_gp_practices": 2},
        "travel": ROADS,
        "goal": {"model": "lscp"},
    }
    return Scenario(**(base | changes))


def communes(names: tuple[str, ...] = ("Ajaccio", "Porto-Vecchio", "Bastia")) -> Communes:
    return Communes(
        code=np.array(["2A004", "2A247", "2B033"]),
        name=np.array(names),
        departement=np.array(["2A", "2A", "2B"]),
        epci=np.array(["242010056", "", "242000354"]),
        epci_name=np.array(["CA du Pays Ajaccien", "", "CA de Bastia"]),
        persons=np.array([70659, 11798, 48503]),
        x_m=np.array([4_220_500.0, 4_222_500.0, 4_225_500.0]),
        y_m=np.array([2_057_500.0, 2_057_500.0, 2_057_500.0]),
        gp_practices=np.array([10, 1, 0]),
        nurse_practices=np.array([5, 1, 0]),
        in_study_area=np.ones(3, dtype=np.bool_),
    )


def territory(of: Communes, *, sources: tuple[str, ...], notes: tuple[str, ...]) -> Territory:
    row = np.array([0, 0, 1, 2])
    sites = Sites(
        id=np.array(["gp:2A004", "hall:2A004", "hall:2A247", "hall:2B033"]),
        name=of.name[row],
        kind=np.array(["practice", "create", "create", "create"]),
        commune=row.astype(np.int32),
        x_m=of.x_m[row],
        y_m=of.y_m[row],
        is_existing=np.array([True, False, False, False]),
        in_study_area=np.ones(4, dtype=np.bool_),
    )
    cell = 2 * GRID.n_columns + np.arange(6)
    demand = Demand(
        cell=cell,
        persons=PERSONS,
        persons_by_age=np.zeros((6, 3)),
        commune=np.array([0, 0, 1, 1, 2, 2], dtype=np.int32),
        land_mass=np.ones(6, dtype=np.int32),
    )
    is_land = np.zeros(GRID.shape, dtype=np.bool_)
    is_land[1:4, :7] = True
    persons = np.zeros(GRID.n_cells, dtype=np.float32)
    persons[cell] = PERSONS
    commune_of_cell = np.where(is_land, 0, -1).astype(np.int32)
    return Territory(
        grid=GRID,
        communes=of,
        demand=demand,
        sites=sites,
        persons=persons.reshape(GRID.shape),
        is_land=is_land,
        commune_of_cell=commune_of_cell,
        in_study_area=is_land,
        roads=None,
        sources=sources,
        notes=notes,
    )


def times() -> TravelTimes:
    return TravelTimes(
        site_start=np.array([0, 3, 4, 7, 8]),
        cell=np.array([0, 1, 2, 0, 1, 2, 3, 3], dtype=np.int32),
        time_s=np.array([300, 1800, 1801, 600, 1200, 900, 1500, 1800], dtype=np.uint16),
        n_cells=6,
        cutoff_s=2400,
    )


def nearest(time_s: np.ndarray) -> NearestTimes:
    return NearestTimes(time_s, np.where(np.isfinite(time_s), 0, -1).astype(np.int32))


def everywhere(time_s: np.ndarray) -> NearestTimes:
    """The times of the inhabited row, as the times of the rows beside it."""
    grid = np.full(GRID.shape, np.inf, dtype=np.float32)
    grid[1:4, :6] = time_s
    return nearest(grid)


def certificate(**changes: Any) -> Certificate:
    base = {
        "model": "lscp",
        "sense": "min",
        "status": "optimal",
        "objective": 1.0,
        "bound": 1.0,
        "gap": 0.0,
        "bound_by": "solver",
        "solver": "HiGHS",
        "n_rows": 2,
        "n_columns": 3,
        "n_nonzeros": 4,
    }
    return Certificate(**(base | changes))


def findings(
    *,
    certified: Certificate | None = None,
    opened: tuple[int, ...] = (2,),
    names: tuple[str, ...] = ("Ajaccio", "Porto-Vecchio", "Bastia"),
    sources: tuple[str, ...] = ("© Recensement, 2021",),
    notes: tuple[str, ...] = ("Une note du territoire.",),
    **scenario_changes: Any,
) -> Findings:
    """What a run would have found in the tiny world; without an opened site, after is before."""
    certified = certified or certificate()
    after_s = AFTER_S if opened else BEFORE_S
    reason = np.array([0, 0, 0, 0, REASONS.index("island"), REASONS.index("beyond_every_site")], dtype=np.uint8)
    return Findings(
        scenario=scenario(**scenario_changes),
        territory=territory(communes(names), sources=sources, notes=notes),
        times=times(),
        plan=Plan(np.array(opened, dtype=np.int32), after_s <= 1800, certified),
        before=nearest(BEFORE_S),
        after=nearest(after_s),
        before_everywhere=everywhere(BEFORE_S),
        after_everywhere=everywhere(after_s),
        reason=reason,
        summary=_summary(certified, after_s, reason, opened),
    )


def _summary(
    certified: Certificate, after_s: np.ndarray, reason: np.ndarray, opened: tuple[int, ...]
) -> dict[str, Any]:
    def covered(time_s: np.ndarray) -> dict[str, float]:
        persons = float(PERSONS[time_s <= 1800].sum())
        return {"persons": persons, "share": persons / 163}

    return {
        "scenario": "monde",
        "model": certified.model,
        "search": certified.model,
        "persons_total": 163.0,
        "persons_coverable": 150.0,
        "persons_uncoverable": {"total": 13.0, "by_reason": persons_by_reason(reason, PERSONS)},
        "covered_before": covered(BEFORE_S),
        "covered_after": covered(after_s),
        "mean_minutes_before": mean_min(BEFORE_S, PERSONS),
        "mean_minutes_after": mean_min(after_s, PERSONS),
        "p99_minutes_after": percentile_min(after_s, PERSONS, share=0.99),
        "sites": {"existing": 1, "existing_outside": 0, "candidates": 3, "opened": len(opened)},
        "status": certified.status,
        "objective": certified.objective,
        "bound": certified.bound,
        "stages": [],
        "objective_minutes": None,
        "bound_minutes": None,
        "rules": [],
        "interrupted": False,
        "gap": certified.gap,
        "seconds": {"territory": 1.5, "plan": 0.5},
        "peak_memory_mb": 256,
    }
