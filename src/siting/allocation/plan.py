"""Plan: the sites to open, and the certificate that says how good that is."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from siting.allocation.reductions import Reductions
from siting.display import BEYOND, OPEN_SITE, WITHIN, draw_raster, table_html

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from siting.territory import Territory

Sense = Literal["min", "max"]

Status = Literal["optimal", "feasible"]
"""``optimal`` only with a proof: the bound equals the objective. Else ``feasible``, with its gap."""


@dataclass(frozen=True)
class Certificate:
    """How the search ended, and how far from the best the plan can be at most.

    Attributes
    ----------
    model : str
        ``"lscp"``, ``"mclp"``, ``"p_median"``, ``"p_center"``,
        ``"capacitated_p_median"``, or the goal of a composed problem.
    sense : str
        ``"min"`` or ``"max"``.
    status : Status
    objective : float
        Recounted on the rounded plan, not the solver's figure. Houses (lscp), persons (mclp) or
        person-seconds (p_median).
    bound : float
        Proven: no plan does better than this.
    gap : float
        ``|objective - bound| / max(|objective|, 1)``.
    bound_by : str
        Who proves it: ``"arithmetic"`` (the plan's multipliers, by `siting.checker`) or ``"solver"``
        (branch and bound, by HiGHS or by siting's own trees: not proved again).
    solver : str
        Name and version.
    n_rows, n_columns, n_nonzeros : int
        Size of what HiGHS branched on, after the reductions; 0 where it was not needed.
    arithmetic_bound : float
        What the multipliers alone prove; equals ``bound`` where ``bound_by`` is ``"arithmetic"``.
    reductions : Reductions, optional
        What exact reductions left of the problem; None where the model has none.
    """

    model: str
    sense: Sense
    status: Status
    objective: float
    bound: float
    gap: float
    bound_by: str
    solver: str
    n_rows: int
    n_columns: int
    n_nonzeros: int
    arithmetic_bound: float = math.nan
    reductions: Reductions | None = None


@dataclass(frozen=True, eq=False)
class Decisions:
    """What a plan does at each site, where it has a choice; every array has shape (n_sites,).

    Attributes
    ----------
    option : str array
        Name of the kind that stands there in the end (``keep``, ``upgrade``, ``close``, ``create``…), ``""`` where
        nothing does.
    phase : int32 array
        The first phase, from 0, in which it is so; -1 where nothing changes.
    cost : float64 array
        Of what is decided, 0 where nothing is.
    capacity : float64 array
        0 where nothing stands.
    """

    option: NDArray[np.str_]
    phase: NDArray[np.int32]
    cost: NDArray[np.float64]
    capacity: NDArray[np.float64]


@dataclass(frozen=True)
class Plan:
    """What to open.

    Attributes
    ----------
    opened : int32 array, shape (n_opened,)
        Rows of the sites table chosen by the plan, ascending; existing sites are not among them.
    is_covered : bool array, shape (n_cells,)
        Demand cells within the standard of an open site, existing or opened.
    certificate : Certificate
    multipliers : float64 array, shape (n_cells,), or None
        Whole multiples of 2**-20 from which `siting.checker` draws ``certificate.arithmetic_bound``.
    served_by : int32 array, shape (n_cells,), or None
        Of a capacitated p-median: the site that serves each cell, -1 where none.
    stages : tuple of Certificate
        One per goal of a composed problem, in order; ``certificate`` is the first of them.
    closed : int32 array
        Rows of the existing sites that the plan closes.
    decisions : Decisions or None
        None where nothing but opening was to be decided.
    """

    opened: NDArray[np.int32]
    is_covered: NDArray[np.bool_]
    certificate: Certificate
    multipliers: NDArray[np.float64] | None = None
    stages: tuple[Certificate, ...] = ()
    served_by: NDArray[np.int32] | None = None
    closed: NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, dtype=np.int32))
    decisions: Decisions | None = None

    def is_open(self, is_existing: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Shape (n_sites,): the sites that are open once the plan is carried out."""
        is_open = is_existing.copy()
        is_open[self.opened] = True
        is_open[self.closed] = False
        return is_open

    @property
    def status(self) -> Status:
        return self.certificate.status

    @property
    def objective(self) -> float:
        return self.certificate.objective

    @property
    def bound(self) -> float:
        return self.certificate.bound

    @property
    def gap(self) -> float:
        return self.certificate.gap

    def plot(self, territory: Territory, *, axes: Axes | None = None) -> Axes:
        """Draw who is covered and who is not, the sites open today (squares) and those the plan opens (dots).

        Parameters
        ----------
        territory : Territory
            Whose sites and demand cells the plan was made for.
        axes : matplotlib Axes, optional
            New ones by default.
        """
        grid, demand, sites = territory.grid, territory.demand, territory.sites
        covered = np.full(grid.n_cells, np.nan)
        covered[demand.cell] = self.is_covered
        picture = covered.reshape(grid.shape)
        axes = draw_raster(picture, bounds_m=grid.bounds_m, axes=axes, colours=(BEYOND, WITHIN))
        kept = np.flatnonzero(sites.is_existing)
        axes.scatter(
            sites.x_m[kept], sites.y_m[kept], marker="s", s=22, c="white", edgecolors="black", label="open today"
        )
        axes.scatter(sites.x_m[self.opened], sites.y_m[self.opened], s=26, color=OPEN_SITE, label="opened")
        axes.legend(loc="best")
        axes.set_title(f"{self.certificate.model}: {len(self.opened)} opened, {self.status}")
        return axes

    def _repr_html_(self) -> str:
        certificate = self.certificate
        return table_html(
            f"Plan ({certificate.model})",
            {
                "status": certificate.status,
                "opened": f"{len(self.opened):,} sites",
                "objective": f"{certificate.objective:,.6g}",
                "bound": f"{certificate.bound:,.6g} (by {certificate.bound_by})",
                "gap": f"{certificate.gap:.4%}",
                "cells covered": f"{int(self.is_covered.sum()):,} of {len(self.is_covered):,}",
            },
        )
