"""The tables of a simulation: quarters, ledger and delivered consultations.

The dialect of CSV is that of ``sites.csv``: UTF-8 with a byte-order mark, ``;``, decimal comma.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from scipy import sparse

from siting.simulation.costs import cost_by_payer, units
from siting.simulation.draws import Draws
from siting.simulation.forecast import Forecast
from siting.simulation.indicators import INDICATORS, areas_of
from siting.simulation.ledger import CAUSES, OUTSIDE
from siting.simulation.prices import PAYERS
from siting.simulation.rules import Rules
from siting.simulation.values import World, quarter_text

DECIMALS = 3


def quarters_table(draws: Draws) -> pd.DataFrame:
    """One row per level, area and quarter: ``level, code, quarter``, and each indicator with its band.

    ``apl`` is the mean of the draws, ``apl_p10`` and ``apl_p90`` the band; the same for each of `INDICATORS`.
    """
    quarters = [quarter_text(number) for number in draws.quarters.tolist()]
    parts = []
    for row, areas in enumerate(draws.areas):
        mean, (low, high) = draws.mean(row), draws.band(row)
        n_areas = len(areas.code)
        keys = {
            "level": np.full(n_areas * len(quarters), areas.level),
            "code": np.repeat(areas.code, len(quarters)),
            "quarter": np.tile(quarters, n_areas),
        }
        figures = {
            f"{name}{suffix}": values[:, :, column].T.ravel()
            for column, name in enumerate(INDICATORS)
            for suffix, values in (("", mean), ("_p10", low), ("_p90", high))
        }
        parts.append(pd.DataFrame(keys | figures))
    return pd.concat(parts, ignore_index=True)


def ledger_table(draws: Draws, world: World) -> pd.DataFrame:
    """The ledger of the central draw: ``quarter, cause, kind, origin, destination, consultations_per_year``.

    Origin and destination are commune codes, empty outside; entries between the same communes are added up.
    """
    code = np.append(world.code[world.commune], "")  # OUTSIDE is -1: the last
    parts = [
        pd.DataFrame(
            {
                "quarter": quarter_text(quarter),
                "cause": np.array(CAUSES)[booked.cause],
                "kind": booked.kind,
                "origin": code[np.where(booked.origin == OUTSIDE, -1, booked.origin)],
                "destination": code[np.where(booked.destination == OUTSIDE, -1, booked.destination)],
                "consultations_per_year": booked.consultations,
            }
        )
        for quarter, booked in zip(draws.quarters[1:].tolist(), draws.central.booked, strict=True)
    ]
    keys = ["quarter", "cause", "kind", "origin", "destination"]
    return pd.concat(parts).groupby(keys, as_index=False, sort=True)["consultations_per_year"].sum()


def delivered_table(draws: Draws, world: World, rules: Rules) -> pd.DataFrame:
    """Consultations of each quarter of the central draw, from where they are given to where their patients live.

    ``quarter, origin, destination, consultations``: départements, those around the study area too; an empty
    destination is what nobody reaches.
    A site's consultations are shared out among those within reach as E2SFCA does, so that they add up to the
    supply of the quarter (a fourth of the yearly).
    """
    communes = areas_of(world, "departement", around=True)
    code = np.append(communes.code, "")
    of_rows = sparse.csr_array(communes.members[:, world.commune])
    parts = []
    for state in draws.central.states:
        growth = world.growth(state.quarter - int(draws.quarters[0]))
        supply = state.supply(rules)
        per_demand = world.catchments.access(supply, growth=growth).per_demand
        given = (of_rows * per_demand) @ world.catchments.weighted_demand @ (communes.members * growth).T
        given = given.toarray() / 4
        rest = of_rows @ supply / 4 - given.sum(axis=1)
        rest[np.abs(rest) < 1e-6] = 0.0
        origin, destination = np.nonzero(np.column_stack([given, rest]))
        amounts = np.column_stack([given, rest])[origin, destination]
        parts.append(
            pd.DataFrame(
                {
                    "quarter": quarter_text(state.quarter),
                    "origin": code[origin],
                    "destination": code[destination],
                    "consultations": amounts,
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def cost_table(forecast: Forecast) -> pd.DataFrame:
    """What the central draw costs: ``quarter, departement, instrument, units, payer, eur``, what is 0 left out."""
    world, rules = forecast.world, forecast.rules
    areas = areas_of(world, "departement")
    parts = []
    for state in forecast.draws.central.states[1:]:
        used = units(world, state, forecast.schedule, rules)
        for name in used:
            paid = areas.members @ cost_by_payer(world, used, rules.prices, instruments=(name,))
            counted = np.bincount(areas.of[world.commune], used[name], len(areas.code) + 1)
            area, payer = np.nonzero(paid)
            parts.append(
                pd.DataFrame(
                    {
                        "quarter": quarter_text(state.quarter),
                        "departement": areas.code[area],
                        "instrument": name,
                        "units": counted[area],
                        "payer": np.array(PAYERS)[payer],
                        "eur": paid[area, payer],
                    }
                )
            )
    return pd.concat(parts, ignore_index=True)


def write_tables(forecast: Forecast, folder: Path) -> None:
    """Write ``quarters.csv``, ``quarters.parquet``, ``ledger.csv``, ``delivered.csv``, ``costs.csv`` into a folder."""
    draws, world, rules = forecast.draws, forecast.world, forecast.rules
    quarters = quarters_table(draws)
    quarters.to_parquet(folder / "quarters.parquet", index=False)
    write_csv(quarters, folder / "quarters.csv")
    write_csv(ledger_table(draws, world), folder / "ledger.csv")
    write_csv(delivered_table(draws, world, rules), folder / "delivered.csv")
    write_csv(cost_table(forecast), folder / "costs.csv")


def write_csv(table: pd.DataFrame, path: Path) -> None:
    """Write a table of codes and figures; three decimals, nothing for NaN."""
    table.round(DECIMALS).to_csv(path, sep=";", decimal=",", index=False, encoding="utf-8-sig", lineterminator="\n")
