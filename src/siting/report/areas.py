"""What a run changes for the people of each area: commune, EPCI, département, age group."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from siting.report.findings import Measured
from siting.territory.embedded import departement_names
from siting.territory.values import AGE_GROUPS
from siting.travel.travel_times import NearestTimes


def area_figures(
    measured: Measured, area: NDArray[np.integer], n_areas: int, persons: NDArray[np.float64] | None = None
) -> dict[str, NDArray[np.float64]]:
    """Persons and minutes of each area at each moment, as ``communes.csv`` names them; arrays of shape (n_areas,).

    Parameters
    ----------
    area : int array, shape (n_demand,)
        Area of each demand cell.
    persons : float64 array, shape (n_demand,), optional
        Whom to count; all residents unless said.
    """
    demand, standard_s = measured.territory.demand, measured.scenario.goal.standard_s
    moments = measured.moments
    counted = demand.persons if persons is None else persons

    def persons_where(kept: NDArray[np.bool_]) -> NDArray[np.float64]:
        return np.bincount(area, counted * kept, n_areas).astype(np.float64)

    figures = {"persons": persons_where(np.ones(len(demand), dtype=np.bool_))}
    for when, near in moments.items():
        figures |= _minutes(near, when, area, counted, n_areas)
    figures |= {f"persons_covered_{when}": persons_where(near.time_s <= standard_s) for when, near in moments.items()}
    no_way = {f"persons_no_way_{when}": persons_where(~np.isfinite(near.time_s)) for when, near in moments.items()}
    return figures | no_way | (_mode_columns(measured, area, n_areas) if persons is None else {})


def _mode_columns(measured: Measured, area: NDArray[np.integer], n_areas: int) -> dict[str, NDArray[np.float64]]:
    """The same of those who travel otherwise than by car: persons, mean minutes, persons covered, by mode."""
    columns: dict[str, NDArray[np.float64]] = {}
    for mode in measured.modes:
        columns[f"persons_{mode.name}"] = np.bincount(area, mode.persons, n_areas).astype(np.float64)
        for when, near in mode.moments.items():
            name, is_covered = f"{mode.name}_{when}", near.time_s <= measured.scenario.goal.standard_s
            columns[f"minutes_mean_{name}"] = _minutes(near, name, area, mode.persons, n_areas)[f"minutes_mean_{name}"]
            columns[f"persons_covered_{name}"] = np.bincount(area, mode.persons * is_covered, n_areas).astype(
                np.float64
            )
    return columns


def epci_table(measured: Measured) -> pd.DataFrame:
    """``code, name`` and the figures of `area_figures` of each EPCI; the communes without one share code ``""``."""
    communes = measured.territory.communes
    return _grouped(measured, communes.epci, communes.epci_name)


def departement_table(measured: Measured) -> pd.DataFrame:
    """``code, name`` and the figures of `area_figures` of each département."""
    name_of = departement_names()
    departement = measured.territory.communes.departement
    return _grouped(measured, departement, np.array([name_of.get(code, code) for code in departement]))


def age_table(measured: Measured) -> pd.DataFrame:
    """``age_group`` and the figures of `area_figures` of each group, over the whole study area."""
    demand = measured.territory.demand
    everywhere = np.zeros(len(demand), dtype=np.int64)
    groups = [area_figures(measured, everywhere, 1, demand.persons_by_age[:, row]) for row in range(len(AGE_GROUPS))]
    columns = {name: np.concatenate([figures[name] for figures in groups]) for name in groups[0]}
    return pd.DataFrame({"age_group": AGE_GROUPS, **columns})


def _grouped(measured: Measured, code: NDArray[np.str_], name: NDArray[np.str_]) -> pd.DataFrame:
    """The areas that hold communes of the study area, by code."""
    communes, demand = measured.territory.communes, measured.territory.demand
    codes, first, row = np.unique(code, return_index=True, return_inverse=True)
    table = pd.DataFrame(
        {"code": codes, "name": name[first], **area_figures(measured, row[demand.commune], len(codes))}
    )
    return table[np.isin(codes, code[communes.in_study_area])].reset_index(drop=True)


def _minutes(
    nearest: NearestTimes, when: str, area: NDArray[np.integer], persons: NDArray[np.float64], n_areas: int
) -> dict[str, NDArray[np.float64]]:
    """Mean and maximum over the people of each area who reach a site; NaN where nobody does."""
    reached = np.isfinite(nearest.time_s) & (persons > 0)
    area, persons = area[reached], persons[reached]
    time_min = nearest.time_s[reached].astype(np.float64) / 60
    with np.errstate(invalid="ignore"):
        mean = np.bincount(area, persons * time_min, n_areas) / np.bincount(area, persons, n_areas)
    worst = np.full(n_areas, -np.inf)
    np.maximum.at(worst, area, time_min)
    return {f"minutes_mean_{when}": mean, f"minutes_max_{when}": np.where(np.isfinite(worst), worst, np.nan)}
