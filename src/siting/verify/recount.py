"""Recount: the figures of a run, counted again from its scenario, its open sites and SciPy's travel times."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from siting.scenario import LexicographicGoal, Scenario
from siting.territory import Territory
from siting.verify.consultations import most_given
from siting.verify.decisions import site_cost_eur
from siting.verify.people import weighted_persons
from siting.verify.scipy_times import TicksGraph, ticks_graph

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Recount:
    """The territory assembled again, and the times to the sites that the run says are open.

    Attributes
    ----------
    scenario : Scenario
    territory : Territory
    graph : TicksGraph
    opened_ids : list of str
        Sites that ``sites.csv`` calls opened, in the order of ids.
    closed_ids : list of str
        Existing sites that it calls closed.
    option : dict of str to str
        What it says stands at each site, where sites had a choice; empty elsewhere.
    """

    scenario: Scenario
    territory: Territory
    graph: TicksGraph
    opened_ids: list[str]
    closed_ids: list[str] = field(default_factory=list)
    option: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, scenario: Scenario, territory: Territory, sites: pd.DataFrame) -> Recount:
        """Build the SciPy graph of a scenario; ``sites`` is what ``sites.csv`` holds."""
        opened, closed = (sorted(sites.loc[sites["decision"] == name, "id"]) for name in ("opened", "closed"))
        option = dict(zip(sites["id"], sites["option"], strict=True)) if "option" in sites else {}
        return cls(scenario, territory, ticks_graph(scenario.travel, territory), opened, closed, option)

    @cached_property
    def opened(self) -> NDArray[np.intp]:
        """Rows of the opened sites."""
        return np.flatnonzero(np.isin(self.territory.sites.id, self.opened_ids))

    @cached_property
    def before_everywhere_s(self) -> Floats:
        """Seconds to the nearest existing site, ``grid.shape``; inf off the land and where none is reached."""
        return self.graph.nearest_s(np.flatnonzero(self.territory.sites.is_existing)).reshape(self.territory.grid.shape)

    @cached_property
    def after_everywhere_s(self) -> Floats:
        """Seconds to the nearest existing or opened site, ``grid.shape``."""
        return self.graph.nearest_s(self.open_rows).reshape(self.territory.grid.shape)

    @cached_property
    def before_s(self) -> Floats:
        """The same per demand cell."""
        return self.before_everywhere_s.ravel()[self.territory.demand.cell]

    @cached_property
    def after_s(self) -> Floats:
        """The same per demand cell."""
        return self.after_everywhere_s.ravel()[self.territory.demand.cell]

    @cached_property
    def is_coverable(self) -> NDArray[np.bool_]:
        """Demand cells that some site covers which is not forbidden."""
        return self._is_within(~np.isin(self.territory.sites.id, self.scenario.goal.forbidden))

    @property
    def open_site_ids(self) -> NDArray[np.str_]:
        """Ids of the existing and opened sites, in the order of ids."""
        return self.territory.sites.id[self.open_rows]

    @cached_property
    def trips(self) -> dict[int, tuple[NDArray[np.intp], Floats]]:
        """Per row of the sites that are open today or with the plan: demand cells within the standard, and seconds."""
        standard_s, cells = self.scenario.goal.standard_s, self.territory.demand.cell
        rows = np.flatnonzero(self.territory.sites.is_existing | np.isin(self.territory.sites.id, self.opened_ids))
        return dict(zip(rows.tolist(), self.graph.within_s(rows, cells, standard_s), strict=True))

    @cached_property
    def n_covering(self) -> NDArray[np.int64]:
        """Open sites within the standard of each demand cell."""
        count = np.zeros(len(self.territory.demand), dtype=np.int64)
        for row in self.open_rows.tolist():
            count[self.trips[row][0]] += 1
        return count

    @cached_property
    def persons_of_open_sites(self) -> dict[str, Floats]:
        """Per open site: persons within the standard of it, of these those covered by no existing site, by it alone."""
        persons = self.territory.demand.persons
        is_new, is_single = ~(self.before_s <= self.scenario.goal.standard_s), self.n_covering == 1
        near = [self.trips[row][0] for row in self.open_rows.tolist()]
        return {
            "persons_within_standard": np.array([persons[cells].sum() for cells in near]),
            "persons_newly_covered": np.array([persons[cells[is_new[cells]]].sum() for cells in near]),
            "persons_only_it_covers": np.array([persons[cells[is_single[cells]]].sum() for cells in near]),
        }

    def is_nearest(self, ids: NDArray[np.str_], nearest_s: Floats, open_rows: NDArray[np.intp]) -> NDArray[np.bool_]:
        """Whether the site named for each demand cell is an open one, at its time where that is within the standard."""
        holds = np.where(np.isfinite(nearest_s), np.isin(ids, self.territory.sites.id[open_rows]), ids == "")
        is_near = nearest_s <= self.scenario.goal.standard_s
        holds &= ~is_near
        for row in open_rows.tolist():
            cells, seconds = self.trips[row]
            holds[cells] |= (ids[cells] == self.territory.sites.id[row]) & (seconds == nearest_s[cells])
        return holds

    def persons_added(self, ids: list[str]) -> Floats:
        """People whom each of some sites, in this order, brings within the standard after those before it."""
        kept = np.setdiff1d(self.open_rows, self.opened)
        kept_s = self.graph.nearest_s(kept)[self.territory.demand.cell] if self.closed_ids else self.before_s
        left = np.where(kept_s <= self.scenario.goal.standard_s, 0.0, self.territory.demand.persons)
        place = np.argsort(self.territory.sites.id, kind="stable")
        rows = place[np.searchsorted(self.territory.sites.id, ids, sorter=place)].astype(np.intp)
        added = np.zeros(len(rows))
        for number, row in enumerate(rows.tolist()):
            covered, _ = self.trips[row]
            added[number] = left[covered].sum()
            left[covered] = 0.0
        return added

    @cached_property
    def weighted_persons(self) -> Floats:
        """Per demand cell: its persons, times the weights of the scenario."""
        return weighted_persons(self.scenario, self.territory)

    def objective(self) -> float:
        """Houses opened (lscp), persons within the standard (mclp), person-seconds (p_median), seconds (p_center)."""
        goal = self.scenario.goal
        if isinstance(goal, LexicographicGoal):
            return self.value_of(goal.goals[0])
        if goal.model == "lscp":
            return self.value_of("fewest_houses")
        if goal.model == "mclp":
            return self.value_of("most_covered")
        if goal.model == "p_median":
            return self.value_of("least_time")
        cutoff_s = self.scenario.travel.cutoff_s
        is_allowed = ~np.isin(self.territory.sites.id, goal.forbidden)
        cells = self.territory.demand.cell
        least_s = self.graph.nearest_s(np.flatnonzero(is_allowed))[cells]
        is_reached = (least_s <= cutoff_s) & (self.territory.demand.persons > 0)
        return float(self.after_s[is_reached].max(initial=0.0))

    def value_of(self, goal: str) -> float:
        """One of the goals that a scenario may put in order."""
        if goal == "fewest_houses":
            return float(len(self.opened))
        if goal == "least_cost":
            return self.spent_eur
        if goal == "most_served":
            return most_given(self)
        if goal == "least_time":
            return float((self.weighted_persons * np.minimum(self.after_s, self.scenario.travel.cutoff_s)).sum())
        if goal == "most_covered":
            return float(self.weighted_persons[self.after_s <= self.scenario.goal.standard_s].sum())
        return float(self.weighted_persons[self.n_covering >= 2].sum())

    def cost_eur(self, opened: list[int]) -> float:
        """What some sites cost: by the planner's file where it says so, else by their kind."""
        return sum(site_cost_eur(self.scenario, self.territory, j, str(self.territory.sites.kind[j])) for j in opened)

    def summary(self) -> dict[str, Any]:
        """The figures of ``summary.json`` that can be counted again."""
        persons, sites = self.territory.demand.persons, self.territory.sites
        total, coverable = float(persons.sum()), float(persons[self.is_coverable].sum())
        return {
            "scenario": self.scenario.scenario,
            "model": self.scenario.goal.model,
            "persons_total": total,
            "persons_coverable": coverable,
            "persons_uncoverable": {"total": total - coverable, "by_reason": self._persons_by_reason()},
            "covered_before": self._covered(self.before_s),
            "covered_after": self._covered(self.after_s),
            "mean_minutes_before": _mean_min(self.before_s, persons),
            "mean_minutes_after": _mean_min(self.after_s, persons),
            "p99_minutes_before": _p99_min(self.before_s, persons),
            "p99_minutes_after": _p99_min(self.after_s, persons),
            "persons_reaching_no_site": {
                "before": float(persons[np.isinf(self.before_s)].sum()),
                "after": float(persons[np.isinf(self.after_s)].sum()),
            },
            "persons_served_from_outside": {
                "before": float(persons[self.from_outside["before"]].sum()),
                "after": float(persons[self.from_outside["after"]].sum()),
            },
            **self._intervals(),
            "sites": {
                "existing": int(sites.is_existing.sum()),
                "existing_outside": int((sites.is_existing & ~sites.in_study_area).sum()),
                "candidates": int((~sites.is_existing).sum()),
                "opened": len(self.opened),
            },
        }

    @cached_property
    def from_outside(self) -> dict[str, NDArray[np.bool_]]:
        """Who is nearer to an open site outside the study area than to every one inside, per demand cell."""
        return {
            "before": self._from_outside(np.flatnonzero(self.territory.sites.is_existing), self.before_s),
            "after": self._from_outside(self.open_rows, self.after_s),
        }

    def _from_outside(self, open_rows: NDArray[np.intp], seconds: Floats) -> NDArray[np.bool_]:
        is_inside = self.territory.sites.in_study_area[open_rows]
        if is_inside.all():
            return np.zeros(len(seconds), dtype=np.bool_)
        return np.asarray(seconds < self.graph.nearest_s(open_rows[is_inside])[self.territory.demand.cell])

    def _intervals(self) -> dict[str, Any]:
        demand, standard_s = self.territory.demand, self.scenario.goal.standard_s
        low, high = demand.persons_low, demand.persons_high
        if low is None or high is None:
            return {}
        every = np.ones(len(demand), dtype=np.bool_)
        who = {
            "total": every,
            "covered_before": self.before_s <= standard_s,
            "covered_after": self.after_s <= standard_s,
        }
        return {"persons_interval": {name: [float(low @ kept), float(high @ kept)] for name, kept in who.items()}}

    def commune_table(self) -> pd.DataFrame:
        """The columns of ``communes.csv``, one row per commune of the study area, by code."""
        communes, demand = self.territory.communes, self.territory.demand
        standard_s = self.scenario.goal.standard_s
        cells = pd.DataFrame(
            {
                "code": communes.code[demand.commune],
                "persons": demand.persons,
                "persons_covered_before": demand.persons * (self.before_s <= standard_s),
                "persons_covered_after": demand.persons * (self.after_s <= standard_s),
                "persons_uncoverable": demand.persons * ~self.is_coverable,
                "persons_no_way_before": demand.persons * np.isinf(self.before_s),
                "persons_no_way_after": demand.persons * np.isinf(self.after_s),
                "persons_served_outside_before": demand.persons * self.from_outside["before"],
                "persons_served_outside_after": demand.persons * self.from_outside["after"],
            }
        )
        kept = communes.in_study_area
        table = pd.DataFrame(
            {
                "name": communes.name[kept],
                "departement": communes.departement[kept],
                "epci": communes.epci[kept],
                "epci_name": communes.epci_name[kept],
                "municipal_persons": communes.persons[kept],
            },
            index=communes.code[kept],
        )
        table = table.join(cells.groupby("code").sum()).fillna(0.0)
        for when, seconds in (("before", self.before_s), ("after", self.after_s)):
            reached = np.isfinite(seconds) & (demand.persons > 0)
            trips = pd.DataFrame(
                {"minutes": seconds[reached] / 60, "persons": demand.persons[reached]}, index=cells["code"][reached]
            )
            weighted = (trips["minutes"] * trips["persons"]).groupby(level=0).sum()
            table[f"minutes_mean_{when}"] = weighted / trips["persons"].groupby(level=0).sum()
            table[f"minutes_max_{when}"] = trips["minutes"].groupby(level=0).max()
        return table

    @property
    def spent_eur(self) -> float:
        """What the plan costs."""
        if not self.option:
            return self.cost_eur(self.opened.tolist())
        sites = self.territory.sites
        return sum(site_cost_eur(self.scenario, self.territory, j, self.option[sites.id[j]]) for j in range(len(sites)))

    @cached_property
    def open_rows(self) -> NDArray[np.intp]:
        """Rows of the sites that are open with the plan."""
        sites = self.territory.sites
        existing = np.flatnonzero(sites.is_existing & ~np.isin(sites.id, self.closed_ids))
        return np.union1d(existing, self.opened)

    def _is_within(self, is_site: NDArray[np.bool_]) -> NDArray[np.bool_]:
        seconds = self.graph.nearest_s(np.flatnonzero(is_site))[self.territory.demand.cell]
        return np.asarray(seconds <= self.scenario.goal.standard_s)

    def _covered(self, seconds: Floats) -> dict[str, float]:
        persons = self.territory.demand.persons
        covered = float(persons[seconds <= self.scenario.goal.standard_s].sum())
        return {"persons": covered, "share": covered / float(persons.sum()) if persons.sum() else 0.0}

    @cached_property
    def reason(self) -> NDArray[np.str_]:
        """Why no allowed site covers each demand cell, from the graph alone; empty where one does."""
        demand = self.territory.demand
        anything_s = self.graph.nearest_s(np.arange(len(self.territory.sites)))[demand.cell]
        is_reached = np.isfinite(anything_s)
        stranded = (demand.land_mass != 0) & ~np.isin(demand.land_mass, demand.land_mass[is_reached])
        return np.select(
            [
                self.is_coverable,
                is_reached & (anything_s <= self.scenario.goal.standard_s),
                is_reached,
                stranded,
                ~self.graph.has_access[demand.cell],
            ],
            ["", "only_forbidden_sites", "beyond_every_site", "island", "no_road_within_reach"],
            default="cut_off",
        )

    def _persons_by_reason(self) -> dict[str, float]:
        """The reasons that occur."""
        found = pd.Series(self.territory.demand.persons).groupby(self.reason).sum()
        return {str(name): float(total) for name, total in found.items() if name}


def _mean_min(seconds: Floats, persons: Floats) -> float | None:
    reached = np.isfinite(seconds)
    return float(np.average(seconds[reached], weights=persons[reached]) / 60) if persons[reached].sum() else None


def _p99_min(seconds: Floats, persons: Floats) -> float | None:
    """Least time that serves 99 % of those who reach a site, one second after the other."""
    reached = np.isfinite(seconds) & (persons > 0)
    if not reached.any():
        return None
    by_second = pd.Series(persons[reached]).groupby(seconds[reached]).sum().sort_index().cumsum()
    enough = by_second >= 0.99 * by_second.iloc[-1] * (1 - 1e-12)
    return float(enough.idxmax() / 60)
