"""Why a place is served as it is, and what a house is for: asked of a run folder and of its scenario's ground."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from siting.access import REASONS, persons_by_reason
from siting.allocation import CoverSets, lscp, solve
from siting.errors import RunFolderError
from siting.report.naming import row_of
from siting.report.saved_run import SavedRun
from siting.territory import Territory, assemble
from siting.travel import FrictionSurface, RoadSurface, build_surface

HELPFUL_SHOWN = 5


@dataclass(frozen=True)
class Ground:
    """A run and the ground it stands on, assembled again from its scenario.

    Attributes
    ----------
    run : SavedRun
    territory : Territory
    surface : RoadSurface or FrictionSurface
    after_s : float64 array, shape (n_demand,)
        Seconds to the nearest open site, the plan's included.
    is_open : bool array, shape (n_sites,)
    """

    run: SavedRun
    territory: Territory
    surface: RoadSurface | FrictionSurface
    after_s: NDArray[np.float64]
    is_open: NDArray[np.bool_]

    @classmethod
    def of(cls, run: SavedRun) -> Ground:
        """Assemble the territory of a run and build what it travels on.

        Raises
        ------
        RunFolderError
            The run was made from other facts: its cells or sites are not those of its scenario today.
        """
        territory = assemble(run.scenario)
        same_cells = run.cells["cell"].tolist() == territory.demand.cell.tolist()
        if not (same_cells and run.sites["id"].tolist() == territory.sites.id.tolist()):
            raise RunFolderError(f"{run.folder} : les données ont changé depuis ce calcul (relancez « siting run »)")
        return cls(
            run=run,
            territory=territory,
            surface=build_surface(territory, run.scenario.travel),
            after_s=run.seconds("after"),
            is_open=run.sites["decision"].isin(["existing", "opened"]).to_numpy(),
        )

    @property
    def standard_s(self) -> int:
        """The service standard."""
        return self.run.scenario.goal.standard_s

    def within(self, site: int) -> NDArray[np.int32]:
        """Demand rows within the standard of a site."""
        return self.surface.searcher(self.standard_s).within(np.array([site])).place


@dataclass(frozen=True)
class Gain:
    """What a house at a site would bring to those whom the plan leaves beyond the standard.

    Attributes
    ----------
    site : int
        Row of the sites.
    persons : float
        Of the commune asked about.
    persons_everywhere : float
    """

    site: int
    persons: float
    persons_everywhere: float


@dataclass(frozen=True)
class CommuneStory:
    """How a commune is served once the plan is carried out, and what would change it.

    Attributes
    ----------
    commune : int
        Row of the communes.
    persons, persons_beyond : float
    nearest : list of (site row, persons, mean minutes)
        The open sites to which its people are nearest, most people first.
    uncoverable : dict
        Persons whom no allowed site covers, by reason.
    persons_left : float
        Persons beyond the standard whom an allowed candidate covers and the plan does not: the number of houses binds.
    own : Gain or None
        A house in the commune itself, the best of its candidates; None where it has none that is closed and allowed.
    helpful : list of Gain
        The candidates that cover most of ``persons_left``, best first.
    needed : list of int
        Rows of a least set of candidates that covers all of them.
    """

    commune: int
    persons: float
    persons_beyond: float
    nearest: list[tuple[int, float, float]]
    uncoverable: dict[str, float]
    persons_left: float
    own: Gain | None
    helpful: list[Gain]
    needed: list[int]


@dataclass(frozen=True)
class SiteStory:
    """What a site is for, or would be for.

    Attributes
    ----------
    site : int
    is_open : bool
    persons_within : float
        Residents within the standard of it.
    persons_at_stake : float
        Covered by it alone: lost without it where it is open, to be won where it is not.
    communes : list of (commune row, persons at stake)
        Most persons first.
    """

    site: int
    is_open: bool
    persons_within: float
    persons_at_stake: float
    communes: list[tuple[int, float]]


def explain_commune(ground: Ground, asked: str) -> CommuneStory:
    """The story of a commune of the study area, by its code or its name.

    Raises
    ------
    DataError
        No commune of the study area has this code, and not just one this name.
    """
    communes, demand = ground.territory.communes, ground.territory.demand
    inside = np.flatnonzero(communes.in_study_area)
    commune = inside[
        row_of(
            asked,
            communes.code[inside],
            communes.name[inside],
            option="--commune",
            problem="aucune commune du territoire étudié n'a ce code",
            otherwise="communes.csv donne les codes",
        )
    ]
    of_commune = demand.commune == commune
    is_beyond = of_commune & ~(ground.after_s <= ground.standard_s)
    reason = np.array([REASONS.index(name) for name in ground.run.cells["reason"]])
    left = is_beyond & (reason == 0)
    candidates = _candidates_near(ground, left)
    covers = {site: ground.within(site) for site in candidates.tolist()}
    own = [site for site in _allowed(ground) if ground.territory.sites.commune[site] == commune]
    gains = sorted((_gain(ground, site, is_beyond, cells) for site, cells in covers.items()), key=_by_gain)
    return CommuneStory(
        commune=int(commune),
        persons=float(demand.persons[of_commune].sum()),
        persons_beyond=float(demand.persons[is_beyond].sum()),
        nearest=_nearest_sites(ground, of_commune),
        uncoverable=persons_by_reason(reason[is_beyond].astype(np.uint8), demand.persons[is_beyond]),
        persons_left=float(demand.persons[left].sum()),
        own=min((_gain(ground, site, is_beyond, ground.within(site)) for site in own), key=_by_gain, default=None),
        helpful=[gain for gain in gains if gain.persons > 0][:HELPFUL_SHOWN],
        needed=_least_set(ground, left, covers),
    )


def explain_site(ground: Ground, asked: str) -> SiteStory:
    """The story of a site, open or not, by its id or its name.

    Raises
    ------
    DataError
        No site of the run has this id, and not just one this name.
    """
    sites, demand = ground.territory.sites, ground.territory.demand
    problem, otherwise = "aucun site de ce calcul n'a cet identifiant", "sites.csv les donne"
    site = row_of(asked, sites.id, sites.name, option="--site", problem=problem, otherwise=otherwise)
    cells = ground.within(site)
    others_s = ground.after_s
    if ground.is_open[site]:
        others = np.flatnonzero(ground.is_open & (np.arange(len(ground.is_open)) != site))
        others_s = ground.surface.nearest(others).time_s.astype(np.float64)
    at_stake = cells[~(others_s[cells] <= ground.standard_s)]
    by_commune = np.bincount(demand.commune[at_stake], demand.persons[at_stake], len(ground.territory.communes))
    order = np.argsort(-by_commune, kind="stable")
    return SiteStory(
        site=site,
        is_open=bool(ground.is_open[site]),
        persons_within=float(demand.persons[cells].sum()),
        persons_at_stake=float(by_commune.sum()),
        communes=[(int(row), float(by_commune[row])) for row in order if by_commune[row] > 0],
    )


def _allowed(ground: Ground) -> NDArray[np.intp]:
    """Rows of the candidates that are not open and not forbidden."""
    forbidden = np.isin(ground.territory.sites.id, ground.run.scenario.goal.forbidden)
    return np.flatnonzero(~ground.is_open & ~forbidden)


def _candidates_near(ground: Ground, cells: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Allowed candidates that could cover one of the cells: no trip is faster than a straight line at top speed."""
    allowed, sites = _allowed(ground), ground.territory.sites
    if not cells.any():
        return allowed[:0]
    x_m, y_m = ground.territory.grid.centre_of(ground.territory.demand.cell[cells])
    reach_m = ground.run.scenario.travel.fastest_kmh / 3.6 * ground.standard_s + ground.territory.grid.cell_size_m
    distance_m = np.hypot(sites.x_m[allowed, None] - x_m, sites.y_m[allowed, None] - y_m)
    near: NDArray[np.intp] = allowed[distance_m.min(axis=1) <= reach_m]
    return near


