"""What the country is like, on one Grid: the frozen values that `assemble` makes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from siting.grid import Grid

SITE_KINDS = ("label", "upgrade", "create", "itinerant", "tele")
"""What a house may be: a structure that exists, labelled or enlarged; a new one; a bus; a tele-equipped place."""

SITE_DETAILS = ("cost_eur", "capacity_per_year", "lead_time_quarters", "premises", "category", "may_be")
"""What a planner's file may say of a site beside its place."""

AGE_GROUPS = ("under_15", "from_15_to_64", "over_65")
"""Age groups of the European census grid, in the order of `Demand.persons_by_age`."""


@dataclass(frozen=True)
class Communes:
    """Communes of the study area and its halo, one row each, in the order of their codes.

    Attributes
    ----------
    code, name, departement, epci, epci_name : str arrays, shape (n,)
        Codes are text. ``epci`` is ``""`` for the communes that belong to none ("sans EPCI").
    persons : int64 array, shape (n,)
        Municipal population.
    x_m, y_m : float64 arrays, shape (n,)
        Town hall, in the grid's CRS.
    gp_practices, nurse_practices : int64 arrays, shape (n,)
        Establishments of 2019, or whole full-time equivalents where a planner's table gives practitioners.
    in_study_area : bool array, shape (n,)
        False in the halo.
    is_red_zone : bool array, shape (n,), or None
        Whether a planner's list makes it a red zone; None without a list.
    """

    code: NDArray[np.str_]
    name: NDArray[np.str_]
    departement: NDArray[np.str_]
    epci: NDArray[np.str_]
    epci_name: NDArray[np.str_]
    persons: NDArray[np.int64]
    x_m: NDArray[np.float64]
    y_m: NDArray[np.float64]
    gp_practices: NDArray[np.int64]
    nurse_practices: NDArray[np.int64]
    in_study_area: NDArray[np.bool_]
    is_red_zone: NDArray[np.bool_] | None = None

    def __len__(self) -> int:
        return len(self.code)


@dataclass(frozen=True)
class Demand:
    """Demand cells: the inhabited cells of the study area, one row each, in the order of their cells.

    Attributes
    ----------
    cell : int64 array, shape (n,)
        Cell of the grid, ascending, no cell twice.
    persons : float64 array, shape (n,)
        Residents; whole numbers when the grid is the census's own (EPSG:3035, 1 km).
    persons_by_age : float64 array, shape (n, 3)
        By `AGE_GROUPS`. Rows need not add up to ``persons``: the census protects each figure separately.
    commune : int32 array, shape (n,)
        Row of `Communes`.
    land_mass : int32 array, shape (n,)
        Connected land as the commune polygons draw it: 0 is the largest of the country (the mainland).
    persons_low, persons_high : float64 arrays, shape (n,), or None
        Between these lies the number of persons, where statistical secrecy hides or imputes some; None where none is.
    """

    cell: NDArray[np.int64]
    persons: NDArray[np.float64]
    persons_by_age: NDArray[np.float64]
    commune: NDArray[np.int32]
    land_mass: NDArray[np.int32]
    persons_low: NDArray[np.float64] | None = None
    persons_high: NDArray[np.float64] | None = None

    def __len__(self) -> int:
        return len(self.cell)


@dataclass(frozen=True)
class Sites:
    """Sites: where a house stands (existing) or may stand (candidate), one row each, in the order of ids.

    Attributes
    ----------
    id : str array, shape (n,)
        Unique: the commune's code (its town hall), ``practice:2A004`` (its existing practices),
        ``cell:2030500N4252500E`` (a cell, by the metres of its centre) or the id of a planner's file.
    name : str array, shape (n,)
    kind : str array, shape (n,)
        ``"practice"`` (exists, is no house) or one of `SITE_KINDS`: ``"label"``, ``"upgrade"`` and ``"tele"`` stand on
        what exists, ``"create"`` and ``"itinerant"`` are new.
    commune : int32 array, shape (n,)
        Row of `Communes`, -1 abroad.
    x_m, y_m : float64 arrays, shape (n,)
        In the grid's CRS.
    is_existing : bool array, shape (n,)
        Open today and kept; the others are candidates.
    in_study_area : bool array, shape (n,)
        Candidates always are; existing sites of the halo serve people of the study area from outside.
    cost_eur, capacity_per_year, lead_time_quarters : float64 arrays, shape (n,), or None
        Of a planner's file: euros to open it (the factor of its premises included), consultations a year, quarters
        from the decision to the opening. NaN where a site has none; None where no site has any.
    may_be : str array, shape (n,), or None
        The kinds among which a plan chooses, separated by spaces, ``kind`` the first; ``""`` where a site has but one;
        None where every site has.
    premises, category : str arrays, shape (n,), or None
        Of a planner's file: what building it would be (``"post_office"``…), what structure it is (``"msp"``…). ``""``
        where a site has none; None where no site has any.
    """

    id: NDArray[np.str_]
    name: NDArray[np.str_]
    kind: NDArray[np.str_]
    commune: NDArray[np.int32]
    x_m: NDArray[np.float64]
    y_m: NDArray[np.float64]
    is_existing: NDArray[np.bool_]
    in_study_area: NDArray[np.bool_]
    cost_eur: NDArray[np.float64] | None = None
    capacity_per_year: NDArray[np.float64] | None = None
    lead_time_quarters: NDArray[np.float64] | None = None
    premises: NDArray[np.str_] | None = None
    category: NDArray[np.str_] | None = None
    may_be: NDArray[np.str_] | None = None

    def __len__(self) -> int:
        return len(self.id)

    def may_become(self, kind: str) -> NDArray[np.bool_]:
        """Shape (n,): whether each site is of a kind, or may be."""
        is_of_kind = self.kind == kind
        if self.may_be is not None:
            is_of_kind |= np.array([kind in kinds.split() for kinds in self.may_be.tolist()], dtype=np.bool_)
        return np.asarray(is_of_kind)


