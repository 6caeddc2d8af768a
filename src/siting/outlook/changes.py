"""What a plan changes, as the simulation takes it: which sites open and close, and when."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from siting.allocation import Plan
from siting.posing.prices import consultations_per_year
from siting.scenario import Scenario
from siting.simulation import NEVER, Closures, Rows, closures_of, quarter_number
from siting.territory import Territory


@dataclass(frozen=True)
class Changes:
    """What a plan opens and closes.

    Attributes
    ----------
    opened, closed : int32 arrays
        Rows of ``territory.sites``.
    opened_as : text array, shape (n_opened,), or None
        The kind of each house that opens, where the plan chose it.
    opened_phase, closed_phase : int32 arrays, shapes of ``opened`` and ``closed``, or None
        The phase of the scenario in which each does, where the plan decided that.
    """

    opened: NDArray[np.int32]
    closed: NDArray[np.int32]
    opened_as: NDArray[np.str_] | None = None
    opened_phase: NDArray[np.int32] | None = None
    closed_phase: NDArray[np.int32] | None = None

    @classmethod
    def of(cls, plan: Plan) -> Changes:
        """Those of a plan."""
        if plan.decisions is None:
            return cls(plan.opened, plan.closed)
        option, phase = plan.decisions.option, plan.decisions.phase
        return cls(plan.opened, plan.closed, option[plan.opened], phase[plan.opened], phase[plan.closed])

    def on(self, territory: Territory) -> Territory:
        """The territory, each house that opens of the kind that was chosen."""
        if self.opened_as is None:
            return territory
        kind = territory.sites.kind.astype("U16")
        kind[self.opened] = self.opened_as
        return replace(territory, sites=replace(territory.sites, kind=kind))


def closures_of_plan(
    scenario: Scenario,
    territory: Territory,
    changes: Changes,
    rows: Rows,
    *,
    opens: NDArray[np.int64],
    start: int,
    mean_consultations: float,
) -> Closures:
    """When the sites that a plan closes are closed, and what part of the practices of their communes goes with them.

    A site closes in the last quarter of its phase; without phases, once the last house of the plan is open, or in the
    first quarter where it opens none [assumption].

    Parameters
    ----------
    scenario, territory : Scenario, Territory
    changes : Changes
    rows : Rows
        The first of each commune holds its practices.
    opens : int64 array, shape (n_opened,)
        Quarter in which each house opens, or `NEVER`.
    start : int
        The quarter that has just ended.
    mean_consultations : float
        Of a doctor, a year.
    """
    closed, phases = changes.closed, scenario.phases
    if phases is not None and changes.closed_phase is not None:
        until = np.array([quarter_number(quarter) for quarter in phases.until], dtype=np.int64)
        quarter = np.maximum(until[changes.closed_phase], start + 1)
    else:
        last = int(opens[opens < NEVER].max(initial=start))
        quarter = np.full(len(closed), max(last, start + 1), dtype=np.int64)
    commune = territory.sites.commune[closed]
    there = np.maximum(rows.staff.doctors[commune] * mean_consultations, 1.0)
    given = consultations_per_year(scenario, territory, "keep")[closed]
    is_all_practices = np.char.startswith(territory.sites.id[closed], "practice:")
    share = np.where(is_all_practices, 1.0, np.minimum(given / there, 1.0))
    return closures_of(commune, quarter, share)
