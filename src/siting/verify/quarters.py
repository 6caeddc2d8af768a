"""The tables of a simulation, against each other: the double entry redone from the files, and sums that must agree."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from siting.verify.check import Check, none_of, shown
from siting.verify.run_files import RunFiles

RELATIVE = 1e-6
ROUNDING = 0.0006
"""Tables write three decimals."""
ADDED_UP = (
    "doctors",
    "vacancies",
    "consultations_offered",
    "persons_below_2_5",
    "persons_without_gp",
    "houses",
    "cost_eur",
)
"""Columns of ``quarters.csv`` whose total is the sum over the départements."""
TEXT = ("level", "code", "quarter", "cause", "kind", "origin", "destination", "departement", "instrument", "payer")


def check_quarters(folder: Path, run: RunFiles) -> Iterator[Check]:
    """``quarters.csv``, ``ledger.csv``, ``delivered.csv``, ``costs.csv`` and the opening quarters of ``sites.csv``."""
    if run.scenario.simulation is None:
        return
    try:
        quarters, ledger, delivered, costs = (
            _read(folder / f"{name}.csv") for name in ("quarters", "ledger", "delivered", "costs")
        )
        total = quarters[quarters["level"] == "total"].set_index("quarter")
        yield _double_entry(ledger, delivered)
        yield from _sums(quarters, total)
        yield _payers(total)
        yield _instruments(costs)
        yield _openings(run, total)
        yield _closures(run, ledger, total)
    except (OSError, ValueError, KeyError) as error:
        yield Check("trimestres", False, f"tables illisibles ({error})")


def _double_entry(ledger: pd.DataFrame, delivered: pd.DataFrame) -> Check:
    """A year's supply, four times what a quarter delivers, moves by what the ledger creates less what it loses."""
    supply = 4 * delivered.groupby("quarter")["consultations"].sum()
    sign = ledger["kind"].map({"created": 1, "lost": -1, "moved": 0})
    booked = (ledger["consultations_per_year"] * sign).groupby(ledger["quarter"]).sum()
    moved = supply.diff().dropna()
    expected = booked.reindex(moved.index).fillna(0.0)
    n_rounded = len(ledger) + 4 * len(delivered)
    is_wrong = (moved - expected).abs() > ROUNDING * n_rounded + RELATIVE * supply.max()
    said = f"{shown(float(supply.iloc[0]))} au départ, {shown(float(supply.iloc[-1]))} à la fin"
    return none_of("partie double des consultations", moved.index[is_wrong].tolist(), otherwise=said)


def _sums(quarters: pd.DataFrame, total: pd.DataFrame) -> Iterator[Check]:
    parts = quarters[quarters["level"] == "departement"]
    if len(parts):
        summed = parts.groupby("quarter")[list(ADDED_UP)].sum()
        for name in ADDED_UP:
            room = ROUNDING * len(parts) + 1e-5 * total[name].abs()  # float32 draws
            is_wrong = (summed[name].reindex(total.index) - total[name]).abs() > room
            yield none_of(
                f"quarters.csv, {name}",
                total.index[is_wrong].tolist(),
                otherwise="le total est la somme des départements",
            )


def _payers(total: pd.DataFrame) -> Check:
    payers = [name for name in total if name.startswith("cost_") and name.endswith("_eur") and name != "cost_eur"]
    is_wrong = (total[payers].sum(axis=1) - total["cost_eur"]).abs() > 0.01 + 1e-5 * total["cost_eur"].abs()
    return none_of("coût par payeur", total.index[is_wrong].tolist(), otherwise="les parts font le coût")


def _instruments(costs: pd.DataFrame) -> Check:
    """A price is one: the same euros a unit in every département and quarter."""
    keys = ["instrument", "payer"]
    unit = (costs["eur"] / costs["units"]).groupby([costs[key] for key in keys])
    spread = unit.max() - unit.min()
    is_wrong = spread > 0.02 * unit.max()  # units of three decimals
    names = ["/".join(key) for key in spread.index[is_wrong]]
    return none_of("prix des instruments", names, otherwise=f"{costs['instrument'].nunique()} instruments")


def _openings(run: RunFiles, total: pd.DataFrame) -> Check:
    opening = run.sites.loc[run.sites["decision"] == "opened", "opening_quarter"].to_numpy(dtype=str)
    opening = opening[opening != ""]
    counted = np.array([int((opening <= quarter).sum()) for quarter in total.index])
    # The first row is the start: what opens in that very quarter is seen in the next.
    is_wrong = np.abs(counted - total["houses"].to_numpy()) > ROUNDING
    is_wrong[0] = False
    return none_of(
        "trimestres d'ouverture", total.index[is_wrong].tolist(), otherwise=f"{counted[-1]} maisons à la fin"
    )


def _closures(run: RunFiles, ledger: pd.DataFrame, total: pd.DataFrame) -> Check:
    """Consultations are lost to closures in the communes of closed sites only, in the quarters of their phases."""
    booked = ledger[ledger["cause"] == "closure"]
    closed = run.sites[run.sites["decision"] == "closed"]
    commune = closed["commune"].to_numpy(dtype=str)
    until = closed["done_by"].to_numpy(dtype=str) if "done_by" in closed else np.full(len(closed), "")
    first = str(total.index[1])
    expected = {(place, max(quarter, first)) for place, quarter in zip(commune, until, strict=True) if quarter}
    wrong = [
        f"{place} {quarter}"
        for place, quarter in zip(booked["origin"], booked["quarter"], strict=True)
        if (place not in commune if not expected else (place, quarter) not in expected)
    ]
    return none_of("fermetures simulées", sorted(set(wrong)), otherwise=f"{len(closed)} lieux fermés")


def _read(path: Path) -> pd.DataFrame:
    head = pd.read_csv(path, sep=";", nrows=0, encoding="utf-8-sig").columns
    text = [name for name in TEXT if name in head]
    table = pd.read_csv(path, sep=";", decimal=",", dtype=dict.fromkeys(text, str), encoding="utf-8-sig")
    return table.assign(**{name: table[name].fillna("") for name in text})