@dataclass(frozen=True)
class RoadNetwork:
    """Directed road links between nodes, as they are on the ground: no speeds.

    Attributes
    ----------
    node_x_m, node_y_m : float64 arrays, shape (n_nodes,)
        In the grid's CRS.
    link_from, link_to : int32 arrays, shape (n_links,)
        Node rows. A street open both ways is two links.
    link_length_m : float64 array, shape (n_links,)
        True length, bends included; between its nodes a link is taken to run straight.
    link_class : uint8 array, shape (n_links,)
        Row of ``classes``.
    classes : tuple of str
        OpenStreetMap ``highway`` values.
    source : str
        Attribution to print beside anything derived from it.
    link_is_off_ground : bool array, shape (n_links,), or None
        On a bridge or in a tunnel: driven, but not joined from the land around. None where the data do not tell.
    link_maxspeed_kmh, link_own_kmh : float32 arrays, shape (n_links,), or None
        Legal limit; speed of a ferry that says how long it takes. NaN where a link has none, None where none has.
    link_is_unpaved : bool array, shape (n_links,), or None
    about : tuple of (str, str)
        Of the file of roads: ``file``, ``sha256``, ``importer``, ``licence``; empty for an embedded network.
    """

    node_x_m: NDArray[np.float64]
    node_y_m: NDArray[np.float64]
    link_from: NDArray[np.int32]
    link_to: NDArray[np.int32]
    link_length_m: NDArray[np.float64]
    link_class: NDArray[np.uint8]
    classes: tuple[str, ...]
    source: str
    link_maxspeed_kmh: NDArray[np.float32] | None = None
    link_own_kmh: NDArray[np.float32] | None = None
    link_is_unpaved: NDArray[np.bool_] | None = None
    link_is_off_ground: NDArray[np.bool_] | None = None
    about: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Doctors:
    """Practitioners of a planner's table, one row each, in its order.

    Attributes
    ----------
    commune : int32 array, shape (n,)
        Row of `Communes`.
    profession : str array, shape (n,)
        ``"gp"`` or ``"nurse"``.
    fte : float64 array, shape (n,)
        Full-time equivalents.
    age, days_per_week : float64 arrays, shape (n,)
        NaN where the table does not say.
    mode : str array, shape (n,)
        As the table has it (``"salaried"``…), ``""`` where it does not say.
    """

    commune: NDArray[np.int32]
    profession: NDArray[np.str_]
    fte: NDArray[np.float64]
    age: NDArray[np.float64]
    mode: NDArray[np.str_]
    days_per_week: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.commune)


@dataclass(frozen=True)
class PopulationReport:
    """Where the people of a file went, by département: what a resampling must not lose.

    Attributes
    ----------
    departement : str array, shape (n,)
        Codes, ascending; ``""`` last for people at sea, abroad or in no known commune.
    persons_in : float64 array, shape (n,)
        People of the file, by the commune of their cell.
    persons_on_grid : float64 array, shape (n,)
        Of these, laid on the run's grid.
    persons_served : float64 array, shape (n,)
        Of these, in the study area: the demand of the run.
    municipal_persons : float64 array, shape (n,)
        Official population of the communes of the study area, 0 elsewhere.
    n_hidden : int
        Cells of the study area whose number is hidden or imputed.
    renamed : tuple of (str, str)
        Codes of communes of another year, and those of today that they were brought to.
    """

    departement: NDArray[np.str_]
    persons_in: NDArray[np.float64]
    persons_on_grid: NDArray[np.float64]
    persons_served: NDArray[np.float64]
    municipal_persons: NDArray[np.float64]
    n_hidden: int
    renamed: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Territory:
    """Everything a run knows of the country, on one Grid.

    Attributes
    ----------
    grid : Grid
    communes, demand, sites : see each
    persons : float32 array, shape ``grid.shape``
        Residents of every cell, halo included.
    is_land : bool array, shape ``grid.shape``
        Cells of France and the fixed links (bridges) to its islands; travel does not leave them.
    commune_of_cell : int32 array, shape ``grid.shape``
        Row of ``communes``; -1 at sea, abroad, or beyond the halo.
    in_study_area : bool array, shape ``grid.shape``
    roads : RoadNetwork or None
        None where the scenario travels on a friction raster.
    sources : tuple of str
        Attribution of every data set used, in the order of use.
    notes : tuple of str
        What a reader must be told about these data, in the scenario's language.
    population_report : PopulationReport or None
        None where the embedded census is used.
    friction_s_per_m : float32 array, shape ``grid.shape``, or None
        Seconds to cross one metre, of a planner's layers; None where the scenario travels otherwise.
    doctors : Doctors or None
        Of a planner's table; ``communes.gp_practices`` and ``nurse_practices`` then count them.
    """

    grid: Grid
    communes: Communes
    demand: Demand
    sites: Sites
    persons: NDArray[np.float32]
    is_land: NDArray[np.bool_]
    commune_of_cell: NDArray[np.int32]
    in_study_area: NDArray[np.bool_]
    roads: RoadNetwork | None
    sources: tuple[str, ...]
    notes: tuple[str, ...]
    population_report: PopulationReport | None = None
    friction_s_per_m: NDArray[np.float32] | None = None
    doctors: Doctors | None = None