def _gain(ground: Ground, site: int, is_beyond: NDArray[np.bool_], cells: NDArray[np.int32]) -> Gain:
    persons = ground.territory.demand.persons
    newly = cells[~(ground.after_s[cells] <= ground.standard_s)]
    return Gain(site, float(persons[newly[is_beyond[newly]]].sum()), float(persons[newly].sum()))


def _by_gain(gain: Gain) -> tuple[float, float, int]:
    return -gain.persons, -gain.persons_everywhere, gain.site


def _nearest_sites(ground: Ground, of_commune: NDArray[np.bool_]) -> list[tuple[int, float, float]]:
    rows = np.flatnonzero(of_commune & np.isfinite(ground.after_s) & (ground.territory.demand.persons > 0))
    persons = ground.territory.demand.persons[rows]
    ids = ground.run.cells["site_after"].to_numpy(dtype=str)[rows]
    found = []
    for site_id in np.unique(ids):
        weights = persons * (ids == site_id)
        minutes = float((weights * ground.after_s[rows]).sum() / weights.sum() / 60)
        found.append((int(np.flatnonzero(ground.territory.sites.id == site_id)[0]), float(weights.sum()), minutes))
    return sorted(found, key=lambda one: (-one[1], one[0]))


def _least_set(ground: Ground, left: NDArray[np.bool_], covers: dict[int, NDArray[np.int32]]) -> list[int]:
    """A least set of the candidates that covers every cell of ``left``: an LSCP of a few rows."""
    if not left.any():
        return []
    rows = np.flatnonzero(left)
    sites = np.array(sorted(covers), dtype=np.int64)
    matrix = np.array([np.isin(rows, covers[int(site)]) for site in sites]).T
    start = np.concatenate(([0], np.cumsum(matrix.sum(axis=1))))
    cover = CoverSets.from_csr(
        start, np.nonzero(matrix)[1], n_sites=len(sites), persons=ground.territory.demand.persons[rows]
    )
    plan = solve(lscp(cover))
    return [int(sites[row]) for row in plan.opened]
